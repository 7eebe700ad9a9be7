//! The graph of a report as text that other programs draw: DOT and Mermaid. It is the whole graph, even if the page
//! draws a part.

mod dot;
mod mermaid;

use crate::lang::Lang;
use crate::model::{Graph, GraphEdge, GraphNode, Report, Trust};
use crate::{view, visible};

pub use dot::render as dot;
pub use mermaid::render as mermaid;

/// Columns of a line in a box.
const WIDTH: usize = 56;

/// The graph of a report and its edges as positions of nodes; an edge to a node that is not there is left out.
fn parts(report: &Report) -> (&[GraphNode], Vec<(&GraphEdge, usize, usize)>) {
    static NONE: Graph = Graph { near: None, nodes: Vec::new(), edges: Vec::new() };
    let graph = report.graph.as_ref().unwrap_or(&NONE);
    let place: std::collections::HashMap<&str, usize> =
        graph.nodes.iter().enumerate().map(|(place, node)| (node.id.as_str(), place)).collect();
    let ends = |edge: &GraphEdge| Some((*place.get(edge.from.as_str())?, *place.get(edge.to.as_str())?));
    let edges = graph.edges.iter().filter_map(|edge| ends(edge).map(|(from, to)| (edge, from, to)));
    (&graph.nodes, edges.collect())
}

/// The lines of a node's box: its label, its detail, and when and where it is recorded.
fn lines(report: &Report, node: &GraphNode, lang: Lang) -> Vec<String> {
    let label = visible::shorten_path(&visible::visible(node.label.get(lang)), WIDTH).into_owned();
    let detail = visible::shorten_path(&visible::visible(&node.detail), WIDTH).into_owned();
    let time = node.time.map(|time| view::at(time, view::origin(report)));
    let place = node.evidence.as_ref().map(view::place).map(|place| visible::visible(&place).into_owned());
    // The detail of a log line is its place.
    let place = place.filter(|place| *place != detail);
    let record: Vec<String> = time.into_iter().chain(place).filter(|text| !text.is_empty()).collect();
    [label, detail, record.join("  ")].into_iter().filter(|line| !line.is_empty()).collect()
}

/// The evidence of an edge, shown under the pointer.
fn reason(edge: &GraphEdge, lang: Lang) -> String {
    let trust = edge.trust.iter().map(|trust| view::trust_name(trust).get(lang).to_owned());
    let how =
        edge.evidence.iter().map(|evidence| view::sentence(evidence, lang)).filter(|how| !how.is_empty());
    visible::visible(&trust.chain(how).collect::<Vec<_>>().join(" · ")).into_owned()
}

/// Whether an edge is drawn solid, in long dashes or in short ones, as on the page.
fn dashes(trust: Option<&Trust>) -> Dashes {
    match trust {
        Some(Trust::Correlated) => Dashes::Long,
        Some(Trust::Inferred) => Dashes::Short,
        _ => Dashes::None,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dashes {
    None,
    Long,
    Short,
}
