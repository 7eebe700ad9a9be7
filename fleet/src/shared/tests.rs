//! What is claimed, and what is not, on made fleets.

use serde_json::{Value, json};

use crate::{Feature, Overview, Store, overview, schema};

/// A case: its machine, its signature, and the drivers that were loaded.
fn case(number: usize, machine: &str, signature: Option<&str>, drivers: &[&str]) -> (Value, Value) {
    let drivers: Vec<Value> = drivers.iter().map(|name| json!({"name": name, "loaded": true})).collect();
    let outcome = if signature.is_some() { "failing_operation" } else { "no_failure" };
    let mut report = json!({
        "machine": {"name": machine, "build": "17763.1"},
        "verdict": {"outcome": outcome},
        "inputs": [{"path": "boot.pml", "kind": "pml"}],
        "drivers": drivers,
    });
    if let Some(id) = signature {
        report["signature"] = json!({"version": 1, "id": id, "text": id, "parts": []});
    }
    (
        json!({"case_id": format!("{number:032}"), "name": machine, "healthy": 0, "redacted": 0, "state": "ok"}),
        report,
    )
}

fn fleet(cases: Vec<(Value, Value)>) -> Overview {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(&folder.path().join("fleet.db")).unwrap();
    let rows: Vec<_> = cases.iter().map(|(case, report)| schema::rows(case, report)).collect();
    store.insert(&rows).unwrap();
    overview(&store).unwrap()
}

fn claims<'o>(fleet: &'o Overview, group: &str) -> Vec<&'o str> {
    let group = fleet.groups.iter().find(|g| g.id == group).unwrap();
    group.shared.iter().map(|shared| shared.name.as_str()).collect()
}

/// 40 machines fail for cause A, 60 for cause B, 100 are well. `planted.sys` is on all of A and on 5 % of the others.
/// `common.sys` is on all machines, `chance.sys` on every fourth, `half.sys` on half of A alone.
fn planted() -> Vec<(Value, Value)> {
    let drivers = |number: usize| {
        let mut drivers = vec!["common.sys"];
        let others = number.saturating_sub(40);
        if number < 40 || others.is_multiple_of(20) {
            drivers.push("Planted.sys");
        }
        if number.is_multiple_of(4) {
            drivers.push("chance.sys");
        }
        if number < 20 {
            drivers.push("half.sys");
        }
        drivers
    };
    let signature = |number: usize| match number {
        0..40 => Some("A"),
        40..100 => Some("B"),
        _ => None,
    };
    (0..200).map(|n| case(n, &format!("PC-{n}"), signature(n), &drivers(n))).collect()
}

#[test]
fn a_planted_driver_is_first_and_chance_is_not_claimed() {
    let fleet = fleet(planted());
    assert_eq!(claims(&fleet, "A"), ["planted.sys"]);
    assert_eq!(claims(&fleet, "B"), [""; 0]);
    let shared = &fleet.groups.iter().find(|g| g.id == "A").unwrap().shared[0];
    assert_eq!((shared.kind, shared.inside, shared.outside), (Feature::Driver, (40, 40), (8, 160)));
    assert!(shared.rate < 1e-20 && shared.rate >= shared.p, "{shared:?}");
    // Four drivers and one build, for two groups.
    assert_eq!(fleet.tests, 10);
}

#[test]
fn a_coincidence_in_three_of_four_cases_is_not_claimed() {
    let mut cases = planted();
    cases.extend(
        (200..204).map(|n| case(n, &format!("PC-{n}"), Some("C"), if n == 200 { &[] } else { &["odd.sys"] })),
    );
    let fleet = fleet(cases);
    assert_eq!(claims(&fleet, "C"), [""; 0]);
    assert!(!fleet.groups.iter().find(|g| g.id == "C").unwrap().enough);
    assert_eq!(claims(&fleet, "A"), ["planted.sys"]);
}

#[test]
fn many_attempts_of_few_machines_are_few_machines() {
    let mut cases: Vec<_> =
        (0..80).map(|n| case(n, &format!("PC-{n}"), Some("B"), &["common.sys"])).collect();
    cases.extend((80..140).map(|n| case(n, &format!("PC-{}", 1000 + n % 3), Some("A"), &["planted.sys"])));
    let fleet = fleet(cases);
    let group = fleet.groups.iter().find(|g| g.id == "A").unwrap();
    assert_eq!((group.cases, group.machines, group.enough), (60, 3, false));
    assert!(group.shared.is_empty());
}

#[test]
fn machines_without_a_trace_do_not_count_for_drivers() {
    let mut cases = planted();
    let logs = (300..400).map(|n| {
        let (case, mut report) = case(n, &format!("PC-{n}"), None, &[]);
        report["inputs"] = json!([{"path": "CBS.log", "kind": "cbs-log"}]);
        (case, report)
    });
    cases.extend(logs);
    let fleet = fleet(cases);
    assert_eq!(fleet.machines, 300);
    let shared = &fleet.groups.iter().find(|g| g.id == "A").unwrap().shared[0];
    assert_eq!(shared.outside, (8, 160));
}

#[test]
fn filters_that_only_lists_name_are_held_against_other_lists() {
    // All 20 of A have a list with both filters, 20 others have one with `common`, and 60 have a trace and no list.
    let cases = (0..100).map(|number| {
        let (case, mut report) =
            case(number, &format!("PC-{number}"), (number < 20).then_some("A"), &["x.sys"]);
        let names: &[&str] = match number {
            0..20 => &["guard.sys", "common.sys"],
            20..40 => &["common.sys"],
            _ => &[],
        };
        let listed = names.iter().map(|name| json!({"name": name, "altitude": "328010", "loaded": false}));
        report["drivers"].as_array_mut().unwrap().extend(listed);
        (case, report)
    });
    let fleet = fleet(cases.collect());
    assert_eq!(claims(&fleet, "A"), ["guard.sys"]);
    let shared = &fleet.groups.iter().find(|g| g.id == "A").unwrap().shared[0];
    // Of the 60 machines without a list nothing is known.
    assert_eq!((shared.kind, shared.inside, shared.outside), (Feature::Filter, (20, 20), (0, 20)));
}
