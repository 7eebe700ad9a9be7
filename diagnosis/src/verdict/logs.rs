//! What logs alone answer: a failure without an operation, a good end, and what they leave open.

use super::{
    answer::{Confidence, Level, NextCapture, Outcome, Verdict},
    capture::{RECORD_SEVERAL, next_capture},
    coverage::Coverage,
    found::Found,
    log_words::{
        capital, caution, damage_words, joined, more_words, retried_words, sentence_after, told_with,
    },
    tools,
};
use crate::{
    faults::{Fault, FaultKind, package_name},
    log_state::Damaged,
    missing::{self, Missing},
};
use status_codes::results;
use timeline::{Evidence, LogLine, Object, PhaseName, Trust, UpdateStep, Words};

/// Objects that a sentence names; the report has all.
const NAMED: usize = 3;

/// Records an installation while Windows runs.
const RECORD_INSTALLATION: &str = "bootrace capture live -- dism /online /add-package /packagepath:PACKAGE";

/// A log says what failed, and no operation of a trace explains it.
pub(super) fn without_operation(found: &Found<'_>, fault: &Fault, seen: &Coverage) -> Verdict {
    let what = fault.words();
    let reported = found.faults.reported.filter(|code| Some(*code) != fault.code);
    let mut summary = what.clone();
    if fault.is_online() {
        summary = joined(summary, while_windows_ran(found, fault));
    }
    if let Some(code) = reported {
        let tail =
            Words::new(format!("; servicing reported 0x{code:08X}"), format!("；服务堆栈报告 0x{code:08X}"));
        summary = joined(summary, tail);
    }
    let mut summary = Words::new(format!("{}.", capital(&summary.en)), format!("{}。", summary.zh));
    let damaged: Vec<&Damaged> = found.faults.state.damaged().collect();
    if !damaged.is_empty() {
        summary = sentence_after(summary, damage_words(&damaged));
    }
    if let Some(counted) = found.faults.state.counts_more() {
        summary = sentence_after(summary, more_words(counted));
    }
    let mut verdict = Verdict::new(Outcome::FailureWithoutOperation, summary);
    verdict.summary_says_fault = true;
    verdict.phase = fault.phase;
    verdict.confidence = Confidence {
        level: Level::Medium,
        measured: None,
        reasons: vec![(
            Trust::Recorded,
            Evidence::at(fault.place, Words::new(fault.text.clone(), fault.text.clone())),
        )],
    };
    let mut evidence = vec![Evidence::at(fault.place, what)];
    evidence.extend(missing::suspicious(found.services));
    let lacks = missing::disabled_services(found.services);
    if let Some(what) = missing_of(fault, seen.traces > 0) {
        verdict.missing = Some(Missing { what, evidence, lacks });
    }
    // A call of the store whose phase is not known is most often made by an installation.
    let installing = fault.is_online() || fault.kind == FaultKind::Call && fault.phase == PhaseName::Unknown;
    verdict.next_capture = match (installing, log_names_cause(fault)) {
        // The log says what to do; no capture would say more.
        (_, true) => None,
        (true, false) => Some(NextCapture {
            title: Words::new(
                "record the installation itself while it fails, as administrator",
                "以管理员身份记录安装过程本身，直到其失败",
            ),
            command: RECORD_INSTALLATION,
        }),
        (false, false) => Some(next_capture(seen.traces, seen.logs)),
    };
    verdict
}

