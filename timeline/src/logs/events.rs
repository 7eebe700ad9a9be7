//! Event logs: services, updates, boots.

use servicing_logs::{
    codes::CodeValue,
    event_list::ListedEvent,
    event_log::{self, EventKind, EventRecord, TypedEvent},
};

use super::{Fact, LocalTicks, LogLine, UpdateStep, cut, known::ServiceFact, latest::Latest, local_span};
use crate::{
    model::{Evidence, FileTime, Machine, Place, SourceId, StartType, Words},
    scan::Scan,
};

pub(crate) fn read(bytes: &[u8], source: SourceId) -> Scan {
    let (mut scan, mut lines) = (Scan::default(), Latest::default());
    let read = event_log::read(bytes, |record| {
        machine_name(&mut scan, &record);
        if let Some(typed) = record.typed() {
            lines.push(line_of(&mut scan, source, record.record_id, &record, &typed));
        }
    });
    match read {
        Ok(summary) => {
            scan.events = summary.records;
            scan.bad = summary.bad_records;
            scan.first_bad =
                summary.damaged.first().map(|d| format!("chunk at offset 0x{:x}: {}", d.offset, d.message));
            scan.first = summary.first.map(|t| FileTime(t.0));
            scan.last = summary.last.map(|t| FileTime(t.0));
        }
        Err(error) => {
            scan.bad = 1;
            scan.first_bad = Some(error.to_string());
        }
    }
    lines.end(&mut scan);
    scan.lines.sort_by_key(|l| l.line);
    scan
}

