//! The first look at a trace, for a filter that wants failures only, or what some processes did. It reads all buffers in
//! parallel, in any order. It finds the records that report such a failure, and who did what. Of the others it keeps a
//! few bits, by which `chosen` finds what names the objects.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::bits::{Bit, Bits};
use super::doers::{Doer, Doers};
use super::glimpse::{Glimpse, MayWant, MayWantOf};
use super::job::Job;
use super::learnt::{About, Known, Learnt};
use super::meaning::{Does, Meaning, OperationName};
use super::shape::{Family, Role};
use super::steps::{Steps, is_row};
use super::table::Names;
use crate::clock::FileTime;
use crate::decode::Decoder;
use crate::file::EtlFile;
use crate::hash::KeyMap;
use crate::merge::Budget;
use crate::record::EtlRecord;

/// What is wanted of the failures of each status, or of each process.
pub(super) struct Asked<'w> {
    may_want: MayWant<'w>,
    /// Whether records of other kinds are wanted.
    pub(super) records: bool,
    /// Whether it is the process that tells what is wanted.
    pub(super) of_processes: bool,
}

impl<'w> Asked<'w> {
    /// Asks for failures. Nothing where an operation is wanted that succeeded or has no status: then nearly all records
    /// are needed.
    pub(super) fn failures(may_want: MayWant<'w>) -> Option<Self> {
        let asked = Asked { may_want, records: may_want(Glimpse::Record), of_processes: false };
        let ordinary = asked.wants_file(None) || asked.wants_file(Some(0)) || asked.wants_key(Some(0));
        (!ordinary).then_some(asked)
    }

    /// Asks who did what.
    pub(super) fn processes(may_want: MayWant<'w>) -> Self {
        Asked { may_want, records: may_want(Glimpse::Record), of_processes: true }
    }

    fn wants_file(&self, status: Option<u32>) -> bool {
        OperationName::all().any(|name| (self.may_want)(Glimpse::File(name, status)))
    }

    fn wants_key(&self, status: Option<u32>) -> bool {
        (self.may_want)(Glimpse::Registry(None, status))
    }
}

/// Whether failures are wanted, by their status.
#[derive(Default)]
pub(super) struct Answers {
    files: KeyMap<u32, bool>,
    keys: KeyMap<Option<u32>, bool>,
}

/// Statuses whose answers are remembered; Windows has about as many that occur. Others are wanted.
const ANSWERS: usize = 1 << 10;

impl Answers {
    #[inline]
    fn file(&mut self, asked: &Asked<'_>, status: Option<u32>) -> bool {
        let Some(status) = status.filter(|status| *status != 0) else { return false };
        let room = self.files.len() < ANSWERS;
        match self.files.get(&status) {
            Some(answer) => *answer,
            None => !room || *self.files.entry(status).or_insert_with(|| asked.wants_file(Some(status))),
        }
    }

    #[inline]
    fn key(&mut self, asked: &Asked<'_>, status: Option<u32>) -> bool {
        if status == Some(0) {
            return false;
        }
        let room = self.keys.len() < ANSWERS;
        match self.keys.get(&status) {
            Some(answer) => *answer,
            None => !room || *self.keys.entry(status).or_insert_with(|| asked.wants_key(status)),
        }
    }

    /// Whether a file operation of a status that was met is wanted.
    pub(super) fn wants_file(&self, status: Option<u32>) -> bool {
        let status = status.filter(|status| *status != 0);
        status.is_some_and(|status| self.files.get(&status).copied().unwrap_or(true))
    }

    /// Whether a registry operation of a status that was met is wanted.
    #[inline]
    pub(super) fn wants_key(&self, status: Option<u32>) -> bool {
        status != Some(0) && self.keys.get(&status).copied().unwrap_or(true)
    }

    /// The statuses of failures that were met; nothing where there is no room for all.
    fn statuses(&self) -> Option<impl Iterator<Item = u32>> {
        let has_room = self.files.len() < ANSWERS && self.keys.len() < ANSWERS;
        has_room.then(|| self.files.keys().copied().chain(self.keys.keys().copied().flatten()))
    }

    fn join(mut self, other: Answers) -> Answers {
        self.files.extend(other.files);
        self.keys.extend(other.keys);
        self
    }
}

/// A few bits of the begin of a file operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct StartBits {
    pub(super) packet: Bit,
    pub(super) object: Bit,
    /// The key of the file, where there is one.
    pub(super) key: Option<Bit>,
    pub(super) doer: Bit,
    /// What it does with the object, or with its file.
    pub(super) opens: bool,
    pub(super) renames: bool,
    pub(super) closes: bool,
}

/// A few bits of an opening of a key.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenBits {
    pub(super) object: Bit,
    /// What its name is relative to.
    pub(super) base: Bit,
}

