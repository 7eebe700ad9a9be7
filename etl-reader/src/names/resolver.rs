//! The second pass: operations in the order of time.

use std::ops::ControlFlow;

use super::Names;
use super::meaning::{Does, Meaning, Meanings};
use super::operation::{CreateParameters, Item, NtPath, Operation, OperationClass, PathSource, ValueData};
use super::paths::{PathId, Paths};
use super::pending::{PathRef, Pending, PendingOperations};
use super::shape::{Family, Role, Shape, Shapes};
use crate::clock::{FileTime, Ticks};
use crate::error::EtlError;
use crate::file::EtlFile;
use crate::hash::KeyMap;
use crate::merge::in_order;
use crate::record::EtlRecord;
use crate::text::Utf16;

/// Counts of a pass over the operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Operations visited.
    pub operations: u64,
    /// Of them, file operations whose end is not recorded.
    pub without_end: u64,
    /// Ends whose start is not recorded: the operation began before the trace, or its kind is not traced.
    pub without_start: u64,
    /// File and registry events too short for their layout, and damaged records.
    pub damaged: u64,
}

/// A path met in the second pass, and since when it holds.
#[derive(Clone, Copy)]
struct Met {
    path: PathRef,
    since: FileTime,
}

struct Resolver<'n, V> {
    names: &'n Names,
    shapes: &'static Shapes,
    meanings: &'static Meanings,
    visit: V,
    /// Paths of openings.
    paths: Paths,
    objects: KeyMap<u64, Met>,
    keys: KeyMap<u64, Met>,
    key_objects: KeyMap<u64, Met>,
    pending: PendingOperations,
    started: u64,
    tally: Tally,
}

