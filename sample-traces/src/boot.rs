//! The boot up to the services, and how the story of a boot becomes a trace.

use std::io::Cursor;

use pml_reader::PmlFile;
use pml_reader::write::encode::{FileOperation as F, QueryInformation as Q, RenameForm, Value};

use crate::{
    Label, Machine, Made, Options, Outcome, Scenario,
    agent::Agent,
    cbs::CbsLog,
    data::{PROGRAMS, Program, SERVICES, Service},
    noise,
    plan::{Act, Distraction, Fault, Stage},
    recorder::{Actor, EventId, Recorder},
    rng::Rng,
    status::{self, SUCCESS},
    verbs::{KEY_READ, Open},
};

pub(crate) const SESSION_MANAGER: &str = r"HKLM\System\CurrentControlSet\Control\Session Manager";
pub(crate) const SERVICES_KEY: &str = r"HKLM\System\CurrentControlSet\Services";
pub(crate) const PENDING: &str = r"C:\Windows\WinSxS\pending.xml";

/// A boot whose story is being told.
pub(crate) struct Boot {
    pub(crate) r: Recorder,
    pub(crate) log: CbsLog,
    pub(crate) scenario: &'static Scenario,
    /// The operation that makes the update fail, once the story has it.
    pub(crate) failing: Option<EventId>,
    /// Files that the third-party product has open.
    held: Vec<String>,
}

/// Tells the story of the whole boot and writes it. The update is that of the machine with the seed `update`.
pub(crate) fn tell(scenario: &'static Scenario, options: Options, update: u64) -> anyhow::Result<Made> {
    let rng = Rng::new(options.seed);
    let machine = Machine::new(&rng, options.is_64bit).with_update_of(&Rng::new(update));
    let older = rng.fork("log").between(200_000, 20_000_000);
    let log = CbsLog::new(machine.utc_offset_minutes, older);
    let recorder = Recorder::new(machine, Agent::new(&rng), rng.fork(scenario.name));
    let mut boot = Boot { r: recorder, log, scenario, failing: None, held: Vec::new() };
    boot.kernel();
    boot.session_manager();
    boot.subsystems();
    boot.services();
    boot.startup();
    noise::scatter(&mut boot.r, options.noise);
    let (pml, index) = boot.r.write(Cursor::new(Vec::new()), boot.failing)?;
    let pml = pml.into_inner();
    let label = label(scenario, options.seed, index, PmlFile::from_vec(pml.clone())?)?;
    Ok(Made { pml, cbs_log: boot.log.text(), label })
}

/// The answer, with the failing operation as the log has it.
fn label(
    scenario: &'static Scenario,
    seed: u64,
    index: Option<usize>,
    log: PmlFile,
) -> anyhow::Result<Label> {
    let outcome = scenario.outcome();
    let decisive = scenario.decisive();
    let index = index.filter(|_| outcome == Outcome::FailingOperation);
    let failing = index.map(|i| log.event(i)).transpose()?;
    Ok(Label {
        scenario: scenario.name,
        seed,
        outcome,
        phase: decisive.map(|f| f.stage.phase()),
        index,
        process: failing.and_then(|e| e.process()).map(|p| p.name().to_string()),
        operation: failing.map(|e| e.operation().name().to_owned()),
        path: failing.map(|e| e.path()),
        status: failing.map(|e| e.status()),
        hresult: decisive.map(|f| f.hresult),
        reported: decisive.map(|f| f.reported()),
        signature: scenario.signature,
        events: log.len(),
    })
}

impl Boot {
    /// Starts the program with this key as a child of the one that the tables name.
    pub(crate) fn spawn(&mut self, key: &str) -> Actor {
        let Some(program) = PROGRAMS.iter().find(|p| p.key == key) else { return self.r.system() };
        let parent = self.r.actor(program.parent).unwrap_or(self.r.system());
        self.r.spawn(parent, program)
    }

