//! The answer: which operation failed, or why none is named.

mod inputs;
mod logs;
mod tools;

use crate::{
    candidates::{Candidate, Link, features},
    faults::Faults,
    missing::{self, Lack, Missing},
    phases::{self, Boots, Phase},
    services::{self, Service},
    signs::Sign,
    waits,
};
use timeline::{
    Event, Evidence, FileTime, Mark, PhaseName, Process, Role, Timeline, Trust, Words, counted, thousands,
};

/// What kind of answer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// An operation is named.
    FailingOperation,
    /// The update failed, and no single operation explains it.
    FailureWithoutOperation,
    /// An update's reboot is there, and nothing in it failed.
    NoFailure,
    /// What is there does not tell.
    NotEnoughEvidence,
}

/// How sure an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Level {
    Low,
    Medium,
    High,
}

/// How sure, and why.
#[derive(Debug, Clone)]
pub struct Confidence {
    /// In a word.
    pub level: Level,
    /// From 0 to 1, never 1: the score scaled. It is no probability.
    pub score: f64,
    /// What speaks for it, the most telling first, and how each is known.
    pub reasons: Vec<(Trust, Evidence)>,
}

/// The capture that would answer what is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextCapture {
    /// What it would show.
    pub title: Words,
    /// The command that takes it, where there is one.
    pub command: &'static str,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What kind of answer.
    pub outcome: Outcome,
    /// In one sentence.
    pub summary: Words,
    /// In which phase.
    pub phase: PhaseName,
    /// The code that servicing reported of the whole.
    pub hresult: Option<u32>,
    /// How sure.
    pub confidence: Confidence,
    /// Position of the failing operation among the candidates.
    pub failing: Option<usize>,
    /// What is missing.
    pub missing: Option<Missing>,
    /// What was looked at.
    pub covered: Vec<Words>,
    /// What was not there to look at.
    pub not_covered: Vec<Words>,
    /// What to capture next.
    pub next_capture: Option<NextCapture>,
    /// What keeps an answer without a failure from being a plain OK: a damaged store, a restart that is pending.
    pub caution: Option<Words>,
}

/// What the verdict is made from.
pub(crate) struct Found<'a> {
    pub(crate) timeline: &'a Timeline<'a>,
    pub(crate) boots: &'a Boots,
    pub(crate) signs: &'a [Sign],
    pub(crate) faults: &'a Faults,
    pub(crate) phases: &'a [Phase],
    pub(crate) services: &'a [Service],
    pub(crate) candidates: &'a [Candidate],
    pub(crate) marked: &'a [(Mark, Event)],
}

pub(crate) fn decide(found: &Found<'_>) -> Verdict {
    let seen = Seen::of(found.timeline, found.boots);
    let nameable = found.candidates.first().filter(|c| c.is_eligible() && c.score >= features::NAMEABLE);
    let failed = !found.signs.is_empty() || found.faults.any();
    let mut verdict = match (nameable, found.faults.first()) {
        (Some(candidate), _) if failed => failing(found, candidate),
        // A stage that failed does not tell that poqexec did before.
        (_, Some(fault)) if fault.kind.names_a_cause() || poqexec_failed(found).is_none() => {
            logs::without_operation(found, fault, &seen)
        }
        (_, Some(_)) => unexplained(found, &seen),
        (None, None) if failed => unexplained(found, &seen),
        _ if (seen.complete_reboot() && !seen.hidden) || found.faults.state.ended_well() => {
            logs::no_failure(found, &seen)
        }
        _ => logs::not_enough(found, &seen),
    };
    verdict.hresult = found.faults.reported;
    tools::add_pending_restart(found, &mut verdict);
    inputs::add_mixture(found, &mut verdict);
    verdict.covered = seen.covered();
    verdict.not_covered.extend(caveats(found.timeline));
    verdict.not_covered.extend(seen.not_covered());
    verdict
}

/// How inputs had to be read, where that bears on the verdict.
fn caveats(timeline: &Timeline<'_>) -> Vec<Words> {
    let inputs = timeline.case.inputs.iter().zip(&timeline.scans);
    let named = inputs.flat_map(|(input, scan)| {
        let words = scan.caveats.iter().filter_map(|caveat| caveat.verdict.as_ref());
        words.map(|w| Words::new(w.en.replace("{}", &input.path), w.zh.replace("{}", &input.path)))
    });
    named.collect()
}

/// Processes whose end is told with what was covered.
const MAX_ENDED: usize = 6;

