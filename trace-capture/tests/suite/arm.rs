//! What arming changes, what disarming leaves, and what each failure says.

use trace_capture::engine::{arm, disarm};
use trace_capture::error::CaptureError;
use trace_capture::machine::{Etw, Machine, Registry, Signer};
use trace_capture::plan::{self, Action, Options, Plan};
use trace_capture::sessions::AUTOLOGGER;
use trace_capture::tree::{Data, Tree};

use super::fake::{Fake, Procmon};

pub(crate) fn full() -> Options {
    Options {
        boots: 2,
        procmon: Some(r"C:\T\Procmon64.exe".into()),
        accept_eula: true,
        kernel: true,
        auto_collect: true,
        program: r"C:\T\bootrace.exe".into(),
        ..Options::default()
    }
}

pub(crate) fn plan_for(fake: &Fake, options: &Options) -> Plan {
    plan::build(options, &fake.facts()).unwrap()
}

#[test]
fn arming_writes_the_planned_keys_and_disarming_leaves_nothing() {
    let fake = Fake::new();
    let before = fake.state.borrow().clone();
    let plan = plan_for(&fake, &full());
    let report = arm(&fake, &plan).unwrap();
    assert_eq!(report.left_out, []);
    let mut keys = 0;
    for step in &plan.steps {
        if let Action::WriteKey { key, tree } = &step.action {
            keys += 1;
            let now = fake.tree(key).unwrap().unwrap();
            assert!(now.holds(tree) && now.count() == tree.count(), "{key}");
        }
    }
    assert_eq!(keys, 4);
    assert_eq!(fake.state.borrow().sessions.len(), 4);
    assert_eq!(fake.tasks(), ["bootrace collect", "bootrace watch"]);
    let report = disarm(&fake, true).unwrap();
    assert_eq!(report.undone, plan.steps.len());
    assert_eq!((report.kept, report.left_over), (vec![], vec![]));
    fake.assert_is(&before);
    assert_eq!(disarm(&fake, false).unwrap().undone, 0);
}

