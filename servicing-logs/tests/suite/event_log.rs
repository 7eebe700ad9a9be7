//! Event logs.
use crate::common;

use std::collections::BTreeMap;

use servicing_logs::codes::CodeValue;
use servicing_logs::event_log::{self, EventKind, EventRecord, EventValue};

#[test]
fn system_log_of_windows_10() {
    let Some(data) = common::real("System.evtx") else { return };
    let mut records = Vec::new();
    let summary = event_log::read(&data, |record| records.push(record)).unwrap();
    assert_eq!((summary.records, summary.bad_records, summary.checksum_mismatches), (1_881, 0, 0));
    assert_eq!((summary.damaged.len(), summary.header_damaged, records.len()), (0, false, 1_881));
    assert_eq!(records[0].time.unwrap().to_string(), "2017-07-12T17:16:28.2141616Z");
    // The machine's clock was set ten hours back for a while: the earliest record is not the first.
    assert_eq!(summary.first.unwrap().to_string(), "2017-07-12T07:18:24.6811232Z");
    let ids: Vec<u64> = records.iter().map(|record| record.record_id).collect();
    assert!(ids.windows(2).all(|pair| pair[1] == pair[0] + 1), "records are in order and none is missing");

    let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
    for record in &records {
        if let Some(event) = record.typed() {
            *kinds.entry(format!("{:?}", event.kind)).or_default() += 1;
        }
    }
    let expected = [
        ("BootLogStarted", 3),
        ("BootLogStopped", 2),
        ("BootUptime", 23),
        ("BootVersion", 3),
        ("ClockChanged", 208),
        ("DriversFailedToLoad", 3),
        ("FilterLoaded", 26),
        ("KernelStarted", 3),
        ("KernelStopping", 2),
        ("NtfsHealth", 7),
        ("ServiceFailedToStart", 3),
        ("ServiceInstalled", 57),
        ("ServiceStartTypeChanged", 24),
        ("ServiceTerminatedWithError", 12),
        ("ShutdownInitiated", 4),
        ("UpdateDownloadStarted", 137),
        ("UpdateFailed", 5),
        ("UpdateInstalled", 116),
        ("UpdateStarted", 119),
    ];
    assert_eq!(kinds, expected.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect());

    let first =
        |kind| records.iter().filter_map(EventRecord::typed).find(|event| event.kind == kind).unwrap();
    let failed = first(EventKind::ServiceFailedToStart);
    assert_eq!((failed.service.as_deref(), failed.error), (Some("CldFlt"), Some(CodeValue::Win32(50))));
    let ended = first(EventKind::ServiceTerminatedWithError);
    assert_eq!(
        (ended.service.as_deref(), ended.error),
        (Some("Spooler"), Some(CodeValue::Hresult(0x8007000E)))
    );
    let update = first(EventKind::UpdateFailed);
    assert_eq!(update.error, Some(CodeValue::Hresult(0x80248007)));
    assert!(update.subject.unwrap().ends_with("(KB4025342)"));
    assert_eq!(first(EventKind::KernelStarted).version.as_deref(), Some("10.0.15063.413"));
    assert_eq!(first(EventKind::BootUptime).time_zone, Some((480, "Pacific Standard Time")));
    let filter = first(EventKind::FilterLoaded);
    assert_eq!((filter.subject, filter.error), (Some("FileInfo"), Some(CodeValue::Ntstatus(0))));
    assert_eq!(filter.altitudes, ["40500"]);
    let changed = first(EventKind::ServiceStartTypeChanged);
    assert!(changed.service.is_some() && changed.state.is_some() && changed.previous_state.is_some());
}

#[test]
fn a_lost_file_header_and_a_cut_end() {
    let Some(mut data) = common::real("System.evtx") else { return };
    data[..4096].fill(0);
    let summary = event_log::read(&data, |_| {}).unwrap();
    assert_eq!((summary.records, summary.header_damaged), (1_881, true));
    data.truncate(4096 + 65_536 * 3 + 30_000);
    let mut records = 0;
    let summary = event_log::read(&data, |_| records += 1).unwrap();
    assert_eq!((summary.chunks, summary.records), (4, records));
    assert!(
        summary.damaged.iter().any(|damage| damage.chunk == 3 && damage.offset == 4096 + 3 * 65_536),
        "{:?}",
        summary.damaged
    );
    assert!(records > 3 * 90);
    assert_eq!(event_log::read(b"not an event log", |_| {}).unwrap_err().name(), "invalid");
}

fn record(provider: &str, event_id: u32, values: &[(&str, &str)], binary: &str) -> EventRecord {
    let values = values
        .iter()
        .map(|(name, value)| EventValue { name: (*name).into(), value: (*value).into() })
        .collect();
    EventRecord {
        provider: provider.into(),
        event_id,
        values,
        binary: binary.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ..EventRecord::default()
    }
}

