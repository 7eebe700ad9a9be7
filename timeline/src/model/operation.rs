//! Kinds of operations: what the diagnosis asks of an operation, from any source.

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Kind {
    /// Opens an existing file without asking for more than reading.
    FileOpen,
    /// Creates or replaces a file, or opens one to write, delete or change it.
    FileCreate,
    FileRead,
    FileWrite,
    FileRename,
    FileLink,
    FileDelete,
    /// Sets times, attributes, sizes.
    FileSetInfo,
    FileSetSecurity,
    /// Queries of a file, a directory or a volume, mappings, locks, controls.
    FileQuery,
    FileClose,
    KeyOpen,
    KeyCreate,
    KeyDelete,
    KeyRename,
    KeySetSecurity,
    /// Loads a hive.
    KeyLoad,
    /// Unloads a hive.
    KeyUnload,
    KeyQuery,
    KeyClose,
    ValueSet,
    ValueDelete,
    ValueQuery,
    ProcessCreate,
    ProcessStart,
    ProcessExit,
    ImageLoad,
    Other,
}

impl Kind {
    /// Whether the operation would change the file system or the registry.
    #[must_use]
    pub fn mutates(self) -> bool {
        matches!(
            self,
            Self::FileCreate
                | Self::FileWrite
                | Self::FileRename
                | Self::FileLink
                | Self::FileDelete
                | Self::FileSetInfo
                | Self::FileSetSecurity
                | Self::KeyCreate
                | Self::KeyDelete
                | Self::KeyRename
                | Self::KeySetSecurity
                | Self::KeyLoad
                | Self::KeyUnload
                | Self::ValueSet
                | Self::ValueDelete
        )
    }

    /// Whether the operation concerns the registry.
    #[must_use]
    pub fn is_registry(self) -> bool {
        self >= Self::KeyOpen && self <= Self::ValueQuery
    }
}
