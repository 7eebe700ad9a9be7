//! Arming and disarming, killed between any two steps.

use std::process::Command;
use std::sync::atomic::AtomicUsize;

use trace_capture::engine::{arm, disarm};
use trace_capture::plan::{self, Options};
use trace_capture::sessions::AUTOLOGGER;

use super::mortal::{KILL, Mortal};
use super::{export, in_windows, machine, put_other};

/// Not a test of its own: the process that is killed.
#[test]
#[ignore = "run by the test below, in a process of its own"]
fn victim() {
    let Some(after) = std::env::var(KILL).ok().and_then(|n| n.parse().ok()) else { return };
    let machine = trace_capture::here(None).unwrap();
    let mortal = Mortal(&*machine, AtomicUsize::new(after));
    let plan = plan::build(&Options::default(), &machine.facts()).unwrap();
    arm(&mortal, &plan).unwrap();
    disarm(&mortal, true).unwrap();
}

#[test]
fn killed_between_any_two_steps_nothing_is_lost() {
    let (_one, machine) = machine();
    let odd = put_other(&*machine);
    let before = (export(AUTOLOGGER), in_windows(&*machine));
    let mut kills = 0;
    loop {
        let start = || {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "killed::victim", "--ignored", "--test-threads=1"])
                .env(KILL, kills.to_string())
                .output()
        };
        // Wine refuses a process now and then; nothing has begun by then.
        let child = start().or_else(|_| start()).unwrap();
        disarm(&*machine, true).unwrap_or_else(|e| panic!("killed after {kills} changes: {e}"));
        assert!(export(AUTOLOGGER) == before.0, "killed after {kills} changes: the export differs");
        assert_eq!(in_windows(&*machine), before.1, "killed after {kills} changes");
        if child.status.success() {
            break;
        }
        kills += 1;
        assert!(kills < 200, "{}", String::from_utf8_lossy(&child.stdout));
    }
    eprintln!("killed {kills} times");
    machine.delete(&odd).unwrap();
    assert!(kills > 40, "only {kills} changes: the victim does not do its work");
}
