//! What every renderer needs to know of a report: the first line, the headline, its facts, short forms.

mod names;
mod times;

pub(crate) use names::*;
pub(crate) use times::*;

use crate::lang::Lang;
use crate::messages::{self as m, Message};
use crate::model::{
    Confidence, Ending, Evidence, Incident, Input, Operation, Outcome, Phase, Report, Text, Update,
    UpdateKind,
};
use diagnosis::StoreFolder;
use timeline::thousands;

/// `Cumulative update 17763.6252 (KB5043050)`, or the known part of it.
pub(crate) fn update_name(update: Option<&Update>) -> Text {
    let Some(update) = update else { return m::UPDATE_UNNAMED.text(&[]) };
    let message = match update.kind {
        Some(UpdateKind::Cumulative) => m::UPDATE_CUMULATIVE,
        Some(UpdateKind::ServicingStack) => m::UPDATE_SERVICING_STACK,
        Some(UpdateKind::DotNet) => m::UPDATE_DOT_NET,
        Some(UpdateKind::Update | UpdateKind::Other(_)) | None => m::UPDATE_OTHER,
    };
    let name = update.identity.split('~').next().unwrap_or_default();
    let build = update.version.split('.').take(2).collect::<Vec<_>>().join(".");
    let known_by = match update.kind {
        Some(UpdateKind::Cumulative | UpdateKind::ServicingStack) if !build.is_empty() => build,
        _ if !update.kb.is_empty() => update.kb.clone(),
        _ => name.to_owned(),
    };
    let and_kb = update.kb != known_by && !update.kb.is_empty() && !known_by.contains(&update.kb);
    message.text(&[&if and_kb { format!("{known_by} ({})", update.kb) } else { known_by }])
}

/// Who, what, when and how it ended: the parts of the first line of every form.
pub(crate) fn first_line(report: &Report, lang: Lang) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(machine) = &report.machine {
        let system = match (machine.os.as_str(), machine.build.as_str()) {
            ("", "") => String::new(),
            ("", build) => m::HEAD_BUILD.fill(lang, &[build]),
            (os, build) => format!("{os} {build}").trim_end().to_owned(),
        };
        parts.extend([machine.name.clone(), system]);
    }
    if let Some(incident) = &report.incident {
        if let Some(update) = &incident.update {
            parts.push(update_name(Some(update)).get(lang).to_owned());
        }
        let failed = incident.ending_time.filter(|time| time.is_dated());
        if let (Some(Ending::NotInstalled | Ending::NotRemoved), Some(failed)) = (&incident.ending, failed) {
            let (date, clock, zone) = local(report, failed, 0);
            parts.push(m::HEAD_FAILED_ON.fill(lang, &[&date, &clock, &zone]));
        } else if let Some(start) = incident.boot_start {
            let (date, clock, zone) = local(report, start, 0);
            if start.is_dated() {
                parts.push(m::HEAD_BOOT.fill(lang, &[&date, &clock, &zone]));
            } else if start.has_clock() {
                parts.push(m::HEAD_BOOT_UNDATED.fill(lang, &[&clock]));
            }
        }
        parts.extend(ending(report, incident).map(|ending| ending.get(lang).to_owned()));
    }
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() {
        parts.push(m::HEAD_UNKNOWN.get(lang).to_owned());
    }
    parts
}

/// How the update ended, with the time of day if it is known.
fn ending(report: &Report, incident: &Incident) -> Option<Text> {
    let time = incident.ending_time.filter(|time| time.is_dated() || time.has_clock());
    let clock = time.map(|time| local(report, time, 0).1);
    Some(match (incident.ending.as_ref()?, clock) {
        (Ending::RolledBack, Some(clock)) => m::ENDED_ROLLED_BACK_AT.text(&[&clock]),
        (Ending::RolledBack, None) => m::ENDED_ROLLED_BACK.text(&[]),
        (Ending::NotInstalled, _) => m::ENDED_NOT_INSTALLED.text(&[]),
        (Ending::NotRemoved, _) => m::ENDED_NOT_REMOVED.text(&[]),
        (Ending::Pending, _) => m::ENDED_PENDING.text(&[]),
        (Ending::Other(other), _) => Text::plain(other.as_str()),
    })
}

/// The headline: consequence and cause. The summary if nothing failed.
pub(crate) fn headline(report: &Report) -> Text {
    let headline = report.incident.iter().map(|incident| &incident.headline);
    let mut headlines = headline.filter(|headline| !headline.is_empty());
    headlines.next().cloned().unwrap_or_else(|| summary(report))
}

