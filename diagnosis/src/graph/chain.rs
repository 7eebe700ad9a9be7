//! The chain from the rollback back to the first cause, as a path in the graph.

use petgraph::{
    Direction,
    graph::{DiGraph, EdgeReference, NodeIndex},
    visit::EdgeRef,
};

use timeline::graph::{CaseGraph, EdgeData, NodeData};
use timeline::{Evidence, FileTime, Ticks, Trust, Words};

/// A link of the chain from the rollback back to the first cause.
#[derive(Debug, Clone)]
pub struct ChainLink {
    /// Its node in the graph.
    pub node: NodeIndex,
    /// What happened.
    pub what: Words,
    /// When.
    pub time: FileTime,
    /// Time since the link before it in time.
    pub since: Option<Ticks>,
    /// How it is known.
    pub trust: Trust,
    /// By what.
    pub evidence: Evidence,
}

/// Links of a chain at most.
const MAX_LINKS: usize = 12;

/// The nodes from `last` back along causal edges, the earliest edge of each node first.
pub(super) fn back_from(graph: &DiGraph<NodeData, EdgeData>, last: Option<NodeIndex>) -> Vec<NodeIndex> {
    let mut chain: Vec<NodeIndex> = Vec::new();
    let mut next = last;
    while let Some(node) = next.filter(|node| chain.len() < MAX_LINKS && !chain.contains(node)) {
        chain.push(node);
        next = cause(graph, node).map(|edge| edge.source());
    }
    chain
}

/// The edge from the cause of a node.
fn cause(graph: &DiGraph<NodeData, EdgeData>, node: NodeIndex) -> Option<EdgeReference<'_, EdgeData>> {
    let incoming = graph.edges_directed(node, Direction::Incoming);
    incoming.filter(|edge| edge.weight().kind.is_causal()).min_by_key(|edge| edge.id())
}

/// The chain in words. A link is known as its edge to its consequence is.
pub(crate) fn links(graph: &CaseGraph) -> Vec<ChainLink> {
    let mut links: Vec<ChainLink> = Vec::new();
    let mut consequence = None;
    for node in &graph.chain {
        let Some(data) = graph.graph.node_weight(*node) else { break };
        let edge = consequence
            .and_then(|later| graph.graph.find_edge(*node, later))
            .and_then(|edge| graph.graph.edge_weight(edge));
        consequence = Some(*node);
        let Some(time) = data.time else { continue };
        links.push(ChainLink {
            node: *node,
            what: data.words.clone(),
            time,
            since: None,
            trust: edge.map_or(data.trust, |e| e.trust),
            evidence: Evidence {
                place: data.place,
                words: edge.map(|e| e.evidence.words.clone()).unwrap_or_default(),
            },
        });
    }
    let times: Vec<_> = links.iter().skip(1).map(|l| l.time).collect();
    for (link, earlier) in links.iter_mut().zip(times) {
        link.since = Some(link.time.since(earlier));
    }
    links
}
