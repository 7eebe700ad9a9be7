//! What a trace says about names: processes, and the paths of files and keys.

use std::{
    borrow::Cow,
    fmt::{Display, Write as _},
};

use etl_reader::names::{self, Names, Operation, OperationClass, Trace, registry_path};

use crate::model::{FileTime, Process, ProcessId, Role, inherit_roles};

/// A trace that was read, or a part of one, with its processes in the model's terms.
#[derive(Debug)]
pub(crate) struct Learnt {
    pub(super) trace: Trace,
    /// In the order of the names' processes, with roles and without counts.
    pub(super) processes: Vec<Process>,
}

impl Learnt {
    pub(super) fn new(mut trace: Trace, volumes: &[(String, String)]) -> Self {
        for (device, drive) in volumes {
            trace.insert_volume(device, drive);
        }
        let processes = processes_of(trace.names());
        Self { trace, processes }
    }

    pub(super) fn names(&self) -> &Names {
        self.trace.names()
    }

    /// The process that had this id at that time.
    #[inline]
    pub(super) fn process(&self, pid: Option<u32>, time: FileTime) -> Option<ProcessId> {
        find(self.names(), pid, time)
    }

    /// What the trace says of a process, beside what the model takes.
    pub(super) fn recorded(&self, process: ProcessId) -> Option<&names::Process> {
        self.names().processes().get(process.0 as usize)
    }
}

/// Times before 1601 cannot be.
pub(super) fn utc(time: etl_reader::FileTime) -> FileTime {
    FileTime(u64::try_from(time.0).unwrap_or(0))
}

/// The processes with roles.
pub(super) fn processes_of(names: &Names) -> Vec<Process> {
    let mut list: Vec<Process> = names
        .processes()
        .iter()
        .map(|p| {
            let start = p.start.map(utc);
            let path = p.image_path.as_deref().unwrap_or_default();
            Process {
                pid: p.pid,
                parent_pid: p.parent.unwrap_or(0),
                parent: p.parent.and_then(|pid| find(names, Some(pid), start.unwrap_or_default())),
                role: Role::of_name(&p.image_name),
                name: p.image_name.clone(),
                image_path: names.volumes().dos_path(path).into_owned(),
                command_line: p.command_line.clone().unwrap_or_default(),
                user: p.user.clone().unwrap_or_default(),
                company: String::new(),
                start,
                end: p.end.map(utc),
                exit_status: p.exit_status,
                events: 0,
                failures: 0,
            }
        })
        .collect();
    inherit_roles(&mut list);
    list
}

/// Of the processes with this id the last that had started by that time, else the first.
fn find(names: &Names, pid: Option<u32>, time: FileTime) -> Option<ProcessId> {
    let places = names.places_of(pid?);
    let alike = names.processes().get(places.clone())?;
    let started = alike.partition_point(|process| process.start.map_or(FileTime(0), utc) <= time);
    alike.get(started.saturating_sub(1))?;
    u32::try_from(places.start + started.saturating_sub(1)).ok().map(ProcessId)
}

/// Appends the path of an operation as people write it, with the name of its value.
pub(super) fn push_path(operation: &Operation<'_>, names: &Names, out: &mut String) {
    match operation.class {
        OperationClass::File => push_file(operation.path(), names, out),
        OperationClass::Registry => push_known(operation.path(), registry_path, out),
    }
    if let Some(value) = operation.value_name() {
        // Writing to a String cannot fail.
        let _ = write!(out, "\\{value}");
    }
}

/// Appends the path of a file with its drive letter, where that is known.
pub(super) fn push_file(path: impl Display, names: &Names, out: &mut String) {
    push_known(path, |path| names.volumes().dos_path(path), out);
}

fn push_known(path: impl Display, known: impl for<'t> Fn(&'t str) -> Cow<'t, str>, out: &mut String) {
    let start = out.len();
    let _ = write!(out, "{path}");
    let Some(text) = out.get(start..) else { return };
    let known = known(text);
    if matches!(known, Cow::Owned(_)) || known.len() < text.len() {
        let known = known.into_owned();
        out.truncate(start);
        out.push_str(&known);
    }
}
