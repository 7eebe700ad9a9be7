//! A PML file: the bytes, the header, the tables, and the way to its events.

use std::{fs::File, path::Path};

use rayon::prelude::*;

use crate::{
    FileTime, PmlError, PmlEvent, PmlHeader, PmlIcon, PmlProcess, PmlText,
    cursor::Cursor,
    tables::{icons, network::NetworkNames, processes::ProcessTable, strings::StringTable},
};

/// Bytes of an entry of the offset array: u32 offset, and a byte that was 0 in all of 285,819 entries seen.
const OFFSET_SIZE: usize = 5;

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

/// An open Process Monitor log. Nothing is copied: events, texts and stacks borrow from the memory map.
#[derive(Debug)]
pub struct PmlFile {
    data: Data,
    header: PmlHeader,
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
        let file = File::open(path).map_err(io)?;
        if file.metadata().map_err(io)?.len() == 0 {
            return Self::from_vec(Vec::new());
        }
        // SAFETY: the map is read-only and private to this value. A file that another program changes meanwhile may
        // change under the reader, which checks every read; one that is truncated meanwhile ends the process, as with
        // every memory-mapped reader.
        #[allow(unsafe_code)]
        let map = unsafe { memmap2::Mmap::map(&file) }.map_err(io)?;
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
        // The one table without which there is nothing to show.
        let need = u64::from(header.event_count) * OFFSET_SIZE as u64;
        let have = header.processes_offset.min(bytes.len() as u64).saturating_sub(header.offsets_offset);
        if have < need {
            return Err(PmlError::Truncated {
                what: "event offsets",
                offset: header.offsets_offset,
                need,
                have,
            });
        }
        let mut problems = Vec::new();
        fn keep<T: Default>(result: Result<T, PmlError>, problems: &mut Vec<PmlError>) -> T {
            result.unwrap_or_else(|error| {
                problems.push(error);
                T::default()
            })
        }
        let strings =
            keep(StringTable::read(bytes, header.strings_offset, header.icons_offset), &mut problems);
        let processes = ProcessTable::read(
            bytes,
            header.processes_offset,
            header.strings_offset,
            header.wide(),
            &mut problems,
        );
        let processes = keep(processes, &mut problems);
        let network = keep(NetworkNames::read(bytes, header.hosts_offset), &mut problems);
        let mut file = Self { data, header, strings, processes, network, first: FileTime(0), problems };
        let bad = file.processes().flat_map(|p| p.string_indexes()).filter_map(|i| file.string(i).err());
        let bad: Vec<_> = bad.take(16).collect();
        file.problems.extend(bad);
        let first = file.events().find_map(|e| e.ok().map(|e| e.time()));
        file.first = first.unwrap_or_default();
        Ok(file)
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

    /// Number of events.
    pub fn len(&self) -> usize {
        self.header.event_count as usize
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

    /// Where event number `index` lies in the file.
    #[inline]
    fn event_offset(&self, index: usize) -> Result<u64, PmlError> {
        let start = self.header.offsets_offset + (index * OFFSET_SIZE) as u64;
        let end = self.header.processes_offset;
        let [a, b, c, d, high] =
            Cursor::over(self.bytes(), start, end, "event offset")?.array::<OFFSET_SIZE>()?;
        let low = u64::from(u32::from_le_bytes([a, b, c, d]));
        // Whether the fifth byte extends the offset is not known: no file above 4 GiB was ever seen. It is taken so
        // where the longer offset lies among the events, which it cannot in a smaller file.
        let long = u64::from(high) << 32 | low;
        Ok(if long < self.header.offsets_offset { long } else { low })
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
        self.strings.get(self.bytes(), index)
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
        self.network.host(self.bytes(), ip)
    }

    /// The service name that the capturing machine knew for a port.
    pub fn port(&self, port: u16, tcp: bool) -> Option<PmlText<'_>> {
        self.network.port(self.bytes(), port, tcp)
    }

    /// Every address of the host table with its name, which may be empty; in no order.
    pub fn hosts(&self) -> impl Iterator<Item = ([u8; 16], PmlText<'_>)> {
        self.network.hosts(self.bytes())
    }

    /// Every entry of the port table: the port, whether it is TCP's, and its name; in no order.
    pub fn ports(&self) -> impl Iterator<Item = ((u16, bool), PmlText<'_>)> {
        self.network.ports(self.bytes())
    }

    pub(crate) fn process_table_end(&self) -> u64 {
        self.processes.end()
    }
}
