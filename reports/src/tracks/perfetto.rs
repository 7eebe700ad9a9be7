//! Perfetto's own format (`.pftrace`): packets of protocol buffers, as `perfetto_trace.proto` declares them.

use super::proto::Message;
use super::{SliceId, TrackKind, Tracks, lanes, nanoseconds};
use crate::lang::Lang;
use crate::model::{Report, Time};
use crate::visible::visible;

/// Field numbers of `perfetto_trace.proto`, by message.
mod field {
    pub(super) const TRACE_PACKET: u64 = 1;

    pub(super) const PACKET_CLOCK_SNAPSHOT: u64 = 6;
    pub(super) const PACKET_TIMESTAMP: u64 = 8;
    pub(super) const PACKET_SEQUENCE: u64 = 10;
    pub(super) const PACKET_TRACK_EVENT: u64 = 11;
    pub(super) const PACKET_TRACK_DESCRIPTOR: u64 = 60;

    pub(super) const SNAPSHOT_CLOCKS: u64 = 1;
    pub(super) const CLOCK_ID: u64 = 1;
    pub(super) const CLOCK_TIMESTAMP: u64 = 2;

    pub(super) const TRACK_UUID: u64 = 1;
    pub(super) const TRACK_NAME: u64 = 2;
    pub(super) const TRACK_PROCESS: u64 = 3;
    pub(super) const TRACK_THREAD: u64 = 4;
    pub(super) const TRACK_PARENT: u64 = 5;
    pub(super) const TRACK_CHILD_ORDERING: u64 = 11;
    pub(super) const TRACK_RANK: u64 = 12;
    pub(super) const PROCESS_PID: u64 = 1;
    pub(super) const PROCESS_NAME: u64 = 6;
    pub(super) const THREAD_PID: u64 = 1;
    pub(super) const THREAD_TID: u64 = 2;
    pub(super) const THREAD_NAME: u64 = 5;

    pub(super) const EVENT_ANNOTATION: u64 = 4;
    pub(super) const EVENT_TYPE: u64 = 9;
    pub(super) const EVENT_TRACK: u64 = 11;
    pub(super) const EVENT_CATEGORY: u64 = 22;
    pub(super) const EVENT_NAME: u64 = 23;
    pub(super) const EVENT_FLOW: u64 = 47;
    pub(super) const EVENT_FLOW_END: u64 = 48;
    pub(super) const ANNOTATION_STRING: u64 = 6;
    pub(super) const ANNOTATION_NAME: u64 = 10;
}

const SLICE_BEGIN: u64 = 1;
const SLICE_END: u64 = 2;
const INSTANT: u64 = 3;
/// `BUILTIN_CLOCK_BOOTTIME`, the clock of packets that name none.
const CLOCK_BOOTTIME: u64 = 6;
/// `BUILTIN_CLOCK_REALTIME`, the time of day.
const CLOCK_REALTIME: u64 = 1;
/// `ChildTracksOrdering::EXPLICIT`.
const BY_RANK: u64 = 3;
const SEQUENCE: u64 = 1;
/// FILETIME of 1970-01-01.
const UNIX_EPOCH: Time = Time::from_filetime(116_444_736_000_000_000);

/// A trace under construction.
#[derive(Debug, Default)]
pub(crate) struct Packets {
    trace: Message,
}

/// A track as its packet describes it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Descriptor<'a> {
    pub(crate) uuid: u64,
    pub(crate) parent: Option<u64>,
    pub(crate) name: &'a str,
    pub(crate) identity: Identity,
    /// Its place among its brothers.
    pub(crate) rank: u64,
}

/// What a track is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    /// Nothing of the machine's.
    None,
    /// A process.
    Process(u32),
    /// A thread.
    Thread(u32, u32),
}

/// The links of a slice: flows that begin in it, flows that end in it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Links<'a> {
    pub(crate) begin: &'a [u64],
    pub(crate) end: &'a [u64],
}

impl Packets {
    /// A trace whose times count from `start`.
    pub(crate) fn new(start: Time) -> Self {
        let mut packets = Self::default();
        packets.trace.message(field::TRACE_PACKET, |packet| {
            packet.varint(field::PACKET_SEQUENCE, SEQUENCE);
            packet.varint(field::PACKET_TIMESTAMP, 0);
            packet.message(field::PACKET_CLOCK_SNAPSHOT, |snapshot| {
                for (id, time) in [(CLOCK_BOOTTIME, 0), (CLOCK_REALTIME, nanoseconds(UNIX_EPOCH, start))] {
                    snapshot.message(field::SNAPSHOT_CLOCKS, |clock| {
                        clock.varint(field::CLOCK_ID, id);
                        clock.varint(field::CLOCK_TIMESTAMP, time);
                    });
                }
            });
        });
        packets
    }