/// What is kept of a buffer.
#[derive(Debug, Default)]
pub(super) struct Brief {
    pub(super) starts: Vec<StartBits>,
    /// The packets of file operations that end.
    pub(super) ends: Vec<Bit>,
    pub(super) opens: Vec<OpenBits>,
    /// Key objects that end.
    pub(super) closes: Vec<Bit>,
    /// Who did something in the registry, and the key objects that it was on. Kept where it is asked who did what.
    pub(super) doers: Vec<(Bit, Option<Bit>)>,
    /// Whether it has damage, or a record that is wanted whatever the others tell.
    pub(super) is_wanted: bool,
    /// The latest time of a record.
    pub(super) last: FileTime,
}

/// What was found in some buffers.
#[derive(Default)]
pub(super) struct Found {
    pub(super) learnt: Learnt,
    pub(super) answers: Answers,
    /// Statuses of operations that succeeded were met.
    pub(super) successes: bool,
    doers: Doers,
    /// Request packets of wanted operations.
    pub(super) packets: Bits,
    /// Key objects that wanted operations are on.
    pub(super) key_objects: Bits,
    pub(super) records: u64,
    pub(super) messages: u64,
    pub(super) damaged: u64,
    /// Records that begin a row, or are one.
    pub(super) rows: u64,
    /// Ends of wanted operations, and wanted records.
    pub(super) wanted: u64,
}

/// One row of so many may be wanted; else pairing all of them is cheaper.
const FEW: u64 = 32;
/// The same of what processes did: a process opens files that others use as well.
const FEW_OF_PROCESSES: u64 = 1024;

/// What all buffers have together, and what is kept of each by its number.
pub(super) struct Survey {
    pub(super) found: Found,
    pub(super) briefs: Vec<Brief>,
}

impl Survey {
    /// Notes the operations of the processes that may be wanted, once the names are known: who did them.
    pub(super) fn find(&mut self, names: &Names, may_want: MayWantOf<'_>) -> Bits {
        let (found, mut wanted) = (&mut self.found, Bits::default());
        found.doers.settle();
        if found.doers.too_many {
            found.wanted = u64::MAX;
            return wanted;
        }
        for (doer, rows) in &found.doers.rows {
            if doer.may_be_wanted(names, may_want) {
                wanted.insert(doer.bit());
                found.wanted += rows;
            }
        }
        for brief in &self.briefs {
            for start in brief.starts.iter().filter(|start| wanted.has(start.doer)) {
                found.packets.insert(start.packet);
            }
            let objects = brief.doers.iter().filter(|(doer, _)| wanted.has(*doer));
            for base in objects.filter_map(|(_, base)| *base) {
                found.key_objects.insert(base);
            }
        }
        wanted
    }
}

