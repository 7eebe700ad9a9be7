//! The part of the graph around the failure: the nodes by their distance from it.

use std::{cmp::Reverse, collections::BinaryHeap};

use petgraph::{Direction, graph::NodeIndex, visit::EdgeRef};

use super::{CaseGraph, EdgeKind};

/// Steps beyond which a node tells nothing of the failure.
const FAR: u32 = 6;

/// How far the other end of an edge is: along it, and against it. A process leads to all it did, a phase to all that lies
/// in it; neither says that these have to do with one another.
const STEPS: &[(EdgeKind, u32, u32)] = &[
    (EdgeKind::Caused, 1, 1),
    (EdgeKind::ConflictsWith, 1, 1),
    (EdgeKind::ReportedBy, 1, 4),
    (EdgeKind::Resolves, 1, 1),
    (EdgeKind::Retries, 1, 1),
    (EdgeKind::On, 1, 3),
    (EdgeKind::To, 1, 3),
    (EdgeKind::PerformedBy, 1, 7),
    (EdgeKind::WaitsFor, 1, 2),
    (EdgeKind::Names, 2, 2),
    (EdgeKind::Hosts, 4, 2),
    (EdgeKind::Spawned, 8, 2),
    (EdgeKind::During, 4, 7),
    (EdgeKind::Precedes, 5, 5),
];

impl CaseGraph {
    /// All nodes, those nearest to the failure first, and how many of them lie around it: at most `most`, none where
    /// nothing failed.
    #[must_use]
    pub fn by_distance(&self, most: usize) -> (Vec<NodeIndex>, usize) {
        let mut distances = vec![u32::MAX; self.graph.node_count()];
        let mut open: BinaryHeap<Reverse<(u32, NodeIndex)>> = BinaryHeap::new();
        open.extend(self.chain.iter().chain(&self.failing).map(|node| Reverse((0, *node))));
        while let Some(Reverse((distance, node))) = open.pop() {
            match distances.get_mut(node.index()) {
                Some(known) if *known > distance => *known = distance,
                _ => continue,
            }
            for (direction, along) in [(Direction::Outgoing, true), (Direction::Incoming, false)] {
                for edge in self.graph.edges_directed(node, direction) {
                    let other = if along { edge.target() } else { edge.source() };
                    open.push(Reverse((distance.saturating_add(steps(edge.weight().kind, along)), other)));
                }
            }
        }
        let distance = |node: &NodeIndex| distances.get(node.index()).copied().unwrap_or(u32::MAX);
        let mut nodes: Vec<NodeIndex> = self.graph.node_indices().collect();
        nodes.sort_by_key(|node| (distance(node), *node));
        let near = nodes.iter().take(most).filter(|node| distance(node) <= FAR).count();
        (nodes, near)
    }
}

fn steps(kind: EdgeKind, along: bool) -> u32 {
    let row = STEPS.iter().find(|(k, ..)| *k == kind);
    row.map_or(FAR, |(_, forward, back)| if along { *forward } else { *back })
}
