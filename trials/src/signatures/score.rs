//! How well a way to group cases does.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::case::{Found, Keys};

/// What cases are grouped by.
pub type Key = fn(&Keys) -> &str;

/// The figures of a way to group cases.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Score {
    /// Failing cases.
    pub cases: usize,
    /// Their causes.
    pub causes: usize,
    /// The groups that they fall into.
    pub groups: usize,
    /// Cases of the commonest cause of their group.
    pub pure: usize,
    /// Cases in the largest group of their cause.
    pub together: usize,
    /// Pairs of one case with and without CBS.log, and those in one group.
    pub logs: (usize, usize),
    /// Pairs of one case on two machines, and those in one group.
    pub machines: (usize, usize),
}

/// Judges one way to group the failing cases.
#[must_use]
pub fn score(found: &[Found], key: Key) -> Score {
    let mut by_group: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    let mut by_cause: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    let failed = || found.iter().filter_map(|f| Some((f, f.cause.as_deref()?)));
    for (one, cause) in failed() {
        *by_group.entry(key(&one.keys)).or_default().entry(cause).or_default() += 1;
        *by_cause.entry(cause).or_default().entry(key(&one.keys)).or_default() += 1;
    }
    let largest =
        |map: &BTreeMap<&str, BTreeMap<&str, usize>>| map.values().filter_map(|m| m.values().max()).sum();
    // Cases are made in fours: two machines, each without CBS.log and with it.
    let fours = || found.as_chunks::<4>().0.iter().filter(|[first, ..]| first.cause.is_some());
    let pairs = |of: fn(&[Found; 4]) -> [(&Found, &Found); 2]| {
        let same = |(a, b): &(&Found, &Found)| key(&a.keys) == key(&b.keys);
        (fours().flat_map(of).count(), fours().flat_map(of).filter(same).count())
    };
    Score {
        cases: failed().count(),
        causes: by_cause.len(),
        groups: by_group.len(),
        pure: largest(&by_group),
        together: largest(&by_cause),
        logs: pairs(|[a, b, c, d]| [(a, b), (c, d)]),
        machines: pairs(|[a, b, c, d]| [(a, c), (b, d)]),
    }
}

/// Each way to group with its name.
const WAYS: &[(&str, Key)] = &[
    ("HRESULT", |k| &k.code),
    ("phase, operation, status", |k| &k.operation),
    ("exact path, operation, status", |k| &k.path),
    ("signature with the name of the object", |k| &k.named),
    ("**signature**", |k| &k.signature),
];

/// The table, as a page has it.
#[must_use]
pub fn table(found: &[Found]) -> String {
    let mut out = String::from(
        "| grouped by | groups / causes | purity | one cause together | same with and without CBS.log | same on another machine |\n|---|---|---|---|---|---|\n",
    );
    let share = |(of, right): (usize, usize)| format!("{:.1} %", 100.0 * right as f64 / of.max(1) as f64);
    for (name, key) in WAYS {
        let s = score(found, *key);
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "| {name} | {} / {} | {} | {} | {} | {} |",
            s.groups,
            s.causes,
            share((s.cases, s.pure)),
            share((s.cases, s.together)),
            share(s.logs),
            share(s.machines)
        );
    }
    let healthy = || found.iter().filter(|f| f.cause.is_none());
    let _ = writeln!(
        out,
        "\n{} cases, {} of them fail. {} of {} that do not fail have no signature.",
        found.len(),
        found.len() - healthy().count(),
        healthy().filter(|f| f.keys.signature.is_empty()).count(),
        healthy().count()
    );
    out
}

/// The signatures of each cause that has several, and those that several causes share.
#[must_use]
pub(super) fn exceptions(found: &[Found]) -> String {
    let mut by_cause: BTreeMap<&str, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    let mut by_id: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for one in found {
        let cause = one.cause.as_deref().unwrap_or("(none)");
        let signature = format!("{} {}", one.keys.signature, one.text);
        let how = format!("{}{}", one.seed, if one.with_log { "+log" } else { "" });
        by_cause.entry(cause).or_default().entry(signature).or_default().insert(how);
        by_id.entry(&one.keys.signature).or_default().insert(cause);
    }
    let mut out = String::new();
    for (cause, signatures) in by_cause.iter().filter(|(_, signatures)| signatures.len() > 1) {
        let _ = writeln!(out, "{cause}");
        for (signature, cases) in signatures {
            let some: Vec<&str> = cases.iter().take(6).map(String::as_str).collect();
            let _ = writeln!(out, "    {signature}: {} ({})", cases.len(), some.join(" "));
        }
    }
    for (id, causes) in by_id.iter().filter(|(_, causes)| causes.len() > 1) {
        let _ = writeln!(out, "{id}: {}", causes.iter().copied().collect::<Vec<_>>().join(", "));
    }
    out
}
