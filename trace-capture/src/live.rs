//! A trace around one command, for failures that come without a restart: an installation that fails at once.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use etl_reader::{EtlFile, Summary};
use serde::Serialize;

use crate::error::{CaptureError, Result};
use crate::facts::size;
use crate::machine::Machine;
use crate::messages::{self as say, Message, errors};
use crate::sessions::{PROCESS, Provider, STANDARD, Session};

/// Name of the session. ETW keeps one of a name; one that a kill left is stopped by the next, and by disarm.
pub const SESSION: &str = "bootrace-live";
/// Its GUID.
const GUID: &str = "{5d1c2a7e-3b64-4f0a-9d2e-6a1f0c8b7e05}";
/// Limit of its file, MB. The last events count: the command ends with its failure.
const MAX_FILE_MB: u32 = 4096;

static PROVIDERS: LazyLock<Vec<Provider>> = LazyLock::new(providers);

/// The result of a live capture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lived {
    /// Exit code of the command.
    pub exit_code: i32,
    /// The trace file.
    pub file: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Events in the file, by provider.
    pub events: Vec<(String, u64)>,
    /// Events lost.
    pub events_lost: u32,
    /// Providers that could not be enabled, and other trouble.
    pub notes: Vec<Message>,
}

/// A program and its arguments.
#[derive(Debug)]
pub struct Command {
    program: PathBuf,
    args: Vec<String>,
}

impl Command {
    /// Finds the program: a bare name is one of System32 and nothing else, a path must be whole.
    ///
    /// # Errors
    /// No program is named; its path is not whole.
    pub fn find(machine: &dyn Machine, command: &[String]) -> Result<Self> {
        let Some((program, args)) = command.split_first() else {
            return Err(CaptureError::Usage(errors::NO_COMMAND.plain()));
        };
        let path = PathBuf::from(program);
        let is_bare = path.components().count() == 1;
        if !path.is_absolute() && !is_bare {
            return Err(CaptureError::Usage(errors::NOT_WHOLE.with(&[program])));
        }
        let mut program = if is_bare { machine.real(r"%SystemRoot%\System32").join(path) } else { path };
        if program.extension().is_none() {
            program.set_extension("exe");
        }
        Ok(Self { program, args: args.to_vec() })
    }

    /// Runs it to its end; its exit code.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn run(&self) -> Result<i32> {
        let status = std::process::Command::new(&self.program).args(&self.args).status();
        let program = self.program.display().to_string();
        let status = status.map_err(|source| CaptureError::Start { program, source })?;
        Ok(status.code().unwrap_or(-1))
    }
}

/// Traces while `command` runs, into `file`. `command` starts a program, waits for it and gives its exit code.
///
/// # Errors
/// The session does not start; the command does not start.
pub fn trace(machine: &dyn Machine, file: &Path, command: &dyn Fn() -> Result<i32>) -> Result<Lived> {
    let shown = file.display().to_string();
    if std::fs::symlink_metadata(file).is_ok() {
        return Err(CaptureError::io(errors::CREATE, shown)(std::io::ErrorKind::AlreadyExists.into()));
    }
    machine.stop(SESSION)?;
    let session = Session {
        name: SESSION,
        guid: GUID,
        flags: 0,
        kernel_flags: 0,
        min_buffers: 256,
        max_buffers: 1024,
        expected_mb: 0,
        max_file_mb: MAX_FILE_MB,
        why: say::LIVE_WHY,
        providers: &PROVIDERS,
    };
    let not_enabled = machine.start(&session, &shown, MAX_FILE_MB)?;
    let mut notes: Vec<_> =
        not_enabled.iter().map(|n| say::LIVE_NOT_ENABLED.with(&[&n.provider, &n.code])).collect();
    let capture_state = |notes: &mut Vec<Message>| {
        notes.extend(machine.capture_state(SESSION, &PROCESS).err().map(|e| e.message()));
    };
    capture_state(&mut notes);
    let ended = command();
    capture_state(&mut notes);
    // Only when the session has stopped is the file whole, and only then are its events counted.
    let running = machine.stop(SESSION)?;
    let exit_code = ended?;
    Ok(Lived {
        exit_code,
        bytes: std::fs::metadata(file).map_or(0, |m| m.len()),
        events: count(file, &PROVIDERS, &mut notes),
        file: shown,
        events_lost: running.map_or(0, |r| r.events_lost),
        notes,
    })
}

fn count(file: &Path, providers: &[Provider], notes: &mut Vec<Message>) -> Vec<(String, u64)> {
    let counts = match EtlFile::open(file) {
        Ok(file) => Summary::of(&file).providers,
        Err(error) => {
            notes.push(say::LIVE_UNREADABLE.with(&[&error]));
            return vec![];
        }
    };
    let count = |p: &Provider| {
        let id = p.guid.trim_matches(['{', '}']).parse().ok();
        id.and_then(|id| counts.get(&id)).copied().unwrap_or_default()
    };
    providers.iter().map(|p| (p.name.to_owned(), count(p))).collect()
}

impl fmt::Display for Lived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total: u64 = self.events.iter().map(|(_, n)| n).sum();
        let mut line = |message: Message| {
            message.fmt(f)?;
            f.write_str("\n")
        };
        line(say::LIVE_ENDED.with(&[&self.exit_code]))?;
        line(say::LIVE_FILE.with(&[&self.file, &size(self.bytes), &total, &self.events_lost]))?;
        for (provider, events) in &self.events {
            line(format!("{events:>12}  {provider}").into())?;
        }
        for note in &self.notes {
            line(Message { en: format!("  {}", note.en), zh: format!("  {}", note.zh) })?;
        }
        if total == 0 {
            line(say::LIVE_NONE.plain())?;
        }
        line(say::LIVE_NEXT.with(&[&self.file]))
    }
}

/// The providers of the standard sessions in one: a session can hold a provider once, so masks are joined.
#[must_use]
pub fn providers() -> Vec<Provider> {
    let mut all: Vec<Provider> = Vec::new();
    for provider in STANDARD.iter().flat_map(|s| s.providers) {
        match all.iter_mut().find(|p| p.guid == provider.guid) {
            Some(known) => {
                // 0 is everything, and stays it.
                let everything = known.keywords == 0 || provider.keywords == 0;
                known.keywords = if everything { 0 } else { known.keywords | provider.keywords };
                known.level = known.level.max(provider.level);
            }
            None => all.push(*provider),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_provider_comes_once_with_all_its_keywords() {
        let all = providers();
        let process: Vec<_> = all.iter().filter(|p| p.name.ends_with("Kernel-Process")).collect();
        assert_eq!(process.len(), 1);
        assert_eq!(process[0].keywords, 0x50);
        let file = all.iter().find(|p| p.keywords == 0x1CF0).unwrap();
        assert_eq!(file.leave_out, [15, 16]);
        assert!(all.iter().any(|p| p.keywords == 0x7744));
    }
}
