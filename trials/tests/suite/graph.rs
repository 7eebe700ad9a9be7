//! The graph of every scenario. The chain is a path in it, edges join what they say, and all their kinds occur.

use std::collections::BTreeSet;

use diagnosis::{Diagnosis, Outcome, Rules, diagnose};
use petgraph::visit::EdgeRef;
use sample_traces::{Options, SCENARIOS, Scenario, make};
use timeline::{
    Case, Timeline,
    graph::{EdgeKind, Node},
};

/// Nodes that a drawing holds.
const DRAWN: usize = 40;

fn diagnosed(scenario: &'static Scenario, see: &mut dyn FnMut(&Timeline<'_>, &Diagnosis)) {
    let folder = tempfile::tempdir().unwrap();
    let made = make(scenario, Options { seed: 3, is_64bit: true, noise: 300 }).unwrap();
    std::fs::write(folder.path().join("boot.pml"), made.pml).unwrap();
    std::fs::write(folder.path().join("CBS.log"), made.cbs_log).unwrap();
    let case = Case::open(&[folder.path().to_owned()]);
    assert_eq!(case.inputs.len(), 2, "{}", scenario.name);
    let timeline = Timeline::new(&case);
    see(&timeline, &diagnose(&timeline, &Rules::built_in()));
}

/// Whether an edge joins nodes of the kinds that its word speaks of.
fn fits(kind: EdgeKind, from: &Node, to: &Node) -> bool {
    use Node::{Boot, LogLine, Object, Operation, Phase, Process, Service, Sign};
    match kind {
        EdgeKind::PerformedBy => matches!((from, to), (Operation(_) | Sign(_), Process(_))),
        EdgeKind::On | EdgeKind::To => matches!((from, to), (Operation(_), Object(_))),
        EdgeKind::During => {
            matches!((from, to), (Operation(_) | LogLine(_) | Sign(_), Phase(_)) | (Phase(_), Boot(_)))
        }
        EdgeKind::Spawned => matches!((from, to), (Process(_), Process(_))),
        EdgeKind::Hosts => matches!((from, to), (Process(_), Service(_))),
        EdgeKind::Names => matches!((from, to), (LogLine(_), Object(_) | Service(_))),
        EdgeKind::Retries | EdgeKind::Resolves | EdgeKind::ConflictsWith => {
            matches!((from, to), (Operation(_), Operation(_)))
        }
        EdgeKind::WaitsFor => matches!(to, Service(_)),
        EdgeKind::ReportedBy => matches!((from, to), (Operation(_), LogLine(_))),
        EdgeKind::Precedes | EdgeKind::Caused => !matches!(from, Process(_) | Object(_)),
    }
}

#[test]
fn the_chain_is_a_path_and_edges_join_what_they_say() {
    let mut kinds = BTreeSet::new();
    for scenario in SCENARIOS {
        let name = scenario.name;
        diagnosed(scenario, &mut |timeline, diagnosis| {
            let graph = &diagnosis.graph.graph;
            for edge in graph.edge_references() {
                let (from, to) = (&graph[edge.source()].node, &graph[edge.target()].node);
                assert!(fits(edge.weight().kind, from, to), "{name}: {from:?} {:?} {to:?}", edge.weight());
                kinds.insert(edge.weight().kind);
            }
            for pair in diagnosis.graph.chain.windows(2) {
                let edge = graph.find_edge(pair[1], pair[0]).expect("an edge from cause to consequence");
                assert!(
                    graph.edges_connecting(pair[1], pair[0]).any(|e| e.weight().kind.is_causal()),
                    "{name} {edge:?}"
                );
            }
            // Every link of the chain is a node of that path, in its order.
            let links: Vec<_> = diagnosis.chain.iter().map(|link| link.node).collect();
            let path: Vec<_> =
                diagnosis.graph.chain.iter().copied().filter(|n| graph[*n].time.is_some()).collect();
            assert_eq!(links, path, "{name}");

            let (order, near) = diagnosis.graph.by_distance(DRAWN);
            assert_eq!(order.len(), graph.node_count());
            assert!(near <= DRAWN);
            assert!(diagnosis.graph.chain.iter().all(|node| order[..near].contains(node)), "{name}");
            let failed = diagnosis.verdict.outcome == Outcome::FailingOperation;
            assert_eq!(diagnosis.graph.failing.is_some(), failed, "{name}");
            let Some(failing) = diagnosis.graph.failing else { return };
            let candidate = &diagnosis.candidates[diagnosis.verdict.failing.unwrap()];
            assert_eq!(graph[failing].node, Node::Operation(candidate.event.id), "{name}");
            let leaves = |kind| graph.edges(failing).filter(|e| e.weight().kind == kind).count();
            assert_eq!((leaves(EdgeKind::PerformedBy), leaves(EdgeKind::On)), (1, 1), "{name}");
            assert_eq!(leaves(EdgeKind::Retries), usize::from(candidate.tries > 1), "{name}");
            assert!(diagnosis.graph.chain.contains(&failing), "{name}");
            // Its process and who started that one are around it.
            let process = timeline.process_of(&candidate.event).unwrap();
            let drawn = |id| order[..near].iter().any(|n| graph[*n].node == Node::Process(id));
            assert!(drawn(candidate.event.process.unwrap()) && drawn(process.parent.unwrap()), "{name}");
        });
    }
    let all = [
        EdgeKind::PerformedBy,
        EdgeKind::On,
        EdgeKind::To,
        EdgeKind::During,
        EdgeKind::Spawned,
        EdgeKind::Hosts,
        EdgeKind::Names,
        EdgeKind::Precedes,
        EdgeKind::Retries,
        EdgeKind::Resolves,
        EdgeKind::ConflictsWith,
        EdgeKind::WaitsFor,
        EdgeKind::ReportedBy,
        EdgeKind::Caused,
    ];
    assert_eq!(kinds, BTreeSet::from(all));
}
