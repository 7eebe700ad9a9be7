//! Services: how they are set to start, when their hosts ran, and whether that is a fault.

use std::collections::BTreeMap;

use crate::faults::Faults;
use timeline::{
    Event, Evidence, FileTime, Kind, Mark, Place, Process, ProcessId, Role, ServiceFact, StartType, Timeline,
    Trust, Words,
};

/// What a service's facts mean for the update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Assessment {
    /// As it should be.
    Ordinary,
    /// Could hinder an update.
    Suspicious,
    /// The sources do not show it.
    Unknown,
}

/// A moment in a service's life.
#[derive(Debug, Clone)]
pub struct ServiceState {
    /// When.
    pub time: FileTime,
    /// `running`, `stopped`.
    pub state: &'static str,
    /// How it is known.
    pub trust: Trust,
    /// By what.
    pub evidence: Evidence,
}

/// A service that matters to updates.
#[derive(Debug, Clone)]
pub struct Service {
    /// Service name.
    pub name: String,
    /// Display name, if it is known.
    pub display_name: String,
    /// Start type as the trace read it last.
    pub start_type: Option<(StartType, Evidence)>,
    /// Its life within the trace.
    pub states: Vec<ServiceState>,
    /// What that means.
    pub assessment: Assessment,
    /// Why.
    pub words: Words,
}

impl Service {
    /// Whether a record means it: an event log may have the display name alone.
    fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
            || !self.display_name.is_empty() && self.display_name.eq_ignore_ascii_case(name)
    }
}

/// The services that are always told of: name, display name, service DLL or program, part of a host's command line.
/// Start types on a healthy machine: manual (TrustedInstaller automatic while an update is pending); Microsoft's service
/// guidance for Server 2016 and 2019.
const SERVICES: &[(&str, &str, &str, &str)] = &[
    ("TrustedInstaller", "Windows Modules Installer", "trustedinstaller.exe", r"\trustedinstaller.exe"),
    ("AppXSvc", "AppX Deployment Service (AppXSVC)", "appxdeploymentserver.dll", "-s appxsvc"),
    ("AppReadiness", "App Readiness", "appreadiness.dll", "-k appreadiness"),
];

/// The part of a host's command line for all services of a group, on machines that do not give each its own host.
const GROUPS: &[(&str, &str)] = &[("AppXSvc", "-k wsappx")];

/// The service of [`SERVICES`] that a process is the host of, and whether it is the host of a group.
fn hosted(process: &Process) -> Option<(&'static str, bool)> {
    if !matches!(process.role, Role::ServiceHost | Role::TrustedInstaller) {
        return None;
    }
    let line = process.command_line.to_ascii_lowercase();
    let path = process.image_path.to_ascii_lowercase();
    let own = SERVICES.iter().find(|(.., command)| line.contains(command) || path.ends_with(command));
    let own = own.map(|(name, ..)| (*name, false));
    own.or_else(|| {
        let of_one = line.contains(" -s ");
        GROUPS.iter().find(|(_, group)| !of_one && line.contains(group)).map(|(name, _)| (*name, true))
    })
}

/// Whether a process is the host of a service that updates always need.
pub(crate) fn is_host(process: &Process) -> bool {
    hosted(process).is_some()
}

/// Services that advanced installers need: a part of the installer's name, the service.
const NEEDED_BY: &[(&str, &str)] = &[
    ("container installer", "CmService"),
    ("http installer", "HTTP"),
    ("task scheduler", "Schedule"),
    ("network drivers", "NetSetupSvc"),
    ("mof", "Winmgmt"),
    ("event", "EventLog"),
];

/// The service that an installer needs, by the installer's name.
pub(crate) fn needed_by(installer: &str) -> Option<&'static str> {
    let installer = installer.to_lowercase();
    NEEDED_BY.iter().find(|(part, _)| installer.contains(part)).map(|(_, service)| *service)
}

/// Services in the report in addition to those that are always there.
const MAX_OTHERS: usize = 20;

