//! Processes, threads and images.

use std::collections::{BTreeSet, HashMap};

use anyhow::Result;
use etl_reader::{Sid, Value, names::KERNEL_PROCESS};
use pml_reader::{
    PmlEvent, PmlFile,
    detail::process::{self, Created},
    process_operation as op,
};

use super::{EtlForm, PROCESS, THREAD, Tape, Who, filetime, nt_path};

/// STILL_ACTIVE, the exit status of a process that runs.
const STILL_ACTIVE: i64 = 0x103;

/// A process of the log's table.
#[derive(Debug)]
struct Known {
    index: u32,
    pid: u32,
    parent_pid: u32,
    session: u32,
    name: String,
    path: String,
    command: String,
    start: u64,
    created: bool,
}

/// The life of processes, and the threads that were seen.
#[derive(Debug)]
pub(super) struct Life {
    processes: Vec<Known>,
    /// Process index by thread id.
    threads: HashMap<u32, u32>,
}

/// What is said of a process that begins, runs or ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Starts,
    Ends { status: u32 },
    Runs,
}

impl Life {
    pub(super) fn of(file: &PmlFile) -> Self {
        let created: BTreeSet<u32> = file
            .events()
            .filter_map(Result::ok)
            .filter(|e| e.raw_class() == 1 && e.raw_operation() == op::CREATE)
            .filter_map(|e| Some(process::created(&e).ok()?.index))
            .collect();
        let processes = file.processes().map(|p| Known {
            index: p.raw.index,
            pid: p.raw.pid,
            parent_pid: p.raw.parent_pid,
            session: p.raw.session,
            name: p.name().to_string(),
            path: p.image_path().to_string(),
            command: p.command_line().to_string(),
            start: p.raw.start,
            created: created.contains(&p.raw.index),
        });
        Self { processes: processes.collect(), threads: HashMap::new() }
    }

    /// The processes that ran before the trace.
    pub(super) fn begin(&mut self, tape: &mut Tape) -> Result<()> {
        if tape.masks.is_some() {
            return Ok(());
        }
        for known in self.processes.iter().filter(|known| !known.created) {
            let who = Who { pid: known.pid, tid: 0, process: known.index };
            say(known, None, Said::Runs, tape.first, who, tape)?;
        }
        Ok(())
    }

    /// Adds the record of an event. False if ETW has none for it.
    pub(super) fn event(&mut self, event: &PmlEvent<'_>, who: Who, tape: &mut Tape) -> Result<bool> {
        let time = event.time().0;
        let known = |index: u32| self.processes.iter().find(|known| known.index == index);
        match event.raw_operation() {
            op::CREATE => {
                let Ok(created) = process::created(event) else { return Ok(false) };
                let Some(known) = known(created.index) else { return Ok(false) };
                say(known, Some(&created), Said::Starts, time, who, tape)?;
            }
            op::EXIT => {
                let Ok(ended) = process::ended(event) else { return Ok(false) };
                let Some(known) = known(who.process) else { return Ok(false) };
                say(known, None, Said::Ends { status: ended.status }, time, who, tape)?;
            }
            op::THREAD_CREATE => self.see_thread(event, who, tape)?,
            op::THREAD_EXIT => {
                thread(time, 2, 4, who, tape)?;
            }
            op::LOAD_IMAGE => {
                let Ok(loaded) = process::loaded_image(event) else { return Ok(false) };
                let path = nt_path(&loaded.path.to_string());
                let values = [
                    ("ImageBase", Value::Pointer(loaded.base)),
                    ("ImageSize", Value::Pointer(loaded.size.into())),
                    (tape.form.of("ProcessId", "ProcessID"), who.pid.into()),
                    (tape.form.of("FileName", "ImageName"), path.as_str().into()),
                ];
                match tape.form {
                    EtlForm::Kernel => tape.kernel(time, (PROCESS, 10, 3), who, &values)?,
                    EtlForm::Manifest => tape.provider(time, (KERNEL_PROCESS, 5, 0), who, &values)?,
                }
            }
            // The child's own Process Start: the event of its creation has told it.
            op::START => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// A thread appears before it does anything, because kernel file events name only their thread.
    pub(super) fn see_thread(&mut self, event: &PmlEvent<'_>, who: Who, tape: &mut Tape) -> Result<()> {
        if self.threads.insert(who.tid, who.process) != Some(who.process) {
            thread(event.time().0, 1, 3, who, tape)?;
        }
        Ok(())
    }
}

fn thread(time: u64, kernel: u8, id: u16, who: Who, tape: &mut Tape) -> Result<()> {
    let values = [
        (tape.form.of("ProcessId", "ProcessID"), who.pid.into()),
        (tape.form.of("TThreadId", "ThreadID"), who.tid.into()),
    ];
    match tape.form {
        EtlForm::Kernel => tape.kernel(time, (THREAD, kernel, 3), who, &values),
        EtlForm::Manifest => tape.provider(time, (KERNEL_PROCESS, id, 1), who, &values),
    }
}

fn say(
    known: &Known,
    created: Option<&Created<'_>>,
    said: Said,
    time: u64,
    who: Who,
    tape: &mut Tape,
) -> Result<()> {
    let status = match said {
        Said::Ends { status } => i64::from(status),
        Said::Starts | Said::Runs => STILL_ACTIVE,
    };
    let sid = created.and_then(|created| Sid::at(created.user_sid));
    match tape.form {
        EtlForm::Kernel => {
            let opcode = match said {
                Said::Starts => 1,
                Said::Ends { .. } => 2,
                Said::Runs => 3,
            };
            let mut values = vec![
                ("ProcessId", known.pid.into()),
                ("ParentId", known.parent_pid.into()),
                ("SessionId", known.session.into()),
                ("ExitStatus", Value::Signed(status)),
                ("ImageFileName", known.name.as_str().into()),
                ("CommandLine", known.command.as_str().into()),
            ];
            values.extend(sid.map(|sid| ("UserSID", Value::Sid(sid))));
            tape.kernel(time, (PROCESS, opcode, 4), who, &values)
        }
        EtlForm::Manifest => {
            let path = nt_path(&known.path);
            let created = ("CreateTime", Value::FileTime(filetime(known.start)));
            let pid = ("ProcessID", known.pid.into());
            if matches!(said, Said::Ends { .. }) {
                let ended = ("ExitTime", Value::FileTime(filetime(time)));
                let values = [
                    pid,
                    created,
                    ended,
                    ("ExitCode", Value::Signed(status)),
                    ("ImageName", known.name.as_str().into()),
                ];
                return tape.provider(time, (KERNEL_PROCESS, 2, 1), who, &values);
            }
            let values = [
                pid,
                created,
                ("ParentProcessID", known.parent_pid.into()),
                ("SessionID", known.session.into()),
                ("ImageName", path.as_str().into()),
            ];
            let event = if said == Said::Starts { (KERNEL_PROCESS, 1, 3) } else { (KERNEL_PROCESS, 15, 1) };
            tape.provider(time, event, who, &values)
        }
    }
}