/// Events that no log at hand holds, as their manifests and published records give them.
#[test]
fn typed_views() {
    let scm = "Service Control Manager";
    let event = record(scm, 7001, &[("param1", "CmService"), ("param2", "HvHost"), ("param3", "%%1058")], "");
    let event = event.typed().unwrap();
    assert_eq!((event.subject, event.error), (Some("HvHost"), Some(CodeValue::Win32(1058))));
    let event = record(
        scm,
        7036,
        &[("param1", "AppX Deployment Service (AppXSVC)"), ("param2", "angehalten")],
        "AppXSvc/1\0",
    );
    let event = event.typed().unwrap();
    assert_eq!((event.service.as_deref(), event.state.as_deref()), (Some("AppXSvc"), Some("1")));
    let event = record(scm, 7009, &[("param1", "30000"), ("param2", "App Readiness")], "");
    let event = event.typed().unwrap();
    assert_eq!((event.display_name, event.state.as_deref()), (Some("App Readiness"), Some("30000")));
    let values = [
        ("PackageIdentifier", "KB5043050"),
        ("InitialPackageState", "5064"),
        ("IntendedPackageState", "5112"),
        ("ErrorCode", "0x800f0922"),
        ("Client", "UpdateAgentLCU"),
    ];
    let event = record("Microsoft-Windows-Servicing", 3, &values, "");
    let event = event.typed().unwrap();
    assert_eq!((event.kind, event.subject), (EventKind::PackageChangeFailed, Some("KB5043050")));
    assert_eq!(
        (event.previous_state.as_deref(), event.state.as_deref()),
        (Some("Staged"), Some("Installed"))
    );
    assert_eq!(event.error, Some(CodeValue::Hresult(0x800f0922)));
    let values = [("ServiceName", "appxsvc"), ("ErrorCode", "0x8007045B")];
    let event = record("Microsoft-Windows-AppXDeployment", 302, &values, "");
    let event = event.typed().unwrap();
    assert_eq!(
        (event.service.as_deref(), event.error),
        (Some("appxsvc"), Some(CodeValue::Hresult(0x8007045B)))
    );
    assert!(record("Microsoft-Windows-AppXDeployment", 303, &values, "").typed().is_none());
}

/// 7031 and 7034 say how often the service ended. Events of AppReadiness and AppXDeployment name no service. The
/// service writes them itself.
#[test]
fn crashes_are_no_code_and_a_service_is_known_by_its_provider() {
    let scm = "Service Control Manager";
    for id in [7031, 7034] {
        let values = [("param1", "AppX Deployment Service (AppXSVC)"), ("param2", "2"), ("param3", "120000")];
        let event = record(scm, id, &values, "AppXSvc\0");
        let event = event.typed().unwrap();
        assert_eq!((event.service.as_deref(), event.error, event.crashes), (Some("AppXSvc"), None, Some(2)));
    }
    let readiness = "Microsoft-Windows-AppReadiness";
    for id in [100, 101] {
        let event = record(readiness, id, &[], "");
        assert_eq!(event.typed().unwrap().service.as_deref(), Some("AppReadiness"));
    }
    let package = "Microsoft.AAD.BrokerPlugin_cw5n1h2txyewy";
    let values = [("Username", "A"), ("Package", package), ("Operation", "1"), ("Elapsed", "3.406251")];
    let event = record(readiness, 213, &values, "");
    let event = event.typed().unwrap();
    assert_eq!(
        (event.service.as_deref(), event.subject, event.error),
        (Some("AppReadiness"), Some(package), None)
    );
    let event = record("Microsoft-Windows-AppXDeployment-Server", 400, &[("PackageFullName", package)], "");
    assert_eq!(event.typed().unwrap().service.as_deref(), Some("AppXSvc"));
}

#[test]
fn a_record_that_the_end_cuts_is_damaged() {
    let Some(mut data) = common::real("System.evtx") else { return };
    // Within the second record of the second chunk.
    let chunk = 4096 + 65_536;
    let size = |at: usize| u32::from_le_bytes(data[at + 4..at + 8].try_into().unwrap()) as usize;
    let second = chunk + 512 + size(chunk + 512);
    let first = event_log::read(&data[..chunk], |_| {}).unwrap().records;
    data.truncate(second + size(second) / 2);
    let mut ids = Vec::new();
    let summary = event_log::read(&data, |record| ids.push(record.record_id)).unwrap();
    assert_eq!((summary.records, ids.len() as u64), (first + 1, first + 1));
    assert!(summary.bad_records > 1, "the chunk's header names more: {}", summary.bad_records);
}

#[test]
fn any_bytes_are_read() {
    let Some(data) = common::real("System.evtx") else { return };
    // Two chunks are enough: each is decoded on its own.
    let data = &data[..4096 + 2 * 65_536];
    let mut random = common::Random(51);
    for _ in 0..60 {
        let mut copy = data.to_vec();
        for _ in 0..1 + random.next() % 40 {
            let at = (random.next() % copy.len() as u64) as usize;
            copy[at] = (random.next() >> 40) as u8;
        }
        copy.truncate(1 + (random.next() % (2 * copy.len() as u64)) as usize);
        let mut records = 0;
        if let Ok(summary) = event_log::read(&copy, |record| {
            record.typed();
            records += 1;
        }) {
            assert_eq!(summary.records, records);
        }
    }
    for length in [0, 1, 8, 512, 4096, 5000, 70_000] {
        let mut copy = random.bytes(length);
        let _ = event_log::read(&copy, |_| {});
        if length > 4104 {
            copy[4096..4104].copy_from_slice(b"ElfChnk\0");
            let _ = event_log::read(&copy, |_| {});
        }
    }
}
