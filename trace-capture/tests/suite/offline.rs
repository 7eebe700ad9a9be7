//! A Windows on a disk is data: its journal makes nothing happen outside bootrace's own places, and no program of it
//! runs (the machine in memory panics at one).

use std::fs;

use trace_capture::collect::Options;
use trace_capture::engine::{arm, disarm};
use trace_capture::journal::{self, Before, Line};
use trace_capture::machine::{Disk, Registry};
use trace_capture::plan::{self, Action};
use trace_capture::status::status;
use trace_capture::tree::{Data, Tree};

use super::arm::{full, plan_for};
use super::collect::{open, run};
use super::fake::Fake;

const TARGET_KEY: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip";
const TARGET_FILE: &str = r"C:\T\Procmon64.exe";

fn hostile_lines() -> Vec<Line> {
    let planted = Some(Tree { values: vec![("ImagePath".into(), Data::text("evil.sys"))], keys: vec![] });
    let key = |key: &str| Before { keys: vec![(key.into(), planted.clone())], ..Before::default() };
    let procmon = r"%SystemRoot%\bootrace\Procmon64.exe".to_owned();
    let tree = Tree::default();
    let actions = [
        (Action::WriteKey { key: TARGET_KEY.into(), tree: tree.clone() }, key(TARGET_KEY)),
        (
            Action::WriteKey {
                key: r"HKLM\SYSTEM\CurrentControlSet\Control\WMI\Autologger\bootrace-file".into(),
                tree,
            },
            key(TARGET_KEY),
        ),
        (Action::EnableBootLog { procmon: procmon.clone() }, key(TARGET_KEY)),
        (Action::EnableBootLog { procmon }, key(r"HKU\S-1-5-21-1-2-3-1001\Software")),
        (Action::CopyFile { from: "x".into(), to: TARGET_FILE.into() }, Before::default()),
        (
            Action::RecordServices { to: r"%SystemRoot%\bootrace\..\..\T\Procmon64.exe".into() },
            Before::default(),
        ),
        (Action::MakeFolder { path: r"C:\T".into() }, Before::default()),
        (
            Action::SetAside { from: TARGET_FILE.into(), to: r"C:\Windows\System32\x.exe".into() },
            Before { existed: Some(true), ..Before::default() },
        ),
        (Action::ConvertBootLog { procmon: TARGET_FILE.into(), to: TARGET_FILE.into() }, Before::default()),
        (
            Action::CreateTask {
                name: r"Microsoft\Windows\Defrag".into(),
                program: "x".into(),
                arguments: "y".into(),
                minutes: 1,
            },
            Before::default(),
        ),
    ];
    let begin = |(step, (action, before))| Line::Begin { step, action, before };
    let mut lines = vec![Line::Start { version: 2, at: "now".into(), options: full(), boot: None }];
    lines.extend(actions.into_iter().enumerate().map(begin));
    lines.push(Line::Armed { at: "now".into() });
    lines
}

/// A disk with such a journal, and a copy of Process Monitor that must not run.
fn hostile() -> Fake {
    let fake = Fake::new();
    fake.offline.set(true);
    fake.put_with_folders(r"C:\Windows\bootrace\Procmon64.exe", b"evil");
    fake.put_with_folders(r"C:\Windows\bootrace\traces\bootrace-file.etl.001", b"etl");
    fake.put(r"C:\Windows\Procmon.pmb", b"boot log");
    for line in hostile_lines() {
        journal::append(&fake, &line).unwrap();
    }
    fake
}

/// What must not change.
fn guarded(fake: &Fake) -> (Tree, Option<Vec<u8>>) {
    (fake.state.borrow().registry.clone(), fake.file(TARGET_FILE))
}

#[test]
fn disarm_follows_no_line_of_a_hostile_journal() {
    let fake = hostile();
    let before = guarded(&fake);
    let report = disarm(&fake, false).unwrap();
    assert!(guarded(&fake) == before);
    assert_eq!(report.undone, 0);
    let refused = report.left_over.iter().filter(|m| m.en.contains("is not a place of bootrace's")).count();
    assert_eq!(refused, 10, "{:?}", report.left_over);
    assert_eq!(report.not_bundled, [r"%SystemRoot%\bootrace\traces\bootrace-file.etl.001"]);
}

#[test]
fn status_only_looks() {
    let fake = hostile();
    let before = fake.state.borrow().clone();
    let text = status(&fake).unwrap().to_string();
    fake.assert_is(&before);
    assert!(text.contains("line 2 of the journal is not followed"), "{text}");
}

#[test]
fn collect_packs_files_and_runs_nothing() {
    let fake = hostile();
    let before = guarded(&fake);
    let folder = tempfile::tempdir().unwrap();
    let options = Options { bundle: folder.path().join("bundle.zip"), ..Options::default() };
    let (files, manifest) = open(&run(&fake, &options).unwrap().bundle);
    assert!(guarded(&fake) == before);
    assert!(files.contains_key("traces/bootrace-file.etl.001"));
    assert!(files.contains_key("traces/procmon.pmb") || files.contains_key("traces/Procmon.pmb"));
    assert!(manifest.failed.iter().any(|f| f.source.contains("line 2")));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_only_the_running_windows_can_undo_waits_for_it() {
    let fake = Fake::new();
    let before = fake.state.borrow().clone();
    arm(&fake, &plan_for(&fake, &full())).unwrap();
    fake.state.borrow_mut().sessions.clear();
    fake.offline.set(true);
    let error = disarm(&fake, true).unwrap_err().to_string();
    assert!(error.contains("the task \"bootrace collect\" of the offline Windows stays"), "{error}");
    assert!(error.contains(r"Software\Sysinternals"), "{error}");
    let key = plan::sessions(&full()).next().unwrap().key();
    assert_eq!(fake.tree(&key).unwrap(), None, "what can be undone is undone");
    assert!(fake.entry(&journal::path()).unwrap().is_some());
    fake.offline.set(false);
    disarm(&fake, true).unwrap();
    fake.assert_is(&before);
}