pub(super) fn run<B>(
    names: &Names,
    files: &[&EtlFile<'_>],
    visit: impl FnMut(Item<'_>) -> ControlFlow<B>,
) -> ControlFlow<B, Tally> {
    let mut resolver = Resolver {
        names,
        shapes: Shapes::get(),
        meanings: Meanings::get(),
        visit,
        paths: Paths::default(),
        objects: KeyMap::default(),
        keys: KeyMap::default(),
        key_objects: KeyMap::default(),
        pending: PendingOperations::default(),
        started: 0,
        tally: Tally::default(),
    };
    in_order(files, |file, record| match record {
        Ok(record) => resolver.add(file, record),
        Err(error) => {
            resolver.tally.damaged += 1;
            (resolver.visit)(Item::Damaged(error))
        }
    })?;
    for pending in resolver.pending.rest() {
        resolver.emit(&pending, None)?;
    }
    ControlFlow::Continue(resolver.tally)
}

/// What an end adds.
struct End {
    time: FileTime,
    status: Option<u32>,
    information: Option<u64>,
}

impl<B, V: FnMut(Item<'_>) -> ControlFlow<B>> Resolver<'_, V> {
    #[inline]
    fn add(&mut self, file: usize, record: &EtlRecord<'_>) -> ControlFlow<B> {
        let Some((family, id, shape)) = self.shapes.of(record) else {
            return (self.visit)(Item::Record { file, record });
        };
        let Some(meaning) = self.meanings.of(family, id) else { return ControlFlow::Continue(()) };
        let Some(time) = record.time() else { return ControlFlow::Continue(()) };
        if !shape.fits(record.payload) {
            self.tally.damaged += 1;
            return (self.visit)(Item::Damaged(EtlError::Invalid {
                what: "bytes of a file or registry event",
                offset: record.offset,
                found: record.payload.len() as u64,
                expected: "as many as its layout has",
            }));
        }
        match meaning.does {
            Does::End => self.end(file, record, shape, time),
            Does::Key | Does::CreateKey | Does::CloseKey | Does::KeyValue => {
                self.registry(file, record, family, shape, meaning, time)
            }
            _ => self.start(file, record, shape, (id, meaning), time),
        }
    }

    fn start(
        &mut self,
        file: usize,
        record: &EtlRecord<'_>,
        shape: &Shape,
        (id, meaning): (u8, Meaning),
        time: FileTime,
    ) -> ControlFlow<B> {
        for late in self.pending.give_up(time) {
            self.emit(&late, None)?;
        }
        let payload = record.payload;
        let number = |role| shape.number(payload, role);
        let irp = number(Role::Irp).unwrap_or(0);
        let file_object = number(Role::FileObject).unwrap_or(0);
        let file_key = number(Role::FileKey).unwrap_or(0);
        let file_number = u32::try_from(file).unwrap_or(u32::MAX);
        let (text, _) = shape.strings(payload);
        let told = match meaning.does {
            Does::Create | Does::Path | Does::Target if !text.is_empty() => Some(self.paths.intern(text)),
            _ => None,
        };
        let tid = record.tid.or_else(|| shape.number32(payload, Role::Thread));
        if let Some(known) = self.pending.get_mut(file_number, irp)
            && (known.file_object, known.tid) == (file_object, tid)
            && known.id != id
            && repeats(known.meaning.does, meaning.does)
            // An opening that was redirected has the same packet and object but another path.
            && (meaning.does != Does::Create || told.map(PathRef::Met) == known.path)
        {
            // The same operation, told by a second event: a new file's creation, or a path.
            known.info_class = known.info_class.or_else(|| shape.number32(payload, Role::InfoClass));
            known.add_told(meaning.does, told);
            if !matches!(meaning.does, Does::Path | Does::Target) {
                known.meaning = meaning;
                known.id = id;
            }
            return ControlFlow::Continue(());
        }
        let (path, path_source) = match (meaning.does, told) {
            (Does::Create, Some(path)) => {
                self.objects.insert(file_object, Met { path: PathRef::Met(path), since: time });
                (Some(PathRef::Met(path)), PathSource::Recorded)
            }
            (Does::Path, Some(path)) => (Some(PathRef::Met(path)), PathSource::Recorded),
            _ => self.file_path(file_object, file_key, time),
        };
        let create = (meaning.does == Does::Create).then(|| {
            let options = shape.number32(payload, Role::Options).unwrap_or(0);
            CreateParameters {
                disposition: (options >> 24) as u8,
                options: options & 0x00ff_ffff,
                attributes: shape.number32(payload, Role::Attributes).unwrap_or(0),
                share_access: shape.number32(payload, Role::ShareAccess).unwrap_or(0),
            }
        });
        if meaning.does == Does::Close {
            self.objects.remove(&file_object);
        }
        self.started += 1;
        let pending = Pending {
            meaning,
            id,
            time,
            number: self.started,
            pid: record.pid.or_else(|| self.names.process_of_thread(tid?, time)),
            tid,
            path,
            path_source,
            target: told.filter(|_| meaning.does == Does::Target),
            create,
            info_class: shape.number32(payload, Role::InfoClass),
            offset: number(Role::Offset),
            length: shape.number32(payload, Role::Length),
            file_object,
            file_key,
            file: file_number,
            record: record.offset,
        };
        match self.pending.start(irp, pending) {
            Some(before) => self.emit(&before, None),
            None => ControlFlow::Continue(()),
        }
    }

    /// The path of a file by its object, else by its key.
    fn file_path(&mut self, object: u64, key: u64, time: FileTime) -> (Option<PathRef>, PathSource) {
        if let Some(met) = self.objects.get(&object) {
            if key != 0 {
                // The key stands for the same file: other objects of it are named by it.
                self.keys.entry(key).or_insert(*met);
            }
            return (Some(met.path), PathSource::Opened);
        }
        let learnt = self.names.files.at(&key, time);
        match (self.keys.get(&key), learnt) {
            (Some(met), None) => (Some(met.path), PathSource::Key),
            (Some(met), Some((_, since))) if met.since >= since => (Some(met.path), PathSource::Key),
            (_, Some((path, _))) => (Some(PathRef::Learnt(path)), PathSource::Key),
            (None, None) => (None, PathSource::Unknown),
        }
    }

    fn end(&mut self, file: usize, record: &EtlRecord<'_>, shape: &Shape, time: FileTime) -> ControlFlow<B> {
        let irp = shape.number(record.payload, Role::Irp).unwrap_or(0);
        let file = u32::try_from(file).unwrap_or(u32::MAX);
        let Some(pending) = self.pending.end(file, irp) else {
            self.tally.without_start += 1;
            return ControlFlow::Continue(());
        };
        let status = shape.number32(record.payload, Role::Status);
        let renamed = matches!(pending.meaning.does, Does::Rename | Does::Target) && status == Some(0);
        if let (true, Some(path)) = (renamed, pending.target)
            && pending.meaning.name != LINK
        {
            let met = Met { path: PathRef::Met(path), since: time };
            self.objects.insert(pending.file_object, met);
            self.keys.insert(pending.file_key, met);
        }
        let information = shape.number(record.payload, Role::Information);
        self.emit(&pending, Some(End { time, status, information }))
    }

    fn emit(&mut self, pending: &Pending, end: Option<End>) -> ControlFlow<B> {
        self.tally.operations += 1;
        self.tally.without_end += u64::from(end.is_none());
        let get = |path: PathRef| NtPath {
            base: match path {
                PathRef::Learnt(path) => self.names.paths.get(path),
                PathRef::Met(path) => self.paths.get(path),
            },
            rest: Utf16::default(),
        };
        let is_control = pending.meaning.name == CONTROL;
        let class = pending.info_class.filter(|_| !is_control);
        (self.visit)(Item::Operation(&Operation {
            class: OperationClass::File,
            name: self.meanings.named(pending.meaning, class),
            time: pending.time,
            duration: end.as_ref().map(|end| end.time.since(pending.time).max(0)),
            pid: pending.pid,
            tid: pending.tid,
            path: pending.path.map(get).unwrap_or_default(),
            path_source: pending.path_source,
            value_name: None,
            value: None,
            target: pending.target.map(|path| get(PathRef::Met(path))),
            status: end.as_ref().and_then(|end| end.status),
            create: pending.create,
            info_class: pending.info_class,
            information: end.and_then(|end| end.information),
            offset: pending.offset,
            length: pending.length,
            file: usize::try_from(pending.file).unwrap_or(usize::MAX),
            record: pending.record,
        }))
    }

    fn registry(
        &mut self,
        file: usize,
        record: &EtlRecord<'_>,
        family: Family,
        shape: &Shape,
        meaning: Meaning,
        time: FileTime,
    ) -> ControlFlow<B> {
        let payload = record.payload;
        let number = |role| shape.number(payload, role);
        let status = shape.number32(payload, Role::Status);
        let key = number(Role::Key).unwrap_or(0);
        let (first, second) = shape.strings(payload);
        // The kernel's event has one name, of a key or a value; the provider's has the key's and a second one.
        let (base, rest, value_name, base_key) = match (family, meaning.does) {
            (Family::RegistryProvider, Does::CreateKey) => {
                (first, second, None, number(Role::BaseKey).unwrap_or(0))
            }
            (Family::RegistryProvider, Does::KeyValue) => (first, Utf16::default(), Some(second), key),
            (Family::RegistryProvider, _) => (first, Utf16::default(), None, key),
            (_, Does::KeyValue) => (Utf16::default(), Utf16::default(), Some(first), key),
            _ => (Utf16::default(), first, None, key),
        };
        let known = self.key_path(base_key, time);
        let (path, path_source) = if !base.is_empty() || is_whole(rest) {
            (NtPath { base, rest }, PathSource::Recorded)
        } else if let Some((path, source)) = known {
            let base = match path {
                PathRef::Learnt(path) => self.names.paths.get(path),
                PathRef::Met(path) => self.paths.get(path),
            };
            (NtPath { base, rest }, source)
        } else if rest.is_empty() {
            (NtPath::default(), PathSource::Unknown)
        } else {
            (NtPath { base, rest }, PathSource::Relative)
        };
        let began = self.registry_start(record, shape, time);
        self.tally.operations += 1;
        let tid = record.tid;
        let flow = (self.visit)(Item::Operation(&Operation {
            class: OperationClass::Registry,
            name: meaning.name,
            time: began.unwrap_or(time),
            duration: began.map(|began| time.since(began)),
            pid: record.pid.or_else(|| self.names.process_of_thread(tid?, time)),
            tid,
            path,
            path_source,
            value_name,
            value: shape
                .captured(payload)
                .filter(|_| value_name.is_some())
                .map(|bytes| ValueData { kind: shape.number32(payload, Role::ValueType), bytes }),
            target: None,
            status,
            create: None,
            info_class: shape.number32(payload, Role::InfoClass),
            information: None,
            offset: None,
            length: shape.number32(payload, Role::Length),
            file,
            record: record.offset,
        }));
        // Only the provider tells the object that an opening made.
        if family == Family::RegistryProvider {
            match meaning.does {
                Does::CreateKey if status == Some(0) && path_source != PathSource::Relative => {
                    let text: Vec<u8> = path.to_string().encode_utf16().flat_map(u16::to_le_bytes).collect();
                    let path = PathRef::Met(self.paths.intern(Utf16::new(&text)));
                    self.key_objects.insert(key, Met { path, since: time });
                }
                Does::CloseKey => drop(self.key_objects.remove(&key)),
                _ => {}
            }
        }
        flow
    }

    fn key_path(&self, key: u64, time: FileTime) -> Option<(PathRef, PathSource)> {
        if let Some(met) = self.key_objects.get(&key) {
            return Some((met.path, PathSource::Opened));
        }
        let (path, _) = self.names.keys.at(&key, time)?;
        Some((PathRef::Learnt(path), PathSource::Key))
    }

    /// When a registry call began: recorded as a raw time since version 2, as a length before.
    fn registry_start(&self, record: &EtlRecord<'_>, shape: &Shape, time: FileTime) -> Option<FileTime> {
        if let Some(began) = shape.number(record.payload, Role::InitialTime) {
            let began = Ticks(began.cast_signed());
            let likely = began.0 > 0 && record.ticks.is_some_and(|ended| began <= ended);
            return likely.then(|| record.clock().filetime(began));
        }
        let elapsed = shape.number(record.payload, Role::ElapsedTime)?;
        let elapsed = i64::try_from(elapsed).ok().filter(|&elapsed| elapsed > 0)?;
        Some(FileTime(time.0.saturating_sub(elapsed)))
    }
}

const LINK: &str = "SetLinkInformationFile";
const CONTROL: &str = "FileSystemControl";

/// Whether an event tells of an operation already told by another one.
fn repeats(known: Does, new: Does) -> bool {
    use Does::{Create, Path, Rename, Set, Target};
    matches!(
        (known, new),
        (Create, Create) | (Set | Rename, Path | Target) | (Path | Target, Set | Rename) | (Path, Path)
    )
}

/// Whether the name of a key begins at the root.
fn is_whole(name: Utf16<'_>) -> bool {
    name.as_bytes().starts_with(b"\\\0")
}

impl Pending {
    fn add_told(&mut self, does: Does, told: Option<PathId>) {
        match (does, told) {
            (Does::Target, Some(path)) => self.target = Some(path),
            (Does::Path | Does::Create, Some(path)) => {
                self.path = Some(PathRef::Met(path));
                self.path_source = PathSource::Recorded;
            }
            _ => {}
        }
    }
}
