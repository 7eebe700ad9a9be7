//! The steps of a trace in the order of time: which records make an operation, and which path it is on.

use super::key_objects::{Base, KeyObjects};
use super::meaning::{Does, Meanings, OperationName};
use super::paths::{PathId, Paths};
use super::pending::{Pending, PendingOperations};
use super::rows::{
    FileOperation, KeyedOperation, Met, MetId, PackedRow, PathPlace, PathSource, Place, Rare, Row, Told,
};
use super::sieve::{ANSWERS, Sieve};
use super::steps::{End, KeyDoes, KeyStep, Passed, Start, Steps, Text};
use crate::clock::FileTime;
use crate::file::EtlFile;
use crate::hash::KeyMap;

/// Counts of a trace's operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Operations.
    pub operations: u64,
    /// Of them, file operations whose end is not recorded.
    pub without_end: u64,
    /// Ends whose start is not recorded: the operation began before the trace, or its kind is not traced.
    pub without_start: u64,
    /// File and registry events too short for their layout, and damaged records.
    pub damaged: u64,
}

/// What remains of a trace once its steps went through the order of time.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    /// Paths that operations told.
    pub(super) paths: Paths,
    pub(super) rows: Vec<PackedRow>,
    pub(super) file_operations: Vec<FileOperation>,
    pub(super) mets: Vec<Met>,
    /// By the number of the file operation.
    pub(super) rare: KeyMap<usize, Rare>,
    pub(super) keyed: Vec<KeyedOperation>,
    pub(super) keys: KeyObjects,
    pub(super) tally: Tally,
    /// Rows that are not wanted.
    pub(super) left_out: u64,
}

/// What is wanted of the operations that have ended.
#[derive(Default)]
struct Wanted<'s> {
    sieve: Option<&'s Sieve<'s>>,
    answers: KeyMap<(OperationName, Option<u32>), bool>,
}

impl Wanted<'_> {
    /// Notes whether the next path may be wanted, where that is asked.
    #[inline]
    fn note(&self, paths: &mut Vec<bool>, may: bool) {
        if self.sieve.is_some() {
            paths.push(may);
        }
    }

    #[inline]
    fn wants(&mut self, pending: &Pending, name: OperationName, status: Option<u32>) -> bool {
        let Some(sieve) = self.sieve else { return true };
        if !pending.may || !pending.path_may {
            return false;
        }
        if let Some(answer) = self.answers.get(&(name, status)) {
            return *answer;
        }
        let answer = sieve.wants_ended(name, status);
        if self.answers.len() < ANSWERS {
            self.answers.insert((name, status), answer);
        }
        answer
    }
}

impl Resolved {
    /// Notes a path that a file has since a time.
    fn meet(&mut self, path: PathPlace, since: FileTime) -> MetId {
        self.mets.push(Met { path, since });
        MetId::at(self.mets.len() - 1)
    }

    /// Adds a file operation with its end, where that is recorded.
    fn add(&mut self, wanted: &mut Wanted<'_>, pending: &Pending, end: Option<(Place, &End)>) {
        let meanings = Meanings::get();
        let class = pending.info_class.filter(|_| pending.meaning.name != meanings.control);
        let name = meanings.named(pending.meaning, class);
        if !wanted.wants(pending, name, end.and_then(|(_, end)| end.status)) {
            self.left_out += 1;
            return;
        }
        self.tally.operations += 1;
        self.tally.without_end += u64::from(end.is_none());
        let mut begun = pending.operation;
        begun.name = name;
        let number = self.file_operations.len();
        if pending.rare.target.is_some() || pending.rare.info_class.is_some() {
            self.rare.insert(number, pending.rare);
        }
        self.rows.push(PackedRow::new(Row::File(number)));
        self.file_operations.push(match end {
            Some((place, end)) => begun.ended(place, end.time.since(pending.time), end.status),
            None => begun,
        });
    }
}

/// Puts the steps together.
pub(super) struct Resolver<'v, 'f> {
    files: &'v [&'v EtlFile<'f>],
    found: Resolved,
    objects: KeyMap<u64, MetId>,
    file_keys: KeyMap<u64, MetId>,
    pending: PendingOperations,
    started: u64,
    wanted: Wanted<'v>,
    /// Whether the paths that were met may be wanted, and those of keys.
    mets_may: Vec<bool>,
    keys_may: Vec<bool>,
}

impl<'v, 'f> Resolver<'v, 'f> {
    /// Resolves the steps of these files. A sieve may want only some of them.
    pub(super) fn new(files: &'v [&'v EtlFile<'f>], sieve: Option<&'v Sieve<'v>>) -> Self {
        Resolver {
            files,
            found: Resolved::default(),
            objects: KeyMap::default(),
            file_keys: KeyMap::default(),
            pending: PendingOperations::default(),
            started: 0,
            wanted: Wanted { sieve, answers: KeyMap::default() },
            mets_may: Vec::new(),
            keys_may: Vec::new(),
        }
    }

