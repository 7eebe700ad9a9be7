//! What the template asks of a report.

use super::markup::{self, Html, class, data, each, t, text, time};
use super::tree::{Branch, tree};
use super::{CSS, SCRIPT};
use crate::charts::{graph, results, timeline};
use crate::lang::Lang;
use crate::messages::{self as m, Message};
use crate::model::*;
use crate::text::{TextOptions, render as render_text};
use crate::view;
use ::timeline::thousands;
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// The size of a graph that is wider than the page: its smallest letters can be read still.
const GRAPH_PERCENT: i32 = 85;

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

    fn has_drawing(&self) -> bool {
        timeline::can_draw(self.report)
    }

    fn has_failure_time(&self) -> bool {
        self.verdict.failing_operation.as_ref().is_some_and(|operation| operation.time.is_some())
    }

    fn has(&self, id: &str) -> bool {
        self.sections().iter().any(|section| section.id == id)
    }

    fn outcome_class(&self) -> &'static str {
        match self.report.outcome() {
            Outcome::FailingOperation | Outcome::FailureWithoutOperation => "bad",
            Outcome::NoFailure if self.report.verdict.caution.is_some() => "unsure",
            Outcome::NoFailure => "good",
            Outcome::NotEnoughEvidence | Outcome::Other(_) => "unsure",
        }
    }

    fn outcome_label(&self) -> Html {
        t(match self.report.outcome() {
            Outcome::FailingOperation | Outcome::FailureWithoutOperation => m::LABEL_FAILED,
            Outcome::NoFailure if self.report.verdict.caution.is_some() => m::LABEL_NOTE,
            Outcome::NoFailure => m::LABEL_OK,
            Outcome::NotEnoughEvidence | Outcome::Other(_) => m::LABEL_UNKNOWN,
        })
    }

    fn headline(&self) -> Html {
        text(&view::headline(self.report))
    }

    /// Who, what, when and how it ended.
    fn first_line(&self) -> Vec<Html> {
        let [english, chinese] = Lang::ALL.map(|lang| view::first_line(self.report, lang));
        english.into_iter().zip(chinese).map(|(en, zh)| text(&Text::new(en, zh))).collect()
    }

    /// A time of day on the machine's clock.
    fn local(&self, value: &Time) -> Html {
        let (date, clock, zone) = view::local(self.report, *value, 0);
        Html(format!("<span class=\"local\" title=\"{date} {clock} {zone}\">{clock}</span>"))
    }

    /// The level of confidence in words.
    fn sure(&self, level: &ConfidenceLevel) -> Html {
        let level = view::confidence_name(level);
        each(|lang| markup::escape(&m::CONFIDENT.fill(lang, &[level.get(lang)])))
    }

    /// The summary, where neither the headline nor the operation says it.
    fn summary(&self) -> Option<Html> {
        let said = self.verdict.failing_operation.is_some() || view::headline_says(self.report, Lang::En);
        (!said).then(|| text(&view::summary(self.report)))
    }

    /// Whether a row of the evidence is far from the failure: it shows on demand, and is not printed.
    fn is_far(&self, row: &usize) -> bool {
        self.middle.abs_diff(*row) > NEAR_ROWS
    }

    fn row_count(&self) -> String {
        thousands(self.report.evidence.len() as u64)
    }

    fn show_all(&self) -> Html {
        let count = self.row_count();
        each(|lang| m::SHOW_ALL.fill(lang, &[&count]))
    }

    /// The class of a row of a long table that shows on demand.
    fn folded(&self, row: &usize) -> &'static str {
        if *row < FIRST_ROWS { "" } else { " more" }
    }

    /// The button behind a long table that shows all its rows.
    fn unfold(&self, rows: usize) -> Html {
        if rows <= FIRST_ROWS {
            return Html::default();
        }
        let count = thousands(rows as u64);
        let words = each(|lang| m::SHOW_ALL.fill(lang, &[&count]));
        Html(format!("<p class=\"scripted\"><button type=\"button\" class=\"unfold\">{words}</button></p>"))
    }

    /// A path, shortened in the middle; whole when it is opened.
    fn path(&self, path: &str) -> Html {
        markup::path(path)
    }

    /// The page's title in its first language.
    fn title(&self) -> String {
        let headline = view::headline(self.report);
        let headline = crate::visible::visible(headline.get(self.lang)).into_owned();
        format!("{} · bootrace", crate::visible::shorten_end(&headline, 120))
    }

    /// What a remedy says beyond its title, with which its text often begins.
    fn more(&self, remedy: &Remedy) -> Option<Html> {
        let beyond = |lang| {
            let (title, text) = (remedy.title.get(lang), remedy.text.get(lang));
            let rest = text.strip_prefix(title).unwrap_or(text);
            rest.trim_start_matches(['.', '。', ';', '；', ',', '，', ' ']).to_owned()
        };
        let more = Text::new(beyond(Lang::En), beyond(Lang::Zh));
        (!more.is_empty()).then(|| text(&more))
    }

    /// The verdict's facts: label, value, and whether it is code.
    fn facts(&self) -> Vec<(Html, Html, bool)> {
        let [english, chinese] = Lang::ALL.map(|lang| view::facts(self.report, lang));
        let both = english.into_iter().zip(chinese);
        both.filter(|((label, ..), _)| *label != m::FACT_CONFIDENCE)
            .map(|((label, en, code), (_, zh, _))| (t(label), text(&Text::new(en, zh)), code))
            .collect()
    }

    fn ticket(&self) -> Html {
        let options = |lang| TextOptions { lang, ..TextOptions::default() };
        let pre = |lang: Lang, class: &str| {
            let text = markup::escape(&render_text(self.report, &options(lang)));
            format!("<pre class=\"{class} ticket\" lang=\"{}\" tabindex=\"0\">{text}</pre>", lang.tag())
        };
        Html(pre(Lang::En, "en") + &pre(Lang::Zh, "zh"))
    }

    fn read_items(&self) -> Html {
        each(|lang| markup::escape(&view::read_items(self.report, lang).join(" · ")))
    }

    fn at(&self, value: &Time) -> Html {
        time(*value, self.origin)
    }

    fn duration(&self, span: &Span) -> String {
        format!("+{}s", view::seconds(i64::try_from(span.ticks()).unwrap_or(i64::MAX), 3))
    }

    /// Where a fact stands, as a link where the evidence table has it.
    fn place(&self, evidence: &Evidence) -> Html {
        let place = data(view::place(evidence));
        match self.row_of(evidence) {
            Some(id) => Html(format!("<a href=\"#{id}\">{place}</a>")),
            None => place,
        }
    }

    fn row_of(&self, evidence: &Evidence) -> Option<String> {
        row_id(self.report, &evidence.source, evidence.index, evidence.line)
            .filter(|id| self.rows.contains(id))
    }

    /// A fact as a sentence and its place, which is not said twice.
    fn fact(&self, evidence: &Evidence) -> Html {
        let trust = evidence.trust.as_ref().map(|trust| markup::trust(trust).0 + " ").unwrap_or_default();
        let place = self.place(evidence).0;
        let bare = markup::escape(&crate::visible::visible(&view::place(evidence)));
        let sentence = each(|lang| {
            let sentence = text(&Text::plain(evidence.text.get(lang))).0;
            match (sentence.is_empty(), bare.is_empty()) {
                (true, _) => place.clone(),
                (_, true) => sentence,
                _ if sentence.contains(&bare) => sentence.replacen(&bare, &place, 1),
                _ => format!("{sentence} {place}"),
            }
        });
        Html(format!("{trust}{sentence}"))
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

    fn failing_row(&self) -> Option<String> {
        let operation = self.verdict.failing_operation.as_ref()?;
        row_id(self.report, &operation.source, operation.index, None).filter(|id| self.rows.contains(id))
    }

    fn row_id(&self, row: &EvidenceRow) -> String {
        row_id(self.report, &row.source, row.index, row.line).unwrap_or_default()
    }

    fn row_class(&self, row: &EvidenceRow) -> String {
        let relation = row.relation.as_ref().map(|relation| class(relation.as_str())).unwrap_or_default();
        let error = match crate::charts::lanes::is_error(&row.status) {
            true if row.benign.is_empty() => " error",
            true => " ordinary",
            false => "",
        };
        format!("is-{relation}{error}")
    }

    /// Where a row stands. Where all are of one file, its name is there for those who do not see the heading, and for
    /// copies.
    fn row_place(&self, row: &EvidenceRow) -> Html {
        let place = view::place_of(&row.source, row.index, row.line);
        match place.strip_prefix(&row.source).filter(|_| self.one_source().is_some()) {
            Some(number) => {
                Html(format!("<span class=\"vh\">{}</span> {}", data(&row.source).0, data(number.trim()).0))
            }
            None => data(place),
        }
    }

    /// The file of all rows of the evidence, where it is one.
    fn one_source(&self) -> Option<&'a str> {
        let first = self.report.evidence.first()?.source.as_str();
        self.report.evidence.iter().all(|row| row.source == first).then_some(first)
    }

    /// The log of Process Monitor that the evidence is of, for the command that cuts it out.
    fn procmon_log(&self) -> Option<&'a str> {
        let is_pml = |source: &str| self.report.inputs.iter().any(|i| i.path == source && i.kind == "pml");
        let failing = self.report.verdict.failing_operation.as_ref()?;
        is_pml(&failing.source).then_some(failing.source.as_str())
    }

    /// Process Monitor's filter for the evidence as a link's address, where the page has room for it.
    fn procmon_filter(&self) -> Option<Html> {
        const ROOM: usize = 64 * 1024;
        let filter = crate::procmon_filter::pmc(self.report);
        let address = || Html(format!("data:application/octet-stream;base64,{}", base64(&filter)));
        (filter.len() <= ROOM).then(address)
    }

    /// Seconds since the origin, for the script.
    fn seconds(&self, time: &Option<Time>) -> String {
        let (Some(time), Some(origin)) = (time, self.origin) else { return String::new() };
        view::seconds(time.since(origin), 7).replace(',', "")
    }

    fn relation(&self, relation: &Relation) -> Html {
        let message = match relation {
            Relation::Failing => m::RELATION_FAILING,
            Relation::SamePath => m::RELATION_SAME_PATH,
            Relation::SameHandle => m::RELATION_SAME_HANDLE,
            Relation::SameThread => m::RELATION_SAME_THREAD,
            Relation::Log => m::RELATION_LOG,
            Relation::Nearby => m::RELATION_NEARBY,
            Relation::Other(other) => return data(other),
        };
        t(message)
    }

    fn difference(&self, difference: &Difference) -> Html {
        let message = match difference {
            Difference::OnlyInBad => m::DIFFERENCE_ONLY_BAD,
            Difference::OnlyInGood => m::DIFFERENCE_ONLY_GOOD,
            Difference::DifferentResult => m::DIFFERENCE_RESULT,
            Difference::Slower => m::DIFFERENCE_SLOWER,
            Difference::Other(other) => return data(other),
        };
        t(message)
    }

    /// The operation that differs, or what else does.
    fn compared(&self, row: &CompareRow) -> Html {
        match row.operation.as_str() {
            "phase" => t(m::COMPARED_PHASE),
            "service" => t(m::COMPARED_SERVICE),
            "pause" => t(m::COMPARED_PAUSE),
            operation => data(operation),
        }
    }

    fn severity(&self, severity: &Severity) -> Html {
        let name = text(&view::severity_name(severity));
        Html(format!("<span class=\"tag severity-{}\">{name}</span>", class(severity.as_str())))
    }

    fn phase(&self, phase: &Phase) -> Html {
        text(&view::phase_name(phase))
    }

    fn state(&self, word: &str) -> Html {
        text(&view::state_name(word))
    }

    fn score(&self, score: &f64) -> String {
        format!("{score:+.2}")
    }

    fn number(&self, number: &u64) -> String {
        thousands(*number)
    }

    /// The drawing in each language.
    fn timeline(&self) -> Html {
        self.drawing("timeline", |lang| {
            timeline::draw(self.report, lang, Some(PAGE_HEIGHT))
                .map(|chart| chart.element(&svg_id("timeline", lang), 100))
        })
    }

    fn graph(&self) -> Html {
        self.drawing("graph", |lang| {
            graph::draw(self.report, lang).map(|chart| chart.element(&svg_id("graph", lang), GRAPH_PERCENT))
        })
    }

    fn results(&self) -> Html {
        self.drawing("results", |lang| {
            results::draw(self.report, lang).map(|chart| chart.element(&svg_id("results", lang), 100))
        })
    }

    fn drawing(&self, class: &str, draw: impl Fn(Lang) -> Option<String>) -> Html {
        let figure = |lang: Lang, side: &str| {
            let svg = draw(lang)?;
            let tag = lang.tag();
            Some(format!(
                "<div class=\"drawing {class}-drawing {side}\" lang=\"{tag}\" tabindex=\"0\" role=\"group\" aria-labelledby=\"{}-title\">{svg}</div>",
                svg_id(class, lang)
            ))
        };
        Html(figure(Lang::En, "en").into_iter().chain(figure(Lang::Zh, "zh")).collect())
    }

    fn edge_name(&self, edge: &GraphEdge) -> Html {
        text(&view::edge_name(&edge.kind))
    }

    /// The edges of the graph as words: from, verb, to.
    fn edges(&self) -> Vec<(Text, &'a GraphEdge, Text)> {
        let Some(graph) = &self.report.graph else { return Vec::new() };
        let words = |edge: &'a GraphEdge| {
            let (from, to) = graph::edge_words(graph, edge);
            (from, edge, to)
        };
        graph.edges.iter().map(words).collect()
    }

    fn utc_offset(&self, minutes: &i32) -> String {
        view::zone(*minutes)
    }

    fn indent(&self, branch: &Branch<'_>) -> String {
        format!("depth-{}", branch.depth)
    }
}

