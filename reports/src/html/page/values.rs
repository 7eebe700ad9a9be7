//! Times, numbers and names as the page shows them.

use super::Page;
use crate::html::markup::{Html, class, data, t, text, time};
use crate::html::tree::Branch;
use crate::messages as m;
use crate::model::{CompareRow, Difference, Phase, Severity, Span, Time};
use crate::view;
use ::timeline::thousands;

impl Page<'_> {
    /// A time of day on the machine's clock; nothing where the time itself is one.
    pub(super) fn local(&self, value: &Time) -> Html {
        if !value.is_dated() {
            return Html::default();
        }
        let (date, clock, zone) = view::local(self.report, *value, 0);
        Html(format!("<span class=\"local\" title=\"{date} {clock} {zone}\">{clock}</span>"))
    }

    pub(super) fn at(&self, value: &Time) -> Html {
        time(*value, self.origin)
    }

    /// Date and time, or the time of day that alone is known.
    pub(super) fn whole(&self, value: &Time) -> String {
        if value.is_dated() { value.to_string() } else { view::local(self.report, *value, 7).1 }
    }

    pub(super) fn duration(&self, span: &Span) -> String {
        format!("+{}s", view::seconds(i64::try_from(span.ticks()).unwrap_or(i64::MAX), 3))
    }

    /// Seconds since the origin, for the script.
    pub(super) fn seconds(&self, time: &Option<Time>) -> String {
        let (Some(time), Some(origin)) = (time, self.origin) else { return String::new() };
        view::seconds(time.since(origin), 7).replace(',', "")
    }

    pub(super) fn difference(&self, difference: &Difference) -> Html {
        let message = match difference {
            Difference::OnlyInBad => m::DIFFERENCE_ONLY_BAD,
            Difference::OnlyInGood => m::DIFFERENCE_ONLY_GOOD,
            Difference::DifferentResult => m::DIFFERENCE_RESULT,
            Difference::Slower => m::DIFFERENCE_SLOWER,
            Difference::DifferentData => m::DIFFERENCE_DATA,
            Difference::Other(other) => return data(other),
        };
        t(message)
    }

    /// The operation that differs, or what else does.
    pub(super) fn compared(&self, row: &CompareRow) -> Html {
        match row.operation.as_str() {
            "phase" => t(m::COMPARED_PHASE),
            "service" => t(m::COMPARED_SERVICE),
            "pause" => t(m::COMPARED_PAUSE),
            operation => data(operation),
        }
    }

    pub(super) fn severity(&self, severity: &Severity) -> Html {
        let name = text(&view::severity_name(severity));
        Html(format!("<span class=\"tag severity-{}\">{name}</span>", class(severity.as_str())))
    }

    pub(super) fn phase(&self, phase: &Phase) -> Html {
        text(&view::phase_name(phase))
    }

    pub(super) fn state(&self, word: &str) -> Html {
        text(&view::state_name(word))
    }

    pub(super) fn score(&self, score: &f64) -> String {
        format!("{score:+.2}")
    }

    pub(super) fn number(&self, number: &u64) -> String {
        thousands(*number)
    }

    pub(super) fn utc_offset(&self, minutes: &i32) -> String {
        view::zone(*minutes)
    }

    pub(super) fn indent(&self, branch: &Branch<'_>) -> String {
        format!("depth-{}", branch.depth)
    }
}
