//! The failures that are published as excerpts of CBS.log, one small log each.
//!
//! The logs are synthetic. Each puts the published message into lines of the real format. The test asks that the
//! reader types the message and gives its code. What it means is not decided here.
use crate::common;

use servicing_logs::cbs::*;
use servicing_logs::codes::CodeValue;

/// A log of the given messages, one each second; a message says level and component in front: `E CSI 00000052 …`.
fn log(messages: &[&str]) -> String {
    let mut log = String::new();
    for (second, message) in messages.iter().enumerate() {
        let (level, rest) = message.split_at(1);
        let (level, code) = match level {
            "E" => ("Error", ""),
            "F" => ("Error", "[0x018007]"),
            "W" => ("Warning", ""),
            _ => ("Info", ""),
        };
        let (component, text) = rest.trim_start().split_once(' ').unwrap();
        log += &format!("2024-03-12 04:10:{second:02}, {level:<10} {code:<10} {component:<6} {text}\r\n");
    }
    log
}

fn events(log: &str) -> Vec<CbsItem<'static>> {
    let log: &'static [u8] = log.to_owned().leak().as_bytes();
    let log: &'static CbsLog<'static> = Box::leak(Box::new(CbsLog::new(log)));
    let scan = log.events();
    assert_eq!((scan.counts.malformed, scan.counts.split), (0, 0));
    scan.kept
}

fn code(item: &CbsItem<'_>) -> Option<u32> {
    item.code.and_then(|(value, _)| value.hresult())
}

const DOQ: [Stage; 2] = [Stage::Startup, Stage::Shutdown];

