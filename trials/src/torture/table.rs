//! The results, as a table of a Markdown page.

use std::{collections::BTreeMap, fmt};

use super::Heard;

#[derive(Debug, Default)]
struct Row {
    cases: u64,
    opened: u64,
    panics: u64,
    slowest: u64,
    present: u64,
    given: u64,
    /// Cases in which not every record of the file was given.
    short: u64,
}

/// What became of all cases.
#[derive(Debug)]
pub(super) struct Table {
    rows: BTreeMap<String, Row>,
    /// KiB that a process may take.
    limit: u64,
    peak: Option<u64>,
    beyond: u64,
    hangs: u64,
    deaths: u64,
    last: Option<String>,
}

impl Table {
    pub(super) fn new(megabytes: u64) -> Self {
        let limit = megabytes.saturating_mul(1024);
        Self { rows: BTreeMap::new(), limit, peak: None, beyond: 0, hangs: 0, deaths: 0, last: None }
    }

    pub(super) fn add(&mut self, case: u64, heard: &Heard) {
        self.last = None;
        let outcome = match heard {
            Heard::Hang => {
                self.hangs += 1;
                self.last = Some(format!("case {case} hangs"));
                return;
            }
            Heard::Died => {
                self.deaths += 1;
                self.last = Some(format!("case {case} ended its process"));
                return;
            }
            Heard::Outcome(outcome) => outcome,
        };
        let row = self.rows.entry(outcome.kind.clone()).or_default();
        row.cases += 1;
        row.opened += u64::from(outcome.opened);
        row.slowest = row.slowest.max(outcome.milliseconds);
        if let Some((present, given)) = outcome.records {
            row.present += present;
            row.given += given;
            row.short += u64::from(given < present);
        }
        // The peak is the process's, and grows: a case is beyond it where it is the first to be.
        if outcome.peak.is_some_and(|peak| peak > self.limit)
            && self.peak.is_none_or(|peak| peak <= self.limit)
        {
            self.beyond += 1;
            self.last =
                Some(format!("case {case} ({}, {}) takes too much memory", outcome.kind, outcome.damage));
        }
        self.peak = self.peak.max(outcome.peak);
        if let Some(panic) = &outcome.panic {
            row.panics += 1;
            self.last = Some(format!("case {case} ({}, {}) panics: {panic}", outcome.kind, outcome.damage));
        }
    }

    /// What went wrong in the case that was added last.
    pub(super) fn last_failure(&self) -> Option<&str> {
        self.last.as_deref()
    }

    pub(super) fn cases(&self) -> u64 {
        self.rows.values().map(|row| row.cases).sum::<u64>() + self.hangs + self.deaths
    }

    pub(super) fn failures(&self) -> u64 {
        self.rows.values().map(|row| row.panics).sum::<u64>() + self.hangs + self.deaths + self.beyond
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| input | files | panics | something read | records that stand in them | given | files with all of theirs | slowest |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|---|")?;
        for (kind, row) in &self.rows {
            let records = if row.present == 0 {
                " | | ".to_owned()
            } else {
                let share = row.given as f64 * 100.0 / row.present as f64;
                format!("{} | {share:.2} % | {}", row.present, row.cases - row.short)
            };
            let Row { cases, panics, opened, slowest, .. } = row;
            writeln!(f, "| {kind} | {cases} | {panics} | {opened} | {records} | {slowest} ms |")?;
        }
        let peak = self.peak.map_or_else(|| "not told".to_owned(), |peak| format!("{} MiB", peak / 1024));
        writeln!(
            f,
            "\n{} files: {} hangs, {} processes that died, {} beyond {} MiB; the largest process took {peak}",
            self.cases(),
            self.hangs,
            self.deaths,
            self.beyond,
            self.limit / 1024
        )
    }
}