#[test]
fn after_restarts_disarming_leaves_nothing_but_uncollected_traces() {
    let fake = Fake::new();
    let before = fake.state.borrow().clone();
    arm(&fake, &plan_for(&fake, &full())).unwrap();
    fake.restart();
    fake.restart();
    assert!(fake.file(r"C:\Windows\bootrace\traces\bootrace-file.etl.002").is_some());
    let report = disarm(&fake, false).unwrap();
    assert_eq!((report.kept, report.left_over), (vec![plan::TRACES.to_owned()], vec![]));
    // Two boots and the time before them, of four sessions, and the boot log.
    assert_eq!(report.not_bundled.len(), 3 * 4 + 1);
    let left: Vec<_> = fake.files().into_iter().filter(|f| f.contains("bootrace")).collect();
    assert!(left.contains(&r"c:\windows\bootrace\traces\procmon.pmb".to_owned()), "{left:?}");
    assert!(
        left.iter().all(|f| f == r"c:\windows\bootrace"
            || f.starts_with(r"c:\windows\bootrace\traces")
            || f.starts_with(r"c:\t\")),
        "{left:?}"
    );
    assert_eq!(disarm(&fake, true).unwrap().kept, Vec::<String>::new());
    fake.assert_is(&before);
}

#[test]
fn what_was_there_before_comes_back_exactly() {
    let fake = Fake::new();
    // A Process Monitor of somebody else, armed, with settings and a boot log of its own.
    let driver = r"HKLM\SYSTEM\CurrentControlSet\Services\PROCMON23";
    let values = vec![
        ("Type".into(), Data::dword(1)),
        ("Start".into(), Data::dword(0)),
        ("Odd".into(), Data { kind: 99, bytes: vec![1] }),
    ];
    fake.write(driver, &Tree { values, keys: vec![] }).unwrap();
    let settings = format!(r"{}\Software\Sysinternals\Process Monitor", super::fake::USER);
    fake.write(&settings, &Tree { values: vec![("EulaAccepted".into(), Data::dword(0))], keys: vec![] })
        .unwrap();
    fake.put(r"C:\Windows\Procmon.pmb", b"theirs");
    fake.put(r"C:\Windows\System32\drivers\PROCMON23.SYS", b"theirs");
    fake.facts.borrow_mut().bootlog_left = Some(true);
    let before = fake.state.borrow().clone();
    let report = arm(&fake, &plan_for(&fake, &full())).unwrap();
    assert_eq!(report.left_out, []);
    assert_eq!(fake.file(r"C:\Windows\Procmon.pmb"), None);
    fake.restart();
    disarm(&fake, true).unwrap();
    assert_eq!(fake.file(r"C:\Windows\Procmon.pmb").as_deref(), Some(&b"theirs"[..]));
    fake.assert_is(&before);
}

#[test]
fn a_key_above_ours_that_was_not_there_goes_again_unless_somebody_used_it() {
    let fake = Fake::new();
    fake.delete(AUTOLOGGER).unwrap();
    fake.delete(r"HKLM\SYSTEM\CurrentControlSet\Control\WMI").unwrap();
    let before = fake.state.borrow().clone();
    arm(&fake, &plan_for(&fake, &Options::default())).unwrap();
    disarm(&fake, true).unwrap();
    fake.assert_is(&before);
    arm(&fake, &plan_for(&fake, &Options::default())).unwrap();
    let theirs = format!(r"{AUTOLOGGER}\Other");
    fake.write(&theirs, &Tree::default()).unwrap();
    disarm(&fake, true).unwrap();
    assert_eq!(fake.subkeys(AUTOLOGGER).unwrap(), ["Other"]);
}

#[test]
fn only_the_drivers_key_and_its_file_say_whether_the_boot_log_is_armed() {
    for (does, armed) in [
        (Procmon::Works, true),
        (Procmon::WorksSayingOne, true),
        (Procmon::WorksAndStaysOpen, true),
        (Procmon::WithoutDriverFile, false),
        (Procmon::SaysZero, false),
        (Procmon::SaysOne, false),
        (Procmon::Hangs, false),
    ] {
        let fake = Fake::new();
        fake.procmon.set(does);
        let report = arm(&fake, &plan_for(&fake, &full())).unwrap();
        assert_eq!(report.left_out.is_empty(), armed, "{does:?}");
        assert_eq!(
            report.notes.iter().any(|n| n.en.contains("signed by Microsoft Corporation, SHA-256")),
            armed
        );
        if let [(what, why)] = &report.left_out[..] {
            assert!(what.en.contains("/EnableBootLogging") && why.en.contains("ETW alone"), "{why}");
            // Undone at once: neither the licence that it accepted nor a half armed driver is left behind.
            let settings = format!(r"{}\Software\Sysinternals", super::fake::USER);
            assert_eq!(fake.tree(&settings).unwrap(), None);
            assert_eq!(fake.tree(r"HKLM\SYSTEM\CurrentControlSet\Services\PROCMON24").unwrap(), None);
        }
    }
}

#[test]
fn a_process_monitor_that_microsoft_did_not_sign_is_not_run() {
    for signer in [Signer::Invalid("the signature does not hold".into()), Signer::Valid("Contoso".into())] {
        let fake = Fake::new();
        *fake.signer.borrow_mut() = signer;
        let report = arm(&fake, &plan_for(&fake, &full())).unwrap();
        assert!(
            report.left_out[0].1.en.contains("is not run") && report.left_out[0].1.en.contains("SHA-256")
        );
        assert!(fake.calls.borrow().iter().all(|c| !c.program.contains("Procmon")));
    }
}

#[test]
fn what_lies_under_the_name_of_a_copy_that_failed_is_not_run() {
    let fake = Fake::new();
    for planted in [r"C:\Windows\bootrace\Procmon64.exe", r"C:\Windows\bootrace\bootrace.exe"] {
        fake.put_with_folders(planted, b"planted");
    }
    let report = arm(&fake, &plan_for(&fake, &full())).unwrap();
    assert!(fake.calls.borrow().iter().all(|c| !c.program.contains("bootrace")), "{:?}", fake.calls);
    assert_eq!(fake.tasks(), Vec::<String>::new());
    // Two copies, two tasks that run one, and Process Monitor.
    assert_eq!(report.left_out.len(), 5, "{:?}", report.left_out);
    assert_eq!(report.left_out.iter().filter(|(_, why)| why.en.contains("could not be copied")).count(), 3);
}

#[test]
fn a_provider_that_cannot_be_enabled_does_not_drop_its_session() {
    let fake = Fake::new();
    let denied = trace_capture::sessions::STANDARD[1].providers[0];
    fake.denied.borrow_mut().push(denied.guid.into());
    let report = arm(&fake, &plan_for(&fake, &Options::default())).unwrap();
    assert_eq!(report.left_out, []);
    assert_eq!(
        report.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["bootrace-file: Microsoft-Windows-Kernel-File could not be enabled: error 5"]
    );
    assert_eq!(fake.state.borrow().sessions.len(), 3);
    fake.restart();
    let text = trace_capture::status::status(&fake).unwrap().to_string();
    assert!(
        text.contains("warning: bootrace-file: Microsoft-Windows-Kernel-File could not be enabled: error 5")
    );
}

#[test]
fn the_processes_that_run_are_written_after_the_start_and_before_the_stop() {
    let fake = Fake::new();
    arm(&fake, &plan_for(&fake, &Options::default())).unwrap();
    let states = |session: &str| format!("{session} Microsoft-Windows-Kernel-Process");
    let expected = ["bootrace-frame", "bootrace-file", "bootrace-registry"].map(states);
    assert_eq!(*fake.states.borrow(), expected);
    fake.states.borrow_mut().clear();
    disarm(&fake, true).unwrap();
    assert_eq!(*fake.states.borrow(), expected);
}

#[test]
fn traces_of_an_earlier_capture_are_not_overwritten() {
    let fake = Fake::new();
    let plan = plan_for(&fake, &Options::default());
    arm(&fake, &plan).unwrap();
    fake.restart();
    disarm(&fake, false).unwrap();
    let left = fake.files();
    let error = arm(&fake, &plan).unwrap_err().to_string();
    assert!(error.contains("would overwrite them") && error.contains("--unarmed"), "{error}");
    assert_eq!(fake.files(), left);
}

#[test]
fn a_session_that_cannot_start_does_not_stop_the_rest() {
    for code in [183, 1450, 112] {
        let fake = Fake::new();
        *fake.etw_fails.borrow_mut() = Some(("bootrace-file".into(), code));
        let report = arm(&fake, &plan_for(&fake, &Options::default())).unwrap();
        assert_eq!(report.left_out.len(), 1);
        assert!(report.left_out[0].1.en.contains(&code.to_string()), "{:?}", report.left_out);
        assert_eq!(fake.state.borrow().sessions.len(), 2);
        fake.restart();
        assert_eq!(fake.state.borrow().sessions.len(), 3, "the boot is captured all the same");
        disarm(&fake, true).unwrap();
        assert_eq!(fake.state.borrow().sessions.len(), 0);
    }
}

#[test]
fn a_session_of_that_name_that_is_not_ours_is_left_alone() {
    let fake = Fake::new();
    fake.state.borrow_mut().sessions.insert("bootrace-file".into(), r"D:\theirs.etl".into());
    let report = arm(&fake, &plan_for(&fake, &Options::default())).unwrap();
    assert!(report.left_out[0].1.en.contains("183"));
    disarm(&fake, true).unwrap();
    assert!(fake.query("bootrace-file").unwrap().is_some());
}

#[test]
fn a_required_step_that_fails_puts_everything_back() {
    let fake = Fake::new();
    let mut plan = plan_for(&fake, &Options::default());
    // A value name that the read-back never finds: two names that differ only by case.
    if let Action::WriteKey { tree, .. } = &mut plan.steps[4].action {
        tree.values.insert(0, ("START".into(), Data::dword(7)));
    }
    let before = fake.state.borrow().clone();
    assert!(matches!(arm(&fake, &plan), Err(CaptureError::Registry { .. })));
    fake.assert_is(&before);
}

#[test]
fn arming_twice_is_refused_and_changes_nothing() {
    let fake = Fake::new();
    let plan = plan_for(&fake, &Options::default());
    arm(&fake, &plan).unwrap();
    let armed = fake.state.borrow().clone();
    let error = arm(&fake, &plan).unwrap_err();
    assert!(error.to_string().contains("already armed") && error.to_string().contains("disarm"), "{error}");
    fake.assert_is(&armed);
}

#[test]
fn a_blocked_machine_is_not_touched() {
    let fake = Fake::new();
    fake.facts.borrow_mut().free_bytes = Some(1);
    let before = fake.state.borrow().clone();
    let error = arm(&fake, &plan_for(&fake, &Options::default())).unwrap_err();
    assert!(matches!(error, CaptureError::Blocked(_)), "{error}");
    fake.assert_is(&before);
}

#[test]
fn a_damaged_line_is_named_and_kept_and_the_rest_is_undone() {
    let fake = Fake::new();
    let before = fake.state.borrow().clone();
    arm(&fake, &plan_for(&fake, &Options::default())).unwrap();
    let path = trace_capture::journal::path();
    let mut bytes = fake.file(&path).unwrap();
    let second = bytes.iter().position(|b| *b == b'\n').unwrap() + 1;
    bytes[second] = b'?';
    fake.put(&path, &bytes);
    let report = disarm(&fake, false).unwrap();
    assert!(!report.is_complete());
    let said: Vec<_> = report.left_over.iter().map(|m| m.en.as_str()).collect();
    assert!(said.iter().any(|m| m.contains("line 2") && m.contains("by hand")), "{said:?}");
    assert!(fake.file(&trace_capture::journal::damaged_path()).is_some());
    disarm(&fake, true).unwrap();
    fake.assert_is(&before);
}

#[test]
fn a_full_disk_does_not_stop_disarming() {
    let fake = Fake::new();
    fake.put(r"C:\Windows\Procmon.pmb", b"theirs");
    fake.facts.borrow_mut().bootlog_left = Some(true);
    let before = fake.state.borrow().clone();
    arm(&fake, &plan_for(&fake, &full())).unwrap();
    fake.restart();
    fake.full.set(true);
    disarm(&fake, true).unwrap();
    fake.assert_is(&before);
}

#[test]
fn what_cannot_be_put_back_keeps_the_journal() {
    let fake = Fake::new();
    let before = fake.state.borrow().clone();
    arm(&fake, &plan_for(&fake, &Options::default())).unwrap();
    fake.registry_protected.set(true);
    let error = disarm(&fake, true).unwrap_err().to_string();
    assert!(error.contains("policy or security product") && error.contains("disarm` again"), "{error}");
    assert!(fake.file(&trace_capture::journal::path()).is_some());
    fake.registry_protected.set(false);
    disarm(&fake, true).unwrap();
    fake.assert_is(&before);
}

/// Process Monitor's driver stays loaded after use, and then its file cannot be deleted before the next restart.
#[test]
fn a_driver_that_stays_loaded_is_named_and_goes_after_the_restart() {
    let fake = Fake::new();
    let before = fake.state.borrow().clone();
    arm(&fake, &plan_for(&fake, &full())).unwrap();
    fake.restart();
    fake.driver_loaded.set(true);
    let error = disarm(&fake, true).unwrap_err().to_string();
    assert!(error.contains("procmon24.sys") && error.contains("disarm` again"), "{error}");
    assert!(fake.file(&trace_capture::journal::path()).is_some());
    fake.restart();
    disarm(&fake, true).unwrap();
    fake.assert_is(&before);
}
