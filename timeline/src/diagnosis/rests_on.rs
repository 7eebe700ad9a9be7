//! The events of a trace on which a diagnosis rests.

use std::collections::BTreeSet;

use super::Diagnosis;
use crate::{
    graph::Node,
    model::{Event, Place, SourceId},
};

impl Diagnosis {
    /// The failing operation, where one is named.
    pub fn failing(&self) -> Option<&Event> {
        self.candidates.get(self.verdict.failing?).map(|candidate| &candidate.event)
    }

    /// The numbers of the events of a source that the report shows: its evidence, and what its graph and chain are
    /// recorded in.
    pub fn events_of(&self, source: SourceId) -> BTreeSet<u64> {
        let nodes = self.graph.graph.node_weights().flat_map(|node| {
            let operation = if let Node::Operation(id) = node.node { Some(id) } else { None };
            let place = if let Some(Place::Event(id)) = node.place { Some(id) } else { None };
            operation.into_iter().chain(place)
        });
        let shown = self.evidence.iter().map(|(_, event)| event.id);
        shown.chain(nodes).filter(|id| id.source == source).map(|id| id.index).collect()
    }
}
