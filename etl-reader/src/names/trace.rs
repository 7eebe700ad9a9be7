//! A trace, read once: its names, its rows in the order in which they end, and the way back to their records.

mod reading;

use std::iter::repeat;
use std::ops::ControlFlow;
use std::sync::OnceLock;

use super::buffers::{Buffers, record_offset};
use super::by_buffer::ByBuffer;
use super::glimpse::Glimpse;
use super::meaning::{Does, Meanings};
use super::operation::{About, CreateParameters, Operation, OperationClass};
use super::paths::{PathId, Paths};
use super::resolver::Tally;
use super::rows::{FileOperation, KeyedOperation, Met, PackedRow, PathPlace, Place, Rare, Row, Told};
use super::shape::{Family, Role, Shapes};
use super::table::Names;
use crate::buffers::BufferEntry;
use crate::clock::{FileTime, Ticks};
use crate::decode::Decoder;
use crate::error::EtlError;
use crate::file::{EtlFile, MAX_BUFFER};
use crate::hash::KeyMap;
use crate::merge::Budget;
use crate::record::EtlRecord;
use crate::text::Utf16;

/// What one pass over the files of a boot found. It borrows nothing: whoever asks for rows gives the same files again.
#[derive(Debug)]
pub struct Trace {
    names: Names,
    decoder: Decoder,
    /// Paths that operations told.
    paths: Paths,
    rows: Vec<PackedRow>,
    file_operations: Vec<FileOperation>,
    mets: Vec<Met>,
    rare: KeyMap<usize, Rare>,
    keyed: Vec<KeyedOperation>,
    /// By number of the key.
    key_paths: Vec<Option<PathId>>,
    by_buffer: OnceLock<ByBuffer>,
    budget: Budget,
    tally: Tally,
    records: u64,
    messages: u64,
    damaged: u64,
    statuses: Option<Vec<u32>>,
}

/// A row of a trace.
#[derive(Clone, Debug)]
pub enum Item<'i> {
    /// A file or registry operation, put together from its records.
    Operation(&'i Operation<'i>),
    /// A record of another kind: an event of a provider, or of a process, a thread or an image.
    Record {
        /// Which of the files given holds it.
        file: usize,
        /// The record.
        record: &'i EtlRecord<'i>,
    },
    /// A damaged record or buffer.
    Damaged(EtlError),
}

impl Trace {
    /// Notes a drive letter that the files do not tell. What they tell stands.
    pub fn insert_volume(&mut self, device: &str, drive: &str) {
        self.names.insert_volume(device, drive);
    }

    /// The names.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// A decoder that knows what the files describe themselves.
    pub fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// Counts of the operations.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Readable records, those among them that are no rows.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// WPP messages among the records: what they say is only in the symbols of their program.
    pub fn messages(&self) -> u64 {
        self.messages
    }

    /// The statuses of all operations, also of those that were not wanted and of ends without a begin, where a filter for
    /// failures looked at all of them.
    pub fn statuses(&self) -> Option<&[u32]> {
        self.statuses.as_deref()
    }

    /// Damaged records, damaged buffers and stretches without buffers.
    pub fn damaged(&self) -> u64 {
        self.damaged
    }

