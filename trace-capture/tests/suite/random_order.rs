//! Any order of arming, booting, collecting and disarming, with kills and a full disk between: no trace goes that is in
//! no bundle, and nothing is left behind at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proptest::prelude::*;
use sha2::{Digest, Sha256};
use trace_capture::collect::{Options, Outcome, collect};
use trace_capture::engine::{arm, disarm};
use trace_capture::plan::BUNDLES;

use super::arm::{full, plan_for};
use super::collect::open;
use super::fake::{Fake, Procmon};

#[derive(Clone, Debug)]
enum Event {
    Arm,
    Boot,
    Collect {
        auto: bool,
    },
    Disarm,
    Watch,
    /// The next one is killed after so many changes.
    Kill(usize),
    DiskFull(bool),
    ConversionFails(bool),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => Just(Event::Arm),
        4 => Just(Event::Boot),
        3 => any::<bool>().prop_map(|auto| Event::Collect { auto }),
        3 => Just(Event::Disarm),
        1 => Just(Event::Watch),
        2 => (0..120usize).prop_map(Event::Kill),
        1 => any::<bool>().prop_map(Event::DiskFull),
        1 => any::<bool>().prop_map(Event::ConversionFails),
    ]
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// Name and hash of each trace that is on the machine.
fn traces(fake: &Fake) -> BTreeSet<(String, String)> {
    let is_trace =
        |f: &&String| f.starts_with(r"c:\windows\bootrace\traces\") || f.ends_with(r"\procmon.pmb");
    let files = fake.files();
    let traces = files.iter().filter(is_trace).filter_map(|f| Some((f, fake.file(f)?)));
    traces.map(|(f, bytes)| (f.rsplit('\\').next().unwrap().to_owned(), hex(&bytes))).collect()
}

/// Hashes of what finished bundles hold, conversions included.
fn bundled(folder: &Path) -> BTreeSet<String> {
    let bundles = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let finished = bundles.filter(|p| p.extension().is_some_and(|e| e == "zip"));
    finished.flat_map(|path| open(&path).1.holds().into_iter().map(|h| h.sha256)).collect()
}

fn happen(fake: &Fake, event: &Event, folder: &Path, number: usize) {
    match event {
        Event::Arm => drop(arm(fake, &plan_for(fake, &full()))),
        Event::Boot => {
            fake.power_back();
            fake.restart();
        }
        Event::Collect { auto } => {
            let bundle = folder.join(format!("{number}.zip"));
            let options = Options { bundle, unarmed: !auto, auto: *auto, ..Options::default() };
            let collected = collect(fake, &options, &mut |_| {});
            if let Ok(Outcome::Collected(report)) = collected {
                assert!(report.bundle.exists());
            }
        }
        Event::Disarm => drop(disarm(fake, false)),
        Event::Watch => drop(trace_capture::watch::watch(fake)),
        Event::Kill(changes) => fake.cut_power_after(*changes),
        Event::DiskFull(full) => fake.full.set(*full),
        Event::ConversionFails(fails) => {
            fake.procmon.set(if *fails { Procmon::SaysOne } else { Procmon::Works });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_trace_is_lost_and_nothing_is_left(events in prop::collection::vec(event(), 1..14)) {
        let fake = Fake::new();
        let before = fake.state.borrow().clone();
        let folder = tempfile::tempdir().unwrap();
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        for (number, event) in events.iter().enumerate() {
            let there = traces(&fake);
            if matches!(event, Event::Kill(_)) {
                happen(&fake, event, folder.path(), number);
            } else {
                // A process that is killed says nothing more.
                fake.until_death(|| happen(&fake, event, folder.path(), number));
            }
            if !matches!(event, Event::Kill(_)) {
                fake.power_back();
            }
            let now: BTreeSet<_> = traces(&fake).into_iter().map(|(_, hash)| hash).collect();
            let packed = bundled(folder.path());
            if matches!(event, Event::Boot) {
                // Windows itself overwrites: a circular file, and the first boot's after the last number.
                seen.retain(|hash, _| now.contains(hash) || packed.contains(hash));
            } else {
                seen.extend(there.into_iter().map(|(name, hash)| (hash, name)));
            }
            for (hash, name) in &seen {
                prop_assert!(now.contains(hash) || packed.contains(hash), "{name} is gone after {event:?}");
            }
        }
        fake.power_back();
        fake.full.set(false);
        disarm(&fake, false).unwrap();
        let bundle = folder.path().join("last.zip");
        collect(&fake, &Options { bundle, unarmed: true, ..Options::default() }, &mut |_| {}).unwrap();
        disarm(&fake, false).unwrap();
        prop_assert!(!fake.files().iter().any(|f| f.starts_with(&BUNDLES.replace("%SystemRoot%", r"C:\Windows").to_lowercase())));
        fake.assert_is(&before);
    }
}
