//! The graph of a case, in petgraph: operations, processes, files and keys, services, log lines, phases and boots,
//! and how each edge is known. The chain of the report is a path in it.

mod near;
mod recorded;

pub use petgraph::graph::{DiGraph, NodeIndex};

use crate::model::{EventId, Evidence, FileTime, Place, ProcessId, Trust, Words};

pub use recorded::GraphBuilder;

/// What a node stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// An operation.
    Operation(EventId),
    /// A process.
    Process(ProcessId),
    /// A file or key: its path in lower case.
    Object(String),
    /// A service, by its position in the diagnosis.
    Service(usize),
    /// A line of a log, or a record of an event log.
    LogLine(Place),
    /// A phase, by its position in the diagnosis.
    Phase(usize),
    /// A start of Windows, from 1.
    Boot(u32),
    /// A sign of failure that is neither an operation nor a line, by its position in the diagnosis.
    Sign(usize),
}

/// What an edge says of the node it leaves and the one it enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// An operation was done by a process.
    PerformedBy,
    /// An operation is on an object.
    On,
    /// An operation would rename or link an object to another.
    To,
    /// An operation, a line or a sign belongs to a phase, a phase to a boot.
    During,
    /// A process started a process.
    Spawned,
    /// A process runs a service.
    Hosts,
    /// A line of a log names an object or a service.
    Names,
    /// One came before the other.
    Precedes,
    /// An operation is the same as an earlier one that had failed.
    Retries,
    /// An operation does what an earlier one could not.
    Resolves,
    /// An open was in the way of an operation.
    ConflictsWith,
    /// Something waited for a service.
    WaitsFor,
    /// A line of a log tells of an operation.
    ReportedBy,
    /// What came of it.
    Caused,
}

/// The words in reports, and whether the edge leads from what came later to what was there before: drawings turn these
/// round, so that causes stand on the left.
const KINDS: &[(EdgeKind, &str, bool)] = &[
    (EdgeKind::PerformedBy, "performed-by", true),
    (EdgeKind::On, "on", false),
    (EdgeKind::To, "to", false),
    (EdgeKind::During, "during", true),
    (EdgeKind::Spawned, "spawned", false),
    (EdgeKind::Hosts, "hosts", false),
    (EdgeKind::Names, "names", true),
    (EdgeKind::Precedes, "precedes", false),
    (EdgeKind::Retries, "retries", true),
    (EdgeKind::Resolves, "resolves", true),
    (EdgeKind::ConflictsWith, "conflicts-with", false),
    (EdgeKind::WaitsFor, "waits-for", true),
    (EdgeKind::ReportedBy, "reported-by", false),
    (EdgeKind::Caused, "caused", false),
];

impl EdgeKind {
    /// The word in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        KINDS.iter().find(|(kind, ..)| *kind == self).map_or("", |(_, name, _)| name)
    }

    /// Whether an edge of this name leads back to what was there before.
    #[must_use]
    pub fn leads_back(name: &str) -> bool {
        KINDS.iter().any(|(_, n, back)| *back && *n == name)
    }

    /// Whether such an edge is a step from a cause to what came of it.
    #[must_use]
    pub fn is_causal(self) -> bool {
        matches!(self, Self::Caused | Self::ConflictsWith)
    }
}

/// A node with its words.
#[derive(Debug, Clone)]
pub struct NodeData {
    /// What it stands for.
    pub node: Node,
    /// In words.
    pub words: Words,
    /// When, where it has a time.
    pub time: Option<FileTime>,
    /// Where it is recorded.
    pub place: Option<Place>,
    /// How it is known.
    pub trust: Trust,
}

/// An edge with how it is known.
#[derive(Debug, Clone)]
pub struct EdgeData {
    /// What it says.
    pub kind: EdgeKind,
    /// How it is known.
    pub trust: Trust,
    /// By what.
    pub evidence: Evidence,
}

/// The graph of a case.
#[derive(Debug, Default)]
pub struct CaseGraph {
    /// The graph.
    pub graph: DiGraph<NodeData, EdgeData>,
    /// The failing operation.
    pub failing: Option<NodeIndex>,
    /// The nodes of the chain, from the rollback back to the first cause: each is led to by a causal edge from the next.
    pub chain: Vec<NodeIndex>,
}
