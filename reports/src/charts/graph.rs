//! The drawing of the graph around the failure: causes on the left, consequences on the right.

use super::canvas::{Anchor, Canvas, Font, Ink, Pen, WIDTH};
use super::layers::{Spot, layout};
use super::measure::{self, Cut};
use super::{Chart, Place};
use crate::lang::Lang;
use crate::messages as m;
use crate::model::{Graph, GraphEdge, GraphNode, NodeKind, Report, Text, Trust};
use crate::view;

/// Nodes that are drawn at most.
pub(crate) const MAX_NODES: usize = 40;
const LABEL: u32 = 13;
const SMALL: u32 = 11;
const PADDING: i32 = 10;
const GAP: f64 = 18.0;
const MARGIN: i32 = 4;

/// Draws the graph of a report, if it has one.
pub(crate) fn draw(report: &Report, lang: Lang) -> Option<Chart> {
    let graph = report.graph.as_ref().filter(|graph| !graph.nodes.is_empty())?;
    let (nodes, tries) = causes(graph, report);
    let place = |id: &str| nodes.iter().position(|node| node.id == id);
    let edges: Vec<(&GraphEdge, (usize, usize))> =
        graph.edges.iter().filter_map(|edge| Some((edge, (place(&edge.from)?, place(&edge.to)?)))).collect();
    let edges = one_a_pair(edges);
    // Causes stand on the left, also of edges that lead back to them.
    let turned = |edge: &GraphEdge| timeline::graph::EdgeKind::leads_back(&edge.kind);
    let ends: Vec<_> = edges
        .iter()
        .map(|(edge, (from, to))| if turned(edge) { (*to, *from) } else { (*from, *to) })
        .collect();
    // How many layers there are decides how wide a box may be, and that how high it is.
    let layers = layout(&vec![1.0; nodes.len()], &ends, GAP).layers;
    let gap = gap(&edges, lang);
    let widest = widest(layers, gap);
    let boxes: Vec<Contents> =
        nodes.iter().zip(&tries).map(|(node, tries)| Contents::of(node, *tries, widest, lang)).collect();
    let heights: Vec<f64> = boxes.iter().map(|contents| f64::from(contents.height())).collect();
    let layout = layout(&heights, &ends, GAP);

    let columns = Columns::new(&boxes, &layout.nodes, layout.layers, gap);
    let height = measure::pixel(layout.height.ceil()) + 2 * MARGIN;
    let mut canvas = Canvas::default();
    for ((edge, (from, to)), bends) in edges.iter().zip(&layout.bends) {
        let (Some(start), Some(end)) = (layout.nodes.get(*from), layout.nodes.get(*to)) else { continue };
        let curve = columns.curve(*start, bends, *end);
        canvas.nested(&[("class", "edge")], |canvas| {
            canvas.title(&edge_title(edge, &nodes, (*from, *to), lang));
            canvas.group(&[], |pen| draw_edge(pen, edge, &curve, lang));
        });
    }
    for (number, ((node, contents), spot)) in nodes.iter().zip(&boxes).zip(&layout.nodes).enumerate() {
        let number = number.to_string();
        let class = if node.failing { "node failing" } else { "node" };
        canvas.nested(&[("class", class), ("data-node", &number)], |canvas| {
            canvas.title(&format!("{} {}", node.label.get(lang), node.detail));
            let corner = (columns.left(*spot), Columns::y(*spot) - contents.height() / 2);
            canvas.group(&[], |pen| draw_node(pen, node, contents, corner, columns.box_width(*spot), lang));
        });
    }
    let description = m::GRAPH_DESCRIPTION.fill(lang, &[&nodes.len().to_string(), &edges.len().to_string()]);
    let title = m::GRAPH_TITLE.get(lang).to_owned();
    let width = columns.width();
    Some(Chart { width, height, title, description, attributes: String::new(), svg: canvas.into_svg() })
}

/// Edges that lead from a cause to what it caused.
const CAUSAL: [&str; 3] = ["caused", "conflicts-with", "waits-for"];
/// Nodes that fit into the width of the page with letters that can be read.
const MOST: usize = 12;