/// What was being installed, and that no restart had a part in it.
fn while_windows_ran(found: &Found<'_>, fault: &Fault) -> Words {
    let online = &found.faults.online;
    // Of several capabilities the first stands for all.
    let feature = online.feature.as_deref().and_then(|list| list.split(';').next());
    let subject = feature.or(online.package.as_deref().map(package_name));
    let same = subject.is_none_or(|name| name == fault.item || name == package_name(&fault.item));
    let step = online.step.map(crate::faults::OnlineStep::words);
    let (en, zh) = match (subject.filter(|_| !same), step) {
        (Some(name), Some(step)) => {
            (format!(", while {name} {}", step.en), format!("，发生在{} {name} 时", step.zh))
        }
        (Some(name), None) => (format!(", in the change of {name}"), format!("，发生在更改 {name} 时")),
        (None, Some(step)) => (format!(", while it {}", step.en), format!("，发生在{}时", step.zh)),
        (None, None) => (String::new(), String::new()),
    };
    // The feature stands for its package; both are what people search for.
    let package = online.package.as_deref().filter(|_| online.feature.is_some() && !same).map(package_name);
    let (of_en, of_zh) = package.map_or_else(Default::default, |p| (format!(" ({p})"), format!("（{p}）")));
    Words::new(format!("{en}{of_en}, before any restart"), format!("{zh}{of_zh}，尚未重新启动"))
}

/// Whether the log itself names what failed, so that a trace has nothing to add.
fn log_names_cause(fault: &Fault) -> bool {
    match fault.kind {
        FaultKind::Stack
        | FaultKind::Manifest
        | FaultKind::Catalog
        | FaultKind::RegistryValue
        | FaultKind::File
        | FaultKind::Hydration
        | FaultKind::Download
        | FaultKind::DriverQueue
        | FaultKind::Pending
        | FaultKind::Store
        | FaultKind::Dism
        | FaultKind::Repair => true,
        FaultKind::Feature | FaultKind::Package | FaultKind::Session => {
            fault.code.is_some_and(|code| is_download(code) || EXPLAINED.contains(&code))
        }
        _ => false,
    }
}

/// Codes that say all there is to know: the package does not fit, must stay, or somebody gave up.
const EXPLAINED: &[u32] = &[
    results::CBS_E_NOT_APPLICABLE,
    results::CBS_E_CANNOT_REMOVE,
    results::CBS_E_ABORT,
    results::CBS_E_DPX_JOB_STATE_SAVED,
    results::CBS_E_SOURCE_MODIFIED,
];

/// Codes of the update client: the network and the update service.
fn is_download(code: u32) -> bool {
    code >> 16 == 0x8024
}

/// What an answer still needs; `traced` if a trace is at hand.
fn missing_of(fault: &Fault, traced: bool) -> Option<Words> {
    let who = if fault.item.is_empty() { "servicing" } else { &fault.item };
    let who_zh = if fault.item.is_empty() { "更新程序" } else { &fault.item };
    if log_names_cause(fault) {
        return None;
    }
    // RPC_S_CALL_FAILED: who was called was there, and ended.
    if fault.win32() == Some(1726) {
        return Some(Words::new(
            format!("why the process that {who} had called ended during the call"),
            format!("{who_zh} 所调用的进程在调用期间结束的原因"),
        ));
    }
    if fault.waited_in_vain() {
        return Some(Words::new(
            format!("the answer of a service that {who} waited for"),
            format!("{who_zh} 所等待的服务的响应"),
        ));
    }
    let service = match (fault.kind, fault.names.first()) {
        (FaultKind::Service, _) => Some(&fault.item),
        (_, Some(Object::Service(service))) => Some(service),
        _ => None,
    };
    if let Some(service) = service {
        return Some(Words::new(
            format!("why the service {service} could not be started"),
            format!("服务 {service} 无法启动的原因"),
        ));
    }
    Some(match fault.kind {
        FaultKind::Command => Words::new(
            "why that program failed: a trace shows what it could not open",
            "该程序失败的原因：跟踪可显示它无法打开什么",
        ),
        FaultKind::Call => Words::new(
            "who removed or holds that object: only a trace of the installation shows it",
            "谁删除或占用了该对象：只有安装过程的跟踪才能显示",
        ),
        _ if fault.is_online() => Words::new(
            "the file or registry operation behind the code: a trace of the installation names it",
            "代码背后的文件或注册表操作：安装过程的跟踪可以指出",
        ),
        _ if traced => Words::new(
            "the file or registry operation behind it: nothing ties an operation of the trace to it",
            "其背后的文件或注册表操作：没有内容将跟踪中的操作与之联系起来",
        ),
        _ => Words::new(
            "the file or registry operation behind it: logs name codes, only a trace of the reboot names the operation",
            "其背后的文件或注册表操作：日志只有代码，只有重启的跟踪才能指出操作",
        ),
    })
}