    /// A record of another kind that is a row.
    #[inline]
    pub(super) fn record(&mut self, place: Place) {
        self.found.rows.push(PackedRow::new(Row::Record(place, Told::Nothing)));
    }

    /// A registry operation that tells all by itself.
    #[inline]
    pub(super) fn operation(&mut self, place: Place, told: Told) {
        self.found.tally.operations += 1;
        self.found.rows.push(PackedRow::new(Row::Record(place, told)));
    }

    pub(super) fn damage(&mut self, place: Place) {
        self.found.tally.damaged += 1;
        self.found.rows.push(PackedRow::new(Row::Damage(place)));
    }

    pub(super) fn start(&mut self, file: u32, steps: &Steps<'_>, place: Place, start: &Start) {
        let does = start.meaning.does;
        let told = start.told.map(|text| self.path(steps, text));
        let is_known = |met: Option<MetId>, found: &Resolved| {
            let known = met.and_then(|met| found.mets.get(met.index())).map(|met| met.path);
            let text = |place: PathPlace| place.text(self.files, &found.paths);
            told == known || told.map(text) == known.map(text)
        };
        if matches!(does, Does::Create | Does::Set | Does::Rename | Does::Path | Does::Target)
            && let Some(known) = self.pending.get_mut(file, start.irp)
            && (known.file_object, known.tid) == (start.object, start.tid)
            && known.id != start.id
            && !known.is_given_up(start.time)
            && repeats(known.meaning.does, does)
            // An opening that was redirected has the same packet and object but another path.
            && (does != Does::Create || is_known(known.operation.met, &self.found))
        {
            // The same operation, told by a second event: a new file's creation, or a path.
            if known.info_class.is_none() {
                known.info_class = start.info_class;
                known.rare.info_class = start.info_class;
            }
            match (does, told) {
                (Does::Target, Some(path)) => {
                    known.rare.target = Some(path);
                    known.target_may = start.told_may;
                }
                (Does::Path, Some(path)) => {
                    let met = self.found.meet(path, start.time);
                    self.wanted.note(&mut self.mets_may, start.told_may);
                    known.operation.met = Some(met);
                    known.operation.path_source = PathSource::Recorded;
                    known.path_may = start.told_may;
                }
                (Does::Create, Some(_)) => known.operation.path_source = PathSource::Recorded,
                _ => {}
            }
            if !matches!(does, Does::Path | Does::Target) {
                known.meaning = start.meaning;
                known.id = start.id;
            }
            return;
        }
        let (met, path_source) = match (does, told) {
            (Does::Create, Some(path)) => {
                let met = self.meet(path, start.time, start.told_may);
                self.objects.insert(start.object, met);
                (Some(met), PathSource::Recorded)
            }
            (Does::Path, Some(path)) => {
                (Some(self.meet(path, start.time, start.told_may)), PathSource::Recorded)
            }
            _ => self.file_path(start.object, start.key),
        };
        if does == Does::Close {
            self.objects.remove(&start.object);
        }
        self.started += 1;
        let met_may = met.and_then(|met| self.mets_may.get(met.index()).copied());
        let path_may = match path_source {
            PathSource::Key => start.key_may || met_may.unwrap_or_default(),
            _ => met_may.unwrap_or(start.key_may),
        };
        if !path_may && matches!(does, Does::Operation | Does::Query | Does::Close) {
            self.found.left_out += 1;
            return self.release(file, start.irp);
        }
        let pending = Pending {
            operation: FileOperation::new(place, met, path_source, start.meaning.name),
            rare: Rare { target: told.filter(|_| does == Does::Target), info_class: None },
            info_class: start.info_class,
            meaning: start.meaning,
            id: start.id,
            time: start.time,
            number: self.started,
            tid: start.tid,
            file_object: start.object,
            file_key: start.key,
            may: start.may,
            path_may,
            target_may: start.told_may,
        };
        if let Some(before) = self.pending.start(file, start.irp, pending) {
            self.found.add(&mut self.wanted, before, None);
        }
    }

    /// Notes the begin of a file operation that is not wanted.
    pub(super) fn passed(&mut self, file: u32, passed: Passed) {
        self.found.left_out += 1;
        self.link(passed.object, passed.key);
        if passed.closes {
            self.objects.remove(&passed.object);
        }
        self.release(file, passed.irp);
    }

