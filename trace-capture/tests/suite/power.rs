//! The power goes at every single change: while arming, while disarming, and while collecting the pieces.

use trace_capture::engine::{arm, disarm};

use super::arm::{full, plan_for};
use super::fake::Fake;

/// A machine on which as much as possible is there before.
fn machine() -> Fake {
    let fake = Fake::new();
    fake.put(r"C:\Windows\Procmon.pmb", b"theirs");
    fake.facts.borrow_mut().bootlog_left = Some(true);
    fake
}

#[test]
fn whenever_the_power_goes_while_arming_disarm_puts_everything_back() {
    let untouched = machine().state.into_inner();
    let mut cuts = 0;
    loop {
        let fake = machine();
        let plan = plan_for(&fake, &full());
        fake.cut_power_after(cuts);
        let result = arm(&fake, &plan);
        if !fake.power_back() {
            result.unwrap();
            break;
        }
        assert!(result.is_err(), "the power went after {cuts} changes and arming says it is done");
        // The machine comes up again, with whatever sessions and drivers are armed by now.
        fake.restart();
        disarm(&fake, true).unwrap_or_else(|e| panic!("after {cuts} changes: {e}"));
        assert!(*fake.state.borrow() == untouched, "after {cuts} changes");
        cuts += 1;
    }
    assert!(cuts > 150, "{cuts} changes are too few for this plan");
}

#[test]
fn whenever_the_power_goes_while_disarming_disarming_again_finishes() {
    let untouched = machine().state.into_inner();
    for discard in [true, false] {
        let mut cuts = 0;
        loop {
            let fake = machine();
            arm(&fake, &plan_for(&fake, &full())).unwrap();
            fake.restart();
            fake.cut_power_after(cuts);
            let result = disarm(&fake, discard);
            let cut = fake.power_back();
            assert!(cut || result.is_ok(), "after {cuts} changes: {result:?}");
            disarm(&fake, true).unwrap_or_else(|e| panic!("after {cuts} changes: {e}"));
            assert!(*fake.state.borrow() == untouched, "after {cuts} changes");
            if !cut {
                break;
            }
            cuts += 1;
        }
        assert!(cuts > 20, "{cuts}");
    }
}
