//! The plan: what arming does to a machine, step by step, as data. Nothing here touches a machine.

mod text;

use serde::{Deserialize, Serialize};

use crate::error::{CaptureError, Result};
use crate::facts::Facts;
use crate::sessions::{FILE_MAX, KERNEL, STANDARD, Session};
use crate::tree::Tree;

/// bootrace's own folder on the machine. Only administrators can create anything in `%SystemRoot%`, so that nobody
/// else can have planted it; `%ProgramData%` would let every user do so.
pub const FOLDER: &str = r"%SystemRoot%\bootrace";
/// Where the trace files go.
pub const TRACES: &str = r"%SystemRoot%\bootrace\traces";
/// Temporary files, also those of the programs that are started.
pub const WORK: &str = r"%SystemRoot%\bootrace\work";
/// Where bundles go unless told otherwise. Disarm leaves it.
pub const BUNDLES: &str = r"%SystemRoot%\bootrace\bundles";
/// Copy of Process Monitor: what was checked at arming is what runs after the reboot.
pub const PROCMON: &str = r"%SystemRoot%\bootrace\Procmon64.exe";
/// Copy of bootrace that `--auto-collect` starts.
pub const SELF: &str = r"%SystemRoot%\bootrace\bootrace.exe";
/// Services as they were when arming.
pub const SERVICES_BEFORE: &str = r"%SystemRoot%\bootrace\services-before.json";
/// The boot log that Process Monitor's driver writes.
pub const PMB: &str = r"%SystemRoot%\Procmon.pmb";
/// The scheduled task of `--auto-collect`.
pub const TASK: &str = "bootrace collect";

/// The folder in which Process Monitor unpacks its driver.
pub const DRIVERS: &str = r"%SystemRoot%\System32\drivers";
/// Services and drivers, where Process Monitor's driver is registered.
pub const SERVICES_KEY: &str = r"HKLM\SYSTEM\CurrentControlSet\Services";

/// What the person asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// How many boots keep their own trace file, 1 to 15.
    pub boots: u32,
    /// Process Monitor, to log the next boot with.
    pub procmon: Option<String>,
    /// Whether its licence is accepted.
    pub accept_eula: bool,
    /// Whether to add the system logger.
    pub kernel: bool,
    /// Whether sessions also start now, so that the shutdown is recorded.
    pub shutdown: bool,
    /// Whether to collect by itself after the next logon. The path of this bootrace.exe.
    pub auto_collect: Option<String>,
    /// The folder of a Windows that does not run, such as `D:\Windows`.
    pub offline: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            boots: 1,
            procmon: None,
            accept_eula: false,
            kernel: false,
            shutdown: true,
            auto_collect: None,
            offline: None,
        }
    }
}

/// One change to a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Action {
    /// Creates a folder that only Administrators and SYSTEM can open.
    MakeFolder {
        /// The folder.
        path: String,
    },
    /// Copies a file to a new name.
    CopyFile {
        /// The file.
        from: String,
        /// The new name.
        to: String,
    },
    /// Moves a file to a new name on the same volume, where it is there.
    SetAside {
        /// The file.
        from: String,
        /// The new name.
        to: String,
    },
    /// Writes the list of services with their states.
    RecordServices {
        /// The file.
        to: String,
    },
    /// Writes a registry key with all below it.
    WriteKey {
        /// The key.
        key: String,
        /// Its contents.
        tree: Tree,
    },
    /// Starts a trace session that is to run until the shutdown.
    StartSession {
        /// The session's name, one of [`crate::sessions`].
        session: String,
        /// Its trace file.
        file: String,
    },
    /// Has Process Monitor set its driver to log the next boot.
    EnableBootLog {
        /// Process Monitor.
        procmon: String,
    },
    /// Has Process Monitor convert the boot log.
    ConvertBootLog {
        /// Process Monitor.
        procmon: String,
        /// The PML file.
        to: String,
    },
    /// Registers a task that runs once a user has logged on.
    CreateTask {
        /// The task's name.
        name: String,
        /// What it runs: a program's path and its arguments.
        command: String,
    },
}

/// A step: an action and why it is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is changed.
    pub action: Action,
    /// Why.
    pub why: String,
    /// Whether arming fails without it. The others are undone and left out where they fail.
    pub required: bool,
}

/// Disk space on the Windows volume, bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Space {
    /// What the traces will probably take.
    pub expected_bytes: u64,
    /// What they take at most by their limits; Process Monitor's boot log has none and counts as estimated.
    pub at_most_bytes: u64,
    /// Memory for buffers at least and at most, while sessions run.
    pub memory_bytes: (u64, u64),
}

/// The plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Version of this layout.
    pub version: u32,
    /// What was asked for.
    pub options: Options,
    /// The steps, in their order. Disarm undoes them backwards.
    pub steps: Vec<Step>,
    /// What it takes.
    pub space: Space,
}

impl Plan {
    /// As JSON for people to read and programs to compare.
    ///
    /// # Errors
    /// None that is known; the serializer's.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string_pretty(self)
            .map_err(|e| CaptureError::Usage(format!("the plan does not go into JSON: {e}")))
    }
}

/// Estimated size of one Process Monitor boot log with its conversion, bytes: 2 GB for some six million events of
/// about 170 bytes each in the .pmb, and as much again for the .pml.
pub const BOOTLOG_BYTES: u64 = 2 << 30;

/// The file of an AutoLogger session. ETW appends `.0001`, `.0002`… for each boot.
pub fn boot_file(session: &str) -> String {
    format!(r"{TRACES}\{session}.etl")
}

/// The file of a session that starts while arming.
pub fn shutdown_file(session: &str) -> String {
    format!(r"{TRACES}\{session}-before-restart.etl")
}