/// A process of servicing, or a host of a service that it needs, that ran before `first` and ended later: which, and its
/// exit code.
fn ended(process: &Process, first: FileTime) -> Option<String> {
    let of_servicing = matches!(process.role, Role::Poqexec | Role::TrustedInstaller | Role::TiWorker);
    let ran = (of_servicing || services::is_host(process)) && process.start.is_none_or(|s| s < first);
    let status = process.exit_status.filter(|_| ran && process.end.is_some_and(|end| end >= first))?;
    let group = process.command_line.split(" -k ").nth(1).and_then(|rest| rest.split_whitespace().next());
    let group = group.map_or_else(String::new, |group| format!(" -k {group}"));
    Some(format!("{}{group} ({}) 0x{status:08X}", process.name, process.pid))
}

/// What of an update's reboot the sources hold.
struct Seen {
    /// Part of a trace is lost, and the operation sought may have been in it.
    hidden: bool,
    events: u64,
    boots: usize,
    poqexec: usize,
    servicing: usize,
    servicing_ended: bool,
    /// Programs and service hosts of servicing that ran before and ended, with their exit codes.
    ended: Vec<String>,
    traces: usize,
    logs: usize,
    lines: u64,
}

impl Seen {
    fn of(timeline: &Timeline<'_>, boots: &Boots) -> Self {
        let first = timeline.span().unwrap_or_default().0;
        let started = |role: Role| {
            timeline.processes.iter().filter(move |p| p.role == role && p.start.is_some_and(|s| s >= first))
        };
        let servicing: Vec<_> = started(Role::TrustedInstaller).chain(started(Role::TiWorker)).collect();
        let inputs = || timeline.case.inputs.iter().zip(&timeline.scans);
        let (traces, logs): (Vec<_>, Vec<_>) = inputs().partition(|(input, _)| input.source.is_trace());
        Self {
            // Beside a trace of operations, one without any hides nothing.
            hidden: traces
                .iter()
                .filter(|(_, scan)| {
                    scan.has_operations || !traces.iter().any(|(_, other)| other.has_operations)
                })
                .any(|(_, scan)| scan.caveats.iter().any(|c| c.hides)),
            traces: traces.len(),
            logs: logs.len(),
            lines: logs.iter().map(|(_, scan)| scan.events).sum(),
            events: traces.iter().map(|(_, scan)| scan.events).sum(),
            boots: boots.starts.len(),
            poqexec: started(Role::Poqexec).count(),
            servicing: servicing.len(),
            servicing_ended: !servicing.is_empty() && servicing.iter().all(|p| p.end.is_some()),
            ended: timeline.processes.iter().filter_map(|p| ended(p, first)).take(MAX_ENDED).collect(),
        }
    }

    /// A boot in which servicing ran and came to its end.
    fn complete_reboot(&self) -> bool {
        self.boots > 0 && self.poqexec > 0 && self.servicing_ended
    }

    fn covered(&self) -> Vec<Words> {
        let mut words = Vec::new();
        if self.traces > 0 {
            words.push(Words::new(
                format!("{} events of {}", thousands(self.events), counted(self.traces, "trace")),
                format!("{} 个跟踪中的 {} 个事件", self.traces, thousands(self.events)),
            ));
        }
        if self.logs > 0 {
            words.push(Words::new(
                format!("{} records of {}", thousands(self.lines), counted(self.logs, "log")),
                format!("{} 个日志中的 {} 条记录", self.logs, thousands(self.lines)),
            ));
        }
        if self.boots > 0 {
            words.push(Words::new(counted(self.boots, "boot"), format!("{} 次启动", self.boots)));
        }
        if self.poqexec > 0 {
            words.push(Words::new(
                format!("{} of poqexec.exe", counted(self.poqexec, "run")),
                format!("poqexec.exe 运行 {} 次", self.poqexec),
            ));
        }
        if self.servicing > 0 {
            words.push(Words::new(
                format!("{} of TrustedInstaller.exe and TiWorker.exe", counted(self.servicing, "start")),
                format!("TrustedInstaller.exe 与 TiWorker.exe 启动 {} 次", self.servicing),
            ));
        }
        if !self.ended.is_empty() {
            let list = self.ended.join(", ");
            words.push(Words::new(
                format!("processes of servicing that ran before, and how they ended: {list}"),
                format!("此前已在运行的更新相关进程及其退出代码：{list}"),
            ));
        }
        words
    }

    fn not_covered(&self) -> Vec<Words> {
        let mut words = Vec::new();
        if self.traces == 0 {
            words.push(Words::new("no trace of the reboot was given", "未提供重启的跟踪"));
        } else {
            if self.boots == 0 {
                words.push(Words::new("no boot lies within the trace", "跟踪中没有启动过程"));
            }
            if self.poqexec == 0 {
                words.push(Words::new("poqexec.exe does not run in it", "其中没有 poqexec.exe 运行"));
            }
            if self.servicing == 0 {
                words.push(Words::new(
                    "neither TrustedInstaller.exe nor TiWorker.exe starts in it",
                    "其中没有 TrustedInstaller.exe 或 TiWorker.exe 启动",
                ));
            } else if !self.servicing_ended {
                words.push(Words::new(
                    "TrustedInstaller.exe or TiWorker.exe still runs at its end",
                    "结束时 TrustedInstaller.exe 或 TiWorker.exe 仍在运行",
                ));
            }
        }
        if self.logs == 0 {
            words.push(Words::new("no servicing logs (CBS.log) were given", "未提供更新日志 (CBS.log)"));
        }
        words
    }
}

