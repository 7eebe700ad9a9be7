//! Chrome's JSON trace format: one object for each event, times in microseconds. Perfetto and chrome://tracing open
//! it.

use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

use super::{Track, TrackKind, Tracks, lanes, nanoseconds};
use crate::lang::Lang;
use crate::model::Report;
use crate::visible::visible;

/// Thread ids of the further lanes of a track, beyond those of threads.
const FURTHER_LANES: u64 = 1 << 30;

/// The report as Chrome's JSON, an event a line.
///
/// # Errors
/// Those of the JSON writer.
pub fn render(report: &Report, lang: Lang) -> Result<String, serde_json::Error> {
    let tracks = Tracks::of(report, lang);
    let mut events = Vec::new();
    let rows = rows(&tracks);
    let mut next = FURTHER_LANES;
    for (number, (track, (pid, tid))) in tracks.tracks.iter().zip(&rows).enumerate() {
        let name = visible(&track.name);
        let meta = |what: &str, key: &str, value: Value| json!({"ph": "M", "pid": pid, "tid": tid, "name": what, "args": {key: value}});
        if track.parent.is_none() {
            events.push(meta("process_name", "name", json!(name)));
            events.push(meta("process_sort_index", "sort_index", json!(number)));
        } else {
            events.push(meta("thread_name", "name", json!(name)));
        }
        let lane_of = lanes::lanes(&track.slices);
        let further = lane_of.iter().max().copied().unwrap_or(0) as u64;
        for ((at, slice), lane) in track.slices.iter().enumerate().zip(lane_of) {
            let since = |time| nanoseconds(tracks.start, time) as f64 / 1000.0;
            let tid = if lane == 0 { u64::from(*tid) } else { next + lane as u64 - 1 };
            let args: Map<String, Value> = slice
                .args
                .iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| ((*name).to_owned(), json!(visible(value))))
                .collect();
            let begin = since(slice.start);
            let (phase, key, value) = match slice.end {
                Some(end) => ("X", "dur", json!(since(end) - begin)),
                None => ("i", "s", json!("t")),
            };
            events.push(json!({
                "ph": phase,
                "pid": pid, "tid": tid, "ts": begin,
                "cat": slice.category, "name": visible(&slice.name), "args": args, key: value,
            }));
            let (out, into) = tracks.links((number, at));
            for (flow, phase) in out.iter().map(|flow| (flow, "s")).chain(into.iter().map(|flow| (flow, "f")))
            {
                events.push(json!({
                    "ph": phase, "id": flow, "bp": "e", "pid": pid, "tid": tid, "ts": begin,
                    "cat": "cause", "name": "leads to",
                }));
            }
        }
        next += further;
    }
    let lines = events.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    Ok(format!("{{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n{}\n]}}\n", lines.join(",\n")))
}

/// Process and thread of each track: its own if it has them, otherwise numbers that no process has.
fn rows(tracks: &Tracks) -> Vec<(u32, u32)> {
    let mut used: BTreeSet<u32> = tracks.tracks.iter().filter_map(Track::pid).collect();
    let mut rows: Vec<(u32, u32)> = Vec::new();
    for (number, track) in (1..).zip(&tracks.tracks) {
        let parent = track.parent.and_then(|parent| rows.get(parent)).map(|(pid, _)| *pid);
        let row = match (track.kind, parent) {
            (TrackKind::Process { pid }, _) => (pid, 0),
            (TrackKind::Thread { pid, tid }, _) => (pid, tid),
            (TrackKind::Group, Some(parent)) => (parent, number),
            (TrackKind::Group, None) => {
                // Ids of Windows are multiples of four: there is room between them.
                let pid = (1..).find(|pid| !used.contains(pid)).unwrap_or(0);
                used.insert(pid);
                (pid, 0)
            }
        };
        rows.push(row);
    }
    rows
}

impl Track {
    fn pid(&self) -> Option<u32> {
        match self.kind {
            TrackKind::Process { pid } | TrackKind::Thread { pid, .. } => Some(pid),
            TrackKind::Group => None,
        }
    }
}
