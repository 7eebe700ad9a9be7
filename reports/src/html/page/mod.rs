//! What the template asks of a report.

mod drawings;
mod evidence;
mod hash;
mod values;
mod verdict;

use super::markup::{self, Html, each};
use super::tree::{Branch, tree};
use super::{CSS, SCRIPT};
use crate::lang::Lang;
use crate::messages::{self as m, Message};
use crate::model::*;
use crate::view;
use evidence::{middle, row_id};
pub use hash::content_hash;
use std::collections::HashSet;

/// A section of the page, for its navigation.
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) title: Message,
    pub(super) rows: Option<usize>,
}

#[derive(askama::Template)]
#[template(path = "report.html")]
pub(super) struct Page<'a> {
    report: &'a Report,
    verdict: &'a Verdict,
    lang: Lang,
    origin: Option<Time>,
    /// Rows of the evidence table that links may lead to.
    rows: HashSet<String>,
    processes: Vec<Branch<'a>>,
    /// Number of the row of the evidence that the failure is nearest to.
    middle: usize,
    css: Html,
    script: Html,
    css_hash: String,
    script_hash: String,
    island: Html,
}

impl<'a> Page<'a> {
    pub(super) fn new(report: &'a Report, lang: Lang, island: String) -> Self {
        let row_id = |row: &EvidenceRow| row_id(report, &row.source, row.index, row.line);
        Self {
            report,
            verdict: &report.verdict,
            lang,
            origin: view::origin(report),
            rows: report.evidence.iter().filter_map(row_id).collect(),
            processes: tree(&report.processes),
            middle: middle(report),
            css: Html(CSS.to_owned()),
            script: Html(SCRIPT.to_owned()),
            css_hash: content_hash(CSS),
            script_hash: content_hash(SCRIPT),
            island: Html(island),
        }
    }

    fn sections(&self) -> Vec<Section> {
        let report = self.report;
        let section = |id, title, rows: usize| (rows > 0).then_some(Section { id, title, rows: Some(rows) });
        let processes = self.has_drawing() || !report.processes.is_empty() || !report.phases.is_empty();
        [
            Some(Section { id: "verdict", title: m::SECTION_VERDICT, rows: None }),
            processes.then_some(Section { id: "timeline", title: m::SECTION_TIMELINE, rows: None }),
            section("chain", m::SECTION_CHAIN, report.chain.len()),
            section("evidence", m::SECTION_EVIDENCE, report.evidence.len()),
            section("failures", m::SECTION_FAILURES, report.failures.len()),
            section("graph", m::SECTION_GRAPH, report.graph.as_ref().map_or(0, |graph| graph.nodes.len())),
            section("services", m::SECTION_SERVICES, report.services.len()),
            section("packages", m::SECTION_PACKAGES, report.packages.len()),
            section(
                "compare",
                m::SECTION_COMPARE,
                report.compare.as_ref().map_or(0, |compare| compare.rows.len()),
            ),
            section("findings", m::SECTION_FINDINGS, report.findings.len()),
            Some(Section { id: "coverage", title: m::SECTION_COVERAGE, rows: None }),
            Some(Section { id: "data", title: m::SECTION_DATA, rows: None }),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn has(&self, id: &str) -> bool {
        self.sections().iter().any(|section| section.id == id)
    }

    /// The page's title in its first language.
    fn title(&self) -> String {
        let headline = view::headline(self.report);
        let headline = crate::visible::visible(headline.get(self.lang)).into_owned();
        format!("{} · bootrace", crate::visible::shorten_end(&headline, 120))
    }

    /// The title of the section that shows a list, or the list's key.
    fn list_name(&self, list: &str) -> Text {
        let section = self.sections().into_iter().find(|section| section.id == list);
        section.map_or_else(|| Text::plain(list), |section| section.title.text(&[]))
    }

    fn omitted(&self, list: &str, shown: String, total: String) -> Html {
        let name = self.list_name(list);
        each(|lang| {
            markup::escape(
                &m::OMITTED.fill(lang, &[&crate::visible::visible(name.get(lang)), &shown, &total]),
            )
        })
    }

    fn omitted_some(&self, list: &str) -> Html {
        let name = self.list_name(list);
        each(|lang| markup::escape(&m::OMITTED_SOME.fill(lang, &[&crate::visible::visible(name.get(lang))])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_sheet_maps_every_colour_of_the_drawings() {
        for ink in crate::charts::canvas::Ink::ALL {
            let (red, green, blue) = ink.rgb();
            for property in ["fill", "stroke"] {
                let rule = format!("svg [{property}=\"#{red:02X}{green:02X}{blue:02X}\"]");
                assert!(CSS.contains(&rule), "{rule} is missing for {ink:?}");
            }
        }
    }
}
