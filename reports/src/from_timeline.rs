//! Fills the report from a diagnosis. No analysis: only what the timeline found, in the report's words.

use timeline::{
    Assessment, Diagnosis, Event, Fact, Kind, Level, Place, Process, Role, SourceId, Timeline, Words, benign,
    graph::{Node, NodeData},
};

use crate::model::{
    Candidate, ChainLink, Clock, Confidence, ConfidenceLevel, Coverage, Evidence, EvidenceRow, FailureGroup,
    Feature, Finding, Graph, GraphEdge, GraphNode, Histogram, Input, Machine, Missing, NextCapture, NodeKind,
    Omission, Operation, Outcome, Package, Phase, PhaseSpan, ProcessRole, Relation, Remedy, Report, Service,
    ServiceState, Severity, Span, Text, Time, Trust, Verdict,
};

/// Candidates that a report lists.
const MAX_CANDIDATES: usize = 10;
/// Groups of failures that a report lists.
const MAX_FAILURES: usize = 200;
/// Packages that a report lists.
const MAX_PACKAGES: usize = 300;
/// Findings of one kind that a report lists.
const MAX_FINDINGS: usize = 50;
/// Processes that a report lists.
const MAX_PROCESSES: usize = 500;

/// The report of a diagnosis. The hashes of its inputs are for the caller to fill in, who computes them meanwhile.
pub fn report(timeline: &Timeline<'_>, diagnosis: &Diagnosis) -> Report {
    let view = View { timeline, diagnosis };
    let mut report = Report::new();
    report.inputs = view.inputs();
    report.machine = view.machine();
    report.clock = view.clock();
    report.verdict = view.verdict();
    report.candidates = view.candidates(&mut report.omitted);
    report.chain = view.chain();
    report.phases = view.phases();
    report.services = view.services();
    report.processes = view.processes(&mut report.omitted);
    report.packages = view.packages(&mut report.omitted);
    report.findings = view.findings();
    report.coverage = view.coverage();
    report.evidence = view.evidence_rows();
    report.failures = view.failures(&mut report.omitted);
    report.histogram = view.histogram();
    report.graph = view.graph();
    report
}

struct View<'a> {
    timeline: &'a Timeline<'a>,
    diagnosis: &'a Diagnosis,
}

fn text(words: &Words) -> Text {
    Text::new(words.en.clone(), words.zh.clone())
}

fn time(time: timeline::FileTime) -> Time {
    Time::from_filetime(time.0)
}

fn trust(trust: timeline::Trust) -> Option<Trust> {
    Some(match trust {
        timeline::Trust::Recorded => Trust::Recorded,
        timeline::Trust::Correlated => Trust::Correlated,
        timeline::Trust::Inferred => Trust::Inferred,
    })
}

fn status(status: u32) -> String {
    format!("0x{status:08X}")
}

fn phase(name: timeline::PhaseName) -> Option<Phase> {
    Some(Phase::from(name.name()))
}

