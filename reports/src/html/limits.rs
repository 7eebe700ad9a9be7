//! Keeps the page within its size: rows are cut, never the verdict.

use crate::charts::graph::MAX_NODES;
use crate::model::{Compare, Confidence, EvidenceRow, Graph, Histogram, Missing, Omission, Report, Verdict};

/// The page's greatest size in bytes.
pub(super) const MAX_BYTES: usize = 5 * 1024 * 1024;

/// How much of each list a page holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Rows of a list.
    pub(super) rows: usize,
    /// Characters of a text.
    pub(super) characters: usize,
}

/// From the usual to the least; with the last one no report exceeds the page's size.
pub(super) const LEVELS: [Limits; 5] = [
    Limits { rows: 500, characters: 32_767 },
    Limits { rows: 200, characters: 8_192 },
    Limits { rows: 100, characters: 2_048 },
    Limits { rows: 40, characters: 400 },
    Limits { rows: 12, characters: 200 },
];

/// A part of a report within limits. What is cut is named in `omitted`.
pub(super) fn cut(report: &Report, limits: Limits) -> Report {
    let rows = limits.rows;
    let mut omitted = report.omitted.clone();
    let mut keep = Keep { rows, omitted: &mut omitted };
    let verdict = &report.verdict;
    let cut = Report {
        schema_version: report.schema_version.clone(),
        tool: report.tool.clone(),
        inputs: keep.first("inputs", &report.inputs),
        machine: report.machine.clone(),
        clock: report.clock.clone(),
        incident: report.incident.clone(),
        notes: top(rows, &report.notes),
        banners: top(rows, &report.banners),
        verdict: Verdict {
            remedies: top(rows, &verdict.remedies),
            covered: top(rows, &verdict.covered),
            not_covered: top(rows, &verdict.not_covered),
            confidence: verdict.confidence.as_ref().map(|confidence| Confidence {
                reasons: top(rows, &confidence.reasons),
                ..confidence.clone()
            }),
            missing: verdict.missing.as_ref().map(|missing| Missing {
                what: missing.what.clone(),
                evidence: top(rows, &missing.evidence),
            }),
            ..verdict.clone()
        },
        signature: report.signature.clone(),
        candidates: keep.first("candidates", &report.candidates),
        chain: keep.first("chain", &report.chain),
        phases: keep.first("phases", &report.phases),
        gaps: keep.first("gaps", &report.gaps),
        services: keep.first("services", &report.services),
        processes: keep.first("processes", &report.processes),
        drivers: keep.first("drivers", &report.drivers),
        packages: keep.first("packages", &report.packages),
        findings: keep.first("findings", &report.findings),
        coverage: keep.first("coverage", &report.coverage),
        evidence: keep.around("evidence", &report.evidence, failing_row(report)),
        failures: keep.first("failures", &report.failures),
        histogram: report.histogram.as_ref().map(|histogram| Histogram {
            events: top(100 * rows, &histogram.events),
            failures: top(100 * rows, &histogram.failures),
            ..*histogram
        }),
        graph: report.graph.as_ref().map(|graph| keep.graph(graph)),
        compare: report.compare.as_ref().map(|compare| Compare {
            rows: keep.first("compare", &compare.rows),
            baseline: compare.baseline.clone(),
            aligned_on: compare.aligned_on.clone(),
            says: compare.says.clone(),
            ..*compare
        }),
        omitted: Vec::new(),
        redacted: report.redacted,
    };
    omitted.truncate(rows);
    shorten(cut.with_lists_within(rows, omitted), limits.characters)
}

/// The failing row of the evidence.
fn failing_row(report: &Report) -> usize {
    let operation = report.verdict.failing_operation.as_ref();
    let is_failing = |row: &EvidenceRow| {
        operation.is_some_and(|operation| row.index == operation.index && row.source == operation.source)
    };
    report.evidence.iter().position(is_failing).unwrap_or(0)
}

fn top<T: Clone>(rows: usize, list: &[T]) -> Vec<T> {
    list.iter().take(rows).cloned().collect()
}

impl Report {
    /// The lists inside the rows of other lists.
    fn with_lists_within(mut self, rows: usize, omitted: Vec<Omission>) -> Self {
        self.omitted = omitted;
        self.services.iter_mut().for_each(|service| service.states.truncate(rows));
        self.findings.iter_mut().for_each(|finding| finding.evidence.truncate(rows));
        self.evidence.iter_mut().for_each(|row| row.stack.truncate(rows));
        self.candidates.iter_mut().for_each(|candidate| {
            candidate.features.truncate(rows);
            candidate.stack.truncate(rows);
            candidate.interferers.truncate(rows);
        });
        self
    }
}

/// Takes rows, and notes what it leaves.
struct Keep<'a> {
    rows: usize,
    omitted: &'a mut Vec<Omission>,
}

impl Keep<'_> {
    fn first<T: Clone>(&mut self, section: &str, list: &[T]) -> Vec<T> {
        self.around(section, list, 0)
    }

    fn around<T: Clone>(&mut self, section: &str, list: &[T], middle: usize) -> Vec<T> {
        let first = middle.saturating_sub(self.rows / 2).min(list.len().saturating_sub(self.rows));
        let kept: Vec<T> = list.iter().skip(first).take(self.rows).cloned().collect();
        self.note(section, kept.len(), list.len());
        kept
    }

    fn graph(&mut self, graph: &Graph) -> Graph {
        // What lies far from the failure is in report.json, and no loss to the page.
        let near = graph.near();
        let nodes = top(MAX_NODES.min(self.rows), near);
        self.note("graph", nodes.len(), near.len());
        let has = |id: &str| nodes.iter().any(|node| node.id == id);
        let edges = graph.edges.iter().filter(|edge| has(&edge.from) && has(&edge.to)).take(4 * self.rows);
        Graph { near: graph.near, edges: edges.cloned().collect(), nodes }
    }

    fn note(&mut self, section: &str, shown: usize, total: usize) {
        if shown == total {
            return;
        }
        let shown = u64::try_from(shown).ok();
        // Where the report says itself what it left out, the two are one.
        match self.omitted.iter_mut().find(|known| known.section == section) {
            Some(known) => known.shown = shown,
            None => self.omitted.push(Omission {
                section: section.to_owned(),
                shown,
                total: u64::try_from(total).ok(),
                command: String::new(),
            }),
        }
    }
}

/// Cuts every text of a report that is longer than so many characters.
fn shorten(report: Report, characters: usize) -> Report {
    let Ok(mut value) = serde_json::to_value(&report) else { return report };
    if !shorten_value(&mut value, characters) {
        return report;
    }
    serde_json::from_value(value).unwrap_or(report)
}

fn shorten_value(value: &mut serde_json::Value, characters: usize) -> bool {
    match value {
        serde_json::Value::String(text) => {
            let cut = text.char_indices().nth(characters).map(|(offset, _)| offset);
            if let Some(offset) = cut {
                text.truncate(offset);
                text.push('…');
            }
            cut.is_some()
        }
        serde_json::Value::Array(items) => {
            items.iter_mut().fold(false, |cut, item| shorten_value(item, characters) | cut)
        }
        serde_json::Value::Object(fields) => {
            fields.values_mut().fold(false, |cut, field| shorten_value(field, characters) | cut)
        }
        _ => false,
    }
}
