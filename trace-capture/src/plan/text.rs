//! The plan for people: what changes, why, and how it is undone.

use std::fmt;

use super::{Action, FOLDER, PMB, Plan, TRACES};
use crate::facts::size;
use crate::sessions::Session;
use crate::tree::{Data, Tree};

impl Action {
    /// What it does, as one line.
    pub fn does(&self) -> String {
        match self {
            Self::MakeFolder { path } => format!("create the folder {path}"),
            Self::CopyFile { from, to } => format!("copy {from} to {to}"),
            Self::SetAside { from, to } => format!("move {from}, if there, to {to}"),
            Self::RecordServices { to } => format!("write the services' states to {to}"),
            Self::WriteKey { key, .. } => format!("write the registry key {key}"),
            Self::StartSession { session, file } => format!("start the trace session {session} into {file}"),
            Self::EnableBootLog { procmon } => {
                format!("run \"{procmon}\" /AcceptEula /Quiet /Minimized /NoFilter /EnableBootLogging")
            }
            Self::ConvertBootLog { procmon, to } => {
                format!("run \"{procmon}\" /AcceptEula /Quiet /Minimized /ConvertBootLog \"{to}\"")
            }
            Self::CreateTask { name, command } => format!("register the task \"{name}\" to run {command}"),
        }
    }

    /// How it is undone, as one line.
    pub fn undo(&self) -> &'static str {
        match self {
            Self::MakeFolder { path } if path == TRACES => {
                "the folder is removed; uncollected traces are kept and named"
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
            Self::CreateTask { .. } => "the task is deleted; it also goes when it has run",
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
        let (least, most) = self.space.memory_bytes;
        writeln!(f, "Arming {target} for the next {boots}: {} steps.", self.steps.len())?;
        writeln!(
            f,
            "  disk    about {}, at most {} (estimates)",
            size(self.space.expected_bytes),
            size(self.space.at_most_bytes)
        )?;
        writeln!(f, "  memory  {} to {} for buffers while the sessions run", size(least), size(most))?;
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
        if self.options.procmon.is_some() {
            writeln!(
                f,
                "\nProcess Monitor's boot log ({PMB}) has no limit of its own; 2 GB are counted for it."
            )?;
        }
        writeln!(
            f,
            "\nThen: install the update, restart, `bootrace capture collect`, `bootrace capture disarm`."
        )
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
        writeln!(f, "        {}", known.map_or("", |p| p.why))?;
    }
    Ok(())
}