/// Nothing failed, or what failed was made good.
pub(super) fn no_failure(found: &Found<'_>, seen: &Coverage) -> Verdict {
    let state = &found.faults.state;
    let damaged = state.is_damaged();
    let retried = found.faults.retried.as_ref().zip(found.faults.past.first());
    let base = match (retried, damaged, seen.complete_reboot()) {
        (Some((end, fault)), ..) => retried_words(fault, end),
        (_, false, true) => Words::new(
            "The trace holds an update's reboot, and nothing in it shows a failure.",
            "跟踪包含一次更新重启，其中没有失败迹象。",
        ),
        (_, false, false) => Words::new(
            "The logs show servicing at work, and no failed reboot.",
            "日志显示服务堆栈在工作，没有失败的重启。",
        ),
        (_, true, _) => Words::new("No reboot failed here.", "此处没有失败的重启。"),
    };
    let mut verdict = Verdict::new(Outcome::NoFailure, told_with(base, state));
    verdict.caution = caution(state);
    if let Some((_, fault)) = retried {
        verdict.phase = fault.phase;
    }
    verdict.confidence = Confidence { level: Level::Medium, measured: None, reasons: Vec::new() };
    if verdict.caution.is_none() && retried.is_none() {
        verdict.next_capture = Some(NextCapture {
            title: Words::new(
                "if the update failed all the same, it failed in another boot or at shutdown: capture that one",
                "若更新仍然失败，则失败发生在另一次启动或关机时：请采集那一次",
            ),
            command: RECORD_SEVERAL,
        });
    }
    verdict
}

/// The inputs do not show whether a reboot failed.
pub(super) fn not_enough(found: &Found<'_>, seen: &Coverage) -> Verdict {
    let state = &found.faults.state;
    let failed_update = last_update(found);
    let summary = match (seen.traces, seen.boots == 0 && seen.poqexec == 0) {
        (0, _) if tools::say(found).is_some() => tools::say(found).unwrap_or_default(),
        (0, _) if failed_update.is_some() => {
            let update = failed_update.map(|last| failed_updates(found, last)).unwrap_or_default();
            let file = failed_update.map_or("", |f| tools::file_of(found, f.place.source()));
            // Only what was installed can fail at a reboot.
            let installed = failed_update.is_some_and(|f| f.client_step() == UpdateStep::Install);
            let waited = failed_update.is_some_and(|f| tools::waited_before(found, f));
            let (en, zh) = match installed {
                true if waited => (
                    " at the restart that it had waited for; only CBS.log says at what",
                    "，发生在其所等待的重启时；只有 CBS.log 能说明原因",
                ),
                true => (
                    "; nothing here says whether it failed at its reboot",
                    "；此处没有内容说明它是否在重启时失败",
                ),
                false => (": no reboot came to that", "：尚未到重启这一步"),
            };
            Words::new(
                format!("{file} says that {}{en}.", update.en),
                format!("{file} 记录：{}{zh}。", update.zh),
            )
        }
        (0, _) if tools::events(found).is_some() => tools::events(found).unwrap_or_default(),
        (0, _) if tools::installed(found).is_some() => tools::installed(found).unwrap_or_default(),
        (0, _) => Words::new(
            "The logs do not show whether an update's reboot failed.",
            "日志没有说明更新重启是否失败。",
        ),
        (_, true) => Words::new(
            "The trace holds no update's reboot: it cannot tell why an update failed.",
            "跟踪不包含更新重启：无法说明更新为何失败。",
        ),
        _ => Words::new(
            "The trace holds a part of an update's reboot, too little to say whether it failed.",
            "跟踪只包含更新重启的一部分，不足以判断是否失败。",
        ),
    };
    let mut summary = told_with(summary, state);
    let last = seen.traces == 0 && tools::say(found).is_none() && failed_update.is_none();
    if let Some(line) = found.faults.last_failure.as_ref().filter(|_| last) {
        summary = sentence_after(summary, last_words(line));
    }
    let mut verdict = Verdict::new(Outcome::NotEnoughEvidence, summary);
    verdict.caution = caution(state);
    verdict.next_capture = first_step(found, seen, failed_update);
    verdict
}

