//! Who did how much in a trace.

use super::bits::Bit;
use super::glimpse::MayWantOf;
use super::shape::{Role, Shape};
use super::table::Names;
use crate::hash::KeyMap;
use crate::record::EtlRecord;

/// Who did what a record tells: the process, or the thread where the record names no process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Doer {
    Process(u32),
    Thread(Option<u32>),
}

impl Doer {
    #[inline]
    pub(super) fn of(record: &EtlRecord<'_>, shape: &Shape) -> Doer {
        match record.pid {
            Some(pid) => Doer::Process(pid),
            None => Doer::Thread(record.tid.or_else(|| shape.number32(record.payload, Role::Thread))),
        }
    }

    #[inline]
    pub(super) fn bit(self) -> Bit {
        Bit::of(match self {
            Doer::Process(pid) => u64::from(pid),
            Doer::Thread(tid) => 1 << 32 | tid.map_or(1 << 33, u64::from),
        })
    }

    /// Whether rows of it may be wanted. A thread may have belonged to several processes.
    pub(super) fn may_be_wanted(self, names: &Names, may_want: MayWantOf<'_>) -> bool {
        match self {
            Doer::Process(pid) => may_want(names, Some(pid)),
            Doer::Thread(tid) => {
                let pids = tid.into_iter().flat_map(|tid| names.processes_of_thread(tid));
                may_want(names, None) || pids.into_iter().any(|pid| may_want(names, Some(pid)))
            }
        }
    }
}

/// Who did how much.
#[derive(Default)]
pub(super) struct Doers {
    pub(super) rows: KeyMap<Doer, u64>,
    last: Option<(Doer, u64)>,
    /// Whether there are more than have room.
    pub(super) too_many: bool,
}

/// So many are told from each other.
const DOERS: usize = 1 << 16;

impl Doers {
    /// Counts a row. The next one is often of the same.
    #[inline]
    pub(super) fn count(&mut self, doer: Doer) {
        match &mut self.last {
            Some((last, rows)) if *last == doer => *rows += 1,
            _ => {
                self.settle();
                self.last = Some((doer, 1));
            }
        }
    }

    pub(super) fn settle(&mut self) {
        let Some((doer, rows)) = self.last.take() else { return };
        self.add(doer, rows);
    }

    fn add(&mut self, doer: Doer, rows: u64) {
        if self.rows.len() < DOERS || self.rows.contains_key(&doer) {
            *self.rows.entry(doer).or_default() += rows;
        } else {
            self.too_many = true;
        }
    }

    pub(super) fn join(mut self, mut other: Doers) -> Doers {
        self.settle();
        other.settle();
        for (doer, rows) in other.rows {
            self.add(doer, rows);
        }
        self.too_many |= other.too_many;
        self
    }
}
