//! A report as tracks in time, for programs that show traces: phases, services, processes with the operations of
//! their threads, log lines, and which of them caused which.

mod chrome;
mod from_report;
mod lanes;
pub(crate) mod perfetto;
mod proto;

use crate::model::Time;

pub use chrome::render as chrome;
pub use perfetto::render as perfetto;

/// Tracks. A parent comes before its children.
#[derive(Debug, Default)]
struct Tracks {
    /// The zero of the times that are written: the earliest time of all.
    start: Time,
    tracks: Vec<Track>,
    /// Pairs of slices of which the first led to the second.
    flows: Vec<(SliceId, SliceId)>,
}

/// A slice: the number of its track, its number in that.
type SliceId = (usize, usize);

#[derive(Debug)]
struct Track {
    parent: Option<usize>,
    kind: TrackKind,
    name: String,
    slices: Vec<Slice>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TrackKind {
    /// Phases, services, logs: no process of the machine.
    Group,
    Process {
        pid: u32,
    },
    Thread {
        pid: u32,
        tid: u32,
    },
}

/// Something that happened on a track.
#[derive(Debug, Default)]
struct Slice {
    name: String,
    category: &'static str,
    start: Time,
    /// Absent if it has no length.
    end: Option<Time>,
    args: Vec<(&'static str, String)>,
}

/// Nanoseconds between two times; nothing if the second is the earlier one.
fn nanoseconds(from: Time, to: Time) -> u64 {
    // Readers hold times as signed numbers.
    to.filetime().saturating_sub(from.filetime()).saturating_mul(100).min(i64::MAX as u64)
}
