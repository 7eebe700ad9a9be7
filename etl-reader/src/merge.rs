//! The records of one or several files in the order of time.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::ops::ControlFlow;

use rayon::prelude::*;

use crate::buffer::EtlBuffer;
use crate::buffers::BufferEntry;
use crate::clock::FileTime;
use crate::error::EtlError;
use crate::file::EtlFile;
use crate::record::{EtlRecord, Step};

/// Decompressed bytes that may be held at once. A real file needs one or a few buffers a processor: 64 KiB by
/// 8 processors is the most seen. A made file may claim 65,536 processors and large buffers.
const BUDGET: usize = 256 << 20;

/// Buffers of a lane decompressed at once, in parallel.
const AHEAD: usize = 16;

/// Calls `visit` for every record of the files, by time. `visit` is given the file's place in `files` and the
/// record, or what is damaged; it ends the walk early with [`ControlFlow::Break`].
///
/// The events of one processor are in order within a file (true of all real files seen), so this is a merge of
/// one lane for each processor of each file; buffers of a lane are ordered by their sequence number, which also
/// puts a circular file right. A record without a time, or one earlier than the one before it on the same
/// processor, keeps its place after that one. Files of different boots may be given together: their own clocks
/// give FILETIMEs.
pub fn in_order<B>(
    files: &[&EtlFile<'_>],
    mut visit: impl FnMut(usize, Result<&EtlRecord<'_>, EtlError>) -> ControlFlow<B>,
) -> ControlFlow<B> {
    for (number, file) in files.iter().enumerate() {
        for error in file.damage() {
            visit(number, Err(error.clone()))?;
        }
    }
    let mut lanes = lanes(files);
    let budget = Budget::new(files);
    let mut heap = BinaryHeap::with_capacity(lanes.len());
    for (number, lane) in lanes.iter_mut().enumerate() {
        if let Some(time) = lane.settle(&budget, &mut visit)? {
            heap.push(Reverse((time, number)));
        }
    }
    while let Some(Reverse((_, number))) = heap.pop() {
        let until = heap.peek().map(|Reverse(next)| *next);
        let Some(lane) = lanes.get_mut(number) else { continue };
        // Records of one processor come in runs: the heap is touched only when another lane is next.
        loop {
            if lane.visit_until(number, until, &mut visit)? {
                heap.push(Reverse((lane.time, number)));
                break;
            }
            if lane.settle(&budget, &mut visit)?.is_none() {
                break;
            }
        }
    }
    ControlFlow::Continue(())
}

/// How much is decompressed at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    /// Buffers of a lane.
    pub(crate) ahead: usize,
    /// Bytes of a buffer; those of a larger one cannot be held beside the other lanes'.
    pub(crate) limit: usize,
}

impl Budget {
    pub(crate) fn new(files: &[&EtlFile<'_>]) -> Budget {
        let lanes = lanes_of(files);
        let memory = |(_, file, entries): &(usize, &EtlFile<'_>, Vec<(u32, BufferEntry)>)| {
            entries.iter().map(|(_, entry)| file.memory(entry)).max()
        };
        let largest = lanes.iter().filter_map(memory).max().unwrap_or(0);
        let together = largest.saturating_mul(lanes.len()).max(1);
        Budget { ahead: (BUDGET / together).clamp(1, AHEAD), limit: BUDGET / lanes.len().max(1) }
    }

    /// Why a buffer that is too large is not read.
    pub(crate) fn exceeded(&self, file: &EtlFile<'_>, entry: &BufferEntry) -> EtlError {
        EtlError::TooLarge {
            what: "decompressed buffer beside those of the other processors",
            offset: entry.offset,
            need: file.memory(entry) as u64,
            limit: self.limit as u64,
        }
    }
}

/// Number of a file, the file, and its buffers with their numbers.
type Listed<'f, 'b> = (usize, &'f EtlFile<'b>, Vec<(u32, BufferEntry)>);

/// A lane for each processor of each file: the file's place, the file, and the lane's buffers in their order, with their
/// numbers counted over all files.
pub(crate) fn lanes_of<'f, 'b>(files: &[&'f EtlFile<'b>]) -> Vec<Listed<'f, 'b>> {
    let mut lanes = Vec::new();
    let mut numbers = 0_u32..;
    for (place, &file) in files.iter().enumerate() {
        let per_processor = file.header().per_processor();
        let mut by_cpu: BTreeMap<u16, Vec<(u32, BufferEntry)>> = BTreeMap::new();
        for (entry, number) in file.buffers().iter().zip(numbers.by_ref()) {
            let cpu = if per_processor { entry.header.cpu() } else { 0 };
            by_cpu.entry(cpu).or_default().push((number, *entry));
        }
        for mut entries in by_cpu.into_values() {
            entries.sort_by_key(|(_, entry)| entry.header.sequence_number);
            lanes.push((place, file, entries));
        }
    }
    lanes
}

/// The buffers of one processor of one file.
struct Lane<'f> {
    file: &'f EtlFile<'f>,
    number: usize,
    entries: std::vec::IntoIter<(u32, BufferEntry)>,
    ready: VecDeque<EtlBuffer<'f>>,
    at: usize,
    time: FileTime,
}

fn lanes<'f>(files: &[&'f EtlFile<'_>]) -> Vec<Lane<'f>> {
    let lanes = lanes_of(files).into_iter();
    lanes
        .map(|(number, file, entries)| Lane {
            file,
            number,
            entries: entries.into_iter(),
            ready: VecDeque::new(),
            at: 0,
            time: FileTime(i64::MIN),
        })
        .collect()
}

impl Lane<'_> {
    /// Goes to the next record: its time, or nothing at the lane's end. Damage on the way is visited.
    fn settle<B>(
        &mut self,
        budget: &Budget,
        visit: &mut impl FnMut(usize, Result<&EtlRecord<'_>, EtlError>) -> ControlFlow<B>,
    ) -> ControlFlow<B, Option<FileTime>> {
        loop {
            if self.ready.is_empty() && !self.refill(budget, visit)? {
                return ControlFlow::Continue(None);
            }
            let Some(buffer) = self.ready.front() else { continue };
            match buffer.step(self.at) {
                Step::Record(record, _) => {
                    if let Some(time) = record.time() {
                        self.time = self.time.max(time);
                    }
                    return ControlFlow::Continue(Some(self.time));
                }
                Step::Damaged(error, Some(next)) => {
                    visit(self.number, Err(error))?;
                    self.at = next;
                }
                Step::Damaged(error, None) => {
                    visit(self.number, Err(buffer.damage.clone().unwrap_or(error)))?;
                    self.next_buffer();
                }
                Step::End => {
                    if let Some(damage) = buffer.damage.clone() {
                        visit(self.number, Err(damage))?;
                    }
                    self.next_buffer();
                }
            }
        }
    }

    fn next_buffer(&mut self) {
        self.ready.pop_front();
        self.at = 0;
    }

    /// Visits records from the one [`Lane::settle`] stopped at, until another lane is next: then true. False at
    /// anything else than a record.
    fn visit_until<B>(
        &mut self,
        place: usize,
        until: Option<(FileTime, usize)>,
        visit: &mut impl FnMut(usize, Result<&EtlRecord<'_>, EtlError>) -> ControlFlow<B>,
    ) -> ControlFlow<B, bool> {
        let Some(buffer) = self.ready.front() else { return ControlFlow::Continue(false) };
        while let Step::Record(record, next) = buffer.step(self.at) {
            if let Some(time) = record.time() {
                self.time = self.time.max(time);
            }
            if until.is_some_and(|until| (self.time, place) > until) {
                return ControlFlow::Continue(true);
            }
            visit(self.number, Ok(&record))?;
            self.at = next;
        }
        ControlFlow::Continue(false)
    }

    fn refill<B>(
        &mut self,
        budget: &Budget,
        visit: &mut impl FnMut(usize, Result<&EtlRecord<'_>, EtlError>) -> ControlFlow<B>,
    ) -> ControlFlow<B, bool> {
        let mut batch = Vec::new();
        while batch.len() < budget.ahead {
            let Some((_, entry)) = self.entries.next() else { break };
            if self.file.memory(&entry) > budget.limit {
                visit(self.number, Err(budget.exceeded(self.file, &entry)))?;
                continue;
            }
            batch.push(entry);
        }
        let file = self.file;
        if batch.iter().any(|entry| entry.header.is_compressed()) {
            self.ready = batch.par_iter().map(|entry| file.read(entry)).collect::<Vec<_>>().into();
        } else {
            self.ready.extend(batch.iter().map(|entry| file.read(entry)));
        }
        ControlFlow::Continue(!self.ready.is_empty())
    }
}
