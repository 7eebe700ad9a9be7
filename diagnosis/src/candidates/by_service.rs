//! What services do for advanced installers. An installer asks a service, and the service meets the error.

use timeline::Role;

use crate::faults::{Fault, FaultKind};

/// A part of the paths of a service's work, and words of the names of the installers that ask for it; lower case.
type Work = (&'static str, &'static [&'static str]);

/// Inferred from the installers' names.
const WORK: &[Work] = &[
    (r"\windows\system32\tasks\", &["task"]),
    (r"\schedule\taskcache\", &["task"]),
    (r"\appx\appxalluserstore\", &["appx", "app"]),
    (r"\windows\currentversion\winevt\", &["event"]),
    (r"\windows\system32\wbem\", &["mof", "wmi", "cmi"]),
    (r"\microsoft\windows\containers\", &["container"]),
];

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

#[cfg(test)]
mod tests {
    use super::WORK;

    #[test]
    fn the_table_is_in_lower_case() {
        for (part, names) in WORK {
            assert_eq!(*part, part.to_lowercase());
            assert!(names.iter().all(|name| *name == name.to_lowercase() && !name.is_empty()));
        }
    }
}
