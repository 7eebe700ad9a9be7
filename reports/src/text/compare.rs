//! The comparison as text: what the failing boot did differently, phase by phase.

use super::{
    Page, TextOptions,
    line::{Line, Style},
};
use crate::messages as m;
use crate::model::{Compare, CompareRow, Difference, DifferenceWeight, Phase, Report};
use crate::view;
use timeline::thousands;

/// Telling rows of a phase. No two boots that were seen differ in more.
const MAX_TELLING: usize = 40;
/// Rows of a phase that healthy boots may have too.
const MAX_MINOR: usize = 8;
/// Rows of data.
const MAX_DATA: usize = 40;
/// Rows that follow from the failure.
const MAX_CONSEQUENCES: usize = 8;

/// The comparison of a report as text, however many lines it takes.
#[must_use]
pub fn render(report: &Report, options: &TextOptions) -> String {
    let page = Page::new(report, options);
    let lines = match &report.compare {
        Some(compare) => page.comparison(compare),
        None => page.note(m::NOT_COMPARED.get(options.lang), 2),
    };
    let mut text = String::new();
    for line in &lines {
        line.write(options.colour, &mut text);
    }
    text
}

impl Page<'_> {
    fn comparison(&self, compare: &Compare) -> Vec<Line> {
        let mut lines = self.compared_inputs(compare);
        let counts = |weight: DifferenceWeight| {
            compare.rows.iter().filter(|row| row.weight.as_ref() == Some(&weight)).count() as u64
        };
        let telling = compare.telling.unwrap_or_else(|| counts(DifferenceWeight::Telling));
        let consequences = counts(DifferenceWeight::Consequence);
        let total = compare.total.unwrap_or(compare.rows.len() as u64);
        let others = total.saturating_sub(telling).saturating_sub(consequences);
        if total == 0 {
            lines.extend(self.note(m::NO_DIFFERENCE.get(self.lang), 1));
            lines.extend(self.data_compared(compare));
            return lines;
        }
        let counts = [telling, others, consequences].map(thousands);
        lines.extend(self.note(&m::COMPARED_ROWS.fill(self.lang, &counts.each_ref().map(String::as_str)), 2));
        if compare.left_out > 0 {
            let left_out = thousands(compare.left_out);
            lines.extend(self.note(&m::LEFT_OUT.fill(self.lang, &[&left_out]), 2));
        }
        lines.extend(self.data_compared(compare));
        let before = |row: &&CompareRow| row.weight != Some(DifferenceWeight::Consequence);
        let is_data = |row: &&CompareRow| row.difference == Some(Difference::DifferentData);
        for phase in phases(compare.rows.iter().filter(before).filter(|row| !is_data(row))) {
            let name = phase.map_or_else(String::new, |p| view::phase_name(p).get(self.lang).to_owned());
            self.heading(name, &mut lines);
            let of_phase = |weight: DifferenceWeight| {
                let rows = compare.rows.iter().filter(move |row| row.weight.as_ref() == Some(&weight));
                rows.filter(|row| row.phase.as_ref() == phase && !is_data(row)).collect::<Vec<_>>()
            };
            self.rows(&of_phase(DifferenceWeight::Telling), MAX_TELLING, &mut lines);
            self.rows(&of_phase(DifferenceWeight::Minor), MAX_MINOR, &mut lines);
        }
        let data: Vec<_> = compare.rows.iter().filter(before).filter(is_data).collect();
        if !data.is_empty() {
            self.heading(m::DATA_READ.get(self.lang).to_owned(), &mut lines);
            self.rows(&data, MAX_DATA, &mut lines);
        }
        if consequences > 0 {
            self.heading(m::FOLLOWS_FROM_FAILURE.get(self.lang).to_owned(), &mut lines);
            let rows: Vec<_> = compare.rows.iter().filter(|row| !before(row)).collect();
            self.rows(&rows, MAX_CONSEQUENCES, &mut lines);
        }
        lines
    }

    /// The two boots, what they are aligned on, and what the good one says.
    fn compared_inputs(&self, compare: &Compare) -> Vec<Line> {
        let bad: Vec<&str> = self.report.inputs.iter().map(|input| input.path.as_str()).collect();
        let bad = bad.join(", ");
        let named = [
            (m::LABEL_GOOD, Style::Good, compare.baseline.as_str()),
            (m::LABEL_BAD, Style::Bad, bad.as_str()),
            (m::LABEL_ALIGNED, Style::Label, compare.aligned_on.get(self.lang)),
            (m::LABEL_COMPARE, Style::Label, compare.says.get(self.lang)),
        ];
        let mut lines = Vec::new();
        for (label, style, text) in named.into_iter().filter(|(_, _, text)| !text.is_empty()) {
            let label = Self::label(style, label.get(self.lang));
            lines.extend(self.wrapped(label, Style::Plain, text, 3));
        }
        if compare.baseline_failed {
            lines.extend(self.note(m::BASELINE_FAILED.get(self.lang), 2));
        }
        lines
    }

    /// How much data was compared.
    fn data_compared(&self, compare: &Compare) -> Vec<Line> {
        let mut lines = Vec::new();
        if let Some(compared) = compare.data_compared.filter(|count| *count > 0) {
            lines.extend(self.note(&m::DATA_COMPARED.fill(self.lang, &[&thousands(compared)]), 2));
        }
        if let Some(noise) = compare.data_noise.filter(|count| *count > 0) {
            lines.extend(self.note(&m::DATA_NOISE.fill(self.lang, &[&thousands(noise)]), 2));
        }
        if compare.data_left_out > 0 {
            let left_out = thousands(compare.data_left_out);
            lines.extend(self.note(&m::DATA_LEFT_OUT.fill(self.lang, &[&left_out]), 2));
        }
        lines
    }

    fn heading(&self, text: String, lines: &mut Vec<Line>) {
        lines.push(Line::default());
        let mut line = Line::default();
        line.push(Style::Strong, &text);
        lines.push(line);
    }

    fn rows(&self, rows: &[&CompareRow], most: usize, lines: &mut Vec<Line>) {
        for row in rows.iter().take(most) {
            self.row(row, lines);
        }
        if rows.len() > most {
            let more = thousands((rows.len() - most) as u64);
            lines.extend(self.note(&m::MORE_ROWS.fill(self.lang, &[&more]), 2));
        }
    }

    /// A row in two lines: who did what otherwise, and on what.
    fn row(&self, row: &CompareRow, lines: &mut Vec<Line>) {
        let style = match row.weight {
            Some(DifferenceWeight::Telling) => Style::Bad,
            _ => Style::Faint,
        };
        let mut line = Line::default();
        line.push(Style::Plain, "  ").push(style, difference(row, self));
        // One list holds all consequences of the failure, another all data: they need the phase beside each row.
        let listed = row.weight == Some(DifferenceWeight::Consequence)
            || row.difference == Some(Difference::DifferentData);
        let phase = row.phase.as_ref().filter(|phase| listed && **phase != Phase::Unknown);
        if let Some(phase) = phase {
            line.push(Style::Plain, "  ").push(Style::Plain, view::phase_name(phase).get(self.lang));
        }
        for text in [&row.process, &row.operation] {
            if !text.is_empty() {
                line.push(Style::Plain, "  ").push(Style::Plain, text);
            }
        }
        let results = match (row.good.as_str(), row.bad.as_str()) {
            ("", bad) => bad.to_owned(),
            (good, "") => good.to_owned(),
            (good, bad) => format!("{good} -> {bad}"),
        };
        line.push(Style::Plain, "  ").push(Style::Strong, &results);
        if let Some(time) = row.time {
            line.push(Style::Plain, "  ").push(Style::Faint, &view::at(time, self.origin));
        }
        lines.push(line);
        if !row.path.is_empty() {
            lines.extend(self.wrapped(Self::label(Style::Plain, ""), Style::Plain, &row.path, 4));
        }
    }
}

fn difference<'a>(row: &'a CompareRow, page: &Page<'_>) -> &'a str {
    let message = match &row.difference {
        Some(Difference::OnlyInBad) => m::DIFFERENCE_ONLY_BAD,
        Some(Difference::OnlyInGood) => m::DIFFERENCE_ONLY_GOOD,
        Some(Difference::DifferentResult) => m::DIFFERENCE_RESULT,
        Some(Difference::Slower) => m::DIFFERENCE_SLOWER,
        Some(Difference::DifferentData) => m::DIFFERENCE_DATA,
        Some(Difference::Other(other)) => return other,
        None => return "",
    };
    message.get(page.lang)
}

/// The phases of rows, each once, in the order of an update's reboot.
fn phases<'a>(rows: impl Iterator<Item = &'a CompareRow>) -> Vec<Option<&'a Phase>> {
    let mut phases: Vec<Option<&Phase>> = rows.map(|row| row.phase.as_ref()).collect();
    phases.sort();
    phases.dedup();
    phases
}
