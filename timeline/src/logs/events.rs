//! Event logs: services, updates, boots.

use servicing_logs::{
    codes::CodeValue,
    event_log::{self, EventKind, EventRecord, TypedEvent},
};

use super::{Fact, LogLine, cut, known::ServiceFact};
use crate::{
    model::{Evidence, FileTime, Place, SourceId, StartType, Words},
    scan::Scan,
};

/// Lines that are kept of one log.
const MAX_LINES: usize = 1 << 16;

pub(crate) fn read(bytes: &[u8], source: SourceId) -> Scan {
    let mut scan = Scan::default();
    let read = event_log::read(bytes, |record| {
        if let Some(typed) = record.typed()
            && scan.lines.len() < MAX_LINES
        {
            take(&mut scan, source, &record, &typed);
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
    scan.lines.sort_by_key(|l| l.line);
    scan
}

/// Notes what a record tells.
pub(crate) fn take(scan: &mut Scan, source: SourceId, record: &EventRecord, typed: &TypedEvent<'_>) {
    let time = record.time.map(|t| FileTime(t.0));
    let code = typed.error.and_then(CodeValue::hresult).filter(|code| code >> 31 == 1);
    let subject = typed.subject.unwrap_or_default();
    let service = typed.service.as_deref().or(typed.display_name).unwrap_or_default();
    let error = code.map_or_else(String::new, |code| format!(" (0x{code:08X})"));
    let text = cut(&format!(
        "{} {}: {} {service} {subject}{error}",
        record.provider,
        record.event_id,
        words(typed.kind)
    ));
    let place = Place::Line { source, line: record.record_id };
    if let Some(fact) = service_fact(typed, time, place, &text) {
        scan.known.services.push(fact);
    }
    let fact = match typed.kind {
        EventKind::UpdateFailed | EventKind::PackageChangeFailed => Fact::UpdateFailed(subject.to_owned()),
        EventKind::KernelStarted | EventKind::BootLogStarted => Fact::Boot,
        _ => Fact::Event,
    };
    let failed = failure(typed.kind) || matches!(fact, Fact::UpdateFailed(_));
    scan.lines.push(LogLine { source, line: record.record_id, local: None, time, text, code, failed, fact });
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
        EventKind::UpdateFailed => "update failed:",
        EventKind::PackageChangeFailed => "package change failed:",
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
    let name = typed.service.clone()?;
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
        (EventKind::AppReadinessStarted, _) => Some("running"),
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
