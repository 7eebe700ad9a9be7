//! Names for what events record as numbers: files, registry keys, processes, services, and the operations put
//! together from their start and their end.
//!
//! Two passes. [`Names::learn`] collects every event that tells a name, because the rundown that names the files
//! open all along comes at the end of a trace. [`Names::operations`] then goes through the file and registry
//! events in the order of time. Names are kept with the times they hold, because the kernel uses its keys again.

mod facts;
mod history;
mod meaning;
mod operation;
mod paths;
mod pending;
mod processes;
mod resolver;
mod shape;
mod volumes;

use std::ops::ControlFlow;

use crate::clock::FileTime;
use crate::file::EtlFile;
use crate::guid::Guid;
use crate::text::Utf16;
use facts::Facts;
use history::History;
use paths::{PathId, Paths};

pub use operation::{CreateParameters, Item, NtPath, Operation, OperationClass, PathSource, ValueData};
pub use processes::{Process, Service};
pub use resolver::Tally;
pub use volumes::{VolumeMap, registry_path};

/// Microsoft-Windows-Kernel-File.
pub const KERNEL_FILE: Guid =
    Guid::new(0xedd0_8927, 0x9cc4, 0x4e65, [0xb9, 0x70, 0xc2, 0x56, 0x0f, 0xb5, 0xc2, 0x89]);
/// Microsoft-Windows-Kernel-Registry.
pub const KERNEL_REGISTRY: Guid =
    Guid::new(0x70eb_4f03, 0xc1de, 0x4f73, [0xa0, 0x51, 0x33, 0xd1, 0x3d, 0x54, 0x13, 0xbd]);
/// Microsoft-Windows-Kernel-Process.
pub const KERNEL_PROCESS: Guid =
    Guid::new(0x22fb_2cd6, 0x0e7b, 0x422b, [0xa0, 0xc7, 0x2f, 0xad, 0x1f, 0xd0, 0xe7, 0x16]);
/// The class of what Windows adds when it merges a file.
const SYSTEM_CONFIG_EX: Guid =
    Guid::new(0x9b79_ee91, 0xb5fd, 0x41c0, [0xa2, 0x43, 0x42, 0x48, 0xe2, 0x66, 0xe9, 0xd0]);

/// The names that the files of one boot tell.
#[derive(Debug)]
pub struct Names {
    paths: Paths,
    files: History<u64, PathId>,
    keys: History<u64, PathId>,
    threads: History<u32, (u32, u32)>,
    processes: Vec<Process>,
    services: Vec<Service>,
    volumes: VolumeMap,
    span: Option<(FileTime, FileTime)>,
}

impl Names {
    /// Collects the names in some files. They should be of the same boot: keys and ids of another one mean
    /// something else. Reads every record once, in parallel.
    pub fn learn(files: &[&EtlFile<'_>]) -> Names {
        let mut facts = Facts::of(files);
        facts.files.sort();
        facts.keys.sort();
        facts.threads.sort();
        facts.services.sort();
        facts.volumes.sort();
        let processes = facts.processes();
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
            services: facts.services,
            volumes,
            span: facts.span,
        }
    }

    /// The times of the first and the last event of an operation, a process or a thread. A session may begin hours before,
    /// and the time at which its header says it ended may lie before the last event.
    pub fn span(&self) -> Option<(FileTime, FileTime)> {
        self.span
    }

    /// The processes seen, ordered by id and start.
    pub fn processes(&self) -> &[Process] {
        &self.processes
    }

    /// The process that had this id at a time.
    pub fn process_at(&self, pid: u32, time: FileTime) -> Option<&Process> {
        processes::at(&self.processes, pid, time)
    }

    /// The process of a thread at a time.
    pub fn process_of_thread(&self, tid: u32, time: FileTime) -> Option<u32> {
        self.threads.at(&tid, time).map(|((pid, _), _)| pid)
    }

    /// The services recorded when the session ended, ordered by time and process.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// The service a thread of a shared process worked for at a time: by its sub-process tag, which only the
    /// kernel's thread events tell.
    pub fn service_of_thread(&self, tid: u32, time: FileTime) -> Option<&Service> {
        let ((pid, tag), _) = self.threads.at(&tid, time)?;
        let mut of_tag = self.services.iter().filter(|service| tag != 0 && service.sub_process_tag == tag);
        // A service that stopped since has no process any more.
        of_tag.find(|service| service.pid == pid || service.pid == 0)
    }

    /// Notes a drive letter that the files do not tell. What they tell stands.
    pub fn insert_volume(&mut self, device: &str, drive: &str) {
        self.volumes.insert(device, drive);
    }

    /// The drive letters known from the files.
    pub fn volumes(&self) -> &VolumeMap {
        &self.volumes
    }

    /// The path of a file by its key at a time, as the kernel names it.
    pub fn file_path(&self, file_key: u64, time: FileTime) -> Option<Utf16<'_>> {
        self.files.at(&file_key, time).map(|(path, _)| self.paths.get(path))
    }

    /// The path of a registry key by its key control block at a time.
    pub fn key_path(&self, key_control_block: u64, time: FileTime) -> Option<Utf16<'_>> {
        self.keys.at(&key_control_block, time).map(|(path, _)| self.paths.get(path))
    }

    /// Calls `visit` for every file and registry operation of the files, in the order in which they end. Those
    /// without an end come when it is clear that none will come: their request packet is used again, they are
    /// ten minutes old, or the trace is over.
    pub fn operations<B>(
        &self,
        files: &[&EtlFile<'_>],
        mut visit: impl FnMut(&Operation<'_>) -> ControlFlow<B>,
    ) -> ControlFlow<B, Tally> {
        self.walk(files, |item| match item {
            Item::Operation(operation) => visit(operation),
            Item::Record { .. } | Item::Damaged(_) => ControlFlow::Continue(()),
        })
    }

    /// The same, with the records between the operations that are of another kind, in the order of time, and what is
    /// damaged.
    pub fn walk<B>(
        &self,
        files: &[&EtlFile<'_>],
        visit: impl FnMut(Item<'_>) -> ControlFlow<B>,
    ) -> ControlFlow<B, Tally> {
        resolver::run(self, files, visit)
    }
}
