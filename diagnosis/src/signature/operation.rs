//! The parts of a cause that is an operation.

use timeline::{Event, Kind, PhaseName, Role};

use super::{facts::Facts, identity::PartName, object, parts::Parts, why::Why};
use crate::candidates::Candidate;

/// The kinds of operations and their names in signatures. Process Monitor and ETW name operations differently.
const OPERATIONS: &[(Kind, &str)] = &[
    (Kind::FileOpen, "open file"),
    (Kind::FileCreate, "open file to change it"),
    (Kind::FileRead, "read file"),
    (Kind::FileWrite, "write file"),
    (Kind::FileRename, "rename file"),
    (Kind::FileLink, "link file"),
    (Kind::FileDelete, "delete file"),
    (Kind::FileSetInfo, "set file information"),
    (Kind::FileSetSecurity, "set file security"),
    (Kind::FileQuery, "query file"),
    (Kind::FileClose, "close file"),
    (Kind::KeyOpen, "open key"),
    (Kind::KeyCreate, "create key"),
    (Kind::KeyDelete, "delete key"),
    (Kind::KeyRename, "rename key"),
    (Kind::KeySetSecurity, "set key security"),
    (Kind::KeyLoad, "load hive"),
    (Kind::KeyUnload, "unload hive"),
    (Kind::KeyQuery, "query key"),
    (Kind::KeyClose, "close key"),
    (Kind::ValueSet, "set value"),
    (Kind::ValueDelete, "delete value"),
    (Kind::ValueQuery, "query value"),
    (Kind::ProcessCreate, "create process"),
    (Kind::ProcessStart, "start process"),
    (Kind::ProcessExit, "end process"),
    (Kind::ImageLoad, "load image"),
    (Kind::Other, "other operation"),
];

pub(super) fn parts(facts: &Facts<'_>, failing: &Candidate, parts: &mut Parts) {
    let event = &failing.event;
    parts.add(PartName::Outcome, "failing operation", Why::Same);
    parts.add(PartName::Phase, facts.phase(), Why::Shaky);
    parts.add(PartName::Component, component(facts, event), Why::Same);
    parts.add(PartName::Operation, operation(event.kind), Why::Same);
    parts.add(PartName::Status, status(event.status), Why::Same);
    parts.add(PartName::ObjectClass, object::class(&event.path, event.kind), Why::Same);
    parts.add(PartName::ObjectName, object::name(&event.path).unwrap_or_default(), Why::OfMachine);
    let fault = facts.faults.first();
    let code = fault.and_then(|f| f.code).or(facts.verdict.hresult);
    parts.add(PartName::Code, code.map_or_else(String::new, super::fault::code), Why::OfLog);
    let of_stack =
        failing.call.as_ref().and_then(|call| call.installer.as_ref()).map(|m| m.name().to_owned());
    let of_log = || fault.filter(|f| f.kind.is_installer()).map(|f| f.item.clone());
    let installer_why = if of_stack.is_some() { Why::NotInEveryTrace } else { Why::OfLog };
    parts.add(PartName::Installer, of_stack.or_else(of_log).unwrap_or_default(), installer_why);
    let module = failing.call.as_ref().and_then(|call| {
        call.issuer.outsider().or_else(|| call.interferers.first()).map(|module| module.name().to_lowercase())
    });
    let holder = || {
        let process = facts.timeline.process(failing.holder?.process)?;
        Some(process.name.to_lowercase())
    };
    parts.add(PartName::Module, module.or_else(holder).unwrap_or_default(), Why::NotInEveryTrace);
    parts.add(PartName::Service, super::lack::disabled(facts).join(", "), Why::Beside);
}

/// The part of servicing, as the process and the phase tell it.
fn component(facts: &Facts<'_>, event: &Event) -> &'static str {
    let role = facts.timeline.process_of(event).map_or(Role::Other, |process| process.role);
    match (role, facts.verdict.phase) {
        (Role::Poqexec, _) => "primitives",
        (Role::SessionManager, _) => "pending renames",
        (Role::DriverInstall, _) | (_, PhaseName::StartupDrivers) => "driver queue",
        (_, PhaseName::StartupInstallers) => "installers",
        _ => "component store",
    }
}

/// The name of a kind of operation.
pub(crate) fn operation(kind: Kind) -> &'static str {
    OPERATIONS.iter().find(|row| row.0 == kind).map_or("", |row| row.1)
}

/// `0xC0000022 ACCESS DENIED`.
fn status(status: u32) -> String {
    format!("0x{status:08X} {}", status_codes::NamedResult(status))
}