/// Why it failed, as far as the headline does not say it: each cause with how it is known and where.
pub(crate) fn causes(report: &Report, lang: Lang) -> Vec<(String, &Evidence)> {
    let headline = headline(report);
    let headline = headline.get(lang);
    let unsaid = |cause: &&Evidence| !headline.contains(cause.text.get(lang).trim_end_matches(['.', '。']));
    let causes = report.incident.iter().flat_map(|incident| &incident.why).filter(unsaid);
    causes.map(|cause| (known_sentence(cause, lang), cause)).collect()
}

/// What the summary says beyond the headline; empty if the headline says it all.
pub(crate) fn beyond_headline(report: &Report, lang: Lang) -> String {
    let Some(incident) = report.incident.as_ref().filter(|incident| !incident.headline.is_empty()) else {
        // The headline is the summary.
        return String::new();
    };
    let summary = summary(report);
    let summary = summary.get(lang);
    // A culprit in the headline explains what the first sentence leaves open.
    if !incident.headline_says_summary && incident.culprits.is_empty() {
        return summary.to_owned();
    }
    let end = match summary.find(". ") {
        Some(end) if lang == Lang::En => end + 1,
        _ => summary.find('。').map_or(summary.len(), |end| end + '。'.len_utf8()),
    };
    summary.get(end..).unwrap_or_default().trim().to_owned()
}

/// A text in which a component of the store has its name alone: `amd64_NAME_TOKEN_VERSION_LANGUAGE_HASH` becomes `NAME`.
pub(crate) fn short_components(text: &str) -> String {
    let short = |word: &str| {
        let folder = StoreFolder::parse(word).filter(|folder| folder.ending.is_empty())?;
        Some(folder.name().to_owned())
    };
    let words = text.split(' ').map(|word| short(word).unwrap_or_else(|| word.to_owned()));
    words.collect::<Vec<_>>().join(" ")
}

/// The last component of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit(['\\', '/']).next().unwrap_or(path)
}

/// `ACCESS DENIED (0xC0000022)`, or the known part of it. In Chinese the result's meaning comes first.
pub(crate) fn result_and_status(result: &str, status: &str, lang: Lang) -> String {
    let gloss = if lang == Lang::Zh { m::result_gloss(result) } else { None };
    let named = (result == status).then(|| named_status(status)).flatten();
    let result = named.unwrap_or(result);
    let inner: Vec<_> =
        gloss.iter().copied().chain([result, status]).filter(|part| !part.is_empty()).collect();
    match inner.split_first() {
        None => String::new(),
        Some((first, [])) => (*first).to_owned(),
        Some((first, rest)) => format!("{first} ({})", rest.join(", ")),
    }
}

/// The constant of a status that Process Monitor prints as a number.
fn named_status(status: &str) -> Option<&'static str> {
    let number = u32::from_str_radix(status.strip_prefix("0x")?, 16).ok()?;
    status_codes::NtStatus(number).name()
}

/// The codes of the failure in servicing's own form: what it reported, and what it makes of the operation's status.
pub(crate) fn codes(report: &Report, lang: Lang) -> Vec<String> {
    let verdict = &report.verdict;
    let named = |code: &str, name: &str| {
        let message = if lang == Lang::Zh { chinese_message(code) } else { "" };
        [code, name, message].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    };
    let mut codes = Vec::new();
    if !verdict.hresult.is_empty() {
        codes.push(m::CODE_REPORTED.fill(lang, &[&named(&verdict.hresult, &verdict.hresult_name)]));
    }
    let made = verdict.failing_operation.as_ref().map(|o| o.hresult.as_str()).unwrap_or_default();
    if !made.is_empty() && made != verdict.hresult {
        codes.push(m::CODE_OF_RESULT.fill(lang, &[&named(made, hresult_name(made))]));
    }
    codes
}

/// What a Chinese Windows was seen to print for a code.
fn chinese_message(code: &str) -> &'static str {
    let number = code.strip_prefix("0x").and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let message = number.and_then(|code| status_codes::HResult(code).win32()?.chinese_message());
    message.filter(|message| message.seen).map_or("", |message| message.text.trim_end_matches('。'))
}

fn hresult_name(code: &str) -> &'static str {
    let number = code.strip_prefix("0x").and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let code = number.map(status_codes::HResult);
    code.and_then(|c| c.name().or_else(|| c.win32()?.name())).unwrap_or_default()
}

/// `poqexec.exe (1204)`, or the known part of it.
pub(crate) fn process_and_pid(process: &str, pid: Option<u32>) -> String {
    match pid {
        Some(pid) if process.is_empty() => format!("({pid})"),
        Some(pid) => format!("{process} ({pid})"),
        None => process.to_owned(),
    }
}

/// `source -> target`, or the one path that there is.
pub(crate) fn paths(operation: &Operation) -> (&str, Option<&str>) {
    (&operation.path, Some(operation.target_path.as_str()).filter(|target| !target.is_empty()))
}

