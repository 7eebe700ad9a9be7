//! The plan for people: what changes, why, and how it is undone. `{:#}` gives it in Chinese.

use std::fmt;

use super::{Action, FOLDER, PMB, Plan, TRACES, WATCH_TASK};
use crate::facts::size;
use crate::messages::{self as say, Message, Text};
use crate::sessions::Session;
use crate::sessions::size::{BOOT_LOG_BYTES, RESERVE_BYTES};
use crate::tree::{Data, Tree};

impl Action {
    /// What it does, as one line.
    #[must_use]
    pub fn does(&self) -> Message {
        match self {
            Self::MakeFolder { path } => say::DO_MAKE_FOLDER.with(&[path]),
            Self::CopyFile { from, to } => say::DO_COPY.with(&[from, to]),
            Self::SetAside { from, to } => say::DO_SET_ASIDE.with(&[from, to]),
            Self::RecordServices { to } => say::DO_RECORD_SERVICES.with(&[to]),
            Self::WriteKey { key, .. } => say::DO_WRITE_KEY.with(&[key]),
            Self::StartSession { session, file, max_file_mb } => {
                say::DO_START_SESSION.with(&[session, file, max_file_mb])
            }
            Self::EnableBootLog { procmon } => say::DO_RUN.with(&[&format!(
                "\"{procmon}\" /AcceptEula /Quiet /Minimized /NoFilter /EnableBootLogging"
            )]),
            Self::ConvertBootLog { procmon, to } => say::DO_RUN
                .with(&[&format!("\"{procmon}\" /AcceptEula /Quiet /Minimized /ConvertBootLog \"{to}\"")]),
            Self::CreateTask { name, program, arguments, minutes } => {
                say::DO_CREATE_TASK.with(&[name, &format!("\"{program}\" {arguments}"), minutes])
            }
        }
    }

    /// How it is undone, as one line.
    #[must_use]
    pub fn undo(&self) -> Text {
        match self {
            Self::MakeFolder { path } if path == TRACES => say::UNDO_TRACES,
            Self::MakeFolder { .. } => say::UNDO_FOLDER,
            Self::CopyFile { .. } | Self::RecordServices { .. } => say::UNDO_FILE,
            Self::SetAside { .. } => say::UNDO_SET_ASIDE,
            Self::WriteKey { .. } => say::UNDO_KEY,
            Self::StartSession { .. } => say::UNDO_SESSION,
            Self::EnableBootLog { .. } | Self::ConvertBootLog { .. } => say::UNDO_BOOT_LOG,
            Self::CreateTask { .. } => say::UNDO_TASK,
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = match &self.options.offline {
            Some(folder) => say::OTHER_WINDOWS.with(&[folder]),
            None => say::THIS_WINDOWS.plain(),
        };
        let steps = self.steps.len();
        put(
            f,
            &match self.options.boots {
                1 => say::PLAN_ONE_BOOT.with(&[&target, &steps]),
                boots => say::PLAN_BOOTS.with(&[&target, &boots, &steps]),
            },
        )?;
        self.sizes(f)?;
        put(f, &say::PLAN_UNDO.with(&[&FOLDER]))?;
        put(f, &say::PLAN_RESTART.plain())?;
        writeln!(f)?;
        put(f, &say::PLAN_KEYS.plain())?;
        if let Some(folder) = &self.options.offline {
            put(f, &say::PLAN_CONTROL_SET.with(&[folder]))?;
        }
        writeln!(f)?;
        for (number, step) in self.steps.iter().enumerate() {
            write!(f, "{:>2}. ", number + 1)?;
            put(f, &step.action.does())?;
            put(f, &say::PLAN_WHY.with(&[&step.why]))?;
            if let Action::WriteKey { key, tree } = &step.action {
                let session = key.rsplit('\\').next().and_then(Session::named);
                write_key(f, tree, session)?;
            }
            let undoes = if step.required { say::PLAN_UNDOES } else { say::PLAN_UNDOES_OPTIONAL };
            put(f, &undoes.with(&[&step.action.undo()]))?;
        }
        writeln!(f)?;
        put(f, &say::WHAT_ETW_CANNOT_SHOW.plain())?;
        if self.options.procmon.is_some() {
            writeln!(f)?;
            put(f, &say::PLAN_PMB.with(&[&PMB, &size(BOOT_LOG_BYTES), &WATCH_TASK.0]))?;
        }
        writeln!(f)?;
        put(f, &say::PLAN_THEN.plain())
    }
}

/// A message as a line, in the formatter's language.
fn put(f: &mut fmt::Formatter<'_>, message: &Message) -> fmt::Result {
    fmt::Display::fmt(message, f)?;
    f.write_str("\n")
}

impl Plan {
    fn sizes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let space = &self.space;
        let sizes = [space.expected_bytes, space.at_most_bytes, RESERVE_BYTES].map(size);
        put(f, &say::PLAN_DISK.with(&[&sizes[0], &sizes[1], &sizes[2]]))?;
        if space.percent < 100 {
            put(f, &say::PLAN_SCALED.with(&[&space.percent]))?;
        }
        if let Some(idle) = space.idle_bytes_an_hour {
            put(f, &say::PLAN_IDLE.with(&[&size(idle)]))?;
        }
        let (least, most) = space.memory_bytes;
        put(f, &say::PLAN_MEMORY.with(&[&size(least), &size(most)]))
    }
}

/// A session's key: what it holds beside its providers, then a provider in two lines.
fn write_key(f: &mut fmt::Formatter<'_>, tree: &Tree, session: Option<&Session>) -> fmt::Result {
    let (numbers, texts): (Vec<_>, Vec<_>) =
        tree.values.iter().partition(|(_, data)| data.as_dword().is_some());
    for (name, data) in texts {
        put(f, &say::PLAN_VALUE.with(&[name, data]))?;
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
        let keywords = match known.map_or(0, |p| p.keywords) {
            0 => say::ALL_KEYWORDS.plain(),
            keywords => say::KEYWORDS.with(&[&format!("0x{keywords:X}")]),
        };
        put(f, &say::PLAN_PROVIDER.with(&[guid, &known.map_or("", |p| p.name), &level, &keywords]))?;
        if let Some(left_out) = known.map(|p| p.leave_out).filter(|ids| !ids.is_empty()) {
            writeln!(f, "        Filters: Enabled 1, EventIdFilterIn 0, EventIds {left_out:?}")?;
        }
        if let Some(known) = known {
            f.write_str("        ")?;
            put(f, &known.why.plain())?;
        }
    }
    Ok(())
}
