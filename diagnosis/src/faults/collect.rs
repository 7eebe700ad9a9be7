//! From the facts of log lines to faults.

use status_codes::results;
use timeline::{
    CommandFact, Damage, DamageKind, Fact, LogLine, Object, PackageChangeKind, Part, PhaseName, SessionStep,
    Step, Tool, UpdateStep,
};

use super::{
    Detail, Fault, FaultKind as Kind,
    fault::{is_store_folder, package_text, win32},
};
use crate::stages::{self, REBOOT_REQUIRED};

/// How many lines after a fault's line can belong to it.
const NEAR: usize = 8;

/// The failing code of a line.
pub(crate) fn failure_code(line: &LogLine) -> Option<u32> {
    line.code.filter(|code| code >> 31 == 1)
}

/// Whether a code ends work as a failure.
pub(crate) fn ends_badly(code: u32) -> bool {
    code >> 31 == 1 && code != REBOOT_REQUIRED && code != results::CBS_E_CANCEL
}

/// What a line says failed, before it is put in place: the kind, and what is named.
struct Named {
    kind: Kind,
    item: String,
    component: Option<String>,
    names: Vec<Object<String>>,
    detail: Option<Detail>,
}

impl Named {
    fn new(kind: Kind, item: impl Into<String>) -> Self {
        Self { kind, item: item.into(), component: None, names: Vec::new(), detail: None }
    }
}

/// The fault that a line reports. `following` are the lines after it.
pub(super) fn fault(line: &LogLine, at: stages::Place, following: &[&LogLine]) -> Option<Fault> {
    let mut named = named(line)?;
    let kind = named.kind;
    if kind == Kind::File && named.item.is_empty() {
        named.item = unpacked(line, following).unwrap_or_default();
    }
    let own = failure_code(line);
    let code = match &line.fact {
        Fact::OriginalFailure(status) => Some(*status),
        Fact::Driver { result, .. } if result >> 31 == 0 => Some(results::from_win32(*result)),
        Fact::Driver { result, .. } => Some(*result),
        _ if matches!(kind, Kind::Command | Kind::Component | Kind::Pending | Kind::Manifest) => {
            // These lines print no code of their own; the lines that hand the error on do.
            let behind = following.iter().take(NEAR).take_while(|l| l.failed);
            own.or_else(|| behind.into_iter().find_map(|l| failure_code(l)))
        }
        _ => own,
    };
    let phase = match kind {
        Kind::Hang => hung_in(following).unwrap_or(at.phase),
        // A transaction is begun while Windows runs; at the reboot the one at hand goes on.
        Kind::Pending if at.phase == PhaseName::Unknown => PhaseName::Staging,
        // The reboot that an earlier change waits for, and the check of the store, are no stages of an installation.
        Kind::Repair => PhaseName::Unknown,
        _ => at.phase,
    };
    let took = match &line.fact {
        Fact::Installer(run) => run.took,
        Fact::Poqexec { took, .. } => *took,
        _ => None,
    };
    let binary = match &line.fact {
        Fact::InstallerSummary { binary, .. } => binary.clone(),
        _ => None,
    };
    Some(Fault {
        kind,
        item: named.item,
        binary,
        component: named.component,
        names: named.names,
        detail: named.detail,
        code,
        took,
        phase,
        boot: at.boot,
        attempt: at.attempt,
        time: line.time,
        place: timeline::Place::Line { source: line.source, line: line.line },
        text: line.text.clone(),
    })
}