/// Where a fact is recorded: `CBS.log:18233`, `boot.pml #918273`. Empty if it is a sentence alone.
pub(crate) fn place(evidence: &Evidence) -> String {
    place_of(&evidence.source, evidence.index, evidence.line)
}

/// The same for the three fields.
pub(crate) fn place_of(source: &str, index: Option<u64>, line: Option<u64>) -> String {
    let source = file_name(source);
    match (line, index) {
        (Some(line), _) => format!("{source}:{line}"),
        (None, Some(index)) if source.is_empty() => format!("#{index}"),
        (None, Some(index)) => format!("{source} #{index}"),
        (None, None) => source.to_owned(),
    }
}

/// A fact as one sentence: its text, and where it is recorded unless the text says so.
pub(crate) fn sentence(evidence: &Evidence, lang: Lang) -> String {
    let (text, place) = (evidence.text.get(lang), place(evidence));
    if text.is_empty() || place.is_empty() || text.contains(&place) {
        format!("{text}{}", if text.is_empty() { place.as_str() } else { "" })
    } else {
        format!("{} ({place})", text.trim_end_matches(['.', '。']))
    }
}

/// The same with how it is known before it.
pub(crate) fn known_sentence(evidence: &Evidence, lang: Lang) -> String {
    match &evidence.trust {
        Some(trust) => {
            format!("{}{}{}", trust_name(trust).get(lang), m::COLON.get(lang), sentence(evidence, lang))
        }
        None => sentence(evidence, lang),
    }
}

/// What was read, in one or more short items.
pub(crate) fn read_items(report: &Report, lang: Lang) -> Vec<String> {
    let sum = |field: fn(&Input) -> Option<u64>| {
        let known = report.inputs.iter().filter_map(field);
        known.reduce(u64::saturating_add)
    };
    let Some(records) = sum(|input| input.records) else {
        return vec![m::NOTHING_READ.get(lang).to_owned()];
    };
    let first = match records {
        1 => m::RECORD_READ.get(lang).to_owned(),
        records => m::RECORDS_READ.fill(lang, &[&thousands(records)]),
    };
    let mut items = vec![first];
    if let Some(lost) = sum(|input| input.lost) {
        items.push(m::RECORDS_LOST.fill(lang, &[&thousands(lost)]));
    }
    if let Some(bad) = sum(|input| input.bad_records).filter(|bad| *bad > 0) {
        items.push(m::RECORDS_BAD.fill(lang, &[&thousands(bad)]));
    }
    items
}

/// What was looked at, where no operation is named. What was covered begins with the count of the records.
pub(crate) fn seen_items(report: &Report, lang: Lang) -> Vec<String> {
    let covered = report.verdict.covered.iter().map(|text| text.get(lang).to_owned());
    let read = read_items(report, lang).into_iter();
    covered.chain(read.skip(usize::from(!report.verdict.covered.is_empty()))).collect()
}

/// The summary of the verdict, or the sentence for its outcome.
pub(crate) fn summary(report: &Report) -> Text {
    let verdict = &report.verdict;
    if !verdict.summary.is_empty() {
        return verdict.summary.clone();
    }
    match (report.outcome(), &verdict.failing_operation) {
        (Outcome::FailingOperation, Some(operation)) => {
            let result = result_and_status(&operation.result, &operation.status, Lang::En);
            let process = process_and_pid(&operation.process, operation.pid);
            m::OPERATION_FAILED.text(&[&operation.operation, &result, &process])
        }
        (Outcome::FailingOperation | Outcome::FailureWithoutOperation, _) => m::NO_SINGLE_OPERATION.text(&[]),
        (Outcome::NoFailure, _) => m::NO_FAILURE.text(&[]),
        (Outcome::NotEnoughEvidence | Outcome::Other(_), _) => m::NOT_ENOUGH.text(&[]),
    }
}

