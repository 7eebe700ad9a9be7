//! The real machine: registry, files, services and programs of this Windows (or Wine). Nothing here is evidence for
//! ETW: Wine's StartTraceW says success and does nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![cfg(windows)]

mod collecting;
mod killed;
mod mortal;
mod scripted;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

use trace_capture::engine::{arm, disarm};
use trace_capture::error::CaptureError;
use trace_capture::machine::*;
use trace_capture::plan::{self, Action, FOLDER, Options};
use trace_capture::sessions::AUTOLOGGER;
use trace_capture::tree::{Data, Tree};

use mortal::Mortal;

/// One machine, one test at a time.
fn machine() -> (MutexGuard<'static, ()>, Box<dyn Machine>) {
    static ONE: Mutex<()> = Mutex::new(());
    let guard = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let machine = trace_capture::here(None).expect("these tests run as administrator");
    disarm(&*machine, true).unwrap();
    (guard, machine)
}

fn system32(name: &str) -> PathBuf {
    Path::new(r"C:\Windows\System32").join(name)
}

/// Runs a program. Wine refuses a process now and then; nothing has begun by then.
fn ran(command: &mut Command) -> Output {
    command.output().or_else(|_| command.output()).unwrap()
}

/// `reg export` of a key, as bytes.
fn export(key: &str) -> Vec<u8> {
    let file = std::env::temp_dir().join(format!("bootrace-test-{}.reg", std::process::id()));
    let status = ran(Command::new(system32("reg.exe")).args(["export", key]).arg(&file).arg("/y"));
    assert!(status.status.success(), "reg export {key}");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    bytes
}

/// Names in the Windows folder; sizes and times there change by themselves.
fn in_windows(machine: &dyn Machine) -> Vec<String> {
    machine.list("%SystemRoot%").unwrap().unwrap().into_iter().map(|e| e.name).collect()
}

/// Something of somebody else's beside our sessions, with a type that no API knows.
fn put_other(machine: &dyn Machine) -> String {
    let other = format!(r"{AUTOLOGGER}\bootrace test of another");
    let values = vec![("b".into(), Data { kind: 77, bytes: vec![1, 2, 3] }), ("a".into(), Data::text("x"))];
    machine.write(&other, &Tree { values, keys: vec![] }).unwrap();
    other
}

#[test]
fn arming_writes_the_planned_values_and_disarming_restores_a_byte_identical_export() {
    let (_one, machine) = machine();
    let odd = put_other(&*machine);
    let before = (export(AUTOLOGGER), in_windows(&*machine));
    let options = Options { boots: 3, kernel: true, ..Options::default() };
    let plan = plan::build(&options, &machine.facts()).unwrap();
    arm(&Mortal::immortal(&*machine), &plan).unwrap();
    let mut compared = 0;
    for step in &plan.steps {
        if let Action::WriteKey { key, tree } = &step.action {
            compared += compare(key, tree);
        }
    }
    // A session has 11 values, the kernel's one more; each of 18 providers three, and one of them a filter of three.
    assert_eq!(compared, 11 * 3 + 12 + 3 * 18 + 3, "values compared with what reg query prints");
    assert!(export(AUTOLOGGER) != before.0);
    disarm(&*machine, true).unwrap();
    assert!(export(AUTOLOGGER) == before.0, "the export differs");
    assert_eq!(in_windows(&*machine), before.1);
    machine.delete(&odd).unwrap();
}

/// A file of this test's own is nobody's signed program.
#[test]
fn an_unsigned_program_is_known_as_such() {
    let (_one, machine) = machine();
    let own = std::env::current_exe().unwrap();
    let signer = machine.signer(own.to_str().unwrap()).unwrap();
    assert!(matches!(signer, Signer::Invalid(_)), "{signer:?}");
}

/// Compares a key with what reg.exe prints and exports, which is not our code.
fn compare(key: &str, tree: &Tree) -> usize {
    let out = ran(Command::new(system32("reg.exe")).args(["query", key]));
    assert!(out.status.success(), "reg query {key}");
    let text = String::from_utf8_lossy(&out.stdout).to_string();
    for (name, data) in &tree.values {
        let line = text.lines().find(|l| l.split_whitespace().next() == Some(name));
        let line = line.unwrap_or_else(|| panic!("{key}: {name} is not in {text}"));
        let parts: Vec<_> = line.split_whitespace().collect();
        let expected = data.to_string();
        let (kind, value) = expected.split_once(' ').unwrap();
        assert_eq!(parts[1], kind, "{key}: {line}");
        if kind == "REG_QWORD" {
            // Wine's `reg query` prints no 64-bit numbers; its export has the bytes, as Windows's has.
            let bytes: Vec<String> = data.bytes.iter().map(|b| format!("{b:02x}")).collect();
            let exported: Vec<u16> =
                export(key).chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect();
            let line = format!("\"{name}\"=hex(b):{}", bytes.join(","));
            assert!(String::from_utf16_lossy(&exported).contains(&line), "{key}: {line}");
        } else {
            assert_eq!(parts[2..].join(" ").to_lowercase(), value.to_lowercase(), "{key}: {line}");
        }
    }
    tree.values.len()
        + tree.keys.iter().map(|(name, below)| compare(&format!(r"{key}\{name}"), below)).sum::<usize>()
}

