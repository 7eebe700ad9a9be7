//! Services, processes, packages, findings.

use diagnosis::{Assessment, Culprit};
use timeline::{Place, Process, Role, Words};

use crate::model::{Finding, Omission, Package, ProcessRole, Service, ServiceState, Severity, Text};

use super::{View, omit, status, text, time, trust};

/// Packages that a report lists.
const MAX_PACKAGES: usize = 300;
/// Findings of one kind that a report lists.
const MAX_FINDINGS: usize = 50;
/// Processes that a report lists.
const MAX_PROCESSES: usize = 500;

impl View<'_> {
    pub(super) fn services(&self) -> Vec<Service> {
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
                    _ if self.is_culprit(&s.name) => Severity::Cause,
                    Assessment::Ordinary => Severity::Ok,
                    Assessment::Suspicious => Severity::Warning,
                    Assessment::Unknown => Severity::Note,
                }),
            })
            .collect()
    }

    /// Whether the headline names this service as what stood in the way.
    fn is_culprit(&self, name: &str) -> bool {
        self.headline.culprits.iter().any(|culprit| match culprit {
            Culprit::Disabled { service, .. } | Culprit::NoAnswer { service, .. } => service == name,
            Culprit::Inside { .. } | Culprit::Holder { .. } => false,
        })
    }

    pub(super) fn processes(&self, omitted: &mut Vec<Omission>) -> Vec<crate::model::Process> {
        let mut list: Vec<&Process> = self.timeline.processes.iter().collect();
        // What matters first, so that the cut falls on what does not; the reader sees them by time.
        list.sort_by_key(|p| (!p.role.services_updates(), std::cmp::Reverse(p.events)));
        omit(omitted, "processes", list.len(), MAX_PROCESSES);
        list.truncate(MAX_PROCESSES);
        list.sort_by_key(|p| (p.start, p.pid));
        let holder = self.diagnosis.verdict.failing.and_then(|at| self.diagnosis.candidates.get(at)?.holder);
        let holder = holder.filter(|h| h.explains).and_then(|h| self.timeline.process(h.process));
        list.into_iter()
            .map(|p| crate::model::Process {
                pid: p.known_pid(),
                parent: p.known_parent_pid(),
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

    pub(super) fn packages(&self, omitted: &mut Vec<Omission>) -> Vec<Package> {
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

    pub(super) fn findings(&self) -> Vec<Finding> {
        let services = self.diagnosis.services.iter().filter(|s| s.assessment == Assessment::Suspicious);
        let services = services.map(|s| Finding {
            severity: Some(Severity::Warning),
            title: text(&s.words),
            action: Text::new(
                format!("set its start type back to manual: sc.exe config {} start= demand", s.name),
                format!("将其启动类型恢复为手动：sc.exe config {} start= demand", s.name),
            ),
            evidence: s.start_type.iter().map(|(_, e)| self.evidence(e)).collect(),
            ..Finding::default()
        });
        let primary = self.diagnosis.faults.primary;
        let prose = |t: &diagnosis::RuleText| Text::new(t.en.clone(), t.zh.clone());
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
        let damage = self.diagnosis.faults.state.damage.iter().take(MAX_FINDINGS).map(|damaged| {
            let name = damaged.object.name();
            let of = match &damaged.object {
                timeline::Object::File { component, .. } if !component.is_empty() => {
                    format!(" ({component})")
                }
                _ => String::new(),
            };
            let line = &damaged.line;
            let place = Place::Line { source: line.source, line: line.line };
            let (severity, en, zh) = if damaged.repaired {
                (Severity::Note, "repaired in the component store", "组件存储中已修复")
            } else {
                (Severity::Warning, "the component store is damaged", "组件存储已损坏")
            };
            Finding {
                severity: Some(severity),
                title: Text::new(format!("{en}: {name}{of}"), format!("{zh}：{name}{of}")),
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
        rules.chain(faults).chain(self.app_services()).chain(services).chain(damage).chain(signs).collect()
    }

    /// Whether AppXSVC or App Readiness had a part in it. Every such case asks this question.
    fn app_services(&self) -> Option<Finding> {
        let outcome = self.diagnosis.verdict.outcome;
        if !matches!(
            outcome,
            diagnosis::Outcome::FailingOperation | diagnosis::Outcome::FailureWithoutOperation
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
                "AppXSVC 与 App Readiness：没有迹象表明它们与此失败有关。",
            ),
            Assessment::Suspicious => (
                Severity::Warning,
                "AppXSVC or App Readiness may have a part in this failure.",
                "AppXSVC 或 App Readiness 可能与此失败有关。",
            ),
            Assessment::Unknown => (
                Severity::Note,
                "AppXSVC and App Readiness: what was given does not tell whether they had a part.",
                "AppXSVC 与 App Readiness：所提供的内容不足以说明它们是否有关。",
            ),
        };
        Some(Finding {
            severity: Some(severity),
            title: Text::new(format!("{en} {reason_en}"), format!("{zh}{reason_zh}")),
            ..Finding::default()
        })
    }
}
