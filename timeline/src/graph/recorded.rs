//! Builds the recorded part of a case's graph: operations, processes, files and keys, log lines.

use std::collections::HashMap;

use petgraph::graph::{DiGraph, NodeIndex};

use super::{EdgeData, EdgeKind, Node, NodeData};
use crate::{
    model::{Event, Evidence, FileTime, Place, ProcessId, Trust, Words},
    object_name,
    timeline::Timeline,
};

/// Generations of parents that are drawn.
const MAX_PARENTS: usize = 16;

/// A graph under construction. Each node and each edge is there once.
#[derive(Debug)]
pub struct GraphBuilder<'a> {
    timeline: &'a Timeline<'a>,
    /// The graph.
    pub graph: DiGraph<NodeData, EdgeData>,
    nodes: HashMap<Node, NodeIndex>,
}

impl<'a> GraphBuilder<'a> {
    /// An empty graph of a timeline.
    #[must_use]
    pub fn new(timeline: &'a Timeline<'a>) -> Self {
        Self { timeline, graph: DiGraph::new(), nodes: HashMap::new() }
    }

    /// The node that stands for `node`, where there is one.
    #[must_use]
    pub fn known(&self, node: &Node) -> Option<NodeIndex> {
        self.nodes.get(node).copied()
    }

    /// The node that stands for `node`, made where there is none.
    pub fn node(
        &mut self,
        node: Node,
        words: impl FnOnce() -> Words,
        time: Option<FileTime>,
        place: Option<Place>,
        trust: Trust,
    ) -> NodeIndex {
        if let Some(known) = self.nodes.get(&node) {
            return *known;
        }
        let index = self.graph.add_node(NodeData { node: node.clone(), words: words(), time, place, trust });
        self.nodes.insert(node, index);
        index
    }

    /// An edge, once.
    pub fn edge(&mut self, from: NodeIndex, to: NodeIndex, kind: EdgeKind, trust: Trust, evidence: Evidence) {
        let known = self.graph.edges_connecting(from, to).any(|e| e.weight().kind == kind);
        if from != to && !known {
            self.graph.add_edge(from, to, EdgeData { kind, trust, evidence });
        }
    }

    /// A process and its parents.
    pub fn process(&mut self, id: ProcessId) -> NodeIndex {
        let timeline = self.timeline;
        let mut child = self.lone_process(id);
        let first = child;
        let mut process = timeline.process(id);
        for _ in 0..MAX_PARENTS {
            let Some(parent) = process.and_then(|p| p.parent) else { break };
            let node = self.lone_process(parent);
            let words = Evidence::said(Words::new("the process table says so", "进程表如此记录"));
            self.edge(node, child, EdgeKind::Spawned, Trust::Recorded, words);
            (child, process) = (node, timeline.process(parent));
        }
        first
    }

    fn lone_process(&mut self, id: ProcessId) -> NodeIndex {
        let process = self.timeline.process(id);
        let label = process.map_or_else(|| "?".to_owned(), |p| format!("{} ({})", p.name, p.pid));
        let start = process.and_then(|p| p.start);
        self.node(Node::Process(id), || Words::new(label.clone(), label), start, None, Trust::Recorded)
    }

    /// A file or key.
    pub fn object(&mut self, path: &str) -> NodeIndex {
        let node = Node::Object(object_name(path));
        self.node(node, || Words::new(path, path), None, None, Trust::Recorded)
    }

    /// A line of a log. Its own time is cut to the second; what it reports can say better when it was written at the earliest.
    pub fn line(&mut self, place: Place, words: &Words, time: Option<FileTime>) -> NodeIndex {
        let node = self.node(Node::LogLine(place), || words.clone(), time, Some(place), Trust::Recorded);
        if let Some(data) = self.graph.node_weight_mut(node) {
            data.time = data.time.max(time);
        }
        node
    }

    /// An operation with its process and its objects.
    pub fn operation(&mut self, event: &Event, words: Option<Words>, trust: Trust) -> NodeIndex {
        let plain = || {
            let label = format!("{} → {}", event.name, status_codes::NamedResult(event.status));
            Words::new(label.clone(), label)
        };
        let words = || words.unwrap_or_else(plain);
        let node = Node::Operation(event.id);
        let node = self.node(node, words, Some(event.time), Some(event.id.into()), trust);
        let recorded = || Evidence::at(event.id, Words::default());
        if let Some(process) = event.process {
            let process = self.process(process);
            self.edge(node, process, EdgeKind::PerformedBy, Trust::Recorded, recorded());
        }
        if !event.path.is_empty() {
            let object = self.object(&event.path);
            self.edge(node, object, EdgeKind::On, Trust::Recorded, recorded());
        }
        if let Some(target) = &event.target {
            let target = self.object(target);
            self.edge(node, target, EdgeKind::To, Trust::Recorded, recorded());
        }
        node
    }
}