impl View<'_> {
    fn source(&self, id: SourceId) -> String {
        self.timeline.case.inputs.get(usize::from(id.0)).map_or_else(String::new, |i| i.path.clone())
    }

    fn evidence(&self, evidence: &timeline::Evidence) -> Evidence {
        Evidence { text: text(&evidence.words), ..self.place(evidence.place) }
    }

    fn place(&self, place: Option<Place>) -> Evidence {
        let (index, line) = match place {
            Some(Place::Event(id)) => (Some(id.index), None),
            Some(Place::Line { line, .. }) => (None, Some(line)),
            None => (None, None),
        };
        let source = place.map_or_else(String::new, |p| self.source(p.source()));
        Evidence { source, index, line, ..Evidence::default() }
    }

    fn inputs(&self) -> Vec<Input> {
        let scans = self.timeline.case.inputs.iter().zip(&self.timeline.scans);
        scans
            .map(|(input, scan)| Input {
                path: input.path.clone(),
                kind: input.source.kind().to_owned(),
                bytes: Some(input.source.bytes().len() as u64),
                records: Some(scan.events + scan.bad),
                bad_records: Some(scan.bad),
                first: scan.first.map(time),
                last: scan.last.map(time),
                ..Input::default()
            })
            .collect()
    }

    fn machine(&self) -> Option<Machine> {
        let traces = self.timeline.case.inputs.iter().filter_map(|i| i.source.machine());
        let mut known = traces.chain(self.timeline.scans.iter().filter_map(|s| s.known.machine.clone()));
        let facts = known.next()?;
        Some(Machine {
            name: facts.name,
            os: facts.os,
            build: facts.build,
            architecture: facts.architecture.to_owned(),
            ..Machine::default()
        })
    }

    fn clock(&self) -> Option<Clock> {
        let (first, last) = self.timeline.span()?;
        Some(Clock {
            origin: Some(time(first)),
            origin_what: Text::new("first event", "首个事件"),
            start: Some(time(first)),
            end: Some(time(last)),
            ..self.log_clock()
        })
    }

    /// How the wall clock of the logs was brought to UTC.
    fn log_clock(&self) -> Clock {
        let Some(clock) = self.timeline.scans.iter().filter_map(|s| s.clock.as_ref()).max_by_key(|c| c.trust)
        else {
            return Clock::default();
        };
        let words = match clock.trust {
            timeline::Trust::Recorded => {
                Text::new("lines of the log carry both times", "日志行同时记录两种时间")
            }
            timeline::Trust::Correlated => {
                Text::new("the trace shows when CBS.log was written", "跟踪显示了 CBS.log 的写入时间")
            }
            timeline::Trust::Inferred => {
                Text::new("assumed: nothing tells the time zone", "假定:没有内容说明时区")
            }
        };
        Clock {
            log_utc_offset_minutes: Some(clock.minutes()),
            evidence: Some(Evidence { trust: trust(clock.trust), text: words, ..Evidence::default() }),
            ..Clock::default()
        }
    }

    fn operation(&self, event: &Event) -> Operation {
        let process = self.timeline.process_of(event);
        let of = |part: fn(&Process) -> &String| process.map(part).cloned().unwrap_or_default();
        Operation {
            source: self.source(event.id.source),
            index: Some(event.id.index),
            time: Some(time(event.time)),
            duration: event.duration.map(|d| Span::from_ticks(d.0)),
            process: of(|p| &p.name),
            pid: process.map(|p| p.pid),
            tid: Some(event.tid),
            command_line: of(|p| &p.command_line),
            image_path: of(|p| &p.image_path),
            operation: event.name.to_owned(),
            path: event.path.clone(),
            target_path: event.target.clone().unwrap_or_default(),
            result: status_codes::ProcmonResult(event.status).to_string(),
            status: status(event.status),
            detail: self.timeline.detail(event.id),
        }
    }

    fn verdict(&self) -> Verdict {
        let v = &self.diagnosis.verdict;
        let failing = v.failing.and_then(|at| self.diagnosis.candidates.get(at));
        let reasons = v.confidence.reasons.iter();
        Verdict {
            outcome: Some(match v.outcome {
                timeline::Outcome::FailingOperation => Outcome::FailingOperation,
                timeline::Outcome::FailureWithoutOperation => Outcome::FailureWithoutOperation,
                timeline::Outcome::NoFailure => Outcome::NoFailure,
                timeline::Outcome::NotEnoughEvidence => Outcome::NotEnoughEvidence,
            }),
            summary: text(&v.summary),
            phase: phase(v.phase),
            hresult: v.hresult.map_or_else(String::new, status),
            hresult_name: v
                .hresult
                .and_then(|code| status_codes::HResult(code).name())
                .unwrap_or_default()
                .to_owned(),
            confidence: Some(Confidence {
                level: Some(match v.confidence.level {
                    Level::Low => ConfidenceLevel::Low,
                    Level::Medium => ConfidenceLevel::Medium,
                    Level::High => ConfidenceLevel::High,
                }),
                score: Some(v.confidence.score),
                reasons: reasons.map(|(t, e)| Evidence { trust: trust(*t), ..self.evidence(e) }).collect(),
            }),
            failing_operation: failing.map(|c| self.operation(&c.event)),
            missing: v.missing.as_ref().map(|m| Missing {
                what: text(&m.what),
                evidence: m.evidence.iter().map(|e| self.evidence(e)).collect(),
            }),
            remedies: self
                .diagnosis
                .remedies
                .iter()
                .map(|r| Remedy {
                    rule: r.rule.clone(),
                    title: text(&r.title),
                    text: text(&r.text),
                    reference: r.reference.clone(),
                })
                .collect(),
            covered: v.covered.iter().map(text).collect(),
            not_covered: v.not_covered.iter().map(text).collect(),
            next_capture: v
                .next_capture
                .as_ref()
                .map(|n| NextCapture { title: text(&n.title), command: n.command.to_owned() }),
        }
    }

    fn candidates(&self, omitted: &mut Vec<Omission>) -> Vec<Candidate> {
        let all = &self.diagnosis.candidates;
        omit(omitted, "candidates", all.len(), MAX_CANDIDATES);
        let ranked = all.iter().take(MAX_CANDIDATES).zip(1..);
        ranked
            .map(|(candidate, rank)| Candidate {
                operation: self.operation(&candidate.event),
                rank: Some(rank),
                score: Some(candidate.score),
                features: candidate
                    .features
                    .iter()
                    .map(|f| Feature { name: f.name.to_owned(), score: Some(f.score), text: text(&f.words) })
                    .collect(),
            })
            .collect()
    }

    fn chain(&self) -> Vec<ChainLink> {
        let links = self.diagnosis.chain.iter();
        links
            .map(|link| ChainLink {
                what: text(&link.what),
                time: Some(time(link.time)),
                duration: link.since.map(|t| Span::from_ticks(t.0)),
                trust: trust(link.trust),
                evidence: Some(self.evidence(&link.evidence)),
            })
            .collect()
    }

    fn phases(&self) -> Vec<PhaseSpan> {
        let phases = self.diagnosis.phases.iter();
        phases
            .map(|p| PhaseSpan {
                name: phase(p.name),
                boot: (p.boot > 0).then_some(p.boot),
                start: Some(time(p.start)),
                end: p.end.map(time),
                trust: trust(p.trust),
                evidence: Some(self.evidence(&p.evidence)),
            })
            .collect()
    }

    fn services(&self) -> Vec<Service> {
        let services = self.diagnosis.services.iter();
        services
            .map(|s| Service {
                name: s.name.clone(),
                display_name: s.display_name.clone(),
                start_type: s
                    .start_type
                    .as_ref()
                    .map_or_else(String::new, |(start, _)| start.name().to_owned()),
                states: s
                    .states
                    .iter()
                    .map(|state| ServiceState {
                        time: Some(time(state.time)),
                        state: state.state.to_owned(),
                        trust: trust(state.trust),
                        evidence: Some(self.evidence(&state.evidence)),
                    })
                    .collect(),
                assessment: text(&s.words),
                severity: Some(match s.assessment {
                    Assessment::Ordinary => Severity::Ok,
                    Assessment::Suspicious => Severity::Warning,
                    Assessment::Unknown => Severity::Note,
                }),
            })
            .collect()
    }

    fn processes(&self, omitted: &mut Vec<Omission>) -> Vec<crate::model::Process> {
        let mut list: Vec<&Process> = self.timeline.processes.iter().collect();
        // What matters first, so that the cut falls on what does not; the reader sees them by time.
        list.sort_by_key(|p| (!p.role.services_updates(), std::cmp::Reverse(p.events)));
        omit(omitted, "processes", list.len(), MAX_PROCESSES);
        list.truncate(MAX_PROCESSES);
        list.sort_by_key(|p| (p.start, p.pid));
        let holder = self.diagnosis.verdict.failing.and_then(|at| self.diagnosis.candidates.get(at)?.holder);
        let holder = holder.and_then(|h| self.timeline.process(h.process));
        list.into_iter()
            .map(|p| crate::model::Process {
                pid: Some(p.pid),
                parent: Some(p.parent_pid),
                name: p.name.clone(),
                command_line: p.command_line.clone(),
                image_path: p.image_path.clone(),
                role: if holder.is_some_and(|h| std::ptr::eq(h, p)) {
                    Some(ProcessRole::Interferer)
                } else if p.role.services_updates() {
                    Some(ProcessRole::Servicing)
                } else {
                    (p.role == Role::ServiceHost).then_some(ProcessRole::ServiceHost)
                },
                start: p.start.map(time),
                end: p.end.map(time),
                exit_status: p.exit_status.map_or_else(String::new, status),
                events: Some(p.events),
                failures: Some(p.failures),
            })
            .collect()
    }

    fn packages(&self, omitted: &mut Vec<Omission>) -> Vec<Package> {
        let mut rows: Vec<&timeline::Package> =
            self.timeline.scans.iter().flat_map(|s| &s.known.packages).collect();
        // What is neither installed nor superseded says more, and cumulative updates say most.
        rows.sort_by_key(|p| {
            let settled = matches!(p.state.as_str(), "installed" | "superseded");
            (settled, !p.identity.contains("RollupFix"), (*p).clone())
        });
        rows.dedup_by(|a, b| a.identity == b.identity && a.state == b.state);
        omit(omitted, "packages", rows.len(), MAX_PACKAGES);
        let rows = rows.into_iter().take(MAX_PACKAGES);
        rows.map(|p| Package {
            identity: p.identity.clone(),
            kb: p.kb.clone().unwrap_or_default(),
            version: p.version.clone(),
            state: p.state.clone(),
            install_time: p.install_time.map(time),
        })
        .collect()
    }

    fn findings(&self) -> Vec<Finding> {
        let services = self.diagnosis.services.iter().filter(|s| s.assessment == Assessment::Suspicious);
        let services = services.map(|s| Finding {
            severity: Some(Severity::Warning),
            title: text(&s.words),
            action: Text::new(
                format!("set its start type back to manual: sc.exe config {} start= demand", s.name),
                format!("将其启动类型恢复为手动:sc.exe config {} start= demand", s.name),
            ),
            evidence: s.start_type.iter().map(|(_, e)| self.evidence(e)).collect(),
            ..Finding::default()
        });
        let primary = self.diagnosis.faults.primary;
        let prose = |t: &timeline::RuleText| Text::new(t.en.clone(), t.zh.clone());
        let rules = self.diagnosis.rules.iter().take(MAX_FINDINGS).map(|hit| {
            let fault = hit.fault.and_then(|at| self.diagnosis.faults.all.get(at));
            let failing = self.diagnosis.verdict.failing.and_then(|at| self.diagnosis.candidates.get(at));
            let place = fault.map(|f| f.place).or(failing.map(|c| c.event.id.into()));
            let cause = Words::new(hit.rule.cause.en.clone(), hit.rule.cause.zh.clone());
            Finding {
                rule: hit.rule.id.clone(),
                severity: Some(if hit.fault.is_none() || hit.fault == primary {
                    Severity::Cause
                } else {
                    Severity::Warning
                }),
                title: prose(&hit.rule.title),
                action: prose(&hit.rule.remedy),
                reference: hit.rule.reference.clone(),
                evidence: vec![self.evidence(&timeline::Evidence { place, words: cause })],
            }
        });
        let faults =
            self.diagnosis.faults.all.iter().enumerate().take(MAX_FINDINGS).map(|(at, fault)| Finding {
                severity: Some(if primary == Some(at) { Severity::Cause } else { Severity::Warning }),
                title: text(&fault.words()),
                evidence: vec![
                    self.evidence(&timeline::Evidence::at(fault.place, Words::new(fault.text.clone(), ""))),
                ],
                ..Finding::default()
            });
        let corruption = self.diagnosis.faults.corruption.iter().take(MAX_FINDINGS).map(|line| {
            let what = match &line.fact {
                Fact::Corruption(what) => what.as_str(),
                _ => line.text.as_str(),
            };
            let place = Place::Line { source: line.source, line: line.line };
            Finding {
                severity: Some(Severity::Warning),
                title: Text::new(
                    format!("the component store is damaged: {what}"),
                    format!("组件存储已损坏:{what}"),
                ),
                evidence: vec![
                    self.evidence(&timeline::Evidence::at(place, Words::new(line.text.clone(), ""))),
                ],
                ..Finding::default()
            }
        });
        let traced = self.diagnosis.signs.iter().filter(|s| !matches!(s.place, Some(Place::Line { .. })));
        let signs = traced.take(MAX_FINDINGS).map(|sign| Finding {
            severity: Some(Severity::Note),
            title: text(&sign.words),
            evidence: vec![self.evidence(&sign.evidence())],
            ..Finding::default()
        });
        rules
            .chain(faults)
            .chain(self.app_services())
            .chain(services)
            .chain(corruption)
            .chain(signs)
            .collect()
    }

    /// Whether AppXSVC or App Readiness had a part in it: the question that every such case asks.
    fn app_services(&self) -> Option<Finding> {
        let outcome = self.diagnosis.verdict.outcome;
        if !matches!(
            outcome,
            timeline::Outcome::FailingOperation | timeline::Outcome::FailureWithoutOperation
        ) {
            return None;
        }
        let mut services =
            self.diagnosis.services.iter().filter(|s| matches!(s.name.as_str(), "AppXSvc" | "AppReadiness"));
        let (appx, readiness) = (services.next()?, services.next()?);
        let reasons =
            |pick: fn(&Words) -> &String| format!("{} {}", pick(&appx.words), pick(&readiness.words));
        let (reason_en, reason_zh) = (reasons(|w| &w.en), reasons(|w| &w.zh));
        let (severity, en, zh) = match appx.assessment.max(readiness.assessment) {
            Assessment::Ordinary => (
                Severity::Ok,
                "AppXSVC and App Readiness: nothing shows a part of theirs in this failure.",
                "AppXSVC 与 App Readiness:没有迹象表明它们与此失败有关。",
            ),
            Assessment::Suspicious => (
                Severity::Warning,
                "AppXSVC or App Readiness may have a part in this failure.",
                "AppXSVC 或 App Readiness 可能与此失败有关。",
            ),
            Assessment::Unknown => (
                Severity::Note,
                "AppXSVC and App Readiness: what was given does not tell whether they had a part.",
                "AppXSVC 与 App Readiness:所提供的内容不足以说明它们是否有关。",
            ),
        };
        Some(Finding {
            severity: Some(severity),
            title: Text::new(format!("{en} {reason_en}"), format!("{zh}{reason_zh}")),
            ..Finding::default()
        })
    }

    fn coverage(&self) -> Vec<Coverage> {
        let mut rows = Vec::new();
        for (input, scan) in self.timeline.case.inputs.iter().zip(&self.timeline.scans) {
            let path = input.path.clone();
            let mut row = |what: Text, count: u64, consequence: Text| {
                rows.push(Coverage {
                    input: path.clone(),
                    what,
                    count: Some(count),
                    consequence,
                    ..Coverage::default()
                });
            };
            for (class, count) in &scan.classes {
                row(
                    Text::new(format!("{class} events read"), format!("已读取 {class} 事件")),
                    *count,
                    Text::default(),
                );
            }
            if let Some(first) = &scan.first_bad {
                row(
                    Text::new(
                        format!("damaged records; the first: {first}"),
                        format!("损坏的记录;第一条:{first}"),
                    ),
                    scan.bad,
                    Text::new("what they held is not in this report", "其内容不在本报告中"),
                );
            }
            if scan.missing > 0 {
                row(
                    Text::new("kernel sequence numbers missing between the events", "事件之间缺失的内核序号"),
                    scan.missing,
                    Text::new(
                        "events were filtered out or dropped before the log was saved; the operation sought may be among them",
                        "保存日志之前有事件被筛除或丢弃;要找的操作可能在其中",
                    ),
                );
            }
            for problem in input.source.problems().into_iter().chain(scan.known.problems.iter().cloned()) {
                rows.push(Coverage {
                    input: path.clone(),
                    what: Text::plain(problem.what),
                    offset: problem.offset,
                    consequence: Text::new("names that the table held are missing", "表中的名称缺失"),
                    ..Coverage::default()
                });
            }
        }
        for error in &self.timeline.case.unreadable {
            rows.push(Coverage {
                what: Text::plain(error.to_string()),
                consequence: Text::new("nothing of it is in this report", "其内容均不在本报告中"),
                ..Coverage::default()
            });
        }
        rows
    }

    fn evidence_rows(&self) -> Vec<EvidenceRow> {
        let rows = self.diagnosis.evidence.iter();
        rows.map(|(relation, event)| {
            let operation = self.operation(event);
            EvidenceRow {
                relation: Some(match relation {
                    timeline::Relation::Failing => Relation::Failing,
                    timeline::Relation::SamePath => Relation::SamePath,
                    timeline::Relation::SameThread => Relation::SameThread,
                    timeline::Relation::Nearby => Relation::Nearby,
                }),
                time: operation.time,
                source: operation.source,
                index: operation.index,
                process: operation.process,
                pid: operation.pid,
                tid: operation.tid,
                operation: operation.operation,
                path: operation.path,
                target_path: operation.target_path,
                result: operation.result,
                status: operation.status,
                detail: operation.detail,
                ..EvidenceRow::default()
            }
        })
        .collect()
    }

    fn failures(&self, omitted: &mut Vec<Omission>) -> Vec<FailureGroup> {
        let mut groups: Vec<_> = self.timeline.failures().collect();
        groups.sort_by_key(|g| (std::cmp::Reverse(g.count), g.example));
        omit(omitted, "failures", groups.len(), MAX_FAILURES);
        groups
            .into_iter()
            .take(MAX_FAILURES)
            .map(|group| {
                let example = self.timeline.event(group.example);
                let (kind, path) = example.map_or((Kind::Other, String::new()), |e| (e.kind, e.path));
                FailureGroup {
                    process: group
                        .process
                        .and_then(|p| self.timeline.process(p))
                        .map_or_else(String::new, |p| p.name.clone()),
                    operation: group.operation.to_owned(),
                    result: status_codes::ProcmonResult(group.status).to_string(),
                    status: status(group.status),
                    count: Some(group.count),
                    benign: benign(kind, group.status, &path).map_or_else(Text::default, |w| text(&w)),
                    example_path: path,
                    first: Some(time(group.first)),
                    last: Some(time(group.last)),
                }
            })
            .collect()
    }

    fn histogram(&self) -> Option<Histogram> {
        let scan = self.timeline.scans.iter().filter(|s| !s.histogram.is_empty()).max_by_key(|s| s.events)?;
        let (first, last) = (scan.first?, scan.last?);
        let bins = scan.histogram.len() as u64;
        let width = (last.0 - first.0).checked_div(bins)? + 1;
        Some(Histogram {
            start: Some(time(first)),
            bin: Some(Span::from_ticks(width)),
            events: scan.histogram.iter().map(|(events, _)| *events).collect(),
            failures: scan.histogram.iter().map(|(_, failures)| *failures).collect(),
        })
    }

    fn graph(&self) -> Option<Graph> {
        let graph = &self.diagnosis.graph.graph;
        let failing = self.diagnosis.graph.failing;
        if graph.node_count() == 0 {
            return None;
        }
        let id = |node: usize| format!("n{node}");
        let nodes = graph.node_indices().filter_map(|index| {
            let data = graph.node_weight(index)?;
            let (kind, detail) = self.node(data);
            Some(GraphNode {
                id: id(index.index()),
                kind: Some(kind),
                label: data.words.en.clone(),
                detail,
                trust: trust(data.trust),
                evidence: data.place.map(|p| self.place(Some(p))),
                failing: failing == Some(index),
            })
        });
        let nodes = nodes.collect();
        let edges = graph.edge_indices().filter_map(|index| {
            let (from, to) = graph.edge_endpoints(index)?;
            let data = graph.edge_weight(index)?;
            Some(GraphEdge {
                from: id(from.index()),
                to: id(to.index()),
                kind: data.kind.name().to_owned(),
                trust: trust(data.trust),
                evidence: Some(self.evidence(&data.evidence)),
            })
        });
        Some(Graph { nodes, edges: edges.collect() })
    }

    fn node(&self, data: &NodeData) -> (NodeKind, String) {
        match &data.node {
            Node::Operation(id) => {
                (NodeKind::Operation, self.timeline.event(*id).map_or_else(String::new, |e| e.path))
            }
            Node::Process(id) => (
                NodeKind::Process,
                self.timeline.process(*id).map_or_else(String::new, |p| p.command_line.clone()),
            ),
            Node::Object(_) => (NodeKind::Object, String::new()),
            Node::Phase(_) | Node::Sign(_) => (NodeKind::Phase, String::new()),
        }
    }
}

fn omit(omitted: &mut Vec<Omission>, section: &str, total: usize, shown: usize) {
    if total > shown {
        omitted.push(Omission {
            section: section.to_owned(),
            shown: Some(shown as u64),
            total: Some(total as u64),
            ..Omission::default()
        });
    }
}