/// The capture that would show what so many traces of the reboot, and logs, do not.
fn next_capture(traces: usize, logs: usize) -> NextCapture {
    let (title, command) = match (traces, logs) {
        (0, _) => (
            Words::new(
                "record the reboot itself on the failing machine, as administrator, then restart and let the update fail \
                 (without bootrace: Process Monitor, Options, Enable Boot Logging)",
                "在出错的计算机上以管理员身份启用采集，再重启并等待更新失败 (没有 bootrace 时：Process Monitor → Options → \
                 Enable Boot Logging)",
            ),
            RECORD,
        ),
        (_, 0) => (
            Words::new(
                "give CBS.log and the System event log of the same boot beside the trace",
                "请在跟踪之外提供同一次启动的 CBS.log 与“系统”日志",
            ),
            "",
        ),
        _ => (
            Words::new(
                "record the boot in which the failure happens; a failure at shutdown is only in the log of the boot before it",
                "请记录发生失败的那次启动；关机时的失败只在前一次启动的日志中",
            ),
            RECORD_SEVERAL,
        ),
    };
    NextCapture { title, command }
}

fn blank(outcome: Outcome, summary: Words) -> Verdict {
    Verdict {
        outcome,
        summary,
        phase: PhaseName::Unknown,
        confidence: Confidence { level: Level::Low, score: 0.0, reasons: Vec::new() },
        failing: None,
        missing: None,
        covered: Vec::new(),
        not_covered: Vec::new(),
        next_capture: None,
        caution: None,
        hresult: None,
    }
}

/// Records the next reboot.
const RECORD: &str = "bootrace capture arm --procmon Procmon64.exe --accept-eula";

/// Records the shutdown and several boots: ETW each of them, Process Monitor the first.
const RECORD_SEVERAL: &str = "bootrace capture arm --procmon Procmon64.exe --accept-eula --boots 3";

/// The score that leaves a doubt of 1/e.
const CONVINCING: f64 = 8.0;

fn failing(found: &Found<'_>, candidate: &Candidate) -> Verdict {
    let event = &candidate.event;
    let second = found.candidates.get(1).map_or(0.0, |c| c.score.max(0.0));
    let lead = candidate.score - second;
    let process = found.timeline.process_of(event).map_or("?", |p| p.name.as_str());
    let result = status_codes::NamedResult(event.status);
    let mut verdict = blank(
        Outcome::FailingOperation,
        Words::new(
            format!("{} of {} by {process} failed with {result}.", event.name, event.path),
            format!("{process} 对 {} 的 {} 失败：{result}。", event.path, event.name),
        ),
    );
    let report = candidate.report.as_ref().filter(|r| r.close);
    let reported = report.and_then(|r| found.faults.all.iter().find(|f| f.place == r.place)).map(|f| f.phase);
    let role = found.timeline.process_of(event).map_or(Role::Other, |p| p.role);
    verdict.phase = match reported {
        // What happens before there are services is told of later.
        Some(phase)
            if phase != PhaseName::Unknown && !matches!(role, Role::Poqexec | Role::SessionManager) =>
        {
            phase
        }
        _ => phases::of_event(found.timeline, found.boots, found.phases, event),
    };
    verdict.failing = Some(0);
    let strong = candidate.score >= features::STRONG && lead >= features::LEAD;
    verdict.confidence = Confidence {
        level: level(candidate, strong),
        score: 1.0 - (-candidate.score.max(0.0) / CONVINCING).exp(),
        reasons: reasons(candidate),
    };
    verdict
}

/// How sure the naming of a candidate is: high only where a log names the object with the code, medium where its process
/// or its thread, or a log, speaks of this very operation.
fn level(candidate: &Candidate, strong: bool) -> Level {
    let has = |link| candidate.links.contains(&link);
    let speaks = has(Link::ExitStatus)
        || has(Link::AskedHolder)
        || has(Link::LogObject)
        || has(Link::LogCode) && candidate.after.stops();
    match (strong, has(Link::LogObjectAndCode)) {
        (true, true) => Level::High,
        (_, true) => Level::Medium,
        (true, false) if speaks => Level::Medium,
        _ => Level::Low,
    }
}

/// Reasons that a verdict gives; all features stand with the candidates.
const MAX_REASONS: usize = 5;