/// Pixels of the timeline's drawing that fit below the verdict on a screen of 768.
const PAGE_HEIGHT: i32 = 330;

/// Rows of a long table that show at first.
const FIRST_ROWS: usize = 10;

/// Rows of the evidence that show before and behind the failure at first.
const NEAR_ROWS: usize = 5;

/// Number of the row of the failing operation; else of the first log line that the chain or the verdict refers to.
fn middle(report: &Report) -> usize {
    let rows = || report.evidence.iter();
    let failing = rows().position(|row| row.relation == Some(Relation::Failing));
    let chain = report.chain.iter().rev().filter_map(|link| link.evidence.as_ref());
    let reasons = report.verdict.confidence.iter().flat_map(|confidence| &confidence.reasons);
    let of = |evidence: &Evidence| {
        rows()
            .position(|row| row.source == evidence.source && row.line.is_some() && row.line == evidence.line)
    };
    failing.or_else(|| chain.chain(reasons).find_map(of)).unwrap_or(0)
}

fn svg_id(name: &str, lang: Lang) -> String {
    format!("svg-{name}-{}", if lang == Lang::Zh { "zh" } else { "en" })
}

/// The name of a row of the evidence table: `e` for events and `l` for log lines, the number of the input, the index or
/// line. A link to `#e0-918273` stays good in a new report of the same inputs.
fn row_id(report: &Report, source: &str, index: Option<u64>, line: Option<u64>) -> Option<String> {
    let input = report.inputs.iter().position(|input| input.path == source);
    let input = input.map_or_else(|| "x".to_owned(), |number| number.to_string());
    match (line, index) {
        (Some(line), _) => Some(format!("l{input}-{line}")),
        (None, Some(index)) => Some(format!("e{input}-{index}")),
        (None, None) => None,
    }
}

/// The hash by which the page's policy allows its script and its style, and nothing else.
fn content_hash(content: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(content.as_bytes())))
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().chain(&[0, 0]).take(3).fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        for place in 0..4 {
            let digit =
                ALPHABET.get((word >> (18 - 6 * place) & 63) as usize).copied().map_or('=', char::from);
            text.push(if place > chunk.len() { '=' } else { digit });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_pads() {
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

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
