//! The answer: which operation failed, or why none is named.

use super::{Candidate, Sign, features};
use crate::{
    Assessment, Phase, PhaseName, Service, Timeline,
    model::{Evidence, FileTime, Role, Ticks, Trust, Words},
    phases::{self, Boots},
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
    /// From 0 to 1, the score scaled.
    pub score: f64,
    /// What speaks for it, strongest first.
    pub reasons: Vec<Evidence>,
}

/// What is missing, and how that is known.
#[derive(Debug, Clone)]
pub struct Missing {
    /// What.
    pub what: Words,
    /// How that is known.
    pub evidence: Vec<Evidence>,
}

/// The capture that would answer what is open.
#[derive(Debug, Clone)]
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
}

/// A link of the chain from the rollback back to the first cause.
#[derive(Debug, Clone)]
pub struct ChainLink {
    /// What happened.
    pub what: Words,
    /// When.
    pub time: FileTime,
    /// Time since the link before it in time.
    pub since: Option<Ticks>,
    /// How it is known.
    pub trust: Trust,
    /// By what.
    pub evidence: Evidence,
}

pub(crate) fn decide(
    timeline: &Timeline<'_>,
    boots: &Boots,
    signs: &[Sign],
    phases: &[Phase],
    services: &[Service],
    candidates: &[Candidate],
) -> Verdict {
    let seen = Seen::of(timeline, boots);
    let best = candidates.first();
    let nameable = best.filter(|c| {
        c.score >= features::NAMEABLE && c.later_success.is_none() && signs.iter().any(|s| s.time >= c.event.time)
    });
    let mut verdict = match (signs.first(), nameable) {
        (Some(_), Some(candidate)) => failing(timeline, phases, candidates, candidate),
        (Some(sign), None) => without_operation(phases, sign, services),
        (None, _) if seen.complete_reboot() => no_failure(&seen),
        (None, _) => not_enough(&seen),
    };
    verdict.covered = seen.covered();
    verdict.not_covered.extend(seen.not_covered());
    verdict
}

/// What of an update's reboot the sources hold.
struct Seen {
    events: u64,
    boots: usize,
    poqexec: usize,
    servicing: usize,
    servicing_ended: bool,
    sources: usize,
}

impl Seen {
    fn of(timeline: &Timeline<'_>, boots: &Boots) -> Self {
        let first = timeline.span().unwrap_or_default().0;
        let started = |role: Role| {
            timeline.processes.iter().filter(move |p| p.role == role && p.start.is_some_and(|s| s >= first))
        };
        let servicing: Vec<_> = started(Role::TrustedInstaller).chain(started(Role::TiWorker)).collect();
        Self {
            events: timeline.scans.iter().map(|s| s.events).sum(),
            boots: boots.starts.len(),
            poqexec: started(Role::Poqexec).count(),
            servicing: servicing.len(),
            servicing_ended: !servicing.is_empty() && servicing.iter().all(|p| p.end.is_some()),
            sources: timeline.scans.len(),
        }
    }

    /// A boot in which servicing ran and came to its end.
    fn complete_reboot(&self) -> bool {
        self.boots > 0 && self.poqexec > 0 && self.servicing_ended
    }

    fn covered(&self) -> Vec<Words> {
        let mut words = vec![Words::new(
            format!("{} events of {} trace(s)", self.events, self.sources),
            format!("{} 个跟踪中的 {} 个事件", self.sources, self.events),
        )];
        if self.boots > 0 {
            words.push(Words::new(format!("{} boot(s)", self.boots), format!("{} 次启动", self.boots)));
        }
        if self.poqexec > 0 {
            words.push(Words::new(
                format!("{} run(s) of poqexec.exe", self.poqexec),
                format!("poqexec.exe 运行 {} 次", self.poqexec),
            ));
        }
        if self.servicing > 0 {
            words.push(Words::new(
                format!("{} start(s) of TrustedInstaller.exe and TiWorker.exe", self.servicing),
                format!("TrustedInstaller.exe 与 TiWorker.exe 启动 {} 次", self.servicing),
            ));
        }
        words
    }

    fn not_covered(&self) -> Vec<Words> {
        let mut words = Vec::new();
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
        words.push(Words::new("no servicing logs (CBS.log) were given", "未提供更新日志 (CBS.log)"));
        words
    }
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
    }
}

