//! Kinds of failures of advanced installers.

use super::{Fault, Kind, Phase};

/// The lines around an installer's run; `NAME`, `GUID`, `RUN` (the queue's status) and `CODE` stand for what differs.
macro_rules! installer {
    ($name:literal, $id:literal, $code:literal) => {
        installer!($name, $id, $code, $code)
    };
    ($name:literal, $id:literal, $code:literal, $run:literal) => {
        &[
            "I CBS Startup: Processing advanced operation queue, startupPhase: 0",
            concat!("I CSI 00000c70 Begin executing advanced installer phase 38 index 4 (sequence 75)\n    Old component: (null)\n    New component: [l:42 ml:43]'Microsoft-Windows-Example, Version=10.0.17763.1'\n    Install mode: install\n    Smart installer: false\n    Installer ID: ", $id, "\n    Installer name: '", $name, "'"),
            concat!("F CSI 00000c71 (F) Failed execution of queue item Installer: ", $name, " (", $id, ") with HRESULT ", $code, ".  Failure will not be ignored: A rollback will be initiated after all the operations in the installer queue are completed; installer is reliable[gle=0x80004005]"),
            concat!("I CSI 00000c72@2024/3/12:03:10:02.113 CSI Advanced installer perf trace:\nCSIPERF:AIDONE;", $id, ";Microsoft-Windows-Example, version 10.0.17763.1, arch amd64;8529us"),
            concat!("I CSI 00000c73 End executing advanced installer (sequence 75)\n    Completion status: ", $run, " "),
            "I CSI 00000c74 The queue has completed running, and AI failures have occured.",
            "E CBS Startup: Failed to process advanced operation queue, startupPhase: 0.  A rollback transaction will be created. [HRESULT = 0x800f0922 - CBS_E_INSTALLERS_FAILED]",
            "I CBS Setting ExecuteState key to: CbsExecuteStateInitiateRollback | CbsExecuteStateFlagAdvancedInstallersFailed",
            "I CBS Progress: UI message updated. Operation type: Update. Stage: 1 out of 1. Rollback.",
            "I CBS Setting original failure status: 0x800f0922, last forward execute state: CbsExecuteStateResolvePending",
            "I CBS Startup: Processing complete. [HRESULT = 0x80070bc2 - ERROR_SUCCESS_REBOOT_REQUIRED]",
            // The second boot takes back what the first one did, and does it well.
            "I CBS Startup: Processing advanced operation queue, startupPhase: 0",
            concat!("I CSI 00000033 Begin executing advanced installer phase 38 index 4 (sequence 75)\n    Old component: [l:42 ml:43]'Microsoft-Windows-Example, Version=10.0.17763.1'\n    New component: (null)\n    Install mode: install\n    Smart installer: false\n    Installer ID: ", $id, "\n    Installer name: '", $name, "'"),
            "I CSI 00000034 End executing advanced installer (sequence 75)\n    Completion status: S_OK ",
            "I CBS Startup: Processing complete. [HRESULT = 0x800f0922 - CBS_E_INSTALLERS_FAILED]",
        ]
    };
}