    /// Drivers and hives.
    fn kernel(&mut self) {
        let system = self.r.system();
        self.spawn("Registry");
        for hive in ["SYSTEM", "SOFTWARE", "SAM", "SECURITY", "DEFAULT"] {
            self.r.read(system, &format!(r"C:\Windows\System32\config\{hive}"), 0x2_0000);
        }
        for service in
            ["ACPI", "disk", "volmgr", "partmgr", "Ntfs", "FltMgr", "intelppm", "tcpip", "Null", "Beep"]
        {
            let key = format!(r"{SERVICES_KEY}\{service}");
            self.r.query_value(system, &key, "Start", Some(Value::Dword(0)));
            self.r.query_value(system, &key, "Group", None);
        }
        self.r.wait(4_500);
    }

    /// smss: autochk, pending renames, poqexec.
    fn session_manager(&mut self) {
        let smss = self.spawn("smss");
        self.r.query_value(
            smss,
            SESSION_MANAGER,
            "BootExecute",
            Some(Value::MultiSz(&["autocheck autochk *"])),
        );
        let autochk = self.spawn("autochk");
        self.r.open(autochk, r"C:\", Open::LIST, SUCCESS);
        self.r.wait(300);
        self.r.exit(autochk, 0);
        let renames = self.faults(Stage::Renames);
        let pairs = [r"\??\C:\Windows\Temp\old.tmp", ""];
        self.r.query_value(
            smss,
            SESSION_MANAGER,
            "PendingFileRenameOperations",
            Some(Value::MultiSz(&pairs)),
        );
        self.r.delete(smss, r"C:\Windows\Temp\old.tmp", SUCCESS);
        for fault in renames {
            self.go_wrong(smss, fault);
        }
        self.r.query_value(smss, SESSION_MANAGER, "PendingFileRenameOperations2", None);
        let command = r"C:\Windows\System32\poqexec.exe /display_progress \SystemRoot\WinSxS\pending.xml";
        self.r.query_value(smss, SESSION_MANAGER, "SetupExecute", Some(Value::MultiSz(&[command])));
        self.poqexec();
    }

    /// poqexec carries out the primitives of pending.xml.
    fn poqexec(&mut self) {
        let poqexec = self.spawn("poqexec");
        let configuration = r"HKLM\Software\Microsoft\Windows\CurrentVersion\SideBySide\Configuration";
        self.r.query_value(poqexec, configuration, "PoqexecCmdline", None);
        self.r.query_value(
            poqexec,
            r"HKLM\COMPONENTS",
            "PendingXmlIdentifier",
            Some(Value::Binary(&[0x61; 64])),
        );
        self.r.read(poqexec, PENDING, 0x8_0000);
        let faults = self.faults(Stage::Poq);
        let flood = self.scenario.distractions.contains(&Distraction::MissingFlood);
        let components = POQ_COMPONENTS.iter().cycle();
        for ((file, component), i) in POQ_FILES.iter().zip(components).zip(0u32..) {
            let store = self.r.machine.fill(&format!(r"{{wcp:{component}}}\{file}"));
            let target = format!(r"C:\Windows\System32\{file}");
            if flood {
                for n in 0..40 {
                    self.r.miss(poqexec, &format!(r"{target}.{n:03}.old"), status::NAME_NOT_FOUND);
                }
            }
            self.r.miss(
                poqexec,
                &format!(r"C:\Windows\WinSxS\Temp\PendingRenames\{:032x}", self.r.rng.clone().number()),
                status::NAME_NOT_FOUND,
            );
            self.r.rename(
                poqexec,
                &target,
                RenameForm::Rename,
                &format!(r"C:\Windows\WinSxS\Temp\PendingDeletes\$$DeleteMe.{file}.{i:04x}"),
                SUCCESS,
            );
            self.r.rename(poqexec, &store, RenameForm::Link, &target, SUCCESS);
            self.r.set_security(poqexec, &target, SUCCESS);
            let key = r"HKLM\Software\Microsoft\Windows\CurrentVersion\SideBySide\Winners";
            self.r.set_value(
                poqexec,
                &format!(r"{key}\{}", POQ_COMPONENTS[0]),
                "",
                Value::Sz("10.0"),
                SUCCESS,
            );
            if i as usize == POQ_FILES.len() / 2 {
                for fault in &faults {
                    self.go_wrong(poqexec, fault);
                }
                if self.failing.is_some() {
                    break;
                }
            }
        }
        let ended = match self.scenario.decisive() {
            Some(fault) if fault.stage == Stage::Poq => {
                self.r.save(poqexec, r"C:\Windows\WinSxS\poqexec.log", 212);
                self.r.set_value(poqexec, r"HKLM\COMPONENTS", "PoqexecFailure", Value::Dword(1), SUCCESS);
                fault.status
            }
            _ => SUCCESS,
        };
        let ended = if self.is_hooked() { status::ACCESS_VIOLATION } else { ended };
        self.r.exit(poqexec, ended);
        self.r.wait(150);
    }

    fn is_hooked(&self) -> bool {
        matches!(self.scenario.decisive(), Some(Fault { act: Act::Hook, stage: Stage::Poq, .. }))
    }

    fn subsystems(&mut self) {
        for program in ["csrss", "wininit", "winlogon", "services", "lsass"] {
            self.spawn(program);
            self.r.wait(700);
        }
        if let Some(winlogon) = self.r.actor("winlogon") {
            let key = r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\Winlogon\Notifications\Components\TrustedInstaller";
            self.r.query_value(winlogon, key, "Events", Some(Value::Sz("CreateSession")));
        }
    }

    /// services.exe reads the services and starts those that start by themselves.
    fn services(&mut self) {
        let Some(scm) = self.r.actor("services") else { return };
        let names: Vec<String> = SERVICES.iter().map(|s| s.name.to_owned()).collect();
        self.r.enumerate(scm, SERVICES_KEY, &names);
        for service in SERVICES {
            let key = format!(r"{SERVICES_KEY}\{}", service.name);
            self.r.query_value(scm, &key, "Type", Some(Value::Dword(service.kind)));
            self.r.query_value(scm, &key, "Start", Some(Value::Dword(self.start_type(service))));
            self.r.query_value(scm, &key, "ImagePath", Some(Value::ExpandSz(service.image_path)));
        }
        for service in SERVICES.iter().filter(|s| s.start == 2 && s.name != "TrustedInstaller") {
            self.start(service);
        }
        self.start_agent(scm);
        if self.scenario.distractions.contains(&Distraction::DeadService) {
            let key = format!(r"{SERVICES_KEY}\OldVendorSvc");
            self.r.query_value(
                scm,
                &key,
                "ImagePath",
                Some(Value::ExpandSz(r"C:\Program Files\OldVendor\svc.exe")),
            );
            self.r.miss(scm, r"C:\Program Files\OldVendor\svc.exe", status::PATH_NOT_FOUND);
        }
    }

    pub(crate) fn start_type(&self, service: &Service) -> u32 {
        match self.scenario.decisive().map(|f| f.act) {
            Some(Act::Disabled(name)) if name == service.name => 4,
            _ => service.start,
        }
    }

    /// Starts a service: its host if there is none yet, and its DLL in it.
    pub(crate) fn start(&mut self, service: &Service) {
        let Some(scm) = self.r.actor("services") else { return };
        let key = format!(r"{SERVICES_KEY}\{}", service.name);
        self.r.query_value(scm, &key, "ObjectName", Some(Value::Sz("LocalSystem")));
        self.r.query_value(scm, &key, "DependOnService", None);
        let host = match self.r.actor(service.program) {
            Some(host) => host,
            None => self.spawn(service.program),
        };
        if let Some(library) = service.library {
            let parameters = format!(r"{key}\Parameters");
            let path = format!(r"%SystemRoot%\System32\{library}");
            self.r.query_value(host, &parameters, "ServiceDll", Some(Value::ExpandSz(&path)));
            self.r.map(host, &format!(r"C:\Windows\System32\{library}"));
            self.r.load_library(host, library);
        }
        self.r.wait(450);
    }

    fn start_agent(&mut self, scm: Actor) {
        let agent = self.r.agent;
        let key = format!(r"{SERVICES_KEY}\{}", agent.service);
        self.r.query_value(scm, &key, "Start", Some(Value::Dword(2)));
        self.r.query_value(scm, &key, "ImagePath", Some(Value::ExpandSz(agent.command)));
        let program = Program {
            key: "agent",
            parent: "services",
            image: agent.image,
            command: agent.command,
            user: r"NT AUTHORITY\SYSTEM",
            session: 0,
            description: agent.description,
            libraries: &["combase.dll"],
            native: false,
        };
        let actor = self.r.spawn(scm, &program);
        if self.scenario.distractions.contains(&Distraction::DeniedAgent) {
            let folder = agent.image.rsplit_once('\\').map_or("", |(folder, _)| folder);
            for n in 0..60 {
                self.r.open(
                    actor,
                    &format!(r"{folder}\quarantine\{n:04}.dat"),
                    Open::WRITE,
                    status::ACCESS_DENIED,
                );
            }
        }
    }

    /// The faults of a stage, in their order.
    pub(crate) fn faults(&self, stage: Stage) -> Vec<&'static Fault> {
        self.scenario.faults.iter().filter(|f| f.stage == stage).collect()
    }

