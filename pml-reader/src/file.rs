//! A PML file: the bytes, the header, the tables, and the way to its events.

use std::{fs::File, path::Path};

use rayon::prelude::*;

use crate::{
    FileTime, PmlError, PmlEvent, PmlHeader, PmlIcon, PmlProcess, PmlText, RECORD_SIZE, Recovered,
    cursor::Cursor,
    event::Head,
    header::{OFFSET_SIZE, Sections},
    recover::{self, Rebuilt},
    tables::{icons, network::NetworkNames, processes::ProcessTable, strings::StringTable},
};

enum Data {
    Map(memmap2::Mmap),
    Held(Box<dyn AsRef<[u8]> + Send + Sync>),
}

impl Data {
    #[inline]
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Map(map) => map,
            Self::Held(held) => held.as_ref().as_ref(),
        }
    }
}

impl std::fmt::Debug for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.bytes().len())
    }
}

/// Where the events lie.
#[derive(Debug)]
pub(crate) enum Offsets {
    /// In the file's own array.
    Listed {
        /// Where it begins.
        start: u64,
        /// How many.
        count: u32,
    },
    /// Found by walking the records, in order of time; each as an entry of the array would be.
    Walked(Vec<[u8; OFFSET_SIZE]>),
}

/// An open Process Monitor log. Nothing is copied: events, texts and stacks borrow from the memory map. Of a damaged log
/// the places of its events and the names that its tables held are rebuilt: see [`Self::recovered`].
#[derive(Debug)]
pub struct PmlFile {
    data: Data,
    header: PmlHeader,
    /// Where the events end: nothing of an event lies behind it.
    records_end: u64,
    offsets: Offsets,
    sections: Sections,
    /// The tables that `sections` speaks of, where they had to be rebuilt.
    rebuilt: Option<Vec<u8>>,
    recovered: Option<Recovered>,
    strings: StringTable,
    processes: ProcessTable,
    network: NetworkNames,
    first: FileTime,
    problems: Vec<PmlError>,
}

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
        Self::new(Data::Map(map))
    }

    /// Opens a log that lies in memory.
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
        Self::new(Data::Held(Box::new(bytes)))
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

    /// Reads the tables that `sections` speaks of, as far as they can be read; gives what is wrong with them.
    fn read_tables(&mut self) -> Vec<PmlError> {
        fn keep<T: Default>(result: Result<T, PmlError>, problems: &mut Vec<PmlError>) -> T {
            result.unwrap_or_else(|error| {
                problems.push(error);
                T::default()
            })
        }
        let mut problems = Vec::new();
        let (bytes, at, wide) = (self.table_bytes(), self.sections, self.header.wide());
        let strings = StringTable::read(bytes, at.strings, at.icons, &mut problems);
        let strings = keep(strings, &mut problems);
        let processes = ProcessTable::read(bytes, at.processes, at.strings, wide, &mut problems);
        let processes = keep(processes, &mut problems);
        let network = keep(NetworkNames::read(bytes, at.hosts), &mut problems);
        (self.strings, self.processes, self.network) = (strings, processes, network);
        let bad = self
            .processes()
            .flat_map(|mut p| p.raw.string_indexes().map(|i| *i))
            .filter_map(|i| self.string(i).err());
        problems.extend(bad.take(16));
        problems
    }

    /// The file's bytes.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        self.data.bytes()
    }

    /// The header.
    pub fn header(&self) -> &PmlHeader {
        &self.header
    }

    /// What could not be read of the tables. Events report their own damage when they are read.
    pub fn problems(&self) -> &[PmlError] {
        &self.problems
    }

    /// What had to be recovered, and what was lost, where the log was not closed cleanly, was cut off or is damaged.
    pub fn recovered(&self) -> Option<&Recovered> {
        self.recovered.as_ref()
    }

    /// Number of events.
    pub fn len(&self) -> usize {
        match &self.offsets {
            Offsets::Listed { count, .. } => *count as usize,
            Offsets::Walked(entries) => entries.len(),
        }
    }

    /// Whether the log has no events.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Time of the first event: the zero of the "Relative Time" column.
    pub fn first_time(&self) -> FileTime {
        self.first
    }

    /// Event number `index`, from 0, in the file's order of time.
    ///
    /// # Errors
    /// [`PmlError::Truncated`] or [`PmlError::Value`] where the record is damaged; the events after it are unharmed.
    #[inline]
    pub fn event(&self, index: usize) -> Result<PmlEvent<'_>, PmlError> {
        PmlEvent::read(self, index, self.event_offset(index)?)
    }

    /// The fixed part of an event, where the event is whole.
    #[inline]
    pub(crate) fn head(&self, index: usize) -> Option<Head> {
        let place = usize::try_from(self.event_offset(index).ok()?).ok()?;
        let events = self.bytes().get(..usize::try_from(self.records_end).ok()?)?;
        let rest = events.get(place..)?;
        let head = Head::of(rest.first_chunk::<RECORD_SIZE>()?);
        let pointer = if self.header.wide() { 8 } else { 4 };
        let size = RECORD_SIZE as u64 + u64::from(head.depth) * pointer + u64::from(head.detail);
        (size <= rest.len() as u64).then_some(head)
    }

    /// Where event number `index` lies in the file.
    #[inline]
    fn event_offset(&self, index: usize) -> Result<u64, PmlError> {
        let entry = match &self.offsets {
            Offsets::Listed { start, count } => {
                let (from, end) = (start + (index * OFFSET_SIZE) as u64, start + u64::from(*count) * 5);
                Cursor::over(self.bytes(), from, end, "event offset")?.array()?
            }
            Offsets::Walked(entries) => match entries.get(index) {
                Some(entry) => *entry,
                None => return Err(Cursor::new(&[], self.records_end, "event offset").truncated(OFFSET_SIZE)),
            },
        };
        Ok(recover::offset_of(entry, self.records_end))
    }

    /// All events, in the file's order.
    pub fn events(
        &self,
    ) -> impl DoubleEndedIterator<Item = Result<PmlEvent<'_>, PmlError>> + ExactSizeIterator {
        (0..self.len()).map(|i| self.event(i))
    }

    /// All events, for rayon. Order is kept by rayon's ordered adaptors.
    pub fn par_events(&self) -> impl IndexedParallelIterator<Item = Result<PmlEvent<'_>, PmlError>> {
        (0..self.len()).into_par_iter().map(|i| self.event(i))
    }

    /// The processes, in the table's order.
    pub fn processes(&self) -> impl ExactSizeIterator<Item = PmlProcess<'_>> {
        // Every position below `len` is filled.
        (0..self.processes.len()).map(|slot| match self.processes.get(self, slot) {
            Some(process) => process,
            None => unreachable!("slots are dense"),
        })
    }

    /// The process with this process index.
    #[inline]
    pub fn process(&self, index: u32) -> Option<PmlProcess<'_>> {
        self.processes.get(self, self.processes.slot(index)?)
    }

    /// The process at this position of the process table.
    pub fn process_at(&self, slot: usize) -> Option<PmlProcess<'_>> {
        self.processes.get(self, slot)
    }

    /// Position in the process table of the process with this process index.
    #[inline]
    pub fn process_slot(&self, index: u32) -> Option<usize> {
        self.processes.slot(index)
    }

    /// String number `index` of the string table.
    ///
    /// # Errors
    /// Where there is no such string, or it runs out of the table.
    pub fn string(&self, index: u32) -> Result<PmlText<'_>, PmlError> {
        self.strings.get(self.table_bytes(), index)
    }

    /// Number of strings in the string table.
    pub fn string_count(&self) -> u32 {
        self.strings.count()
    }

    /// Icon number `index`.
    ///
    /// # Errors
    /// Where there is no such icon, or it runs out of the table.
    pub fn icon(&self, index: u32) -> Result<PmlIcon<'_>, PmlError> {
        icons::read(self, index)
    }

    /// The host name that the capturing machine knew for an address (IPv4 in the first four bytes).
    pub fn host(&self, ip: &[u8; 16]) -> Option<PmlText<'_>> {
        self.network.host(self.table_bytes(), ip)
    }

    /// The service name that the capturing machine knew for a port.
    pub fn port(&self, port: u16, tcp: bool) -> Option<PmlText<'_>> {
        self.network.port(self.table_bytes(), port, tcp)
    }

    /// Every address of the host table with its name, which may be empty; in no order.
    pub fn hosts(&self) -> impl Iterator<Item = ([u8; 16], PmlText<'_>)> {
        self.network.hosts(self.table_bytes())
    }

    /// Every entry of the port table: the port, whether it is TCP's, and its name; in no order.
    pub fn ports(&self) -> impl Iterator<Item = ((u16, bool), PmlText<'_>)> {
        self.network.ports(self.table_bytes())
    }

    pub(crate) fn process_table_end(&self) -> u64 {
        self.processes.end()
    }

    /// Where the events end: nothing of an event lies behind it.
    #[inline]
    pub(crate) fn records_end(&self) -> u64 {
        self.records_end
    }

    /// Where the tables lie in [`Self::table_bytes`].
    pub(crate) fn sections(&self) -> &Sections {
        &self.sections
    }

    /// The bytes that hold the tables.
    #[inline]
    pub(crate) fn table_bytes(&self) -> &[u8] {
        self.rebuilt.as_deref().unwrap_or(self.data.bytes())
    }
}
