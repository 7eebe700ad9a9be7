//! The table that tells what a line says by how it begins.
//!
//! Rows with the same first byte stand together and are tried in order; a row whose prefix begins another row's
//! prefix stands behind it. A line is compared with the rows of its first byte only.
//!
//! Texts marked (doc) are known from published excerpts of logs, not from a log at hand.

use super::event::Stage::{self, *};
use super::event::Step::{self, *};
use super::event::{CbsEvent, PackageChangeKind as P, SessionStep, Stored};
use super::extract::{self as cbs, Message};
use super::extract_csi as csi;

/// Reads a line whose prefix matched; `rest` is the line behind the prefix.
pub(crate) type Extract = for<'a> fn(&Message<'a>, rest: &'a [u8]) -> Option<CbsEvent<'a>>;

/// What a row makes of its line.
pub(crate) enum Make {
    /// A stage line.
    Step(Stage, Step),
    /// A typed record.
    With(Extract),
}
use Make::{Step as S, With as W};

type Row = (&'static [u8], Make);

/// Lines of the CBS component, and of any component but CSI.
pub(crate) static CBS: &[Row] = &[
    (b"Added ", W(|_, rest| cbs::attachment(rest, b" to WER report", true))),
    (b"Build: ", W(|_, rest| Some(CbsEvent::Build { build: cbs::text(rest) }))),
    (b"Clearing HangDetect value", W(|_, _| cbs::hang(Stored::Cleared, b""))),
    (b"Clearing original failure status: ", W(|_, rest| cbs::original_failure(Stored::Cleared, rest))),
    (b"Configured poqexec to pend", W(|_, _| Some(CbsEvent::PoqexecConfigured))),
    (b"Current global progress. ", W(|_, rest| cbs::progress(false, rest))),
    (b"Doqe: Recording result: ", W(|_, rest| cbs::driver_result(rest))),
    (b"Doqe: Failed processing queue", S(DriverQueueRun, DriverQueueFailed)),
    (b"Doqe: Failed installing", S(DriverQueueRun, DriverQueueFailed)),
    (b"Doqe: Failed uninstalling", S(DriverQueueRun, DriverQueueFailed)),
    (b"Doqe: ", W(|_, rest| cbs::driver_batch(rest))),
    (b"Doqi: Failed reading Identity", W(|message, _| cbs::driver_identity(message))),
    (b"Doqi: ", S(DriverQueueLoad, Step::Other)),
    (b"DriverUpdate", W(|message, _| cbs::driver_call(message))),
    (b"Exec: Session processing started.", W(|_, rest| cbs::session(SessionStep::Started, rest))),
    (b"Exec: Processing started.", W(|_, rest| cbs::session(SessionStep::Started, rest))),
    (b"Exec: Processing complete", W(|_, rest| cbs::session(SessionStep::Complete, rest))),
    (b"Exec: Resolving Package: ", W(|_, rest| cbs::package(P::Resolving, rest))),
    (b"Exec: Staging Package: ", W(|_, rest| cbs::package(P::Staging, rest))),
    (b"Exec: Pre-staging Package: ", W(|_, rest| cbs::package(P::Staging, rest))),
    (b"Exec: Installing Package: ", W(|_, rest| cbs::package(P::Installing, rest))),
    (b"Exec: Uninstalling Package: ", W(|_, rest| cbs::package(P::Uninstalling, rest))),
    (b"Exec: Failed to commit ", S(Execute, CommitFailed)),
    (b"Exec: ", S(Execute, Step::Other)),
    (b"Failed restart attempt", S(Stage::Other, RestartFailed)),
    (b"Failed installing driver updates", S(DriverQueueRun, DriverQueueFailed)),
    (b"Failed uninstalling driver updates", S(DriverQueueRun, DriverQueueFailed)),
    (b"Failed ", W(|_, _| Some(CbsEvent::Failure))),
    (b"INSTALL index: ", W(|message, _| cbs::driver_item(message))),
    (b"Loaded Servicing Stack v", W(|_, rest| cbs::stack(rest))),
    (b"No progress detected while needing", S(Stage::Other, Rollback)),
    (b"No startup processing required", S(Startup, NothingToDo)),
    (b"Not able to add ", W(|_, rest| cbs::attachment(rest, b" to Windows Error Report", false))),
    (b"Obtained poqexec from ", W(|_, _| Some(CbsEvent::PoqexecConfigured))),
    (b"Pending transaction content must be resolved", S(Stage::Other, PendingTransaction)), // (doc)
    (b"Perf: Doqe: ", S(DriverQueueRun, Step::Other)),
    (b"Plan: Package: ", W(|_, rest| cbs::package(P::Planned, rest))),
    (b"Poqexec.exe completed", W(|_, _| Some(CbsEvent::PoqexecDone))),
    (b"Previous global progress. ", W(|_, rest| cbs::progress(true, rest))),
    (b"Progress: UI message updated. ", W(|message, _| cbs::rollback_screen(message))),
    (b"Reboot mark set", W(|_, _| Some(CbsEvent::RebootFlag { set: true }))),
    (b"Reboot mark cleared", W(|_, _| Some(CbsEvent::RebootFlag { set: false }))),
    (b"Removed poqexec from ", W(|_, _| Some(CbsEvent::PoqexecConfigured))),
    (b"Reporting package change for package: ", W(|_, rest| cbs::package(P::Changing, rest))),
    (b"Reporting package change completion for package: ", W(|_, rest| cbs::package(P::Completed, rest))),
    (
        b"Repr: Add missing payload:",
        W(|_, rest| Some(CbsEvent::MissingPayload { path: cbs::text(rest.trim_ascii()) })),
    ),
    (b"Repr: ", S(Repair, Step::Other)),
    (b"Retrieved original failure status: ", W(|_, rest| cbs::original_failure(Stored::Read, rest))),
    (b"Running poqexec with: ", W(|_, rest| cbs::poqexec_run(rest))),
    (b"STAGE index: ", W(|message, _| cbs::driver_item(message))),
    (b"Session: ", W(|_, rest| cbs::session_line(rest))),
    (b"Setting ExecuteState key to: ", W(|_, rest| cbs::execute_state(Stored::Set, rest))),
    (b"Setting HangDetect value to ", W(|_, rest| cbs::hang(Stored::Set, rest))),
    (b"Setting RollbackFailed flag to ", W(|_, rest| cbs::rollback_failed(rest))),
    (b"Setting original failure status: ", W(|_, rest| cbs::original_failure(Stored::Set, rest))),
    (b"Setting reboot in progress flag", W(|_, _| Some(CbsEvent::RebootFlag { set: true }))),
    (b"Shtd: Begin shutdown processing", S(Shutdown, Begin)),
    (b"Shtd: Shutdown processing complete", S(Shutdown, Complete)),
    (b"Shtd: Rolling back KTM", S(Shutdown, TransactionRollback)),
    (b"Shtd: Failed while processing ", S(Shutdown, DriverQueueFailed)),
    (b"Shtd: Failed executing critical driver", S(Shutdown, DriverQueueFailed)),
    (b"Shtd: Failure occurred during shutdown processing", S(Shutdown, Rollback)), // (doc)
    (b"Shtd: Processing primitive operations queue", S(Shutdown, PrimitivesStart)),
    (b"Shtd: Primitive operations completed", S(Shutdown, PrimitivesDone)),
    (b"Shtd: ", S(Shutdown, Step::Other)),
    (b"Startup processing completed.", S(Startup, Complete)),
    (b"Startup: A possible hang was detected", W(|_, _| Some(CbsEvent::HangDetected))),
    (b"Startup: No progress detected while needing", S(Startup, Rollback)),
    (b"Startup: current ExecuteState is ", W(|_, rest| cbs::execute_state(Stored::Read, rest))),
    (b"Startup: Package: ", W(|_, rest| cbs::package_at_startup(rest))), // (doc)
    (b"Startup: Initializing driver operations queue", S(Startup, DriverQueueStart)),
    (b"Startup: Failed while processing ", S(Startup, DriverQueueFailed)),
    (b"Startup: Failed executing critical driver", S(Startup, DriverQueueFailed)),
    (b"Startup: Processing primitive operations queue", S(Startup, PrimitivesStart)),
    (b"Startup: Primitive operations completed", S(Startup, PrimitivesDone)),
    (b"Startup: Processing advanced operation queue", S(Startup, AdvancedQueueStart)),
    (b"Startup: Failed to process advanced operation queue", S(Startup, AdvancedQueueFailed)),
    (b"Startup: Rolling back KTM", S(Startup, TransactionRollback)),
    (b"Startup: Processing complete.", S(Startup, Complete)),
    (b"Startup: Success, restart required", S(Startup, RebootRequired)),
    (b"Startup: Waiting for SC autostart", S(Startup, Autostart)),
    (b"Startup: SC autostart event signaled", S(Startup, Autostart)),
    (b"Startup: ", S(Startup, Step::Other)),
    (
        b"Store corruption, manifest missing for package: ",
        W(|_, rest| Some(CbsEvent::MissingManifest { package: cbs::token(rest) })),
    ), // (doc)
    (b"TI: --- Initializing Trusted Installer", S(TrustedInstaller, Begin)),
    (b"TI: It looks like TI crashed", S(TrustedInstaller, Interrupted)),
    (b"TI: Last boot time: ", W(|_, rest| cbs::last_boot(rest))),
    (b"TI: CBS has signaled that a reboot is required", S(TrustedInstaller, RebootRequired)),
    (b"TI: CBS has queried the current reboot required state: ", W(|_, rest| cbs::reboot_state(rest))),
    (b"TI: started and RebootPending", S(TrustedInstaller, NothingToDo)), // (doc)
    (b"TI: ", S(TrustedInstaller, Step::Other)),
    (b"UNINSTALL index: ", W(|message, _| cbs::driver_item(message))),
    (b"UNSTAGE index: ", W(|message, _| cbs::driver_item(message))),
    (b"Universal Time is: ", W(|_, rest| cbs::universal_time(rest))),
    (b"WER: Generating failure report for package: ", W(|_, rest| cbs::package(P::FailureReport, rest))),
    (b"WER: Generating failure report for package:", W(|_, rest| cbs::package(P::FailureReport, rest))),
    (b"[Pnp] Corrupt file: ", W(|_, rest| cbs::driver_file(rest, false))),
    (b"[Pnp] Repaired file: ", W(|_, rest| cbs::driver_file(rest, true))),
];

/// Lines of the CSI component, behind counter, `@` time and `(F)`.
pub(crate) static CSI: &[Row] = &[
    (b"==Error Summary Start==", W(|_, _| Some(CbsEvent::ErrorSummary { start: true }))),
    (b"==Error Summary End==", W(|_, _| Some(CbsEvent::ErrorSummary { start: false }))),
    (b"Attempting to mark store corrupt with category ", W(|_, rest| csi::store_corrupt(rest))),
    (b"Begin executing advanced installer", W(|message, _| csi::installer_begin(message))),
    (b"CSI Advanced installer perf trace:", W(|message, _| csi::installer_time(message))),
    (b"Component marked deleted and is no longer available for: ", W(|_, rest| csi::component_deleted(rest))), // (doc)
    (b"Corruption detection complete. ", W(|_, rest| csi::corruption_count(rest))),
    (b"Done with generic command ", W(csi::generic_command)), // (doc)
    (b"End executing advanced installer", W(|message, _| csi::installer_end(message))),
    (b"Failed execution of queue item Installer: ", W(csi::installer_failed)),
    (b"Failed ", W(|_, _| Some(CbsEvent::Failure))),
    (b"Finished running all AIs", W(|_, _| Some(CbsEvent::InstallersDone { failures: false }))),
    (b"Hashes for file member ", W(|_, rest| csi::hash_mismatch(rest))),
    (b"Hydration failed", W(|_, rest| csi::hydration_failed(rest))),
    (b"Installer: ", W(|message, _| csi::error_summary_item(message))),
    (b"Pending transaction content must be resolved", S(Stage::Other, PendingTransaction)), // (doc)
    (b"Poqexec successfully registered in ", W(|_, rest| csi::poqexec_registered(rest))),
    (b"The queue has completed running, and AI", W(|_, _| Some(CbsEvent::InstallersDone { failures: true }))),
    (b"[SR] Cannot repair member file ", W(|_, rest| csi::cannot_repair(rest))),
    (b"[SR] Could not reproject corrupted file ", W(|_, rest| csi::cannot_reproject(rest))),
];

/// Where the rows of each first byte are.
pub(crate) struct Index {
    rows: &'static [Row],
    first: [(u16, u16); 256],
}

impl Index {
    const fn new(rows: &'static [Row]) -> Index {
        let mut first = [(0, 0); 256];
        let mut at = 0;
        while at < rows.len() {
            let byte = rows[at].0[0] as usize;
            if first[byte].1 == 0 {
                first[byte].0 = at as u16;
            }
            first[byte].1 = at as u16 + 1;
            at += 1;
        }
        Index { rows, first }
    }

    /// The row whose prefix begins `text`, and what follows the prefix.
    #[inline]
    pub(crate) fn find<'a>(&self, text: &'a [u8]) -> Option<(&'static Make, &'a [u8])> {
        let (start, end) = self.first[usize::from(*text.first()?)];
        let rows = self.rows.get(usize::from(start)..usize::from(end))?;
        rows.iter().find_map(|(prefix, make)| Some((make, text.strip_prefix(*prefix)?)))
    }
}

pub(crate) static CBS_INDEX: Index = Index::new(CBS);
pub(crate) static CSI_INDEX: Index = Index::new(CSI);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_in_an_order_the_index_can_use() {
        for table in [CBS, CSI] {
            for (at, (prefix, _)) in table.iter().enumerate() {
                for (later, _) in table.get(at + 1..).unwrap() {
                    assert!(
                        !later.starts_with(prefix),
                        "{} hides another row",
                        String::from_utf8_lossy(prefix)
                    );
                }
            }
            let mut bytes: Vec<u8> = table.iter().map(|(prefix, _)| prefix[0]).collect();
            bytes.dedup();
            let together = bytes.len();
            bytes.sort_unstable();
            bytes.dedup();
            assert_eq!(together, bytes.len(), "rows of one first byte are apart");
        }
    }
}