    /// Tells a fault.
    pub(crate) fn go_wrong(&mut self, actor: Actor, fault: &Fault) {
        let actor = if fault.child.is_some() { self.spawn("command") } else { actor };
        if fault.held {
            self.hold(fault);
        }
        let mut last = None;
        for n in 0..fault.tries {
            last = Some(self.act(actor, fault.act, fault.status, n));
            self.r.wait(if fault.tries > 20 { 2 } else { 350 });
        }
        if fault.heals {
            self.act(actor, fault.act, SUCCESS, fault.tries);
        } else {
            self.failing = last;
            if matches!(fault.status, status::SHARING_VIOLATION | status::TRANSACTIONAL_CONFLICT)
                && let Some(path) = self.path(fault.act)
            {
                // As poqexec's own code does to find out who interferes.
                self.r.open(actor, &path, Open::ATTRIBUTES, SUCCESS);
                self.r.file(actor, &path, F::Query(Q::Other(PROCESS_IDS_USING_FILE)), SUCCESS);
                self.r.close(actor, &path);
            }
        }
        if let Some(code) = fault.child {
            self.r.exit(actor, code);
        }
        self.release();
    }

    /// The file of an act.
    fn path(&self, act: Act) -> Option<String> {
        match act {
            Act::Open(path, _)
            | Act::Rename(path, _)
            | Act::Link(path, _)
            | Act::Delete(path)
            | Act::SetSecurity(path) => Some(self.r.machine.fill(path)),
            _ => None,
        }
    }