#[test]
fn services_come_from_the_service_control_manager() {
    let (_one, machine) = machine();
    let services = machine.services().unwrap();
    // RpcSs is on every Windows and in Wine.
    let rpc = services.iter().find(|s| s.name.eq_ignore_ascii_case("RpcSs")).expect("RpcSs");
    let out = Command::new(system32("sc.exe")).args(["query", "RpcSs"]).output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout).to_lowercase();
    if text.contains("state") {
        assert_eq!(text.contains("running"), rpc.state == "running", "{text}");
    } else {
        eprintln!("SKIPPED: comparison with sc query, which prints nothing here");
    }
    assert!(["automatic", "manual", "boot"].contains(&rpc.start_type.as_str()), "{rpc:?}");
    assert!(services.iter().any(|s| s.state == "running"));
    let facts = machine.facts();
    assert!(facts.build.is_some_and(|b| b >= 7600), "{facts:?}");
    assert!(facts.free_bytes > Some(0) && facts.memory_bytes > Some(0), "{facts:?}");
    assert!(
        facts.volumes.iter().any(|(device, letter)| letter == "C:" && !device.is_empty()),
        "{:?}",
        facts.volumes
    );
}

#[test]
fn links_are_not_followed() {
    let (_one, machine) = machine();
    machine.make_folder(FOLDER).unwrap();
    let target = std::env::temp_dir().join("bootrace-test-target");
    std::fs::create_dir_all(&target).unwrap();
    std::fs::write(target.join("keep"), b"keep").unwrap();
    let link = Path::new(r"C:\Windows\bootrace\planted");
    if let Err(error) = std::os::windows::fs::symlink_dir(&target, link) {
        eprintln!("SKIPPED: no symbolic links here: {error}");
    } else if !std::fs::symlink_metadata(link).is_ok_and(|m| m.file_type().is_symlink()) {
        eprintln!("SKIPPED: what symlink_dir makes here is no link (Wine)");
    } else {
        let inside = format!(r"{FOLDER}\planted\x");
        assert!(matches!(machine.append(&inside, b"x"), Err(CaptureError::Planted { .. })));
        assert!(matches!(
            machine.open(&format!(r"{FOLDER}\planted\keep")).map(drop),
            Err(CaptureError::Planted { .. })
        ));
        assert!(machine.make_folder(&inside).is_err());
        machine.remove(&format!(r"{FOLDER}\planted")).unwrap();
    }
    machine.remove(FOLDER).unwrap();
    assert!(target.join("keep").exists());
    std::fs::remove_dir_all(&target).unwrap();
}

#[test]
fn an_offline_windows_is_armed_in_its_own_hive_and_put_back() {
    let (_one, machine) = machine();
    let root = std::env::temp_dir().join("bootrace-test-offline");
    let _ = std::fs::remove_dir_all(&root);
    let config = root.join(r"System32\config");
    std::fs::create_dir_all(&config).unwrap();
    // A hive with two control sets, of which the second is the one to boot from.
    let made = r"HKLM\SOFTWARE\bootrace-test-hive";
    machine
        .write(
            &format!(r"{made}\Select"),
            &Tree { values: vec![("Default".into(), Data::dword(2))], keys: vec![] },
        )
        .unwrap();
    for set in ["ControlSet001", "ControlSet002"] {
        machine.write(&format!(r"{made}\{set}\Control\WMI\Autologger\Other"), &Tree::default()).unwrap();
    }
    let saved =
        Command::new(system32("reg.exe")).args(["save", made]).arg(config.join("SYSTEM")).output().unwrap();
    machine.delete(made).unwrap();
    if !saved.status.success() {
        eprintln!("SKIPPED: reg save does not work here (Wine)");
        std::fs::remove_dir_all(&root).unwrap();
        return;
    }
    let folder = root.to_str().unwrap();
    let mounted = r"HKLM\bootrace-offline";
    let before = {
        let _loaded = trace_capture::here(Some(folder)).unwrap();
        export(mounted)
    };
    let options = Options { offline: Some(folder.into()), ..Options::default() };
    {
        let offline = trace_capture::here(Some(folder)).unwrap();
        let plan = plan::build(&options, &offline.facts()).unwrap();
        arm(&Mortal::immortal(&*offline), &plan).unwrap();
        let key = r"HKLM\bootrace-offline\ControlSet002\Control\WMI\Autologger\bootrace-file";
        assert!(machine.tree(key).unwrap().is_some(), "the control set to boot from is armed");
        assert!(machine.tree(&key.replace("002", "001")).unwrap().is_none(), "the other one is not");
    }
    {
        let offline = trace_capture::here(Some(folder)).unwrap();
        let call = Call {
            program: r"%SystemRoot%\System32\schtasks.exe".into(),
            args: vec![],
            seconds: 1,
            output: None,
        };
        assert!(
            matches!(offline.run(&call), Err(CaptureError::OfflineWindows { .. })),
            "no program of that disk"
        );
        for foreign in [r"HKLM\SOFTWARE\bootrace-test", r"HKU\S-1-5-18\Software\Sysinternals"] {
            let written = offline.write(foreign, &Tree::default());
            assert!(matches!(written, Err(CaptureError::ForeignPlace { .. })), "{foreign}");
        }
        for foreign in [r"Z:\x", r"%SystemRoot%\..\x", r"\\server\share\x"] {
            let appended = offline.append(foreign, b"x");
            assert!(matches!(appended, Err(CaptureError::ForeignPlace { .. })), "{foreign}");
        }
    }
    assert!(machine.tree(mounted).unwrap().is_none(), "the hive is unloaded");
    assert!(
        machine.tree(&format!(r"{AUTOLOGGER}\bootrace-file")).unwrap().is_none(),
        "this Windows is not armed"
    );
    let offline = trace_capture::here(Some(folder)).unwrap();
    disarm(&*offline, true).unwrap();
    assert!(export(mounted) == before);
    drop(offline);
    assert!(!root.join("bootrace").exists());
    std::fs::remove_dir_all(&root).unwrap();
}