/// What speaks for a candidate: a line of a log first, then its features.
fn reasons(candidate: &Candidate) -> Vec<(Trust, Evidence)> {
    let event = &candidate.event;
    let mut reasons = Vec::new();
    if let Some(report) = &candidate.report {
        let (en, zh) = match (report.code, report.same_name) {
            (Some(code), true) => (
                format!("the log says 0x{code:08X} for the same object"),
                format!("日志对同一对象记录了 0x{code:08X}"),
            ),
            (Some(code), false) => (format!("the log says 0x{code:08X}"), format!("日志记录了 0x{code:08X}")),
            (None, _) => ("the log names the same object".to_owned(), "日志提到同一对象".to_owned()),
        };
        let when = match report.time {
            Some(_) if report.close => ("at that time", "时间吻合"),
            _ => ("at another time, or at none that is known", "时间不同或未知"),
        };
        let words = Words::new(
            format!("{en}, {}: {}", when.0, report.text),
            format!("{zh}，{}：{}", when.1, report.text),
        );
        reasons.push((Trust::Correlated, Evidence::at(report.place, words)));
    }
    let links = candidate.links.iter().filter(|link| !link.is_of_log());
    reasons.extend(links.map(|link| (Trust::Inferred, Evidence::at(event.id, link.words()))));
    let telling = candidate.features.iter().filter(|f| {
        f.score > 0.0 && !matches!(f.name, "named" | "reported" | "ended-with-it" | "looked-up-after")
    });
    reasons.extend(
        telling.take(MAX_REASONS).map(|f| (Trust::Inferred, Evidence::at(event.id, f.words.clone()))),
    );
    reasons
}

/// A trace shows that the update failed, and nothing says by what.
fn unexplained(found: &Found<'_>, seen: &Seen) -> Verdict {
    let mut verdict = blank(
        Outcome::FailureWithoutOperation,
        Words::new(
            "The update failed, and no single operation in the trace explains it.",
            "更新失败，但跟踪中没有单个操作可以解释。",
        ),
    );
    verdict.phase = found.signs.first().map_or(PhaseName::Unknown, |s| phases::before(found.phases, s.time));
    let mut evidence: Vec<_> = found.signs.iter().take(3).map(Sign::evidence).collect();
    let mut what = Words::new(
        "an operation whose failure explains the rollback; the cause may be an absence, such as a service that never answered",
        "能解释回滚的失败操作；原因可能是该发生的没有发生，例如服务一直没有响应",
    );
    let mut lacks = missing::disabled_services(found.services);
    let program = found.signs.first().and_then(|s| missing::program_failed(found.timeline, s.time));
    let wait = found.signs.first().and_then(|s| waits::before(found.timeline, found.marked, s));
    if let Some(sign) = poqexec_failed(found) {
        verdict.phase = PhaseName::BootPoq;
        verdict.summary = Words::new(
            format!("{}, and no operation of it explains that.", sign.words.en),
            format!("{}，但其操作都无法解释。", sign.words.zh),
        );
        let foreign = found.marked.iter().filter(|(mark, _)| *mark == Mark::ForeignImage);
        let foreign: Vec<Evidence> = foreign.map(|(_, e)| missing::foreign_image(e)).collect();
        if !foreign.is_empty() {
            what = Words::new(
                "why poqexec.exe ended: a library that is not Windows' own was loaded into it",
                "poqexec.exe 结束的原因：有非 Windows 自带的库被加载到其中",
            );
        }
        evidence.extend(foreign);
    } else if let Some((name, words)) = program {
        lacks.push((Lack::Program, name));
        evidence.push(Evidence { place: None, words: words.clone() });
        (what, verdict.confidence.level) = (words, Level::Low);
    } else if let Some(wait) = wait {
        let (words, asked) = wait.words(found.timeline);
        (what, verdict.confidence.level) = (words, Level::Low);
        evidence.extend(asked);
        // Who was asked may be unknown.
        let asked = wait.asked.into_iter().map(|(name, _)| name).chain([String::new()]);
        lacks.extend(asked.map(|name| (Lack::Answer, name)));
    }
    evidence.extend(missing::suspicious(found.services));
    verdict.missing = Some(Missing { what, evidence, lacks });
    verdict.next_capture = Some(next_capture(seen.traces, seen.logs));
    verdict
}

/// What shows that poqexec itself ended with an error.
fn poqexec_failed<'a>(found: &Found<'a>) -> Option<&'a Sign> {
    let is_poqexec = |s: &&Sign| {
        let process = s.process.and_then(|p| found.timeline.process(p));
        s.place.is_none() && process.is_some_and(|p| p.role == Role::Poqexec)
    };
    found.signs.iter().find(is_poqexec)
}
