//! Where bootrace keeps what it needs on the machine. Only administrators can create anything in `%SystemRoot%`, so
//! that nobody else can have planted it; `%ProgramData%` would let every user do so.

/// bootrace's own folder.
pub const FOLDER: &str = r"%SystemRoot%\bootrace";
/// Where the trace files go.
pub const TRACES: &str = r"%SystemRoot%\bootrace\traces";
/// Temporary files, also those of the programs that are started.
pub const WORK: &str = r"%SystemRoot%\bootrace\work";
/// Where bundles go unless told otherwise. Disarm leaves it.
pub const BUNDLES: &str = r"%SystemRoot%\bootrace\bundles";
/// Copy of bootrace that the scheduled tasks start.
pub const SELF: &str = r"%SystemRoot%\bootrace\bootrace.exe";
/// Services as they were when arming.
pub const SERVICES_BEFORE: &str = r"%SystemRoot%\bootrace\services-before.json";
/// The boot log that Process Monitor's driver writes.
pub const PMB: &str = r"%SystemRoot%\Procmon.pmb";
/// Where a boot log that was there before is kept until disarm.
pub const EARLIER_PMB: &str = r"%SystemRoot%\bootrace\earlier-Procmon.pmb";
/// The boot log after conversion.
pub const PML: &str = r"%SystemRoot%\bootrace\traces\bootlog.pml";
/// The folder in which Process Monitor unpacks its driver.
pub const DRIVERS: &str = r"%SystemRoot%\System32\drivers";
/// Where Task Scheduler keeps a file for each task.
pub const TASKS: &str = r"%SystemRoot%\System32\Tasks";
/// Services and drivers, where Process Monitor's driver is registered.
pub const SERVICES_KEY: &str = r"HKLM\SYSTEM\CurrentControlSet\Services";

/// Process Monitor's file names. The copy keeps its own: the one for ARM64 is another program.
const PROCMON_NAMES: [&str; 3] = ["Procmon64.exe", "Procmon64a.exe", "Procmon.exe"];

/// Every name that the copy of Process Monitor can have.
pub fn procmon_copies() -> impl Iterator<Item = String> {
    PROCMON_NAMES.iter().map(|name| format!(r"{FOLDER}\{name}"))
}

/// Where `procmon` is copied to: what was checked at arming is what runs after the restart.
#[must_use]
pub fn procmon_copy(procmon: &str) -> String {
    let name = procmon.rsplit(['\\', '/']).next().unwrap_or_default();
    let known = PROCMON_NAMES.iter().find(|n| n.eq_ignore_ascii_case(name));
    format!(r"{FOLDER}\{}", known.unwrap_or(&PROCMON_NAMES[0]))
}

/// The file of an AutoLogger session. ETW appends `.001`, `.002` … for each boot.
#[must_use]
pub fn boot_file(session: &str) -> String {
    format!(r"{TRACES}\{session}.etl")
}

/// What the file from before the restart has behind its session's name.
pub const BEFORE_RESTART: &str = "-before-restart.etl";

/// The file of a session that starts while arming.
#[must_use]
pub fn shutdown_file(session: &str) -> String {
    format!(r"{TRACES}\{session}{BEFORE_RESTART}")
}
