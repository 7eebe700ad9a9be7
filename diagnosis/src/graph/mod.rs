//! Draws the whole case: boots and phases, servicing processes and their parents, services and their hosts. It adds
//! the candidates with what else happened to their objects, what the logs say failed, and the consequences.

mod chain;

pub use chain::ChainLink;
pub(crate) use chain::links;

use timeline::graph::{CaseGraph, EdgeKind, GraphBuilder, Node, NodeIndex};

use crate::{
    candidates::{Candidate, Holder},
    faults::Faults,
    phases::Phase,
    services::{self, Service},
    signs::{LINE_GRAIN, Sign},
};
use timeline::{Evidence, FileTime, PhaseName, Place, Process, ProcessId, Role, Timeline, Trust, Words};

/// Servicing processes that are drawn; the reboot of a real update has some dozens.
const MAX_PROCESSES: usize = 256;
/// Candidates that are drawn.
const MAX_CANDIDATES: usize = 24;
/// Lines that are drawn: faults and signs.
const MAX_LINES: usize = 64;

/// What a graph is drawn from.
pub(crate) struct Parts<'a> {
    pub(crate) timeline: &'a Timeline<'a>,
    pub(crate) candidates: &'a [Candidate],
    pub(crate) failing: Option<usize>,
    pub(crate) signs: &'a [Sign],
    pub(crate) faults: &'a Faults,
    pub(crate) phases: &'a [Phase],
    pub(crate) services: &'a [Service],
}

/// Draws a case.
#[tracing::instrument(name = "graph", skip_all)]
pub(crate) fn draw(parts: &Parts<'_>) -> CaseGraph {
    let mut b = Builder { parts, recorded: GraphBuilder::new(parts.timeline) };
    b.phases();
    b.processes();
    b.services();
    b.faults();
    // The failing one first: its edges come before all others.
    let operations: Vec<NodeIndex> = parts
        .failing
        .into_iter()
        .chain((0..parts.candidates.len().min(MAX_CANDIDATES)).filter(|at| Some(*at) != parts.failing))
        .filter_map(|at| parts.candidates.get(at))
        .map(|candidate| b.candidate(candidate))
        .collect();
    let failing = operations.first().copied().filter(|_| parts.failing.is_some());
    let last = b.consequences(failing);
    let chain = chain::back_from(&b.recorded.graph, last.or(failing));
    CaseGraph { graph: b.recorded.graph, failing, chain }
}

struct Builder<'a> {
    parts: &'a Parts<'a>,
    recorded: GraphBuilder<'a>,
}

