//! A journal that a damage cut at any byte: what is armed is found without it, or named.

use trace_capture::engine::{arm, disarm};
use trace_capture::journal;
use trace_capture::machine::{Disk, Registry};
use trace_capture::plan::{Action, Plan};
use trace_capture::sessions::AUTOLOGGER;
use trace_capture::tree::Data;

use super::arm::{full, plan_for};
use super::fake::Fake;

fn machine() -> Fake {
    let fake = Fake::new();
    fake.put(r"C:\Windows\Procmon.pmb", b"theirs");
    fake.facts.borrow_mut().bootlog_left = Some(true);
    fake
}

/// The plan with the session that has the fewest values only, so that every byte can be tried.
fn short_plan(fake: &Fake) -> Plan {
    let mut plan = plan_for(fake, &full());
    plan.steps.retain(|step| match &step.action {
        Action::WriteKey { key, .. } => key.ends_with("bootrace-kernel"),
        Action::StartSession { session, .. } => session == "bootrace-kernel",
        _ => true,
    });
    plan
}

fn is_armed(fake: &Fake) -> bool {
    let ours = |name: &String| name.starts_with("bootrace-");
    let keys = fake.subkeys(AUTOLOGGER).unwrap().iter().any(ours);
    keys || !fake.tasks().is_empty() || !fake.state.borrow().sessions.is_empty()
}

fn driver_start(fake: &Fake) -> Option<u32> {
    let key = r"HKLM\SYSTEM\CurrentControlSet\Services\PROCMON24";
    fake.tree(key).unwrap().and_then(|t| t.value("Start").and_then(Data::as_dword))
}

fn try_cut(before: &super::fake::State, plan: &Plan, at: usize) {
    let fake = machine();
    arm(&fake, plan).unwrap();
    let bytes = fake.file(&journal::path()).unwrap();
    fake.put(&journal::path(), &bytes[..at]);
    let report = disarm(&fake, false).unwrap_or_else(|e| panic!("cut at {at}: {e}"));
    assert!(!is_armed(&fake), "cut at {at}");
    let said = report.left_over.iter().map(|m| m.en.as_str()).collect::<Vec<_>>().join("; ");
    assert!(driver_start(&fake) != Some(0) || said.contains("PROCMON24"), "cut at {at}: {said}");
    // The traces that were written meanwhile are in no bundle, and stay.
    for trace in &report.not_bundled {
        fake.remove(trace).unwrap();
    }
    disarm(&fake, false).unwrap();
    assert!(*fake.state.borrow() == *before || !report.is_complete(), "cut at {at}: {report:?}");
}

#[test]
fn a_journal_cut_at_any_byte_never_leaves_anything_armed_unsaid() {
    let before = machine().state.into_inner();
    let fake = machine();
    let plan = short_plan(&fake);
    arm(&fake, &plan).unwrap();
    let length = fake.file(&journal::path()).unwrap().len();
    assert!(length > 3000);
    for at in 0..length {
        try_cut(&before, &plan, at);
    }
}

#[test]
fn a_whole_plan_cut_here_and_there() {
    let before = machine().state.into_inner();
    let fake = machine();
    let plan = plan_for(&fake, &full());
    arm(&fake, &plan).unwrap();
    let length = fake.file(&journal::path()).unwrap().len();
    for at in (0..length).step_by(97) {
        try_cut(&before, &plan, at);
    }
}

#[test]
fn without_any_journal_our_keys_are_known_by_guid_and_file() {
    let fake = machine();
    arm(&fake, &plan_for(&fake, &full())).unwrap();
    fake.remove(&journal::path()).unwrap();
    let report = disarm(&fake, false).unwrap();
    assert!(!is_armed(&fake));
    let said = report.left_over.iter().map(|m| m.en.as_str()).collect::<Vec<_>>().join("; ");
    assert!(
        said.contains(r"Autologger\bootrace-file was there although the journal does not name it"),
        "{said}"
    );
    assert!(said.contains("PROCMON24 is set to log the next boot"), "{said}");
    assert_eq!(fake.file(r"C:\Windows\Procmon.pmb").as_deref(), Some(&b"theirs"[..]));
}
