/// What kept an input from being read.
///
/// A damaged record is not such an error. The readers count it and go on. An error here means that nothing more can
/// be read from the input, or from the named part of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A structure needs more bytes than the input holds.
    #[error("{what} at offset {offset:#x} needs {need} bytes, {have} are there")]
    Truncated {
        /// The structure, in the words of its format.
        what: &'static str,
        /// Byte offset in the input.
        offset: u64,
        /// Bytes the structure takes.
        need: u64,
        /// Bytes the input has from that offset on.
        have: u64,
    },
    /// A signature or field has a value that its format does not allow.
    #[error("{what} at offset {offset:#x} is {found}")]
    Invalid {
        /// The field, in the words of its format.
        what: &'static str,
        /// Byte offset in the input.
        offset: u64,
        /// The value found.
        found: String,
    },
    /// The input is larger, deeper or more numerous than the stated limit.
    #[error("{what} is {found}, the limit is {limit}")]
    TooLarge {
        /// What was counted.
        what: &'static str,
        /// What the input asks for.
        found: u64,
        /// The limit, a public constant of this crate.
        limit: u64,
    },
    /// XML that cannot be read further.
    #[error("XML at offset {offset}: {message}")]
    Xml {
        /// Byte offset in the input.
        offset: u64,
        /// The parser's own words.
        message: String,
    },
    /// A library for a container or a log (zip, cab, evtx) refused the input.
    #[error("{what}: {message}")]
    Container {
        /// The format.
        what: &'static str,
        /// The library's own words.
        message: String,
    },
    /// A member of an archive is encrypted.
    #[error("this member is locked with a password; unpack the archive with the password first")]
    Locked,
    /// A file could not be opened or read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl Error {
    /// A short stable name for reports and counters.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Error::Truncated { .. } => "truncated",
            Error::Invalid { .. } => "invalid",
            Error::TooLarge { .. } => "too-large",
            Error::Xml { .. } => "xml",
            Error::Container { .. } => "container",
            Error::Locked => "locked",
            Error::Io { .. } => "io",
        }
    }
}

/// The result of this crate's readers.
pub type Result<T> = std::result::Result<T, Error>;
