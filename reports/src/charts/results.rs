//! The drawing of failures by process: one bar for each process, one part for each result.

use super::canvas::{Anchor, Canvas, Font, Ink, WIDTH};
use super::{Chart, measure};
use crate::lang::Lang;
use crate::messages as m;
use crate::model::{FailureGroup, Report};
use crate::visible::visible;
use timeline::thousands;

const MAX_PROCESSES: usize = 12;
const ROW: i32 = 26;
const SIZE: u32 = 13;

/// Draws the failures of the processes that have most, in two shades: those that are ordinary, and the others.
pub(crate) fn draw(report: &Report, lang: Lang) -> Option<Chart> {
    let rows = rows(&report.failures);
    let most = rows
        .iter()
        .map(|(_, ordinary, other)| ordinary.saturating_add(*other))
        .max()
        .filter(|most| *most > 0)?;
    let labels: Vec<_> = rows.iter().map(|(process, ..)| measure::fit(process, SIZE, false, 236)).collect();
    let left = labels.iter().map(|label| measure::width(label, SIZE, false)).max().unwrap_or(0) + 24;
    // Room at the right for the longest number.
    let room = WIDTH - left - 260;
    let mut canvas = Canvas::default();
    for (((_, ordinary, other), label), y) in rows.iter().zip(&labels).zip((0..).step_by(ROW as usize)) {
        let length = |count: u64| measure::pixel((count as f64 / most as f64 * f64::from(room)).ceil());
        let (first, second) = (length(*other), length(*ordinary));
        canvas.group(&[], |pen| {
            pen.text((left - 12, y + ROW / 2), label, Font::new(SIZE, Ink::Text), Anchor::End);
            if *other > 0 {
                pen.rect((left, y + 6), (first, 14), Ink::Bad);
            }
            if *ordinary > 0 {
                pen.rect((left + first, y + 6), (second, 14), Ink::Idle);
            }
            let text = m::RESULTS_COUNT.fill(lang, &[&thousands(*other), &thousands(*ordinary)]);
            pen.text(
                (left + first + second + 10, y + ROW / 2),
                &text,
                Font::new(12, Ink::Muted),
                Anchor::Start,
            );
        });
    }
    Some(Chart {
        width: WIDTH,
        height: ROW * i32::try_from(rows.len()).unwrap_or(0),
        title: m::RESULTS_TITLE.get(lang).to_owned(),
        description: m::RESULTS_DESCRIPTION.get(lang).to_owned(),
        attributes: String::new(),
        svg: canvas.into_svg(),
    })
}

/// Process, ordinary failures, other failures; those with most of the latter first.
fn rows(failures: &[FailureGroup]) -> Vec<(String, u64, u64)> {
    let mut rows: Vec<(String, u64, u64)> = Vec::new();
    for group in failures {
        let name = visible(&group.process);
        let count = group.count.unwrap_or(0);
        let (ordinary, other) = if group.benign.is_empty() { (0, count) } else { (count, 0) };
        match rows.iter_mut().find(|(process, ..)| *process == name) {
            Some(row) => (row.1, row.2) = (row.1.saturating_add(ordinary), row.2.saturating_add(other)),
            None => rows.push((name.into_owned(), ordinary, other)),
        }
    }
    rows.sort_by(|a, b| (b.2, b.1, &a.0).cmp(&(a.2, a.1, &b.0)));
    rows.truncate(MAX_PROCESSES);
    rows
}
