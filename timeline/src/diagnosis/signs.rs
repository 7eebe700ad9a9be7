//! Signs that an update failed: what a trace shows of it by itself, without the servicing logs.

use crate::{
    Timeline,
    model::{Event, EventId, Evidence, FileTime, ProcessId, Role, Words},
    sources::Mark,
};

/// A sign that the update failed. Each is inferred; a log line that says so is stronger.
#[derive(Debug, Clone)]
pub struct Sign {
    /// When it shows.
    pub time: FileTime,
    /// The event that shows it.
    pub event: Option<EventId>,
    /// The process that shows it.
    pub process: Option<ProcessId>,
    /// What it is.
    pub words: Words,
}

impl Sign {
    /// The sign as evidence.
    pub fn evidence(&self) -> Evidence {
        Evidence { event: self.event, words: self.words.clone() }
    }
}

/// The signs, in order of time.
pub(crate) fn find(timeline: &Timeline<'_>, marked: &[(Mark, Event)]) -> Vec<Sign> {
    let mut signs: Vec<Sign> = marked.iter().filter_map(|(mark, event)| of_mark(timeline, *mark, event)).collect();
    for (number, process) in timeline.processes.iter().enumerate() {
        let (Some(status), Some(time)) = (process.exit_status, process.end) else { continue };
        if process.role != Role::Poqexec || status == 0 {
            continue;
        }
        let words = Words::new(
            format!("poqexec.exe ({}) ends with status 0x{status:08X}", process.pid),
            format!("poqexec.exe ({}) 以状态 0x{status:08X} 结束", process.pid),
        );
        signs.push(Sign { time, event: None, process: Some(ProcessId(number as u32)), words });
    }
    signs.sort_by_key(|s| (s.time, s.event));
    signs
}

fn of_mark(timeline: &Timeline<'_>, mark: Mark, event: &Event) -> Option<Sign> {
    let process = timeline.process_of(event)?;
    if !process.role.services_updates() {
        return None;
    }
    let who = format!("{} ({})", process.name, process.pid);
    let words = match mark {
        Mark::ErrorReportAsked => Words::new(
            format!("{who} reads DisableWerReporting, as CBS does first when it gathers an error report"),
            format!("{who} 读取 DisableWerReporting,CBS 收集错误报告时首先如此"),
        ),
        Mark::ErrorReportFile => Words::new(
            format!("{who} touches {}, which CBS gathers for an error report", event.path),
            format!("{who} 访问 {},CBS 为错误报告收集该文件", event.path),
        ),
        Mark::PoqexecFailure => Words::new(
            format!("{who} writes PoqexecFailure to the component store"),
            format!("{who} 在组件存储中写入 PoqexecFailure"),
        ),
        _ => return None,
    };
    Some(Sign { time: event.time, event: Some(event.id), process: event.process, words })
}
