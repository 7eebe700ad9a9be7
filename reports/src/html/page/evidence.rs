//! The rows of the evidence and of other long tables, and the links to them.

use super::Page;
use super::hash::base64;
use crate::html::markup::{self, Html, class, data, each, t, text};
use crate::lang::Lang;
use crate::messages as m;
use crate::model::{Evidence, EvidenceRow, Relation, Report, Text};
use crate::view;
use ::timeline::thousands;

/// Rows of a long table that show at first.
const FIRST_ROWS: usize = 10;

/// Rows of the evidence that show before and after the failure at first.
const NEAR_ROWS: usize = 5;

impl<'a> Page<'a> {
    /// Whether a row of the evidence is far from the failure: it shows on demand, and is not printed.
    pub(super) fn is_far(&self, row: &usize) -> bool {
        self.middle.abs_diff(*row) > NEAR_ROWS
    }

    pub(super) fn row_count(&self) -> String {
        thousands(self.report.evidence.len() as u64)
    }

    pub(super) fn show_all(&self) -> Html {
        let count = self.row_count();
        each(|lang| m::SHOW_ALL.fill(lang, &[&count]))
    }

    /// The class of a row of a long table that shows on demand.
    pub(super) fn folded(&self, row: &usize) -> &'static str {
        if *row < FIRST_ROWS { "" } else { " more" }
    }

    /// The button behind a long table that shows all its rows.
    pub(super) fn unfold(&self, rows: usize) -> Html {
        if rows <= FIRST_ROWS {
            return Html::default();
        }
        let count = thousands(rows as u64);
        let words = each(|lang| m::SHOW_ALL.fill(lang, &[&count]));
        Html(format!("<p class=\"scripted\"><button type=\"button\" class=\"unfold\">{words}</button></p>"))
    }

    /// A path, shortened in the middle; whole when it is opened.
    pub(super) fn path(&self, path: &str) -> Html {
        markup::path(path)
    }

    /// Where a fact is recorded, as a link if the evidence table has it.
    pub(super) fn place(&self, evidence: &Evidence) -> Html {
        let place = data(view::place(evidence));
        match self.row_of(evidence) {
            Some(id) => Html(format!("<a href=\"#{id}\">{place}</a>")),
            None => place,
        }
    }

    pub(super) fn row_of(&self, evidence: &Evidence) -> Option<String> {
        row_id(self.report, &evidence.source, evidence.index, evidence.line)
            .filter(|id| self.rows.contains(id))
    }

    /// A fact as a sentence and its place, which is not said twice.
    pub(super) fn fact(&self, evidence: &Evidence) -> Html {
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

    /// A reason with its place before it: a long one is cut at its end.
    pub(super) fn reason(&self, evidence: &Evidence) -> Html {
        let bare = view::place(evidence);
        if bare.is_empty() || Lang::ALL.iter().any(|lang| evidence.text.get(*lang).contains(&bare)) {
            return self.fact(evidence);
        }
        let trust = evidence.trust.as_ref().map(|trust| markup::trust(trust).0 + " ").unwrap_or_default();
        Html(format!("{trust}{} {}", self.place(evidence), text(&evidence.text)))
    }

    pub(super) fn failing_row(&self) -> Option<String> {
        let operation = self.verdict.failing_operation.as_ref()?;
        row_id(self.report, &operation.source, operation.index, None).filter(|id| self.rows.contains(id))
    }

    pub(super) fn row_id(&self, row: &EvidenceRow) -> String {
        row_id(self.report, &row.source, row.index, row.line).unwrap_or_default()
    }

    pub(super) fn row_class(&self, row: &EvidenceRow) -> String {
        let relation = row.relation.as_ref().map(|relation| class(relation.as_str())).unwrap_or_default();
        let error = match crate::charts::lanes::is_error(&row.status) {
            true if row.benign.is_empty() => " error",
            true => " ordinary",
            false => "",
        };
        format!("is-{relation}{error}")
    }

    /// Where a row is recorded. If all rows are events of one file, its name is there for those who do not see the
    /// heading, and for copies.
    pub(super) fn row_place(&self, row: &EvidenceRow) -> Html {
        let place = view::place_of(&row.source, row.index, row.line);
        let is_event_of_one = row.line.is_none() && self.one_source().is_some();
        match place.strip_prefix(&row.source).filter(|_| is_event_of_one) {
            Some(number) => {
                Html(format!("<span class=\"vh\">{}</span> {}", data(&row.source).0, data(number.trim()).0))
            }
            None => data(place),
        }
    }

    /// The file of all rows of the evidence, if it is one.
    pub(super) fn one_source(&self) -> Option<&'a str> {
        let first = self.report.evidence.first()?.source.as_str();
        self.report.evidence.iter().all(|row| row.source == first).then_some(first)
    }

    /// Process Monitor's log that the evidence is from, for the command that cuts it out.
    pub(super) fn procmon_log(&self) -> Option<&'a str> {
        let is_pml = |source: &str| self.report.inputs.iter().any(|i| i.path == source && i.kind == "pml");
        let failing = self.report.verdict.failing_operation.as_ref()?;
        is_pml(&failing.source).then_some(failing.source.as_str())
    }

    /// Process Monitor's filter for the evidence as a link's address, if the page has room for it.
    pub(super) fn procmon_filter(&self) -> Option<Html> {
        const ROOM: usize = 64 * 1024;
        let filter = crate::procmon_filter::pmc(self.report);
        let address = || Html(format!("data:application/octet-stream;base64,{}", base64(&filter)));
        (filter.len() <= ROOM).then(address)
    }

    pub(super) fn relation(&self, relation: &Relation) -> Html {
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
}

/// Number of the row of the failing operation, otherwise of the first log line that the chain or the verdict refers
/// to.
pub(super) fn middle(report: &Report) -> usize {
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

/// The name of a row of the evidence table: `e` for events and `l` for log lines, the number of the input, the index or
/// line. A link to `#e0-918273` stays good in a new report of the same inputs.
pub(super) fn row_id(report: &Report, source: &str, index: Option<u64>, line: Option<u64>) -> Option<String> {
    let input = report.inputs.iter().position(|input| input.path == source);
    let input = input.map_or_else(|| "x".to_owned(), |number| number.to_string());
    match (line, index) {
        (Some(line), _) => Some(format!("l{input}-{line}")),
        (None, Some(index)) => Some(format!("e{input}-{index}")),
        (None, None) => None,
    }
}
