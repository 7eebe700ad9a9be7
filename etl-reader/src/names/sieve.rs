//! A filter on raw records: which of them begin a row that may be wanted. Names are resolved for those only. A path is
//! asked once, where an event tells it, and the answer goes with the name.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::glimpse::{Glimpse, Wants};
use super::meaning::{Does, Meaning, Meanings, OperationName};
use super::piece::Piece;
use super::table::Names;
use crate::clock::FileTime;
use crate::hash::{KeyMap, Keyed};
use crate::record::EtlRecord;
use crate::text::Utf16;

/// Tells of records as they are read whether their rows may be wanted.
pub(super) trait Judge {
    /// Whether a file operation may be wanted that begins so, whatever its path.
    fn begins(&mut self, record: &EtlRecord<'_>, meaning: Meaning, class: Option<u32>, who: Who) -> bool;

    /// Whether a registry operation may be wanted, whatever its path.
    fn registry(&mut self, record: &EtlRecord<'_>, meaning: Meaning, status: Option<u32>, who: Who) -> bool;

    /// Whether it depends on the path.
    fn asks_paths(&self) -> bool;

    /// Whether a path may be wanted that has this text.
    fn told(&self, text: Utf16<'_>) -> bool;

    /// Whether the file that a key stands for may have such a path.
    fn file_key(&self, key: u64) -> bool;

    /// Whether the registry key at an address may have such a path.
    fn key(&self, address: u64) -> bool;

    /// Whether records of other kinds are wanted.
    fn records(&self) -> bool;
}

/// The thread of a record, and when that is.
#[derive(Clone, Copy)]
pub(super) struct Who {
    pub(super) tid: Option<u32>,
    pub(super) time: FileTime,
}

/// Wants every row.
pub(super) struct All;

impl Judge for All {
    #[inline(always)]
    fn begins(&mut self, _: &EtlRecord<'_>, _: Meaning, _: Option<u32>, _: Who) -> bool {
        true
    }

    #[inline(always)]
    fn registry(&mut self, _: &EtlRecord<'_>, _: Meaning, _: Option<u32>, _: Who) -> bool {
        true
    }

    #[inline(always)]
    fn asks_paths(&self) -> bool {
        false
    }

    #[inline(always)]
    fn told(&self, _: Utf16<'_>) -> bool {
        true
    }

    #[inline(always)]
    fn file_key(&self, _: u64) -> bool {
        true
    }

    #[inline(always)]
    fn key(&self, _: u64) -> bool {
        true
    }

    #[inline(always)]
    fn records(&self) -> bool {
        true
    }
}

/// A filter, as far as it can be asked before rows are made.
pub(super) struct Sieve<'s> {
    wants: Wants<'s>,
    /// The names, where they are needed and known.
    names: Option<&'s Names>,
    /// By the number of a file operation's name.
    begun: Vec<bool>,
    any_begun: bool,
    records: bool,
    pieces: Vec<Piece>,
    file_keys: HashSet<u64, Keyed>,
    keys: HashSet<u64, Keyed>,
    memories: Mutex<Vec<Memory>>,
}

/// What a thread remembers.
#[derive(Default)]
struct Memory {
    /// The process of the last record: its next one is often the next record.
    last: Option<(u32, bool)>,
    processes: KeyMap<Option<u32>, bool>,
    registry: KeyMap<(OperationName, Option<u32>), bool>,
}

/// Answers that are remembered, so that no file can make them grow.
pub(super) const ANSWERS: usize = 1 << 12;

/// What the roots of registry paths are called, beside what the kernel calls them.
const ROOTS: [&str; 2] = ["HKLM", "HKU"];

impl<'s> Sieve<'s> {
    /// Nothing where every operation may be wanted. `failures` tells that only those may be that failed.
    pub(super) fn is_useful(wants: &Wants<'_>, failures: bool) -> bool {
        let all_names = OperationName::all().all(|name| {
            (wants.glimpse)(Glimpse::Begun(name)) && (wants.glimpse)(Glimpse::Registry(Some(name), None))
        });
        failures || wants.process.is_some() || !wants.path_has.is_empty() || !all_names
    }

    /// Whether names must be known before.
    pub(super) fn needs_names(wants: &Wants<'_>) -> bool {
        wants.process.is_some() || !wants.path_has.is_empty()
    }

    pub(super) fn new(wants: Wants<'s>, names: Option<&'s Names>) -> Self {
        let begun: Vec<bool> =
            OperationName::all().map(|name| (wants.glimpse)(Glimpse::Begun(name))).collect();
        let pieces: Option<Vec<Piece>> = wants.path_has.iter().map(|text| Piece::new(text)).collect();
        // What people write in the place of a device or of a root is not in the records.
        let is_written = |piece: &Piece| {
            let of_names = names.into_iter().flat_map(|names| names.volumes().written());
            of_names.chain(ROOTS).any(|text| piece.is_in_text(text))
        };
        let pieces = pieces.filter(|pieces| !pieces.iter().any(is_written)).unwrap_or_default();
        let holds = |text: Utf16<'_>| pieces.iter().any(|piece| piece.is_in(text));
        let (file_keys, keys) = match names.filter(|_| !pieces.is_empty()) {
            Some(names) => names.keys_of_paths(holds),
            None => Default::default(),
        };
        Sieve {
            wants,
            names,
            any_begun: begun.contains(&true),
            begun,
            records: (wants.glimpse)(Glimpse::Record),
            pieces,
            file_keys,
            keys,
            memories: Mutex::default(),
        }
    }

    /// Whether a file operation is wanted that has ended so, or has not.
    pub(super) fn wants_ended(&self, name: OperationName, status: Option<u32>) -> bool {
        (self.wants.glimpse)(Glimpse::File(name, status))
    }

    /// Judges with what one of the threads remembers.
    pub(super) fn judge<T>(&self, take: impl FnOnce(&mut Sifting<'_, 's>) -> T) -> T {
        let lock = || self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        let memory = lock().pop().unwrap_or_default();
        let mut sifting = Sifting { sieve: self, memory };
        let taken = take(&mut sifting);
        lock().push(sifting.memory);
        taken
    }
}

/// A thread's way to ask a sieve.
pub(super) struct Sifting<'a, 's> {
    sieve: &'a Sieve<'s>,
    memory: Memory,
}

impl Sifting<'_, '_> {
    #[inline]
    fn process(&mut self, record: &EtlRecord<'_>, Who { tid, time }: Who) -> bool {
        let (Some(may_want), Some(names)) = (self.sieve.wants.process, self.sieve.names) else { return true };
        if let (Some(pid), Some((last, answer))) = (record.pid, self.memory.last)
            && pid == last
        {
            return answer;
        }
        let pid = record.pid.or_else(|| names.process_of_thread(tid?, time));
        let answer = remembered(&mut self.memory.processes, pid, || may_want(names, pid));
        self.memory.last = record.pid.map(|pid| (pid, answer));
        answer
    }
}

#[inline]
fn remembered<K: Eq + std::hash::Hash>(
    known: &mut KeyMap<K, bool>,
    key: K,
    ask: impl FnOnce() -> bool,
) -> bool {
    if let Some(answer) = known.get(&key) {
        return *answer;
    }
    let answer = ask();
    if known.len() < ANSWERS {
        known.insert(key, answer);
    }
    answer
}

impl Judge for Sifting<'_, '_> {
    #[inline]
    fn begins(&mut self, record: &EtlRecord<'_>, meaning: Meaning, class: Option<u32>, who: Who) -> bool {
        let may = match meaning.does {
            // A later record may tell what it is called.
            Does::Set | Does::Rename | Does::Path | Does::Target => self.sieve.any_begun,
            _ => {
                let name = Meanings::get().named(meaning, class);
                self.sieve.begun.get(name.index()).copied().unwrap_or(true)
            }
        };
        may && self.process(record, who)
    }

    #[inline]
    fn registry(&mut self, record: &EtlRecord<'_>, meaning: Meaning, status: Option<u32>, who: Who) -> bool {
        let may_want = self.sieve.wants.glimpse;
        let key = (meaning.name, status);
        remembered(&mut self.memory.registry, key, || may_want(Glimpse::Registry(Some(meaning.name), status)))
            && self.process(record, who)
    }

    #[inline]
    fn asks_paths(&self) -> bool {
        !self.sieve.pieces.is_empty()
    }

    #[inline]
    fn told(&self, text: Utf16<'_>) -> bool {
        self.sieve.pieces.is_empty() || self.sieve.pieces.iter().any(|piece| piece.is_in(text))
    }

    #[inline]
    fn file_key(&self, key: u64) -> bool {
        self.sieve.pieces.is_empty() || self.sieve.file_keys.contains(&key)
    }

    #[inline]
    fn key(&self, address: u64) -> bool {
        self.sieve.pieces.is_empty() || self.sieve.keys.contains(&address)
    }

    #[inline]
    fn records(&self) -> bool {
        self.sieve.records
    }
}
