//! The state of the machine in an attempt, as far as its inputs tell: packages, services, drivers, Windows itself.

use std::collections::{BTreeMap, BTreeSet};

use timeline::Timeline;

use super::{Attempt, Change, State, StateKind};
use crate::diagnosis::Diagnosis;

/// Changes at most.
const MOST: usize = 500;

pub(super) fn of(timeline: &Timeline<'_>, diagnosis: &Diagnosis) -> Vec<State> {
    let mut state = Vec::new();
    let mut add = |kind, name: &str, value: &str| {
        if !name.is_empty() && !value.is_empty() {
            state.push(State { kind, name: name.to_owned(), value: value.to_owned() });
        }
    };
    let machines = timeline.case.inputs.iter().filter_map(|input| input.source.machine());
    let machines = machines.chain(timeline.scans.iter().filter_map(|scan| scan.known.machine.clone()));
    if let Some(build) = machines.map(|machine| machine.build).find(|build| !build.is_empty()) {
        add(StateKind::Windows, "build", &build);
    }
    for package in timeline.scans.iter().flat_map(|scan| &scan.known.packages) {
        add(StateKind::Package, &package.identity, &package.state);
    }
    for service in &diagnosis.services {
        let start = service.start_type.as_ref().map_or("", |(start, _)| start.name());
        add(StateKind::Service, &service.name, start);
    }
    for driver in &diagnosis.drivers {
        let parts = [driver.company.as_str(), driver.version.as_str()];
        add(StateKind::Driver, &driver.name().to_lowercase(), parts.join(" ").trim());
    }
    state
}

/// What differs. Where an attempt's inputs list nothing of a kind, they do not say that something is absent.
pub(super) fn changes(attempts: &[Attempt]) -> Vec<Change> {
    let mut rows: BTreeMap<(StateKind, &str), Vec<Option<String>>> = BTreeMap::new();
    let mut lists: BTreeSet<(StateKind, usize)> = BTreeSet::new();
    for (number, attempt) in attempts.iter().enumerate() {
        for state in &attempt.state {
            lists.insert((state.kind, number));
            let row = rows.entry((state.kind, &state.name)).or_insert_with(|| vec![None; attempts.len()]);
            if let Some(value) = row.get_mut(number) {
                // A log tells of several states of a package; the last one holds.
                *value = Some(state.value.clone());
            }
        }
    }
    let differs = |kind: StateKind, values: &[Option<String>]| {
        // Services and Windows itself are known or not; packages and drivers come as lists.
        let is_list = matches!(kind, StateKind::Package | StateKind::Driver);
        let known = values.iter().enumerate();
        let known =
            known.filter(|(number, value)| value.is_some() || is_list && lists.contains(&(kind, *number)));
        known.map(|(_, value)| value).collect::<BTreeSet<_>>().len() > 1
    };
    let rows = rows.into_iter().filter(|((kind, _), values)| differs(*kind, values));
    rows.map(|((kind, name), values)| Change { kind, name: name.to_owned(), values }).take(MOST).collect()
}
