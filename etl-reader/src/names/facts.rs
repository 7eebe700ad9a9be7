//! The first pass: every event that states a name, in any order.

use super::guids::{KERNEL_PROCESS, SYSTEM_CONFIG_EX};
use super::history::{History, Holds};
use super::paths::{PathId, Paths};
use super::processes::{Life, Process, Service, Sighting};
use super::shape::{Family, Role, Shape};
use crate::clock::FileTime;
use crate::decode::{Decoder, Value};
use crate::layout::table::Tables;
use crate::record::{EtlRecord, EventId};

/// What some buffers told.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) paths: Paths,
    pub(super) files: History<u64, PathId>,
    pub(super) keys: History<u64, PathId>,
    /// Thread id: process and sub-process tag.
    pub(super) threads: History<u32, (u32, u32)>,
    pub(super) sightings: Vec<Sighting>,
    /// Programs loaded: process, time, path.
    pub(super) programs: Vec<(u32, FileTime, PathId)>,
    pub(super) services: Vec<Service>,
    pub(super) volumes: Vec<(String, String)>,
    pub(super) system_root: Option<String>,
    /// Times of the first and the last operation, and event of a process or thread.
    pub(super) span: Option<(FileTime, FileTime)>,
}

pub(super) const PROCESS: u8 = 3;
pub(super) const THREAD: u8 = 5;
const CONFIG: u8 = 11;
pub(super) const IMAGE: u8 = 20;

impl Facts {
    /// Whether a file or registry event tells the name of a file or a key.
    #[inline]
    pub(super) fn is_name(family: Family, id: u8) -> bool {
        matches!(
            (family, id),
            (Family::KernelFile, 0 | 32 | 35 | 36)
                | (Family::FileProvider, 10 | 11)
                | (Family::KernelRegistry, 22..=25)
        )
    }

    /// Notes the times of operations.
    pub(super) fn note_span(&mut self, first: FileTime, last: FileTime) {
        self.note_time(first);
        self.note_time(last);
    }

    /// Notes what a file or registry event tells.
    #[inline]
    pub(super) fn add_operation(
        &mut self,
        record: &EtlRecord<'_>,
        time: FileTime,
        (family, id, shape): (Family, u8, &Shape),
    ) {
        let (target, role) = match (family, id) {
            _ if !Facts::is_name(family, id) => return self.note_time(time),
            (Family::KernelRegistry, _) => (&mut self.keys, Role::Key),
            _ => (&mut self.files, Role::FileKey),
        };
        let holds = match (family, id) {
            (Family::KernelFile, 32) | (Family::FileProvider, 10) => Holds::From,
            (Family::KernelFile, 35) | (Family::FileProvider, 11) => Holds::Until,
            (Family::KernelRegistry, 22) => Holds::From,
            (Family::KernelRegistry, 23) => Holds::Until,
            _ => Holds::Around,
        };
        let (path, _) = shape.strings(record.payload);
        if let (Some(key), false) = (shape.number(record.payload, role), path.is_empty()) {
            target.note(key, time, holds, self.paths.intern(path));
        }
    }

    /// Notes what another event tells.
    #[inline]
    pub(super) fn add(&mut self, record: &EtlRecord<'_>, decoder: &Decoder) {
        let (group, id) = match record.event {
            EventId::Kernel { group, opcode, .. } => (group, opcode),
            EventId::Class { class, opcode, .. } if class == SYSTEM_CONFIG_EX => {
                return self.add_merged(record, opcode, decoder);
            }
            EventId::Class { class, opcode, .. } => {
                let Some(group) = Tables::get().class(class).and_then(|class| class.group) else { return };
                (group, opcode)
            }
            EventId::Provider { provider, id, .. } if provider == KERNEL_PROCESS => {
                return self.add_process_event(record, id, decoder);
            }
            _ => return,
        };
        let Some(time) = record.time() else { return };
        if matches!((group, id), (PROCESS, 1..=4 | 10) | (THREAD, 1 | 2) | (IMAGE, 10)) {
            self.note_time(time);
        }
        match (group, id) {
            (PROCESS, 1..=4) => {
                let life = [Life::Starts, Life::Ends, Life::Runs, Life::Runs];
                let life = life.get(usize::from(id) - 1).copied().unwrap_or(Life::Runs);
                self.sightings.extend(Sighting::new(life, time, &decoder.decode(record)));
            }
            (THREAD, 1..=4) => {
                let holds = match id {
                    1 => Holds::From,
                    2 => Holds::Until,
                    _ => Holds::Around,
                };
                self.add_thread(record, time, holds, decoder, ["ProcessId", "TThreadId"]);
            }
            (PROCESS, 10) | (IMAGE, 3 | 4 | 10) => self.add_program(record, time, decoder),
            (CONFIG, 15) => self.services.extend(Service::new(time, &decoder.decode(record))),
            _ => {}
        }
    }

