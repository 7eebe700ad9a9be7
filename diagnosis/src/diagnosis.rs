//! Everything that a diagnosis finds.

use std::collections::{BTreeMap, BTreeSet};

use timeline::{
    Event, EventId, Place, SourceId,
    graph::{CaseGraph, Node},
};

use crate::{
    candidates::Candidate,
    compare::Comparison,
    evidence::Relation,
    faults::Faults,
    graph::ChainLink,
    phases::Phase,
    remedy::Remedy,
    rules::Rule,
    services::Service,
    signature::Signature,
    signs::Sign,
    stacks::{Call, Driver, StackLists},
    verdict::Verdict,
};

/// A rule that holds for a case.
#[derive(Debug, Clone)]
pub struct RuleHit {
    /// The rule.
    pub rule: Rule,
    /// Position of the fault that it holds for, if it looks at faults.
    pub fault: Option<usize>,
}

/// Everything that the report says.
#[derive(Debug)]
pub struct Diagnosis {
    /// The answer.
    pub verdict: Verdict,
    /// What identifies the cause across machines. None if nothing failed, or if the inputs do not show what did.
    pub signature: Option<Signature>,
    /// What to do about the failing operation, the best first.
    pub remedies: Vec<Remedy>,
    /// The rules that hold.
    pub rules: Vec<RuleHit>,
    /// The candidates, best first.
    pub candidates: Vec<Candidate>,
    /// From the rollback back to the first cause: a path in `graph`.
    pub chain: Vec<ChainLink>,
    /// The phases of the reboot.
    pub phases: Vec<Phase>,
    /// The services that updates need.
    pub services: Vec<Service>,
    /// What the logs say failed.
    pub faults: Faults,
    /// Signs that the update failed.
    pub signs: Vec<Sign>,
    /// Events around the failing operation, in order of time, with why each is shown.
    pub evidence: Vec<(Relation, Event)>,
    /// What the call stacks of servicing's events among them say.
    pub calls: BTreeMap<EventId, Call>,
    /// How far the sources resolve the stacks that were looked at.
    pub stack_lists: Vec<StackLists>,
    /// Drivers of other companies that were loaded. They are suspects only if something else points to them.
    pub drivers: Vec<Driver>,
    /// The whole case as a graph.
    pub graph: CaseGraph,
    /// This boot compared with a good one, if one was given.
    pub comparison: Option<Comparison>,
}

impl Diagnosis {
    /// The failing operation, if one is named.
    #[must_use]
    pub fn failing(&self) -> Option<&Event> {
        self.candidates.get(self.verdict.failing?).map(|candidate| &candidate.event)
    }

    /// The numbers of the events of a source that the report shows: its evidence, and what its graph and chain are
    /// recorded in.
    #[must_use]
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
