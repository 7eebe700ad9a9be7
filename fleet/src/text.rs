//! The fleet as text for a terminal.

use std::fmt::Write as _;

use reports::{Lang, model::Text, visible};

use crate::{Overview, Shared, words as w};

/// Groups that are shown.
const MAX_GROUPS: usize = 20;
/// Rows of the other lists.
const MAX_ROWS: usize = 10;

/// The fleet in lines.
#[must_use]
pub fn render(fleet: &Overview, lang: Lang) -> String {
    let mut out = String::new();
    let numbers = [fleet.cases, fleet.machines, fleet.groups.len()].map(|number| number.to_string());
    line(&mut out, 0, w::HEADLINE.fill(&[&numbers[0], &numbers[1], &numbers[2]]).get(lang));
    for tally in &fleet.outcomes {
        line(&mut out, 2, &format!("{:>6}  {}", tally.cases, w::outcome(&tally.name).get(lang)));
    }
    if !fleet.failed.is_empty() {
        line(&mut out, 2, &format!("{:>6}  {}", fleet.failed.len(), w::SECTION_FAILED.text().get(lang)));
    }
    for group in fleet.groups.iter().take(MAX_GROUPS) {
        let counts = w::COUNTS.fill(&[&group.machines.to_string(), &group.cases.to_string()]);
        out.push('\n');
        line(&mut out, 0, &format!("{}  {}", counts.get(lang), group.id));
        line(&mut out, 2, group.representative.headline.get(lang));
        line(&mut out, 2, &group.text);
        labelled(&mut out, lang, w::REPRESENTATIVE.text(), &group.representative.name);
        labelled(&mut out, lang, w::NEXT.text(), group.representative.action.get(lang));
        for shared in &group.shared {
            line(&mut out, 2, &claim(shared, lang));
        }
        if !group.enough {
            line(&mut out, 2, w::TOO_FEW.text().get(lang));
        }
    }
    more(&mut out, fleet.groups.len(), MAX_GROUPS, lang);
    section(&mut out, &w::SECTION_LACKING.text(), fleet.lacking.len(), lang);
    for lacking in fleet.lacking.iter().take(MAX_ROWS) {
        line(&mut out, 2, &format!("{:>6}  {}", lacking.cases, lacking.what.get(lang)));
    }
    more(&mut out, fleet.lacking.len(), MAX_ROWS, lang);
    section(&mut out, &w::SECTION_FAILED.text(), fleet.failed.len(), lang);
    for failed in fleet.failed.iter().take(MAX_ROWS) {
        line(&mut out, 2, &format!("{}  {}  {}", failed.kind, failed.name, failed.reason));
    }
    more(&mut out, fleet.failed.len(), MAX_ROWS, lang);
    out
}

/// `driver acmefilt.sys: 40/40 in the group, 10/200 others; 3.2e-9`
fn claim(shared: &Shared, lang: Lang) -> String {
    let counts = |(some, all): (usize, usize)| format!("{some}/{all}");
    format!(
        "{} {}: {} {}, {} {}; {} {:.1e}",
        w::kind(shared.kind).text().get(lang),
        shared.name,
        w::IN_GROUP.text().get(lang),
        counts(shared.inside),
        w::OUTSIDE.text().get(lang),
        counts(shared.outside),
        w::RATE.text().get(lang),
        shared.rate
    )
}

fn section(out: &mut String, title: &Text, rows: usize, lang: Lang) {
    if rows > 0 {
        out.push('\n');
        line(out, 0, title.get(lang));
    }
}

fn more(out: &mut String, all: usize, shown: usize, lang: Lang) {
    if let Some(more) = all.checked_sub(shown).filter(|more| *more > 0) {
        line(out, 2, w::AND_MORE.fill(&[&more.to_string()]).get(lang));
    }
}

fn labelled(out: &mut String, lang: Lang, label: Text, value: &str) {
    if !value.is_empty() {
        line(out, 2, &format!("{}: {value}", label.get(lang)));
    }
}

fn line(out: &mut String, indent: usize, text: &str) {
    let _ = writeln!(out, "{:indent$}{}", "", visible(text));
}
