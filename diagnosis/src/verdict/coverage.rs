//! What the sources hold of an update's reboot.

use timeline::{FileTime, Process, Role, Timeline, Words, counted, thousands};

use crate::{phases::Boots, services};

/// How inputs had to be read, if that affects the verdict.
pub(super) fn caveats(timeline: &Timeline<'_>) -> Vec<Words> {
    let inputs = timeline.case.inputs.iter().zip(&timeline.scans);
    let named = inputs.flat_map(|(input, scan)| {
        let words = scan.caveats.iter().filter_map(|caveat| caveat.verdict.as_ref());
        words.map(|w| Words::new(w.en.replace("{}", &input.path), w.zh.replace("{}", &input.path)))
    });
    named.collect()
}

/// How many processes have their end reported with the coverage.
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
pub(super) struct Coverage {
    /// Part of a trace is lost, and the operation sought may have been in it.
    pub(super) hidden: bool,
    pub(super) events: u64,
    pub(super) boots: usize,
    pub(super) poqexec: usize,
    pub(super) servicing: usize,
    pub(super) servicing_ended: bool,
    /// Programs and service hosts of servicing that ran before and ended, with their exit codes.
    pub(super) ended: Vec<String>,
    pub(super) traces: usize,
    pub(super) logs: usize,
    pub(super) lines: u64,
}

impl Coverage {
    pub(super) fn new(timeline: &Timeline<'_>, boots: &Boots) -> Self {
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
    pub(super) fn complete_reboot(&self) -> bool {
        self.boots > 0 && self.poqexec > 0 && self.servicing_ended
    }

    pub(super) fn covered(&self) -> Vec<Words> {
        let many = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let mut words = Vec::new();
        if self.traces > 0 {
            words.push(Words::new(
                format!("{} of {}", counted(many(self.events), "event"), counted(self.traces, "trace")),
                format!("{} 个跟踪中的 {} 个事件", self.traces, thousands(self.events)),
            ));
        }
        if self.logs > 0 {
            words.push(Words::new(
                format!("{} of {}", counted(many(self.lines), "record"), counted(self.logs, "log")),
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

    pub(super) fn not_covered(&self) -> Vec<Words> {
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

/// What is said of errors of servicing that were not examined.
pub(super) fn errors_left_out(count: usize) -> Option<Words> {
    let number = thousands(count as u64);
    (count > 0).then(|| {
        Words::new(
            format!("{number} more errors of servicing were not examined; errors of changes and the latest came first"),
            format!("另有 {number} 个更新程序的错误未检查；更改操作的错误和最近的错误优先"),
        )
    })
}
