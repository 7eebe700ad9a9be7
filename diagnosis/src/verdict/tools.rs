//! What logs other than those of servicing say: Windows Setup, driver installation, package lists.

use super::{
    answer::{NextCapture, Outcome, Verdict},
    found::Found,
};
use crate::faults::{Fault, FaultKind};
use timeline::{Fact, LogKind, LogLine, Source, SourceId, Tool, Words, counted};

/// Driver installations that a sentence names.
const NAMED: usize = 3;

/// What Windows Setup and the installation of drivers say, if nothing reports an update's reboot.
pub(super) fn say(found: &Found<'_>) -> Option<Words> {
    let sentences: Vec<Words> = windows_setup(found).into_iter().chain(devices(found)).collect();
    (!sentences.is_empty()).then(|| {
        let join = |pick: fn(&Words) -> &str, space: &str| {
            sentences.iter().map(pick).collect::<Vec<_>>().join(space)
        };
        Words::new(join(|w| &w.en, " "), join(|w| &w.zh, ""))
    })
}

/// What to give if there are only these logs.
pub(super) fn give_cbs_log() -> NextCapture {
    NextCapture {
        title: Words::new(
            r"if a monthly update failed as well, give CBS.log and the CbsPersist logs of C:\Windows\Logs\CBS",
            r"若每月更新也失败了，请提供 C:\Windows\Logs\CBS 中的 CBS.log 与 CbsPersist 日志",
        ),
        command: "",
    }
}

/// The result of Windows Setup: the last line that states it, otherwise the last that failed.
fn windows_setup(found: &Found<'_>) -> Option<Words> {
    let of_setup = |source: &Source| matches!(source, Source::Log(log) if log.kind == LogKind::WindowsSetup);
    let inputs = found.timeline.case.inputs.iter().zip(&found.timeline.scans);
    let mut logs = inputs.filter(|(input, _)| of_setup(&input.source)).peekable();
    logs.peek()?;
    let is_failure = |line: &&LogLine, decided: bool| {
        matches!(&line.fact, Fact::Tool(fact) if fact.tool == Tool::WindowsSetup && (!decided || fact.decides))
            && line.failed
            && line.code.is_some()
    };
    let lines: Vec<&LogLine> = logs.flat_map(|(_, scan)| &scan.lines).collect();
    let last = |decided: bool| {
        lines.iter().copied().filter(|line| is_failure(line, decided)).max_by_key(|l| (l.local, l.line))
    };
    let Some(line) = last(true).or_else(|| last(false)) else {
        return Some(Words::new(
            "The logs of Windows Setup show no failure, and they tell nothing of a monthly update.",
            "Windows 安装程序的日志没有显示失败，它们也不涉及每月更新。",
        ));
    };
    let (file, code) = (file_of(found, line.source), line.code.unwrap_or_default());
    Some(Words::new(
        format!(
            "Windows Setup, which upgrades Windows, ended with 0x{code:08X}, says {file}: {}. Its logs tell nothing of a monthly update.",
            said(line)
        ),
        format!(
            "{file} 显示 Windows 安装程序（用于升级 Windows）以 0x{code:08X} 结束：{}。其日志不涉及每月更新。",
            said(line)
        ),
    ))
}

fn said(line: &LogLine) -> &str {
    match &line.fact {
        Fact::Tool(fact) => fact.what.trim_end_matches('.'),
        _ => line.text.as_str(),
    }
}

/// Driver installations outside of servicing that failed.
fn devices(found: &Found<'_>) -> Option<Words> {
    let failed: Vec<&Fault> = found.faults.all.iter().filter(|f| f.kind == FaultKind::Device).collect();
    let file = file_of(found, failed.first()?.place.source());
    let one = |f: &&Fault| match f.code_text() {
        code if code.is_empty() => f.item.clone(),
        code => format!("{} ({code})", f.item),
    };
    let mut list = failed.iter().take(NAMED).map(one).collect::<Vec<_>>().join("; ");
    if failed.len() > NAMED {
        list.push_str("; …");
    }
    Some(Words::new(
        format!(
            "{} failed outside of servicing, says {file}: {list}. Nothing here shows an update's reboot.",
            counted(failed.len(), "driver installation")
        ),
        format!("{file} 记录了更新之外的 {} 次驱动安装失败：{list}。此处没有更新重启的内容。", failed.len()),
    ))
}

/// Adds that a change waits for a restart, as a package list or dism.log say.
pub(super) fn add_pending_restart(found: &Found<'_>, verdict: &mut Verdict) {
    let scans = found.timeline.scans.iter().enumerate();
    let mut waiting = scans.filter_map(|(at, scan)| Some((at, scan.known.waits_for_restart.as_ref()?)));
    let Some((at, evidence)) = waiting.next() else { return };
    let file = found.timeline.case.inputs.get(at).map_or("", |input| input.path.as_str());
    let words = &evidence.words;
    verdict.summary = Words::new(
        format!(
            "{} A restart is pending, says {file}: {}.",
            verdict.summary.en,
            words.en.trim_end_matches('.')
        ),
        format!("{}{file} 显示正等待重新启动：{}。", verdict.summary.zh, words.zh.trim_end_matches('.')),
    );
    let open = matches!(verdict.outcome, Outcome::NoFailure | Outcome::NotEnoughEvidence);
    if open && verdict.caution.is_none() {
        verdict.caution = Some(Words::new("a restart is pending", "等待重新启动"));
    }
}

pub(super) fn file_of<'a>(found: &Found<'a>, source: SourceId) -> &'a str {
    found.timeline.case.inputs.get(usize::from(source.0)).map_or("", |input| input.path.as_str())
}
