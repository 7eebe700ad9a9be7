//! What ends the recording of a boot.

use trace_capture::engine::arm;
use trace_capture::watch::{Watched, watch};

use super::arm::{full, plan_for};
use super::fake::{Fake, Procmon};

fn started() -> Fake {
    let fake = Fake::new();
    arm(&fake, &plan_for(&fake, &full())).unwrap();
    fake.restart();
    fake.facts.borrow_mut().pending_xml = Some(true);
    fake
}

#[test]
fn it_waits_for_the_update_and_then_stops_the_sessions_and_ends_the_boot_log() {
    let fake = started();
    fake.quiet_after.set(900);
    let watched = watch(&fake).unwrap();
    assert_eq!((watched.stopped.len(), watched.converted, fake.waited.get()), (4, true, 900));
    assert_eq!(fake.state.borrow().sessions.len(), 0);
    assert_eq!(fake.file(r"C:\Windows\bootrace\traces\bootlog.pml").as_deref(), Some(&b"PML_"[..]));
    assert_eq!(watch(&fake).unwrap(), Watched::default(), "once is enough");
}

#[test]
fn a_disk_that_runs_full_ends_the_wait() {
    let fake = started();
    fake.facts.borrow_mut().free_bytes = Some(1 << 30);
    assert!(watch(&fake).unwrap().converted);
    assert_eq!(fake.waited.get(), 0);
}

#[test]
fn an_update_that_never_ends_is_not_waited_for_for_ever() {
    let fake = started();
    fake.procmon.set(Procmon::Hangs);
    let watched = watch(&fake).unwrap();
    assert_eq!((watched.stopped.len(), watched.converted, watched.failed.len()), (4, false, 1));
    assert_eq!(fake.waited.get(), 2 * 60 * 60);
    assert!(fake.file(r"C:\Windows\Procmon.pmb").is_some(), "the raw log stays for collect");
}
