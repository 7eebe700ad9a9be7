//! The errors of this crate.

use std::{io, path::PathBuf};

/// Why something of a fleet could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FleetError {
    /// SQLite refused.
    #[error("{}: {source}", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// A statement of SQL is wrong, or would write.
    #[error("the query cannot be answered: {0}")]
    Query(rusqlite::Error),
    /// The file is a database of another program, or of a newer bootrace.
    #[error("{}: its schema has version {found}, and this bootrace knows versions up to {known}; use a newer bootrace", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// The version in the file.
        found: u32,
        /// The newest version that this program knows.
        known: u32,
    },
    /// There is no such database.
    #[error("{}: there is no such database; `bootrace fleet add CASE --db FILE` makes one", path.display())]
    Absent {
        /// The database.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file, the folder or the program.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A worker answered with something else than what it was asked for.
    #[error("a worker answered with what is no answer: {0}")]
    Protocol(#[from] serde_json::Error),
    /// The page could not be made.
    #[error("the page cannot be made: {0}")]
    Page(#[from] askama::Error),
    /// A table could not be written as CSV.
    #[error("the table cannot be written: {0}")]
    Csv(#[from] csv::Error),
    /// A table could not be written as Parquet.
    #[cfg(feature = "parquet")]
    #[error("the table cannot be written as Parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
}

impl FleetError {
    /// An error of the system at a path.
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}