/// The driver operations queue failed at `stage` with `hresult`.
#[track_caller]
fn assert_queue(items: &[CbsItem<'_>], stage: Stage, hresult: u32) {
    assert!(DOQ.contains(&stage));
    let wanted = CbsEvent::Stage { stage, step: Step::DriverQueueFailed };
    let found: Vec<_> = items.iter().filter(|item| item.event == wanted).map(code).collect();
    assert_eq!(found, [Some(hresult)]);
}

#[track_caller]
fn assert_driver(items: &[CbsItem<'_>], index: u32, phase: u32, result: u32, inf: &str) {
    let wanted = DriverItem {
        operation: "INSTALL".into(),
        index,
        phase: Some(phase),
        result: Some(result),
        inf: inf.to_owned().into(),
    };
    assert!(items.iter().any(|item| item.event == CbsEvent::DriverItem(wanted.clone())), "{items:#?}");
}

#[test]
fn kind_01_inf_missing_at_startup() {
    let items = events(&log(&[
        "I CBS         INSTALL index: 69, phase: 1, result 3, inf: ntprint4.inf",
        "I CBS Doqe: Recording result: 0x80070003, for Inf: ntprint4.inf",
        "I CBS DriverUpdateInstallUpdates failed [HRESULT = 0x80070003 - ERROR_PATH_NOT_FOUND]",
        "E CBS Startup: Failed while processing non-critical driver operations queue. [HRESULT = 0x80070003 - ERROR_PATH_NOT_FOUND]",
        "I CBS Startup: Rolling back KTM, because drivers failed.",
        "I CBS Setting ExecuteState key to: CbsExecuteStateStageDrivers | CbsExecuteStateFlagRollback | CbsExecuteStateFlagDriversFailed",
        "I CBS Progress: UI message updated. Operation type: Update. Stage: 1 out of 1. Rollback.",
        "I CBS Setting original failure status: 0x80070003, last forward execute state: CbsExecuteStatePrimitives",
    ]));
    assert_driver(&items, 69, 1, 3, "ntprint4.inf");
    assert_eq!(
        items[1].event,
        CbsEvent::DriverResult { status: CodeValue::Hresult(0x80070003), inf: "ntprint4.inf".into() }
    );
    assert_eq!(items[2].event, CbsEvent::DriverCall { function: "DriverUpdateInstallUpdates".into() });
    assert_queue(&items, Stage::Startup, 0x80070003);
    assert_eq!(items[4].event, CbsEvent::Stage { stage: Stage::Startup, step: Step::TransactionRollback });
    let CbsEvent::ExecuteState { state, .. } = &items[5].event else { panic!() };
    assert_eq!((&*state.state, state.rollback, state.drivers_failed), ("StageDrivers", true, true));
    assert_eq!(items[6].event, CbsEvent::Stage { stage: Stage::Other, step: Step::Rollback });
    let CbsEvent::OriginalFailure { stored: Stored::Set, status, last_forward } = &items[7].event else {
        panic!()
    };
    assert_eq!((*status, &*last_forward.as_ref().unwrap().state), (0x80070003, "Primitives"));
}

#[test]
fn kind_02_drivers_at_shutdown() {
    let items = events(&log(&[
        "I CBS Doqe: [Forward] Installing driver updates, Count 622",
        "E CBS Shtd: Failed while processing non-critical driver operations queue. [HRESULT = 0x80070003 - ERROR_PATH_NOT_FOUND]",
        "I CBS Shtd: Rolling back KTM, because drivers failed.",
        "I CBS Progress: UI message updated. Operation type: Update. Stage: 0 out of 0. Percent progress: 7.",
        "I CBS Progress: UI message updated. Operation type: Update. Stage: 0 out of 0. Temporary Rollback.",
        "I CBS Shtd: Shutdown processing complete.",
    ]));
    assert_eq!(
        items[0].event,
        CbsEvent::DriverBatch {
            direction: Some("Forward".into()),
            action: "Installing driver updates".into(),
            count: 622
        }
    );
    assert_queue(&items, Stage::Shutdown, 0x80070003);
    assert_eq!(items[2].event, CbsEvent::Stage { stage: Stage::Shutdown, step: Step::TransactionRollback });
    assert_eq!(items.len(), 5, "a line of progress is no event");
    assert_eq!(items[4].event, CbsEvent::Stage { stage: Stage::Shutdown, step: Step::Complete });
}

// Kind 3 is an excerpt of setupapi.dev.log: see the tests of that reader.

#[test]
fn kind_04_critical_driver_with_invalid_data() {
    let items = events(&log(&[
        "I CBS Perf: Doqe: Critical install started.",
        "I CBS         INSTALL index: 194, phase: 2, result 13, inf: mshdc.inf",
        "E CBS Startup: Failed executing critical driver operations queue [HRESULT = 0x8007000d - ERROR_INVALID_DATA]",
        "I CBS Retrieved original failure status: 0x8007000d, last forward execute state: CbsExecuteStatePrimitives",
        "I CBS WER: Generating failure report for package: Package_for_RollupFix~31bf3856ad364e35~amd64~~14393.4889.1.2, status: 0x8007000d, failure source: DOQ, start state: Staged, target state: Installed, client id: WindowsUpdateAgent",
    ]));
    assert_driver(&items, 194, 2, 13, "mshdc.inf");
    assert_queue(&items, Stage::Startup, 0x8007000d);
    let CbsEvent::Package(report) = &items[4].event else { panic!() };
    assert_eq!(report.kind, PackageChangeKind::FailureReport);
    assert_eq!(report.package, "Package_for_RollupFix~31bf3856ad364e35~amd64~~14393.4889.1.2");
    assert_eq!(report.status, Some(CodeValue::Hresult(0x8007000d)));
    assert_eq!(report.failure_source.as_deref(), Some("DOQ"));
    assert_eq!(
        (report.states.start.as_deref(), report.states.target.as_deref()),
        (Some("Staged"), Some("Installed"))
    );
    assert_eq!(report.client.as_deref(), Some("WindowsUpdateAgent"));
}

#[test]
fn kind_05_service_keys_missing() {
    let items = events(&log(&["I CBS         INSTALL index: 55, phase: 2, result 2, inf: flpydisk.inf"]));
    assert_driver(&items, 55, 2, 2, "flpydisk.inf");
    assert_eq!(code(&items[0]), Some(0x80070002));
}

#[test]
fn kind_06_transaction_log_full() {
    let items = events(&log(&[
        "I CBS DriverUpdateUninstallUpdates failed [HRESULT = 0x800719e4 - ERROR_LOG_FULL]",
        "I CBS Failed uninstalling driver updates [HRESULT = 0x800719e4 - ERROR_LOG_FULL]",
        "E CBS Startup: Failed while processing non-critical driver operations queue. [HRESULT = 0x800719e4 - ERROR_LOG_FULL]",
    ]));
    assert_eq!(items[0].event, CbsEvent::DriverCall { function: "DriverUpdateUninstallUpdates".into() });
    assert_eq!(
        items[1].event,
        CbsEvent::Stage { stage: Stage::DriverQueueRun, step: Step::DriverQueueFailed }
    );
    assert_queue(&items, Stage::Startup, 0x800719e4);
}

#[test]
fn kind_07_broken_driver_operations() {
    let items = events(&log(&[
        "I CBS Doqi: Failed reading Identity for driver operation sequenceID 1 [HRESULT = 0x80070490 - ERROR_NOT_FOUND]",
    ]));
    assert_eq!(items[0].event, CbsEvent::DriverIdentity { sequence: 1 });
    assert_eq!(code(&items[0]), Some(0x80070490));
}

#[test]
fn kind_08_driver_folder_missing_at_shutdown() {
    let items = events(&log(&[
        "E CBS Shtd: Failed while processing non-critical driver operationsqueue. [HRESULT = 0x80070490 - ERROR_NOT_FOUND]",
    ]));
    assert_queue(&items, Stage::Shutdown, 0x80070490);
}

#[test]
fn kind_09_raw_setupapi_code() {
    let items =
        events(&log(&["I CBS DriverUpdateInstallUpdates failed [HRESULT = 0xe0000100 - Unknown Error]"]));
    assert_eq!(code(&items[0]), Some(0xe0000100));
}

/// An advanced installer that failed, with the lines that follow; kinds 10 to 14 and 25 differ in name and code.
fn installer(name: &str, id: &str, hresult: &str) -> String {
    log(&[
        "I CSI 00000c70 Begin executing advanced installer phase 38 index 4 (sequence 75)\n    Old component: (null)\n    New component: [l:96 ml:97]'Microsoft-Windows-Example, Culture=neutral, Version=10.0.17763.1'\n    Install mode: install\n    Smart installer: false\n    Installer ID: GUID\n    Installer name: 'NAME'",
        "F CSI 00000c71 (F) Failed execution of queue item Installer: NAME (GUID) with HRESULT CODE.  Failure will not be ignored: A rollback will be initiated after all the operations in the installer queue are completed; installer is reliable[gle=0x80004005]",
        "I CSI 00000c72@2024/3/12:03:10:02.113 CSI Advanced installer perf trace:\nCSIPERF:AIDONE;GUID;Microsoft-Windows-Example, version 10.0.17763.1, arch amd64, nonSxS, pkt {l:8 b:31bf3856ad364e35};8529us",
        "I CSI 00000c73 End executing advanced installer (sequence 75)\n    Completion status: CODE ",
        "I CSI 00000c74 The queue has completed running, and AI failures have occured.",
        "E CBS Startup: Failed to process advanced operation queue, startupPhase: 0.  A rollback transaction will be created. [HRESULT = 0x800f0922 - CBS_E_INSTALLERS_FAILED]",
    ])
    .replace("NAME", name)
    .replace("GUID", id)
    .replace("CODE", hresult)
}

#[track_caller]
fn assert_installer(name: &str, id: &str, printed: &str, status: CodeValue<'_>) {
    let items = events(&installer(name, id, printed));
    let runs = installer_runs(&items);
    assert_eq!(runs.len(), 1);
    let run = &runs[0];
    assert_eq!((run.begin.name.as_deref(), run.begin.id.as_deref()), (Some(name), Some(id)));
    assert_eq!(
        run.begin.new_component.as_deref(),
        Some("Microsoft-Windows-Example, Culture=neutral, Version=10.0.17763.1")
    );
    assert_eq!((run.status, run.microseconds, run.failure_line.is_some()), (Some(status), Some(8529), true));
    let failed = items.iter().find_map(|item| match &item.event {
        CbsEvent::InstallerFailed { status, ignored, .. } => Some((*status, *ignored, item.event_code)),
        _ => None,
    });
    assert_eq!(failed, Some((Some(status), false, Some(0x018007))));
    assert_eq!(
        items.last().unwrap().event,
        CbsEvent::Stage { stage: Stage::Startup, step: Step::AdvancedQueueFailed }
    );
}

#[test]
fn kinds_10_11_12_15_25_advanced_installers() {
    let id = "{9edf0f01-ef44-4c87-ac5a-8aad730137ab}";
    let not_found = CodeValue::Win32(2);
    assert_installer("Task Scheduler", id, "HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND)", not_found);
    assert_installer("HTTP Installer", id, "HRESULT_FROM_WIN32(1058)", CodeValue::Win32(1058));
    assert_installer("Container Installer", id, "HRESULT_FROM_WIN32(1753)", CodeValue::Win32(1753));
    let printed = "800f0207 [Error,Facility=(000f),Code=519 (0x0207)]";
    assert_installer(
        "Root Devices",
        "{3d07d150-2f3d-4184-9793-d0fd59b0c885}",
        printed,
        CodeValue::Hresult(0x800f0207),
    );
    assert_installer("Per-User Registry Installer", id, "HRESULT_FROM_WIN32(2)", CodeValue::Win32(2));
}

#[test]
fn kinds_13_14_error_summaries() {
    let items = events(&log(&[
        "I CSI 00000045 Failed to move package manifest for client id Example [0x80070005]",
        "I CSI 0000006a ==Error Summary Start==",
        "E CSI 0000006b (F) Installer: Container Installer\tBinary Name: containerai.dll\tErrorCode: 80070005\tPhase: 39\tMode: Delta\tComponent: NONE[gle=0x80004005]",
        // Tabs become spaces where a log is copied into a forum.
        "E CSI 0000006c (F) Installer: Network Drivers Binary Name: NetSetupAI.dll ErrorCode: 800106d9 Phase: 31 Mode: Delta Component: NONE",
        "I CSI 0000006d ==Error Summary End==",
    ]));
    assert_eq!((matches!(items[0].event, CbsEvent::Failed(_)), code(&items[0])), (true, Some(0x80070005)));
    let told: Vec<_> = items
        .iter()
        .filter_map(|item| match &item.event {
            CbsEvent::ErrorSummaryItem(found) => {
                Some((&*found.installer, found.binary.as_deref(), found.code, found.phase))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        told,
        [
            ("Container Installer", Some("containerai.dll"), Some(CodeValue::Hresult(0x80070005)), Some(39)),
            ("Network Drivers", Some("NetSetupAI.dll"), Some(CodeValue::Hresult(0x800106d9)), Some(31)),
        ]
    );
    assert_eq!(items[4].event, CbsEvent::ErrorSummary { start: false });
}

#[test]
fn kind_16_generic_command() {
    let items = events(&log(&[
        "I CSI 0000004f Done with generic command 2; CreateProcess returned 0, CPAW returned S_OK\n    Process exit code 16386 (0x00004002) resulted in success? FALSE",
        "F CSI 00000052 (F) Failed execution of queue item Installer: Generic Command ({81a34a10-4256-436a-89d6-794b97ca407c}) with HRESULT HRESULT_FROM_WIN32(14109).  Failure will not be ignored: A rollback will be initiated after all the operations in the installer queue are completed; installer is reliable (2)[gle=0x80004005]",
    ]));
    assert_eq!(
        items[0].event,
        CbsEvent::GenericCommand { number: 2, exit_code: Some(16386), success: Some(false), output: None }
    );
    assert!(items[0].body.starts_with(b"    Process exit code") && items[1].body.is_empty());
    assert_eq!(items[1].code.unwrap().0, CodeValue::Win32(14109));
}

#[test]
fn kind_17_hang() {
    let items = events(&log(&[
        "E CBS Startup: A possible hang was detected on the last boot. [HRESULT = 0x800f0920 - CBS_E_HANG_DETECTED]",
        "I CBS Current global progress. Current: 58, Limit: 105, ExecuteState: CbsExecuteStateResolvePending",
        "I CBS Previous global progress. Current: 58, Limit: 105, ExecuteState: CbsExecuteStateResolvePending",
        "E CBS Startup: No progress detected while needing to process the advanced operation queue, rolling back and cancelling the transaction. [HRESULT = 0x80004005 - E_FAIL]",
        "I CBS Setting ExecuteState key to: CbsExecuteStateInitiateRollback | CbsExecuteStateFlagAdvancedInstallersFailed",
    ]));
    assert_eq!((items[0].event.clone(), code(&items[0])), (CbsEvent::HangDetected, Some(0x800f0920)));
    assert_eq!(items[1].event, CbsEvent::GlobalProgress { previous: false, current: 58, limit: 105 });
    assert_eq!(items[2].event, CbsEvent::GlobalProgress { previous: true, current: 58, limit: 105 });
    assert_eq!(items[3].event, CbsEvent::Stage { stage: Stage::Startup, step: Step::Rollback });
    let CbsEvent::ExecuteState { state, .. } = &items[4].event else { panic!() };
    assert!(state.rollback && state.advanced_installers_failed && !state.drivers_failed);
}

#[test]
fn kind_18_restart_failed() {
    let items = events(&log(&[
        "I CBS Failed restart attempt. [HRESULT = 0x8007045b - ERROR_SHUTDOWN_IN_PROGRESS]",
        "I CBS Setting HangDetect value to 3",
    ]));
    assert_eq!(items[0].event, CbsEvent::Stage { stage: Stage::Other, step: Step::RestartFailed });
    assert_eq!(code(&items[0]), Some(0x8007045b));
    assert_eq!(items[1].event, CbsEvent::HangDetect { stored: Stored::Set, value: Some(3) });
}

#[test]
fn kind_19_resource_manager_inactive() {
    let items =
        events(&log(&["E CBS Exec: Failed to commit CBS transaction [0x80071a91 ERROR_RM_NOT_ACTIVE]"]));
    assert_eq!(items[0].event, CbsEvent::Stage { stage: Stage::Execute, step: Step::CommitFailed });
    assert_eq!(code(&items[0]), Some(0x80071a91));
}

#[test]
fn kind_20_earlier_transaction_pending() {
    let items = events(&log(&[
        "E CSI 00000004 (F) Pending transaction content must be resolved before a new transaction [gle=0x80070bc9]",
        "E CBS Failed to process single phase execution. [HRESULT = 0x80070bc9 - ERROR_FAIL_REBOOT_REQUIRED]",
    ]));
    assert_eq!(items[0].event, CbsEvent::Stage { stage: Stage::Other, step: Step::PendingTransaction });
    assert_eq!((code(&items[0]), code(&items[1])), (Some(0x80070bc9), Some(0x80070bc9)));
}

#[test]
fn kind_21_transaction_log_cannot_grow() {
    let items = events(&log(&[
        "I CBS Running poqexec with: C:\\Windows\\System32\\poqexec.exe /noreboot /transaction 3012 /display_progress \\SystemRoot\\WinSxS\\pending.xml",
        "I CBS Poqexec.exe completed. [HRESULT = 0x80071ab1 - ERROR_LOG_GROWTH_FAILED]",
    ]));
    let runs = poqexec_runs(&items);
    assert_eq!(
        (runs.len(), runs[0].transaction, runs[0].status),
        (1, Some(3012), Some(CodeValue::Hresult(0x80071ab1)))
    );
}

#[test]
fn kinds_22_23_codes_inside_text() {
    let items = events(&log(&[
        "E CBS Error C0190003 applying update operation 21417 of 247778",
        "E CSI 00000021 (F) mispace.mof: error SYNTAX 0X8004402f: Error creating temporary file",
    ]));
    assert_eq!(items[0].code.unwrap().0, CodeValue::Ntstatus(0xC0190003));
    assert_eq!(code(&items[1]), Some(0x8004402f));
    assert!(items.iter().all(|item| matches!(item.event, CbsEvent::Failed(_))));
}

#[test]
fn kind_24_damaged_component_key() {
    let items = events(&log(&[
        "E CSI 000000fb (F) STATUS_REQUEST_OUT_OF_SEQUENCE #5031# from CComponentStore::Commit(...)[gle=0xd000042a]",
        "E CBS Exec: Failed to commit CSI transaction to execute changes. [HRESULT = 0x80070308 - ERROR_REQUEST_OUT_OF_SEQUENCE]",
    ]));
    assert_eq!(items[0].code.unwrap().0, CodeValue::Ntstatus(0xC000042A));
    assert_eq!(items[1].event, CbsEvent::Stage { stage: Stage::Execute, step: Step::CommitFailed });
    assert_eq!(code(&items[1]), Some(0x80070308));
}

#[test]
fn kind_26_component_marked_deleted() {
    let items = events(&log(&[
        "E CSI 00000113 (F) Component marked deleted and is no longer available for: amd64_microsoft-copilot_31bf3856ad364e35_10.0.26100.1_none_0123456789abcdef[gle=0x80004005]",
        "E CSI 00000114 (F) STATUS_NOT_SUPPORTED #14706236# from Windows::WCP::CFileInstaller::DoComponentOperation(...)[gle=0xd00000bb]",
    ]));
    assert_eq!(
        items[0].event,
        CbsEvent::ComponentDeleted {
            component: "amd64_microsoft-copilot_31bf3856ad364e35_10.0.26100.1_none_0123456789abcdef".into()
        }
    );
    assert_eq!((items[0].code, items[0].ident, items[1].ident), (None, None, Some(14_706_236)));
    assert_eq!(items[1].code.unwrap().0, CodeValue::Ntstatus(0xC00000BB));
}

#[test]
fn packages_and_sessions() {
    let items = events(&log(&[
        "I CBS Session: 30579072_298067563 initialized by client WindowsUpdateAgent, external staging directory: (null), external registry directory: (null)",
        "I CBS Exec: Session processing started.  Client: WindowsUpdateAgent, Session(Cumulative (x64), one): 30579072_298067563",
        "I CBS Exec: Processing started.  Client: WindowsUpdateAgent, Session: 30579072_298067563, Package: Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.4499.1.5, Identifier: KB5027222",
        "I CBS Plan: Package: Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.4499.1.5, Update: c25dd39ad95c8081b918ff864e5637e0, current: Absent, pending: Default, start: Absent, applicable: Installed, targeted: Installed, limit: Installed, selected: Default",
        "I CBS Reporting package change for package: Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.4499.1.5, current: Staged, pending: Default, start: Staged, applicable: Installed, target: Installed, limit: Installed, hotpatch status: StillGoing, status: 0x0, failure source: Execute, reboot required: True, client id: WindowsUpdateAgent, initiated offline: False",
        "I CBS SQM: Reporting package change completion for package: Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.4499.1.5, current: Staged, original: Staged, target: Installed, status: 0x800f0922, failure source: AI, failure details: \"(null)\", client id: WindowsUpdateAgent, initiated offline: False",
        "I CBS Exec: Processing complete.  Session: 30579072_298067563, Package: Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.4499.1.5 [HRESULT = 0x800f0922 - CBS_E_INSTALLERS_FAILED]",
        "I CBS Session: 30579072_298067563 finalized. Reboot required: yes [HRESULT = 0x00000000 - S_OK]",
    ]));
    let sessions: Vec<_> = items
        .iter()
        .filter_map(|item| match &item.event {
            CbsEvent::Session(found) => {
                assert_eq!(found.id, "30579072_298067563");
                Some((
                    found.step,
                    found.client.as_deref(),
                    found.package.is_some(),
                    found.reboot_required,
                    found.status,
                ))
            }
            _ => None,
        })
        .collect();
    let agent = Some("WindowsUpdateAgent");
    assert_eq!(
        sessions,
        [
            (SessionStep::Initialized, agent, false, None, None),
            (SessionStep::Started, agent, false, None, None),
            (SessionStep::Started, agent, true, None, None),
            (SessionStep::Complete, None, true, None, Some(CodeValue::Hresult(0x800f0922))),
            (SessionStep::Finalized, None, false, Some(true), Some(CodeValue::Hresult(0))),
        ]
    );
    let packages: Vec<_> = items
        .iter()
        .filter_map(|item| match &item.event {
            CbsEvent::Package(found) => Some(found),
            _ => None,
        })
        .collect();
    assert!(
        packages
            .iter()
            .all(|found| found.package == "Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.4499.1.5")
    );
    assert_eq!(packages[0].states.current.as_deref(), Some("Absent"));
    assert_eq!(packages[0].update.as_deref(), Some("c25dd39ad95c8081b918ff864e5637e0"));
    assert_eq!((packages[1].reboot_required, packages[1].status), (Some(true), Some(CodeValue::Hresult(0))));
    assert_eq!(packages[2].kind, PackageChangeKind::Completed);
    assert_eq!(packages[2].status, Some(CodeValue::Hresult(0x800f0922)));
    assert_eq!(packages[2].failure_source.as_deref(), Some("AI"));
    assert_eq!(packages[2].states.start.as_deref(), Some("Staged"));
}

#[test]
fn a_cut_message_is_marked() {
    let text = "2024-03-06 10:51:15, Error                 CSI    00000038 (F) HRESULT_FROM_WIN32(ERROR_INVALID_DATA) #6317713# from ICSITransaction_InstallDeployment(catpath = 'C:\\a.cat\r\n2024-03-06 10:51:15, Error                 CSI    ', disp = 0)[gle=0x8007000d]\r\n";
    let log = CbsLog::new(text.as_bytes());
    let scan = log.events();
    assert_eq!(scan.counts.split, 1);
    assert_eq!(scan.kept.iter().map(|item| item.split).collect::<Vec<_>>(), [false, true]);
    assert_eq!(code(&scan.kept[1]), Some(0x8007000d));
}

#[test]
fn every_encoding_gives_the_same() {
    let plain = installer(
        "Container Installer",
        "{9edf0f01-ef44-4c87-ac5a-8aad730137ab}",
        "HRESULT_FROM_WIN32(1753)",
    );
    let expected: Vec<_> = events(&plain).into_iter().map(|item| (item.line, item.event)).collect();
    let little: Vec<u8> = format!("\u{feff}{plain}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = plain.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let marked = [b"\xEF\xBB\xBF", plain.as_bytes()].concat();
    for data in [little, big, marked] {
        let log = CbsLog::new(&data);
        let found: Vec<_> = log.events().kept.into_iter().map(|item| (item.line, item.event)).collect();
        assert_eq!(found, expected);
    }
    let mut chinese = log(&["E CBS Startup: Processing complete. here"]).into_bytes();
    let at = chinese.windows(4).position(|four| four == b"here").unwrap();
    chinese.splice(at..at + 4, *b"\xD2\xD1\xB0\xB2\xD7\xB0");
    assert_eq!(CbsLog::new(&chinese).events().kept[0].text, "Startup: Processing complete. 已安装");
}

#[test]
fn any_bytes_are_read() {
    let text = installer(
        "Container Installer",
        "{9edf0f01-ef44-4c87-ac5a-8aad730137ab}",
        "HRESULT_FROM_WIN32(1753)",
    );
    let text =
        text.repeat(3) + &log(&["I CBS Session: 1_2 finalized. Reboot required: yes [HRESULT = 0x0 - S_OK]"]);
    common::damaged(text.as_bytes(), 11, |data| {
        let scan = CbsLog::new(data);
        let scan = scan.events();
        assert_eq!(scan.counts.records, scan.counts.cbs + scan.counts.csi + scan.counts.other_components);
        assert!(scan.counts.events as usize == scan.kept.len());
    });
}
