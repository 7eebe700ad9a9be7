//! What logs and hives say that has no time: packages, services, filter drivers, the plan of the reboot.

use servicing_logs::dism::{Checked, Health};

use std::collections::HashMap;

use crate::{
    model::{Evidence, FileTime, Machine, Problem, StartType},
    object_name::bare_path,
};

/// What a source knows of the machine.
#[derive(Debug, Default)]
pub struct Known {
    /// Packages and their states.
    pub packages: Vec<Package>,
    /// Services and how they are set to start.
    pub services: Vec<ServiceFact>,
    /// File system filter drivers.
    pub filters: Vec<Filter>,
    /// What pending.xml has planned.
    pub plan: Plan,
    /// Machine name, build.
    pub machine: Option<Machine>,
    /// What says that a change waits for a restart: the states of packages, or the last command of dism.
    pub waits_for_restart: Option<Evidence>,
    /// What sfc or a check of the store states at its end.
    pub health: Option<(Checked, Health, Evidence)>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// A package of the component store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// Full identity.
    pub identity: String,
    /// `KB` number, where the name has one.
    pub kb: Option<String>,
    /// Version.
    pub version: String,
    /// State in words: `installed`, `superseded`, `install-pending`, `staged`, `absent` …
    pub state: String,
    /// When it was installed, where that is known in UTC.
    pub install_time: Option<FileTime>,
}

impl Package {
    /// A package from its identity, `name~token~architecture~language~version`.
    pub(crate) fn of(identity: &str, state: impl Into<String>) -> Self {
        let parsed = servicing_logs::dism::PackageIdentity::parse(identity);
        Self {
            kb: parsed.as_ref().and_then(|p| p.kb()).map(str::to_owned),
            version: parsed.map_or_else(String::new, |p| p.version.to_owned()),
            identity: identity.to_owned(),
            state: state.into(),
            install_time: None,
        }
    }

    /// The KB number in an identity.
    #[must_use]
    pub fn kb_of(identity: &str) -> Option<&str> {
        servicing_logs::dism::PackageIdentity::parse(identity)?.kb()
    }
}

/// What a hive or an event log says of a service.
#[derive(Debug, Clone)]
pub struct ServiceFact {
    /// Service name.
    pub name: String,
    /// How it is set to start.
    pub start: Option<StartType>,
    /// A change of its life, `running`, `stopped`, or a failure in words, with its time.
    pub state: Option<(FileTime, &'static str)>,
    /// It failed to start, or ended against its will.
    pub failed: bool,
    /// Where that stands.
    pub evidence: Evidence,
}

/// A file system filter driver.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Service name.
    pub name: String,
    /// Altitude of its first instance.
    pub altitude: Option<String>,
    /// Path of its image, where a hive tells it.
    pub path: Option<String>,
    /// How it is set to start, where a hive tells it.
    pub start: Option<StartType>,
}

/// The primitives of pending.xml, by the objects they change.
#[derive(Debug, Default)]
pub struct Plan {
    /// The first primitive on each object, by the object's path in lower case, without volume or hive.
    primitives: HashMap<String, Primitive>,
}

/// What pending.xml plans for an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Primitive {
    /// Its number in the file.
    pub index: u64,
    /// `MoveFile`, `SetKeyValue` …
    pub kind: &'static str,
    /// Whether the object must be there: what is moved, linked or copied.
    pub must_exist: bool,
}

/// Primitives whose source must be there.
const TAKE_THEIR_SOURCE: &[&str] =
    &["MoveFile", "HardlinkFile", "HardLinkFile", "CopyFile", "DecompressFile"];

/// Objects that a plan holds; a pending.xml of 50 MB has some hundred thousand.
const MAX_PLANNED: usize = 1 << 20;

impl Plan {
    pub(crate) fn add(&mut self, path: &str, index: u64, kind: &'static str, is_source: bool) {
        let must_exist = is_source && TAKE_THEIR_SOURCE.contains(&kind);
        if self.primitives.len() < MAX_PLANNED {
            let known =
                self.primitives.entry(bare_path(path)).or_insert(Primitive { index, kind, must_exist });
            known.must_exist |= must_exist;
        }
    }

    /// The primitive that changes this object.
    #[must_use]
    pub fn primitive(&self, path: &str) -> Option<Primitive> {
        self.primitives.get(&bare_path(path)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn native_and_dos_forms_are_one_object() {
        let mut plan = Plan::default();
        plan.add(r"\??\C:\Windows\System32\cpu.inf", 7, "MoveFile", true);
        plan.add(r"\Registry\Machine\SYSTEM\X", 9, "CreateKey", true);
        let file = Some(Primitive { index: 7, kind: "MoveFile", must_exist: true });
        let key = Some(Primitive { index: 9, kind: "CreateKey", must_exist: false });
        assert_eq!(plan.primitive(r"C:\WINDOWS\system32\CPU.INF"), file);
        assert_eq!(plan.primitive(r"\SystemRoot\System32\cpu.inf"), file);
        assert_eq!(plan.primitive(r"HKLM\SYSTEM\x"), key);
        assert_eq!(plan.primitive(r"C:\Windows\System32\other.inf"), None);
    }
}