/// What the timeline says of the services that updates need, and of those that failed.
#[tracing::instrument(name = "services", skip_all)]
pub(crate) fn find(timeline: &Timeline<'_>, marked: &[(Mark, Event)], faults: &Faults) -> Vec<Service> {
    let mut starts = starts(timeline, marked);
    let mut services = always(timeline, marked, &mut starts);
    let facts = || timeline.scans.iter().flat_map(|s| &s.known.services);
    let needed = faults.all.iter().filter_map(|f| needed_by(&f.item));
    let mut names: Vec<String> = needed.map(str::to_owned).collect();
    names.extend(facts().filter(|f| f.failed).map(|f| f.name.clone()));
    let disabled = |name: &str| {
        starts.get(&name.to_ascii_lowercase()).is_some_and(|(start, _)| *start == StartType::Disabled)
    };
    names.extend(NEEDED_BY.iter().map(|(_, name)| (*name).to_owned()).filter(|name| disabled(name)));
    for name in names {
        if services.len() >= SERVICES.len() + MAX_OTHERS || services.iter().any(|s| s.is_called(&name)) {
            continue;
        }
        let own = || facts().filter(|f| f.name.eq_ignore_ascii_case(&name));
        let start_type = starts
            .remove(&name.to_ascii_lowercase())
            .or_else(|| own().find_map(|f| Some((f.start?, f.evidence.clone()))));
        let mut states: Vec<ServiceState> = own().filter_map(state_of).collect();
        states.sort_by_key(|s| s.time);
        let (assessment, words) = assess(&name, start_type.as_ref().map(|(s, _)| *s), &states, false);
        services.push(Service { name, display_name: String::new(), start_type, states, assessment, words });
    }
    services
}

fn state_of(fact: &ServiceFact) -> Option<ServiceState> {
    let (time, state) = fact.state?;
    Some(ServiceState { time, state, trust: Trust::Recorded, evidence: fact.evidence.clone() })
}

fn always(timeline: &Timeline<'_>, marked: &[(Mark, Event)], starts: &mut Starts) -> Vec<Service> {
    let facts = || timeline.scans.iter().flat_map(|s| &s.known.services);
    SERVICES
        .iter()
        .map(|(name, display_name, image, _)| {
            let mut states = states(timeline, marked, name, image);
            let ended = states.iter().any(|s| s.state == "stopped");
            let is_its =
                |known: &str| known.eq_ignore_ascii_case(name) || known.eq_ignore_ascii_case(display_name);
            let own = || facts().filter(|f| is_its(&f.name));
            states.extend(own().filter_map(state_of));
            states.sort_by_key(|s| s.time);
            let start_type = starts
                .remove(&name.to_ascii_lowercase())
                .or_else(|| own().find_map(|f| Some((f.start?, f.evidence.clone()))));
            let start = start_type.as_ref().map(|(s, _)| *s);
            let (assessment, words) = assess(name, start, &states, ended);
            Service {
                name: (*name).to_owned(),
                display_name: (*display_name).to_owned(),
                start_type,
                states,
                assessment,
                words,
            }
        })
        .collect()
}

/// The service whose Start value `path` is, in any control set.
pub(crate) fn name_in(path: &str) -> Option<&str> {
    let mut parts = path.rsplit('\\');
    let (value, service, services) = (parts.next()?, parts.next()?, parts.next()?);
    let is_start = value.eq_ignore_ascii_case("start") && services.eq_ignore_ascii_case("services");
    is_start.then_some(service)
}

/// The start types that a trace read or set last, by service in lower case.
type Starts = BTreeMap<String, (StartType, Evidence)>;

/// Whether the start type of a service with this name is told.
fn is_told(name: &str) -> bool {
    let always = SERVICES.iter().map(|(known, ..)| known);
    always.chain(NEEDED_BY.iter().map(|(_, known)| known)).any(|known| known.eq_ignore_ascii_case(name))
}

fn starts(timeline: &Timeline<'_>, marked: &[(Mark, Event)]) -> Starts {
    let mut starts = Starts::new();
    let last_first = marked.iter().rev().filter(|(mark, e)| *mark == Mark::ServiceStart && e.status == 0);
    for (_, event) in last_first {
        let Some(name) = name_in(&event.path).filter(|name| is_told(name)) else { continue };
        let name = name.to_ascii_lowercase();
        if starts.contains_key(&name) {
            continue;
        }
        let Some(start) = timeline.number(event.id).and_then(StartType::new) else { continue };
        let verb =
            if event.kind == Kind::ValueSet { ("is set to", "被设为") } else { ("is read as", "读得") };
        let words = Words::new(
            format!("{} {} {}", event.path, verb.0, start as u8),
            format!("{} {} {}", event.path, verb.1, start as u8),
        );
        starts.insert(name, (start, Evidence::at(event.id, words)));
    }
    starts
}