/// What to do first where nothing shows whether an update failed at its reboot.
fn first_step(found: &Found<'_>, seen: &Coverage, failed_update: Option<&Fault>) -> Option<NextCapture> {
    let state = &found.faults.state;
    if state.is_damaged() {
        return None;
    }
    let logs_only = seen.traces == 0;
    let client = failed_update.filter(|_| logs_only).map(Fault::client_step);
    let told = logs_only && (tools::events(found).is_some() || tools::installed(found).is_some());
    let counted = state.count_alone().is_some() || logs_only && tools::say(found).is_some();
    Some(match client {
        _ if counted => tools::give_cbs_log(),
        Some(UpdateStep::Search | UpdateStep::Evaluate) => tools::read_client_log(),
        Some(_) => tools::read_cbs_log(),
        None if told => tools::give_cbs_log(),
        None => next_capture(0, seen.logs),
    })
}

/// What the client says of an update that failed, and of the others that failed with the same code.
fn failed_updates(found: &Found<'_>, last: &Fault) -> Words {
    let same = |f: &&Fault| f.kind == FaultKind::Update && f.code == last.code && !f.item.is_empty();
    let mut names: Vec<&str> = Vec::new();
    for fault in found.faults.all.iter().filter(same).filter(|f| f.client_step() == last.client_step()) {
        // One log names an update by its number, another one by its title, which holds the number.
        if !names.iter().any(|name| name.contains(&fault.item) || fault.item.contains(name)) {
            names.push(&fault.item);
        }
    }
    if names.len() < 2 || last.client_step() != UpdateStep::Install {
        return last.words();
    }
    let more = if names.len() > NAMED { ", …" } else { "" };
    let list = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ") + more;
    let code = last.code_text();
    Words::new(format!("the updates {list} failed with {code}"), format!("更新 {list} 失败，代码 {code}"))
}

/// The last update that the client says failed; of the lines that tell of it one that names it.
fn last_update<'a>(found: &Found<'a>) -> Option<&'a Fault> {
    let updates = || found.faults.all.iter().rev().filter(|f| f.kind == FaultKind::Update);
    let last = updates().find(|f| !f.is_evaluation()).or_else(|| updates().next())?;
    let mut told = updates();
    let same = |f: &&Fault| f.code == last.code && !f.item.is_empty();
    if last.item.is_empty() { told.find(same).or(Some(last)) } else { Some(last) }
}

/// Characters of a line that a sentence quotes.
const QUOTED: usize = 200;

/// The last line that reports a failure, where nothing says what came of it.
fn last_words(line: &LogLine) -> Words {
    let text: String = line.text.chars().take(QUOTED).collect();
    let more = if text.len() < line.text.len() { "…" } else { "" };
    // The code in the form in which people look it up.
    let code = line.code.map(|code| format!("0x{code:08X}"));
    let code = code.filter(|code| !text.to_uppercase().contains(&code.to_uppercase()));
    let more = code.map_or_else(|| more.to_owned(), |code| format!("{more} ({code})"));
    Words::new(
        format!("The last line that reports a failure is line {}: {text}{more}", line.line),
        format!("最后一条报告失败的是第 {} 行：{text}{more}", line.line),
    )
}
