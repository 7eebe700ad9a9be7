//! A case: the files that were given, told by content, and what could not be read of them.

use std::path::{Path, PathBuf};

use pml_reader::{PmlError, PmlFile};
use sha2::{Digest, Sha256};

use crate::sources::{Source, pml::PmlSource};

/// Why an input gave nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// The file cannot be opened.
    #[error("{0}")]
    Io(PmlError),
    /// The log cannot be read at all.
    #[error("{}: {source}", path.display())]
    Pml {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: PmlError,
    },
    /// A folder was given.
    #[error("{}: is a folder; name the log itself", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
    },
}

/// One input of a case.
#[derive(Debug)]
pub struct Input {
    /// The path as it was given.
    pub path: PathBuf,
    /// What it is, for example `pml`.
    pub kind: &'static str,
    /// What of it gives events.
    pub source: Source,
}

impl Input {
    /// The file's bytes.
    pub fn bytes(&self) -> &[u8] {
        match &self.source {
            Source::Pml(pml) => pml.file.bytes(),
        }
    }

    /// SHA-256 of the file, in lower-case hex.
    pub fn sha256(&self) -> String {
        Sha256::digest(self.bytes()).iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// The inputs of a case.
#[derive(Debug, Default)]
pub struct Case {
    /// What could be opened, in the order given.
    pub inputs: Vec<Input>,
    /// What could not.
    pub unreadable: Vec<CaseError>,
}

impl Case {
    /// Opens every path. An input that cannot be read is among `unreadable` and stops nothing.
    pub fn open(paths: &[PathBuf]) -> Self {
        let mut case = Self::default();
        for path in paths {
            match open(path) {
                Ok(input) => case.inputs.push(input),
                Err(error) => case.unreadable.push(error),
            }
        }
        case
    }
}

fn open(path: &Path) -> Result<Input, CaseError> {
    if path.is_dir() {
        return Err(CaseError::Folder { path: path.to_owned() });
    }
    let file = PmlFile::open(path).map_err(|source| match source {
        PmlError::Io { .. } => CaseError::Io(source),
        _ => CaseError::Pml { path: path.to_owned(), source },
    })?;
    Ok(Input { path: path.to_owned(), kind: "pml", source: Source::Pml(PmlSource { file }) })
}
