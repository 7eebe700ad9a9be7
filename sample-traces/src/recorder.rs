//! Records what the story does: a clock, processes with their modules, events with their stacks. [`write`] makes the log
//! of them.

mod write;

use std::collections::HashMap;

use anyhow::Result;
use pml_reader::{
    FileTime, TICKS_PER_SECOND,
    write::encode::{
        FileEvent, FileOperation, Layout, NewProcess, Payload, ProcessEvent, RegistryEvent, RegistryOperation,
    },
};

use crate::{
    Machine,
    agent::Agent,
    data::{DRIVERS, Image, LIBRARIES, Program},
    rng::Rng,
    stacks::{Call, Module, Stacks},
    status::SUCCESS,
};

/// A thread that does something, and the module for which it does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Actor {
    /// Position among the processes.
    pub(crate) process: usize,
    pub(crate) tid: u32,
    pub(crate) caller: &'static str,
    /// The driver that does it on this thread, while the thread is busy with something else. Empty if none does.
    pub(crate) driver: &'static str,
}

impl Actor {
    /// The main thread of a process.
    fn main(process: usize, tid: u32) -> Self {
        Self { process, tid, caller: "", driver: "" }
    }

    /// The same thread, on which a driver does something.
    pub(crate) fn by_driver(self, driver: &'static str) -> Self {
        Self { driver, ..self }
    }

    /// The same thread, called by another module.
    pub(crate) fn via(self, caller: &'static str) -> Self {
        Self { caller, ..self }
    }
}

/// An event, by the order in which it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EventId(usize);

struct Event {
    time: u64,
    duration: u64,
    status: u32,
    process: usize,
    tid: u32,
    stack: usize,
    payload: Payload,
}

pub(crate) struct Process {
    pub(crate) key: &'static str,
    pub(crate) pid: u32,
    parent: usize,
    pub(crate) image: String,
    command: String,
    user: &'static str,
    session: u32,
    description: &'static str,
    company: String,
    version: String,
    pub(crate) start: u64,
    pub(crate) end: u64,
    tid: u32,
    modules: Vec<Module>,
    /// Time on the processors so far, for profiling rows.
    pub(crate) busy: u64,
}

const MICROSOFT: &str = "Microsoft Corporation";
/// Local SID of NT AUTHORITY\SYSTEM and the mandatory label of the system level.
const SYSTEM_SID: &[u8] = &[1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0];
const SYSTEM_LEVEL: &[u8] = &[1, 1, 0, 0, 0, 0, 0, 16, 0, 64, 0, 0];

pub(crate) struct Recorder {
    pub(crate) machine: Machine,
    pub(crate) agent: Agent,
    pub(crate) rng: Rng,
    /// What an image's size and time stamp come from, whenever its name comes up.
    names: Rng,
    pub(crate) now: u64,
    pub(crate) processes: Vec<Process>,
    layout: Layout,
    events: Vec<Event>,
    stacks: Stacks,
    next_id: u32,
    /// When a process only waits: position, from, to.
    pub(crate) waits: Vec<(usize, u64, u64)>,
    /// Where each library lies in this boot.
    bases: HashMap<String, u64>,
    /// Where the next one will lie: programs and libraries, drivers.
    next_base: [u64; 2],
    /// A text or a structure of a scenario that no log can hold.
    error: Option<pml_reader::PmlError>,
}

impl Recorder {
    pub(crate) fn new(machine: Machine, agent: Agent, rng: Rng) -> Self {
        let layout = Layout { wide: machine.is_64bit, version: 9 };
        let mut recorder = Self {
            now: machine.boot.0 + 3 * TICKS_PER_SECOND,
            layout,
            names: rng.clone(),
            rng,
            events: Vec::new(),
            processes: Vec::new(),
            stacks: Stacks::default(),
            next_id: 280,
            waits: Vec::new(),
            bases: HashMap::new(),
            next_base: if layout.wide {
                [0x7FFA_4000_0000, 0xFFFF_F801_5A00_0000]
            } else {
                [0x6F00_0000, 0x81C0_0000]
            },
            error: None,
            agent,
            machine,
        };
        recorder.add_system();
        recorder
    }

