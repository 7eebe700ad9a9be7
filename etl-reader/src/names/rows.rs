//! The rows of a trace: what each means, and where its records lie.

use std::num::NonZeroU32;

use super::meaning::OperationName;
use super::paths::{PathId, Paths};
use crate::clock::FileTime;
use crate::file::EtlFile;
use crate::text::Utf16;

/// A record by its buffer, counted over all files, and its place among the buffer's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Counted from one, so that no place takes no room.
    buffer: NonZeroU32,
    at: u32,
}

const BUFFER_BITS: u32 = 28;
/// The lower half of a number.
const LOW: u64 = 0xffff_ffff;
const LAST_BUFFER: u32 = (1 << BUFFER_BITS) - 2;

impl Place {
    /// A place in a buffer. One beyond the last that has a number is the place of damage that belongs to no buffer.
    pub(super) fn new(buffer: u32, at: u32) -> Place {
        Place { buffer: NonZeroU32::MIN.saturating_add(buffer.min(LAST_BUFFER)), at }
    }

    pub(super) fn buffer(self) -> usize {
        self.buffer.get() as usize - 1
    }

    pub(super) fn at(self) -> usize {
        self.at as usize
    }

    fn packed(self) -> u64 {
        (self.buffer() as u64) << 32 | u64::from(self.at)
    }

    fn unpacked(packed: u64) -> Place {
        Place::new((packed >> 32) as u32, (packed & LOW) as u32)
    }
}

/// What a row tells before its record is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// It is no registry operation.
    Nothing,
    /// A registry operation succeeded.
    Succeeded,
    /// A registry operation ended with another status, or none is recorded.
    NotSucceeded,
}

/// What a row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// A record that tells all by itself.
    Record(Place, Told),
    /// What is damaged at this place.
    Damage(Place),
    /// A file operation, by its number.
    File(usize),
    /// A registry operation whose key is told by an earlier one, by its number.
    Keyed(usize, Told),
}

/// A row in eight bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct PackedRow(u64);

const KIND: u32 = 62;
const TOLD: u32 = 60;

impl PackedRow {
    pub(super) fn new(row: Row) -> PackedRow {
        let packed =
            |kind: u64, told: Told, rest: u64| PackedRow(kind << KIND | (told as u64) << TOLD | rest);
        match row {
            Row::Record(place, told) => packed(0, told, place.packed()),
            Row::Damage(place) => packed(1, Told::Nothing, place.packed()),
            Row::File(number) => packed(2, Told::Nothing, number as u64),
            Row::Keyed(number, told) => packed(3, told, number as u64),
        }
    }

    #[inline]
    pub(super) fn row(self) -> Row {
        let rest = self.0 & ((1 << TOLD) - 1);
        let told = match self.0 >> TOLD & 3 {
            0 => Told::Nothing,
            1 => Told::Succeeded,
            _ => Told::NotSucceeded,
        };
        match self.0 >> KIND {
            0 => Row::Record(Place::unpacked(rest), told),
            1 => Row::Damage(Place::unpacked(rest)),
            2 => Row::File(rest as usize),
            _ => Row::Keyed(rest as usize, told),
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

/// Where the text of a path is: in the files as they lie, or among the paths that are kept. The text of a compressed
/// buffer is kept, because nobody could find it again without reading the whole buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PathPlace(u64);

/// What a [`PathPlace`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathIn {
    /// In the files: where the text begins, counted over all files, and its bytes.
    Files(u64, usize),
    Kept(PathId),
}

/// A record has no more bytes than its 16 bits say, and so has a text in it.
const LENGTH_BITS: u32 = 16;
const KEPT: u64 = 1 << 63;

impl PathPlace {
    /// A text in the files, where both numbers have room.
    pub(super) fn in_files(at: u64, length: usize) -> Option<PathPlace> {
        let fits = at < 1 << (63 - LENGTH_BITS) && length < 1 << LENGTH_BITS;
        fits.then_some(PathPlace(at << LENGTH_BITS | length as u64))
    }

    pub(super) fn kept(id: PathId) -> PathPlace {
        PathPlace(KEPT | id.index() as u64)
    }

    pub(super) fn path(self) -> PathIn {
        if self.0 & KEPT == 0 {
            PathIn::Files(self.0 >> LENGTH_BITS, (self.0 & ((1 << LENGTH_BITS) - 1)) as usize)
        } else {
            PathIn::Kept(PathId::at((self.0 & LOW) as u32))
        }
    }

    /// The text: one of `paths`, or one in the files.
    pub(super) fn text<'v>(self, files: &[&'v EtlFile<'_>], paths: &'v Paths) -> Utf16<'v> {
        let (mut at, length) = match self.path() {
            PathIn::Kept(id) => return paths.get(id),
            PathIn::Files(at, length) => (at, length),
        };
        for file in files {
            let bytes = file.bytes();
            match at.checked_sub(bytes.len() as u64) {
                Some(behind) => at = behind,
                None => {
                    let rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
                    return Utf16::new(rest.get(..length).unwrap_or_default());
                }
            }
        }
        Utf16::default()
    }
}

