//! What a trace tells of names: processes, and the paths of files and keys.

use std::{
    borrow::Cow,
    collections::HashMap,
    fmt::{Display, Write as _},
};

use etl_reader::{
    EtlFile,
    names::{self, Names, Operation, OperationClass, registry_path},
};

use crate::model::{FileTime, Process, ProcessId, Role, inherit_roles};

/// By process id: start times and positions in the list of processes, in order of time.
type ByPid = HashMap<u32, Vec<(u64, u32)>>;

/// The names that one pass over a trace learns.
#[derive(Debug)]
pub(super) struct Learnt {
    names: Names,
    by_pid: ByPid,
    /// In the order of the names' processes, with roles and without counts.
    pub(super) processes: Vec<Process>,
}

impl Learnt {
    pub(super) fn of(file: &EtlFile<'_>, volumes: &[(String, String)]) -> Self {
        let mut names = Names::learn(&[file]);
        for (device, drive) in volumes {
            names.insert_volume(device, drive);
        }
        let (processes, by_pid) = processes(&names);
        Self { names, by_pid, processes }
    }

    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    /// The process that had this id at that time.
    #[inline]
    pub(super) fn process(&self, pid: Option<u32>, time: FileTime) -> Option<ProcessId> {
        find(&self.by_pid, pid, time)
    }

    /// What the trace says of a process, beside what the model takes.
    pub(super) fn recorded(&self, process: ProcessId) -> Option<&names::Process> {
        self.names.processes().get(process.0 as usize)
    }
}

/// Times before 1601 cannot be.
pub(super) fn utc(time: etl_reader::FileTime) -> FileTime {
    FileTime(u64::try_from(time.0).unwrap_or(0))
}

/// The processes with roles, and the way from a process id to them by time.
fn processes(names: &Names) -> (Vec<Process>, ByPid) {
    let mut by_pid = ByPid::new();
    for (number, process) in names.processes().iter().enumerate() {
        by_pid.entry(process.pid).or_default().push((process.start.map_or(0, |s| utc(s).0), number as u32));
    }
    for starts in by_pid.values_mut() {
        starts.sort_unstable();
    }
    let mut list: Vec<Process> = names
        .processes()
        .iter()
        .map(|p| {
            let start = p.start.map(utc);
            let path = p.image_path.as_deref().unwrap_or_default();
            Process {
                pid: p.pid,
                parent_pid: p.parent.unwrap_or(0),
                parent: p.parent.and_then(|pid| find(&by_pid, Some(pid), start.unwrap_or_default())),
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
    (list, by_pid)
}

fn find(by_pid: &ByPid, pid: Option<u32>, time: FileTime) -> Option<ProcessId> {
    let starts = by_pid.get(&pid?)?;
    let at = starts.partition_point(|(start, _)| *start <= time.0);
    starts.get(at.saturating_sub(1)).map(|(_, number)| ProcessId(*number))
}

/// Appends the path of an operation as people write it, with the name of its value.
pub(super) fn push_path(operation: &Operation<'_>, names: &Names, out: &mut String) {
    match operation.class {
        OperationClass::File => push_file(operation.path, names, out),
        OperationClass::Registry => push_known(operation.path, registry_path, out),
    }
    if let Some(value) = operation.value_name {
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