/// Looks at all buffers.
pub(super) fn run(files: &[&EtlFile<'_>], budget: &Budget, asked: &Asked<'_>) -> Survey {
    look_at(jobs(files), budget, asked, files)
}

/// Buffers that are looked at first.
const FIRST: usize = 64;

/// Looks at some buffers from all over the trace. Nothing where it has few.
pub(super) fn sample(files: &[&EtlFile<'_>], budget: &Budget, asked: &Asked<'_>) -> Option<Survey> {
    let jobs = jobs(files);
    let step = jobs.len() / FIRST;
    let some = || jobs.into_iter().step_by(step).collect();
    (step >= 2).then(|| look_at(some(), budget, asked, &[]))
}

fn jobs<'f>(files: &[&'f EtlFile<'_>]) -> Vec<Job<'f>> {
    let mut jobs: Vec<Job<'_>> = Job::lanes(files).into_iter().flat_map(|(_, jobs)| jobs).collect();
    jobs.sort_by_key(|job| job.number);
    jobs
}

/// What each of some buffers is made into, and what the threads found meanwhile.
fn each<T: Send, F: Default + Send>(
    jobs: Vec<Job<'_>>,
    make: impl Fn(&mut F, Job<'_>) -> T + Sync,
) -> (Vec<T>, Vec<F>) {
    let found: Mutex<Vec<F>> = Mutex::default();
    let lock = || found.lock().unwrap_or_else(PoisonError::into_inner);
    let look = |job: Job<'_>| {
        let mut mine = lock().pop().unwrap_or_default();
        let made = make(&mut mine, job);
        lock().push(mine);
        made
    };
    let made = jobs.into_par_iter().map(look).collect();
    (made, found.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn look_at(jobs: Vec<Job<'_>>, budget: &Budget, asked: &Asked<'_>, files: &[&EtlFile<'_>]) -> Survey {
    let decoder = Decoder::new();
    let (briefs, all) = each(jobs, |found: &mut Found, job| found.look(job, budget, &decoder, asked));
    let mut found = all.into_iter().reduce(Found::join).unwrap_or_default();
    found.damaged += files.iter().map(|file| file.damage().len() as u64).sum::<u64>();
    Survey { found, briefs }
}

/// What all buffers tell of names.
pub(super) fn learn(files: &[&EtlFile<'_>], budget: &Budget) -> Learnt {
    let decoder = Decoder::new();
    let (_, all) = each(jobs(files), |learnt: &mut Learnt, job| {
        if let Some(buffer) = job.buffer(budget) {
            learnt.read(&buffer, &decoder);
        }
    });
    all.into_iter().reduce(Learnt::join).unwrap_or_default()
}

impl Found {
    /// The statuses that were met, where all were asked.
    pub(super) fn statuses(&self) -> Option<Vec<u32>> {
        let failures = self.answers.statuses()?;
        let mut all: Vec<u32> = failures.chain(self.successes.then_some(0)).collect();
        all.sort_unstable();
        all.dedup();
        Some(all)
    }

    /// Whether few rows are wanted.
    pub(super) fn is_little(&self, asked: &Asked<'_>) -> bool {
        self.wanted <= self.rows / if asked.of_processes { FEW_OF_PROCESSES } else { FEW }
    }

    fn join(self, other: Found) -> Found {
        Found {
            learnt: self.learnt.join(other.learnt),
            answers: self.answers.join(other.answers),
            successes: self.successes || other.successes,
            doers: self.doers.join(other.doers),
            packets: self.packets.join(&other.packets),
            key_objects: self.key_objects.join(&other.key_objects),
            records: self.records + other.records,
            messages: self.messages + other.messages,
            damaged: self.damaged + other.damaged,
            rows: self.rows + other.rows,
            wanted: self.wanted + other.wanted,
        }
    }

    fn look(&mut self, job: Job<'_>, budget: &Budget, decoder: &Decoder, asked: &Asked<'_>) -> Brief {
        let mut brief = Brief::default();
        let parts = match job.buffer(budget) {
            Some(buffer) => {
                let room = buffer.data.len() / 160;
                brief.starts.reserve(room);
                brief.ends.reserve(room);
                let take = |_: &mut _, _, record: &EtlRecord<'_>, known: Known<'_>| {
                    self.learnt.add(record, &known, decoder);
                    match known {
                        Known::Operation(about) => {
                            if let Some(meaning) = about.meaning {
                                self.operation(&mut brief, record, about, meaning, asked);
                            }
                        }
                        Known::Other(Some(_)) if is_row(record.event) => {
                            self.rows += 1;
                            self.wanted += u64::from(asked.records);
                            brief.is_wanted |= asked.records;
                        }
                        Known::Timeless | Known::Other(_) => {}
                    }
                };
                Steps::of((job.number, job.before), buffer, 0, take).parts
            }
            None => Steps::unread(job.number, job.empty()).parts,
        };
        self.records += parts.records;
        self.messages += parts.messages;
        self.damaged += parts.damaged;
        // What one buffer leaves free the next one takes.
        brief.starts.shrink_to_fit();
        brief.ends.shrink_to_fit();
        brief.doers.sort_unstable();
        brief.doers.dedup();
        brief.doers.shrink_to_fit();
        brief.is_wanted |= parts.damaged > 0;
        brief.last = parts.last;
        brief
    }

    #[inline]
    fn operation(
        &mut self,
        brief: &mut Brief,
        record: &EtlRecord<'_>,
        About { family, shape, .. }: About<'_>,
        meaning: Meaning,
        asked: &Asked<'_>,
    ) {
        let payload = record.payload;
        if !shape.fits(payload) {
            brief.is_wanted = true;
            return;
        }
        let bit = |role| Bit::of(shape.number(payload, role).unwrap_or(0));
        match meaning.does {
            Does::End => {
                let packet = bit(Role::Irp);
                brief.ends.push(packet);
                if asked.of_processes {
                    return;
                }
                let status = shape.number32(payload, Role::Status);
                self.successes |= status == Some(0);
                if self.answers.file(asked, status) {
                    self.packets.insert(packet);
                    self.wanted += 1;
                }
            }
            does @ (Does::Key | Does::CreateKey | Does::CloseKey | Does::KeyValue) => {
                self.rows += 1;
                let status = shape.number32(payload, Role::Status);
                let is_provider = family == Family::RegistryProvider;
                let object = bit(Role::Key);
                let base = if does == Does::CreateKey { bit(Role::BaseKey) } else { object };
                let mut is_wanted = false;
                if asked.of_processes {
                    let doer = Doer::of(record, shape);
                    self.doers.count(doer);
                    brief.doers.push((doer.bit(), is_provider.then_some(base)));
                } else {
                    self.successes |= status == Some(0);
                    is_wanted = self.answers.key(asked, status);
                }
                brief.is_wanted |= is_wanted;
                self.wanted += u64::from(is_wanted);
                if !is_provider {
                    return;
                }
                if is_wanted {
                    self.key_objects.insert(base);
                }
                match does {
                    Does::CreateKey if status == Some(0) => brief.opens.push(OpenBits { object, base }),
                    Does::CloseKey => brief.closes.push(object),
                    _ => {}
                }
            }
            does => {
                self.rows += 1;
                let packet = bit(Role::Irp);
                let doer = Doer::of(record, shape);
                if asked.of_processes {
                    self.doers.count(doer);
                }
                brief.starts.push(StartBits {
                    packet,
                    doer: doer.bit(),
                    object: bit(Role::FileObject),
                    key: shape.number(payload, Role::FileKey).filter(|key| *key != 0).map(Bit::of),
                    opens: does == Does::Create,
                    renames: matches!(does, Does::Rename | Does::Target),
                    closes: does == Does::Close,
                });
            }
        }
    }
}
