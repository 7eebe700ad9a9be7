//! What services do for servicing: an installer asks a service, or hands it a driver's files, and the service meets the
//! error.

use timeline::{Event, Kind, Process, Role, Ticks, Timeline, object_name};

use super::functions;
use crate::faults::{Fault, FaultKind};

/// A part of the paths of a service's work, and words of the names of the installers that ask for it; lower case.
type Work = (&'static str, &'static [&'static str]);

/// Inferred from the installers' names.
const WORK: &[Work] = &[
    (r"\windows\system32\tasks\", &["task"]),
    (r"\schedule\taskcache\", &["task"]),
    (r"\appx\appxalluserstore\", &["appx", "app"]),
    (r"\microsoft\windows\apprepository\", &["appx", "app"]),
    (r"\program files\windowsapps\", &["appx", "app"]),
    (r"\windows\currentversion\winevt\", &["event"]),
    (r"\windows\system32\wbem\", &["mof", "wmi", "cmi"]),
    (r"\microsoft\windows\containers\", &["container"]),
    (r"\sharedaccess\parameters\firewallpolicy\", &["firewall"]),
];

/// Functions that a service serves, by their names without `Ex`, `A` and `W`; the image of the process that serves them; and
/// parts of the paths of what it does for them, lower case, none for all. They are functions of documented interfaces.
type Served = (&'static [&'static str], &'static str, &'static [&'static str]);

const SERVED: &[Served] = &[
    (
        &[
            "CreateService",
            "OpenService",
            "DeleteService",
            "StartService",
            "ChangeServiceConfig",
            "ChangeServiceConfig2",
        ],
        "services.exe",
        &[],
    ),
    (
        &["EvtIntWriteChannelConfig", "EvtSaveChannelConfig", "EvtOpenChannelConfig", "EvtClearLog"],
        "svchost.exe",
        &[r"\winevt\"],
    ),
    (
        &["LsaAddAccountRights", "LsaRemoveAccountRights", "LsaCreateAccount", "LsaStorePrivateData"],
        "lsass.exe",
        &[r"hklm\security\"],
    ),
    (&["NetUserAdd", "NetLocalGroupAdd", "NetLocalGroupAddMembers"], "lsass.exe", &[r"hklm\sam\"]),
    (
        &["PutClass", "PutInstance", "DeleteClass", "DeleteInstance"],
        "svchost.exe",
        &[r"\windows\system32\wbem\"],
    ),
    (&["AddPrinterDriver", "AddPrintProcessor", "AddMonitor", "AddPrinter"], "spoolsv.exe", &PRINTING),
    (
        &["RegisterTask", "RegisterTaskDefinition", "GetTask", "DeleteTask", "GetFolder", "CreateFolder"],
        "svchost.exe",
        &[r"\windows\system32\tasks\", r"\schedule\taskcache\"],
    ),
];

/// Where the spooler installs a printer driver.
const PRINTING: [&str; 2] = [r"\system32\spool\", r"\control\print\"];

/// A shorter argument would be found in paths that it does not mean.
const SHORTEST: usize = 5;

/// A function that a log says failed, and what it was called for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Called {
    pub(super) function: String,
    /// Lower case: the name of a service, an account, a key.
    pub(super) argument: Option<String>,
    /// It is a method of WMI's interfaces, which asks the service.
    pub(super) of_wmi: bool,
}

impl Called {
    /// A function, with the argument that a line prints behind it: `CreateServiceW(name) failed`.
    pub(super) fn new(function: &str, line: &str) -> Self {
        let behind = line.split_once(function).and_then(|(_, rest)| rest.strip_prefix('('));
        let argument = behind.and_then(|rest| Some(rest.split_once(')')?.0.to_ascii_lowercase()));
        let interface = line.split_once(function).and_then(|(before, _)| before.strip_suffix("::"));
        let interface = interface.and_then(|before| before.rsplit([' ', '\'', '"']).next());
        Self {
            function: function.to_owned(),
            argument: argument.filter(|argument| !argument.is_empty()),
            of_wmi: interface.is_some_and(|interface| interface.starts_with("IWbem")),
        }
    }

    /// The kinds of operations that the function makes in its own process, if that is known.
    pub(super) fn kinds(&self) -> Option<&'static [Kind]> {
        if self.of_wmi { Some(&[]) } else { functions::kinds_of(&self.function) }
    }

    /// Whether an operation is one that the function makes, at the object that it was called for.
    pub(super) fn names(&self, event: &Event) -> bool {
        self.kinds().is_some_and(|kinds| kinds.contains(&event.kind))
            && self.argument.as_ref().is_some_and(|argument| {
                argument.len() >= SHORTEST && event.path.to_ascii_lowercase().contains(argument)
            })
    }

    /// Whether a process serves the function, and does such work for it.
    fn is_served_by(&self, process: &Process, path: &str) -> bool {
        let bare = functions::bare(&self.function);
        let path = path.to_ascii_lowercase();
        SERVED.iter().any(|(names, image, work)| {
            names.contains(&bare)
                && process.name.eq_ignore_ascii_case(image)
                && (work.is_empty() || work.iter().any(|part| path.contains(part)))
        }) || process.role == Role::ServiceHost && self.is_for_file(&path)
    }

    /// Whether the function was called for the file or key at a path, lower case. Whichever service is at it, serves the
    /// function.
    fn is_for_file(&self, path: &str) -> bool {
        let argument = self.argument.as_deref().filter(|argument| argument.contains(['.', '\\']));
        argument.is_some_and(|argument| argument.len() >= SHORTEST && path.ends_with(argument))
    }
}

/// Whether an error of a process is looked at. Services mostly work for others than the update.
pub(super) fn is_looked_at(
    event: &Event,
    process: &Process,
    called: Option<&Called>,
    fault: Option<&Fault>,
) -> bool {
    if !matches!(process.role, Role::ServiceHost | Role::ServiceControl) {
        return true;
    }
    let path = event.path.to_ascii_lowercase();
    let prints = || {
        fault.is_some_and(|fault| fault.kind == FaultKind::Driver)
            && PRINTING.iter().any(|part| path.contains(part))
    };
    WORK.iter().any(|(part, _)| path.contains(part))
        || called.is_some_and(|called| called.is_served_by(process, &path))
        || prints()
}

/// Whether the code that a log gives for what failed can be that of an error of a process with this role. The worker, and
/// what it starts, do all the work. TrustedInstaller has it done. drvinst serves whoever plugs a device in. A service works
/// for the installers that need it.
pub(super) fn can_be_meant(role: Role, path: &str, fault: Option<&Fault>) -> bool {
    match role {
        Role::TrustedInstaller | Role::DriverInstall => false,
        Role::ServiceHost | Role::ServiceControl => fault.is_none_or(|fault| serves(path, fault)),
        _ => true,
    }
}

fn serves(path: &str, fault: &Fault) -> bool {
    let (path, installer) = (path.to_ascii_lowercase(), fault.item.to_ascii_lowercase());
    fault.kind == FaultKind::Installer
        && WORK.iter().any(|(part, names)| path.contains(part) && names.iter().any(|n| installer.contains(n)))
}

/// Events that are looked at before an error.
const BEFORE: u64 = 200;
/// Who works for another does so within this time.
const SOON: Ticks = Ticks::seconds(2);

/// What succeeded right before an error, in order of time.
fn successes_before(timeline: &Timeline<'_>, error: &Event) -> impl Iterator<Item = Event> {
    let (time, near) = (error.time, timeline.near(error, BEFORE));
    near.into_iter().filter(move |e| !e.failed() && e.time <= time && time.since(e.time) <= SOON)
}

/// Whether what came right before an error shows that its process worked for what failed: it serves the function that the
/// log says failed, for the very object; it had read the files of the driver that failed; or the worker had read the file
/// that TrustedInstaller was to put in place.
pub(super) fn worked_for(
    timeline: &Timeline<'_>,
    event: &Event,
    process: &Process,
    called: Option<&Called>,
    fault: &Fault,
) -> bool {
    let serves = called.filter(|called| called.is_served_by(process, &event.path));
    let of_services = matches!(process.role, Role::ServiceHost | Role::ServiceControl);
    if !(of_services || matches!(process.role, Role::TrustedInstaller | Role::DriverInstall))
        || serves_a_user(timeline, event, process)
    {
        return false;
    }
    let earlier = || successes_before(timeline, event);
    let own = || earlier().filter(|e| (e.process, e.tid) == (event.process, event.tid));
    if of_services && did_it_before(timeline, event) {
        return false;
    }
    if let Some(called) = serves {
        return called.argument.as_ref().is_none_or(|argument| is_for(event, own(), argument));
    }
    match fault.kind {
        FaultKind::Driver => {
            let folder = format!(r"\filerepository\{}_", fault.item.to_ascii_lowercase());
            own().any(|e| e.path.to_ascii_lowercase().contains(&folder))
        }
        FaultKind::Installer if process.role == Role::TrustedInstaller => {
            let is_of_worker =
                |e: &Event| timeline.process_of(e).is_some_and(|process| process.role == Role::TiWorker);
            let name = |path: &str| path.rsplit_once('\\').map(|(_, name)| name.to_ascii_lowercase());
            let is_source = |e: &Event| e.path != event.path && name(&e.path) == name(&event.path);
            name(&event.path).is_some() && earlier().any(|e| is_source(&e) && is_of_worker(&e))
        }
        _ => false,
    }
}

/// Whether a service serves the function that the log says failed, and did an operation for another object than the one
/// that the function was called for.
pub(super) fn worked_for_another_object(
    timeline: &Timeline<'_>,
    event: &Event,
    process: &Process,
    called: Option<&Called>,
) -> bool {
    let serves = called.filter(|called| called.is_served_by(process, &event.path));
    let Some(argument) = serves.and_then(|called| called.argument.as_ref()) else { return false };
    let earlier = successes_before(timeline, event);
    !is_for(event, earlier.filter(|e| (e.process, e.tid) == (event.process, event.tid)), argument)
}

/// Whether an operation is for the object of this name, lower case: it is at the object, or its thread was at it right
/// before, and was at no other one since that lies beside it. `earlier` is in order of time.
fn is_for(event: &Event, earlier: impl Iterator<Item = Event>, argument: &str) -> bool {
    if event.path.to_ascii_lowercase().contains(argument) {
        return true;
    }
    let mut named: Option<(String, usize)> = None;
    let mut is_last = false;
    for path in earlier.map(|e| e.path.to_ascii_lowercase()) {
        if let Some(at) = path.find(argument) {
            is_last = true;
            named = path.get(..at + argument.len()).map(|named| (named.to_owned(), at));
        } else if let Some((named, at)) = &named {
            // Opening the folders above it is on the way to it.
            let is_beside = named.get(..*at).is_some_and(|above| path.starts_with(above));
            is_last &= !is_beside || named.starts_with(&path);
        }
    }
    is_last
}

/// Whether a process did what it was refused right before: then another asked for it.
pub(super) fn did_it_before(timeline: &Timeline<'_>, event: &Event) -> bool {
    let near = timeline.near(event, BEFORE);
    let mut earlier = near.iter().filter(|e| e.time < event.time && event.time.since(e.time) <= SOON);
    earlier.any(|e| {
        e.process == event.process
            && e.tid != event.tid
            && e.kind == event.kind
            && e.kind.mutates()
            && !e.failed()
            && object_name(&e.path) == object_name(&event.path)
    })
}

/// Whether a service does it for a user, whom it impersonates.
pub(super) fn serves_a_user(timeline: &Timeline<'_>, event: &Event, process: &Process) -> bool {
    // Accounts of users begin so. Windows' own accounts do not.
    const USER: &str = "Impersonating: S-1-5-21-";
    matches!(process.role, Role::ServiceHost | Role::ServiceControl)
        && timeline.detail(event.id).contains(USER)
}

/// Whether drvinst ended with the code of an error, and worked for the driver that the worker was at: both had read of the
/// same package right before.
pub(super) fn ended_for_the_worker(timeline: &Timeline<'_>, event: &Event, process: &Process) -> bool {
    let ended_with_it = || {
        let maps = status_codes::NtStatus(event.status).to_win32();
        let win32 = maps.map(|maps| maps.win32.0);
        process.exit_status.is_some_and(|exit| exit == event.status || Some(exit) == win32)
    };
    if process.role != Role::DriverInstall || !ended_with_it() {
        return false;
    }
    let package = |path: &str| {
        let lower = path.to_ascii_lowercase();
        let (_, rest) = lower.split_once(r"\filerepository\")?;
        Some(rest.split('\\').next()?.to_owned())
    };
    let earlier: Vec<Event> = successes_before(timeline, event).collect();
    let own = earlier.iter().filter(|e| e.process == event.process).find_map(|e| package(&e.path));
    let is_of_worker =
        |e: &&Event| timeline.process_of(e).is_some_and(|process| process.role == Role::TiWorker);
    let last = earlier.iter().rev().filter(is_of_worker).find_map(|e| package(&e.path));
    own.is_some() && own == last
}

#[cfg(test)]
mod tests {
    use super::{Called, SERVED, WORK};
    use timeline::Process;

    #[test]
    fn the_tables_are_in_lower_case() {
        for (part, names) in WORK {
            assert_eq!(*part, part.to_lowercase());
            assert!(names.iter().all(|name| *name == name.to_lowercase() && !name.is_empty()));
        }
        for (_, image, work) in SERVED {
            assert!(work.iter().chain([image]).all(|text| *text == text.to_lowercase()));
        }
    }

    #[test]
    fn a_line_says_what_a_function_was_called_for() {
        let line = "[l:74]'SvcInstaller service.cpp(144): CreateServiceW(WiSvc) failed. HR=0x800703fa.'";
        let called = Called::new("CreateServiceW", line);
        assert_eq!(called.argument.as_deref(), Some("wisvc"));
        assert_eq!(Called::new("PutClass", "IWbemServices::PutClass failed.").argument, None);
        let process = |name: &str| Process { name: name.to_owned(), ..Process::blank() };
        let key = r"HKLM\System\CurrentControlSet\Services\wisvc";
        assert!(called.is_served_by(&process("services.exe"), key));
        assert!(!called.is_served_by(&process("svchost.exe"), key));
        let put = Called::new("PutClass", "");
        assert!(put.is_served_by(&process("svchost.exe"), r"C:\Windows\System32\wbem\Repository\INDEX.BTR"));
        assert!(!put.is_served_by(&process("svchost.exe"), key));
    }
}