/// The nodes of causes and consequences, and how often each was tried. Without any the nodes nearest to the failure.
fn causes<'a>(graph: &'a Graph, report: &Report) -> (Vec<&'a GraphNode>, Vec<usize>) {
    let near = graph.near();
    let chain = |node: &GraphNode| report.chain.iter().any(|link| link.node == node.id);
    let mut kept: Vec<&str> =
        near.iter().filter(|node| node.failing || chain(node)).map(|node| node.id.as_str()).collect();
    let mut at = 0;
    while let Some(id) = kept.get(at).copied() {
        at += 1;
        for edge in graph.edges.iter().filter(|edge| CAUSAL.contains(&edge.kind.as_str())) {
            let other = match (edge.from == id, edge.to == id) {
                (true, _) => edge.to.as_str(),
                (_, true) => edge.from.as_str(),
                _ => continue,
            };
            if kept.len() < MOST && !kept.contains(&other) {
                kept.push(other);
            }
        }
    }
    let mut nodes: Vec<&GraphNode> = near.iter().filter(|node| kept.contains(&node.id.as_str())).collect();
    if nodes.len() < 2 {
        nodes = near.iter().take(MOST).collect();
    }
    let tries = nodes.iter().map(|node| tries(graph, &node.id)).collect();
    (nodes, tries)
}

/// One edge between two nodes: that of the cause, where several lie on one another.
fn one_a_pair(mut edges: Vec<(&GraphEdge, (usize, usize))>) -> Vec<(&GraphEdge, (usize, usize))> {
    let is_causal = |edge: &GraphEdge| CAUSAL.contains(&edge.kind.as_str());
    let pair = |(from, to): (usize, usize)| (from.min(to), from.max(to));
    let causal: Vec<_> =
        edges.iter().filter(|(edge, _)| is_causal(edge)).map(|(_, ends)| pair(*ends)).collect();
    let mut seen = Vec::new();
    edges.retain(|(edge, ends)| {
        let kept = (is_causal(edge) || !causal.contains(&pair(*ends))) && !seen.contains(&pair(*ends));
        seen.extend(kept.then_some(pair(*ends)));
        kept
    });
    edges
}

/// How many attempts the operation of a node stands for.
fn tries(graph: &Graph, id: &str) -> usize {
    let mut attempts = vec![id];
    let mut at = 0;
    while let Some(one) = attempts.get(at).copied() {
        at += 1;
        for edge in graph.edges.iter().filter(|edge| edge.kind == "retries") {
            for (from, to) in [(&edge.from, &edge.to), (&edge.to, &edge.from)] {
                if from == one && !attempts.contains(&to.as_str()) {
                    attempts.push(to);
                }
            }
        }
    }
    attempts.len()
}

/// What an edge says, in words.
pub(crate) fn edge_words(graph: &Graph, edge: &GraphEdge) -> (Text, Text) {
    let label = |id: &str| {
        let node = graph.nodes.iter().find(|node| node.id == id);
        node.map_or_else(|| Text::plain(id), |node| node.label.clone())
    };
    (label(&edge.from), label(&edge.to))
}

pub(crate) fn kind_name(kind: &NodeKind, lang: Lang) -> String {
    let message = match kind {
        NodeKind::Operation => m::NODE_OPERATION,
        NodeKind::Object => m::NODE_OBJECT,
        NodeKind::Process => m::NODE_PROCESS,
        NodeKind::Service => m::NODE_SERVICE,
        NodeKind::LogLine => m::NODE_LOG_LINE,
        NodeKind::Phase => m::NODE_PHASE,
        NodeKind::Other(kind) => return kind.clone(),
    };
    message.get(lang).to_owned()
}

/// What a node is, and how it is known where it was not recorded.
fn kind_words(node: &GraphNode, lang: Lang) -> String {
    let kind = node.kind.iter().map(|kind| kind_name(kind, lang));
    let trust = node.trust.iter().filter(|trust| **trust != Trust::Recorded);
    let words: Vec<_> = kind.chain(trust.map(|trust| view::trust_name(trust).get(lang).to_owned())).collect();
    words.join(" · ")
}