fn states(timeline: &Timeline<'_>, marked: &[(Mark, Event)], name: &str, image: &str) -> Vec<ServiceState> {
    let mut states = Vec::new();
    for (mark, event) in marked {
        if *mark == Mark::ServiceDll && event.path.to_ascii_lowercase().ends_with(image) {
            let words = Words::new(
                format!("a service host loads {}", event.path),
                format!("服务主机 (svchost.exe) 加载 {}", event.path),
            );
            let evidence = Evidence::at(event.id, words);
            states.push(ServiceState {
                time: event.time,
                state: "running",
                trust: Trust::Inferred,
                evidence,
            });
        }
    }
    let (first, _) = timeline.span().unwrap_or_default();
    for process in &timeline.processes {
        let Some((_, group)) = hosted(process).filter(|(host_of, _)| *host_of == name) else { continue };
        let moments = [(process.start, "running"), (process.end, "stopped")];
        for (time, state) in moments {
            let Some(time) = time.filter(|t| *t >= first) else { continue };
            // That the host of a group starts does not tell which of its services does.
            if group && state == "running" {
                continue;
            }
            let (en, zh) = if state == "running" { ("starts", "启动") } else { ("ends", "结束") };
            let who = format!("{} ({})", process.name, process.pid);
            let (words, trust) = if group {
                let words =
                    (format!("the host of its group, {who}, {en}"), format!("其所在组的服务主机 {who} {zh}"));
                (Words::new(words.0, words.1), Trust::Inferred)
            } else {
                let words = (format!("its process {who} {en}"), format!("其进程 {who} {zh}"));
                (Words::new(words.0, words.1), Trust::Recorded)
            };
            states.push(ServiceState { time, state, trust, evidence: Evidence::said(words) });
        }
    }
    states.sort_by_key(|s| s.time);
    states
}

/// `ended` says that a process of the service ended within the trace.
fn assess(name: &str, start: Option<StartType>, states: &[ServiceState], ended: bool) -> (Assessment, Words) {
    let ran = states.iter().any(|s| s.state == "running");
    if let Some(failed) = states.iter().find(|s| s.state == "failed") {
        return (
            Assessment::Suspicious,
            Words::new(
                format!("{name} failed: {}", failed.evidence.words.en),
                format!("{name} 失败：{}", failed.evidence.words.zh),
            ),
        );
    }
    match (start, ran) {
        (Some(StartType::Disabled), _) => (
            Assessment::Suspicious,
            Words::new(
                format!("{name} is disabled (Start = 4). Updates need it to be startable."),
                format!("{name} 已禁用 (Start = 4)。更新要求它可以启动。"),
            ),
        ),
        (_, true) => (
            Assessment::Ordinary,
            Words::new(format!("{name} ran in this trace."), format!("{name} 在此跟踪中运行过。")),
        ),
        _ if ended => (
            Assessment::Ordinary,
            Words::new(
                format!("{name} ran before this trace began, and ended in it."),
                format!("{name} 在此跟踪开始之前已在运行，并在其中结束。"),
            ),
        ),
        (Some(start), false) => (
            Assessment::Ordinary,
            Words::new(
                format!(
                    "{name} did not run in this trace. Its start type is {}; a service that starts on demand and is \
                     not running is in its normal state.",
                    start.name()
                ),
                format!(
                    "{name} 在此跟踪中未运行。其启动类型为 {}；按需启动的服务未运行属正常状态。",
                    start.name()
                ),
            ),
        ),
        (None, false) => (
            Assessment::Unknown,
            Words::new(
                format!("Nothing here tells the state of {name}."),
                format!("现有记录未显示 {name} 的状态。"),
            ),
        ),
    }
}

/// The service that a host runs alone, as its command line names it: `svchost.exe -k AppReadiness -p -s AppReadiness`.
pub(crate) fn only_service(process: &Process) -> Option<&str> {
    let mut arguments = process.command_line.split_whitespace();
    arguments.find(|argument| argument.eq_ignore_ascii_case("-s")).and(arguments.next())
}

/// The processes that ran a service: those that loaded its library, and those whose command line or program names it.
pub(crate) fn hosts(timeline: &Timeline<'_>, service: &Service) -> Vec<(ProcessId, Trust, Evidence)> {
    let mut found: Vec<(ProcessId, Trust, Evidence)> = Vec::new();
    for state in &service.states {
        if let Some(Place::Event(id)) = state.evidence.place
            && let Some(process) = timeline.event(id).and_then(|e| e.process)
        {
            found.push((process, state.trust, state.evidence.clone()));
        }
    }
    let program = format!("{}.exe", service.name);
    for (number, process) in timeline.processes.iter().enumerate() {
        let named = only_service(process).is_some_and(|name| name.eq_ignore_ascii_case(&service.name));
        if process.name.eq_ignore_ascii_case(&program) || named {
            let words = Words::new(process.command_line.clone(), process.command_line.clone());
            found.push((ProcessId::at(number), Trust::Recorded, Evidence::said(words)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{NEEDED_BY, SERVICES};
    use timeline::TOLD_SERVICES;

    #[test]
    fn the_start_type_of_every_service_that_is_told_of_is_looked_for() {
        let always = SERVICES.iter().map(|(name, ..)| name);
        for name in always.chain(NEEDED_BY.iter().map(|(_, name)| name)) {
            assert!(TOLD_SERVICES.contains(name), "{name}");
        }
    }
}