/// The sessions that the options ask for.
pub fn sessions(options: &Options) -> impl Iterator<Item = &'static Session> {
    STANDARD.iter().chain(options.kernel.then_some(&KERNEL))
}

/// Makes the plan.
///
/// # Errors
/// [`CaptureError::Usage`] where options contradict each other.
pub fn build(options: &Options, facts: &Facts) -> Result<Plan> {
    check(options)?;
    let mut steps = Vec::new();
    let mut add = |required, action, why: &str| steps.push(Step { action, why: why.into(), required });

    add(
        true,
        Action::MakeFolder { path: TRACES.into() },
        "for the trace files; only administrators can open it",
    );
    add(
        true,
        Action::MakeFolder { path: WORK.into() },
        "for temporary files, so that nothing runs or reads from a folder of users",
    );
    if options.offline.is_none() {
        add(
            false,
            Action::RecordServices { to: SERVICES_BEFORE.into() },
            "start types and states before the restart, to compare with those after it",
        );
    }
    for session in sessions(options) {
        let tree = session.tree(&boot_file(session.name), options.boots + 1);
        add(true, Action::WriteKey { key: session.key(), tree }, session.why);
    }
    if let Some(program) = &options.auto_collect {
        add(
            false,
            Action::CopyFile { from: program.clone(), to: SELF.into() },
            "the task runs this copy, which users cannot replace",
        );
        let command = format!("\"{SELF}\" capture collect --auto");
        add(
            false,
            Action::CreateTask { name: TASK.into(), command },
            "collects by itself after the next logon, once",
        );
    }
    if let Some(procmon) = &options.procmon {
        add(
            false,
            Action::CopyFile { from: procmon.clone(), to: PROCMON.into() },
            "what is checked now is what runs after the restart",
        );
        if facts.bootlog_left != Some(false) {
            let to = format!(r"{FOLDER}\earlier-Procmon.pmb");
            add(
                false,
                Action::SetAside { from: PMB.into(), to },
                "an unconverted boot log makes Process Monitor ask a question that nobody sees",
            );
        }
        add(
            false,
            Action::EnableBootLog { procmon: PROCMON.into() },
            "every file and registry operation of the next boot, once; ETW covers the boots after it",
        );
    }
    if options.shutdown && options.offline.is_none() {
        for session in sessions(options) {
            let action =
                Action::StartSession { session: session.name.into(), file: shutdown_file(session.name) };
            add(false, action, "runs until the restart: updates also fail while Windows shuts down");
        }
    }
    Ok(Plan { version: 1, options: options.clone(), steps, space: space(options) })
}

fn check(options: &Options) -> Result<()> {
    if !(1..FILE_MAX).contains(&options.boots) {
        return Err(CaptureError::Usage(format!(
            "--boots {}: give a number from 1 to {}",
            options.boots,
            FILE_MAX - 1
        )));
    }
    if options.offline.is_some() && options.procmon.is_some() {
        return Err(CaptureError::Usage(
            "--procmon does not go with --offline: Process Monitor can arm only the Windows it runs on; leave it out, ETW works offline".into(),
        ));
    }
    if options.offline.is_some() && options.auto_collect.is_some() {
        return Err(CaptureError::Usage(
            "--auto-collect does not go with --offline: a task cannot be registered in a Windows that does not run; collect by hand".into(),
        ));
    }
    Ok(())
}

fn space(options: &Options) -> Space {
    const MB: u64 = 1 << 20;
    let mut space = Space::default();
    // One file a boot, and one for the time until the restart.
    let files = u64::from(options.boots) + u64::from(options.shutdown && options.offline.is_none());
    for session in sessions(options) {
        space.expected_bytes += files * u64::from(session.expected_mb) * MB;
        space.at_most_bytes += files * u64::from(session.max_file_mb) * MB;
        let (least, most) = session.buffers();
        space.memory_bytes = (space.memory_bytes.0 + least, space.memory_bytes.1 + most);
    }
    if options.procmon.is_some() {
        space.expected_bytes += BOOTLOG_BYTES;
        space.at_most_bytes += BOOTLOG_BYTES;
    }
    space
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_goes_through_json_unchanged() {
        let options = Options {
            boots: 3,
            kernel: true,
            procmon: Some(r"C:\T\Procmon64.exe".into()),
            accept_eula: true,
            auto_collect: Some(r"C:\T\bootrace.exe".into()),
            ..Options::default()
        };
        let plan = build(&options, &Facts::default()).unwrap();
        let json = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan);
    }

    #[test]
    fn an_offline_plan_changes_only_the_other_windows() {
        let options = Options { offline: Some(r"D:\Windows".into()), kernel: true, ..Options::default() };
        let plan = build(&options, &Facts::default()).unwrap();
        assert!(
            plan.steps
                .iter()
                .all(|s| matches!(s.action, Action::MakeFolder { .. } | Action::WriteKey { .. }))
        );
        assert!(build(&Options { procmon: Some("x".into()), ..options.clone() }, &Facts::default()).is_err());
        assert!(build(&Options { auto_collect: Some("x".into()), ..options }, &Facts::default()).is_err());
    }

    #[test]
    fn each_boot_keeps_its_file() {
        for boots in [1, 15] {
            let plan = build(&Options { boots, ..Options::default() }, &Facts::default()).unwrap();
            for step in &plan.steps {
                if let Action::WriteKey { tree, .. } = &step.action {
                    assert_eq!(tree.value("FileMax").and_then(crate::tree::Data::as_dword), Some(boots + 1));
                }
            }
        }
        for boots in [0, 16] {
            assert!(build(&Options { boots, ..Options::default() }, &Facts::default()).is_err());
        }
    }
}
