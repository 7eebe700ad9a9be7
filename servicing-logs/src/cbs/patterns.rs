//! The table that recognises a line by how it begins.
//!
//! Rows with the same first byte are together and are tried in order. If a row's prefix begins another row's prefix,
//! it comes after that row. A line is compared only with the rows of its first byte.
//!
//! Texts marked (doc) are known from published excerpts of logs, not from a log at hand.

use super::event::{CbsEvent, PackageChangeKind as P, SessionStep, Stored};
use super::extract::{self as cbs, Message};
use super::extract_csi as csi;
use super::extract_states as states;
use super::failed::{Part, Repair, Restart};
use super::stage::Stage::{self, *};
use super::stage::Step::{self, *};

/// Reads a line whose prefix matched. `rest` is the line after the prefix.
pub(crate) type Extract = for<'a> fn(&Message<'a>, rest: &'a [u8]) -> Option<CbsEvent<'a>>;

/// What a row makes of its line.
pub(crate) enum Make {
    /// A stage line.
    Step(Stage, Step),
    /// A typed record.
    With(Extract),
    /// A part of servicing failed. What the line names is found by its shape.
    Failed(Part),
    /// A line that looks like a failure but is normal: healthy machines write it, with any code.
    Normal,
    /// As `Normal`, but only with this code.
    NormalWith(u32),
}
use Make::{Failed as F, Normal as N, NormalWith, Step as S, With as W};

/// The scan asks for packages that are not there.
use status_codes::results::CBS_E_INVALID_PACKAGE as UNKNOWN_PACKAGE;
use status_codes::results::{ERROR_FILE_NOT_FOUND as FILE_NOT_FOUND, ERROR_NOT_FOUND as NOT_FOUND};

