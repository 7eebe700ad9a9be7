//! The plan for people: what changes, why, and how it is undone.

use std::fmt;

use super::{Action, FOLDER, PMB, Plan, TRACES, WATCH_TASK};
use crate::facts::size;
use crate::sessions::Session;
use crate::sessions::size::{BOOT_LOG_BYTES, RESERVE_BYTES};
use crate::tree::{Data, Tree};

impl Action {
    /// What it does, as one line.
    #[must_use]
    pub fn does(&self) -> String {
        match self {
            Self::MakeFolder { path } => format!("create the folder {path}"),
            Self::CopyFile { from, to } => format!("copy {from} to {to}"),
            Self::SetAside { from, to } => format!("move {from}, if there, to {to}"),
            Self::RecordServices { to } => format!("write the services' states to {to}"),
            Self::WriteKey { key, .. } => format!("write the registry key {key}"),
            Self::StartSession { session, file, max_file_mb } => {
                format!("start the trace session {session} into {file}, circular, at most {max_file_mb} MB")
            }
            Self::EnableBootLog { procmon } => {
                format!("run \"{procmon}\" /AcceptEula /Quiet /Minimized /NoFilter /EnableBootLogging")
            }
            Self::ConvertBootLog { procmon, to } => {
                format!("run \"{procmon}\" /AcceptEula /Quiet /Minimized /ConvertBootLog \"{to}\"")
            }
            Self::CreateTask { name, program, arguments, minutes } => {
                format!(
                    "register the task \"{name}\" to run \"{program}\" {arguments}, {minutes} minutes after each start"
                )
            }
        }
    }

    /// How it is undone, as one line.
    #[must_use]
    pub fn undo(&self) -> &'static str {
        match self {
            Self::MakeFolder { path } if path == TRACES => {
                "the folder is removed; traces that are in no bundle are kept and named"
            }
            Self::MakeFolder { .. } => "the folder is removed",
            Self::CopyFile { .. } | Self::RecordServices { .. } => "the file is deleted",
            Self::SetAside { .. } => "the file is moved back",
            Self::WriteKey { .. } => {
                "the key gets back exactly what it held, or is deleted if it was not there"
            }
            Self::StartSession { .. } => "the session is stopped",
            Self::EnableBootLog { .. } | Self::ConvertBootLog { .. } => {
                "the PROCMON driver's key, its file and Process Monitor's settings become what they were"
            }
            Self::CreateTask { .. } => "the task is deleted",
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = match &self.options.offline {
            Some(folder) => format!("the Windows in {folder}, which is not running"),
            None => "this Windows".to_owned(),
        };
        let boots =
            if self.options.boots == 1 { "boot".to_owned() } else { format!("{} boots", self.options.boots) };
        writeln!(f, "Arming {target} for the next {boots}: {} steps.", self.steps.len())?;
        self.sizes(f)?;
        writeln!(
            f,
            "  undo    each step is in {FOLDER}\\journal.jsonl before it is taken; disarm goes backwards"
        )?;
        writeln!(f, "  restart never by itself\n")?;
        writeln!(
            f,
            "%SystemRoot% is its Windows folder. Each provider is a subkey of its session with REG_DWORD Enabled = 1,"
        )?;
        writeln!(f, "REG_DWORD EnableLevel and REG_QWORD MatchAnyKeyword (0 for all keywords).")?;
        if let Some(folder) = &self.options.offline {
            writeln!(
                f,
                "HKLM\\SYSTEM\\CurrentControlSet is the default control set of {folder}\\System32\\config\\SYSTEM."
            )?;
        }
        writeln!(f)?;
        for (number, step) in self.steps.iter().enumerate() {
            writeln!(f, "{:>2}. {}", number + 1, step.action.does())?;
            writeln!(f, "    why   {}", step.why)?;
            if let Action::WriteKey { key, tree } = &step.action {
                let session = key.rsplit('\\').next().and_then(Session::named);
                write_key(f, tree, session)?;
            }
            let rest = if step.required { "" } else { " (if the step fails, the others go on without it)" };
            writeln!(f, "    undo  {}{rest}", step.action.undo())?;
        }
        writeln!(f, "\n{WHAT_ETW_CANNOT_SHOW}")?;
        if self.options.procmon.is_some() {
            writeln!(
                f,
                "\nProcess Monitor's boot log ({PMB}) has no limit of its own: {} are counted, and the task \"{}\" watches it.",
                size(BOOT_LOG_BYTES),
                WATCH_TASK.0
            )?;
        }
        writeln!(
            f,
            "\nThen: install the update, restart, `bootrace capture collect`, `bootrace capture disarm`."
        )
    }
}

/// Said wherever a user chooses between Process Monitor and ETW.
const WHAT_ETW_CANNOT_SHOW: &str = "\
Process Monitor is the recommended source; ETW is what runs without it. ETW's file events come from the FileInfo
minifilter (altitude 40500): what an antivirus or EDR driver above it denies is absent from them, or looks like a success.";

impl Plan {
    fn sizes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let space = &self.space;
        writeln!(
            f,
            "  disk    about {}, at most {} (estimates); {} stay free",
            size(space.expected_bytes),
            size(space.at_most_bytes),
            size(RESERVE_BYTES)
        )?;
        if space.percent < 100 {
            writeln!(
                f,
                "          each file may grow to {} % of its full limit, for want of room",
                space.percent
            )?;
        }
        if let Some(idle) = space.idle_bytes_an_hour {
            writeln!(
                f,
                "          {} in an hour in which nothing happens, on this machine's CPUs",
                size(idle)
            )?;
        }
        let (least, most) = space.memory_bytes;
        writeln!(f, "  memory  {} to {} for buffers while the sessions run", size(least), size(most))
    }
}

/// A session's key: what it holds beside its providers, then a provider in two lines.
fn write_key(f: &mut fmt::Formatter<'_>, tree: &Tree, session: Option<&Session>) -> fmt::Result {
    let (numbers, texts): (Vec<_>, Vec<_>) =
        tree.values.iter().partition(|(_, data)| data.as_dword().is_some());
    for (name, data) in texts {
        writeln!(f, "    value {name}: {data}")?;
    }
    let numbers: Vec<String> = numbers
        .iter()
        .filter_map(|(name, data)| {
            data.as_dword().map(|n| {
                if name == "LogFileMode" { format!("{name} 0x{n:X}") } else { format!("{name} {n}") }
            })
        })
        .collect();
    for (index, line) in numbers.chunks(5).enumerate() {
        writeln!(f, "    {} {}", if index == 0 { "REG_DWORD" } else { "         " }, line.join(", "))?;
    }
    for (guid, provider) in &tree.keys {
        let known = session.and_then(|s| s.providers.iter().find(|p| p.guid == guid));
        let level = provider.value("EnableLevel").and_then(Data::as_dword).unwrap_or_default();
        let keywords = known.map_or(0, |p| p.keywords);
        let keywords =
            if keywords == 0 { "all keywords".to_owned() } else { format!("keywords 0x{keywords:X}") };
        writeln!(f, "      {guid}  {}, level {level}, {keywords}", known.map_or("", |p| p.name))?;
        if let Some(left_out) = known.map(|p| p.leave_out).filter(|ids| !ids.is_empty()) {
            writeln!(f, "        Filters: Enabled 1, EventIdFilterIn 0, EventIds {left_out:?}")?;
        }
        writeln!(f, "        {}", known.map_or("", |p| p.why))?;
    }
    Ok(())
}
