//! The graph around the failing operation, in petgraph: operations, processes, objects, phases and signs, and how each
//! edge is known. The chain of the report is a path in it.

use std::collections::HashMap;

use petgraph::{
    Direction,
    graph::{DiGraph, NodeIndex},
    visit::EdgeRef,
};

use crate::{
    Candidate, ChainLink, Phase, PhaseName, Sign, Timeline,
    model::{Event, EventId, Evidence, FileTime, Place, ProcessId, Trust, Words},
};

/// What a node stands for.
#[derive(Debug, Clone)]
pub enum Node {
    /// An operation.
    Operation(EventId),
    /// A process.
    Process(ProcessId),
    /// A file or key.
    Object(String),
    /// A phase.
    Phase(PhaseName),
    /// A sign of failure.
    Sign(usize),
}

/// What an edge says: the one it leaves did this to the one it enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// A process did an operation.
    Performs,
    /// An operation is on an object.
    On,
    /// An operation would rename or link an object to another.
    To,
    /// A process started a process.
    Spawned,
    /// A process had an object open.
    Holds,
    /// Tried again, or looked up, after an error.
    Follows,
    /// What came of it.
    Caused,
}

impl EdgeKind {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Performs => "performs",
            Self::On => "on",
            Self::To => "to",
            Self::Spawned => "spawned",
            Self::Holds => "holds",
            Self::Follows => "follows",
            Self::Caused => "caused",
        }
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

/// The graph of a case: what is around its failing operation.
#[derive(Debug, Default)]
pub struct CaseGraph {
    /// The graph.
    pub graph: DiGraph<NodeData, EdgeData>,
    /// The failing operation.
    pub failing: Option<NodeIndex>,
    rollback: Option<NodeIndex>,
}

struct Builder<'t> {
    timeline: &'t Timeline<'t>,
    graph: DiGraph<NodeData, EdgeData>,
    processes: HashMap<ProcessId, NodeIndex>,
    objects: HashMap<String, NodeIndex>,
}

impl CaseGraph {
    /// Draws what is around `failing`.
    pub(crate) fn around(
        timeline: &Timeline<'_>,
        failing: Option<&Candidate>,
        signs: &[Sign],
        phases: &[Phase],
    ) -> Self {
        let mut b =
            Builder { timeline, graph: DiGraph::new(), processes: HashMap::new(), objects: HashMap::new() };
        let operation = failing.map(|candidate| b.candidate(candidate));
        let sign = signs.iter().enumerate().find(|(_, s)| failing.is_none_or(|c| s.time >= c.event.time));
        let sign = sign.map(|(number, sign)| {
            let node = b.add(Node::Sign(number), sign.words.clone(), Some(sign.time), sign.place, sign.trust);
            if let Some(process) = sign.process {
                let process = b.process(process);
                b.edge(process, node, EdgeKind::Performs, Trust::Recorded, sign.evidence());
            }
            node
        });
        let rollback = phases.iter().find(|p| p.name == PhaseName::Rollback).map(|phase| {
            let words = Words::new("rollback", "回滚");
            b.add(Node::Phase(phase.name), words, Some(phase.start), phase.evidence.place, phase.trust)
        });
        if let (Some(operation), Some(sign)) = (operation, sign) {
            let words = Words::new(
                "the sign follows the error, and nothing more likely lies between",
                "迹象紧随错误,其间没有更可能的原因",
            );
            b.edge(operation, sign, EdgeKind::Caused, Trust::Inferred, Evidence::said(words));
        }
        if let (Some(sign), Some(rollback)) = (sign, rollback) {
            let words = Words::new("the rollback begins with it", "回滚由此开始");
            b.edge(sign, rollback, EdgeKind::Caused, Trust::Inferred, Evidence::said(words));
        }
        Self { graph: b.graph, failing: operation, rollback: rollback.or(sign) }
    }

    /// From the rollback back to the first cause, along what caused or holds: latest first.
    pub(crate) fn chain(&self) -> Vec<ChainLink> {
        let mut links: Vec<ChainLink> = Vec::new();
        let mut next = self.rollback.or(self.failing);
        let mut evidence = None;
        while let Some(node) = next {
            let Some(data) = self.graph.node_weight(node) else { break };
            let trust = evidence.as_ref().map_or(data.trust, |(_, trust)| *trust);
            if let Some(time) = data.time {
                let words = evidence.take().map_or_else(Words::default, |(words, _): (Words, Trust)| words);
                links.push(ChainLink {
                    what: data.words.clone(),
                    time,
                    since: None,
                    trust,
                    evidence: Evidence { place: data.place, words },
                });
            }
            let causes = |edge: &petgraph::graph::EdgeReference<'_, EdgeData>| {
                matches!(edge.weight().kind, EdgeKind::Caused | EdgeKind::Holds)
            };
            let cause =
                self.graph.edges_directed(node, Direction::Incoming).filter(causes).min_by_key(|e| e.id());
            evidence = cause.as_ref().map(|e| (e.weight().evidence.words.clone(), e.weight().trust));
            next = cause.map(|e| e.source()).filter(|_| links.len() < 12);
        }
        let times: Vec<_> = links.iter().skip(1).map(|l| l.time).collect();
        for (link, earlier) in links.iter_mut().zip(times) {
            link.since = Some(link.time.since(earlier));
        }
        links
    }
}