    fn add_system(&mut self) {
        self.processes.push(Process {
            key: "System",
            pid: 4,
            parent: 0,
            image: "System".into(),
            command: String::new(),
            user: r"NT AUTHORITY\SYSTEM",
            session: 0,
            description: "",
            company: String::new(),
            version: String::new(),
            start: self.machine.boot.0,
            end: 0,
            tid: 8,
            modules: Vec::new(),
            busy: 0,
        });
        let system = self.system();
        for driver in DRIVERS {
            let company = if driver.name == "PROCMON24.SYS" {
                "Sysinternals - www.sysinternals.com"
            } else {
                MICROSOFT
            };
            self.load(system, driver, company);
        }
        let (driver, company) = (self.agent.driver, self.agent.company);
        let driver = Image {
            name: driver,
            folder: r"C:\Windows\System32\drivers",
            size: 0x2_5000,
            description: "File system minifilter",
        };
        self.load(system, &driver, company);
    }

    pub(crate) fn system(&self) -> Actor {
        Actor { caller: "ntoskrnl.exe", ..Actor::main(0, 8) }
    }

    /// The main thread of the youngest process with this key.
    pub(crate) fn actor(&self, key: &str) -> Option<Actor> {
        let (process, found) = self.processes.iter().enumerate().rfind(|(_, p)| p.key == key)?;
        Some(Actor::main(process, found.tid))
    }

    /// The process at a position.
    #[expect(clippy::indexing_slicing, reason = "every position is that of a process, and none is removed")]
    pub(crate) fn process(&self, position: usize) -> &Process {
        &self.processes[position]
    }

    #[expect(clippy::indexing_slicing, reason = "every position is that of a process, and none is removed")]
    fn process_mut(&mut self, position: usize) -> &mut Process {
        &mut self.processes[position]
    }

    /// A number for a process or thread.
    pub(crate) fn new_id(&mut self) -> u32 {
        self.next_id += 4 * (1 + self.rng.below32(6));
        self.next_id
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, milliseconds: u64) {
        let ticks = TICKS_PER_SECOND / 1000;
        self.now += milliseconds * ticks + self.rng.below(ticks);
    }

    pub(crate) fn file(
        &mut self,
        actor: Actor,
        path: &str,
        operation: FileOperation<'_>,
        status: u32,
    ) -> EventId {
        let fast_io = status == crate::status::FAST_IO_DISALLOWED;
        let payload = FileEvent { path, operation, fast_io }.encode(self.layout);
        let slow =
            matches!(operation, FileOperation::Write(_) | FileOperation::Set(_) | FileOperation::Create(_));
        self.put(actor, Call::File, payload, status, if slow { 400 } else { 120 })
    }

    pub(crate) fn registry(
        &mut self,
        actor: Actor,
        path: &str,
        operation: RegistryOperation<'_>,
        status: u32,
    ) -> EventId {
        let payload = RegistryEvent { path, operation }.encode(self.layout);
        self.put(actor, Call::Registry, payload, status, 60)
    }

    pub(crate) fn process_event(&mut self, actor: Actor, event: ProcessEvent<'_>) -> EventId {
        let payload = event.encode(self.layout);
        self.put(actor, Call::Process, payload, SUCCESS, 0)
    }

    pub(crate) fn profiling(&mut self, process: usize, event: pml_reader::write::encode::ProfilingEvent<'_>) {
        let payload = event.encode(self.layout);
        let actor = Actor::main(process, 0);
        self.put(actor, Call::None, payload, SUCCESS, 0);
    }