fn named(line: &LogLine) -> Option<Named> {
    let bad = failure_code(line).is_some_and(ends_badly);
    Some(match &line.fact {
        Fact::Installer(run) if run.decisive => Named {
            component: run.component.as_deref().map(component_name),
            names: run.names.clone(),
            ..Named::new(Kind::Installer, run.name.clone())
        },
        Fact::InstallerSummary { name, .. } => Named::new(Kind::Installer, name.clone()),
        Fact::Driver { inf, result, .. } if *result != 0 => Named::new(Kind::Driver, inf.clone()),
        Fact::DriverIdentity(n) => Named::new(Kind::DriverIdentity, format!("DriverOperations\\{n}")),
        Fact::DriverCall(function) if line.failed => Named::new(Kind::DriverCall, function.clone()),
        Fact::ComponentDeleted(component) => Named::new(Kind::Component, component.clone()),
        Fact::GenericCommand(command) => command_fault(command)?,
        Fact::Poqexec { .. } if line.failed => Named::new(Kind::Poqexec, "poqexec.exe"),
        Fact::Primitive { what, .. } if line.failed => Named::new(Kind::Primitive, what.clone()),
        Fact::Setup { title, servicing: true } if line.failed => {
            let inf = inf_in(&line.text);
            let names = inf.iter().map(|inf| Object::Driver((*inf).to_owned())).collect();
            let item = inf.map_or_else(|| title.clone(), |inf| format!("{title} ({inf})"));
            Named { names, ..Named::new(Kind::Setup, item) }
        }
        Fact::Setup { title, servicing: false } if line.failed => Named::new(Kind::Device, title.clone()),
        Fact::Tool(tool) if line.failed => {
            let kind = match tool.tool {
                Tool::Dism => Kind::Dism,
                Tool::WindowsSetup => Kind::WindowsSetup,
                Tool::Recovery => Kind::Recovery,
            };
            Named { detail: tool.command.clone().map(Detail::Command), ..Named::new(kind, tool.what.clone()) }
        }
        Fact::UpdateFailed { update, step } => {
            Named { detail: Some(Detail::Client(*step)), ..Named::new(Kind::Update, update.clone()) }
        }
        Fact::Hang => Named::new(Kind::Hang, ""),
        Fact::Stage(_, Step::CommitFailed) => Named::new(Kind::Commit, ""),
        Fact::Stage(_, Step::PendingTransaction) => Named::new(Kind::Pending, ""),
        Fact::Stage(_, Step::RestartFailed) => Named::new(Kind::Restart, ""),
        Fact::Stage(_, Step::DriverQueueFailed | Step::InstallerQueueFailed | Step::PrimitivesFailed) => {
            Named::new(Kind::Stage, "")
        }
        Fact::Stage(Some(timeline::Stage::Startup), Step::Complete) if bad => Named::new(Kind::Status, ""),
        Fact::StackTooOld { package, needed, present } => Named {
            detail: Some(Detail::Stack { needed: needed.clone(), present: present.clone() }),
            ..Named::new(Kind::Stack, package.clone())
        },
        Fact::Session(session) if bad && session.step != SessionStep::Started => {
            let kind = if session.purpose.is_some() { Kind::Repair } else { Kind::Session };
            Named::new(kind, session.package.clone().unwrap_or_default())
        }
        Fact::Feature { feature, removal, .. } if bad => {
            Named { detail: removal.then_some(Detail::Removal), ..Named::new(Kind::Feature, feature.clone()) }
        }
        Fact::Package(package) if package.is_report() => Named {
            detail: package.removal.then_some(Detail::Removal),
            ..Named::new(Kind::Package, package.identity.clone())
        },
        Fact::Package(package)
            if bad
                && matches!(
                    package.kind,
                    PackageChangeKind::Completed | PackageChangeKind::CompletedAtStartup
                ) =>
        {
            Named::new(Kind::Package, package.identity.clone())
        }
        Fact::OriginalFailure(status) if *status >> 31 == 1 => Named::new(Kind::Status, ""),
        Fact::Corruption(damage) => damaged(damage)?,
        Fact::Failed { part, objects } => failed(*part, objects, line)?,
        _ => return None,
    })
}

fn command_fault(command: &CommandFact) -> Option<Named> {
    let code = command.exit_code.filter(|code| *code != 0)?;
    if command.success == Some(true) {
        return None;
    }
    let exit = format!("exit code {code} (0x{code:08x})");
    let item = match (&command.command_line, &command.program) {
        (Some(line), _) | (None, Some(line)) => format!("{exit}: {line}"),
        _ => exit,
    };
    Some(Named { detail: command.output.clone().map(Detail::Output), ..Named::new(Kind::Command, item) })
}

/// Damage of the store that can make a change fail.
fn damaged(damage: &Damage) -> Option<Named> {
    let component = match &damage.object {
        Object::File { component, .. } => Some(component_name(component)),
        _ => None,
    };
    let base = || damage.base.as_deref().map(|base| Detail::Base(component_name(base)));
    match damage.kind {
        // What was to be put together is known, and none of its files.
        DamageKind::Hydration if matches!(damage.object, Object::Component(_)) => {
            let component = Some(component_name(damage.object.name()));
            Some(Named { component, ..Named::new(Kind::Hydration, "") })
        }
        DamageKind::Hydration => {
            Some(Named { component, detail: base(), ..Named::new(Kind::Hydration, damage.object.name()) })
        }
        DamageKind::Manifest => Some(Named::new(Kind::Manifest, damage.object.name())),
        _ => None,
    }
}

/// The name and version of a component, without its other attributes.
pub(crate) fn component_name(identity: &str) -> String {
    let end =
        [", arch", ", pA", ", Culture", ", PublicKeyToken"].iter().filter_map(|end| identity.find(end)).min();
    identity.get(..end.unwrap_or(identity.len())).unwrap_or(identity).to_owned()
}

