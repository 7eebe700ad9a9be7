//! Programs that are added to a log: they start, act and end.

use anyhow::{Context as _, Result};
use pml_reader::{
    FileTime,
    detail::process::{Created, Ended},
    write::encode::ProcessEvent,
};

use super::tape::{Actor, Listed, Tape};

/// A program of Windows.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) image: String,
    pub(crate) command_line: String,
}

impl Program {
    /// One that lies in System32.
    pub(crate) fn of_system(name: &'static str, arguments: &str) -> Self {
        let image = format!(r"C:\Windows\System32\{name}");
        Self { name, command_line: format!("{image} {arguments}"), image }
    }
}

impl Tape {
    /// Starts a program. `parent` runs it, as the same user as the process `like`.
    pub(crate) fn start(&mut self, program: &Program, parent: Actor, like: u32, time: u64) -> Result<Actor> {
        let processes = || self.processes.iter().map(|p| p.raw);
        let of = |index| processes().find(|raw| raw.index == index).context("no such process");
        let (model, parent_pid) = (of(like)?, of(parent.process)?.pid);
        let index = processes().map(|raw| raw.index).max().unwrap_or_default() + 1;
        let pid = processes().map(|raw| raw.pid).filter(|pid| *pid < 1 << 20).max().unwrap_or_default() + 4;
        let mut raw = model;
        (raw.index, raw.pid, raw.start, raw.end) = (index, pid, time, 0);
        (raw.parent_index, raw.parent_pid) = (parent.process, parent_pid);
        self.processes.push(Listed { raw, modules: Vec::new(), added: Some(program.clone()) });
        let new = Created {
            index,
            pid,
            parent_index: parent.process,
            parent_pid,
            session: raw.session,
            is_64bit: raw.is_64bit != 0,
            time: FileTime(time),
            authentication_id: raw.authentication_id,
            virtualized: raw.virtualized,
            user_sid: &[],
            integrity_sid: &[],
            image_path: program.image.as_str(),
            command_line: program.command_line.as_str(),
        };
        let actor = Actor { process: index, tid: pid + 4 };
        let start = ProcessEvent::Start {
            parent_pid,
            command_line: &program.command_line,
            directory: r"C:\Windows\System32",
            environment: &[],
        };
        self.add(time, parent, 0, ProcessEvent::Create(new).encode(self.layout())?);
        self.add(time, actor, 0, start.encode(self.layout())?);
        Ok(actor)
    }

    /// Ends a program that was started, with an exit code.
    pub(crate) fn end(&mut self, actor: Actor, exit_code: u32, time: u64) -> Result<()> {
        if let Some(listed) = self.processes.iter_mut().find(|p| p.raw.index == actor.process) {
            listed.raw.end = time;
        }
        let ended = Ended { status: exit_code, kernel: 0, user: 0, working_set: (0, 0), private: (0, 0) };
        let payload = ProcessEvent::Exit(ended).encode(self.layout())?;
        self.add(time, actor, 0, payload);
        Ok(())
    }
}