fn edge_title(edge: &GraphEdge, nodes: &[&GraphNode], (from, to): (usize, usize), lang: Lang) -> String {
    let label = |node: usize| nodes.get(node).map_or("", |node| node.label.get(lang));
    let how = edge.evidence.iter().map(|evidence| view::sentence(evidence, lang));
    let trust = edge.trust.iter().map(|trust| view::trust_name(trust).get(lang).to_owned());
    let verb = view::edge_name(&edge.kind);
    let words = format!("{} {} {}", label(from), verb.get(lang), label(to));
    std::iter::once(words).chain(trust).chain(how).collect::<Vec<_>>().join(" · ")
}

/// Pixels between two layers: room for the longest label of an edge.
fn gap(edges: &[(&GraphEdge, (usize, usize))], lang: Lang) -> i32 {
    let labels = edges.iter().map(|(edge, _)| measure::width(&label_of(edge, lang), SMALL, false) + 36);
    labels.max().unwrap_or(0).clamp(56, 128)
}

/// Pixels that a box may take so that all layers fit side by side, or that it needs to say something.
fn widest(layers: usize, gap: i32) -> i32 {
    let count = i32::try_from(layers).unwrap_or(1).max(1);
    ((WIDTH - 2 * MARGIN - gap * (count - 1)) / count).clamp(176, 270)
}

/// The texts of a box.
struct Contents {
    label: Vec<String>,
    detail: String,
    width: i32,
}

impl Contents {
    fn of(node: &GraphNode, tries: usize, widest: i32, lang: Lang) -> Self {
        let room = widest - 2 * PADDING - 4;
        let label = node.label.get(lang);
        let label = if tries > 1 { format!("{label} (×{tries})") } else { label.to_owned() };
        let label = measure::wrap(&label, LABEL, true, room, 3, Cut::Middle);
        let detail = measure::fit(&node.detail, SMALL, false, room);
        let widths = label.iter().map(|line| measure::width(line, LABEL, true));
        let kind = measure::width(&kind_words(node, lang), SMALL, false).min(room);
        let width = widths.chain([measure::width(&detail, SMALL, false), kind, 90]).max().unwrap_or(90);
        Self { label, detail, width: width + 2 * PADDING + 4 }
    }

    fn height(&self) -> i32 {
        let lines = i32::try_from(self.label.len().max(1)).unwrap_or(1);
        28 + 17 * lines + if self.detail.is_empty() { 0 } else { 16 }
    }
}

/// Where the layers are, and how wide their boxes are.
struct Columns {
    lefts: Vec<i32>,
    widths: Vec<i32>,
}

impl Columns {
    fn new(boxes: &[Contents], spots: &[Spot], layers: usize, gap: i32) -> Self {
        let mut widths = vec![0; layers];
        for (contents, spot) in boxes.iter().zip(spots) {
            if let Some(width) = widths.get_mut(spot.layer) {
                *width = contents.width.max(*width);
            }
        }
        let mut left = MARGIN;
        let lefts = widths.iter().map(|width| {
            let this = left;
            left += width + gap;
            this
        });
        let lefts = lefts.collect();
        Self { lefts, widths }
    }

    fn left(&self, spot: Spot) -> i32 {
        self.lefts.get(spot.layer).copied().unwrap_or(MARGIN)
    }

    fn box_width(&self, spot: Spot) -> i32 {
        self.widths.get(spot.layer).copied().unwrap_or(120)
    }

    fn y(spot: Spot) -> i32 {
        measure::pixel(spot.y) + MARGIN
    }

    fn width(&self) -> i32 {
        let right = self.lefts.iter().zip(&self.widths).map(|(left, width)| left + width + MARGIN).max();
        right.unwrap_or(0).max(WIDTH)
    }

    /// The way of an edge: from the right side of one box to the left side of the other, through its bends.
    fn curve(&self, start: Spot, bends: &[Spot], end: Spot) -> Vec<Place> {
        let (from, to) = if start.layer <= end.layer { (start, end) } else { (end, start) };
        let mut curve = vec![(self.left(from) + self.box_width(from), Self::y(from))];
        let mut bends = bends.to_vec();
        bends.sort_by_key(|bend| bend.layer);
        for bend in &bends {
            swing(&mut curve, (self.left(*bend), Self::y(*bend)));
            curve.push((self.left(*bend) + self.box_width(*bend), Self::y(*bend)));
        }
        swing(&mut curve, (self.left(to), Self::y(to)));
        if start.layer > end.layer {
            curve.reverse();
        }
        curve
    }
}

