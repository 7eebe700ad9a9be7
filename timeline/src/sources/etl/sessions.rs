//! The session files of one boot. A capture records files, registry and processes in sessions of their own, so that a full
//! file costs one kind of event: what one file lacks, another one of the same time has.

use super::caveats::Met;
use crate::{
    case::Case,
    model::{FileTime, Ticks},
    scan::Scan,
    sources::Source,
};

/// Sessions of one boot start and end within this of each other: as long as events may wait in a buffer.
const TOGETHER: Ticks = Ticks::seconds(30);

/// Tells each ETW trace what the traces beside it recorded in all of its time.
pub(crate) fn join(case: &Case, scans: &[Scan]) {
    let traces: Vec<_> = case
        .inputs
        .iter()
        .zip(scans)
        .filter_map(|(input, scan)| match &input.source {
            Source::Etl(etl) => Some((etl, etl.met.get().copied()?, scan.first.zip(scan.last)?)),
            _ => None,
        })
        .collect();
    for (etl, own, span) in &traces {
        let beside =
            traces.iter().filter(|(other, _, theirs)| !std::ptr::eq(*other, *etl) && covers(*theirs, *span));
        let whole = beside.fold(*own, |whole, (_, met, _)| whole.with(*met));
        // A timeline made twice of one case finds the same.
        let _ = etl.whole.set(whole);
    }
}

/// Whether a trace of one time lasts from the start of another to its end.
fn covers(one: (FileTime, FileTime), other: (FileTime, FileTime)) -> bool {
    one.0 <= other.0.plus(TOGETHER) && one.1.plus(TOGETHER) >= other.1
}

impl Met {
    /// What both recorded.
    fn with(self, other: Self) -> Self {
        Self {
            files: self.files + other.files,
            keys: self.keys + other.keys,
            ended: self.ended + other.ended,
            processes: self.processes + other.processes,
        }
    }
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
