//! A case: the files that were given, told by content, and what could not be read of them.

use std::path::{Path, PathBuf};

use pml_reader::{PmlError, PmlFile};
use sha2::{Digest, Sha256};

use crate::sources::{
    Source,
    log::{self, LogSource},
    pml::PmlSource,
};

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
    /// The path as it was given; for a member of a bundle, the bundle's path and the member's name.
    pub path: String,
    /// What it holds.
    pub source: Source,
}

impl Input {
    /// SHA-256 of the file, in lower-case hex.
    pub fn sha256(&self) -> String {
        Sha256::digest(self.source.bytes()).iter().map(|b| format!("{b:02x}")).collect()
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
                Ok(source) => case.inputs.push(Input { path: path.display().to_string(), source }),
                Err(error) => case.unreadable.push(error),
            }
        }
        case
    }
}

fn open(path: &Path) -> Result<Source, CaseError> {
    if path.is_dir() {
        return Err(CaseError::Folder { path: path.to_owned() });
    }
    match PmlFile::open(path) {
        Ok(file) => Ok(Source::Pml(PmlSource { file })),
        Err(source @ PmlError::Io { .. }) => Err(CaseError::Io(source)),
        Err(source @ PmlError::NotPml { .. }) => {
            let bytes = std::fs::read(path).unwrap_or_default();
            match log::kind_of(&bytes) {
                Some(kind) => Ok(Source::Log(LogSource { kind, bytes })),
                None => Err(CaseError::Pml { path: path.to_owned(), source }),
            }
        }
        Err(source) => Err(CaseError::Pml { path: path.to_owned(), source }),
    }
}