/// Reads records that are text. Their times are the machine's wall clock, unless the text is XML.
pub(crate) fn read_list(source: SourceId, read: impl FnOnce(&mut dyn FnMut(ListedEvent)) -> u64) -> Scan {
    let (mut scan, mut lines) = (Scan::default(), Latest::default());
    let mut span: Option<(servicing_logs::LocalTime, servicing_logs::LocalTime)> = None;
    let count = read(&mut |event: ListedEvent| {
        machine_name(&mut scan, &event.record);
        if let Some(at) = event.local {
            span = Some(span.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
        }
        if let Some(typed) = event.record.typed() {
            let line = line_of(&mut scan, source, event.line, &event.record, &typed);
            let local = event.local.map(|at| LocalTicks(at.0));
            lines.push(LogLine { local, ..line });
        }
    });
    scan.events = count;
    scan.local = local_span(span.map(|s| s.0), span.map(|s| s.1));
    lines.end(&mut scan);
    scan.lines.sort_by_key(|l| l.line);
    scan
}

fn machine_name(scan: &mut Scan, record: &EventRecord) {
    if !record.computer.is_empty() {
        let machine = scan.known.machine.get_or_insert_default();
        if machine.name != record.computer {
            record.computer.clone_into(&mut machine.name);
        }
    }
}

/// Notes what a record tells, and gives its line. `number` is that of the record, or of the line of a text that has it.
pub(crate) fn line_of(
    scan: &mut Scan,
    source: SourceId,
    number: u64,
    record: &EventRecord,
    typed: &TypedEvent<'_>,
) -> LogLine {
    let time = record.time.map(|t| FileTime(t.0));
    let code = typed.error.and_then(CodeValue::hresult).filter(|code| code >> 31 == 1);
    let subject = typed.subject.unwrap_or_default();
    let service = typed.service.as_deref().or(typed.display_name).unwrap_or_default();
    // A status of the kernel as the record has it.
    let printed = match typed.error {
        Some(CodeValue::Ntstatus(status)) => code.map(|_| status),
        _ => code,
    };
    let error = printed.map_or_else(String::new, |code| format!(" (0x{code:08X})"));
    let crashes = typed.crashes.map_or_else(String::new, |n| format!(" ({n} times)"));
    let named = [words(typed.kind), service, subject].into_iter().filter(|part| !part.is_empty());
    let named = named.collect::<Vec<_>>().join(" ");
    let module = typed.state.as_deref().filter(|_| typed.kind == EventKind::ProgramCrashed);
    let module = module.map_or_else(String::new, |module| format!(" in {module}"));
    let text = cut(&format!("{} {}: {named}{module}{error}{crashes}", record.provider, record.event_id));
    let place = Place::Line { source, line: number };
    if let Some(fact) = service_fact(typed, time, place, &text) {
        let before = scan.known.services.iter().rfind(|known| known.name == fact.name);
        // A service that goes on running writes many records.
        let goes_on = before.is_some_and(|b| !fact.failed && b.state.map(|s| s.1) == fact.state.map(|s| s.1));
        if !goes_on || fact.start.is_some() {
            scan.known.services.push(fact);
        }
    }
    machine_fact(scan, typed);
    let failed_at = match typed.kind {
        EventKind::UpdateFailed | EventKind::PackageChangeFailed | EventKind::FeatureChangeFailed => {
            Some(UpdateStep::Install)
        }
        EventKind::UpdateUninstallFailed | EventKind::FeatureRemovalFailed => Some(UpdateStep::Uninstall),
        EventKind::UpdateDownloadFailed => Some(UpdateStep::Download),
        EventKind::UpdateSearchFailed => Some(UpdateStep::Search),
        EventKind::UpdateEvaluationFailed => Some(UpdateStep::Evaluate),
        _ => None,
    };
    // A success code of the update client says why nothing was installed.
    let told = typed.error.and_then(CodeValue::hresult).filter(|told| *told >> 31 == 0 && *told > 0xFFFF);
    let subject = match told {
        Some(told) => format!("{subject} (0x{told:08X})").trim_start().to_owned(),
        None => subject.to_owned(),
    };
    let fact = match typed.kind {
        _ if let Some(step) = failed_at => Fact::UpdateFailed { update: subject, step },
        EventKind::UpdateInstalled => Fact::UpdateInstalled(subject),
        EventKind::PackageChanged if typed.state.as_deref().is_none_or(|state| state == "Installed") => {
            Fact::UpdateInstalled(subject)
        }
        EventKind::UpdateRestartRequired | EventKind::PackageRebootNeeded => Fact::UpdateWaits(subject),
        EventKind::KernelStarted | EventKind::BootLogStarted => Fact::Boot,
        EventKind::BugCheck => Fact::Crash,
        _ => Fact::Event,
    };
    let failed = failure(typed.kind) || matches!(fact, Fact::UpdateFailed { .. });
    LogLine { source, line: number, local: None, time, text, code, failed, fact }
}

/// Build and time zone, which the records of a boot give.
fn machine_fact(scan: &mut Scan, typed: &TypedEvent<'_>) {
    if let Some(build) = typed.version.as_deref().map(build_of).filter(|build| !build.is_empty()) {
        build.clone_into(&mut scan.known.machine.get_or_insert_with(Machine::default).build);
    }
    if let Some((_, zone)) = typed.time_zone {
        zone.clone_into(&mut scan.known.machine.get_or_insert_with(Machine::default).time_zone);
    }
}

/// `15063.413` of `10.0.15063.413`; of a version with fewer parts, as `10.00.`, nothing.
fn build_of(version: &str) -> &str {
    version
        .splitn(3, '.')
        .nth(2)
        .filter(|build| build.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or("")
}

/// Kinds that say that something failed.
fn failure(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::ServiceFailedToStart
            | EventKind::ServiceDependencyFailed
            | EventKind::ServiceConnectTimeout
            | EventKind::ServiceTransactionTimeout
            | EventKind::ServiceTerminatedWithError
            | EventKind::ServiceTerminatedUnexpectedly
            | EventKind::ServiceTerminatedAgain
            | EventKind::TransactionFailed
            | EventKind::NtfsCorrupt
            | EventKind::NtfsTransactionManager
            | EventKind::FilterFailed
            | EventKind::AppXServiceFailed
            | EventKind::AppReadinessTaskFailed
            | EventKind::BugCheck
            | EventKind::ProgramCrashed
    )
}

/// A kind in a few words.
fn words(kind: EventKind) -> &'static str {
    match kind {
        EventKind::ServiceFailedToStart => "service failed to start:",
        EventKind::ServiceDependencyFailed => "service did not start, because one it depends on failed:",
        EventKind::ServiceConnectTimeout => "service did not answer in time when started:",
        EventKind::ServiceTransactionTimeout => "service did not answer in time:",
        EventKind::ServiceTerminatedWithError => "service ended with an error:",
        EventKind::ServiceTerminatedUnexpectedly | EventKind::ServiceTerminatedAgain => {
            "service ended unexpectedly:"
        }
        EventKind::ServiceState => "service changed its state:",
        EventKind::ServiceStartTypeChanged => "start type changed of",
        EventKind::ServiceInstalled => "service installed:",
        EventKind::UpdateInstalled => "update installed:",
        EventKind::UpdateRestartRequired => "update waits for a restart:",
        EventKind::PackageChanged => "package changed:",
        EventKind::PackageRebootNeeded => "package waits for a restart:",
        EventKind::UpdateFailed => "update failed:",
        EventKind::UpdateUninstallFailed => "removal of an update failed:",
        EventKind::UpdateDownloadFailed => "download of an update failed:",
        EventKind::UpdateSearchFailed => "the search for updates failed",
        EventKind::UpdateEvaluationFailed => "whether an update applies could not be found out:",
        EventKind::BugCheck => "Windows crashed:",
        EventKind::ProgramCrashed => "a program of servicing crashed:",
        EventKind::PackageChangeFailed => "package change failed:",
        EventKind::FeatureChangeFailed => "feature change failed:",
        EventKind::FeatureRemovalFailed => "feature removal failed:",
        EventKind::AppXServiceFailed => "AppX could not start service",
        EventKind::KernelStarted | EventKind::BootLogStarted => "Windows started",
        _ => "",
    }
}