    /// The third-party product opens the file and keeps it open: its service, or before there are services its driver.
    fn hold(&mut self, fault: &Fault) {
        let Some(path) = self.path(fault.act) else { return };
        let holder = self.r.actor("agent").unwrap_or(self.r.system());
        self.r.probe(holder, &path);
        let open =
            if fault.status == status::SHARING_VIOLATION { Open::EXCLUSIVE } else { Open::READ_ONLY_SHARED };
        self.r.open(holder, &path, open, SUCCESS);
        self.r.wait(40);
        self.held.push(path);
    }

    fn release(&mut self) {
        let holder = self.r.actor("agent").unwrap_or(self.r.system());
        for path in std::mem::take(&mut self.held) {
            self.r.wait(900);
            self.r.close(holder, &path);
        }
    }

    /// One try.
    fn act(&mut self, actor: Actor, act: Act, status: u32, n: u32) -> EventId {
        let fill = |r: &Recorder, text: &str| r.machine.fill(text).replace("{n}", &format!("{n:04X}"));
        match act {
            Act::Open(path, open) => {
                let path = fill(&self.r, path);
                let id = self.r.open(actor, &path, open, status);
                if status == SUCCESS {
                    self.r.close(actor, &path);
                }
                id
            }
            Act::Rename(path, target) => {
                let (path, target) = (fill(&self.r, path), fill(&self.r, target));
                self.r.rename(actor, &path, RenameForm::Rename, &target, status)
            }
            Act::Link(path, target) => {
                let (path, target) = (fill(&self.r, path), fill(&self.r, target));
                self.r.rename(actor, &path, RenameForm::Link, &target, status)
            }
            Act::Delete(path) => {
                let path = fill(&self.r, path);
                self.r.delete(actor, &path, status)
            }
            Act::SetSecurity(path) => {
                let path = fill(&self.r, path);
                self.r.set_security(actor, &path, status)
            }
            Act::OpenKey(key) => {
                let key = fill(&self.r, key);
                let id = self.r.open_key(actor, &key, KEY_READ, status);
                if status == SUCCESS {
                    self.r.close_key(actor, &key);
                }
                id
            }
            Act::QueryValue(key, name) => {
                let key = fill(&self.r, key);
                let answer = (status == SUCCESS).then_some(Value::Dword(1));
                self.r.query_value_with(actor, &key, name, answer, status)
            }
            Act::SetValue(key, name) => {
                let key = fill(&self.r, key);
                self.r.set_value(actor, &key, name, Value::Dword(1), status)
            }
            Act::NoAnswer(service, seconds) => self.ask_in_vain(actor, service, seconds),
            Act::Disabled(service) => {
                let scm = self.r.actor("services").unwrap_or(actor);
                self.r.query_value(scm, &format!(r"{SERVICES_KEY}\{service}"), "Start", Some(Value::Dword(4)))
            }
            Act::Leftover(key) => {
                if let Some(service) = SERVICES.iter().find(|s| s.name == "AppXSvc") {
                    self.start(service);
                }
                let host = self.r.actor("wsappx").unwrap_or(actor);
                self.r.open_key(host, key, KEY_READ, SUCCESS)
            }
            Act::Hook => {
                let agent = self.r.agent;
                let folder = agent.image.rsplit_once('\\').map_or("", |(folder, _)| folder);
                self.r.load_at(actor, folder, agent.hook, 0x4_2000, agent.company, "Exploit protection")
            }
        }
    }

