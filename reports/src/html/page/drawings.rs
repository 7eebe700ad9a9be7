//! The drawings of the page, in each language.

use super::Page;
use crate::charts::{graph, results, timeline};
use crate::html::markup::{Html, text};
use crate::lang::Lang;
use crate::model::{GraphEdge, Text};
use crate::view;

/// The size of a graph that is wider than the page: its smallest letters can be read still.
const GRAPH_PERCENT: i32 = 85;

/// The timeline on a screen of 1366 × 768, below the verdict.
const WIDE: timeline::Room = timeline::Room { width: 1480, height: 330 };

/// The timeline on a screen of 800 pixels, or on paper: its letters are not made smaller.
const NARROW: timeline::Room = timeline::Room { width: 780, height: 460 };

impl<'a> Page<'a> {
    pub(super) fn has_drawing(&self) -> bool {
        timeline::can_draw(self.report)
    }

    pub(super) fn has_failure_time(&self) -> bool {
        self.verdict.failing_operation.as_ref().is_some_and(|operation| operation.time.is_some())
    }

    /// The timeline for a wide screen and for a narrow one, in each language.
    pub(super) fn timeline(&self) -> Html {
        let draw = |room, class| {
            self.drawing("timeline", class, |lang, id| {
                timeline::draw(self.report, lang, room).map(|chart| chart.element(id, 100))
            })
        };
        Html(draw(WIDE, "wide-screen").0 + &draw(NARROW, "narrow-screen").0)
    }

    pub(super) fn graph(&self) -> Html {
        self.drawing("graph", "", |lang, id| {
            graph::draw(self.report, lang).map(|chart| chart.element(id, GRAPH_PERCENT))
        })
    }

    pub(super) fn results(&self) -> Html {
        self.drawing("results", "", |lang, id| {
            results::draw(self.report, lang).map(|chart| chart.element(id, 100))
        })
    }

    /// A drawing in each language; `screen` is the class of the screens that it is for, where there are several.
    fn drawing(&self, name: &str, screen: &str, draw: impl Fn(Lang, &str) -> Option<String>) -> Html {
        let figure = |lang: Lang, side: &str| {
            let id = ["svg", name, screen, side].into_iter().filter(|part| !part.is_empty());
            let id = id.collect::<Vec<_>>().join("-");
            let svg = draw(lang, &id)?;
            let tag = lang.tag();
            Some(format!(
                "<div class=\"drawing {name}-drawing {screen} {side}\" lang=\"{tag}\" tabindex=\"0\" role=\"group\" aria-labelledby=\"{id}-title\">{svg}</div>"
            ))
        };
        Html(figure(Lang::En, "en").into_iter().chain(figure(Lang::Zh, "zh")).collect())
    }

    pub(super) fn edge_name(&self, edge: &GraphEdge) -> Html {
        text(&view::edge_name(&edge.kind))
    }

    /// The edges of the graph as words: from, verb, to.
    pub(super) fn edges(&self) -> Vec<(Text, &'a GraphEdge, Text)> {
        let Some(graph) = &self.report.graph else { return Vec::new() };
        let words = |edge: &'a GraphEdge| {
            let (from, to) = graph::edge_words(graph, edge);
            (from, edge, to)
        };
        graph.edges.iter().map(words).collect()
    }
}