/// What failed, where and when: a label, a value, and whether the value is a code, a name or a path.
pub(crate) fn facts(report: &Report, lang: Lang) -> Vec<(Message, String, bool)> {
    let verdict = &report.verdict;
    let operation = verdict.failing_operation.as_ref();
    let mut facts = Vec::new();
    if let Some(operation) = operation {
        let process = process_and_pid(&operation.process, operation.pid);
        let result = result_and_status(&operation.result, &operation.status, lang);
        let parts = [process, operation.operation.clone(), result];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        facts.push((m::FACT_OPERATION, parts.join("  "), true));
        facts.push((m::FACT_PATH, operation.path.clone(), true));
        facts.push((m::FACT_TARGET, operation.target_path.clone(), true));
    }
    if let Some(missing) = &verdict.missing {
        // What stood in the way is said already.
        let known = report.incident.as_ref().is_some_and(|incident| !incident.culprits.is_empty());
        let what = if known { String::new() } else { missing.what.get(lang).to_owned() };
        facts.push((m::FACT_MISSING, what, false));
    }
    let known = |phase: &&Phase| operation.is_some() || **phase != Phase::Unknown;
    let phase = verdict.phase.as_ref().filter(known).map(|phase| phase_name(phase).get(lang).to_owned());
    // Without an operation the first cause of the chain tells when.
    let first = report.chain.last().filter(|_| operation.is_none()).and_then(|link| link.time);
    let time = operation.and_then(|operation| operation.time).or(first).map(|time| {
        let (date, clock, zone) = local(report, time, 3);
        let local = [date, clock, zone].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        let (at, local) = (at(time, origin(report)), local.join(" "));
        if at == local { at } else { format!("{at} · {local}") }
    });
    facts.push((m::FACT_WHEN, time.into_iter().chain(phase).collect::<Vec<_>>().join(" · "), false));
    facts.push((m::FACT_CODE, codes(report, lang).join(" · "), true));
    if let Some(signature) = &report.signature {
        facts.push((m::FACT_SIGNATURE, signature.id.clone(), true));
    }
    if let Some(confidence) = &verdict.confidence {
        let level = confidence.level.iter().map(|level| confidence_name(level).get(lang).to_owned());
        let reason = confidence.reasons.first().map(|reason| known_sentence(reason, lang));
        facts.push((m::FACT_CONFIDENCE, level.chain(reason).collect::<Vec<_>>().join(" · "), false));
    }
    facts.retain(|(_, value, _)| !value.is_empty());
    facts
}

/// What to do: the remedies, otherwise the capture to take.
pub(crate) fn actions(report: &Report, lang: Lang) -> Vec<String> {
    let verdict = &report.verdict;
    let remedies = verdict.remedies.iter().map(|remedy| remedy.title.get(lang).to_owned());
    let capture = verdict.next_capture.iter().map(|capture| {
        let title = capture.title.get(lang);
        if capture.command.is_empty() {
            title.to_owned()
        } else {
            format!("{title}{}{}", m::COLON.get(lang), capture.command)
        }
    });
    remedies.chain(capture).filter(|action| !action.is_empty()).collect()
}

/// How often names like the one that is given were wrong, in words.
pub(crate) fn measured(confidence: &Confidence, lang: Lang) -> Option<String> {
    let (named, wrong) = measured_share(confidence)?;
    let situation = confidence.measured.as_ref()?.situation.get(lang);
    Some(m::MEASURED.fill(lang, &[&named, &wrong, situation]))
}

/// Names in calibration cases like this one, and how many of them were wrong.
pub(crate) fn measured_share(confidence: &Confidence) -> Option<(String, String)> {
    let measured = confidence.measured.as_ref()?;
    Some((thousands(measured.named.into()), thousands(measured.wrong.into())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Culprit, Verdict};

    fn report(says_summary: bool, summary: Text) -> Report {
        let incident = Incident {
            headline: Text::new("The update failed", "更新失败"),
            headline_says_summary: says_summary,
            ..Incident::default()
        };
        let verdict =
            Verdict { outcome: Some(Outcome::FailureWithoutOperation), summary, ..Verdict::default() };
        Report { incident: Some(incident), verdict, ..Report::default() }
    }

    #[test]
    fn a_component_in_a_text_has_its_name_alone() {
        let component = "amd64_windows-a_b_31bf3856ad364e35_6.1.7600.21238_none_a51187a7608a895d";
        assert_eq!(short_components(&format!("of {component}, x")), format!("of {component}, x"));
        assert_eq!(short_components(&format!("of {component} x")), "of windows-a_b x");
    }

    #[test]
    fn the_summary_says_only_what_the_headline_does_not() {
        let beyond = |report: &Report| Lang::ALL.map(|lang| beyond_headline(report, lang));
        let one = Text::new("The file a.dll is missing, before any restart.", "文件 a.dll 缺失，尚未重启。");
        assert_eq!(beyond(&report(true, one.clone())), ["", ""]);
        assert_eq!(beyond(&report(false, one.clone())), [one.en.as_str(), one.zh.as_str()]);
        let two =
            Text::new("The file a.dll is missing. The store is damaged.", "文件 a.dll 缺失。存储已损坏。");
        assert_eq!(beyond(&report(true, two.clone())), ["The store is damaged.", "存储已损坏。"]);
        let mut known = report(false, two.clone());
        known.incident.as_mut().unwrap().culprits = vec![Culprit::default()];
        assert_eq!(beyond(&known), ["The store is damaged.", "存储已损坏。"]);
        // Without a headline of its own, a report has the summary there.
        let alone = Report { incident: None, ..report(false, two) };
        assert_eq!(beyond(&alone), ["", ""]);
    }
}
