//! CBS.log as Windows wrote it.
use crate::common;

use servicing_logs::cbs::*;
use servicing_logs::codes::CodeValue;
use servicing_logs::{Civil, LocalTime, LogEncoding};

fn local(year: u32, month: u32, day: u32, hour: u32, minute: u32, second: u32) -> LocalTime {
    LocalTime(Civil { year, month, day, hour, minute, second, ticks: 0 }.to_ticks().unwrap())
}

const HOUR: i64 = 3600 * 10_000_000;

/// Whole hours that the log's clock is ahead of UTC, from every pair it gives. All pairs must agree.
fn hours_ahead(counts: &CbsCounts) -> i64 {
    let hours: Vec<i64> =
        counts.clock.iter().map(|pair| (pair.local.ahead_of(pair.utc) + HOUR / 2).div_euclid(HOUR)).collect();
    assert!(!hours.is_empty() && hours.iter().all(|hour| *hour == hours[0]), "{hours:?}");
    hours[0]
}

#[test]
fn container_installer_rollback() {
    let Some(data) = common::real("cbs-26100-container-installer-rollback.log") else { return };
    let log = CbsLog::new(&data);
    assert_eq!(log.encoding(), LogEncoding::Bytes);
    let scan = log.events();
    let counts = &scan.counts;
    assert_eq!((counts.lines, counts.records, counts.malformed), (86, 38, 0));
    assert_eq!((counts.info, counts.errors, counts.warnings), (34, 4, 0));
    assert_eq!((counts.cbs, counts.csi, counts.split, counts.utc_times), (6, 32, 0, 8));
    assert_eq!(hours_ahead(counts), 2);

    let runs = installer_runs(&scan.kept);
    let told: Vec<_> = runs
        .iter()
        .map(|run| {
            (run.begin.sequence, run.begin.phase, run.microseconds, run.status, run.failure_line.is_some())
        })
        .collect();
    let ok = Some(CodeValue::Hresult(0));
    assert_eq!(
        told,
        [
            (51, Some(39), Some(5552), ok, false),
            (52, Some(39), Some(1130), ok, false),
            (0, Some(39), Some(300_095_982), Some(CodeValue::Win32(1753)), true),
            (51, Some(39), Some(5183), ok, false),
            (52, Some(39), Some(1159), ok, false),
            (0, Some(39), Some(88_863), ok, false),
        ]
    );
    assert_eq!(runs[2].start, local(2026, 10, 8, 20, 50, 5));
    assert_eq!(runs[2].end.unwrap().1, local(2026, 10, 8, 20, 55, 5));
    assert_eq!(runs[2].begin.name.as_deref(), Some("Container Installer"));
    assert_eq!(runs[2].begin.new_component, None);
    assert_eq!(
        runs[0].begin.new_component.as_deref(),
        Some("Microsoft-Windows-Containers-DisposableClientVM, version 10.0.26100.9549, arch amd64")
    );

    let summary: Vec<_> = scan
        .kept
        .iter()
        .filter_map(|item| match &item.event {
            CbsEvent::ErrorSummaryItem(found) => Some((item.line, found.clone())),
            _ => None,
        })
        .collect();
    assert_eq!(summary.len(), 2);
    assert_eq!(
        summary[0].1,
        ErrorSummaryItem {
            installer: "Container Installer".into(),
            binary: Some("containerai.dll".into()),
            code: Some(CodeValue::Hresult(0x800706d9)),
            phase: Some(39),
            mode: Some("Delta".into()),
            component: None,
        }
    );

    // Both ends of startup processing keep their codes; neither is success.
    let ends: Vec<_> = scan
        .kept
        .iter()
        .filter(|item| item.event == CbsEvent::Stage { stage: Stage::Startup, step: Step::Complete })
        .map(|item| (item.time, item.code.unwrap().0))
        .collect();
    assert_eq!(
        ends,
        [
            (local(2026, 10, 8, 20, 55, 7), CodeValue::Hresult(0x80070bc2)),
            (local(2026, 10, 8, 20, 55, 39), CodeValue::Hresult(0x800f0922)),
        ]
    );
    let queue: Vec<_> = scan
        .kept
        .iter()
        .filter(|item| {
            item.event == CbsEvent::Stage { stage: Stage::Startup, step: Step::AdvancedQueueFailed }
        })
        .map(|item| (item.line, item.code.map(|(code, _)| code)))
        .collect();
    assert_eq!(queue, [(45, Some(CodeValue::Hresult(0x800f0922))), (47, None)]);
    let waited = scan.kept.iter().find(|item| item.text.starts_with("Failed to create container base layer"));
    assert_eq!(waited.unwrap().code.unwrap().0, CodeValue::Hresult(0x800706d9));
}

