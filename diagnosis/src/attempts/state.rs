//! The state of the machine in an attempt, as far as its inputs tell: packages, services, drivers, Windows itself.

use std::collections::{BTreeMap, BTreeSet};

use timeline::{Timeline, Words};

use crate::diagnosis::Diagnosis;

/// What kind of state it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StateKind {
    /// Windows itself.
    Windows,
    /// A package.
    Package,
    /// A service's start type.
    Service,
    /// A driver of another company, with its version.
    Driver,
}

/// Each kind with its name in reports and its words.
const STATES: &[(StateKind, &str, &str, &str)] = &[
    (StateKind::Windows, "windows", "Windows", "Windows"),
    (StateKind::Package, "package", "package", "更新包"),
    (StateKind::Service, "service", "service", "服务"),
    (StateKind::Driver, "driver", "driver", "驱动程序"),
];

impl StateKind {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        STATES.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> Words {
        STATES.iter().find(|row| row.0 == self).map_or_else(Words::default, |row| Words::new(row.2, row.3))
    }
}

/// A part of the machine's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What kind.
    pub kind: StateKind,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A state that differs between attempts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What kind.
    pub kind: StateKind,
    /// Its name.
    pub name: String,
    /// Its value in each attempt; none where the attempt's inputs do not have it.
    pub values: Vec<Option<String>>,
}

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
    // Of a filter that only a list names, neither maker nor version is known.
    for driver in diagnosis.drivers.iter().filter(|driver| driver.loaded) {
        let parts = [driver.company.as_str(), driver.version.as_str()];
        add(StateKind::Driver, &driver.name().to_lowercase(), parts.join(" ").trim());
    }
    state
}

/// What differs. Where an attempt's inputs list nothing of a kind, they do not say that something is absent.
pub(super) fn changes<'a>(states: impl ExactSizeIterator<Item = &'a [State]>) -> Vec<Change> {
    let attempts = states.len();
    let mut rows: BTreeMap<(StateKind, &str), Vec<Option<String>>> = BTreeMap::new();
    let mut lists: BTreeSet<(StateKind, usize)> = BTreeSet::new();
    for (number, states) in states.enumerate() {
        for state in states {
            lists.insert((state.kind, number));
            let row = rows.entry((state.kind, &state.name)).or_insert_with(|| vec![None; attempts]);
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