    /// A service is asked for; its key is read, nothing starts, and the caller waits.
    fn ask_in_vain(&mut self, actor: Actor, service: &str, seconds: u64) -> EventId {
        let scm = self.r.actor("services").unwrap_or(actor);
        let key = format!(r"{SERVICES_KEY}\{service}");
        self.r.query_value(scm, &key, "Start", Some(Value::Dword(3)));
        self.r.query_value(
            scm,
            &key,
            "ImagePath",
            Some(Value::ExpandSz(r"%SystemRoot%\System32\svchost.exe -k netsvcs -p")),
        );
        let id = self.r.query_value(scm, &key, "DependOnService", Some(Value::MultiSz(&["vmcompute"])));
        let from = self.r.now;
        self.r.wait(seconds * 1000);
        self.r.waits.push((actor.process, from, self.r.now));
        id
    }
}

/// FileProcessIdsUsingFileInformation.
const PROCESS_IDS_USING_FILE: u8 = 0x2F;

/// Files that the update brings.
const POQ_FILES: &[&str] = &[
    "win32kbase.sys",
    "ntoskrnl.exe",
    "kernel32.dll",
    "user32.dll",
    "schannel.dll",
    "tcpip.sys",
    "http.sys",
    "edgehtml.dll",
];
const POQ_COMPONENTS: [&str; 4] = [
    "microsoft-windows-win32k",
    "microsoft-windows-os-kernel",
    "microsoft-windows-kernel32",
    "microsoft-windows-user32",
];
