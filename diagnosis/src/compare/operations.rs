//! Operations of the failing boot, compared with those of the good one.

use std::collections::HashMap;

use rayon::prelude::*;
use status_codes::NamedResult;

use super::{
    actors::{Actor, Actors},
    comparison::{Boot, Difference, DifferenceKind, Weight},
    normalise::{Normal, normalise},
    profile::{Entry, Key, Profile, Seen, kind_key, tells_kinds},
    waits::grew,
};
use crate::ordinary::ordinary;
use timeline::{Event, Kind, PhaseName, ProcessId, Ticks, Timeline, is_error};

/// How surely two operations are on the same object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Level {
    /// The names differ in something made up: they are of one sort.
    Alike,
    /// The same name, or the same except for machine and version.
    Same,
}

/// What an operation of the failing boot is in the good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InGood {
    /// The good boot has the process, in this phase, and not the operation.
    Absent,
    /// It fails there with the same result, and no later success makes up for it.
    FailsToo(Level),
    /// It fails there with the same result, and succeeds in the end.
    SucceedsInTheEnd(Level),
    /// It succeeds there.
    Succeeds(Level),
}

/// By actor, operation, kind and masked path: the entries, and whether the mask left the object certain.
type Normals = HashMap<(u32, &'static str, Kind, String), Vec<(Key, bool)>>;

/// The good boot, for questions about single operations.
#[derive(Debug)]
pub(crate) struct GoodBoot {
    pub(super) actors: Actors,
    pub(super) profile: Profile,
    normals: Normals,
    phases: Vec<PhaseName>,
    kinds: bool,
}

/// Numbers of the boots among the actors.
pub(super) const GOOD: usize = 0;
pub(super) const BAD: usize = 1;

impl GoodBoot {
    /// Goes once through both boots.
    pub(super) fn learn(good: Boot<'_>, bad: Boot<'_>, all_data: bool) -> (Self, Profile) {
        let actors = Actors::of(&[good.timeline, bad.timeline]);
        let kinds = tells_kinds(good.timeline) == tells_kinds(bad.timeline);
        let profile = Profile::of(good.timeline, good.aligned, &actors, GOOD, (kinds, all_data));
        let bad_profile = Profile::of(bad.timeline, bad.aligned, &actors, BAD, (kinds, all_data));
        let named: Vec<_> = profile
            .entries
            .par_iter()
            .map(|(key, entry)| {
                let Normal { text, same_object } = normal(good.timeline, entry.process, &entry.path);
                ((key.actor, key.name, key.kind, text), (*key, same_object))
            })
            .collect();
        let mut normals = Normals::new();
        for (name, entry) in named {
            normals.entry(name).or_default().push(entry);
        }
        let phases = good.phases.iter().map(|p| p.name).collect();
        (Self { actors, profile, normals, phases, kinds }, bad_profile)
    }

    pub(super) fn left_out(&self) -> u64 {
        self.profile.left_out
    }

    /// The entries of the good boot that are the same operation: by its very name, or by the masked one.
    fn find(&self, key: &Key, normal: impl FnOnce() -> Normal) -> Option<(Vec<&Entry>, Level)> {
        if let Some(entry) = self.profile.get(key) {
            return Some((vec![entry], Level::Same));
        }
        let Normal { text, same_object } = normal();
        let found = self.normals.get(&(key.actor, key.name, key.kind, text))?;
        let entries: Vec<&Entry> = found.iter().filter_map(|(key, _)| self.profile.get(key)).collect();
        let sure = same_object && found.iter().all(|(_, sure)| *sure);
        Some((entries, if sure { Level::Same } else { Level::Alike }))
    }

    /// What this error of the failing boot is in the good one. `None` if the good boot does not show it.
    pub(crate) fn beside(&self, bad: &Timeline<'_>, event: &Event, phase: PhaseName) -> Option<InGood> {
        let actor = self.actors.get(BAD, event.process?)?;
        let looks_only = event.open.is_some_and(|open| open.attributes_only());
        let kind = kind_key(event.kind, looks_only, self.kinds);
        let key = Key::new(actor, event.name, kind, &event.path.to_ascii_lowercase());
        let found = self.find(&key, || normal(bad, event.process, &event.path));
        let Some((entries, level)) = found else {
            let covered = phase != PhaseName::Unknown && self.phases.contains(&phase);
            return (covered && self.actors.plays(GOOD, actor)).then_some(InGood::Absent);
        };
        let fails = entries.iter().any(|e| e.results.iter().any(|r| r.status == event.status));
        let well = entries.iter().any(|e| e.ends_well());
        match (fails, well) {
            (true, false) => Some(InGood::FailsToo(level)),
            (true, true) => Some(InGood::SucceedsInTheEnd(level)),
            (false, true) => Some(InGood::Succeeds(level)),
            (false, false) => None,
        }
    }

    /// What the failing boot's operations do otherwise.
    pub(super) fn differences(&self, bad_profile: &Profile, bad: Boot<'_>) -> Vec<Difference> {
        let mut differences: Vec<Difference> = bad_profile
            .entries
            .par_iter()
            .flat_map_iter(|(key, entry)| self.difference(key, entry, bad))
            .collect();
        differences = grouped(differences);
        differences.extend(self.never_reached(bad_profile, bad));
        differences
    }

    fn difference(&self, key: &Key, entry: &Entry, bad: Boot<'_>) -> Vec<Difference> {
        let Some(actor) = self.actors.actor(key.actor) else { return Vec::new() };
        let found = self.find(key, || normal(bad.timeline, entry.process, &entry.path));
        let mut rows = Vec::new();
        let good = found.as_ref().map(|(entries, level)| (&entries[..], *level));
        rows.extend(self.by_result(key, entry, actor, good));
        if let Some((entries, Level::Same)) = &found {
            let slowest = entries.iter().map(|e| e.slowest.0).max().unwrap_or_default();
            if grew(slowest, entry.slowest.0) {
                let (took, time, event) = entry.slowest;
                rows.push(Difference {
                    kind: DifferenceKind::Slower,
                    weight: weight(bad.aligned.at(time), true),
                    phase: bad.aligned.at(time),
                    good: seconds(slowest),
                    bad: seconds(took),
                    time: Some(time),
                    event: Some(event),
                    ..of_entry(key, entry, actor)
                });
            }
        }
        rows
    }

    /// The row of an operation whose result the good boot lacks, or that only this boot has.
    fn by_result(
        &self,
        key: &Key,
        entry: &Entry,
        actor: &Actor,
        good: Option<(&[&Entry], Level)>,
    ) -> Option<Difference> {
        let is_new = |seen: &Seen| {
            let Some((good, _)) = good else { return true };
            let results = || good.iter().flat_map(|e| &e.results);
            // In the same phase, where the good boot has it there.
            let aligned = results().any(|r| r.phase == seen.phase);
            !results().any(|r| r.status == seen.status && (!aligned || r.phase == seen.phase))
        };
        // A result that is ordinary in itself is none where the same thing always went well.
        let went_well =
            good.is_some_and(|(good, level)| level == Level::Same && good.iter().all(|e| e.only_well()));
        let fails = |seen: &&Seen| {
            is_error(seen.status)
                && (ordinary(actor.role, key.kind, seen.status, &entry.path, None).is_none()
                    || went_well && !entry.ends_well())
        };
        let servicing = actor.role.services_updates();
        let failed =
            entry.results.iter().filter(fails).filter(|s| is_new(s)).min_by_key(|s| (s.time, s.event));
        let failed = failed.copied();
        let kind = if good.is_some() { DifferenceKind::DifferentResult } else { DifferenceKind::OnlyInBad };
        let (seen, telling) = match failed {
            Some(seen) => (seen, servicing && !entry.ends_well()),
            // What succeeds tells something only where it changes the system and the other boot never does it.
            None => {
                let changed = entry.results.iter().filter(|r| !is_error(r.status));
                let first = changed.min_by_key(|s| (s.time, s.event))?;
                let changes = key.kind.mutates() || key.kind == Kind::ImageLoad;
                let only = good.is_none() && servicing && changes;
                (*(only && self.actors.plays(GOOD, key.actor)).then_some(first)?, false)
            }
        };
        Some(Difference {
            kind,
            weight: weight(seen.phase, telling),
            phase: seen.phase,
            good: good.map_or_else(String::new, |(good, _)| results_of(good)),
            bad: result(seen.status, seen.count),
            time: Some(seen.time),
            event: Some(seen.event),
            ..of_entry(key, entry, actor)
        })
    }

    /// What servicing changes in the good boot, and not in this one.
    fn never_reached(&self, bad_profile: &Profile, bad: Boot<'_>) -> Vec<Difference> {
        let theirs: HashMap<(u32, &'static str, Kind, String), ()> = bad_profile
            .entries
            .par_iter()
            .filter(|(key, _)| key.kind.mutates())
            .map(|(key, entry)| {
                let normal = normal(bad.timeline, entry.process, &entry.path);
                ((key.actor, key.name, key.kind, normal.text), ())
            })
            .collect();
        let missing = self.normals.iter().filter(|(name, _)| name.2.mutates() && !theirs.contains_key(*name));
        let entries = missing.flat_map(|(_, keys)| keys);
        entries
            .filter_map(|(key, _)| {
                let (entry, actor) = (self.profile.get(key)?, self.actors.actor(key.actor)?);
                if !actor.role.services_updates() || !entry.ends_well() || bad_profile.get(key).is_some() {
                    return None;
                }
                let seen = entry.results.iter().min_by_key(|r| (r.time, r.event))?;
                Some(Difference {
                    kind: DifferenceKind::OnlyInGood,
                    weight: Weight::Consequence,
                    phase: seen.phase,
                    good: result(seen.status, seen.count),
                    ..of_entry(key, entry, actor)
                })
            })
            .collect()
    }
}

/// Equal differences of names in one folder from which on they become one row.
const MANY: usize = 4;

/// Makes one row of many that differ in nothing but the last part of their paths.
fn grouped(differences: Vec<Difference>) -> Vec<Difference> {
    let mut groups: HashMap<_, Vec<Difference>> = HashMap::new();
    let mut rows = Vec::new();
    for difference in differences {
        match difference.path.rsplit_once('\\') {
            Some((folder, _)) if difference.weight != Weight::Consequence => {
                let d = &difference;
                let same =
                    (d.kind, d.weight, d.phase, d.process.clone(), d.operation.clone(), folder.to_owned());
                groups.entry((same, d.good.clone(), d.bad.clone())).or_default().push(difference);
            }
            _ => rows.push(difference),
        }
    }
    for (((.., folder), ..), mut group) in groups {
        if group.len() < MANY {
            rows.append(&mut group);
            continue;
        }
        let count = group.len();
        let first = group.into_iter().min_by_key(|d| (d.time, d.event));
        rows.extend(first.map(|d| Difference { path: format!(r"{folder}\* ({count})"), ..d }));
    }
    rows
}

fn of_entry(key: &Key, entry: &Entry, actor: &Actor) -> Difference {
    Difference {
        kind: DifferenceKind::OnlyInBad,
        weight: Weight::Minor,
        phase: PhaseName::Unknown,
        process: actor.name.clone(),
        operation: key.name.to_owned(),
        path: entry.path.clone(),
        good: String::new(),
        bad: String::new(),
        time: None,
        event: None,
    }
}

/// What lies in the rollback follows from the failure.
pub(super) fn weight(phase: PhaseName, telling: bool) -> Weight {
    match phase {
        PhaseName::Rollback => Weight::Consequence,
        _ if telling => Weight::Telling,
        _ => Weight::Minor,
    }
}

fn normal(timeline: &Timeline<'_>, process: Option<ProcessId>, path: &str) -> Normal {
    let pid = process.and_then(|id| timeline.process(id)).map_or(0, |p| p.pid);
    normalise(path, pid)
}

fn result(status: u32, count: u64) -> String {
    match count {
        1 => NamedResult(status).to_string(),
        n => format!("{} ×{n}", NamedResult(status)),
    }
}

/// The results in the good boot, each once: the last one first.
fn results_of(entries: &[&Entry]) -> String {
    let mut counts: Vec<(u32, u64)> = Vec::new();
    let last = entries.iter().max_by_key(|e| (e.last.0, e.last.1)).map(|e| e.last.2);
    for seen in entries.iter().flat_map(|e| &e.results) {
        match counts.iter_mut().find(|(status, _)| *status == seen.status) {
            Some((_, count)) => *count += seen.count,
            None => counts.push((seen.status, seen.count)),
        }
    }
    counts.sort_by_key(|(status, count)| (Some(*status) != last, std::cmp::Reverse(*count), *status));
    let texts: Vec<String> = counts.iter().take(3).map(|(status, count)| result(*status, *count)).collect();
    texts.join(", ")
}

/// A span in seconds, as rows show it.
pub(super) fn seconds(span: Ticks) -> String {
    format!("{:.3} s", span.as_seconds())
}