    /// The bytes so far.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.trace.bytes()
    }

    /// Describes a track.
    pub(crate) fn track(&mut self, track: Descriptor<'_>) {
        self.trace.message(field::TRACE_PACKET, |packet| {
            packet.varint(field::PACKET_SEQUENCE, SEQUENCE);
            packet.message(field::PACKET_TRACK_DESCRIPTOR, |message| {
                message.varint(field::TRACK_UUID, track.uuid);
                if let Some(parent) = track.parent {
                    message.varint(field::TRACK_PARENT, parent);
                }
                match track.identity {
                    Identity::None => message.text(field::TRACK_NAME, track.name),
                    Identity::Process(pid) => message.message(field::TRACK_PROCESS, |process| {
                        process.varint(field::PROCESS_PID, pid.into());
                        process.text(field::PROCESS_NAME, track.name);
                    }),
                    Identity::Thread(pid, tid) => message.message(field::TRACK_THREAD, |thread| {
                        thread.varint(field::THREAD_PID, pid.into());
                        thread.varint(field::THREAD_TID, tid.into());
                        thread.text(field::THREAD_NAME, track.name);
                    }),
                }
                message.varint(field::TRACK_CHILD_ORDERING, BY_RANK);
                message.varint(field::TRACK_RANK, track.rank);
            });
        });
    }

    /// A slice from `begin` to `end`, in nanoseconds since the start; an instant without `end`.
    pub(crate) fn slice<'a>(
        &mut self,
        track: u64,
        (begin, end): (u64, Option<u64>),
        (category, name): (&str, &str),
        args: impl IntoIterator<Item = (&'a str, &'a str)>,
        links: Links<'_>,
    ) {
        let kind = if end.is_some() { SLICE_BEGIN } else { INSTANT };
        self.event(track, begin, kind, |event| {
            event.text(field::EVENT_CATEGORY, category);
            event.text(field::EVENT_NAME, name);
            for (name, value) in args.into_iter().filter(|(_, value)| !value.is_empty()) {
                event.message(field::EVENT_ANNOTATION, |annotation| {
                    annotation.text(field::ANNOTATION_NAME, name);
                    annotation.text(field::ANNOTATION_STRING, value);
                });
            }
            links.begin.iter().for_each(|flow| event.fixed64(field::EVENT_FLOW, *flow));
            links.end.iter().for_each(|flow| event.fixed64(field::EVENT_FLOW_END, *flow));
        });
        if let Some(end) = end {
            self.event(track, end, SLICE_END, |_| {});
        }
    }

    fn event(&mut self, track: u64, time: u64, kind: u64, fill: impl FnOnce(&mut Message)) {
        self.trace.message(field::TRACE_PACKET, |packet| {
            packet.varint(field::PACKET_TIMESTAMP, time);
            packet.varint(field::PACKET_SEQUENCE, SEQUENCE);
            packet.message(field::PACKET_TRACK_EVENT, |event| {
                event.varint(field::EVENT_TYPE, kind);
                event.varint(field::EVENT_TRACK, track);
                fill(event);
            });
        });
    }
}

/// The report as a Perfetto trace.
#[must_use]
pub fn render(report: &Report, lang: Lang) -> Vec<u8> {
    let tracks = Tracks::of(report, lang);
    let mut packets = Packets::new(tracks.start);
    // Further lanes of a track get ids after all tracks.
    let mut next = tracks.tracks.len() as u64 + 1;
    for (number, track) in tracks.tracks.iter().enumerate() {
        let uuid = number as u64 + 1;
        let parent = track.parent.map(|parent| parent as u64 + 1);
        let name = visible(&track.name);
        let identity = match track.kind {
            TrackKind::Group => Identity::None,
            TrackKind::Process { pid } => Identity::Process(pid),
            TrackKind::Thread { pid, tid } => Identity::Thread(pid, tid),
        };
        packets.track(Descriptor { uuid, parent, name: &name, identity, rank: uuid });
        let lane_of = lanes::lanes(&track.slices);
        let lanes = lane_of.iter().max().copied().unwrap_or(0) as u64;
        // Perfetto shows tracks of one name and parent as one.
        for lane in 0..lanes {
            let identity = Identity::None;
            packets.track(Descriptor { uuid: next + lane, parent, name: &name, identity, rank: uuid });
        }
        for (at, (slice, lane)) in track.slices.iter().zip(lane_of).enumerate() {
            let lane_uuid = if lane == 0 { uuid } else { next + lane as u64 - 1 };
            let since = |time| nanoseconds(tracks.start, time);
            let args: Vec<_> = slice.args.iter().map(|(name, value)| (*name, visible(value))).collect();
            let (begin, end) = tracks.links((number, at));
            packets.slice(
                lane_uuid,
                (since(slice.start), slice.end.map(since)),
                (slice.category, &visible(&slice.name)),
                args.iter().map(|(name, value)| (*name, value.as_ref())),
                Links { begin: &begin, end: &end },
            );
        }
        next += lanes;
    }
    packets.bytes().to_vec()
}

impl Tracks {
    /// Numbers of the flows that begin and end in a slice.
    pub(super) fn links(&self, slice: SliceId) -> (Vec<u64>, Vec<u64>) {
        let of = |pick: fn(&(SliceId, SliceId)) -> SliceId| {
            let flows = (1..).zip(&self.flows).filter(|(_, flow)| pick(flow) == slice);
            flows.map(|(number, _)| number).collect::<Vec<u64>>()
        };
        (of(|flow| flow.0), of(|flow| flow.1))
    }
}