/// A path that was met, and since when it holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Met {
    pub(super) path: PathPlace,
    pub(super) since: FileTime,
}

/// The place of a [`Met`] among those of its trace, counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MetId(NonZeroU32);

impl MetId {
    pub(super) fn at(place: usize) -> MetId {
        // A file with so many records is larger than any.
        MetId(NonZeroU32::MIN.saturating_add(u32::try_from(place).unwrap_or(u32::MAX)))
    }

    pub(super) fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// A file operation: what its first record does not tell. A trace has millions of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct FileOperation {
    pub(super) start: Place,
    /// Where its end is recorded.
    pub(super) end: Option<Place>,
    /// How long it took, in units of 100 ns; [`FileOperation::LONG`] or more is told by the records alone.
    pub(super) took: u32,
    status: u32,
    /// A path that an event told.
    pub(super) met: Option<MetId>,
    pub(super) path_source: PathSource,
    pub(super) name: OperationName,
    has_status: bool,
}

impl FileOperation {
    /// The shortest time that does not fit.
    pub(super) const LONG: u32 = u32::MAX;

    pub(super) fn new(
        start: Place,
        met: Option<MetId>,
        path_source: PathSource,
        name: OperationName,
    ) -> Self {
        let (end, took, status, has_status) = (None, 0, 0, false);
        FileOperation { start, end, took, status, met, path_source, name, has_status }
    }

    /// The same with its end.
    pub(super) fn ended(self, end: Place, took: i64, status: Option<u32>) -> Self {
        let took = u32::try_from(took.max(0)).unwrap_or(Self::LONG);
        let (status, has_status) = (status.unwrap_or_default(), status.is_some());
        FileOperation { end: Some(end), took, status, has_status, ..self }
    }

    /// NTSTATUS, where the end records one.
    pub(super) fn status(&self) -> Option<u32> {
        self.has_status.then_some(self.status)
    }
}

/// What few file operations have.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rare {
    pub(super) target: Option<PathPlace>,
    /// The information class, where a later record than the first tells it.
    pub(super) info_class: Option<u32>,
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
        let place = Place::new(u32::MAX, u32::MAX);
        assert_eq!((place.buffer(), place.at()), (LAST_BUFFER as usize, u32::MAX as usize));
        for told in [Told::Nothing, Told::Succeeded, Told::NotSucceeded] {
            for row in [Row::Record(place, told), Row::Damage(place), Row::File(0), Row::Keyed(1 << 40, told)]
            {
                assert_eq!(PackedRow::new(row).row(), row);
            }
        }
    }

    #[test]
    fn places_of_paths_are_unpacked_as_they_were() {
        for (at, length) in [(0, 0), (1 << 40, 0xFFFF), ((1 << 47) - 1, 2)] {
            assert_eq!(PathPlace::in_files(at, length).unwrap().path(), PathIn::Files(at, length));
        }
        assert_eq!((PathPlace::in_files(1 << 47, 0), PathPlace::in_files(0, 1 << 16)), (None, None));
        let id = PathId::at(7);
        assert_eq!(PathPlace::kept(id).path(), PathIn::Kept(id));
    }

    #[test]
    fn operations_are_small_and_keep_their_end() {
        assert_eq!((size_of::<FileOperation>(), size_of::<Met>()), (32, 16));
        let place = Place::new(0, 8);
        let name = OperationName::all().next().unwrap();
        let begun = FileOperation::new(place, None, PathSource::Unknown, name);
        assert_eq!((begun.end, begun.status()), (None, None));
        for (took, kept) in [(7, 7), (-7, 0), (1 << 40, FileOperation::LONG)] {
            let ended = begun.ended(place, took, Some(0));
            assert_eq!((ended.end, ended.took, ended.status()), (Some(place), kept, Some(0)));
        }
        assert_eq!(begun.ended(place, 0, None).status(), None);
    }
}