type Row = (&'static [u8], Make);

/// Lines of the CBS component, and of any component but CSI.
pub(crate) static CBS: &[Row] = &[
    (b"!! 0x", F(Part::BootScreen)), // (doc)
    (b"!! c", F(Part::BootScreen)),  // (doc)
    (b"Keeping Trusted Installer as auto-start", W(|_, _| states::restart(Restart::Required))),
    (b"(f)", W(|_, rest| states::listed(rest))),
    (b"(fix)", W(|_, rest| states::listed(rest))),
    (b"(p)", W(|_, rest| states::listed(rest))),
    (b"====", W(|message, _| states::summary(message))),
    (b"All WCP store corruptions were fixed", W(|_, _| states::store(true))),
    (b"Asynchronous Session: ", W(|_, rest| cbs::session_line(rest))),
    (b"All CSI corruption was fixed", W(|_, _| states::store(true))),
    (b"Added poqexec to SetupExecute", W(|_, _| states::restart(Restart::PoqexecAgain))),
    (b"Added ", W(|_, rest| cbs::attachment(rest, b" to WER report", true))),
    (b"A restart has been initiated", W(|_, _| states::restart(Restart::Initiated))),
    (b"Build: ", W(|_, rest| Some(CbsEvent::Build { build: cbs::text(rest) }))),
    (b"CheckSur: hrStatus: ", W(|message, rest| states::result(Part::Repair, message, rest))),
    (b"Current tick count: ", N),
    (b"Current global progress. ", W(|_, rest| cbs::progress(false, rest))),
    (b"Could not load SrClient", N),
    (b"Configured poqexec to pend", W(|_, _| Some(CbsEvent::PoqexecConfigured))),
    (b"Clearing original failure status: ", W(|_, rest| cbs::original_failure(Stored::Cleared, rest))),
    (b"Clearing HangDetect value", W(|_, _| cbs::hang(Stored::Cleared, b""))),
    (b"Checking System Update Readiness", W(|message, _| states::check_begins(message))),
    (b"CSI Manifest Repaired:", N),
    (b"DriverUpdate", W(|message, _| cbs::driver_call(message))),
    (b"DpxException", W(|message, _| states::unpacking(message))),
    (b"Doqi: Failed reading Identity", W(|message, _| cbs::driver_identity(message))),
    (b"Doqi: Failed loading driver operations queue", F(Part::DriverQueue)),
    (b"Doqi: ", S(DriverQueueLoad, Step::Other)),
    (b"Doqe: Recording result: ", W(|_, rest| cbs::driver_result(rest))),
    (b"Doqe: Failed uninstalling", S(DriverQueueRun, DriverQueueFailed)),
    (b"Doqe: Failed processing queue", S(DriverQueueRun, DriverQueueFailed)),
    (b"Doqe: Failed installing", S(DriverQueueRun, DriverQueueFailed)),
    (b"Doqe: Installing driver Update ID: ", W(|_, rest| cbs::driver_package(P::Installing, rest))),
    (b"Doqe: Uninstalling driver Update ID: ", W(|_, rest| cbs::driver_package(P::Uninstalling, rest))),
    (b"Doqe: ", W(|_, rest| cbs::driver_batch(rest))),
    (b"DWLD:Failed", F(Part::Download)),
    (b"DWLD:", N),
    (b"DLWD:", F(Part::Download)),
    (b"Error C0", F(Part::BootScreen)), // (doc)
    (b"Expecting attribute name", N),
    (b"Exec: Uninstalling Package: ", W(|_, rest| cbs::package(P::Uninstalling, rest))),
    (b"Exec: Task package already smart pended", W(|_, _| states::restart(Restart::Delayed))),
    (b"Exec: Staging Package: ", W(|_, rest| cbs::package(P::Staging, rest))),
    (b"Exec: Session processing started.", W(|_, rest| cbs::session(SessionStep::Started, rest))),
    (b"Exec: Scheduled TrustedInstaller for auto-start", W(|_, _| states::restart(Restart::Delayed))),
    (b"Exec: Resolving Package: ", W(|_, rest| cbs::package(P::Resolving, rest))),
    (b"Exec: Processing started.", W(|_, rest| cbs::session(SessionStep::Started, rest))),
    (b"Exec: Processing complete", W(|_, rest| cbs::session(SessionStep::Complete, rest))),
    (b"Exec: Pre-staging Package: ", W(|_, rest| cbs::package(P::Staging, rest))),
    (b"Exec: Installing Package: ", W(|_, rest| cbs::package(P::Installing, rest))),
    (b"Exec: Found package is smart pending", W(|_, _| states::restart(Restart::Delayed))),
    (b"Exec: Failed to retrieve FOD", F(Part::Download)),
    (b"Exec: Failed to download FOD", F(Part::Download)),
    (b"Exec: Failed to commit ", S(Execute, CommitFailed)),
    (b"Exec: Execution Skipped", W(|_, _| states::restart(Restart::Delayed))),
    (b"Exec: Addsource called", N),
    (b"Exec: ", S(Execute, Step::Other)),
    (b"Failure in poqexec.exe while processing updates", F(Part::Poqexec)),
    (b"Failed uninstalling driver updates", S(DriverQueueRun, DriverQueueFailed)),
    (b"Failed to write store corruption detect and repair", N),
    (b"Failed to verify if catalog file", F(Part::Catalog)),
    (b"Failed to unload offline registry", N),
    (b"Failed to stage execution chain", F(Part::Staging)),
    (b"Failed to send report on scavenging starvation", N),
    (b"Failed to run Detect and repair", F(Part::Repair)),
    (b"Failed to resolve package", F(Part::Package)),
    (b"Failed to resolve execution chain", F(Part::Resolving)),
    (b"Failed to report poqexec status", N),
    (b"Failed to repair store", F(Part::Repair)),
    (b"Failed to read Rpt", NormalWith(NOT_FOUND)),
    (b"Failed to read PreviousCurrentBuildNumber", N),
    (b"Failed to read Poq", NormalWith(NOT_FOUND)),
    (b"Failed to read PendingCurrentBuildNumber", N),
    (b"Failed to read Doq", NormalWith(NOT_FOUND)),
    (b"Failed to read AutoRepairNeeded", N),
    (b"Failed to query DisableWerReporting", N),
    (b"Failed to process single phase execution", F(Part::Session)),
    (b"Failed to process component watch list", F(Part::Package)),
    (b"Failed to pre- stage package", F(Part::Package)),
    (b"Failed to populate capabilityList from WU", F(Part::Download)),
    (b"Failed to plan execution", F(Part::Planning)),
    (b"Failed to pin deployment", F(Part::Deployment)),
    (b"Failed to perform operation", F(Part::Session)),
    (b"Failed to open SYSTEM\\Select key", N),
    (b"Failed to move ", N),
    (b"Failed to load the COMPONENTS hive", F(Part::Store)),
    (b"Failed to load current component state", F(Part::StoreValue)),
    (b"Failed to load component store", F(Part::Store)),
    (b"Failed to internally open package", NormalWith(UNKNOWN_PACKAGE)),
    (b"Failed to initialize onesettings", N),
    (b"Failed to get uup features from WU", W(|message, _| states::download(message))),
    (b"Failed to get transaction analysis because of pending operations", F(Part::Pending)),
    (b"Failed to get poqexec cmdline", NormalWith(FILE_NOT_FOUND)),
    (b"Failed to get next package to re-evaluate", F(Part::Package)),
    (b"Failed to get next element", N),
    (b"Failed to get merged pending executionsequence", N),
    (b"Failed to get CSI store", F(Part::Store)),
    (b"Failed to gather event log events", N),
    (b"Failed to gather all required files", F(Part::Package)),
    (b"Failed to gather all missing files", F(Part::Package)),
    (b"Failed to find servicing stack directory in online store", N),
    (b"Failed to find package from deployment update", F(Part::Scan)),
    (b"Failed to find or add the component family", F(Part::StoreValue)),
    (b"Failed to find file", F(Part::File)),
    (b"Failed to find a matching version for servicing stack", N),
    (b"Failed to execute execution chain", F(Part::Executing)),
    (b"Failed to evaluate external applicability", F(Part::Scan)),
    (b"Failed to enumerate values in store object", F(Part::StoreValue)),
    (b"Failed to enumerate store versions", F(Part::StoreValue)),
    (b"Failed to enumerate related component versions", F(Part::StoreValue)),
    (b"Failed to enumerate all component versions", F(Part::StoreValue)),
    (b"Failed to download and plan capabilities", F(Part::Download)),
    (b"Failed to download FOD from WU", F(Part::Download)),
    (b"Failed to decompress OC Content", F(Part::Staging)), // (doc)
    (b"Failed to delete current corruption first found value", N),
    (b"Failed to create open package", NormalWith(UNKNOWN_PACKAGE)),
    (b"Failed reading Identity for driver operation", W(|message, _| cbs::driver_identity(message))),
    (b"Failed to create file", F(Part::File)),
    (b"Failed to create backup log cab", N),
    (b"Failed to create a new corrupted component entry", F(Part::Repair)),
    (b"Failed to create CSI transaction with id", F(Part::Pending)),
    (b"Failed to collect payload and there is nothing to repair", F(Part::Repair)),
    (b"Failed to clear CorruptionDetectedDuringAcr", N),
    (b"Failed to check whether package is partially installed", F(Part::Scan)),
    (b"Failed to check CSI store", F(Part::Repair)),
    (b"Failed to call external evaluate applicability", F(Part::Scan)),
    (b"Failed to bulk stage deployment manifest", F(Part::Deployment)),
    (b"Failed to ask UI handler to terminate", N),
    (b"Failed to add one or more deployment", F(Part::Deployment)),
    (b"Failed to add %windir%", N),
    (b"Failed to OpenPackage using worker session", NormalWith(UNKNOWN_PACKAGE)),
    (b"Failed to FinalizeEx using worker session", N),
    (b"Failed to Add Source using worker session", F(Part::Repair)),
    (b"Failed setting restore point", N),
    (b"Failed restart attempt", S(Stage::Other, RestartFailed)),
    (b"Failed reading SetupExecute", NormalWith(FILE_NOT_FOUND)),
    (b"Failed reading PoqexecCmdline", NormalWith(FILE_NOT_FOUND)),
    (b"Failed on regenerating file ", F(Part::File)),
    (b"Failed moving directory", N),
    (b"Failed installing driver updates", S(DriverQueueRun, DriverQueueFailed)),
    (b"Failed initializing driver operation queue", F(Part::DriverQueue)),
    (b"Failed during startup processing", F(Part::Startup)),
    (b"Failed administrator access check", N),
    (b"Failed Open Eventlog", N),
    (b"Failed ", F(Part::Other)),
    (b"Fatal error C", F(Part::BootScreen)), // (doc)
    (b"FOD: ", N),
    (b"FLOW: Entering stage: ", W(|_, rest| states::flow(rest))),
    (b"FLOW: Enter Installation Stage: ", N),
    (b"Found ", W(|_, rest| states::counted_errors(rest, Repair::ReadinessFound))),
    (b"Fixed ", W(|_, rest| states::counted_errors(rest, Repair::Repaired))),
    (b"FC: ", W(|message, _| states::download_step(message))),
    (b"InternalOpenPackage failed for ", NormalWith(UNKNOWN_PACKAGE)),
    (b"INSTALL index: ", W(|message, _| cbs::driver_item(message))),
    (b"Loaded Servicing Stack v", W(|_, rest| cbs::stack(rest))),
    (b"Modified marker file present in source package", F(Part::Staging)), // (doc)
    (b"Mark store corruption flag because of package: ", F(Part::Package)),
    (b"MOF compiler: ", F(Part::Mof)),
    (b"Maint: processing complete", W(|_, rest| cbs::session(SessionStep::Complete, rest))),
    (b"Maint: ", N),
    (b"No errors detected", W(|_, _| Some(CbsEvent::Repair(Repair::ReadinessFound(0))))),
    (b"Not all CSI corruption was fixed", W(|_, _| states::store(false))),
    (b"Not able to add ", W(|_, rest| cbs::attachment(rest, b" to Windows Error Report", false))),
    (b"Not able to ", N),
    (b"No startup processing required", S(Startup, NothingToDo)),
    (b"No progress detected while needing", S(Stage::Other, Rollback)),
    (b"No more queue entries, deleted pending.xml", W(|_, _| Some(CbsEvent::QueueEmpty))),
    (b"Operation result: ", W(|message, rest| states::result(Part::Repair, message, rest))),
    (b"Only package owners can remove package: ", F(Part::Removal)), // (doc)
    (b"Obtained poqexec from ", W(|_, _| Some(CbsEvent::PoqexecConfigured))),
    (b"ProvideRequestedDataByFile: ", F(Part::File)),
    (b"Progress: UI message updated. ", W(|message, _| cbs::rollback_screen(message))),
    (b"Previous global progress. ", W(|_, rest| cbs::progress(true, rest))),
    (b"Poqexec.exe completed", W(|_, _| Some(CbsEvent::PoqexecDone))),
    (b"Plan: Package: ", W(|_, rest| cbs::package(P::Planned, rest))),
    (b"Perf: Failed to process single phase execution", F(Part::Session)),
    (b"Perf: Doqe: ", S(DriverQueueRun, Step::Other)),
    (b"Pending transaction content must be resolved", S(Stage::Other, PendingTransaction)), // (doc)
    (b"Package \"", W(|_, rest| states::stack_too_old(rest))),
    (b"Running poqexec with: ", W(|_, rest| cbs::poqexec_run(rest))),
    (b"Retrieved original failure status: ", W(|_, rest| cbs::original_failure(Stored::Read, rest))),
    (b"Repr: Not able to find replacement file", W(|_, rest| states::no_source(rest))),
    (b"Repr: Client cancelled", F(Part::Cancelled)),
    (
        b"Repr: Add missing payload:",
        W(|_, rest| Some(CbsEvent::MissingPayload { path: cbs::text(rest.trim_ascii()) })),
    ),
    (b"Repr: ", S(Repair, Step::Other)),
    (b"Reporting selectable update change for package: ", W(|_, rest| states::feature(rest))),
    (b"Reporting package change for package: ", W(|_, rest| cbs::package(P::Changing, rest))),
    (b"Reporting package change completion for package: ", W(|_, rest| cbs::package(P::Completed, rest))),
    (b"Reporting capability session finalize status: ", W(|_, rest| states::capability(rest))),
    (b"Removed poqexec from ", W(|_, _| Some(CbsEvent::PoqexecConfigured))),
    (b"Registry value for ", F(Part::RegistryValue)),
    (b"Reboot mark set", W(|_, _| Some(CbsEvent::RebootFlag { set: true }))),
    (b"Reboot mark cleared", W(|_, _| Some(CbsEvent::RebootFlag { set: false }))),
    (b"Starting shutdown processing", S(Shutdown, Begin)),
    (b"SetProgressMessage: ", W(|message, _| states::progress_message(message))),
    (
        b"Store corruption, manifest missing for package: ",
        W(|_, rest| Some(CbsEvent::MissingManifest { package: cbs::token(rest) })),
    ), // (doc)
    (
        b"Startup: received notification that startup processing completed and a restart",
        W(|_, _| states::restart(Restart::Initiated)),
    ),
    (b"Startup: current ExecuteState is ", W(|_, rest| cbs::execute_state(Stored::Read, rest))),
    (b"Startup: Waiting for SC autostart", S(Startup, Autostart)),
    (b"Startup: Success, restart required", W(|_, _| states::restart(Restart::GoesOn))),
    (b"Startup: SC autostart event signaled", S(Startup, Autostart)),
    (b"Startup: Rolling back KTM", S(Startup, TransactionRollback)),
    (b"Startup: Processing primitive operations queue", S(Startup, PrimitivesStart)),
    (b"Startup: Processing complete.", S(Startup, Complete)),
    (b"Startup: Processing advanced operation queue", S(Startup, AdvancedQueueStart)),
    (b"Startup: Primitive operations completed", S(Startup, PrimitivesDone)),
    (b"Startup: Package: ", W(|_, rest| cbs::package_at_startup(rest))), // (doc)
    (b"Startup: No progress detected while needing", S(Startup, Rollback)),
    (b"Startup: Initializing driver operations queue", S(Startup, DriverQueueStart)),
    (b"Startup: Failed, restart required to try again", W(|_, _| states::restart(Restart::TriesAgain))),
    (b"Startup: Failed while processing ", W(|message, _| states::queue_failed(Stage::Startup, message))),
    (b"Startup: Failed to process advanced operation queue", S(Startup, AdvancedQueueFailed)),
    (b"Startup: Failed to load the COMPONENTS hive", F(Part::Store)),
    (b"Startup: Failed executing critical driver", S(Startup, DriverQueueFailed)),
    (b"Startup: A possible hang was detected", W(|_, _| Some(CbsEvent::HangDetected))),
    (b"Startup: ", S(Startup, Step::Other)),
    (b"Startup processing completed.", S(Startup, Complete)),
    (b"Shtd: Shutdown processing complete", S(Shutdown, Complete)),
    (b"Shtd: Rolling back KTM", S(Shutdown, TransactionRollback)),
    (b"Shtd: Processing primitive operations queue", S(Shutdown, PrimitivesStart)),
    (b"Shtd: Primitive operations completed", S(Shutdown, PrimitivesDone)),
    (b"Shtd: Failure occurred during shutdown processing", S(Shutdown, Rollback)), // (doc)
    (b"Shtd: Failed while processing ", W(|message, _| states::queue_failed(Shutdown, message))),
    (b"Shtd: Failed executing critical driver", S(Shutdown, DriverQueueFailed)),
    (b"Shtd: Begin shutdown processing", S(Shutdown, Begin)),
    (b"Shtd: ", S(Shutdown, Step::Other)),
    (b"Setting reboot in progress flag", W(|_, _| Some(CbsEvent::RebootFlag { set: true }))),
    (b"Setting original failure status: ", W(|_, rest| cbs::original_failure(Stored::Set, rest))),
    (b"Setting RollbackFailed flag to ", W(|_, rest| cbs::rollback_failed(rest))),
    (b"Setting HangDetect value to ", W(|_, rest| cbs::hang(Stored::Set, rest))),
    (b"Setting ExecuteState key to: ", W(|_, rest| cbs::execute_state(Stored::Set, rest))),
    (b"Session: ", W(|_, rest| cbs::session_line(rest))),
    (b"Scavenge: ", N),
    (b"STAGE index: ", W(|message, _| cbs::driver_item(message))),
    (b"SQM: ", N),
    (b"TrustedInstaller terminated with pending operations", W(|_, _| states::restart(Restart::Outstanding))),
    (
        b"Trusted Installer successfully registered to be restarted",
        W(|_, _| states::restart(Restart::Required)),
    ),
    (b"Trusted Installer is shutting down because: ", W(|_, rest| states::service_end(rest))),
    (b"Total Repaired Corruption:", W(|_, rest| states::repaired(rest))),
    (b"Total Detected Corruption:", W(|_, rest| states::detected(rest))),
    (b"The store corruption status report is incomplete", N),
    (b"The alternate source path directory could not be accessed", F(Part::Repair)),
    (b"TI: started and RebootPending", W(|_, _| states::restart(Restart::Outstanding))),
    (b"TI: Last boot time: ", W(|_, rest| cbs::last_boot(rest))),
    (b"TI: It looks like TI crashed", S(TrustedInstaller, Interrupted)),
    (b"TI: CBS has signaled that a reboot is required", W(|_, _| states::restart(Restart::Required))),
    (b"TI: CBS has queried the current reboot required state: ", W(|_, rest| cbs::reboot_state(rest))),
    (b"TI: --- Initializing Trusted Installer", S(TrustedInstaller, Begin)),
    (b"TI: ", S(TrustedInstaller, Step::Other)),
    (b"User canceled the install", F(Part::Cancelled)),
    (b"Universal Time is: ", W(|_, rest| cbs::universal_time(rest))),
    (b"Unable to find edition based selectable items", N),
    (b"UNSTAGE index: ", W(|message, _| cbs::driver_item(message))),
    (b"UNINSTALL index: ", W(|message, _| cbs::driver_item(message))),
    (b"Warning: Unrecognized packageExtended attribute", N),
    (b"Waiting for reboot to continue processing", W(|_, _| states::restart(Restart::Initiated))),
    (b"WU: ", N),
    (b"WER: Generating failure report for package: ", W(|_, rest| cbs::package(P::FailureReport, rest))),
    (b"WER: Generating failure report for package:", W(|_, rest| cbs::package(P::FailureReport, rest))),
    (b"[Pnp] Repaired file: ", W(|_, rest| cbs::driver_file(rest, true))),
    (b"[Pnp] Corrupt file: ", W(|_, rest| cbs::driver_file(rest, false))),
];

/// Lines of the CSI component, after counter, `@` time and `(F)`.
pub(crate) static CSI: &[Row] = &[
    (
        b"Online ticklers finished with status ",
        W(|message, rest| states::result(Part::InstallerWords, message, rest)),
    ),
    (b"Over-removing a TLC, s/b internal error ", W(|_, rest| csi::over_removed(rest))),
    (b"==Error Summary Start==", W(|_, _| Some(CbsEvent::ErrorSummary { start: true }))),
    (b"==Error Summary End==", W(|_, _| Some(CbsEvent::ErrorSummary { start: false }))),
    (b"Attempting to mark store corrupt with category ", W(|_, rest| csi::store_corrupt(rest))),
    (b"All WCP store corruptions were fixed", W(|_, _| states::store(true))),
    (b"All CSI corruption was fixed", W(|_, _| states::store(true))),
    (b"Begin executing advanced installer", W(|message, _| csi::installer_begin(message))),
    (b"Created NT transaction ", W(|message, _| states::transaction(message))),
    (b"Corruption detection complete. ", W(|_, rest| csi::corruption_count(rest))),
    (b"Component marked deleted and is no longer available for: ", W(|_, rest| csi::component_deleted(rest))), // (doc)
    (b"Component directory missing", F(Part::Folder)),
    (b"Calling generic command executable ", W(csi::generic_command_begin)),
    (b"CSI Advanced installer perf trace:", W(|message, _| csi::installer_time(message))),
    (b"CMIADAPTER: ", F(Part::InstallerWords)),
    (b"Done with generic command ", W(csi::generic_command)), // (doc)
    (b"Destination File: ", W(|_, rest| csi::destination(rest))), // (doc)
    (b"Error STATUS_SHARING_VIOLATION while executing operation", F(Part::Call)),
    (b"End executing advanced installer", W(|message, _| csi::installer_end(message))),
    (b"Finished running all AIs", W(|_, _| Some(CbsEvent::InstallersDone { failures: false }))),
    (b"Failed to create container base layer", F(Part::InstallerWords)),
    (b"Failed on regenerating file ", F(Part::File)),
    (b"Failed in StartService for ", W(|_, rest| csi::start_service(rest))),
    (b"Failed execution of queue item Installer: ", W(csi::installer_failed)),
    (b"Failed ", F(Part::Other)),
    (b"Hydration failed", W(|_, rest| csi::hydration_failed(rest))),
    (b"Hashes for file member ", W(|_, rest| csi::hash_mismatch(rest))),
    (b"Installing network driver ", W(|_, rest| csi::network_driver(rest))),
    (b"Installer: ", W(|message, _| csi::error_summary_item(message))),
    (
        b"IAdvancedInstallerAwareStore_ResolvePendingTransactions call ",
        W(|message, _| csi::loaded_by_call(message)),
    ),
    (b"Logged @", F(Part::InstallerWords)),
    (b"Logged ", F(Part::InstallerWords)),
    (b"Loading installer DLL from explicit path: ", W(|_, rest| csi::library(rest))),
    (b"Loaded ", W(|_, rest| csi::loaded(rest))),
    (b"Not all CSI corruption was fixed", W(|_, _| states::store(false))),
    (b"No more queue entries, deleted pending.xml", W(|_, _| Some(CbsEvent::QueueEmpty))),
    (b"Poqexec successfully registered in ", W(|_, rest| csi::poqexec_registered(rest))),
    (b"Pending transaction content must be resolved", S(Stage::Other, PendingTransaction)), // (doc)
    (b"Regenerating payload files from delta files on component: ", W(|_, rest| csi::regenerating(rest))), // (doc)
    (b"The queue has completed running, and AI", W(|_, _| Some(CbsEvent::InstallersDone { failures: true }))),
    (b"Unexpected compression state. ", F(Part::File)), // (doc)
    (b"Uninstalling network driver ", W(|_, rest| csi::network_driver(rest))),
    (b"[SR] Verify and Repair Transaction completed. All files", W(|_, _| csi::transaction_done())),
    (b"[SR] Unable to repair ", N),
    (b"[SR] Unable to complete Verify and Repair transaction", W(|_, _| csi::waits())),
    (b"[SR] Repairing file ", W(|_, rest| csi::file_repaired(rest))),
    (b"[SR] Repairing corrupted file ", W(|_, rest| csi::file_repaired(rest))),
    (b"[SR] Repairing ", W(|_, rest| csi::repairing(rest))),
    (b"[SR] Repaired file ", W(|_, rest| csi::file_repaired(rest))),
    (b"[SR] Could not reproject corrupted file ", W(|_, rest| csi::cannot_reproject(rest))),
    (b"[SR] Cannot repair member file ", W(|_, rest| csi::cannot_repair(rest))),
    (b"[SR] Cannot commit interactively", W(|_, _| csi::waits())),
    (b"[SR] Beginning Verify and Repair transaction", N),
];

/// Where the rows of each first byte are.
pub(crate) struct Index {
    rows: &'static [Row],
    first: [(u16, u16); 256],
}

impl Index {
    #[expect(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "runs when compiled")]
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
        let (start, end) = *self.first.get(usize::from(*text.first()?))?;
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

    /// docs/CBS-LINES.md gives a reason for every row that drops a line which looks like a failure, and for no other.
    #[test]
    fn the_page_gives_a_reason_for_every_normal_line() {
        use std::collections::BTreeSet;
        let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/CBS-LINES.md");
        let page = std::fs::read_to_string(page).unwrap();
        let mut described = BTreeSet::new();
        for line in page.lines().filter(|line| line.starts_with("| C") && line.contains(" | `")) {
            let (component, rest) = line.trim_start_matches("| ").split_once(" | `").unwrap();
            let (prefix, rest) = rest.split_once("` | ").unwrap();
            let (code, why) = rest.trim_end_matches(" |").split_once(" | ").unwrap();
            assert!(why.len() > 8, "{line}");
            described.insert((component.to_owned(), prefix.replace(r"\\", r"\"), code != "any"));
        }
        let mut rows = BTreeSet::new();
        for (component, table) in [("CBS", CBS), ("CSI", CSI)] {
            for (prefix, make) in table {
                let one_code = matches!(make, NormalWith(_));
                if one_code || matches!(make, N) {
                    let prefix = String::from_utf8_lossy(prefix).into_owned();
                    rows.insert((component.to_owned(), prefix, one_code));
                }
            }
        }
        assert!(rows.len() > 40);
        let differing: Vec<_> = rows.symmetric_difference(&described).collect();
        assert!(differing.is_empty(), "not in both: {differing:?}");
    }
}
