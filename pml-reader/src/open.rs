//! Opens a log: reads its header and its tables, and recovers what damage hides.

use std::{fs::File, path::Path};

use crate::{
    FileTime, PmlError, PmlFile, PmlHeader, Recovered,
    data::Data,
    file::Offsets,
    recover::{self, Rebuilt},
    tables::{network::NetworkNames, processes::ProcessTable, strings::StringTable},
};

impl PmlFile {
    /// Maps and opens the log at `path`.
    ///
    /// # Errors
    /// [`PmlError::Io`], and those of [`PmlHeader::read`]; a damaged table does not fail the opening, it is among
    /// [`Self::problems`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, PmlError> {
        let path = path.as_ref();
        let io = |source| PmlError::Io { path: path.to_owned(), source };
        Self::from_file(&File::open(path).map_err(io)?, path)
    }

    /// Maps the log that `file` holds; `path` is its name in errors.
    ///
    /// # Errors
    /// Those of [`Self::open`].
    pub fn from_file(file: &File, path: &Path) -> Result<Self, PmlError> {
        let io = |source| PmlError::Io { path: path.to_owned(), source };
        if file.metadata().map_err(io)?.len() == 0 {
            return Self::from_vec(Vec::new());
        }
        // SAFETY: the map is read-only and private to this value. A file that another program changes meanwhile may
        // change under the reader, which checks every read; one that is truncated meanwhile ends the process, as with
        // every memory-mapped reader.
        #[allow(unsafe_code)]
        let map = unsafe { memmap2::Mmap::map(file) }.map_err(io)?;
        Self::new(Data::of(map))
    }

    /// Opens a log in memory.
    ///
    /// # Errors
    /// Those of [`PmlHeader::read`].
    pub fn from_vec(bytes: Vec<u8>) -> Result<Self, PmlError> {
        Self::from_held(bytes)
    }

    /// Opens a log whose bytes somebody else holds: a member of an archive, a map of another owner.
    ///
    /// # Errors
    /// Those of [`PmlHeader::read`].
    pub fn from_held(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<Self, PmlError> {
        Self::new(Data::of(bytes))
    }

    fn new(data: Data) -> Result<Self, PmlError> {
        let bytes = data.bytes();
        let header = PmlHeader::read(bytes)?;
        let listed = header.sections(bytes.len() as u64).and_then(|sections| {
            recover::check_offsets(bytes, header.offsets_offset, sections.processes)?;
            Ok(sections)
        });
        let stated = listed.as_ref().ok().map(|at| (header.offsets_offset, header.event_count, *at));
        let listed = listed.and_then(|sections| recover::check_records(bytes, &header).map(|()| sections));
        let (records_end, offsets, sections, recovered) = match listed {
            Ok(sections) => {
                let (start, count) = (header.offsets_offset, header.event_count);
                (start, Offsets::Listed { start, count }, sections, None)
            }
            Err(reason) => {
                let found = recover::events(bytes, header.wide(), reason, stated);
                (found.records_end, found.offsets, found.sections, Some(found.recovered))
            }
        };
        let mut file = Self {
            data,
            header,
            records_end,
            offsets,
            sections,
            rebuilt: None,
            recovered,
            strings: StringTable::default(),
            processes: ProcessTable::default(),
            network: NetworkNames::default(),
            first: FileTime(0),
            problems: Vec::new(),
        };
        let mut problems = file.read_tables();
        if !problems.is_empty() {
            let Rebuilt { tables, sections, names } = recover::tables(&file)?;
            file.recovered.get_or_insert_with(|| Recovered::of_tables(file.header.event_count)).names =
                Some(names);
            (file.rebuilt, file.sections) = (Some(tables), sections);
            // What is wrong with tables that were made here would be a mistake of this crate.
            problems.extend(file.read_tables());
        }
        file.problems = problems;
        let first = file.events().find_map(|e| e.ok().map(|e| e.time()));
        file.first = first.unwrap_or_default();
        Ok(file)
    }
}