    /// Number of rows: file and registry operations, records of other kinds that may be events, and damage. An operation
    /// stands where it ends. One without an end stands where it is clear that none will come: its request packet is used
    /// again, its end comes ten minutes late, or the trace is over.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Calls `visit` with those of some rows that are `wanted` and their numbers, in order. What is not wanted is not
    /// read. Parts of a trace may be visited in parallel.
    pub fn visit<B>(
        &self,
        files: &[&EtlFile<'_>],
        rows: impl ExactSizeIterator<Item = usize>,
        mut wanted: impl FnMut(Glimpse) -> bool,
        mut visit: impl FnMut(usize, Item<'_>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let mut buffers = Buffers::new(files, self.budget, rows.len());
        for number in rows {
            let Some(row) = self.rows.get(number).map(|row| row.row()) else { continue };
            if self.glimpse(row).is_some_and(&mut wanted) {
                self.visit_row(&mut buffers, row, |item| visit(number, item))?;
            }
        }
        ControlFlow::Continue(())
    }

    #[inline]
    fn glimpse(&self, row: Row) -> Option<Glimpse> {
        Some(match row {
            Row::File(number) => {
                let operation = self.file_operations.get(number)?;
                Glimpse::File(operation.name, operation.status())
            }
            Row::Record(_, Told::Nothing) => Glimpse::Record,
            Row::Record(_, told) | Row::Keyed(_, told) => {
                Glimpse::Registry(None, (told == Told::Succeeded).then_some(0))
            }
            Row::Damage(_) => Glimpse::Damaged,
        })
    }

    /// Calls `visit` for every file and registry operation, in order.
    pub fn operations<B>(
        &self,
        files: &[&EtlFile<'_>],
        mut visit: impl FnMut(&Operation<'_>) -> ControlFlow<B>,
    ) -> ControlFlow<B, Tally> {
        let wanted = |row| matches!(row, Glimpse::File(..) | Glimpse::Registry(..));
        self.visit(files, 0..self.len(), wanted, |_, item| match item {
            Item::Operation(operation) => visit(operation),
            Item::Record { .. } | Item::Damaged(_) => ControlFlow::Continue(()),
        })
        .map_continue(|()| self.tally)
    }

    /// File operations, those among them that have no end.
    pub fn file_operations(&self) -> usize {
        self.file_operations.len()
    }

    /// The row whose first record lies at an offset of a file, as [`EtlRecord::offset`] counts.
    pub fn row_at(&self, files: &[&EtlFile<'_>], file: usize, offset: u64) -> Option<usize> {
        let before: usize = files.iter().take(file).map(|file| file.buffers().len()).sum();
        let buffers = files.get(file)?.buffers();
        let by_buffer = self.by_buffer.get_or_init(|| {
            let all = files.iter().map(|file| file.buffers().len()).sum();
            ByBuffer::new(all, (0..self.len()).map(|row| Some(self.first_place(row)?.buffer())))
        });
        let behind = buffers.partition_point(|entry| entry.offset < offset);
        // The bytes of a compressed buffer can reach over those that follow it in the file.
        let near = buffers.iter().enumerate().take(behind).rev().take_while(|(_, entry)| {
            offset - entry.offset <= MAX_BUFFER as u64 && (entry.header.is_compressed() || offset < entry.end)
        });
        let starts = |entry: &BufferEntry, row: u32| {
            self.first_place(row as usize).map(|place| record_offset(entry.offset, place.at()))
        };
        near.filter_map(|(number, entry)| {
            let rows = by_buffer.rows(before + number);
            // Operations end about in the order in which they began: the row is not far from where it would be then.
            let guess = rows.partition_point(|row| starts(entry, *row) < Some(offset));
            let (earlier, later) = rows.split_at_checked(guess)?;
            let is_it = |row: &&u32| starts(entry, **row) == Some(offset);
            let both = later
                .iter()
                .map(Some)
                .chain(repeat(None))
                .zip(earlier.iter().rev().map(Some).chain(repeat(None)));
            let both = both.take(rows.len()).flat_map(|(later, earlier)| [later, earlier]).flatten();
            both.into_iter().find(is_it).map(|row| *row as usize)
        })
        .next()
    }

    /// Where a row's first record lies.
    fn first_place(&self, row: usize) -> Option<Place> {
        match self.rows.get(row)?.row() {
            Row::Record(place, _) | Row::Damage(place) => Some(place),
            Row::File(number) => self.file_operations.get(number).map(|operation| operation.start),
            Row::Keyed(number, _) => self.keyed.get(number).map(|operation| operation.place),
        }
    }

    fn visit_row<R>(
        &self,
        buffers: &mut Buffers<'_, '_>,
        row: Row,
        visit: impl FnOnce(Item<'_>) -> ControlFlow<R>,
    ) -> ControlFlow<R> {
        match row {
            Row::Damage(place) => visit(Item::Damaged(buffers.damage(place))),
            Row::Record(place, _) => self.visit_record(buffers, place, None, visit),
            Row::Keyed(number, _) => {
                let Some(operation) = self.keyed.get(number) else { return ControlFlow::Continue(()) };
                let path = self.key_paths.get(operation.key as usize).copied().flatten();
                let path = path.map(|path| self.paths.get(path));
                self.visit_record(buffers, operation.place, path, visit)
            }
            Row::File(number) => match self.file_operations.get(number) {
                Some(operation) => self.visit_file_operation(buffers, number, operation, visit),
                None => ControlFlow::Continue(()),
            },
        }
    }

    /// A registry operation, or a record of another kind. `key` is the path of the key object that it is on.
    fn visit_record<R>(
        &self,
        buffers: &mut Buffers<'_, '_>,
        place: Place,
        key: Option<Utf16<'_>>,
        visit: impl FnOnce(Item<'_>) -> ControlFlow<R>,
    ) -> ControlFlow<R> {
        let visit = |file, record: &EtlRecord<'_>| Some(self.visit_read(file, record, key, visit));
        buffers.record(place, visit).unwrap_or(ControlFlow::Continue(()))
    }

    #[inline(always)]
    fn visit_read<R>(
        &self,
        file: usize,
        record: &EtlRecord<'_>,
        key: Option<Utf16<'_>>,
        visit: impl FnOnce(Item<'_>) -> ControlFlow<R>,
    ) -> ControlFlow<R> {
        let Some((family, id, shape)) = Shapes::get().of(record) else {
            return visit(Item::Record { file, record });
        };
        let (Some(meaning), Some(time)) = (Meanings::get().of(family, id), record.time()) else {
            return ControlFlow::Continue(());
        };
        let payload = record.payload;
        let number32 = |role| shape.number32(payload, role);
        // When the call began: recorded as a raw time since version 2, as a length before.
        let began = match shape.number(payload, Role::InitialTime) {
            Some(began) => {
                let began = Ticks(began.cast_signed());
                let likely = began.0 > 0 && record.ticks.is_some_and(|ended| began <= ended);
                likely.then(|| record.clock().filetime(began))
            }
            None => shape
                .number(payload, Role::ElapsedTime)
                .and_then(|elapsed| i64::try_from(elapsed).ok())
                .filter(|elapsed| *elapsed > 0)
                .map(|elapsed| FileTime(time.0.saturating_sub(elapsed))),
        };
        let with_base = family == Family::RegistryProvider && meaning.does == Does::CreateKey;
        let base = if with_base { Role::BaseKey } else { Role::Key };
        visit(Item::Operation(&Operation {
            class: OperationClass::Registry,
            name: meaning.name,
            time: began.unwrap_or(time),
            duration: began.map(|began| time.since(began)),
            pid: self.pid(record, record.tid, time),
            tid: record.tid,
            status: number32(Role::Status),
            create: None,
            info_class: number32(Role::InfoClass),
            information: None,
            offset: None,
            length: number32(Role::Length),
            file,
            record: record.offset,
            about: About::Registry {
                is_provider: family == Family::RegistryProvider,
                does: meaning.does,
                base: shape.number(payload, base).unwrap_or(0),
                ended: time,
                key,
            },
            names: &self.names,
            shape,
            payload,
        }))
    }

    fn visit_file_operation<R>(
        &self,
        buffers: &mut Buffers<'_, '_>,
        number: usize,
        operation: &FileOperation,
        visit: impl FnOnce(Item<'_>) -> ControlFlow<R>,
    ) -> ControlFlow<R> {
        // Few ask for it, so only the ends of opens are read.
        let opens = operation.name == Meanings::get().create;
        let is_long = operation.took == FileOperation::LONG;
        let (information, ended) = match operation.end.filter(|_| opens || is_long) {
            Some(end) => buffers.record(end, |_, record| {
                let shape = Shapes::get().of(record).map(|(.., shape)| shape).filter(|_| opens);
                let information = shape.and_then(|shape| shape.number(record.payload, Role::Information));
                Some((information, record.time()))
            }),
            None => None,
        }
        .unwrap_or_default();
        let files = buffers.files();
        let visit = |file, record: &EtlRecord<'_>| {
            Some(self.visit_started((files, file), record, (number, operation), (information, ended), visit))
        };
        buffers.record(operation.start, visit).unwrap_or(ControlFlow::Continue(()))
    }

    #[inline(always)]
    fn visit_started<R>(
        &self,
        (files, file): (&[&EtlFile<'_>], usize),
        record: &EtlRecord<'_>,
        (number, operation): (usize, &FileOperation),
        (information, ended): (Option<u64>, Option<FileTime>),
        visit: impl FnOnce(Item<'_>) -> ControlFlow<R>,
    ) -> ControlFlow<R> {
        let is_long = operation.took == FileOperation::LONG;
        let (Some((family, id, shape)), Some(time)) = (Shapes::get().of(record), record.time()) else {
            return ControlFlow::Continue(());
        };
        let payload = record.payload;
        let number32 = |role| shape.number32(payload, role);
        let creates = Meanings::get().of(family, id).is_some_and(|meaning| meaning.does == Does::Create);
        let create = creates.then(|| {
            let options = number32(Role::Options).unwrap_or(0);
            CreateParameters {
                disposition: (options >> 24) as u8,
                options: options & 0x00ff_ffff,
                attributes: number32(Role::Attributes).unwrap_or(0),
                share_access: number32(Role::ShareAccess).unwrap_or(0),
            }
        });
        let tid = record.tid.or_else(|| number32(Role::Thread));
        let took = ended.filter(|_| is_long).map_or(operation.took.into(), |end| end.since(time).max(0));
        let rare = self.rare.get(&number).copied().unwrap_or_default();
        let text = |path: PathPlace| path.text(files, &self.paths);
        let met = operation.met.and_then(|met| self.mets.get(met.index()));
        visit(Item::Operation(&Operation {
            class: OperationClass::File,
            name: operation.name,
            time,
            duration: operation.end.map(|_| took),
            pid: self.pid(record, tid, time),
            tid,
            status: operation.status(),
            create,
            info_class: number32(Role::InfoClass).or(rare.info_class),
            information,
            offset: shape.number(payload, Role::Offset),
            length: number32(Role::Length),
            file,
            record: record.offset,
            about: About::File {
                met: met.map(|met| (text(met.path), met.since)),
                source: operation.path_source,
                target: rare.target.map(text),
                key: shape.number(payload, Role::FileKey).unwrap_or(0),
            },
            names: &self.names,
            shape,
            payload,
        }))
    }

    #[inline]
    fn pid(&self, record: &EtlRecord<'_>, tid: Option<u32>, time: FileTime) -> Option<u32> {
        record.pid.or_else(|| self.names.process_of_thread(tid?, time))
    }
}
