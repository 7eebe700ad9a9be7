//! The plan: what arming does to a machine, step by step, as data. Nothing here touches a machine.

mod action;
mod paths;
mod text;

use serde::{Deserialize, Serialize};

use crate::error::{CaptureError, Result};
use crate::facts::Facts;
use crate::messages::{self as say, Text, errors};
use crate::sessions::size::{Files, Space, fit, limit_mb};
use crate::sessions::{FILE_MAX, KERNEL, STANDARD, Session, files};

pub use action::{Action, Step};
pub use paths::*;

/// The scheduled task of `--auto-collect`, and its minutes after the start.
pub const COLLECT_TASK: (&str, u32) = ("bootrace collect", 10);
/// The scheduled task that ends the recording of a boot, and its minutes after the start.
pub const WATCH_TASK: (&str, u32) = ("bootrace watch", 20);
/// Version of the plan's layout.
const VERSION: u32 = 3;

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
    /// Whether to collect by itself after the next boot.
    pub auto_collect: bool,
    /// The path of this bootrace.exe, for what runs after the restart.
    pub program: String,
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
            auto_collect: false,
            program: "bootrace.exe".into(),
            offline: None,
        }
    }
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
            .map_err(|e| CaptureError::Usage(errors::NO_JSON.with(&[&errors::THE_PLAN, &e])))
    }
}

/// The sessions that the options ask for.
pub fn sessions(options: &Options) -> impl Iterator<Item = &'static Session> + Clone {
    STANDARD.iter().chain(options.kernel.then_some(&KERNEL))
}

/// Makes the plan.
///
/// # Errors
/// [`CaptureError::Usage`] where options contradict each other.
pub fn build(options: &Options, facts: &Facts) -> Result<Plan> {
    check(options)?;
    let space = space(options, facts);
    let mut steps = Steps(Vec::new());
    steps.folders(options);
    for session in sessions(options) {
        let limit = limit_mb(session, space.percent);
        let tree = session.tree(&boot_file(session.name), files(options.boots), limit);
        steps.need(Action::WriteKey { key: session.key(), tree }, session.why);
    }
    if options.auto_collect || options.procmon.is_some() {
        steps.tasks(options);
    }
    if let Some(procmon) = &options.procmon {
        steps.process_monitor(procmon, facts);
    }
    if records_shutdown(options) {
        for session in sessions(options) {
            let action = Action::StartSession {
                session: session.name.into(),
                file: shutdown_file(session.name),
                max_file_mb: limit_mb(session, space.percent),
            };
            steps.want(action, say::WHY_SHUTDOWN);
        }
    }
    Ok(Plan { version: VERSION, options: options.clone(), steps: steps.0, space })
}

struct Steps(Vec<Step>);

impl Steps {
    fn need(&mut self, action: Action, why: Text) {
        self.0.push(Step { action, why: why.plain(), required: true });
    }

    fn want(&mut self, action: Action, why: Text) {
        self.0.push(Step { action, why: why.plain(), required: false });
    }

    fn folders(&mut self, options: &Options) {
        self.need(Action::MakeFolder { path: TRACES.into() }, say::WHY_TRACES);
        self.need(Action::MakeFolder { path: WORK.into() }, say::WHY_WORK);
        if options.offline.is_none() {
            self.want(Action::RecordServices { to: SERVICES_BEFORE.into() }, say::WHY_SERVICES);
        }
    }

    fn tasks(&mut self, options: &Options) {
        self.want(Action::CopyFile { from: options.program.clone(), to: SELF.into() }, say::WHY_SELF);
        let mut task = |(name, minutes): (&str, u32), arguments: &str, why: Text| {
            let (name, program, arguments) = (name.into(), SELF.into(), arguments.into());
            self.want(Action::CreateTask { name, program, arguments, minutes }, why);
        };
        if options.auto_collect {
            task(COLLECT_TASK, "capture collect --auto", say::WHY_COLLECT_TASK);
        }
        if options.procmon.is_some() {
            let why = say::WHY_WATCH_TASK;
            task(WATCH_TASK, "capture watch", why);
        }
    }

    fn process_monitor(&mut self, procmon: &str, facts: &Facts) {
        let copy = procmon_copy(procmon);
        self.want(Action::CopyFile { from: procmon.into(), to: copy.clone() }, say::WHY_PROCMON_COPY);
        if facts.bootlog_left != Some(false) {
            self.want(Action::SetAside { from: PMB.into(), to: EARLIER_PMB.into() }, say::WHY_SET_ASIDE);
        }
        self.want(Action::EnableBootLog { procmon: copy }, say::WHY_BOOT_LOG);
    }
}

fn records_shutdown(options: &Options) -> bool {
    options.shutdown && options.offline.is_none()
}

fn check(options: &Options) -> Result<()> {
    if !(1..FILE_MAX).contains(&options.boots) {
        return Err(CaptureError::Usage(errors::BOOTS_RANGE.with(&[&options.boots, &(FILE_MAX - 1)])));
    }
    if options.offline.is_some() && options.procmon.is_some() {
        return Err(CaptureError::Usage(errors::PROCMON_OFFLINE.plain()));
    }
    if options.offline.is_some() && options.auto_collect {
        return Err(CaptureError::Usage(errors::COLLECT_OFFLINE.plain()));
    }
    Ok(())
}

fn space(options: &Options, facts: &Facts) -> Space {
    let before = u32::from(records_shutdown(options));
    let count = Files { expected: options.boots + before, at_most: files(options.boots) + before };
    fit(sessions(options), count, options.procmon.is_some(), facts.free_bytes, facts.cpus)
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
            auto_collect: true,
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
        assert!(build(&Options { auto_collect: true, ..options }, &Facts::default()).is_err());
    }

    #[test]
    fn each_boot_keeps_its_file_and_limits_count_every_file() {
        for boots in [1, 15] {
            let plan = build(&Options { boots, ..Options::default() }, &Facts::default()).unwrap();
            let mut limits = 0;
            for step in &plan.steps {
                if let Action::WriteKey { tree, .. } = &step.action {
                    let number = |name| tree.value(name).and_then(crate::tree::Data::as_dword).unwrap();
                    assert!(number("FileMax") > boots && number("FileMax") >= 5);
                    limits += u64::from(number("FileMax") + 1) * (u64::from(number("MaxFileSize")) << 20);
                }
            }
            assert_eq!(plan.space.at_most_bytes, limits);
        }
        for boots in [0, 16] {
            assert!(build(&Options { boots, ..Options::default() }, &Facts::default()).is_err());
        }
    }

    #[test]
    fn process_monitor_brings_the_task_that_ends_the_recording() {
        let options = Options { procmon: Some(r"D:\procmon64A.exe".into()), ..Options::default() };
        let plan = build(&options, &Facts::default()).unwrap();
        let run: Vec<_> = plan.steps.iter().filter_map(|s| s.action.runs()).collect();
        assert_eq!(run, [SELF, r"%SystemRoot%\bootrace\Procmon64a.exe"]);
        assert!(
            build(&Options::default(), &Facts::default())
                .unwrap()
                .steps
                .iter()
                .all(|s| s.action.runs().is_none())
        );
    }
}