/// Score that counts as certain when it is scaled to 1.
const CERTAIN: f64 = 16.0;

fn failing(timeline: &Timeline<'_>, phases: &[Phase], all: &[Candidate], candidate: &Candidate) -> Verdict {
    let event = &candidate.event;
    let second = all.get(1).map_or(0.0, |c| c.score.max(0.0));
    let lead = candidate.score - second;
    let process = timeline.process_of(event).map_or("?", |p| p.name.as_str());
    let result = status_codes::ProcmonResult(event.status);
    let phase = phases::at(phases, event.time);
    let mut verdict = blank(
        Outcome::FailingOperation,
        Words::new(
            format!("{} of {} by {process} failed with {result}.", event.name, event.path),
            format!("{process} 对 {} 的 {} 失败:{result}。", event.path, event.name),
        ),
    );
    verdict.phase = phase;
    verdict.failing = Some(0);
    verdict.confidence = Confidence {
        // Without a log that names the same code or path a trace alone never gives high confidence.
        level: if candidate.score >= features::STRONG && lead >= features::LEAD { Level::Medium } else { Level::Low },
        score: (candidate.score / CERTAIN).clamp(0.0, 1.0),
        reasons: candidate
            .features
            .iter()
            .filter(|f| f.score > 0.0)
            .map(|f| Evidence { event: Some(event.id), words: f.words.clone() })
            .collect(),
    };
    verdict
}

fn without_operation(phases: &[Phase], sign: &Sign, services: &[Service]) -> Verdict {
    let mut verdict = blank(
        Outcome::FailureWithoutOperation,
        Words::new(
            "The update failed, and no single operation in the trace explains it.",
            "更新失败,但跟踪中没有单个操作可以解释。",
        ),
    );
    verdict.phase = phases::at(phases, sign.time);
    let disabled = services.iter().filter(|s| s.assessment == Assessment::Suspicious);
    let mut evidence = vec![sign.evidence()];
    evidence.extend(disabled.map(|s| Evidence {
        event: s.start_type.as_ref().and_then(|(_, e)| e.event),
        words: s.words.clone(),
    }));
    verdict.missing = Some(Missing {
        what: Words::new(
            "an operation whose failure explains the rollback; the cause may be an absence, such as a service that never answered",
            "能解释回滚的失败操作;原因可能是某种缺席,例如服务始终未响应",
        ),
        evidence,
    });
    verdict.next_capture = Some(NextCapture {
        title: Words::new(
            "give CBS.log and the System event log of the same boot beside the trace",
            "请在跟踪之外提供同一次启动的 CBS.log 与系统事件日志",
        ),
        command: "",
    });
    verdict
}

fn no_failure(seen: &Seen) -> Verdict {
    let mut verdict = blank(
        Outcome::NoFailure,
        Words::new(
            "The trace holds an update's reboot, and nothing in it shows a failure.",
            "跟踪包含一次更新重启,其中没有失败迹象。",
        ),
    );
    verdict.confidence = Confidence { level: Level::Medium, score: 0.5, reasons: Vec::new() };
    verdict.next_capture = Some(NextCapture {
        title: Words::new(
            "if the update failed all the same, it failed in another boot or at shutdown: capture that one",
            "若更新仍然失败,则失败发生在另一次启动或关机时:请捕获那一次",
        ),
        command: "",
    });
    let _ = seen;
    verdict
}

fn not_enough(seen: &Seen) -> Verdict {
    let summary = if seen.boots == 0 && seen.poqexec == 0 {
        Words::new(
            "The trace holds no update's reboot: it cannot tell why an update failed.",
            "跟踪不包含更新重启:无法说明更新为何失败。",
        )
    } else {
        Words::new(
            "The trace holds a part of an update's reboot, too little to say whether it failed.",
            "跟踪只包含更新重启的一部分,不足以判断是否失败。",
        )
    };
    let mut verdict = blank(Outcome::NotEnoughEvidence, summary);
    verdict.next_capture = Some(NextCapture {
        title: Words::new(
            "record the reboot itself with Process Monitor's boot logging: Options, Enable Boot Logging, then restart to let the update fail",
            "用 Process Monitor 的启动日志记录重启本身:Options → Enable Boot Logging,然后重启让更新失败",
        ),
        command: "",
    });
    verdict
}
