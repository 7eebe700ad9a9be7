//! The steps of a trace in the order of time: which records make an operation, and which path it is on.

use super::key_objects::{Base, KeyObjects};
use super::meaning::{Does, Meanings};
use super::paths::{PathId, Paths};
use super::pending::{Pending, PendingOperations};
use super::rows::{
    FileOperation, KeyedOperation, Met, MetId, PackedRow, PathPlace, PathSource, Place, Rare, Row, Told,
};
use super::steps::{End, KeyDoes, KeyStep, Start, Steps, Text};
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
}

impl Resolved {
    /// Notes a path that a file has since a time.
    fn meet(&mut self, path: PathPlace, since: FileTime) -> MetId {
        self.mets.push(Met { path, since });
        MetId::at(self.mets.len() - 1)
    }

    /// Adds a file operation with its end, where that is recorded.
    fn add(&mut self, pending: &Pending, end: Option<(Place, &End)>) {
        self.tally.operations += 1;
        self.tally.without_end += u64::from(end.is_none());
        let meanings = Meanings::get();
        let class = pending.info_class.filter(|_| pending.meaning.name != meanings.control);
        let name = meanings.named(pending.meaning, class);
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
}

impl<'v, 'f> Resolver<'v, 'f> {
    /// For the steps of these files.
    pub(super) fn new(files: &'v [&'v EtlFile<'f>]) -> Self {
        Resolver {
            files,
            found: Resolved::default(),
            objects: KeyMap::default(),
            file_keys: KeyMap::default(),
            pending: PendingOperations::default(),
            started: 0,
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
        if let Some(known) = self.pending.get_mut(file, start.irp)
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
                (Does::Target, Some(path)) => known.rare.target = Some(path),
                (Does::Path, Some(path)) => {
                    known.operation.met = Some(self.found.meet(path, start.time));
                    known.operation.path_source = PathSource::Recorded;
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
                let met = self.found.meet(path, start.time);
                self.objects.insert(start.object, met);
                (Some(met), PathSource::Recorded)
            }
            (Does::Path, Some(path)) => (Some(self.found.meet(path, start.time)), PathSource::Recorded),
            _ => self.file_path(start.object, start.key),
        };
        if does == Does::Close {
            self.objects.remove(&start.object);
        }
        self.started += 1;
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
        };
        if let Some(before) = self.pending.start(file, start.irp, pending) {
            self.found.add(before, None);
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
            self.found.add(pending, None);
            return;
        }
        let renamed = matches!(pending.meaning.does, Does::Rename | Does::Target) && end.status == Some(0);
        if let (true, Some(path)) = (renamed, pending.rare.target)
            && pending.meaning.name != Meanings::get().link
        {
            let met = self.found.meet(path, end.time);
            self.objects.insert(pending.file_object, met);
            if pending.file_key != 0 {
                self.file_keys.insert(pending.file_key, met);
            }
        }
        self.found.add(pending, Some((place, end)));
    }

    /// Rows so far.
    pub(super) fn rows(&self) -> usize {
        self.found.rows.len()
    }

    pub(super) fn key(&mut self, steps: &Steps<'_>, place: Place, step: &KeyStep) {
        self.found.tally.operations += 1;
        let known = self.found.keys.get(step.base);
        match known {
            Some(key) => {
                self.found.rows.push(PackedRow::new(Row::Keyed(self.found.keyed.len(), step.told)));
                self.found.keyed.push(KeyedOperation { place, key });
            }
            None => self.found.rows.push(PackedRow::new(Row::Record(place, step.told))),
        }
        match step.does {
            KeyDoes::Open { whole, first, second } => {
                let (first, second) = (self.kept(steps, first), self.kept(steps, second));
                let base = match known {
                    _ if whole => Base::Root,
                    Some(key) => Base::Opened(key),
                    None => Base::Address(step.base, step.time),
                };
                self.found.keys.open(step.object, base, first, second);
            }
            KeyDoes::Close => self.found.keys.close(step.object),
            KeyDoes::Other => {}
        }
    }

    /// All that was found, with the operations that never ended.
    pub(super) fn finish(mut self) -> Resolved {
        for pending in self.pending.rest() {
            self.found.add(&pending, None);
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