    /// Records an event of about `ticks` and moves the clock past it.
    fn put(
        &mut self,
        actor: Actor,
        call: Call,
        payload: Result<Payload, pml_reader::PmlError>,
        status: u32,
        ticks: u64,
    ) -> EventId {
        let duration = if ticks == 0 { 0 } else { ticks / 2 + self.rng.below(ticks) };
        let time = self.now;
        self.now += duration + 20 + self.rng.below(400);
        self.process_mut(actor.process).busy += duration;
        let modules = [0, actor.process].map(|p| self.processes.get(p).map_or(&[][..], |p| &p.modules));
        let stack = self.stacks.of(actor, call, modules, &self.rng);
        let payload = payload.unwrap_or_else(|error| {
            self.error.get_or_insert(error);
            Payload { class: 0, operation: 0, detail: Vec::new(), extra: None }
        });
        self.events.push(Event {
            time,
            duration,
            status,
            process: actor.process,
            tid: actor.tid,
            stack,
            payload,
        });
        EventId(self.events.len() - 1)
    }

    /// Starts `program` as a child of `parent`: Process Create, Process Start, Thread Create, and its images.
    pub(crate) fn spawn(&mut self, parent: Actor, program: &Program) -> Actor {
        let (image, command) = (self.machine.fill(program.image), self.machine.fill(program.command));
        let (pid, tid) = (self.new_id(), self.new_id());
        let system_version = format!("10.0.{}.1 (WinBuild.160101.0800)", self.machine.build);
        let own = program.image.contains("{stack}") || program.image.contains(r"\Windows\");
        let company = if own {
            MICROSOFT.to_owned()
        } else if program.native {
            String::new()
        } else {
            self.agent.company.to_owned()
        };
        let child = Actor::main(self.processes.len(), tid);
        let parent_pid = self.process(parent.process).pid;
        self.processes.push(Process {
            key: program.key,
            pid,
            parent: parent.process,
            image: image.clone(),
            command: command.clone(),
            user: program.user,
            session: program.session,
            description: program.description,
            version: if company.is_empty() { String::new() } else { system_version },
            company: company.clone(),
            start: self.now,
            end: 0,
            tid,
            modules: Vec::new(),
            busy: 0,
        });
        let new = NewProcess {
            index: index_of(child.process),
            pid,
            parent_index: index_of(parent.process),
            parent_pid,
            session: program.session,
            time: FileTime(self.now),
            authentication_id: 0x3E7,
            user_sid: SYSTEM_SID,
            integrity_sid: SYSTEM_LEVEL,
            image_path: &image,
            command_line: &command,
            is_64bit: self.layout.wide,
            ..NewProcess::default()
        };
        self.process_event(parent, ProcessEvent::Create(new));
        let environment = [r"Path=C:\Windows\System32", r"SystemDrive=C:", r"SystemRoot=C:\Windows"];
        let directory = r"C:\Windows\System32\";
        self.process_event(
            child,
            ProcessEvent::Start { parent_pid, command_line: &command, directory, environment: &environment },
        );
        self.process_event(child, ProcessEvent::ThreadCreate { tid });
        if !image.contains('\\') {
            return child;
        }
        let (folder, name) = image.rsplit_once('\\').unwrap_or(("", &image));
        self.load_at(child, folder, name, 0x1_B000 + self.image_size(name), &company, program.description);
        let base: &[&str] = if program.native {
            &["ntdll.dll"]
        } else {
            &[
                "ntdll.dll",
                "kernel32.dll",
                "KernelBase.dll",
                "rpcrt4.dll",
                "sechost.dll",
                "ucrtbase.dll",
                "advapi32.dll",
            ]
        };
        for library in base.iter().chain(program.libraries) {
            self.load_library(child, library);
        }
        child
    }

    /// A size that is the same wherever the name comes up.
    fn image_size(&self, name: &str) -> u32 {
        self.names.fork("sizes").fork(name).below32(0x40) << 12
    }

    /// Loads a library of the tables into a process.
    pub(crate) fn load_library(&mut self, actor: Actor, name: &str) {
        match LIBRARIES.iter().find(|i| i.name == name) {
            Some(image) => self.load(actor, image, MICROSOFT),
            None => {
                let size = 0x2_0000 + self.image_size(name);
                self.load_at(actor, r"C:\Windows\System32", name, size, MICROSOFT, "");
            }
        }
    }

    fn load(&mut self, actor: Actor, image: &Image, company: &str) {
        let folder = self.machine.fill(image.folder);
        self.load_at(actor, &folder, image.name, image.size, company, image.description);
    }

    /// Loads an image: a Load Image event and a module of the process with the same time.
    pub(crate) fn load_at(
        &mut self,
        actor: Actor,
        folder: &str,
        name: &str,
        size: u32,
        company: &str,
        description: &'static str,
    ) -> EventId {
        let path = format!(r"{folder}\{name}");
        let base = self.base(&path, size, actor.process == 0);
        let version = format!("10.0.{}.{} (WinBuild.160101.0800)", self.machine.build, self.machine.revision);
        let stamp = (self.names.fork("stamps").fork(name).number() & 0xFFFF_FFFF) as u32;
        let loaded = self.now;
        let id = self.process_event(actor, ProcessEvent::LoadImage { base, size, path: &path });
        let company = company.to_owned();
        let module =
            Module { name: name.to_owned(), path, base, size, company, description, version, stamp, loaded };
        let modules = &mut self.process_mut(actor.process).modules;
        if modules.iter().all(|m| m.path != module.path) {
            modules.push(module);
        }
        id
    }

    /// Where an image lies. It is the same for all processes of a boot. Drivers are apart from programs and
    /// libraries.
    fn base(&mut self, path: &str, size: u32, kernel: bool) -> u64 {
        if let Some(base) = self.bases.get(path) {
            return *base;
        }
        let [programs, drivers] = &mut self.next_base;
        let next = if kernel { drivers } else { programs };
        let base = *next;
        // Images begin on boundaries of 64 KiB.
        *next = (base + u64::from(size)).next_multiple_of(1 << 16) + (self.rng.below(4) << 16);
        self.bases.insert(path.to_owned(), base);
        base
    }

    /// Ends a process.
    pub(crate) fn exit(&mut self, actor: Actor, status: u32) -> EventId {
        let busy = self.process(actor.process).busy;
        self.process_event(actor, ProcessEvent::ThreadExit { status, kernel: busy / 2, user: busy / 3 });
        let (time, memory) = (self.now, 0x30_0000 + (self.rng.below(0x800) << 12));
        self.process_mut(actor.process).end = time;
        let ended = pml_reader::detail::process::Ended {
            status,
            kernel: busy / 2,
            user: busy / 3,
            working_set: (memory, memory + 0x4_0000),
            private: (memory / 2, memory),
        };
        self.process_event(actor, ProcessEvent::Exit(ended))
    }

    /// Events so far.
    pub(crate) fn count(&self) -> usize {
        self.events.len()
    }

    /// Whether the process has not ended.
    pub(crate) fn runs(&self, process: usize) -> bool {
        let p = self.process(process);
        p.start <= self.now && (p.end == 0 || p.end > self.now)
    }

    /// The processes that run at a time; System always does.
    pub(crate) fn running_at(&self, time: u64) -> Vec<usize> {
        // A process that has begun is given a moment to load its images, and to end.
        let margin = TICKS_PER_SECOND / 20;
        let runs = |p: &Process| p.start + margin <= time && (p.end == 0 || time + margin < p.end);
        let waits = |i: usize| self.waits.iter().any(|(w, from, to)| *w == i && (*from..*to).contains(&time));
        let works = |(i, p): &(usize, &Process)| *i == 0 || runs(p) && !waits(*i);
        self.processes.iter().enumerate().filter(works).map(|(i, _)| i).collect()
    }

    /// The main thread of a process.
    pub(crate) fn thread_of(&self, process: usize) -> Actor {
        Actor::main(process, self.process(process).tid)
    }

    /// Tells `story` at another time. Afterwards the clock is where it was.
    pub(crate) fn at(&mut self, time: u64, story: impl FnOnce(&mut Self)) {
        let now = std::mem::replace(&mut self.now, time);
        story(self);
        self.now = now;
    }
}

/// Process indexes begin with 1, System's.
#[expect(clippy::cast_possible_truncation, reason = "a story has tens of processes")]
fn index_of(slot: usize) -> u32 {
    slot as u32 + 1
}
