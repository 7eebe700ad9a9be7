//! The failing boot compared with a good one.

use diagnosis::compare::{Comparison, DifferenceKind, Weight};

use crate::model::{Compare, CompareRow, Difference, DifferenceWeight, Omission, Text};

use super::{View, phase, text, time};

/// The features by which a good boot speaks for a candidate.
const FOR: &[&str] = &["succeeds-in-good", "absent-from-good"];

impl View<'_> {
    pub(super) fn compare(&self, omitted: &mut Vec<Omission>) -> Option<Compare> {
        let comparison = self.diagnosis.comparison.as_ref()?;
        let differences = comparison.differences.iter();
        let rows: Vec<CompareRow> = differences
            .map(|d| CompareRow {
                difference: Some(match d.kind {
                    DifferenceKind::OnlyInBad => Difference::OnlyInBad,
                    DifferenceKind::OnlyInGood => Difference::OnlyInGood,
                    DifferenceKind::DifferentResult => Difference::DifferentResult,
                    DifferenceKind::Slower => Difference::Slower,
                    DifferenceKind::DifferentData => Difference::DifferentData,
                }),
                weight: Some(match d.weight {
                    Weight::Telling => DifferenceWeight::Telling,
                    Weight::Minor => DifferenceWeight::Minor,
                    Weight::Consequence => DifferenceWeight::Consequence,
                }),
                phase: phase(d.phase),
                process: d.process.clone(),
                operation: d.operation.clone(),
                path: d.path.clone(),
                good: d.good.clone(),
                bad: d.bad.clone(),
                time: d.time.map(time),
                source: d.event.map_or_else(String::new, |id| self.source(id.source)),
                index: d.event.map(|id| id.index),
            })
            .collect();
        super::omit(omitted, "compare", comparison.total, rows.len());
        Some(Compare {
            baseline: comparison.baseline.clone(),
            baseline_failed: comparison.baseline_failed,
            aligned_on: aligned_on(comparison),
            says: self.says(),
            telling: Some(comparison.telling as u64),
            total: Some(comparison.total as u64),
            left_out: comparison.left_out,
            data_compared: Some(comparison.data.compared),
            data_noise: Some(comparison.data.noise),
            data_left_out: comparison.data.left_out,
            rows,
        })
    }

    /// What the good boot says of the failing operation.
    fn says(&self) -> Text {
        let failing = self.diagnosis.verdict.failing.and_then(|at| self.diagnosis.candidates.get(at));
        let mut features = failing.into_iter().flat_map(|c| &c.features);
        features.find(|f| FOR.contains(&f.name)).map_or_else(Text::default, |f| text(&f.words))
    }
}

fn aligned_on(comparison: &Comparison) -> Text {
    let phases: Vec<&str> = comparison.phases.iter().map(|p| p.name()).collect();
    let phases = phases.join(", ");
    if phases.is_empty() {
        return Text::new(
            "program and command line of each process; the two show no phase in common",
            "各进程的程序与命令行；两次启动没有共同的阶段",
        );
    }
    Text::new(
        format!("{phases}; program and command line of each process"),
        format!("{phases}；各进程的程序与命令行"),
    )
}
