//! One pass over the buffers of a trace. They are read in parallel, some ahead. Meanwhile those already read go
//! through the order of time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::chosen::Chosen;
use super::job::Job;
use super::learnt::Learnt;
use super::resolver::{Resolved, Resolver};
use super::rows::Place;
use super::sieve::{All, Sieve};
use super::steps::{Steps, What};
use crate::clock::FileTime;
use crate::decode::Decoder;
use crate::file::EtlFile;
use crate::merge::Budget;

/// What a pass found.
pub(super) struct Pass {
    pub(super) resolved: Resolved,
    pub(super) learnt: Learnt,
    pub(super) records: u64,
    pub(super) messages: u64,
    pub(super) damaged: u64,
    /// Rows that are not wanted.
    pub(super) left_out: u64,
}

/// The buffers of one processor of one file.
struct Lane<'f> {
    /// The number of the file.
    file: u32,
    jobs: std::vec::IntoIter<Job<'f>>,
    /// Buffers that are read, and where in the first of them the lane is.
    ready: VecDeque<Steps<'f>>,
    at: Cursor,
    /// Buffers that follow them.
    ahead: VecDeque<Steps<'f>>,
    time: FileTime,
}

/// The next step of each kind.
#[derive(Clone, Copy, Default)]
struct Cursor {
    step: usize,
    start: usize,
    end: usize,
    key: usize,
    passed: usize,
}

/// What a pass reads.
#[derive(Clone, Copy)]
pub(super) enum Reads<'c> {
    /// All records.
    All,
    /// All, until there are so many rows.
    Until(usize),
    /// What is chosen. Names, records and damage were counted before.
    Chosen(&'c Chosen<'c>),
    /// All, for the rows that may be wanted; whether names are learnt.
    Sifted(&'c Sieve<'c>, bool),
}