#[test]
fn hydration_errors() {
    let Some(data) = common::real("cbs-22621-hydration-errors.log") else { return };
    let log = CbsLog::new(&data);
    assert_eq!(log.encoding(), LogEncoding::Utf8Bom);
    let scan = log.events();
    let counts = &scan.counts;
    assert_eq!((counts.lines, counts.records, counts.body_lines, counts.malformed), (13_770, 13_264, 506, 0));
    assert_eq!((counts.info, counts.errors, counts.warnings), (13_240, 24, 0));
    assert_eq!((counts.cbs, counts.csi, counts.other_components), (3_279, 9_983, 2));
    assert_eq!(counts.split, 0);
    assert_eq!(hours_ahead(counts), -7);
    assert_eq!((counts.first, counts.last), (Some(local(2023, 5, 17, 8, 24, 8)), scan.counts.last));

    let poqexec = poqexec_runs(&scan.kept);
    assert_eq!(poqexec.len(), 1);
    assert_eq!((poqexec[0].line, poqexec[0].transaction), (9166, Some(40_592)));
    assert_eq!(poqexec[0].end, Some((9168, local(2023, 5, 17, 9, 1, 10))));
    assert_eq!(poqexec[0].status, Some(CodeValue::Hresult(0)));
    assert!(
        poqexec[0]
            .command_line
            .ends_with(r"/noreboot /transaction 40592 /display_progress \SystemRoot\WinSxS\pending.xml")
    );

    let count =
        |wanted: &dyn Fn(&CbsEvent<'_>) -> bool| scan.kept.iter().filter(|item| wanted(&item.event)).count();
    assert_eq!(count(&|event| matches!(event, CbsEvent::HydrationFailed { .. })), 14);
    assert_eq!(count(&|event| matches!(event, CbsEvent::StoreCorrupt { .. })), 3);
    assert_eq!(count(&|event| matches!(event, CbsEvent::HashMismatch { .. })), 225);
    assert_eq!(count(&|event| matches!(event, CbsEvent::ServicingStack { .. })), 9);
    let files: Vec<_> = scan
        .kept
        .iter()
        .filter_map(|item| match &item.event {
            CbsEvent::HydrationFailed { component: Some(component), file: Some(file), .. } => Some((
                item.line,
                component.split(',').next().unwrap().to_owned(),
                file.to_string(),
                item.code.unwrap().0,
            )),
            _ => None,
        })
        .collect();
    assert_eq!(files.len(), 7);
    assert_eq!(
        files[0],
        (
            4417,
            "dual_helloface.inf".to_owned(),
            "FaceRecognitionEngineAdapterResources_v4.dll".to_owned(),
            CodeValue::Ntstatus(0xC007_000D),
        )
    );
    let states: Vec<_> = scan
        .kept
        .iter()
        .filter_map(|item| match &item.event {
            CbsEvent::ExecuteState { stored: Stored::Set, state } => {
                Some((item.line, state.state.to_string()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(states.len(), 11, "{states:?}");
    assert!(
        scan.kept
            .iter()
            .all(|item| !matches!(&item.event, CbsEvent::ExecuteState { state, .. } if state.rollback))
    );
    let interrupted = CbsEvent::Stage { stage: Stage::TrustedInstaller, step: Step::Interrupted };
    assert_eq!(count(&|event| *event == interrupted), 1);
}

#[test]
fn clean_setupexecute() {
    let Some(data) = common::real("cbs-2025-clean-setupexecute.log") else { return };
    let scan = CbsLog::new(&data)
        .scan(|item| Some((item.line, item.level, matches!(item.event, CbsEvent::Failed(_)))));
    let counts = &scan.counts;
    // The first line is a remark of whoever shared the log; two more, inside the log, follow a record like a body.
    assert_eq!((counts.lines, counts.records, counts.malformed), (6_031, 5_992, 1));
    assert_eq!(counts.malformed_offsets, [0]);
    assert_eq!((counts.errors, counts.warnings), (0, 0));
    assert_eq!(hours_ahead(counts), 3);
}

/// The parts that cores work on must not change the result.
#[test]
fn parts_give_what_one_pass_gives() {
    let Some(data) = common::real("cbs-22621-hydration-errors.log") else { return };
    let big = data.repeat(3);
    let log = CbsLog::new(&big);
    let one_pass: Vec<_> = log
        .records()
        .flatten()
        .filter(|record| record.event().is_some())
        .map(|record| (record.line, record.offset))
        .collect();
    let scan = log.scan(|item| Some((item.line, item.offset)));
    assert_eq!(scan.kept, one_pass);
    assert_eq!(scan.counts.lines, 3 * 13_770);
}