fn service_fact(
    typed: &TypedEvent<'_>,
    time: Option<FileTime>,
    place: Place,
    text: &str,
) -> Option<ServiceFact> {
    // A record without its binary data has the display name alone.
    let name = typed.service.clone().or(typed.display_name.map(str::to_owned)).filter(|n| !n.is_empty())?;
    let failed = matches!(
        typed.kind,
        EventKind::ServiceFailedToStart
            | EventKind::ServiceDependencyFailed
            | EventKind::ServiceConnectTimeout
            | EventKind::ServiceTransactionTimeout
            | EventKind::ServiceTerminatedWithError
            | EventKind::ServiceTerminatedUnexpectedly
            | EventKind::ServiceTerminatedAgain
            | EventKind::AppXServiceFailed
    );
    let state = match (typed.kind, typed.state.as_deref()) {
        (EventKind::ServiceState, Some("4" | "running")) => Some("running"),
        (EventKind::ServiceState, Some("1" | "stopped")) => Some("stopped"),
        (EventKind::ServiceState, _) => return None,
        (
            EventKind::AppReadinessStarted
            | EventKind::AppReadinessStatus
            | EventKind::AppReadinessTaskDone
            | EventKind::AppReadinessTaskFailed
            | EventKind::AppXDeployment,
            _,
        ) => Some("running"),
        (EventKind::AppReadinessStopped, _) => Some("stopped"),
        _ if failed => Some("failed"),
        (EventKind::ServiceStartTypeChanged, _) => None,
        _ => return None,
    };
    let start = match (typed.kind, typed.state.as_deref()) {
        (EventKind::ServiceStartTypeChanged, Some(word)) => StartType::named(word),
        _ => None,
    };
    Some(ServiceFact {
        name,
        start,
        state: time.zip(state),
        failed,
        evidence: Evidence::at(place, Words::new(text, text)),
    })
}
