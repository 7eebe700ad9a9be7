//! What the events of manifest providers say about an update's reboot: phases, services, failures.
//!
//! Windows keeps some of the same events in event logs. Both go the same way. What an event of Servicing means is
//! from published lists of the provider's events, and was not seen in a trace. That odd numbers end what even ones
//! begin is inferred.

use etl_reader::{Decoded, EventId as Recorded, Guid, Value};
use servicing_logs::event_log::{EventRecord, EventValue};

use crate::{
    logs::{LogLine, ServiceFact, cut, events},
    model::{EventId, Evidence, FileTime, PhaseName, StartType, Trust, Words, is_error},
    scan::{PhaseSpan, Scan},
};

const SMSS: Guid = Guid::new(0x43e6_3da5, 0x41d1, 0x4fbf, [0xad, 0xed, 0x1b, 0xbe, 0xd9, 0x8f, 0xdd, 0x1d]);
const SERVICING: Guid =
    Guid::new(0xbd12_f3b8, 0xfc40, 0x4a61, [0xa3, 0x07, 0xb7, 0xa0, 0x13, 0xa0, 0x69, 0xc1]);
const SERVICES: Guid =
    Guid::new(0x0063_715b, 0xeeda, 0x4007, [0x94, 0x29, 0xad, 0x52, 0x6f, 0x62, 0x69, 0x6e]);
const PNP: Guid = Guid::new(0x9c20_5a39, 0x1250, 0x487d, [0xab, 0xd7, 0xe8, 0x31, 0xc6, 0x29, 0x05, 0x39]);

/// Events that bracket a phase: provider, first, last, the phase, whether the event's name says so.
const BRACKETS: &[(Guid, u16, u16, PhaseName, bool)] = &[
    (SMSS, 9, 10, PhaseName::BootRenames, true),
    (SERVICING, 54, 55, PhaseName::Shutdown, false),
    (SERVICING, 52, 53, PhaseName::BootPoq, false),
    (SERVICING, 56, 57, PhaseName::StartupDrivers, false),
    (SERVICING, 58, 59, PhaseName::StartupDrivers, false),
    (SERVICING, 69, 70, PhaseName::StartupInstallers, false),
];

/// SMSS: a program is started, the programs of SetupExecute have ended.
const EXECUTE_IMAGE: u16 = 1;
const SETUP_EXECUTE_DONE: u16 = 6;

/// Services: a service changed its state, its start type.
const STATUS_CHANGE: u16 = 105;
const START_TYPE_CHANGE: u16 = 201;

/// Events that say that something failed where their status is an error, and that no event log's table has: provider,
/// number, field with an NTSTATUS, fields that name it.
const FAILURES: &[(Guid, u16, &str, &[&str])] = &[
    (PNP, 213, "Status", &["ServiceName", "DriverName"]),
    (PNP, 218, "Status", &["DriverName", "FailureName"]),
    (PNP, 219, "Status", &["DriverName", "FailureName"]),
    (PNP, 401, "Status", &["DeviceInstanceId", "DriverName"]),
    (PNP, 411, "Status", &["DeviceInstanceId", "ServiceName"]),
    (PNP, 421, "Status", &["DeviceInstanceId"]),
    (PNP, 818, "Status", &["Device"]),
];

/// Names of fields at the provider, and in the event log.
const RENAMED: &[(&str, &str)] = &[
    ("identifier", "PackageIdentifier"),
    ("currentPackageState", "InitialPackageState"),
    ("targetPackageState", "IntendedPackageState"),
];

