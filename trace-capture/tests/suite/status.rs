//! What `status` says at each stage.

use trace_capture::engine::{arm, disarm};
use trace_capture::machine::Registry;
use trace_capture::sessions::AUTOLOGGER;
use trace_capture::status::{State, status};
use trace_capture::tree::{Data, Tree};

use super::arm::{full, plan_for};
use super::fake::Fake;

#[test]
fn status_follows_the_capture_and_says_what_is_next() {
    let fake = Fake::new();
    let now = status(&fake).unwrap();
    assert_eq!(now.state, State::NotArmed);
    assert!(now.next.contains("capture arm"));

    arm(&fake, &plan_for(&fake, &full())).unwrap();
    let now = status(&fake).unwrap();
    assert_eq!(now.state, State::Armed);
    assert!(now.sessions.iter().all(|s| s.boot_status.is_none() && s.running.is_some()));
    assert!(now.next.contains("restart"));

    fake.restart();
    let text = status(&fake).unwrap().to_string();
    assert!(text.contains("started in 1 boot; running, nothing lost"), "{text}");
    assert!(text.contains("Procmon.pmb") && text.contains("capture collect"), "{text}");

    let failed = Tree { values: vec![("Status".into(), Data::dword(161))], keys: vec![] };
    fake.write(&format!(r"{AUTOLOGGER}\bootrace-file"), &failed).unwrap();
    let text = status(&fake).unwrap().to_string();
    assert!(text.contains("could not start at boot: error 161"), "{text}");

    for _ in 0..2 {
        fake.restart();
    }
    let text = status(&fake).unwrap().to_string();
    assert!(text.contains("3 boots were traced and 2 planned"), "{text}");
    disarm(&fake, true).unwrap();
    assert_eq!(status(&fake).unwrap().state, State::NotArmed);
}

#[test]
fn an_interrupted_arming_is_seen() {
    let fake = Fake::new();
    let plan = plan_for(&fake, &full());
    fake.cut_power_after(20);
    assert!(arm(&fake, &plan).is_err() && fake.power_back());
    let now = status(&fake).unwrap();
    assert_eq!(now.state, State::HalfArmed);
    assert!(now.next.contains("disarm"));
}
