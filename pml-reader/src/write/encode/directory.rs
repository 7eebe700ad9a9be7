//! Directory listings: arrays of FILE_*_DIR_INFORMATION.

use crate::{
    FileTime, PmlError,
    write::encode::{Bytes, size},
};

/// IRP_MN_QUERY_DIRECTORY.
pub(super) const QUERY_DIRECTORY: u8 = 1;
/// IRP_MN_NOTIFY_CHANGE_DIRECTORY.
pub(super) const NOTIFY_CHANGE: u8 = 2;

/// The shape of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Listing {
    Directory,
    Full,
    Both,
    Names,
    IdBoth,
    IdFull,
}

impl Listing {
    /// FILE_INFORMATION_CLASS.
    pub(super) fn class(self) -> u32 {
        match self {
            Self::Directory => 1,
            Self::Full => 2,
            Self::Both => 3,
            Self::Names => 12,
            Self::IdBoth => 37,
            Self::IdFull => 38,
        }
    }

    /// Bytes between the length of the name and the name: EA size, short name, file id.
    fn before_name(self) -> usize {
        match self {
            Self::Directory | Self::Names => 0,
            Self::Full => 4,
            Self::Both => 30,
            Self::IdBoth => 40,
            Self::IdFull => 16,
        }
    }
}

/// A file or folder of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirectoryEntry<'a> {
    /// Its name.
    pub name: &'a str,
    /// FILE_ATTRIBUTE_*.
    pub attributes: u32,
    /// Bytes.
    pub size: u64,
    /// When it was created, read, written and changed.
    pub time: FileTime,
}

/// The entries, each on an 8-byte boundary and with the distance to the next in front.
pub(super) fn listing(shape: Listing, entries: &[DirectoryEntry<'_>]) -> Result<Bytes, PmlError> {
    let mut out = Bytes::default();
    for (i, entry) in entries.iter().enumerate() {
        let mut one = Bytes::default();
        if shape != Listing::Names {
            for _ in 0..4 {
                one.u64(entry.time.0);
            }
            one.u64(entry.size).u64(entry.size.next_multiple_of(4096)).u32(entry.attributes);
        }
        one.u32(size("a name (bytes)", entry.name.encode_utf16().count() * 2)?);
        one.zeros(shape.before_name()).utf16(entry.name);
        let next = if i + 1 == entries.len() { 0 } else { (8 + one.0.len()).next_multiple_of(8) };
        out.u32(size("a name (bytes)", next)?).u32(0).raw(&one.0);
        if next != 0 {
            out.align(8);
        }
    }
    Ok(out)
}