impl Builder<'_> {
    fn add(
        &mut self,
        node: Node,
        words: Words,
        time: Option<FileTime>,
        place: Option<Place>,
        trust: Trust,
    ) -> NodeIndex {
        self.graph.add_node(NodeData { node, words, time, place, trust })
    }

    fn edge(&mut self, from: NodeIndex, to: NodeIndex, kind: EdgeKind, trust: Trust, evidence: Evidence) {
        self.graph.add_edge(from, to, EdgeData { kind, trust, evidence });
    }

    /// A process and its parents.
    fn process(&mut self, id: ProcessId) -> NodeIndex {
        if let Some(node) = self.processes.get(&id) {
            return *node;
        }
        let timeline = self.timeline;
        let process = timeline.process(id);
        let label = process.map_or_else(|| "?".to_owned(), |p| format!("{} ({})", p.name, p.pid));
        let node = self.add(Node::Process(id), Words::new(label.clone(), label), None, None, Trust::Recorded);
        self.processes.insert(id, node);
        if let Some(parent) = process.and_then(|p| p.parent).filter(|_| self.processes.len() < 12) {
            let parent = self.process(parent);
            self.edge(
                parent,
                node,
                EdgeKind::Spawned,
                Trust::Recorded,
                evidence("the process table says so", "进程表如此记录"),
            );
        }
        node
    }

    fn object(&mut self, path: &str) -> NodeIndex {
        let key = path.to_ascii_lowercase();
        if let Some(node) = self.objects.get(&key) {
            return *node;
        }
        let node =
            self.add(Node::Object(path.to_owned()), Words::new(path, path), None, None, Trust::Recorded);
        self.objects.insert(key, node);
        node
    }

    fn operation(&mut self, event: &Event) -> NodeIndex {
        let result = status_codes::ProcmonResult(event.status);
        let label = format!("{} → {result}", event.name);
        let words = Words::new(label.clone(), label);
        let node = self.add(
            Node::Operation(event.id),
            words,
            Some(event.time),
            Some(event.id.into()),
            Trust::Recorded,
        );
        let recorded = || Evidence::at(event.id, Words::default());
        if let Some(process) = event.process {
            let process = self.process(process);
            self.edge(process, node, EdgeKind::Performs, Trust::Recorded, recorded());
        }
        let object = self.object(&event.path);
        self.edge(node, object, EdgeKind::On, Trust::Recorded, recorded());
        if let Some(target) = &event.target {
            let target = self.object(target);
            self.edge(node, target, EdgeKind::To, Trust::Recorded, recorded());
        }
        node
    }

    /// The failing operation, who stood in its way, and what followed.
    fn candidate(&mut self, candidate: &Candidate) -> NodeIndex {
        let node = self.operation(&candidate.event);
        if let Some(event) = candidate.reopened.and_then(|id| self.timeline.event(id)) {
            let follow = self.operation(&event);
            let words = evidence("the same thread, the same path", "同一线程,同一路径");
            self.edge(node, follow, EdgeKind::Follows, Trust::Inferred, words);
        }
        if let Some(holder) = candidate.holder {
            let process = self.process(holder.process);
            let name = self.timeline.process(holder.process).map_or("?", |p| p.name.as_str()).to_owned();
            let shared = shared(holder.share);
            let words = Words::new(
                format!("the file is held by {name}, opened with {}", shared.en),
                format!("文件被 {name} 占用,打开时{}", shared.zh),
            );
            let hold = self.add(
                Node::Operation(holder.event),
                words,
                Some(holder.time),
                Some(holder.event.into()),
                Trust::Inferred,
            );
            let open = Evidence::at(holder.event, Words::default());
            self.edge(process, hold, EdgeKind::Performs, Trust::Recorded, open);
            let words = Words::new(
                "its open was not followed by a close before the error",
                "其打开在错误之前未见关闭",
            );
            self.edge(hold, node, EdgeKind::Holds, Trust::Inferred, Evidence::at(holder.event, words));
        }
        node
    }
}

fn evidence(en: &str, zh: &str) -> Evidence {
    Evidence::said(Words::new(en, zh))
}

/// What a share mode leaves out.
fn shared(share: u32) -> Words {
    match (share & 2 != 0, share & 4 != 0) {
        (true, true) => Words::new("full sharing", "完全共享"),
        (true, false) => Words::new("no delete sharing", "不允许共享删除"),
        (false, true) => Words::new("no write sharing", "不允许共享写入"),
        (false, false) => Words::new("neither write nor delete sharing", "不允许共享写入和删除"),
    }
}