pub(super) use installer;

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "10 a scheduled task is damaged",
        log: installer!(
            "Task Scheduler",
            "{11111111-2222-3333-4444-555555555555}",
            "HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND)"
        ),
        phase: Phase::StartupInstallers,
        fault: Fault::Installer,
        item: "Task Scheduler",
        code: Some(0x8007_0002),
        reported: Some(0x800F_0922),
        rules: &["BR-0201", "BR-0213"],
    },
    Kind {
        name: "11 the HTTP service is disabled",
        log: installer!(
            "HTTP Installer",
            "{11111111-2222-3333-4444-555555555555}",
            "HRESULT_FROM_WIN32(1058)",
            "HRESULT_FROM_WIN32(ERROR_ADVANCED_INSTALLER_FAILED)"
        ),
        phase: Phase::StartupInstallers,
        fault: Fault::Installer,
        item: "HTTP Installer",
        code: Some(0x8007_0422),
        reported: Some(0x800F_0922),
        rules: &["BR-0202", "BR-0212", "BR-0213"],
    },
    Kind {
        name: "12 the container service does not answer",
        log: installer!(
            "Container Installer",
            "{9edf0f01-ef44-4c87-ac5a-8aad730137ab}",
            "HRESULT_FROM_WIN32(1753)"
        ),
        phase: Phase::StartupInstallers,
        fault: Fault::Installer,
        item: "Container Installer",
        code: Some(0x8007_06D9),
        reported: Some(0x800F_0922),
        rules: &["BR-0203", "BR-0211", "BR-0213"],
    },
    Kind {
        name: "13 access is denied to the base layer; the log begins behind the failure",
        log: &[
            "I CSI 00000045 Failed to move package manifest for client id Example [0x80070005]",
            "I CSI 0000008f The queue has completed running, and AI failures have occured.",
            "I CSI 00000090 ==Error Summary Start==",
            "E CSI 00000091 (F) Installer: Container Installer\tBinary Name: containerai.dll\tErrorCode: 80070005\tPhase: 39\tMode: Delta\tComponent: NONE[gle=0x80004005]",
            "I CSI 00000092 ==Error Summary End==",
            "E CBS Startup: Failed to process advanced operation queue, startupPhase: 0.  A rollback transaction will be created. [HRESULT = 0x800f0922 - CBS_E_INSTALLERS_FAILED]",
            "E CSI 00000093 (F) Installer: Container Installer\tBinary Name: containerai.dll\tErrorCode: 80070005\tPhase: 39\tMode: Delta\tComponent: NONE[gle=0x80004005]",
            "I CBS Setting ExecuteState key to: CbsExecuteStateInitiateRollback | CbsExecuteStateFlagAdvancedInstallersFailed",
        ],
        phase: Phase::StartupInstallers,
        fault: Fault::Installer,
        item: "Container Installer",
        code: Some(0x8007_0005),
        reported: Some(0x800F_0922),
        rules: &["BR-0204", "BR-0213"],
    },
    Kind {
        name: "14 network setup does not answer",
        log: &[
            "I CSI 00000054@2024/3/12:03:10:11.164 Finished running all AIs.",
            "I CSI 00000055 The queue has completed running, and AI failures have occured.",
            "I CSI 00000056 ==Error Summary Start==",
            // Tabs become spaces where a log is copied into a forum.
            "E CSI 00000057 (F) Installer: Network Drivers Binary Name: NetSetupAI.dll ErrorCode: 800106d9 Phase: 31 Mode: Delta Component: NONE[gle=0x80004005]",
            "I CSI 00000058 ==Error Summary End==",
            "E CBS Startup: Failed to process advanced operation queue, startupPhase: 0.  A rollback transaction will be created. [HRESULT = 0x800f0922 - CBS_E_INSTALLERS_FAILED]",
        ],
        phase: Phase::StartupInstallers,
        fault: Fault::Installer,
        item: "Network Drivers",
        code: Some(0x8001_06D9),
        reported: Some(0x800F_0922),
        rules: &["BR-0205", "BR-0211", "BR-0213"],
    },
    Kind {
        name: "14 and its sibling: other network software",
        log: installer!(
            "Network Drivers",
            "{a111f280-5923-47c0-9a68-d0bafb577901}",
            "HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED)"
        ),
        phase: Phase::StartupInstallers,
        fault: Fault::Installer,
        item: "Network Drivers",
        code: Some(0x8007_0005),
        reported: Some(0x800F_0922),
        rules: &["BR-0206", "BR-0213"],
    },
    Kind {
        name: "15 a root device exists already",
        log: installer!(
            "Root Devices",
            "{3d07d150-2f3d-4184-9793-d0fd59b0c885}",
            "800f0207 [Error,Facility=(000f),Code=519 (0x0207)]",
            "HRESULT_FROM_WIN32(ERROR_ADVANCED_INSTALLER_FAILED)"
        ),
        phase: Phase::StartupInstallers,
        fault: Fault::Installer,
        item: "Root Devices",
        code: Some(0x800F_0207),
        reported: Some(0x800F_0922),
        rules: &["BR-0207", "BR-0213"],
    },
    Kind {
        name: "16 a generic command fails",
        log: &[
            "I CBS Startup: Processing advanced operation queue, startupPhase: 0",
            "I CSI 0000004e Calling generic command executable (sequence 2): [40]\"C:\\Windows\\System32\\inetsrv\\iissetup.exe\"",
            "I CSI 0000004f Done with generic command 2; CreateProcess returned 0, CPAW returned S_OK\n    Process exit code 16386 (0x00004002) resulted in success? FALSE",
            "F CSI 00000052 (F) Failed execution of queue item Installer: Generic Command ({81a34a10-4256-436a-89d6-794b97ca407c}) with HRESULT HRESULT_FROM_WIN32(14109).  Failure will not be ignored: A rollback will be initiated after all the operations in the installer queue are completed; installer is reliable (2)[gle=0x80004005]",
            "E CBS Startup: Failed to process advanced operation queue, startupPhase: 0.  A rollback transaction will be created. [HRESULT = 0x800f0922 - CBS_E_INSTALLERS_FAILED]",
        ],
        phase: Phase::StartupInstallers,
        fault: Fault::Command,
        item: "16386 (0x00004002)",
        code: Some(0x8007_371D),
        reported: Some(0x800F_0922),
        rules: &["BR-0208", "BR-0213"],
    },
    Kind {
        name: "an installer that no rule knows by name",
        log: installer!(
            "Example Installer",
            "{11111111-2222-3333-4444-555555555555}",
            "HRESULT_FROM_WIN32(1114)"
        ),
        phase: Phase::StartupInstallers,
        fault: Fault::Installer,
        item: "Example Installer",
        code: Some(0x8007_045A),
        reported: Some(0x800F_0922),
        rules: &["BR-0213"],
    },
    Kind {
        name: "a folder that Internet Explorer's files go to is missing",
        log: installer!(
            "IEFileInstallAI",
            "{11111111-2222-3333-4444-555555555555}",
            "HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND)"
        ),
        phase: Phase::StartupInstallers,
        fault: Fault::Installer,
        item: "IEFileInstallAI",
        code: Some(0x8007_0003),
        reported: Some(0x800F_0922),
        rules: &["BR-0227", "BR-0213"],
    },
    Kind {
        name: "the firewall service is disabled",
        log: installer!(
            "FirewallOfflineAPI Installer",
            "{11111111-2222-3333-4444-555555555555}",
            "HRESULT_FROM_WIN32(1058)"
        ),
        phase: Phase::StartupInstallers,
        fault: Fault::Installer,
        item: "FirewallOfflineAPI Installer",
        code: Some(0x8007_0422),
        reported: Some(0x800F_0922),
        rules: &["BR-0224", "BR-0212", "BR-0213"],
    },
    Kind {
        name: "the system partition is full",
        log: installer!(
            "Boot Files",
            "{11111111-2222-3333-4444-555555555555}",
            "HRESULT_FROM_WIN32(ERROR_DISK_FULL)"
        ),
        phase: Phase::StartupInstallers,
        fault: Fault::Installer,
        item: "Boot Files",
        code: Some(0x8007_0070),
        reported: Some(0x800F_0922),
        rules: &["BR-0225", "BR-0213"],
    },
    Kind {
        name: "an event channel has another owner",
        log: installer!("Events", "{11111111-2222-3333-4444-555555555555}", "HRESULT_FROM_WIN32(15010)"),
        phase: Phase::StartupInstallers,
        fault: Fault::Installer,
        item: "Events",
        code: Some(0x8007_3AA2),
        reported: Some(0x800F_0922),
        rules: &["BR-0226", "BR-0213"],
    },
];
