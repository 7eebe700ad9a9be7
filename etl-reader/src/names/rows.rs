//! The rows of a trace: what each means, and where its records lie.

use super::meaning::OperationName;
use super::paths::PathId;
use crate::clock::FileTime;

/// A record by its buffer, counted over all files, and its place among the buffer's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    buffer: u32,
    at: u32,
}

const BUFFER_BITS: u32 = 30;

impl Place {
    pub(super) fn new(buffer: u32, at: u32) -> Place {
        Place { buffer: buffer & ((1 << BUFFER_BITS) - 1), at }
    }

    pub(super) fn buffer(self) -> usize {
        self.buffer as usize
    }

    pub(super) fn at(self) -> usize {
        self.at as usize
    }

    fn packed(self) -> u64 {
        u64::from(self.buffer) << 32 | u64::from(self.at)
    }

    fn unpacked(packed: u64) -> Place {
        Place::new((packed >> 32) as u32, packed as u32)
    }
}

/// What a row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// A record that tells all by itself.
    Record(Place),
    /// What is damaged at this place.
    Damage(Place),
    /// A file operation, by its number.
    File(usize),
    /// A registry operation whose key is told by an earlier one, by its number.
    Keyed(usize),
}

/// A row in eight bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct PackedRow(u64);

const KIND: u32 = 62;

impl PackedRow {
    pub(super) fn new(row: Row) -> PackedRow {
        PackedRow(match row {
            Row::Record(place) => place.packed(),
            Row::Damage(place) => 1 << KIND | place.packed(),
            Row::File(number) => 2 << KIND | number as u64,
            Row::Keyed(number) => 3 << KIND | number as u64,
        })
    }

    pub(super) fn row(self) -> Row {
        let rest = self.0 & ((1 << KIND) - 1);
        match self.0 >> KIND {
            0 => Row::Record(Place::unpacked(rest)),
            1 => Row::Damage(Place::unpacked(rest)),
            2 => Row::File(rest as usize),
            _ => Row::Keyed(rest as usize),
        }
    }
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

/// A file operation: what its first record does not tell.
#[derive(Clone, Copy, Debug)]
pub(super) struct FileOperation {
    pub(super) start: Place,
    pub(super) end: Option<End>,
    /// A path that an event told, and since when it holds.
    pub(super) path: Option<PathId>,
    pub(super) since: FileTime,
    pub(super) path_source: PathSource,
    pub(super) target: Option<PathId>,
    pub(super) info_class: Option<u32>,
    pub(super) name: OperationName,
}

/// The end of an operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) place: Place,
    pub(super) time: FileTime,
    pub(super) status: Option<u32>,
}

/// A registry operation whose key an earlier one opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyedOperation {
    pub(super) place: Place,
    /// The number of the key among [`super::key_objects::KeyObjects`].
    pub(super) key: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_unpacked_as_they_were() {
        let place = Place::new((1 << BUFFER_BITS) - 1, u32::MAX);
        assert_eq!((place.buffer(), place.at()), ((1 << BUFFER_BITS) - 1, u32::MAX as usize));
        for row in [Row::Record(place), Row::Damage(place), Row::File(0), Row::Keyed(1 << 40)] {
            assert_eq!(PackedRow::new(row).row(), row);
        }
    }
}
