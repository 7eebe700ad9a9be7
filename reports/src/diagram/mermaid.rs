//! Mermaid, the diagrams of Markdown pages and wikis.

use std::fmt::Write as _;

use super::{Dashes, dashes, lines, parts};
use crate::lang::Lang;
use crate::model::{NodeKind, Report};
use crate::view;
use crate::visible::visible;

/// The graph as a Mermaid flowchart. It has no nodes if the report has none.
#[must_use]
pub fn render(report: &Report, lang: Lang) -> String {
    let (nodes, edges) = parts(report);
    // A comment ends with its line, and visible text has no other; `%%{` would be a directive.
    let summary = visible(view::summary(report).get(lang)).into_owned();
    let mut out = format!("flowchart LR\n%% {summary}\n");
    for (number, node) in nodes.iter().enumerate() {
        let lines: Vec<_> = lines(report, node, lang).iter().map(|line| escaped(line)).collect();
        let (open, close) = shape(node.kind.as_ref());
        // Writing to a String cannot fail.
        let _ = writeln!(out, "  n{number}{open}\"{}\"{close}", lines.join("<br/>"));
    }
    let mut links = [const { Vec::new() }; 2];
    for (number, (edge, from, to)) in edges.into_iter().enumerate() {
        let _ = writeln!(
            out,
            "  n{from} -->|\"{}\"| n{to}",
            escaped(&visible(view::edge_name(&edge.kind).get(lang)))
        );
        match dashes(edge.trust.as_ref()) {
            Dashes::None => {}
            Dashes::Long => links[0].push(number.to_string()),
            Dashes::Short => links[1].push(number.to_string()),
        }
    }
    for (links, dashes) in links.iter().zip(["9 4", "3 3"]) {
        if !links.is_empty() {
            let _ = writeln!(out, "  linkStyle {} stroke-dasharray:{dashes}", links.join(","));
        }
    }
    let failing: Vec<_> = nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| node.failing)
        .map(|(number, _)| format!("n{number}"))
        .collect();
    if !failing.is_empty() {
        out.push_str("  classDef failing stroke:#B42318,stroke-width:3px\n");
        let _ = writeln!(out, "  class {} failing", failing.join(","));
    }
    out
}

fn shape(kind: Option<&NodeKind>) -> (&'static str, &'static str) {
    match kind {
        Some(NodeKind::Object) => ("[(", ")]"),
        Some(NodeKind::Process) => ("[[", "]]"),
        Some(NodeKind::Service) => ("([", "])"),
        Some(NodeKind::LogLine) => ("[/", "/]"),
        Some(NodeKind::Phase) => ("{{", "}}"),
        Some(NodeKind::Operation | NodeKind::Other(_)) | None => ("[", "]"),
    }
}

/// Labels are Markdown and HTML to Mermaid, and `\n` in a path would break a line: what could mean something is written
/// as the number of its character.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() && !matches!(c, '.' | ',' | ':' | '(' | ')' | '-' | '/' | '@' | '+') {
            let _ = write!(escaped, "#{};", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped
}
