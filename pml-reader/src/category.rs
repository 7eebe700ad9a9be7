//! The Category column. The log does not store it. It is derived from the operation and its outcome.

/// Process Monitor's category of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Neither reads nor writes.
    None,
    /// Reads data.
    Read,
    /// Writes data, or creates or removes an object.
    Write,
    /// Reads attributes, security, names.
    ReadMetadata,
    /// Writes attributes, security, sizes.
    WriteMetadata,
}

impl Category {
    /// The text of the column.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Read => "Read",
            Self::Write => "Write",
            Self::ReadMetadata => "Read Metadata",
            Self::WriteMetadata => "Write Metadata",
        }
    }
}
