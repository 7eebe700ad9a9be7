//! The lines that TrustedInstaller and TiWorker write to CBS.log. Each is a WriteFile of the trace too, at the same
//! time and with the same length. Their texts are those of public and real logs of builds 14393 to 26100.

use status_codes::HResult;

use crate::{
    boot::Boot,
    cbs::hresult,
    plan::{Fault, Installer, Stage},
    recorder::Actor,
    startup::CBS_LOG,
};

impl Boot {
    /// A line of CBS.
    pub(crate) fn line(&mut self, actor: Actor, level: &str, text: &str) {
        let offset = self.log.position();
        let bytes = self.log.cbs(self.r.now, level, text);
        self.r.write_at(actor.via("wdscore.dll"), CBS_LOG, offset, bytes);
    }

    /// A line of CSI.
    fn csi(&mut self, actor: Actor, level: &str, text: &str) {
        let offset = self.log.position();
        let bytes = self.log.csi(self.r.now, level, text);
        self.r.write_at(actor.via("wdscore.dll"), CBS_LOG, offset, bytes);
    }

    /// A line of CSI with the time in UTC.
    fn csi_at(&mut self, actor: Actor, text: &str) {
        let offset = self.log.position();
        let bytes = self.log.csi_at(self.r.now, text);
        self.r.write_at(actor.via("wdscore.dll"), CBS_LOG, offset, bytes);
    }

    fn lines(&mut self, actor: Actor, texts: &[&str]) {
        for text in texts {
            self.line(actor, "Info", text);
            self.r.wait(1);
        }
    }

    pub(crate) fn begin_lines(&mut self, actor: Actor) {
        let boot =
            pml_reader::FileTime(self.r.machine.boot.0).shifted(self.r.machine.utc_offset_minutes).civil();
        let boot = format!(
            "TI: Last boot time: {}-{:02}-{:02} {:02}:{:02}:{:02}.500",
            boot.year, boot.month, boot.day, boot.hour, boot.minute, boot.second
        );
        self.lines(
            actor,
            &[
                "TI: --- Initializing Trusted Installer ---",
                &boot,
                "Starting TrustedInstaller initialization.",
                "Ending TrustedInstaller initialization.",
                "Starting the TrustedInstaller main loop.",
                "TrustedInstaller service starts successfully.",
            ],
        );
    }

    pub(crate) fn worker_lines(&mut self, actor: Actor) {
        let c = pml_reader::FileTime(self.r.now).civil();
        let utc = format!(
            "Universal Time is: {}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}",
            c.year,
            c.month,
            c.day,
            c.hour,
            c.minute,
            c.second,
            c.ticks / 10_000
        );
        let machine = &self.r.machine;
        let version = format!("10.0.{}.{}", machine.build, machine.revision);
        let stack = format!(
            r"Loaded Servicing Stack v{version} with Core: {}\cbscore.dll",
            machine.servicing_stack()
        );
        self.lines(
            actor,
            &[
                "Starting TiWorker initialization.",
                "Ending TiWorker initialization.",
                "TiWorker starts successfully.",
                &utc,
                &stack,
            ],
        );
        self.csi_at(actor, &format!("WcpInitialize: wcp.dll version {version} (WinBuild.160101.0800)"));
        self.lines(
            actor,
            &[
                "Startup: current ExecuteState is CbsExecuteStateResolvePending",
                "Retrieved original failure status: 0x00000000, last forward execute state: CbsExecuteStateResolvePending",
                "Clearing HangDetect value",
            ],
        );
        self.r.wait(400);
    }

    /// poqexec failed before: the pending transaction could not be resolved. How CBS words that is not known from a
    /// public log; this is its line for a queue that failed.
    pub(crate) fn resolve_failed_lines(&mut self, actor: Actor, code: u32) {
        let text = format!(
            "Startup: Failed to process advanced operation queue, startupPhase: 0.  A rollback transaction will be created. {}",
            hresult(code)
        );
        self.csi_at(actor, "Finished running all AIs.");
        self.line(actor, "Error", &text);
    }

