//! What a fleet says of candidates ranks them, and makes or saves no name.

use diagnosis::{Candidate, Diagnosis, FLEET_WEIGHT, Others, Rules, Seen, diagnose, diagnose_among};
use sample_traces::{Options, SCENARIOS, Scenario, make};
use timeline::{Case, EventId, Timeline};

/// Says the same of all operations, or of those on one path.
struct Fleet {
    path: Option<String>,
    seen: Seen,
    weight: f64,
}

impl Fleet {
    fn new(seen: Seen) -> Self {
        Self { path: None, seen, weight: FLEET_WEIGHT }
    }

    fn of_path(candidate: &Candidate, seen: Seen) -> Self {
        Self { path: Some(candidate.event.path.clone()), ..Self::new(seen) }
    }
}

impl Others for Fleet {
    fn seen(&self, _: &str, _: u32, path: &str) -> Option<Seen> {
        self.path.as_ref().is_none_or(|own| own == path).then_some(self.seen)
    }

    fn weight(&self) -> f64 {
        self.weight
    }
}

const FAILING_ONLY: Seen = Seen { healthy: (0, 214), failing: (37, 40), same_build: true };
const HEALTHY_TOO: Seen = Seen { healthy: (200, 214), failing: (37, 40), same_build: true };
const FEW: Seen = Seen { healthy: (0, 3), failing: (3, 3), same_build: true };

/// Looks at a diagnosis, and makes others of the same boot among a fleet.
type See<'a> = dyn FnMut(&Diagnosis, &dyn Fn(&Fleet) -> Diagnosis) + 'a;

/// Diagnoses a scenario without its log, alone and among others.
fn with(one: &'static Scenario, seed: u64, see: &mut See<'_>) {
    let made = make(one, Options { seed, is_64bit: true, noise: 400 }).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("boot.pml");
    std::fs::write(&path, &made.pml).unwrap();
    let case = Case::open(&[path]);
    let timeline = Timeline::new(&case);
    let rules = Rules::built_in();
    let among = |fleet: &Fleet| diagnose_among(&timeline, &rules, None, Some(fleet));
    see(&diagnose(&timeline, &rules), &among);
}

fn named(diagnosis: &Diagnosis) -> Option<EventId> {
    Some(diagnosis.candidates.get(diagnosis.verdict.failing?)?.event.id)
}

fn find(diagnosis: &Diagnosis, id: EventId) -> &Candidate {
    diagnosis.candidates.iter().find(|c| c.event.id == id).unwrap()
}

#[test]
fn no_name_rests_on_a_fleet_and_no_objection_falls_to_it() {
    let mut names = 0;
    for (one, seed) in SCENARIOS.iter().step_by(3).zip(70..) {
        with(one, seed, &mut |alone, among| {
            for seen in [FAILING_ONLY, HEALTHY_TOO, FEW] {
                let diagnosis = among(&Fleet::new(seen));
                for candidate in &diagnosis.candidates {
                    let own = find(alone, candidate.event.id);
                    assert_eq!(candidate.links, own.links, "{}", one.name);
                    let kept = own.objections.iter().all(|o| candidate.objections.contains(o));
                    assert!(kept, "{}: {:?}", one.name, own.objections);
                }
                let (before, after) = (named(alone), named(&diagnosis));
                // All get the same, so none passes another; only a name can be lost, and only to healthy boots.
                assert!(after == before || seen == HEALTHY_TOO && after.is_none(), "{}", one.name);
                names += usize::from(after.is_some());
                let before = &alone.verdict.confidence;
                let after = &diagnosis.verdict.confidence;
                assert!(after.level == before.level || seen == HEALTHY_TOO, "{}", one.name);
            }
        });
    }
    assert!(names > 10, "{names}");
}

#[test]
fn a_fleet_takes_names_away_and_gives_none() {
    let mut taken = 0;
    for (one, seed) in SCENARIOS.iter().zip(270..) {
        with(one, seed, &mut |alone, among| {
            for candidate in alone.candidates.iter().filter(|c| c.is_eligible()) {
                // However much it says.
                let fleet = Fleet { weight: 100.0, ..Fleet::of_path(candidate, HEALTHY_TOO) };
                let after = named(&among(&fleet));
                assert!(after.is_none() || after == named(alone), "{}", one.name);
                taken += usize::from(after != named(alone));
            }
        });
    }
    assert!(taken > 10, "{taken}");
}

#[test]
fn a_result_that_healthy_boots_have_falls() {
    let mut fallen = 0;
    for (one, seed) in SCENARIOS.iter().zip(170..) {
        with(one, seed, &mut |alone, among| {
            let pairs = alone.candidates.windows(2).filter(|pair| {
                pair[0].is_eligible() == pair[1].is_eligible()
                    && pair[0].score - pair[1].score < 2.0
                    && pair[0].event.path != pair[1].event.path
            });
            let place =
                |d: &Diagnosis, c: &Candidate| d.candidates.iter().position(|x| x.event.id == c.event.id);
            for pair in pairs.take(1) {
                let diagnosis = among(&Fleet::of_path(&pair[0], HEALTHY_TOO));
                assert!(place(&diagnosis, &pair[1]) < place(&diagnosis, &pair[0]), "{}", one.name);
                fallen += 1;
                // What failing boots have says nothing.
                let diagnosis = among(&Fleet::of_path(&pair[1], FAILING_ONLY));
                assert!(place(&diagnosis, &pair[0]) < place(&diagnosis, &pair[1]), "{}", one.name);
                assert_eq!(find(&diagnosis, pair[1].event.id).score, pair[1].score);
            }
        });
        if fallen >= 4 {
            break;
        }
    }
    assert!(fallen > 0, "{fallen}");
}
