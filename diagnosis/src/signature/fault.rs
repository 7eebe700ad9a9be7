//! The parts of a cause that only a log names.

use timeline::{Kind, Object};

use super::{facts::Facts, identity::PartName, object, parts::Parts, why::Why};
use crate::faults::{Fault, FaultKind, win32};

/// What a fault's item is, for each kind that has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Item {
    /// An installer.
    Installer,
    /// A program with its exit code and its command line.
    Program,
    /// A driver, which differs from machine to machine.
    Driver,
    /// A service.
    Service,
    /// A component, by its name without version.
    Component,
    /// A feature, a function or a command: its name tells it.
    Named,
    /// A package or an update: its number changes every month.
    Package,
    /// Nothing that identifies.
    Nothing,
}

/// Each kind of fault, the part of servicing that it is of, and what its item is.
const ITEMS: &[(FaultKind, &str, Item)] = &[
    (FaultKind::Command, "installers", Item::Program),
    (FaultKind::Installer, "installers", Item::Installer),
    (FaultKind::Driver, "driver queue", Item::Driver),
    (FaultKind::DriverIdentity, "driver queue", Item::Nothing),
    (FaultKind::Component, "component store", Item::Component),
    (FaultKind::DriverCall, "driver queue", Item::Named),
    (FaultKind::Primitive, "primitives", Item::Nothing),
    (FaultKind::Setup, "driver queue", Item::Driver),
    (FaultKind::Poqexec, "primitives", Item::Nothing),
    (FaultKind::Stack, "servicing stack", Item::Nothing),
    (FaultKind::Manifest, "component store", Item::Nothing),
    (FaultKind::Catalog, "component store", Item::Nothing),
    (FaultKind::RegistryValue, "component store", Item::Nothing),
    (FaultKind::File, "component store", Item::Nothing),
    (FaultKind::Hydration, "component store", Item::Nothing),
    (FaultKind::Store, "component store", Item::Nothing),
    (FaultKind::DriverQueue, "driver queue", Item::Nothing),
    (FaultKind::Download, "update client", Item::Nothing),
    (FaultKind::Call, "component store", Item::Nothing),
    (FaultKind::Service, "installers", Item::Service),
    (FaultKind::Commit, "component store", Item::Nothing),
    (FaultKind::Pending, "component store", Item::Nothing),
    (FaultKind::Hang, "installers", Item::Installer),
    (FaultKind::Restart, "restart", Item::Nothing),
    (FaultKind::Stage, "servicing", Item::Nothing),
    (FaultKind::Feature, "servicing", Item::Named),
    (FaultKind::Repair, "component store", Item::Nothing),
    (FaultKind::Package, "servicing", Item::Package),
    (FaultKind::Session, "servicing", Item::Package),
    (FaultKind::Status, "servicing", Item::Nothing),
    (FaultKind::Dism, "dism", Item::Nothing),
    (FaultKind::Update, "update client", Item::Package),
    (FaultKind::WindowsSetup, "Windows Setup", Item::Nothing),
    (FaultKind::Recovery, "recovery environment", Item::Nothing),
    (FaultKind::Device, "device installation", Item::Driver),
];

/// Adds what the first fault of the logs says. `explained`: a trace says already what the cause is.
pub(super) fn parts(facts: &Facts<'_>, explained: bool, parts: &mut Parts) {
    let Some(fault) = facts.faults.first() else {
        if !explained {
            // Without a log the phase is all that is known.
            parts.add(PartName::Lack, "explanation", Why::Same);
            parts.add(PartName::Component, facts.phase(), Why::Same);
        }
        return;
    };
    let why = if explained { Why::OfLog } else { Why::OnlyTheLog };
    let (component, item) = row(fault.kind);
    if !parts.has(PartName::Component) {
        parts.add(PartName::Component, component, why);
    }
    parts.add(PartName::Operation, format!("log: {}", fault.kind.name()), why);
    let told = fault.code.or(facts.verdict.hresult);
    parts.add(PartName::Code, told.map_or_else(String::new, code), why);
    let lower = fault.item.to_lowercase();
    match item {
        Item::Installer => parts.add(PartName::Installer, lower, why),
        Item::Program => parts.add(PartName::Installer, program(&lower), why),
        Item::Driver => parts.add(PartName::ObjectName, lower, Why::OfMachine),
        Item::Service if !parts.has(PartName::Service) => parts.add(PartName::Service, lower, why),
        Item::Component => parts.add(PartName::ObjectName, object::component(&lower), why),
        Item::Named => parts.add(PartName::ObjectName, lower, why),
        Item::Package => parts.add(PartName::ObjectName, lower, Why::OfMachine),
        Item::Service | Item::Nothing => {}
    }
    object(fault, why, parts);
}

/// The first object that the log names beside the item.
fn object(fault: &Fault, why: Why, parts: &mut Parts) {
    for name in &fault.names {
        match name {
            Object::Path(path) => {
                return parts.add(PartName::ObjectClass, object::class(path, Kind::FileOpen), why);
            }
            Object::File { component, .. } | Object::Component(component) => {
                return parts.add(PartName::ObjectClass, object::component(&component.to_lowercase()), why);
            }
            Object::Service(service) if !parts.has(PartName::Service) => {
                return parts.add(PartName::Service, service.to_lowercase(), why);
            }
            _ => {}
        }
    }
}

/// The program in a command line in lower case; the whole text if it names none.
pub(crate) fn program(text: &str) -> &str {
    const ENDING: &str = ".exe";
    let name = text.find(ENDING).and_then(|at| text.get(..at + ENDING.len()));
    let name = name.and_then(|name| name.rsplit(['\\', '/', '"', ' ']).next());
    name.unwrap_or(text)
}

/// What the item of a kind of fault is.
pub(crate) fn item_of(kind: FaultKind) -> Item {
    row(kind).1
}

/// The part of servicing and the item of a kind of fault.
fn row(kind: FaultKind) -> (&'static str, Item) {
    ITEMS.iter().find(|row| row.0 == kind).map_or(("servicing", Item::Nothing), |row| (row.1, row.2))
}

/// A code in one numbering: an HRESULT of a Win32 error where it is one, with its name.
pub(crate) fn code(code: u32) -> String {
    let of_nt = || Some(status_codes::HResult(code).ntstatus()?.to_win32()?.win32.0);
    let error = win32(code).or_else(of_nt).filter(|error| *error <= 0xFFFF);
    let code = error.map_or(code, |error| 0x8007_0000 | error);
    let name = status_codes::HResult(code).name();
    let name = name.or_else(|| status_codes::Win32Error(error?).name());
    match name {
        Some(name) => format!("0x{code:08X} {name}"),
        None => format!("0x{code:08X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_fault_has_a_row() {
        assert!(ITEMS.windows(2).all(|rows| rows[0].0 < rows[1].0));
        assert_eq!(ITEMS.len(), FaultKind::Device as usize + 1);
    }

    #[test]
    fn a_command_is_its_program() {
        let line =
            r#"exit code 16386 (0x00004002): "c:\windows\system32\inetsrv\iissetup.exe" /launch c:\a b.dll"#;
        assert_eq!(program(line), "iissetup.exe");
        assert_eq!(program("no program"), "no program");
    }

    #[test]
    fn one_error_has_one_code_in_all_numberings() {
        assert_eq!(code(0xD000_0022), code(0x8007_0005));
        assert_eq!(code(0x8007_0005), "0x80070005 E_ACCESSDENIED");
        assert_ne!(code(0x8007_0002), code(0x8007_0003));
    }
}