/// Providers whose events may stand in event logs as well, beside those above.
const LOGGED: &[Guid] = &[
    // Service Control Manager.
    Guid::new(0x5559_08d1, 0xa6d7, 0x4695, [0x8e, 0x1e, 0x26, 0x93, 0x1d, 0x20, 0x12, 0xf4]),
    // WindowsUpdateClient.
    Guid::new(0x945a_8954, 0xc147, 0x4acd, [0x92, 0x3f, 0x40, 0xc4, 0x54, 0x05, 0xa6, 0x58]),
    // AppXDeployment and its server.
    Guid::new(0x8127_f6d4, 0x59f9, 0x4abf, [0x89, 0x52, 0x3e, 0x3a, 0x02, 0x07, 0x3d, 0x5f]),
    Guid::new(0x3f47_1139, 0xacb7, 0x4a01, [0xb7, 0xa7, 0xff, 0x5d, 0xa4, 0xba, 0x2d, 0x43]),
    // AppReadiness.
    Guid::new(0xf0be_35f8, 0x237b, 0x4814, [0x86, 0xb5, 0xad, 0xe5, 0x11, 0x92, 0xe5, 0x03]),
    // Kernel-General.
    Guid::new(0xa68c_a8b7, 0x004f, 0xd7b6, [0xa6, 0x98, 0x07, 0xe2, 0xde, 0x0f, 0x1f, 0x5d]),
];

/// Lines and services that are kept of one trace, the latest.
const MAX_TOLD: usize = 1 << 16;

/// The number of a provider's event that can tell something.
pub(super) fn may_tell(event: Recorded) -> Option<(Guid, u16)> {
    let Recorded::Provider { provider, id, .. } = event else { return None };
    let known = [SMSS, SERVICING, SERVICES, PNP].contains(&provider) || LOGGED.contains(&provider);
    known.then_some((provider, id))
}

/// Lets go of the earliest lines and services where there are more than are kept: how many.
pub(super) fn keep_the_latest(scan: &mut Scan) -> u64 {
    let lines = scan.lines.len().saturating_sub(MAX_TOLD);
    let services = scan.known.services.len().saturating_sub(MAX_TOLD);
    scan.lines.drain(..lines);
    scan.known.services.drain(..services);
    (lines + services) as u64
}

/// Notes what an event tells; how many earlier lines and services it took the room of.
pub(super) fn take(
    scan: &mut Scan,
    (provider, id): (Guid, u16),
    decoded: &Decoded<'_>,
    time: FileTime,
    at: EventId,
) -> u64 {
    match provider {
        SMSS | SERVICING => bracket(&mut scan.spans, (provider, id), decoded, time, at),
        SERVICES => scan.known.services.extend(service(id, decoded, time, at)),
        _ => {}
    }
    if let Some(line) = failure((provider, id), decoded, time, at) {
        scan.lines.push(line);
    }
    let record = as_logged(id, decoded, time, at);
    if let Some(typed) = record.typed() {
        let line = events::line_of(scan, at.source, at.index, &record, &typed);
        scan.lines.push(line);
    }
    // In large steps, because each moves what remains.
    let full = scan.lines.len().max(scan.known.services.len()) >= 2 * MAX_TOLD;
    if full { keep_the_latest(scan) } else { 0 }
}

fn bracket(
    spans: &mut Vec<PhaseSpan>,
    (provider, id): (Guid, u16),
    decoded: &Decoded<'_>,
    time: FileTime,
    at: EventId,
) {
    let name = named(id, decoded);
    let begins_poqexec = (provider, id) == (SMSS, EXECUTE_IMAGE)
        && decoded
            .text("ImageName")
            .is_some_and(|image| image.to_ascii_lowercase().trim_end_matches('\0').ends_with("poqexec.exe"));
    let begins = BRACKETS.iter().find(|row| (row.0, row.1) == (provider, id));
    let begin = match begins {
        Some((.., phase, certain)) => Some((*phase, *certain)),
        None => begins_poqexec.then_some((PhaseName::BootPoq, true)),
    };
    if let Some((phase, certain)) = begin {
        // The driver queue may be worked off at shutdown already.
        let within = |span: &PhaseSpan| span.phase == PhaseName::Shutdown && span.end.is_none();
        if phase == PhaseName::StartupDrivers && spans.iter().any(within) {
            return;
        }
        let trust = if certain { Trust::Recorded } else { Trust::Inferred };
        let words = Words::new(format!("event {name} begins it"), format!("始于事件 {name}"));
        let evidence = Evidence::at(at, words);
        spans.push(PhaseSpan { phase, start: time, end: None, trust, evidence });
        return;
    }
    let ended = match BRACKETS.iter().find(|row| (row.0, row.2) == (provider, id)) {
        Some((.., phase, _)) => Some(*phase),
        None => ((provider, id) == (SMSS, SETUP_EXECUTE_DONE)).then_some(PhaseName::BootPoq),
    };
    let open = spans.iter_mut().rev().find(|span| Some(span.phase) == ended && span.end.is_none());
    if let Some(span) = open {
        span.end = Some(time);
    }
}