/// A line that says that a part failed.
fn failed(part: Part, objects: &[Object<String>], line: &LogLine) -> Option<Named> {
    let package = objects.iter().find(|object| matches!(object, Object::Package(_)));
    let first = objects.first().map_or("", Object::name);
    let code = failure_code(line);
    if code.is_some_and(|code| !ends_badly(code)) {
        return None;
    }
    Some(match part {
        Part::Startup => Named::new(Kind::Status, ""),
        Part::Planning | Part::Resolving | Part::Staging | Part::Executing | Part::Session => {
            Named::new(Kind::Session, package.map_or("", Object::name))
        }
        Part::Download => Named::new(Kind::Download, first),
        Part::Package | Part::Deployment => Named::new(Kind::Package, package?.name()),
        Part::File => {
            let file =
                objects.iter().find(|object| matches!(object, Object::File { .. } | Object::Path(_)))?;
            let component = match file {
                Object::File { component, .. } => Some(component.clone()),
                _ => None,
            };
            Named { component, ..Named::new(Kind::File, file.name()) }
        }
        Part::Payload => Named::new(Kind::Hydration, ""),
        Part::Scan => {
            let package = package.filter(|_| code.is_some_and(|code| !ORDINARY_IN_SCAN.contains(&code)))?;
            let detail = Some(Detail::Client(UpdateStep::Evaluate));
            Named { detail, ..Named::new(Kind::Update, package_text(package.name())) }
        }
        Part::Removal => {
            Named { detail: Some(Detail::Removal), ..Named::new(Kind::Package, package?.name()) }
        }
        Part::Mof => Named { names: objects.to_vec(), ..Named::new(Kind::Installer, MOF_INSTALLER) },
        Part::BootScreen => Named::new(Kind::Poqexec, "poqexec.exe"),
        // An object that is not there in the component store is a damage of it, whatever call was made for it.
        Part::Call if code.is_some_and(is_absence) && store_folder(objects).is_some() => {
            Named::new(Kind::File, store_folder(objects)?)
        }
        Part::Folder | Part::Unpacking => Named::new(Kind::File, first),
        Part::Catalog => Named::new(Kind::Catalog, first),
        Part::RegistryValue => Named::new(Kind::RegistryValue, first),
        Part::Store => Named::new(Kind::Store, first),
        Part::DriverQueue => Named::new(Kind::DriverQueue, ""),
        Part::Pending => Named::new(Kind::Pending, ""),
        Part::Repair => Named::new(Kind::Repair, ""),
        Part::ServiceStart => Named::new(Kind::Service, first),
        Part::Call => {
            let path = objects.iter().find(|object| matches!(object, Object::Path(_)))?;
            Named::new(Kind::Call, path.name())
        }
        _ => return None,
    })
}

/// Codes that the scan for packages has on healthy machines: it asks for packages that are not there all the time, and
/// meets attributes that the servicing stack does not know.
pub(super) const ORDINARY_IN_SCAN: [u32; 2] =
    [results::CBS_E_INVALID_PACKAGE, results::CBS_E_MANIFEST_INVALID_ITEM];

/// The installer that compiles MOF files, as CBS.log names it.
const MOF_INSTALLER: &str = "Mof Installer";

/// Whether a code says that something is not there.
fn is_absence(code: u32) -> bool {
    win32(code).is_some_and(|code| matches!(code, 2 | 3))
}

/// The folder of a component in the store that a call names.
fn store_folder(objects: &[Object<String>]) -> Option<&str> {
    objects.iter().map(Object::name).find(|name| is_store_folder(name))
}

/// The file that could not be unpacked: the lines after the exception name it, without a code.
fn unpacked(line: &LogLine, following: &[&LogLine]) -> Option<String> {
    let file = |object: &Object<String>| match object {
        Object::Path(path) => Some(path.clone()),
        _ => None,
    };
    following.iter().take(NEAR).find_map(|next| match &next.fact {
        Fact::Failed { part: Part::File, objects }
            if next.local == line.local && failure_code(next).is_none() =>
        {
            objects
                .iter()
                .rev()
                .find_map(file)
                .filter(|path| path.ends_with(".cab") || path.ends_with(".psf"))
        }
        _ => None,
    })
}

/// What was under way when startup processing hung: the execute state that is stored next says what is given up.
fn hung_in(following: &[&LogLine]) -> Option<PhaseName> {
    following.iter().take(NEAR).find_map(|line| match &line.fact {
        Fact::ExecuteState { text, .. } if text.contains("FlagAdvancedInstallersFailed") => {
            Some(PhaseName::StartupInstallers)
        }
        Fact::ExecuteState { text, .. } if text.contains("FlagDriversFailed") => {
            Some(PhaseName::StartupDrivers)
        }
        _ => None,
    })
}

/// The INF that a line of setupapi.dev.log names: `…\netathrx.inf'`.
fn inf_in(text: &str) -> Option<&str> {
    let end = text.to_ascii_lowercase().find(".inf'")? + ".inf".len();
    let path = text.get(..end)?;
    path.get(path.rfind(['\\', '\''])? + 1..)
}
