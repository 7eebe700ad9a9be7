//! Which places a journal may name: those of the plan, and nothing else. A journal that lies on a disk that somebody
//! else could write must not make bootrace change any other place.

use super::{Before, Line};
use crate::plan::{
    Action, COLLECT_TASK, DRIVERS, EARLIER_PMB, FOLDER, PMB, PML, SELF, SERVICES_BEFORE, SERVICES_KEY,
    TRACES, WATCH_TASK, WORK, boot_file, procmon_copies, shutdown_file,
};
use crate::sessions::Session;

/// Below a user's key, where Process Monitor keeps its settings.
pub(crate) const SETTINGS: &str = r"Software\Sysinternals";

/// Whether a line names only places of the plan.
pub(super) fn check(line: &Line) -> Result<(), String> {
    let Line::Begin { action, before, .. } = line else { return Ok(()) };
    action_is_ours(action).and_then(|()| before_is_ours(action, before))
}

fn known(name: &str, is_known: bool) -> Result<(), String> {
    if is_known { Ok(()) } else { Err(format!("{name} is not a place of bootrace's")) }
}

fn action_is_ours(action: &Action) -> Result<(), String> {
    let copy = |path: &str| path == SELF || procmon_copies().any(|p| p == path);
    match action {
        Action::MakeFolder { path } => known(path, [FOLDER, TRACES, WORK].contains(&path.as_str())),
        Action::CopyFile { to, .. } => known(to, copy(to)),
        Action::SetAside { from, to } => known(from, from == PMB && to == EARLIER_PMB),
        Action::RecordServices { to } => known(to, to == SERVICES_BEFORE),
        Action::WriteKey { key, .. } => known(key, session_of(key).is_some()),
        Action::StartSession { session, file, .. } => {
            let ours = Session::named(session).is_some();
            known(file, ours && [boot_file(session), shutdown_file(session)].contains(file))
        }
        Action::EnableBootLog { procmon } => known(procmon, copy(procmon)),
        Action::ConvertBootLog { procmon, to } => known(to, copy(procmon) && to == PML),
        Action::CreateTask { name, .. } => {
            known(name, [COLLECT_TASK.0, WATCH_TASK.0].contains(&name.as_str()))
        }
    }
}

fn before_is_ours(action: &Action, before: &Before) -> Result<(), String> {
    for (key, _) in &before.keys {
        let ours = match action {
            Action::WriteKey { key: written, .. } => key == written,
            Action::EnableBootLog { .. } | Action::ConvertBootLog { .. } => {
                is_settings(key) || is_driver_key(key)
            }
            _ => false,
        };
        known(key, ours)?;
    }
    for key in &before.missing {
        let above = |written: &str| written.strip_prefix(key).is_some_and(|rest| rest.starts_with('\\'));
        known(key, matches!(action, Action::WriteKey { key: written, .. } if above(written)))?;
    }
    before.files.iter().try_for_each(|file| {
        let name = file.strip_prefix(DRIVERS).and_then(|n| n.strip_prefix('\\'));
        known(file, name.is_some_and(is_driver_file))
    })
}

fn session_of(key: &str) -> Option<&'static Session> {
    let session = Session::named(key.rsplit('\\').next()?)?;
    (session.key() == key).then_some(session)
}

fn is_settings(key: &str) -> bool {
    let sid =
        key.strip_prefix(r"HKU\").and_then(|k| k.strip_suffix(SETTINGS)).and_then(|k| k.strip_suffix('\\'));
    sid.is_some_and(|s| s.starts_with("S-1-") && s.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
}

fn is_driver_key(key: &str) -> bool {
    key.strip_prefix(SERVICES_KEY).and_then(|k| k.strip_prefix('\\')).is_some_and(is_driver)
}

/// Whether a service or driver is Process Monitor's: PROCMON and a number (23, 24, 25 were seen).
pub(crate) fn is_driver(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let digits = name.strip_prefix("PROCMON").unwrap_or_default();
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
}

/// Whether a file in the folder of drivers is Process Monitor's.
pub(crate) fn is_driver_file(name: &str) -> bool {
    name.to_ascii_uppercase().strip_suffix(".SYS").is_some_and(is_driver)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;
    use crate::plan::{Options, build};

    #[test]
    fn every_step_of_a_plan_is_accepted() {
        let options = Options {
            kernel: true,
            procmon: Some(r"C:\T\Procmon64a.exe".into()),
            auto_collect: true,
            ..Options::default()
        };
        let plan = build(&options, &Facts::default()).unwrap();
        assert!(plan.steps.len() > 15);
        for step in plan.steps {
            let line = Line::Begin { step: 0, action: step.action, before: Before::default() };
            assert_eq!(check(&line), Ok(()));
        }
    }

    #[test]
    fn places_of_others_are_refused() {
        let begin = |action, before| Line::Begin { step: 0, action, before };
        let enable = || Action::EnableBootLog { procmon: procmon_copies().next().unwrap() };
        let key = |key: &str| Before { keys: vec![(key.into(), None)], ..Before::default() };
        let write = || Action::WriteKey {
            key: Session::named("bootrace-file").unwrap().key(),
            tree: Default::default(),
        };
        let missing = Before { missing: vec![r"HKLM\SYSTEM\Setup".into()], ..Before::default() };
        let file = Before { files: vec![format!(r"{DRIVERS}\..\PROCMON24.SYS")], ..Before::default() };
        for line in [
            begin(Action::MakeFolder { path: r"C:\Users".into() }, Before::default()),
            begin(Action::MakeFolder { path: format!(r"{TRACES}\..\..\System32") }, Before::default()),
            begin(
                Action::CopyFile { from: String::new(), to: r"%SystemRoot%\explorer.exe".into() },
                Before::default(),
            ),
            begin(Action::RecordServices { to: r"\\?\C:\x".into() }, Before::default()),
            begin(Action::SetAside { from: PMB.into(), to: r"C:\x".into() }, Before::default()),
            begin(Action::WriteKey { key: r"HKLM\SAM".into(), tree: Default::default() }, Before::default()),
            begin(write(), key(r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip")),
            begin(write(), missing),
            begin(enable(), key(r"HKU\S-1-5-18\Software\Microsoft")),
            begin(enable(), key(r"HKU\S-1-5-18\..\x\Software\Sysinternals")),
            begin(enable(), key(r"HKLM\SYSTEM\CurrentControlSet\Services\PROCMON24\..\Tcpip")),
            begin(enable(), file),
        ] {
            assert!(check(&line).is_err(), "{line:?}");
        }
    }

    #[test]
    fn only_procmon_and_a_number_is_its_driver() {
        assert!(is_driver("PROCMON24") && is_driver("procmon25") && is_driver_file("PROCMON23.SYS"));
        assert!(!is_driver("PROCMON") && !is_driver("PROCMON24X") && !is_driver("XPROCMON24"));
        assert!(!is_driver_file("PROCMON24.SYS.bak") && !is_driver_file("PROCMON24"));
    }
}