    #[inline]
    fn note_time(&mut self, time: FileTime) {
        let (first, last) = self.span.unwrap_or((time, time));
        self.span = Some((first.min(time), last.max(time)));
    }

    fn add_thread(
        &mut self,
        record: &EtlRecord<'_>,
        time: FileTime,
        holds: Holds,
        decoder: &Decoder,
        [process, thread]: [&str; 2],
    ) {
        let decoded = decoder.decode(record);
        if let (Some(pid), Some(tid)) = (decoded.u32(process), decoded.u32(thread)) {
            let tag = decoded.u32("SubProcessTag").unwrap_or(0);
            self.threads.note(tid, time, holds, (pid, tag));
        }
    }

    /// Events of Microsoft-Windows-Kernel-Process.
    fn add_process_event(&mut self, record: &EtlRecord<'_>, id: u16, decoder: &Decoder) {
        let Some(time) = record.time() else { return };
        if matches!(id, 1..=5 | 15) {
            self.note_time(time);
        }
        let life = match id {
            1 => Life::Starts,
            2 => Life::Ends,
            15 => Life::Runs,
            3 => return self.add_thread(record, time, Holds::From, decoder, ["ProcessID", "ThreadID"]),
            4 => return self.add_thread(record, time, Holds::Until, decoder, ["ProcessID", "ThreadID"]),
            _ => return,
        };
        self.sightings.extend(Sighting::new(life, time, &decoder.decode(record)));
    }

    /// Images that are programs tell the paths of processes.
    fn add_program(&mut self, record: &EtlRecord<'_>, time: FileTime, decoder: &Decoder) {
        let decoded = decoder.decode(record);
        let Some(Value::Utf16(path)) = decoded.get("FileName") else { return };
        let ending = path.as_bytes().last_chunk::<8>();
        if let (Some(pid), Some(ending)) = (decoded.u32("ProcessId"), ending)
            && ending.eq_ignore_ascii_case(b".\0e\0x\0e\0")
        {
            self.programs.push((pid, time, self.paths.intern(*path)));
        }
    }

    /// What Windows adds when it merges a file.
    fn add_merged(&mut self, record: &EtlRecord<'_>, opcode: u8, decoder: &Decoder) {
        let decoded = decoder.decode(record);
        match opcode {
            33 => self.system_root = decoded.text("SystemWindowsDirectory"),
            35 => {
                if let (Some(device), Some(drive)) = (decoded.text("NtPath"), decoded.text("DosPath")) {
                    self.volumes.push((device, drive));
                }
            }
            _ => {}
        }
    }

    pub(super) fn join(mut self, other: Facts) -> Facts {
        let places = self.paths.join(&other.paths);
        // Every place of a history is of its own paths, so it is there.
        let moved = |id: PathId| places.get(id.index()).copied().unwrap_or(id);
        self.files.join(other.files, moved);
        self.keys.join(other.keys, moved);
        self.threads.join(other.threads, |value| value);
        self.sightings.extend(other.sightings);
        self.programs.extend(other.programs.into_iter().map(|(pid, time, path)| (pid, time, moved(path))));
        self.services.extend(other.services);
        self.volumes.extend(other.volumes);
        self.system_root = self.system_root.or(other.system_root);
        let ends = [self.span, other.span].into_iter().flatten();
        self.span = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        self
    }

    /// The processes, with the paths of their programs.
    pub(super) fn processes(&mut self) -> Vec<Process> {
        let mut processes = super::processes::processes(std::mem::take(&mut self.sightings));
        self.programs.sort_by_key(|&(pid, time, _)| (pid, time));
        for process in processes.iter_mut().filter(|process| process.image_path.is_none()) {
            let first = self.programs.partition_point(|program| program.0 < process.pid);
            let of_pid = self.programs.get(first..).unwrap_or_default().iter();
            let of_pid = of_pid.take_while(|program| program.0 == process.pid);
            process.image_path = of_pid
                .filter(|(_, time, _)| {
                    // The image of a program is loaded just after its process's start is recorded.
                    process.start.is_none_or(|start| start <= *time)
                        && process.end.is_none_or(|end| *time <= end)
                })
                .map(|(_, _, path)| self.paths.get(*path).to_string())
                .find(|path| {
                    let name = path.rsplit('\\').next().unwrap_or_default();
                    name.eq_ignore_ascii_case(&process.image_name)
                });
        }
        processes
    }
}
