//! Names for what events record as numbers: files, registry keys, processes, services. Names are kept with the times
//! for which they hold, because the kernel reuses its keys.

use std::collections::HashSet;

use super::facts::Facts;
use super::history::History;
use super::paths::{PathId, Paths};
use super::processes::{self, Process, Service};
use super::volumes::VolumeMap;
use crate::clock::FileTime;
use crate::hash::{KeyMap, Keyed};
use crate::text::Utf16;

/// The names that the files of one boot tell.
#[derive(Debug)]
pub struct Names {
    paths: Paths,
    files: History<u64, PathId>,
    keys: History<u64, PathId>,
    threads: History<u32, (u32, u32)>,
    processes: Vec<Process>,
    /// By process id, where its processes stand in `processes`.
    by_pid: KeyMap<u32, (usize, usize)>,
    services: Vec<Service>,
    volumes: VolumeMap,
    span: Option<(FileTime, FileTime)>,
}

impl Names {
    /// The names in what a pass over the records told.
    pub(super) fn new(mut facts: Facts) -> Names {
        facts.files.sort();
        facts.keys.sort();
        facts.threads.sort();
        facts.services.sort();
        facts.volumes.sort();
        let processes = facts.processes();
        let mut by_pid: KeyMap<u32, (usize, usize)> = KeyMap::default();
        for (place, process) in processes.iter().enumerate() {
            by_pid.entry(process.pid).or_insert((place, place)).1 = place + 1;
        }
        let mut volumes = VolumeMap::default();
        for (device, drive) in facts.volumes.iter().filter(|(_, drive)| !drive.is_empty()) {
            volumes.insert(device, drive);
        }
        if let Some(root) = &facts.system_root {
            volumes.set_system_root(root);
        }
        Names {
            paths: facts.paths,
            files: facts.files,
            keys: facts.keys,
            threads: facts.threads,
            processes,
            by_pid,
            services: facts.services,
            volumes,
            span: facts.span,
        }
    }

    /// The times of the first and the last event of an operation, a process or a thread. A session may begin hours before,
    /// and the time at which its header says it ended may lie before the last event.
    #[must_use]
    pub fn span(&self) -> Option<(FileTime, FileTime)> {
        self.span
    }

    /// The processes seen, ordered by id and start.
    #[must_use]
    pub fn processes(&self) -> &[Process] {
        &self.processes
    }

    /// The process that had this id at a time.
    #[must_use]
    pub fn process_at(&self, pid: u32, time: FileTime) -> Option<&Process> {
        processes::at(&self.processes, pid, time)
    }

    /// Where the processes that had this id stand in [`Names::processes`], ordered by their start.
    #[inline]
    #[must_use]
    pub fn places_of(&self, pid: u32) -> std::ops::Range<usize> {
        let (start, end) = self.by_pid.get(&pid).copied().unwrap_or_default();
        start..end
    }

    /// The process of a thread at a time.
    #[must_use]
    pub fn process_of_thread(&self, tid: u32, time: FileTime) -> Option<u32> {
        self.threads.at(&tid, time).map(|((pid, _), _)| pid)
    }

    /// The services recorded when the session ended, ordered by time and process.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// The processes that a thread id ever belonged to.
    pub(super) fn processes_of_thread(&self, tid: u32) -> impl Iterator<Item = u32> {
        self.threads.all(&tid).map(|(pid, _)| pid)
    }

    /// The service a thread of a shared process worked for at a time: by its sub-process tag, which only the
    /// kernel's thread events tell.
    #[must_use]
    pub fn service_of_thread(&self, tid: u32, time: FileTime) -> Option<&Service> {
        let ((pid, tag), _) = self.threads.at(&tid, time)?;
        let mut of_tag = self.services.iter().filter(|service| tag != 0 && service.sub_process_tag == tag);
        // A service that stopped since has no process any more.
        of_tag.find(|service| service.pid == pid || service.pid == 0)
    }

    /// Notes a drive letter that the files do not tell. What they tell stands.
    pub(super) fn insert_volume(&mut self, device: &str, drive: &str) {
        self.volumes.insert(device, drive);
    }

    /// The drive letters known from the files.
    #[must_use]
    pub fn volumes(&self) -> &VolumeMap {
        &self.volumes
    }

    /// The path of a file by its key at a time, as the kernel names it.
    #[must_use]
    pub fn file_path(&self, file_key: u64, time: FileTime) -> Option<Utf16<'_>> {
        self.file_at(file_key, time).map(|(path, _)| path)
    }

    /// The same, and since when that is known.
    pub(super) fn file_at(&self, file_key: u64, time: FileTime) -> Option<(Utf16<'_>, FileTime)> {
        self.files.at(&file_key, time).map(|(path, since)| (self.paths.get(path), since))
    }

    /// The keys of files, and the key control blocks, that ever had a path that `holds` accepts. It asks once for each path.
    pub(super) fn keys_of_paths(
        &self,
        holds: impl Fn(Utf16<'_>) -> bool,
    ) -> (HashSet<u64, Keyed>, HashSet<u64, Keyed>) {
        let answers: Vec<bool> = self.paths.all().map(holds).collect();
        let holds = |path: PathId| answers.get(path.index()).copied().unwrap_or(true);
        (self.files.keys_of(holds).collect(), self.keys.keys_of(holds).collect())
    }

    /// The path of a registry key by its key control block at a time.
    #[must_use]
    pub fn key_path(&self, key_control_block: u64, time: FileTime) -> Option<Utf16<'_>> {
        self.keys.at(&key_control_block, time).map(|(path, _)| self.paths.get(path))
    }
}
