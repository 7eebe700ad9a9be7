//! Processes and services, and when they lived.

use crate::clock::FileTime;
use crate::decode::{Decoded, Value};

/// A process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// Process id.
    pub pid: u32,
    /// Id of the process that started it.
    pub parent: Option<u32>,
    /// Terminal session.
    pub session: Option<u32>,
    /// Name of the program's file, without its folder.
    pub image_name: String,
    /// Path of the program's file, as the kernel names it.
    pub image_path: Option<String>,
    /// Command line.
    pub command_line: Option<String>,
    /// Full name of the app package.
    pub package: Option<String>,
    /// Security identifier of its user.
    pub user: Option<String>,
    /// When it started; nothing if it ran before the trace did.
    pub start: Option<FileTime>,
    /// When it ended; nothing if no end is recorded.
    pub end: Option<FileTime>,
    /// Exit code, where its end is recorded.
    pub exit_status: Option<u32>,
}

impl Process {
    fn holds(&self, time: FileTime) -> bool {
        self.start.is_none_or(|start| start <= time) && self.end.is_none_or(|end| time <= end)
    }

    /// Takes from `other` what is not known here.
    fn complete(&mut self, other: Process) {
        self.parent = self.parent.or(other.parent);
        self.session = self.session.or(other.session);
        self.start = self.start.or(other.start);
        self.end = self.end.or(other.end);
        self.exit_status = self.exit_status.or(other.exit_status);
        if self.image_name.is_empty() {
            self.image_name = other.image_name;
        }
        self.image_path = self.image_path.take().or(other.image_path);
        self.command_line = self.command_line.take().or(other.command_line);
        self.package = self.package.take().or(other.package);
        self.user = self.user.take().or(other.user);
    }
}

/// What an event says of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Life {
    Starts,
    Runs,
    Ends,
}

/// One such event.
#[derive(Clone, Debug)]
pub(super) struct Sighting {
    pub(super) time: FileTime,
    pub(super) life: Life,
    pub(super) process: Process,
}

impl Sighting {
    /// From a decoded kernel or Kernel-Process event.
    pub(super) fn new(life: Life, time: FileTime, decoded: &Decoded<'_>) -> Option<Sighting> {
        let number = |names: [&str; 2]| names.iter().find_map(|name| decoded.u32(name));
        let text = |name: &str| decoded.text(name).filter(|text| !text.is_empty());
        let when = |name: &str| match decoded.get(name) {
            Some(Value::FileTime(time)) if time.0 > 0 => Some(*time),
            _ => None,
        };
        let image = text("ImageFileName").or_else(|| text("ImageName")).unwrap_or_default();
        let image_path = image.contains('\\').then(|| image.clone());
        let created = when("CreateTime");
        let process = Process {
            pid: number(["ProcessId", "ProcessID"])?,
            parent: number(["ParentId", "ParentProcessID"]),
            session: number(["SessionId", "SessionID"]).filter(|&session| session != u32::MAX),
            image_name: image.rsplit('\\').next().unwrap_or_default().to_owned(),
            image_path,
            command_line: text("CommandLine"),
            package: text("PackageFullName"),
            user: decoded.get("UserSID").filter(|user| matches!(user, Value::Sid(_))).map(Value::to_string),
            start: created.or((life == Life::Starts).then_some(time)),
            end: (life == Life::Ends).then(|| when("ExitTime").unwrap_or(time)),
            exit_status: (life == Life::Ends).then(|| number(["ExitStatus", "ExitCode"])).flatten(),
        };
        Some(Sighting { time, life, process })
    }
}

/// Two events within this of each other tell of the same start: the kernel's own and Kernel-Process's.
const SAME: i64 = 10_000_000;

/// Makes processes of the events, ordered by id and start.
pub(super) fn processes(mut sightings: Vec<Sighting>) -> Vec<Process> {
    sightings.sort_by(|a, b| {
        (a.process.pid, a.time, a.life).cmp(&(b.process.pid, b.time, b.life)).then_with(|| {
            // The event that knows more comes first.
            b.process.command_line.cmp(&a.process.command_line)
        })
    });
    let mut found: Vec<Process> = Vec::new();
    for Sighting { time, life, process } in sightings {
        let last = found.last_mut().filter(|last| last.pid == process.pid);
        let same = last.filter(|last| match life {
            Life::Starts => last.start.is_some_and(|start| time.since(start).abs() < SAME),
            // A process that ended is not seen again, but for the second event of its end or start.
            Life::Runs | Life::Ends => last.end.is_none_or(|end| time.since(end).abs() < SAME),
        });
        match same {
            Some(last) => last.complete(process),
            None => found.push(process),
        }
    }
    found.sort_by_key(|process| (process.pid, process.start));
    found
}

/// The process with this id at a time, of processes ordered by id and start.
pub(super) fn at(processes: &[Process], pid: u32, time: FileTime) -> Option<&Process> {
    let end = processes.partition_point(|process| process.pid <= pid);
    let of_pid = processes.get(..end)?.iter().rev().take_while(|process| process.pid == pid);
    of_pid.into_iter().find(|process| process.holds(time))
}

/// A service at the time the session ended (kernel event Config/Services).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Service {
    /// When this was recorded.
    pub time: FileTime,
    /// Process it runs in; 0 for none.
    pub pid: u32,
    /// `SERVICE_STATUS.dwCurrentState`: 1 stopped, 2 start pending, 3 stop pending, 4 running, 7 paused.
    pub state: u32,
    /// Number by which threads of a shared process tell their service.
    pub sub_process_tag: u32,
    /// Name of the service.
    pub name: String,
    /// Name shown to people.
    pub display_name: String,
    /// Name of the process.
    pub process_name: String,
    /// Group that decides the order of starting.
    pub load_order_group: String,
    /// Group of services that share a process.
    pub svchost_group: String,
}

impl Service {
    pub(super) fn new(time: FileTime, decoded: &Decoded<'_>) -> Option<Service> {
        let text = |name: &str| decoded.text(name).unwrap_or_default();
        Some(Service {
            time,
            pid: decoded.u32("ProcessId")?,
            state: decoded.u32("ServiceState")?,
            sub_process_tag: decoded.u32("SubProcessTag")?,
            name: text("ServiceName"),
            display_name: text("DisplayName"),
            process_name: text("ProcessName"),
            load_order_group: text("LoadOrderGroup"),
            svchost_group: text("SvchostGroup"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sighting(time: i64, life: Life, pid: u32, line: Option<&str>) -> Sighting {
        let time = FileTime(time * SAME);
        let process = Process {
            pid,
            command_line: line.map(str::to_owned),
            start: (life == Life::Starts).then_some(time),
            end: (life == Life::Ends).then_some(time),
            ..Process::default()
        };
        Sighting { time, life, process }
    }

    #[test]
    fn an_id_that_is_used_again() {
        let found = processes(vec![
            sighting(50, Life::Starts, 8, Some("second")),
            sighting(0, Life::Runs, 8, Some("first")),
            sighting(20, Life::Ends, 8, None),
            sighting(90, Life::Runs, 8, Some("second")),
            sighting(90, Life::Runs, 9, Some("other")),
        ]);
        assert_eq!(found.len(), 3);
        let line = |time: i64| at(&found, 8, FileTime(time * SAME)).and_then(|p| p.command_line.as_deref());
        assert_eq!(
            [5, 20, 30, 50, 99].map(line),
            [Some("first"), Some("first"), None, Some("second"), Some("second")]
        );
        assert!(at(&found, 7, FileTime(0)).is_none());
    }
}
