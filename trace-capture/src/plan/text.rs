//! The plan for people: what changes, why, and how it is undone.

use std::fmt;

use super::{Action, FOLDER, PMB, Plan};
use crate::facts::size;
use crate::sessions::Session;

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
            Self::MakeFolder { .. } => "the folder is removed; uncollected traces are kept and named",
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
        writeln!(f, "Arming {target} for the next {boots}. %SystemRoot% is its Windows folder.")?;
        if let Some(folder) = &self.options.offline {
            writeln!(
                f,
                "HKLM\\SYSTEM\\CurrentControlSet is the default control set of {folder}\\System32\\config\\SYSTEM."
            )?;
        }
        writeln!(
            f,
            "Each step is written to {FOLDER}\\journal.jsonl before it is taken; disarm goes backwards.\n"
        )?;
        for (number, step) in self.steps.iter().enumerate() {
            writeln!(f, "{:>2}. {}", number + 1, step.action.does())?;
            writeln!(f, "    why   {}", step.why)?;
            if let Action::WriteKey { key, tree } = &step.action {
                let session = key.rsplit('\\').next().and_then(Session::named);
                write_key(f, tree, session)?;
            }
            let rest = if step.required { "" } else { "; if the step fails, the others go on without it" };
            writeln!(f, "    undo  {}{rest}", step.action.undo())?;
        }
        let (least, most) = self.space.memory_bytes;
        writeln!(
            f,
            "\nTakes about {} on the Windows volume, at most {} (estimates),",
            size(self.space.expected_bytes),
            size(self.space.at_most_bytes)
        )?;
        writeln!(f, "and {} to {} of memory for buffers while the sessions run.", size(least), size(most))?;
        if self.options.procmon.is_some() {
            writeln!(
                f,
                "Process Monitor's boot log ({PMB}) has no limit of its own; 2 GB are counted for it."
            )?;
        }
        writeln!(
            f,
            "Nothing restarts by itself. Then: restart, `bootrace capture collect`, `bootrace capture disarm`."
        )
    }
}

fn write_key(f: &mut fmt::Formatter<'_>, tree: &crate::tree::Tree, session: Option<&Session>) -> fmt::Result {
    for (name, data) in &tree.values {
        writeln!(f, "          {name:<18} {data}")?;
    }
    for (guid, provider) in &tree.keys {
        let known = session.and_then(|s| s.providers.iter().find(|p| p.guid == guid));
        writeln!(f, "          {guid}  {}", known.map_or("", |p| p.name))?;
        let values: Vec<String> = provider.values.iter().map(|(n, d)| format!("{n} {d}")).collect();
        writeln!(f, "            {}", values.join(", "))?;
        if let Some(known) = known {
            writeln!(f, "            {}", known.why)?;
        }
    }
    Ok(())
}
