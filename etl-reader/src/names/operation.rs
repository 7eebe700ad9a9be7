//! One file or registry operation.

use std::fmt;

use crate::clock::FileTime;
use crate::error::EtlError;
use crate::record::EtlRecord;
use crate::text::Utf16;

/// Files or registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OperationClass {
    /// The file system.
    File,
    /// The registry.
    Registry,
}

/// How the path of an operation is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PathSource {
    /// The event itself holds it.
    Recorded,
    /// The event that opened the file object or key object held it.
    Opened,
    /// The key of the file, or the key control block, had this name at that time.
    Key,
    /// The event holds a part relative to a key whose name is not known.
    Relative,
    /// Not known.
    Unknown,
}

/// A path as the kernel names it, in up to two parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NtPath<'n> {
    pub(super) base: Utf16<'n>,
    pub(super) rest: Utf16<'n>,
}

impl NtPath<'_> {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.base.is_empty() && self.rest.is_empty()
    }
}

impl fmt::Display for NtPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.base.fmt(f)?;
        let apart = self.base.as_bytes().ends_with(b"\\\0") || self.rest.as_bytes().starts_with(b"\\\0");
        if !self.base.is_empty() && !self.rest.is_empty() && !apart {
            f.write_str("\\")?;
        }
        self.rest.fmt(f)
    }
}

/// How a file was opened. The access asked for is in no event of ETW.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreateParameters {
    /// `FILE_SUPERSEDE` 0, `FILE_OPEN` 1, `FILE_CREATE` 2, `FILE_OPEN_IF` 3, `FILE_OVERWRITE` 4,
    /// `FILE_OVERWRITE_IF` 5.
    pub disposition: u8,
    /// `FILE_DIRECTORY_FILE` and the other create options.
    pub options: u32,
    /// Attributes for a new file.
    pub attributes: u32,
    /// 1 read, 2 write, 4 delete.
    pub share_access: u32,
}

/// A file or registry operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation<'n> {
    /// Files or registry.
    pub class: OperationClass,
    /// Process Monitor's name of it.
    pub name: &'static str,
    /// When it began. The registry provider records only ends: there it is the end.
    pub time: FileTime,
    /// How long it took in units of 100 ns; nothing where the start or the end is not recorded.
    pub duration: Option<i64>,
    /// Process.
    pub pid: Option<u32>,
    /// Thread.
    pub tid: Option<u32>,
    /// File or registry key.
    pub path: NtPath<'n>,
    /// How the path is known.
    pub path_source: PathSource,
    /// Name of the registry value, for operations on values; empty for the default value.
    pub value_name: Option<Utf16<'n>>,
    /// New name of a renamed or linked file.
    pub target: Option<NtPath<'n>>,
    /// NTSTATUS as recorded; nothing where the end is not recorded.
    pub status: Option<u32>,
    /// How the file was opened.
    pub create: Option<CreateParameters>,
    /// `FILE_INFORMATION_CLASS`, or the control code of `FileSystemControl`.
    pub info_class: Option<u32>,
    /// What the end says beside the status: bytes moved, or what an opening did.
    pub information: Option<u64>,
    /// Place in the file of a read or write.
    pub offset: Option<u64>,
    /// Bytes asked for.
    pub length: Option<u32>,
    /// Which of the files given holds the operation's first event …
    pub file: usize,
    /// … and where, as [`crate::EtlRecord::offset`] counts.
    pub record: u64,
}

/// What a walk through the records meets: see [`super::Names::walk`].
#[derive(Clone, Debug)]
pub enum Item<'i> {
    /// A file or registry operation, put together from its records.
    Operation(&'i Operation<'i>),
    /// A record of another kind.
    Record {
        /// Which of the files given holds it.
        file: usize,
        /// The record.
        record: &'i EtlRecord<'i>,
    },
    /// A damaged record or buffer.
    Damaged(EtlError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_path_are_joined_once() {
        let path = |base: &'static [u8], rest: &'static [u8]| {
            NtPath { base: Utf16::new(base), rest: Utf16::new(rest) }.to_string()
        };
        assert_eq!(path(b"a\0", b"b\0"), "a\\b");
        assert_eq!(path(b"a\0\\\0", b"b\0"), "a\\b");
        assert_eq!(path(b"a\0", b""), "a");
        assert_eq!(path(b"", b"b\0"), "b");
    }
}