    pub(crate) fn identity_lines(&mut self, actor: Actor, n: u32, code: u32) {
        let text =
            format!("Doqi: Failed reading Identity for driver operation sequenceID {n} {}", hresult(code));
        self.line(actor, "Error", &text);
    }

    pub(crate) fn driver_count_lines(&mut self, actor: Actor, count: usize, uninstall: bool) {
        let action = if uninstall { "Uninstalling" } else { "Installing" };
        self.line(actor, "Info", &format!("Doqe: [Forward] {action} driver updates, Count {count}"));
    }

    pub(crate) fn driver_failed_lines(
        &mut self,
        actor: Actor,
        index: u32,
        inf: &str,
        code: u32,
        uninstall: bool,
    ) {
        let (verb, function, doing) = if uninstall {
            ("UNINSTALL", "DriverUpdateUninstallUpdates", "uninstalling")
        } else {
            ("INSTALL", "DriverUpdateInstallUpdates", "installing")
        };
        // Win32 errors as such, SetupAPI errors whole.
        let result = if code >> 16 == 0x8007 { code & 0xFFFF } else { code };
        self.lines(
            actor,
            &[
                &format!("        {verb} index: {index}, phase: 1, result {result}, inf: {inf}"),
                &format!("Doqe: Recording result: 0x{code:08x}, for Inf: {inf}"),
                &format!("{function} failed {}", hresult(code)),
                &format!("Doqe: Failed {doing} driver updates {}", hresult(code)),
            ],
        );
    }

    pub(crate) fn driver_queue_failed_lines(&mut self, actor: Actor, code: u32) {
        let text = format!(
            "Startup: Failed while processing non-critical driver operations queue. {}",
            hresult(code)
        );
        self.line(actor, "Error", &text);
        self.lines(
            actor,
            &[
                "Startup: Rolling back KTM, because drivers failed.",
                "Setting ExecuteState key to: CbsExecuteStateStageDrivers | CbsExecuteStateFlagRollback | CbsExecuteStateFlagDriversFailed",
            ],
        );
    }

    pub(crate) fn installer_queue_lines(&mut self, actor: Actor) {
        self.line(actor, "Info", "Startup: Processing advanced operation queue, startupPhase: 0");
        self.csi(actor, "Info", "ExecutionComplete online ticklers");
    }

    pub(crate) fn installer_begin_lines(&mut self, actor: Actor, installer: &Installer, n: u32) {
        let text = format!(
            "Begin executing advanced installer phase {} index {n} (sequence {n})\r\n    Old component: [l:0]''\r\n    New component: [l:0]''\r\n    Install mode: delta\r\n    Smart installer: true\r\n    Installer ID: {}\r\n    Installer name: '{}'",
            installer.phase, installer.id, installer.name
        );
        self.csi(actor, "Info", &text);
    }

    fn installer_end(&mut self, actor: Actor, installer: &Installer, n: u32, ticks: u64, status: &str) {
        let text = format!(
            "CSI Advanced installer perf trace:\r\nCSIPERF:AIDONE;{};(null);{}us",
            installer.id,
            ticks / 10
        );
        self.csi_at(actor, &text);
        let text = format!(
            "End executing advanced installer (sequence {n})\r\n    Completion status: {status} \r\n"
        );
        self.csi(actor, "Info", &text);
    }

    pub(crate) fn installer_done_lines(&mut self, actor: Actor, installer: &Installer, n: u32, ticks: u64) {
        self.installer_end(actor, installer, n, ticks, "S_OK");
    }