fn service(id: u16, decoded: &Decoded<'_>, time: FileTime, at: EventId) -> Option<ServiceFact> {
    let name = decoded.text("ServiceName").filter(|name| !name.is_empty())?;
    let number = |field| decoded.u32(field).map(u64::from);
    let (start, state) = match id {
        STATUS_CHANGE => {
            let state = match decoded.u32("CurrentState")? {
                1 => Some("stopped"),
                4 => Some("running"),
                // On its way.
                _ => None,
            };
            (number("StartType"), state)
        }
        START_TYPE_CHANGE => (number("NewStartType"), None),
        _ => return None,
    };
    let start = start.and_then(StartType::new);
    let event = named(id, decoded);
    let said = match (state, start) {
        (Some(state), _) => format!("{event}: {name} {state}"),
        (None, Some(start)) => format!("{event}: {name} {}", start.name()),
        (None, None) => return None,
    };
    let state = state.map(|state| (time, state));
    let evidence = Evidence::at(at, Words::new(said.clone(), said));
    Some(ServiceFact { name, start, state, failed: false, evidence })
}

fn failure(
    (provider, id): (Guid, u16),
    decoded: &Decoded<'_>,
    time: FileTime,
    at: EventId,
) -> Option<LogLine> {
    let (.., field, names) = FAILURES.iter().find(|row| (row.0, row.1) == (provider, id))?;
    let status = decoded.u32(field).filter(|status| is_error(*status))?;
    let names: Vec<String> =
        names.iter().filter_map(|name| decoded.text(name)).filter(|name| !name.is_empty()).collect();
    let text = cut(&format!("{}: {} 0x{status:08X}", named(id, decoded), names.join(" ")));
    Some(LogLine {
        source: at.source,
        line: at.index,
        local: None,
        time: Some(time),
        text,
        code: servicing_logs::codes::CodeValue::Ntstatus(status).hresult(),
        failed: true,
        fact: crate::logs::Fact::Event,
    })
}

/// The event as an event log would hold it.
fn as_logged(id: u16, decoded: &Decoded<'_>, time: FileTime, at: EventId) -> EventRecord {
    let mut record = EventRecord {
        record_id: at.index,
        time: Some(servicing_logs::FileTime(time.0)),
        provider: decoded.provider.clone().into_owned(),
        event_id: id.into(),
        ..EventRecord::default()
    };
    for (name, value) in &decoded.fields {
        match value {
            Value::Bytes(bytes) => record.binary = bytes.to_vec(),
            value => {
                let renamed = RENAMED.iter().find(|(own, _)| own == name).map(|(_, logged)| *logged);
                let name = renamed.unwrap_or(name).to_owned();
                record.values.push(EventValue { name, value: value.to_string() });
            }
        }
    }
    record
}

/// An event by its provider, number and name.
fn named(id: u16, decoded: &Decoded<'_>) -> String {
    match &*decoded.event {
        "" => format!("{}/{id}", decoded.provider),
        name => format!("{}/{id} ({name})", decoded.provider),
    }
}
