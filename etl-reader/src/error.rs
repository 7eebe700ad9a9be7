//! The one error type of this crate.

use std::io;
use std::sync::Arc;

/// What went wrong, where (byte offset), how much was needed and how much there was.
///
/// Offsets are from the start of the file, except inside a compressed buffer, where bytes have no place of
/// their own in the file: there they are the buffer's offset plus the offset in the decompressed buffer.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EtlError {
    /// The file could not be opened, mapped or written.
    #[error("cannot {what}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// The system's answer.
        source: Arc<io::Error>,
    },
    /// The bytes end before the structure does.
    #[error("{what} at offset {offset:#x}: needs {need} bytes, {have} are left")]
    Truncated {
        /// The structure or field.
        what: &'static str,
        /// Where it starts.
        offset: u64,
        /// Bytes needed.
        need: u64,
        /// Bytes there.
        have: u64,
    },
    /// A field holds a value that the format does not allow.
    #[error("{what} at offset {offset:#x}: found {found:#x}, expected {expected}")]
    Invalid {
        /// The structure or field.
        what: &'static str,
        /// Where it is.
        offset: u64,
        /// The value found.
        found: u64,
        /// The values the format allows.
        expected: &'static str,
    },
    /// A compressed buffer does not decompress to the size its header states.
    #[error("{what} stream at offset {offset:#x}: {problem}; needs {need} bytes, {have} were made")]
    Compression {
        /// The compression format.
        what: &'static str,
        /// Where the stream starts in the file.
        offset: u64,
        /// What is wrong with the stream.
        problem: &'static str,
        /// Bytes the buffer header states.
        need: u64,
        /// Bytes decompressed before the damage.
        have: u64,
    },
    /// A payload to be written does not fit its event.
    #[error("{field} {problem}")]
    Field {
        /// The field.
        field: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// More memory would be needed than an honest file asks for.
    #[error("{what} at offset {offset:#x}: needs {need} bytes of memory, the limit is {limit}")]
    TooLarge {
        /// What asks for the memory.
        what: &'static str,
        /// Where it is.
        offset: u64,
        /// Bytes asked for.
        need: u64,
        /// The limit.
        limit: u64,
    },
}

impl EtlError {
    /// A short stable name of the kind of error.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            EtlError::Io { .. } => "io",
            EtlError::Truncated { .. } => "truncated",
            EtlError::Invalid { .. } => "invalid",
            EtlError::Compression { .. } => "compression",
            EtlError::Field { .. } => "field",
            EtlError::TooLarge { .. } => "too-large",
        }
    }

    /// Where in the file, in bytes; nothing for errors that have no place in one.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        match self {
            EtlError::Io { .. } | EtlError::Field { .. } => None,
            EtlError::Truncated { offset, .. }
            | EtlError::Invalid { offset, .. }
            | EtlError::Compression { offset, .. }
            | EtlError::TooLarge { offset, .. } => Some(*offset),
        }
    }
}