/// Adds a curve that leaves and arrives level, as points.
fn swing(curve: &mut Vec<Place>, to: Place) {
    const STEPS: i32 = 20;
    let Some(&from) = curve.last() else { return };
    for step in 1..=STEPS {
        let part = f64::from(step) / f64::from(STEPS);
        let eased = part * part * (3.0 - 2.0 * part);
        let x = f64::from(from.0) + f64::from(to.0 - from.0) * part;
        let y = f64::from(from.1) + f64::from(to.1 - from.1) * eased;
        curve.push((measure::pixel(x), measure::pixel(y)));
    }
}

/// The same way in steps of some pixels, for dashes of one length.
fn even_steps(curve: &[Place]) -> Vec<Place> {
    const STEP: i32 = 6;
    let mut points: Vec<Place> = curve.first().copied().into_iter().collect();
    for pair in curve.windows(2) {
        let [from, to] = pair else { continue };
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let steps = (dx.abs().max(dy.abs()) / STEP).max(1);
        points.extend((1..=steps).map(|step| (from.0 + dx * step / steps, from.1 + dy * step / steps)));
    }
    points
}

fn label_of(edge: &GraphEdge, lang: Lang) -> String {
    measure::fit(view::edge_name(&edge.kind).get(lang), SMALL, false, 92)
}

fn draw_edge(pen: &mut Pen<'_>, edge: &GraphEdge, curve: &[Place], lang: Lang) {
    // What was not recorded is dashed: short for inferred, long for correlated.
    let dash = match edge.trust {
        Some(Trust::Inferred) => Some(1),
        Some(Trust::Correlated) => Some(3),
        _ => None,
    };
    match dash {
        None => pen.path(curve, 1, Ink::Muted),
        Some(length) => {
            let steps = even_steps(curve);
            let is_drawn = |number: &usize| number % (length + 1) < length;
            for piece in
                steps.windows(2).enumerate().filter(|(number, _)| is_drawn(number)).map(|(_, piece)| piece)
            {
                pen.path(piece, 2, Ink::Muted);
            }
        }
    }
    if let Some(&(x, y)) = curve.last() {
        let back = if curve.iter().rev().nth(1).is_some_and(|before| before.0 > x) { 8 } else { -8 };
        pen.polygon(&[(x, y), (x + back, y - 4), (x + back, y + 4)], Ink::Muted);
    }
    let text = label_of(edge, lang);
    // The label stands on the first swing, where no box is.
    if let Some(&(x, y)) = curve.get(curve.len().min(21) / 2).filter(|_| !text.is_empty()) {
        let width = measure::width(&text, SMALL, false);
        pen.rect((x - width / 2 - 3, y - 8), (width + 6, 16), Ink::Paper);
        pen.text((x, y), &text, Font::new(SMALL, Ink::Muted), Anchor::Middle);
    }
}

fn draw_node(
    pen: &mut Pen<'_>,
    node: &GraphNode,
    contents: &Contents,
    (x, y): Place,
    width: i32,
    lang: Lang,
) {
    let height = contents.height();
    let (ground, border) = if node.failing { (Ink::BadSoft, Ink::Bad) } else { (Ink::Stripe, Ink::Idle) };
    let strip = match &node.kind {
        _ if node.failing => Ink::Bad,
        Some(NodeKind::Process) => Ink::Servicing,
        Some(NodeKind::Service) => Ink::Good,
        Some(NodeKind::Object) => Ink::Interferer,
        Some(NodeKind::LogLine) => Ink::Pending,
        _ => Ink::Other,
    };
    pen.rect((x, y), (width, height), ground);
    pen.rect((x, y), (4, height), strip);
    pen.frame((x, y), (width, height), border);
    let left = x + PADDING + 4;
    let kind = measure::fit(&kind_words(node, lang), SMALL, false, width - 2 * PADDING - 4);
    pen.text((left, y + 13), &kind, Font::new(SMALL, Ink::Muted), Anchor::Start);
    let mut middle = y + 30;
    for line in &contents.label {
        pen.text((left, middle), line, Font::new(LABEL, Ink::Text).bold(), Anchor::Start);
        middle += 17;
    }
    if !contents.detail.is_empty() {
        pen.text((left, middle), &contents.detail, Font::new(SMALL, Ink::Muted), Anchor::Start);
    }
}
