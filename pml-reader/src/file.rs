//! An open log: its bytes, its header, its tables, and where its events lie.

use crate::{
    FileTime, PmlError, PmlHeader, PmlIcon, PmlText, Recovered,
    cursor::Cursor,
    data::Data,
    header::{OFFSET_SIZE, Sections, offset_of},
    record::{Head, RECORD_SIZE},
    tables::{icons, network::NetworkNames, processes::ProcessTable, strings::StringTable},
};

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
    pub(crate) data: Data,
    pub(crate) header: PmlHeader,
    /// Where the events end. Nothing of an event comes after it.
    pub(crate) records_end: u64,
    pub(crate) offsets: Offsets,
    pub(crate) sections: Sections,
    /// The tables that `sections` names, if they had to be rebuilt.
    pub(crate) rebuilt: Option<Vec<u8>>,
    pub(crate) recovered: Option<Recovered>,
    pub(crate) strings: StringTable,
    pub(crate) processes: ProcessTable,
    pub(crate) network: NetworkNames,
    pub(crate) first: FileTime,
    pub(crate) problems: Vec<PmlError>,
}

impl PmlFile {
    /// Reads the tables that `sections` names, as far as they can be read. Returns what is wrong with them.
    pub(crate) fn read_tables(&mut self) -> Vec<PmlError> {
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
        let entries = self.processes.entries().iter().map(|entry| entry.raw);
        let indexes = entries.flat_map(|mut raw| raw.string_indexes().map(|index| *index));
        let bad = indexes.filter_map(|index| self.string(index).err());
        problems.extend(bad.take(16));
        problems
    }

    /// The file's bytes.
    #[inline]
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.data.bytes()
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &PmlHeader {
        &self.header
    }

    /// What could not be read of the tables. Events report their own damage when they are read.
    #[must_use]
    pub fn problems(&self) -> &[PmlError] {
        &self.problems
    }

    /// What had to be recovered, and what was lost, if the log was not closed cleanly, was cut off or is damaged.
    #[must_use]
    pub fn recovered(&self) -> Option<&Recovered> {
        self.recovered.as_ref()
    }

    /// Number of events.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.offsets {
            Offsets::Listed { count, .. } => *count as usize,
            Offsets::Walked(entries) => entries.len(),
        }
    }

    /// Whether the log has no events.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Time of the first event: the zero of the "Relative Time" column.
    #[must_use]
    pub fn first_time(&self) -> FileTime {
        self.first
    }

    /// The fixed part of an event, if the event is whole.
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
    pub(crate) fn event_offset(&self, index: usize) -> Result<u64, PmlError> {
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
        Ok(offset_of(entry, self.records_end))
    }

    /// String number `index` of the string table.
    ///
    /// # Errors
    /// Where there is no such string, or it runs out of the table.
    pub fn string(&self, index: u32) -> Result<PmlText<'_>, PmlError> {
        self.strings.get(self.table_bytes(), index)
    }

    /// Number of strings in the string table.
    #[must_use]
    pub fn string_count(&self) -> u32 {
        self.strings.count()
    }

    /// Icon number `index`.
    ///
    /// # Errors
    /// Where there is no such icon, or it runs out of the table.
    pub fn icon(&self, index: u32) -> Result<PmlIcon<'_>, PmlError> {
        icons::read(self.table_bytes(), &self.sections, index)
    }

    /// The host name that the capturing machine knew for an address (IPv4 in the first four bytes).
    #[must_use]
    pub fn host(&self, ip: &[u8; 16]) -> Option<PmlText<'_>> {
        self.network.host(self.table_bytes(), ip)
    }

    /// The service name that the capturing machine knew for a port.
    #[must_use]
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

    #[inline]
    pub(crate) fn process_table(&self) -> &ProcessTable {
        &self.processes
    }

    /// Where the events end. Nothing of an event comes after it.
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
