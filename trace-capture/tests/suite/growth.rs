//! A file's growth as the kernel lets it grow: each tick writes a whole buffer for each CPU that has any event, a full
//! buffer is written at once, a sequential file stops at its limit, a circular one goes on.

use std::collections::VecDeque;

use trace_capture::facts::Facts;
use trace_capture::plan::{Action, Options, Plan, build};
use trace_capture::sessions::{
    BUFFER_KB, FILE_MODE_SEQUENTIAL, FLUSH_SECONDS, NO_PER_PROCESSOR_BUFFERING, Session,
};

/// A session's file, in seconds and bytes.
#[derive(Clone, Copy)]
struct Model {
    cpus: u64,
    buffer: u64,
    flush_seconds: u64,
    limit: u64,
    circular: bool,
}

/// What is in the file at the end.
struct InFile {
    first_second: u64,
    last_second: u64,
}

impl Model {
    /// Runs for some seconds with so many bytes of events in each.
    fn run(self, seconds: u64, events: impl Fn(u64) -> u64) -> InFile {
        let mut blocks: VecDeque<(u64, u64)> = VecDeque::new();
        let (mut size, mut pending) = (0, 0);
        let mut last = 0;
        for second in 0..=seconds {
            pending += events(second);
            // Full buffers, and at a tick or the shutdown the others too.
            let mut buffers = pending / self.buffer;
            if second % self.flush_seconds == 0 || second == seconds {
                buffers = buffers.max(self.cpus);
                pending = 0;
            } else {
                pending %= self.buffer;
            }
            let bytes = buffers * self.buffer;
            if !self.circular && size + bytes > self.limit {
                break;
            }
            blocks.push_back((second, bytes));
            size += bytes;
            while size > self.limit {
                size -= blocks.pop_front().unwrap().1;
            }
            last = second;
        }
        InFile { first_second: blocks.front().map_or(last, |b| b.0), last_second: last }
    }
}

fn plan() -> Plan {
    // As small as a volume can be for arming at all.
    let facts = Facts { free_bytes: Some(7 << 30), ..Facts::default() };
    build(&Options::default(), &facts).unwrap()
}

fn models(plan: &Plan, cpus: u64) -> Vec<(&'static Session, Model)> {
    let models = plan.steps.iter().filter_map(|step| {
        let (session, limit, circular) = match &step.action {
            Action::StartSession { session, max_file_mb, .. } => (session.as_str(), *max_file_mb, true),
            Action::WriteKey { key, tree } => {
                let number = |name: &str| tree.value(name).and_then(|d| d.as_dword()).unwrap();
                assert_eq!((number("BufferSize"), number("FlushTimer")), (BUFFER_KB, FLUSH_SECONDS));
                let circular = number("LogFileMode") & FILE_MODE_SEQUENTIAL == 0;
                (key.rsplit('\\').next().unwrap(), number("MaxFileSize"), circular)
            }
            _ => return None,
        };
        let session = Session::named(session).unwrap();
        let cpus = if session.flags & NO_PER_PROCESSOR_BUFFERING == 0 { cpus } else { 1 };
        let model = Model {
            cpus,
            buffer: u64::from(BUFFER_KB) << 10,
            flush_seconds: FLUSH_SECONDS.into(),
            limit: u64::from(limit) << 20,
            circular,
        };
        Some((session, model))
    });
    models.collect()
}

const CPUS: [u64; 5] = [4, 8, 16, 32, 64];

#[test]
fn the_shutdown_is_in_the_file_whatever_came_before_it() {
    let plan = plan();
    let mut runs = 0;
    for cpus in CPUS {
        for minutes in [10, 20, 30, 45, 60, 12 * 60] {
            for (session, model) in models(&plan, cpus).into_iter().filter(|(_, m)| m.circular) {
                // An installation writes a boot's worth of events every five minutes.
                let busy = (u64::from(session.expected_mb) << 20) / 300;
                let end = minutes * 60;
                let file = model.run(end, |_| busy);
                assert_eq!(file.last_second, end, "{} on {cpus} CPUs after {minutes} min", session.name);
                assert!(end - file.first_second >= 60, "{} on {cpus} CPUs: a minute at least", session.name);
                runs += 1;
            }
        }
    }
    assert_eq!(runs, CPUS.len() * 6 * 3);
}

#[test]
fn a_boot_of_ten_minutes_is_whole_on_every_machine() {
    let facts = Facts { free_bytes: Some(1 << 40), ..Facts::default() };
    let plan = build(&Options::default(), &facts).unwrap();
    for cpus in CPUS {
        for (session, model) in models(&plan, cpus).into_iter().filter(|(_, m)| !m.circular) {
            let busy = (u64::from(session.expected_mb) << 20) / 300;
            let file = model.run(600, |second| if second < 300 { busy } else { 1000 });
            assert_eq!((file.first_second, file.last_second), (0, 600), "{} on {cpus} CPUs", session.name);
        }
    }
}

/// The model tells good settings from bad ones: a tick of a second with large buffers fills 1.5 GB in minutes.
#[test]
fn a_short_tick_with_large_buffers_loses_the_shutdown() {
    let bad = Model { cpus: 16, buffer: 256 << 10, flush_seconds: 1, limit: 1536 << 20, circular: false };
    let file = bad.run(600, |_| 1000);
    assert_eq!(file.last_second / 60, 6);
    let good = Model { buffer: 64 << 10, flush_seconds: 30, ..bad };
    assert_eq!(good.run(600, |_| 1000).last_second, 600);
}
