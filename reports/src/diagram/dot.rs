//! DOT, the language of Graphviz.

use std::fmt::Write as _;

use super::{Dashes, dashes, lines, parts, reason};
use crate::lang::Lang;
use crate::model::{NodeKind, Report};
use crate::view;
use crate::visible::{shorten_path, visible};

/// Columns of what the pointer shows.
const TOOLTIP: usize = 400;

/// The graph as a DOT file. It has no nodes if the report has none.
#[must_use]
pub fn render(report: &Report, lang: Lang) -> String {
    let (nodes, edges) = parts(report);
    let mut out = String::from("digraph bootrace {\n");
    // Writing to a String cannot fail.
    let _ = writeln!(out, "  label={};", quoted(&visible(view::summary(report).get(lang))));
    out.push_str("  rankdir=LR;\n  labelloc=t;\n  fontname=\"sans-serif\";\n");
    out.push_str(
        "  node [shape=box, style=filled, fillcolor=white, fontname=\"sans-serif\", fontsize=11];\n",
    );
    out.push_str("  edge [fontname=\"sans-serif\", fontsize=10];\n");
    for (number, node) in nodes.iter().enumerate() {
        let label =
            lines(report, node, lang).iter().map(|line| escaped(line)).collect::<Vec<_>>().join("\\n");
        let (shape, fill) = shape(node.kind.as_ref());
        let failing = if node.failing { ", color=\"#B42318\", penwidth=3" } else { "" };
        let tooltip = [node.label.get(lang), node.detail.as_str()].join(" ");
        let tooltip = quoted(&shorten_path(visible(&tooltip).trim(), TOOLTIP));
        let _ = writeln!(
            out,
            "  n{number} [label=\"{label}\", shape={shape}, fillcolor=\"{fill}\"{failing}, tooltip={tooltip}];"
        );
    }
    for (edge, from, to) in edges {
        let style = match dashes(edge.trust.as_ref()) {
            Dashes::None => "solid",
            Dashes::Long => "dashed",
            Dashes::Short => "dotted",
        };
        let (label, tooltip) =
            (quoted(&visible(view::edge_name(&edge.kind).get(lang))), quoted(&reason(edge, lang)));
        let _ = writeln!(
            out,
            "  n{from} -> n{to} [label={label}, style={style}, tooltip={tooltip}, edgetooltip={tooltip}];"
        );
    }
    out.push_str("}\n");
    out
}

fn shape(kind: Option<&NodeKind>) -> (&'static str, &'static str) {
    match kind {
        Some(NodeKind::Operation) => ("box", "#FFFFFF"),
        Some(NodeKind::Object) => ("note", "#F6F8FA"),
        Some(NodeKind::Process) => ("component", "#DDF4FF"),
        Some(NodeKind::Service) => ("cds", "#DDF4FF"),
        Some(NodeKind::LogLine) => ("tab", "#FFF8C5"),
        Some(NodeKind::Phase) => ("octagon", "#FFEBE9"),
        Some(NodeKind::Other(_)) | None => ("box", "#FFFFFF"),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Inside quotes DOT gives a meaning to `"` and to `\` before a letter. `\G` and `\N` would be names.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