    /// Notes that a request packet is used again, by an operation that is not wanted.
    fn release(&mut self, file: u32, irp: u64) {
        if let Some(before) = self.pending.end(file, irp) {
            self.found.add(&mut self.wanted, before, None);
        }
    }

    fn meet(&mut self, path: PathPlace, since: FileTime, may: bool) -> MetId {
        self.wanted.note(&mut self.mets_may, may);
        self.found.meet(path, since)
    }

    /// Notes that a key stands for the same file as an object: other objects of it are named by it.
    fn link(&mut self, object: u64, key: u64) {
        if key != 0
            && !self.file_keys.contains_key(&key)
            && let Some(met) = self.objects.get(&object)
        {
            self.file_keys.insert(key, *met);
        }
    }

    /// Where the path of a file is from now on.
    fn path(&mut self, steps: &Steps<'_>, text: Text) -> PathPlace {
        steps.place(text).unwrap_or_else(|| PathPlace::kept(self.kept(steps, text)))
    }

    fn kept(&mut self, steps: &Steps<'_>, text: Text) -> PathId {
        self.found.paths.intern_hashed(steps.text(text), text.hash)
    }

    /// The path of a file by its object, else the one that its key had; what else the key stood for is known only once
    /// the whole trace is read.
    fn file_path(&mut self, object: u64, key: u64) -> (Option<MetId>, PathSource) {
        match self.objects.get(&object) {
            Some(met) => {
                if key != 0 {
                    // The key stands for the same file: other objects of it are named by it.
                    self.file_keys.entry(key).or_insert(*met);
                }
                (Some(*met), PathSource::Opened)
            }
            None => (self.file_keys.get(&key).copied(), PathSource::Key),
        }
    }

    pub(super) fn end(&mut self, file: u32, place: Place, end: &End) {
        let Some(pending) = self.pending.end(file, end.irp) else {
            self.found.tally.without_start += 1;
            return;
        };
        if pending.is_given_up(end.time) {
            self.found.tally.without_start += 1;
            self.found.add(&mut self.wanted, pending, None);
            return;
        }
        let renamed = matches!(pending.meaning.does, Does::Rename | Does::Target) && end.status == Some(0);
        if let (true, Some(path)) = (renamed, pending.rare.target)
            && pending.meaning.name != Meanings::get().link
        {
            self.wanted.note(&mut self.mets_may, pending.target_may);
            let met = self.found.meet(path, end.time);
            self.objects.insert(pending.file_object, met);
            if pending.file_key != 0 {
                self.file_keys.insert(pending.file_key, met);
            }
        }
        self.found.add(&mut self.wanted, pending, Some((place, end)));
    }

    /// Rows so far.
    pub(super) fn rows(&self) -> usize {
        self.found.rows.len()
    }

    pub(super) fn key(&mut self, steps: &Steps<'_>, place: Place, step: &KeyStep) {
        let known = self.found.keys.get(step.base);
        let base_may = || match known {
            Some(key) => step.base_may || self.keys_may.get(key as usize).copied().unwrap_or(true),
            None => step.base_may,
        };
        let is_whole = matches!(step.does, KeyDoes::Open { whole: true, .. });
        let path_may = step.told_may || !is_whole && base_may();
        match known {
            _ if !step.may || !path_may => self.found.left_out += 1,
            Some(key) => {
                self.found.tally.operations += 1;
                self.found.rows.push(PackedRow::new(Row::Keyed(self.found.keyed.len(), step.told)));
                self.found.keyed.push(KeyedOperation { place, key });
            }
            None => self.operation(place, step.told),
        }
        match step.does {
            KeyDoes::Open { whole, first, second } => {
                let (first, second) = (self.kept(steps, first), self.kept(steps, second));
                let base = match known {
                    _ if whole => Base::Root,
                    Some(key) => Base::Opened(key),
                    None => Base::Address(step.base, step.time),
                };
                let number = self.found.keys.open(step.object, base, first, second);
                if number as usize == self.keys_may.len() {
                    self.wanted.note(&mut self.keys_may, path_may);
                }
            }
            KeyDoes::Close => self.found.keys.close(step.object),
            KeyDoes::Other => {}
        }
    }

    /// All that was found, with the operations that never ended.
    pub(super) fn finish(mut self) -> Resolved {
        for pending in self.pending.rest() {
            self.found.add(&mut self.wanted, &pending, None);
        }
        self.found
    }
}

/// Whether an event tells of an operation already told by another one.
fn repeats(known: Does, new: Does) -> bool {
    use Does::{Create, Path, Rename, Set, Target};
    matches!(
        (known, new),
        (Create, Create) | (Set | Rename, Path | Target) | (Path | Target, Set | Rename) | (Path, Path)
    )
}
