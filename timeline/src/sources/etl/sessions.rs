//! The session files of one boot. A capture records files, registry and processes in sessions of their own, so that a
//! full file costs one kind of event. What one file lacks, another one of the same time has.

use super::caveats;
use crate::{
    model::{FileTime, Ticks},
    scan::{EtwCounts, Scan},
};

/// Sessions of one boot start and end within this of each other: as long as events may wait in a buffer.
const TOGETHER: Ticks = Ticks::seconds(30);

/// Says of each ETW trace what neither it nor the traces beside it recorded in all of its time.
pub(crate) fn join(scans: &mut [Scan]) {
    type Span = (FileTime, FileTime);
    let traces: Vec<Option<(EtwCounts, Span)>> =
        scans.iter().map(|scan| Some((scan.etw?, scan.first.zip(scan.last).unwrap_or_default()))).collect();
    for (number, scan) in scans.iter_mut().enumerate() {
        let Some(Some((own, span))) = traces.get(number).copied() else { continue };
        let others = traces.iter().enumerate().filter(|(other, _)| *other != number);
        let beside = others.filter_map(|(_, trace)| *trace).filter(|(_, theirs)| covers(*theirs, span));
        let whole = beside.fold(own, |whole, (counts, _)| whole.join(counts));
        scan.caveats.extend(caveats::of(whole));
    }
}

/// Whether a trace of one time lasts from the start of another to its end.
fn covers(one: (FileTime, FileTime), other: (FileTime, FileTime)) -> bool {
    one.0 <= other.0.plus(TOGETHER) && one.1.plus(TOGETHER) >= other.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_completed_by_one_that_lasts_as_long_and_by_no_shorter_one() {
        let at = |from: u64, to: u64| (FileTime(from * 10_000_000), FileTime(to * 10_000_000));
        assert!(covers(at(20, 580), at(0, 600)), "events wait in buffers");
        assert!(!covers(at(0, 500), at(0, 600)), "a file that was full before the end hides what came then");
        assert!(!covers(at(700, 900), at(0, 600)), "another boot");
    }
}
