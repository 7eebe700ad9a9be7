//! The errors of reading a PML, always with the place in the file.

use std::path::PathBuf;

/// An error of this crate: what was read, where, how much was needed and how much there was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PmlError {
    /// The file could not be opened or mapped.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's word.
        source: std::io::Error,
    },
    /// The file is of another kind.
    #[error("not a Process Monitor log: {what} (offset 0x0: needed \"PML_\")")]
    NotPml {
        /// What the first bytes look like, and what to do with such a file.
        what: &'static str,
    },
    /// A PML of a version that nobody has described.
    #[error(
        "PML version {version} at offset 0x4 is not known; versions 7 and 9 are. Open it in Process Monitor and save it again"
    )]
    Version {
        /// The version the header names.
        version: u32,
    },
    /// A file that is no raw boot log, or one that is not laid out as described.
    #[error(
        "not a raw boot log of Process Monitor as far as its layout is known: {what} (offset 0x{offset:x}). Start Process Monitor \
         once on that machine and save the boot log as .PML"
    )]
    NotPmb {
        /// What contradicts the description.
        what: &'static str,
        /// Where it does.
        offset: u64,
    },
    /// Process Monitor never finished the file: its table offsets are zero.
    #[error(
        "the log was not closed cleanly: offset 0x{offset:x} ({what}) is 0, Process Monitor writes its tables when it is closed"
    )]
    Unclean {
        /// The header field that is zero.
        what: &'static str,
        /// Where it lies in the file.
        offset: u64,
    },
    /// The file ends, or a structure ends, before what was announced.
    #[error("{what} at offset 0x{offset:x}: needs {need} bytes, {have} are there")]
    Truncated {
        /// The structure.
        what: &'static str,
        /// Where it starts in the file.
        offset: u64,
        /// Bytes it needs.
        need: u64,
        /// Bytes there are.
        have: u64,
    },
    /// A value that cannot be.
    #[error("{what} at offset 0x{offset:x} is {value}: {expected}")]
    Value {
        /// The field.
        what: &'static str,
        /// Where it lies in the file.
        offset: u64,
        /// What it holds.
        value: u64,
        /// What it should have been.
        expected: &'static str,
    },
    /// Something is too large for the field that would hold it in a log that is written.
    #[error("{what} has {size}, a log can hold {limit}")]
    TooLarge {
        /// What does not fit, with its unit.
        what: &'static str,
        /// How large it is.
        size: u64,
        /// How large it may be.
        limit: u64,
    },
    /// An export lacks a column without which its rows say nothing.
    #[error(
        "the export has no column {column:?}; show it in Process Monitor (Options > Select Columns) and save the log again, or \
         save it in the native format (.PML)"
    )]
    NoColumn {
        /// The column.
        column: &'static str,
    },
    /// A log could not be written.
    #[error("the log could not be written: {0}")]
    Write(#[from] std::io::Error),
}

impl PmlError {
    /// A short stable name of the kind of error, for programs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Io { .. } => "io",
            Self::NotPml { .. } => "not-pml",
            Self::Version { .. } => "version",
            Self::NotPmb { .. } => "not-pmb",
            Self::Unclean { .. } => "unclean",
            Self::Truncated { .. } => "truncated",
            Self::Value { .. } => "value",
            Self::TooLarge { .. } => "too-large",
            Self::NoColumn { .. } => "no-column",
            Self::Write(_) => "write",
        }
    }

    /// Where in the file it is, if it has a place.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        match self {
            Self::Truncated { offset, .. }
            | Self::Value { offset, .. }
            | Self::Unclean { offset, .. }
            | Self::NotPmb { offset, .. } => Some(*offset),
            _ => None,
        }
    }
}
