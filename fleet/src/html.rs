//! fleet.html: one page that works offline and without script, in the style of the report's page.

use askama::Template;
use reports::{
    Lang,
    html::{CSS, Html, SCRIPT, content_hash, data, each, escape, text},
    model::Text,
};

use crate::{
    FleetError, Group, Overview, Tally, trend,
    words::{self as w, Message},
};

/// What the page adds to the style of the report's.
const OWN_CSS: &str = include_str!("../templates/fleet.css");
/// Groups that are shown in full. All others stand in the table.
const MAX_GROUPS: usize = 60;
/// Rows of a list.
const MAX_ROWS: usize = 200;
/// Names in a line.
const MAX_NAMES: usize = 8;

#[derive(Template)]
#[template(path = "fleet.html")]
struct Page<'a> {
    fleet: &'a Overview,
    lang: Lang,
    css: Html,
    script: Html,
    css_hash: String,
    script_hash: String,
    version: &'static str,
    /// Days or months of the trend.
    bins: Vec<String>,
}

/// The fleet as a page of at most 3 MB. Both languages are in it; `lang` is the one shown first.
///
/// # Errors
/// A template that cannot be filled.
pub fn render(fleet: &Overview, lang: Lang) -> Result<String, FleetError> {
    let css = format!("{CSS}\n{OWN_CSS}");
    let page = Page {
        fleet,
        lang,
        css_hash: content_hash(&css),
        css: Html(css),
        script: Html(SCRIPT.to_owned()),
        script_hash: content_hash(SCRIPT),
        version: env!("CARGO_PKG_VERSION"),
        bins: trend::bins(&fleet.days),
    };
    Ok(page.render()?)
}

/// A bar of a trend: its place, its height and what it means.
struct Bar {
    x: usize,
    y: usize,
    height: usize,
    label: Text,
}

/// Height of a trend in pixels.
const HEIGHT: usize = 40;

impl Page<'_> {
    fn t(&self, message: Message) -> Html {
        text(&message.text())
    }

    fn fill(&self, message: Message, values: &[&str]) -> Html {
        text(&message.fill(values))
    }

    fn headline(&self) -> Html {
        let fleet = self.fleet;
        self.fill(
            w::HEADLINE,
            &[&fleet.cases.to_string(), &fleet.machines.to_string(), &fleet.groups.len().to_string()],
        )
    }

    fn outcomes(&self) -> Vec<(Html, usize)> {
        self.fleet.outcomes.iter().map(|tally| (text(&w::outcome(&tally.name)), tally.cases)).collect()
    }

    fn shown(&self) -> &[Group] {
        self.fleet.groups.get(..MAX_GROUPS).unwrap_or(&self.fleet.groups)
    }

    /// The first of many.
    fn first<'l, T>(&self, list: &'l [T]) -> &'l [T] {
        list.get(..MAX_ROWS).unwrap_or(list)
    }

    fn more<T>(&self, list: &[T]) -> Option<Html> {
        let more = list.len().checked_sub(MAX_ROWS).filter(|more| *more > 0)?;
        Some(self.fill(w::AND_MORE, &[&more.to_string()]))
    }

    /// `17763.6189 × 12, 17763.6252 × 3`
    fn tallies(&self, tallies: &[Tally]) -> Html {
        let more = tallies.len().saturating_sub(MAX_NAMES);
        each(|lang| {
            let unknown = w::UNKNOWN.text();
            let name = |name: &str| match name {
                "" => escape(unknown.get(lang)),
                name => data(name).0,
            };
            let shown = tallies.iter().take(MAX_NAMES);
            let mut parts: Vec<_> =
                shown.map(|t| format!("{}\u{A0}×\u{A0}{}", name(&t.name), t.cases)).collect();
            if more > 0 {
                parts.push(escape(w::AND_MORE.fill(&[&more.to_string()]).get(lang)));
            }
            parts.join(", ")
        })
    }

    fn path(&self, path: &str) -> Html {
        data(path)
    }

    fn prose(&self, prose: &Text) -> Html {
        text(prose)
    }

    fn kind(&self, shared: &crate::Shared) -> Html {
        text(&w::kind(shared.kind).text())
    }

    /// `37 of 40 (93 %)`
    fn share(&self, counts: &(usize, usize)) -> String {
        let (some, all) = *counts;
        format!("{some} / {all} ({:.0} %)", some as f64 * 100.0 / all.max(1) as f64)
    }

    fn rate(&self, shared: &crate::Shared) -> String {
        format!("{:.1e}", shared.rate)
    }

    fn bars(&self, days: &[Tally]) -> Vec<Bar> {
        let counts: Vec<usize> = self.bins.iter().map(|bin| trend::count(days, bin)).collect();
        let most = counts.iter().copied().max().unwrap_or(0).max(1);
        let bar = |(place, (bin, cases)): (usize, (&String, &usize))| {
            let height = (cases * HEIGHT).div_ceil(most);
            let label = w::TREND_OF.fill(&[bin, &cases.to_string()]);
            Bar { x: place * 8, y: HEIGHT - height, height, label }
        };
        self.bins.iter().zip(&counts).enumerate().map(bar).collect()
    }

    /// A title is text alone, so it is in the language that is shown first.
    fn label<'b>(&self, bar: &'b Bar) -> &'b str {
        match self.lang {
            Lang::En => &bar.label.en,
            Lang::Zh => &bar.label.zh,
        }
    }

    fn width(&self, bars: &[Bar]) -> usize {
        (bars.len() * 8).max(8)
    }

    fn span(&self) -> String {
        match self.bins.as_slice() {
            [] => String::new(),
            [one] => one.clone(),
            [first, .., last] => format!("{first} – {last}"),
        }
    }
}