    pub(crate) fn installer_failed_lines(
        &mut self,
        actor: Actor,
        installer: &Installer,
        n: u32,
        ticks: u64,
        code: u32,
    ) {
        let status = spelled(code);
        self.installer_end(actor, installer, n, ticks, &status);
        let text = format!(
            "(F) Failed execution of queue item Installer: {} ({}) with HRESULT {status}.  Failure will not be ignored: A rollback will be initiated after all the operations in the installer queue are completed; installer is reliable[gle=0x80004005]",
            installer.name, installer.id
        );
        self.csi(actor, "Error      [0x01806a]", &text);
    }

    pub(crate) fn installer_summary_lines(&mut self, actor: Actor, installer: &Installer, code: u32) {
        self.csi_at(actor, "Finished running all AIs.");
        self.csi(actor, "Info", "The queue has completed running, and AI failures have occured.");
        self.csi(actor, "Info", "==Error Summary Start==");
        let text = format!(
            "(F) Installer: {}\tBinary Name: {}\tErrorCode: {code:08x}\tPhase: {}\tMode: Delta\tComponent: NONE[gle=0x80004005]",
            installer.name, installer.binary, installer.phase
        );
        self.csi(actor, "Error", &text);
        self.csi(actor, "Info", "==Error Summary End==");
        let text = format!(
            "Startup: Failed to process advanced operation queue, startupPhase: 0.  A rollback transaction will be created. {}",
            hresult(0x800F_0922)
        );
        self.line(actor, "Error", &text);
    }

    /// What CBS writes about the report it makes of a failure.
    pub(crate) fn report_lines(&mut self, actor: Actor, fault: &Fault) {
        let code = fault.reported();
        let source = match fault.stage {
            Stage::Driver(_) => "DOQ",
            Stage::Installer(_) => "CSI Other",
            Stage::Poq | Stage::Renames => "Execute",
        };
        let state = match fault.stage {
            Stage::Driver(_) => "CbsExecuteStateStageDrivers",
            _ => "CbsExecuteStateResolvePending",
        };
        let package = self.r.machine.package();
        self.lines(
            actor,
            &[
                &format!("Setting original failure status: 0x{code:08x}, last forward execute state: {state}"),
                &format!("WER: Generating failure report for package: {package}, status: 0x{code:08x}, failure source: {source}, start state: Staged, target state: Installed, client id: WindowsUpdateAgent"),
                "Not able to query DisableWerReporting flag.  Assuming not set... [HRESULT = 0x80070002 - ERROR_FILE_NOT_FOUND]",
                "Not able to add pending.xml.bad to Windows Error Report. [HRESULT = 0x80070002 - ERROR_FILE_NOT_FOUND]",
            ],
        );
    }

    pub(crate) fn rollback_lines(&mut self, actor: Actor, fault: &Fault) {
        if matches!(fault.stage, Stage::Installer(_) | Stage::Poq | Stage::Renames) {
            self.lines(actor, &["Startup: Failed to process advanced operation queue.  Drivers and primitives will be rolled back and a restart initiated."]);
        }
        self.lines(
            actor,
            &[
                "Progress: UI message updated. Operation type: Update. Stage: 1 out of 1. Rollback.",
                &format!("Startup: Processing complete. {}", hresult(0x8007_0BC2)),
            ],
        );
    }

    pub(crate) fn success_lines(&mut self, actor: Actor) {
        self.csi_at(actor, "Finished running all AIs.");
        self.lines(
            actor,
            &[
                "Setting ExecuteState key to: CbsExecuteStateComplete",
                "Clearing original failure status: 0x00000000",
                "Setting ExecuteState key to: ExecuteStateNone",
                "Startup: Processing complete. [HRESULT = 0x00000000 - S_OK]",
            ],
        );
    }
}

/// `HRESULT_FROM_WIN32(1753)`, or the name of another HRESULT.
fn spelled(code: u32) -> String {
    match code >> 16 {
        0x8007 => format!("HRESULT_FROM_WIN32({})", code & 0xFFFF),
        _ => HResult(code).name().map_or_else(|| format!("0x{code:08x}"), str::to_owned),
    }
}
