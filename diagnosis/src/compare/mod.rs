//! Compares a failing boot with a good one. They are aligned by phase and by the parts that processes play, never by
//! time or process id.
//!
//! Processes that service updates are compared in full, with the data that they read, all others by their failures. In names, what varies from boot
//! to boot is masked, unless the other boot has the very same name.

mod actors;
mod aligned;
mod comparison;
mod data;
pub(crate) mod normalise;
mod operations;
mod parts;
mod profile;
mod read;
mod volatile;
mod waits;

use timeline::{Event, PhaseName};

pub(crate) use aligned::Aligned;
pub(crate) use comparison::{Boot, Reference};
pub use comparison::{Comparison, DataCounts, Difference, DifferenceKind, Weight};
pub(crate) use operations::{GoodBoot, InGood, Level as Likeness};

/// Differences that are listed; the rest is counted. Two boots of a healthy machine differ in some hundred.
const MAX_DIFFERENCES: usize = 2_000;
/// Differences of data that are listed.
const MAX_DATA: usize = 500;

/// The path without what differs between boots and machines: equal texts mean the same kind of object.
#[must_use]
pub fn masked(path: &str) -> String {
    // No process has this id, so no number counts as one.
    normalise::normalise(path, u32::MAX).text
}

/// Compares. Returns what differs, and the good boot for questions about single operations.
pub(crate) fn compare(reference: &Reference<'_>, bad: Boot<'_>) -> (Comparison, GoodBoot) {
    let good = reference.boot;
    let (good_boot, bad_profile) = GoodBoot::learn(good, bad, reference.all_data);
    let (mut read, data) = read::compare((&good_boot.profile.data, good), (&bad_profile.data, bad));
    let mut differences = good_boot.differences(&bad_profile, bad);
    differences.extend(parts::phases(good, bad));
    differences.extend(parts::processes(&good_boot, good, bad));
    differences.extend(parts::services(good, bad));
    differences.extend(parts::pauses(&good_boot, &bad_profile, bad));
    sort(&mut read);
    let unlisted = read.len().saturating_sub(MAX_DATA);
    read.truncate(MAX_DATA);
    differences.extend(read);
    sort(&mut differences);
    let has = |boot: Boot<'_>, name| boot.phases.iter().any(|p| p.name == name);
    let mut phases: Vec<PhaseName> =
        bad.phases.iter().map(|p| p.name).filter(|name| has(good, *name)).collect();
    phases.sort_unstable();
    phases.dedup();
    let comparison = Comparison {
        baseline: reference.name.to_owned(),
        baseline_failed: reference.failed,
        phases,
        total: differences.len() + unlisted,
        telling: differences.iter().filter(|d| d.weight == Weight::Telling).count(),
        left_out: good_boot.left_out() + bad_profile.left_out,
        data,
        differences: {
            differences.truncate(MAX_DIFFERENCES);
            differences
        },
    };
    (comparison, good_boot)
}

impl Comparison {
    /// Puts the failing operation among the telling differences. Its result may be an ordinary one that became a
    /// candidate only because of a log or the plan.
    pub(crate) fn include(&mut self, good: &GoodBoot, bad: Boot<'_>, failing: &Event) {
        let phase = bad.aligned.at(failing.time);
        let row = match good.beside(bad.timeline, failing, phase) {
            Some(InGood::FailsToo(_)) => return,
            Some(InGood::Absent) | None => DifferenceKind::OnlyInBad,
            Some(_) => DifferenceKind::DifferentResult,
        };
        let is_it =
            |d: &Difference| d.path == failing.path && d.operation == failing.name && !d.bad.is_empty();
        let known = self.differences.iter().position(is_it).map(|at| self.differences.remove(at));
        let was_telling = known.as_ref().is_some_and(|d| d.weight == Weight::Telling);
        self.total += usize::from(known.is_none());
        self.telling += usize::from(!was_telling);
        let row = known.unwrap_or_else(|| Difference {
            kind: row,
            weight: Weight::Telling,
            phase,
            process: bad.timeline.process_of(failing).map_or_else(String::new, |p| p.name.clone()),
            operation: failing.name.to_owned(),
            path: failing.path.clone(),
            good: String::new(),
            bad: status_codes::NamedResult(failing.status).to_string(),
            time: Some(failing.time),
            event: Some(failing.id),
        });
        self.differences.push(Difference { weight: Weight::Telling, ..row });
        sort(&mut self.differences);
    }
}

/// Telling differences first, then data, which is little, then the others; each by phase and time.
fn sort(differences: &mut [Difference]) {
    differences.sort_by(|a, b| {
        let key = |d: &Difference| {
            (
                d.weight,
                d.kind != DifferenceKind::DifferentData,
                d.phase,
                d.time.is_none(),
                d.time,
                d.kind,
                d.event,
            )
        };
        key(a).cmp(&key(b)).then_with(|| {
            let key =
                |d: &'_ Difference| [&d.process, &d.operation, &d.path, &d.good, &d.bad].map(String::clone);
            key(a).cmp(&key(b))
        })
    });
}