/// Reads records of the files once.
pub(super) fn run(files: &[&EtlFile<'_>], budget: &Budget, reads: Reads<'_>) -> Pass {
    let mut lanes = lanes(files);
    let decoder = Decoder::new();
    // One for each thread that reads: names are kept once each, and joining costs more than reading.
    let learnt: Mutex<Vec<Learnt>> = Mutex::default();
    let mut pass = Pass {
        resolved: Resolved::default(),
        learnt: Learnt::default(),
        records: 0,
        messages: 0,
        damaged: files.iter().map(|file| file.damage().len() as u64).sum(),
        left_out: 0,
    };
    let sieve = match reads {
        Reads::Sifted(sieve, _) => Some(sieve),
        _ => None,
    };
    let mut resolver = Resolver::new(files, sieve);
    let damages = (0..).take(files.iter().map(|file| file.damage().len()).sum());
    damages.for_each(|number| resolver.damage(Place::new(u32::MAX, number)));
    loop {
        let jobs: Vec<(usize, Vec<Job<'_>>)> = lanes
            .iter_mut()
            .enumerate()
            .filter(|(_, lane)| lane.ahead.is_empty())
            .map(|(place, lane)| (place, lane.jobs.by_ref().take(budget.ahead).collect()))
            .filter(|(_, jobs): &(usize, Vec<Job<'_>>)| !jobs.is_empty())
            .collect();
        let more: Vec<bool> = lanes.iter().map(|lane| lane.has_more()).collect();
        let more =
            |lane: usize| more.get(lane) == Some(&true) || jobs.iter().any(|(place, _)| *place == lane);
        let (dry, steps) = rayon::join(
            || merge(&mut lanes, &more, &mut resolver),
            || {
                let flat: Vec<(usize, Job<'_>)> = jobs
                    .iter()
                    .flat_map(|(place, jobs)| jobs.iter().map(move |job| (*place, *job)))
                    .collect();
                flat.into_par_iter()
                    .map(|(place, job)| (place, read(job, budget, &decoder, &learnt, reads)))
                    .collect::<Vec<_>>()
            },
        );
        let nothing = steps.is_empty();
        for (place, steps) in steps {
            pass.records += steps.parts.records;
            pass.messages += steps.parts.messages;
            pass.damaged += steps.parts.damaged;
            pass.left_out += steps.parts.left_out;
            if let Some(lane) = lanes.get_mut(place) {
                lane.ahead.push_back(steps);
            }
        }
        for lane in lanes.iter_mut().filter(|lane| lane.ready.is_empty()) {
            std::mem::swap(&mut lane.ready, &mut lane.ahead);
        }
        let is_enough = matches!(reads, Reads::Until(rows) if resolver.rows() >= rows);
        if is_enough || nothing && dry.is_none() {
            break;
        }
    }
    pass.resolved = resolver.finish();
    pass.left_out += pass.resolved.left_out;
    let all = learnt.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter();
    pass.learnt = all.reduce(Learnt::join).unwrap_or_default();
    pass
}

fn read<'f>(
    job: Job<'f>,
    budget: &Budget,
    decoder: &Decoder,
    learnt: &Mutex<Vec<Learnt>>,
    reads: Reads<'_>,
) -> Steps<'f> {
    let place = (job.number, job.before);
    if let Reads::Chosen(chosen) = reads
        && let Some(brief) = chosen.passes(job.number)
    {
        return Steps::none(job.number, job.empty(), brief.last);
    }
    let Some(buffer) = job.buffer(budget) else { return Steps::unread(job.number, job.empty()) };
    if let Reads::Chosen(chosen) = reads {
        return chosen.read(place, buffer);
    }
    if let Reads::Sifted(sieve, false) = reads {
        return sieve.judge(|judge| Steps::read(place, buffer, None, judge));
    }
    let lock = || learnt.lock().unwrap_or_else(PoisonError::into_inner);
    let mut mine = lock().pop().unwrap_or_default();
    let learns = Some((decoder, &mut mine));
    let steps = match reads {
        Reads::Sifted(sieve, _) => sieve.judge(|judge| Steps::read(place, buffer, learns, judge)),
        _ => Steps::read(place, buffer, learns, &mut All),
    };
    lock().push(mine);
    steps
}

fn lanes<'f>(files: &[&'f EtlFile<'_>]) -> Vec<Lane<'f>> {
    let lanes = Job::lanes(files).into_iter();
    lanes
        .map(|(file, jobs)| Lane {
            file,
            jobs: jobs.into_iter(),
            ready: VecDeque::new(),
            at: Cursor::default(),
            ahead: VecDeque::new(),
            time: FileTime(i64::MIN),
        })
        .collect()
}

/// Goes through the steps that are read in the order of time, until a lane runs dry that has more to come: which.
fn merge(
    lanes: &mut [Lane<'_>],
    more: &impl Fn(usize) -> bool,
    resolver: &mut Resolver<'_, '_>,
) -> Option<usize> {
    let mut heap = BinaryHeap::with_capacity(lanes.len());
    for (place, lane) in lanes.iter_mut().enumerate() {
        match lane.settle() {
            Some(time) => heap.push(Reverse((time, place))),
            None if more(place) => return Some(place),
            None => {}
        }
    }
    while let Some(Reverse((_, place))) = heap.pop() {
        let until = heap.peek().map(|Reverse(next)| *next);
        let Some(lane) = lanes.get_mut(place) else { continue };
        // Records of one processor come in runs: the heap is touched only when another lane is next.
        loop {
            if lane.take_until(place, until, resolver) {
                heap.push(Reverse((lane.time, place)));
                break;
            }
            if lane.settle().is_none() {
                if more(place) {
                    return Some(place);
                }
                break;
            }
        }
    }
    None
}

impl<'f> Lane<'f> {
    fn has_more(&self) -> bool {
        !self.ahead.is_empty() || !self.jobs.as_slice().is_empty()
    }

    /// Goes to the next step: its time, or nothing where no buffer is ready.
    fn settle(&mut self) -> Option<FileTime> {
        while let Some(steps) = self.ready.front() {
            if let Some(step) = steps.parts.steps.get(self.at.step) {
                self.time = self.time.max(step.order);
                return Some(self.time);
            }
            self.time = self.time.max(steps.parts.last);
            self.at = Cursor::default();
            self.ready.pop_front();
        }
        None
    }

    /// Takes steps from the one [`Lane::settle`] stopped at, until another lane is next: then true. False at the end of
    /// a buffer.
    fn take_until(
        &mut self,
        place: usize,
        until: Option<(FileTime, usize)>,
        resolver: &mut Resolver<'_, '_>,
    ) -> bool {
        let Some(steps) = self.ready.front() else { return false };
        let parts = &steps.parts;
        for step in parts.steps.get(self.at.step..).unwrap_or_default() {
            self.time = self.time.max(step.order);
            if until.is_some_and(|until| (self.time, place) > until) {
                return true;
            }
            let record = Place::new(steps.number, step.at);
            self.at.step += 1;
            match step.what {
                What::Operation(told) => resolver.operation(record, told),
                What::Record => resolver.record(record),
                What::Damage => resolver.damage(record),
                What::Start => {
                    if let Some(start) = parts.starts.get(self.at.start) {
                        resolver.start(self.file, steps, record, start);
                    }
                    self.at.start += 1;
                }
                What::End => {
                    if let Some(end) = parts.ends.get(self.at.end) {
                        resolver.end(self.file, record, end);
                    }
                    self.at.end += 1;
                }
                What::Passed => {
                    if let Some(passed) = parts.passed.get(self.at.passed) {
                        resolver.passed(self.file, *passed);
                    }
                    self.at.passed += 1;
                }
                What::Key => {
                    if let Some(key) = parts.keys.get(self.at.key) {
                        resolver.key(steps, record, key);
                    }
                    self.at.key += 1;
                }
            }
        }
        false
    }
}
