//! What logs other than those of servicing say: Windows Setup, driver installation, package lists.

use super::{
    answer::{NextCapture, Outcome, Verdict},
    found::Found,
};
use crate::{
    faults::{Fault, FaultKind},
    settled::{self, written},
};
use timeline::{Checked, Fact, Health, LogKind, LogLine, Source, SourceId, Tool, Words, counted};

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

/// What to do first where only the update client tells that an update failed.
pub(super) fn read_cbs_log() -> NextCapture {
    NextCapture {
        title: Words::new(
            "read the logs of servicing on the failing machine: they tell the phase and name what failed",
            "在出错的计算机上读取更新服务日志：它们给出阶段并指出失败的对象",
        ),
        command: r"bootrace report C:\Windows\Logs\CBS",
    }
}

/// What to do first where the search for updates failed: servicing was not asked yet.
pub(super) fn read_client_log() -> NextCapture {
    NextCapture {
        title: Words::new(
            "read the log of the update client: it names the server that was asked and what it answered",
            "查看更新客户端日志：其中有所访问的服务器及其响应",
        ),
        command: "powershell Get-WindowsUpdateLog",
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
    let lines = logs.flat_map(|(_, scan)| &scan.lines);
    let lines: Vec<&LogLine> = lines.filter(|line| !found.faults.settled.has(line)).collect();
    let of_recovery = |line: &&LogLine| matches!(&line.fact, Fact::Tool(fact) if fact.tool == Tool::Recovery);
    if let Some(line) = lines.iter().copied().find(of_recovery) {
        let (file, code) = (file_of(found, line.source), line.code.unwrap_or_default());
        return Some(Words::new(
            format!(
                "The recovery environment (WinRE) could not be updated, says {file}: {} (0x{code:08X}). Nothing here shows an update's reboot.",
                said(line)
            ),
            format!(
                "{file} 显示无法更新恢复环境 (WinRE)：{} (0x{code:08X})。此处没有显示更新的重启。",
                said(line)
            ),
        ));
    }
    let last = |decided: bool| {
        lines.iter().copied().filter(|line| is_failure(line, decided)).max_by_key(|l| (l.local, l.line))
    };
    let Some(line) = last(true).or_else(|| last(false)) else {
        let done = lines.iter().any(|line| line.fact == Fact::UpgradeDone);
        let noise =
            lines.iter().copied().filter(|line| line.code.is_some()).max_by_key(|l| (l.local, l.line));
        if let Some(line) = noise.filter(|_| !done) {
            return Some(only_noise(found, line));
        }
        return Some(Words::new(
            "The logs of Windows Setup show no failure, and they tell nothing of a monthly update.",
            "Windows 安装程序的日志没有显示失败，它们也不涉及每月更新。",
        ));
    };
    let (file, code) = (file_of(found, line.source), line.code.unwrap_or_default());
    // Only a line that states the result says how it ended.
    let (verb, verb_zh) = match &line.fact {
        Fact::Tool(fact) if fact.decides => ("ended with", "的结果为"),
        _ => ("reports", "报告"),
    };
    Some(Words::new(
        format!(
            "Windows Setup, which upgrades Windows, {verb} 0x{code:08X}, says {file}: {}. Its logs tell nothing of a monthly update.",
            said(line)
        ),
        format!(
            "{file} 显示 Windows 安装程序（用于升级 Windows）{verb_zh} 0x{code:08X}：{}。其日志不涉及每月更新。",
            said(line)
        ),
    ))
}

/// No result, and no failure but one that good upgrades have too.
fn only_noise(found: &Found<'_>, line: &LogLine) -> Words {
    let (file, code, said) = (file_of(found, line.source), line.code.unwrap_or_default(), said(line));
    Words::new(
        format!(
            "The logs of Windows Setup state no result. Their last error is 0x{code:08X}, says {file}: {said}. Good upgrades have such errors too; these logs tell nothing of a monthly update."
        ),
        format!(
            "Windows 安装程序的日志没有给出结果。{file} 中最后的错误为 0x{code:08X}：{said}。成功的升级也会有此类错误；这些日志不涉及每月更新。"
        ),
    )
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
    let Some((at, evidence)) = settled::waiting(found.timeline).next() else { return };
    let file = found.timeline.case.inputs.get(at).map_or("", |input| input.path.as_str());
    let words = evidence.words;
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

/// Adds how the system files or the component store are, as the last output of sfc or of a check states it.
pub(super) fn add_health(found: &Found<'_>, verdict: &mut Verdict) {
    let scans = found.timeline.scans.iter().enumerate();
    let Some((at, (checked, health, evidence))) =
        scans.filter_map(|(at, s)| Some((at, s.known.health.as_ref()?))).next_back()
    else {
        return;
    };
    let file = found.timeline.case.inputs.get(at).map_or("", |input| input.path.as_str());
    let said = evidence.words.en.trim_end_matches(['.', '。']);
    let (what, what_zh) = match checked {
        Checked::Files => ("system files", "系统文件"),
        Checked::Store => ("component store", "组件存储"),
    };
    let verb = if *checked == Checked::Files { "are" } else { "is" };
    let (en, zh) = match health {
        Health::Damaged => (format!("The {what} {verb} damaged"), format!("{what_zh}已损坏")),
        Health::Repaired => (format!("Damage of the {what} is repaired"), format!("{what_zh}的损坏已修复")),
        Health::Good => (format!("The {what} {verb} whole"), format!("{what_zh}完好")),
        Health::NotChecked | Health::NoService | Health::WaitsForRestart => {
            (format!("The {what} could not be checked"), format!("未能检查{what_zh}"))
        }
    };
    verdict.summary = Words::new(
        format!("{} {en}, says {file}: {said}.", verdict.summary.en),
        format!("{}{zh}，见 {file}：{said}。", verdict.summary.zh),
    );
    // A check that finds nothing has no part in a reboot.
    let only_checked = found.faults.last_failure.is_none() && found.faults.all.is_empty();
    if verdict.outcome == Outcome::NotEnoughEvidence && *health != Health::Damaged && only_checked {
        verdict.next_capture = Some(give_cbs_log());
    }
    if *health == Health::Damaged && verdict.outcome == Outcome::NotEnoughEvidence {
        let caution = || Words::new(format!("the {what} {verb} damaged"), format!("{what_zh}已损坏"));
        verdict.caution.get_or_insert_with(caution);
        verdict.next_capture = Some(NextCapture {
            title: Words::new(
                "repair the component store, run sfc /scannow again, and give CBS.log, which names the files",
                "修复组件存储，再次运行 sfc /scannow，并提供列出这些文件的 CBS.log",
            ),
            command: "DISM /Online /Cleanup-Image /RestoreHealth",
        });
    }
}

/// What records of an event log say failed, where they are all there is: a crash first, then the last services.
pub(super) fn events(found: &Found<'_>) -> Option<Words> {
    let inputs = found.timeline.case.inputs.iter().zip(&found.timeline.scans);
    let lists = inputs
        .filter(|(input, _)| matches!(&input.source, Source::Log(log) if log.kind == LogKind::EventList));
    let lines = lists.flat_map(|(_, scan)| &scan.lines);
    let mut failed: Vec<&LogLine> =
        lines.filter(|line| line.failed && matches!(line.fact, Fact::Event | Fact::Crash)).collect();
    // Stable: among equals the last records come first.
    failed.reverse();
    failed.sort_by_key(|line| line.fact != Fact::Crash);
    let file = file_of(found, failed.first()?.source);
    let said =
        failed.iter().take(NAMED).map(|l| l.text.trim().trim_end_matches(':')).collect::<Vec<_>>().join("; ");
    Some(Words::new(
        format!("{file} records: {said}. Nothing in it reports a failed update."),
        format!("{file} 记录：{said}。其中没有更新失败的内容。"),
    ))
}

/// What the update client or the Setup log say was installed, where they tell of no failure.
pub(super) fn installed(found: &Found<'_>) -> Option<Words> {
    let lines = found.timeline.scans.iter().flat_map(|scan| &scan.lines);
    let mut done: Vec<(&LogLine, &str)> = Vec::new();
    for line in lines {
        if let Fact::UpdateInstalled(update) = &line.fact
            && !done.iter().any(|(_, known)| known == update)
        {
            done.push((line, update));
        }
    }
    let file = file_of(found, done.first()?.0.source);
    let names: Vec<&str> = done.iter().map(|(_, update)| *update).filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        return Some(Words::new(
            format!("{file} says that an update was installed, and tells of no failure."),
            format!("{file} 记录更新已安装，没有失败。"),
        ));
    }
    let more = if names.len() > NAMED { ", …" } else { "" };
    let list = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ") + more;
    let verb = if names.len() == 1 { "was" } else { "were" };
    Some(Words::new(
        format!("{file} says that {list} {verb} installed, and tells of no failure."),
        format!("{file} 记录 {list} 已安装，没有失败。"),
    ))
}

/// Whether a record before the failure of an update says that it waits for a restart.
pub(super) fn waited_before(found: &Found<'_>, fault: &Fault) -> bool {
    let lines = || found.timeline.scans.iter().flat_map(|scan| &scan.lines);
    let own = |line: &&LogLine| fault.place == timeline::Place::Line { source: line.source, line: line.line };
    let failed = lines().find(own).and_then(written);
    let waited = |line: &LogLine| matches!(&line.fact, Fact::UpdateWaits(update) if *update == fault.item);
    failed
        .is_some_and(|failed| lines().any(|line| waited(line) && written(line).is_some_and(|at| at < failed)))
}

pub(super) fn file_of<'a>(found: &Found<'a>, source: SourceId) -> &'a str {
    found.timeline.case.inputs.get(usize::from(source.0)).map_or("", |input| input.path.as_str())
}