impl Builder<'_> {
    fn phases(&mut self) {
        let parts = self.parts;
        let mut earlier: Option<NodeIndex> = None;
        for (number, phase) in parts.phases.iter().enumerate() {
            let node = self.phase(number, phase);
            if phase.boot > 0 {
                let boot = phase.boot;
                let words = || Words::new(format!("boot {boot}"), format!("第 {boot} 次启动"));
                let boot = self.recorded.node(Node::Boot(boot), words, None, None, Trust::Inferred);
                self.recorded.edge(node, boot, EdgeKind::During, phase.trust, phase.evidence.clone());
            }
            if let Some(earlier) = earlier {
                let order = said("the order of their begins", "按开始时间的先后");
                self.recorded.edge(earlier, node, EdgeKind::Precedes, Trust::Inferred, order);
            }
            earlier = Some(node);
        }
    }

    fn phase(&mut self, number: usize, phase: &Phase) -> NodeIndex {
        let name = phase.name.name();
        let words = || match phase.name {
            PhaseName::Rollback => Words::new("rollback", "回滚"),
            _ => Words::new(name, name),
        };
        self.recorded.node(Node::Phase(number), words, Some(phase.start), phase.evidence.place, phase.trust)
    }

    /// The phase in which `time` lies.
    fn during(&mut self, node: NodeIndex, time: FileTime) {
        let parts = self.parts;
        let within = |p: &&Phase| p.start <= time && p.end.is_none_or(|end| time <= end);
        let rollback = |p: &Phase| p.name == PhaseName::Rollback;
        let phases = || parts.phases.iter().enumerate().filter(|(_, p)| within(p));
        // The rollback follows the failure, and overlaps the phase that failed.
        let found = phases().filter(|(_, p)| !rollback(p)).max_by_key(|(_, p)| p.start);
        let Some((number, phase)) = found.or_else(|| phases().max_by_key(|(_, p)| p.start)) else { return };
        let phase = self.phase(number, phase);
        let words = said("its time lies within the phase", "时间在该阶段之内");
        self.recorded.edge(node, phase, EdgeKind::During, Trust::Inferred, words);
    }

    fn processes(&mut self) {
        let timeline = self.parts.timeline;
        let servicing = |p: &Process| p.role.services_updates() && p.role != Role::SessionManager;
        let ids = timeline.processes.iter().enumerate().filter(|(_, p)| servicing(p));
        for (number, _) in ids.take(MAX_PROCESSES) {
            self.recorded.process(ProcessId::at(number));
        }
    }

    fn services(&mut self) {
        let parts = self.parts;
        for (number, service) in parts.services.iter().enumerate() {
            let time = service.states.first().map(|s| s.time);
            let place = service.states.iter().find_map(|s| s.evidence.place);
            let words = || Words::new(service.name.clone(), service.name.clone());
            let node = self.recorded.node(Node::Service(number), words, time, place, Trust::Recorded);
            for (process, trust, evidence) in services::hosts(parts.timeline, service) {
                let process = self.recorded.process(process);
                self.recorded.edge(process, node, EdgeKind::Hosts, trust, evidence);
            }
        }
    }

    /// A candidate, the tries before it, what made up for it, who stood in its way, and the line that reports it.
    fn candidate(&mut self, candidate: &Candidate) -> NodeIndex {
        let timeline = self.parts.timeline;
        let event = &candidate.event;
        let node = self.recorded.operation(event, None, Trust::Recorded);
        self.during(node, event.time);
        let same = || said("the same process, operation, path and result", "相同的进程、操作、路径与结果");
        let mut later = node;
        for earlier in candidate.earlier.iter().rev().filter_map(|id| timeline.event(*id)) {
            let earlier = self.recorded.operation(&earlier, None, Trust::Recorded);
            self.recorded.edge(later, earlier, EdgeKind::Retries, Trust::Inferred, same());
            later = earlier;
        }
        if let Some(success) = candidate.later_success.and_then(|id| timeline.event(id)) {
            let success = self.recorded.operation(&success, None, Trust::Recorded);
            let words = said(
                "the same process succeeds with the same operation on the same path",
                "同一进程对同一路径的相同操作后来成功",
            );
            self.recorded.edge(success, node, EdgeKind::Resolves, Trust::Inferred, words);
        }
        if let Some(follow) = candidate.reopened.and_then(|id| timeline.event(id)) {
            let follow = self.recorded.operation(&follow, None, Trust::Recorded);
            let words =
                said("the same thread looks at the same path right afterwards", "同一线程随即查看同一路径");
            self.recorded.edge(node, follow, EdgeKind::Precedes, Trust::Inferred, words);
        }
        if let Some(holder) = candidate.holder {
            self.holder(holder, node);
        }
        if let Some(report) = &candidate.report {
            let text = Words::new(report.text.clone(), report.text.clone());
            // Cut to the second, a line can seem to come before what it reports.
            let cut = |time: FileTime| time < event.time && time.plus(LINE_GRAIN) >= event.time;
            let time = report.time.map(|time| if cut(time) { event.time } else { time });
            let line = self.recorded.line(report.place, &text, time);
            let trust = if report.close { Trust::Correlated } else { Trust::Inferred };
            let (en, zh) = match (report.code.is_some(), report.same_name) {
                (true, true) => ("the same code and the same object", "代码与对象相同"),
                (true, false) => ("the same code", "代码相同"),
                _ => ("the same object", "对象相同"),
            };
            self.recorded.edge(
                node,
                line,
                EdgeKind::ReportedBy,
                trust,
                Evidence::at(report.place, Words::new(en, zh)),
            );
            if report.same_name {
                let object = self.recorded.object(&event.path);
                let words = Evidence::at(report.place, Words::default());
                self.recorded.edge(line, object, EdgeKind::Names, trust, words);
            }
        }
        node
    }

    fn holder(&mut self, holder: Holder, failing: NodeIndex) {
        let timeline = self.parts.timeline;
        let Some(event) = timeline.event(holder.event) else { return };
        let name = timeline.process(holder.process).map_or_else(|| "?".to_owned(), Process::with_company);
        let shared = shared(holder.share);
        let (kind, words, why) = if holder.explains {
            (
                EdgeKind::ConflictsWith,
                Words::new(
                    format!("the file is held by {name}, opened with {}", shared.en),
                    format!("文件被 {name} 占用，打开时{}", shared.zh),
                ),
                Words::new(
                    "its open was not followed by a close before the error",
                    "其打开在错误之前未见关闭",
                ),
            )
        } else {
            (
                EdgeKind::Precedes,
                Words::new(
                    format!("{name} has the file open, with {}", shared.en),
                    format!("{name} 打开着该文件，{}", shared.zh),
                ),
                Words::new(
                    "its open was not followed by a close before the error; that alone is a SHARING VIOLATION, not an ACCESS DENIED",
                    "其打开在错误之前未见关闭；仅此只会得到 SHARING VIOLATION，而非 ACCESS DENIED",
                ),
            )
        };
        let open = self.recorded.operation(&event, Some(words), Trust::Inferred);
        self.recorded.edge(open, failing, kind, Trust::Inferred, Evidence::at(holder.event, why));
    }

    /// The lines that say that something failed, and the services that these waited for.
    fn faults(&mut self) {
        let parts = self.parts;
        for fault in parts.faults.all.iter().take(MAX_LINES) {
            let words = fault.words();
            let line = self.recorded.line(fault.place, &words, fault.time);
            if let Some(time) = fault.time {
                self.during(line, time);
            }
            let service = services::needed_by(&fault.item)
                .and_then(|name| parts.services.iter().position(|s| s.name.eq_ignore_ascii_case(name)))
                .and_then(|number| self.recorded.known(&Node::Service(number)));
            let Some(service) = service else { continue };
            let needs = Words::new("this installer needs the service", "该安装程序需要此服务");
            let kind = if fault.waited_in_vain() { EdgeKind::WaitsFor } else { EdgeKind::Names };
            self.recorded.edge(line, service, kind, Trust::Inferred, Evidence::at(fault.place, needs));
        }
    }

    /// The signs of failure in their order, and the rollback. Returns the last one.
    fn consequences(&mut self, failing: Option<NodeIndex>) -> Option<NodeIndex> {
        let parts = self.parts;
        let begin = parts.failing.and_then(|at| parts.candidates.get(at)).map(|c| c.event.time);
        // Lines are cut to the second, so that what follows the error can seem to come before it.
        let follows = |s: &Sign| begin.is_none_or(|begin| s.latest >= begin);
        let mut first = None;
        let mut earlier = None;
        for (number, sign) in parts.signs.iter().enumerate().filter(|(_, s)| follows(s)).take(MAX_LINES) {
            let node = self.sign(number, sign, begin.map_or(sign.time, |begin| begin.max(sign.time)));
            if let Some(earlier) = earlier {
                let order = said("the order in time", "按时间先后");
                self.recorded.edge(earlier, node, EdgeKind::Precedes, Trust::Inferred, order);
            }
            earlier = Some(node);
            first = first.or(Some(node));
        }
        let rollback = parts.phases.iter().enumerate().find(|(_, p)| p.name == PhaseName::Rollback);
        let rollback = rollback.map(|(number, phase)| self.phase(number, phase));
        if let (Some(failing), Some(sign)) = (failing, first) {
            let words = said(
                "the sign follows the error, and nothing more likely lies between",
                "迹象紧随错误，其间没有更可能的原因",
            );
            self.recorded.edge(failing, sign, EdgeKind::Caused, Trust::Inferred, words);
        }
        if let (Some(sign), Some(rollback)) = (first, rollback) {
            let words = said("the rollback begins with it", "回滚由此开始");
            self.recorded.edge(sign, rollback, EdgeKind::Caused, Trust::Inferred, words);
        }
        rollback.or(first)
    }

    /// A sign is the line that says it, the operation that shows it, or what a process did.
    fn sign(&mut self, number: usize, sign: &Sign, time: FileTime) -> NodeIndex {
        let event = match sign.place {
            Some(Place::Event(id)) => self.parts.timeline.event(id),
            _ => None,
        };
        let node = match (sign.place, event) {
            (Some(place @ Place::Line { .. }), _) => self.recorded.line(place, &sign.words, Some(time)),
            (_, Some(event)) => self.recorded.operation(&event, Some(sign.words.clone()), sign.trust),
            (place, None) => {
                let words = || sign.words.clone();
                self.recorded.node(Node::Sign(number), words, Some(time), place, sign.trust)
            }
        };
        if let Some(process) = sign.process {
            let process = self.recorded.process(process);
            self.recorded.edge(node, process, EdgeKind::PerformedBy, Trust::Recorded, sign.evidence());
        }
        self.during(node, sign.time);
        node
    }
}

fn said(en: &str, zh: &str) -> Evidence {
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
