//! The lines of a log that are kept: the latest, since an update fails late in its log.

use super::LogLine;
use crate::{
    model::Words,
    scan::{Caveat, Scan},
};

/// Lines that are kept of one log. A 500 MB log of failing updates has some ten thousands that say something.
pub(crate) const MAX_LINES: usize = 1 << 18;

/// The latest lines of a log.
#[derive(Debug, Default)]
pub(crate) struct Latest {
    lines: Vec<LogLine>,
    /// Earlier lines that were let go.
    let_go: usize,
}

impl Latest {
    /// Adds a line. Where there is no more room, the earliest lines go, in large steps, since each step moves the rest.
    pub(crate) fn push(&mut self, line: LogLine) {
        self.lines.push(line);
        if self.lines.len() >= 2 * MAX_LINES {
            self.trim();
        }
    }

    fn trim(&mut self) {
        let many = self.lines.len().saturating_sub(MAX_LINES);
        self.lines.drain(..many);
        self.let_go += many;
    }

    /// The place that the next line takes, counted from the first line of the log.
    pub(crate) fn next_place(&self) -> usize {
        self.let_go + self.lines.len()
    }

    /// The line at a place, if it is kept.
    pub(crate) fn at(&mut self, place: usize) -> Option<&mut LogLine> {
        self.lines.get_mut(place.checked_sub(self.let_go)?)
    }

    /// Moves the lines into a scan, and says how many were let go.
    pub(crate) fn end(mut self, scan: &mut Scan) {
        self.trim();
        scan.lines = self.lines;
        scan.caveats.extend((self.let_go > 0).then(|| caveat(self.let_go as u64)));
    }
}

fn caveat(count: u64) -> Caveat {
    Caveat {
        verdict: None,
        what: Words::new(
            "lines that could matter, the earliest in this log",
            "可能重要的行（此日志中最早的部分）",
        ),
        count: Some(count),
        offset: None,
        consequence: Words::new("only the later ones were examined", "仅检查了其后的行"),
        hides: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{logs::Fact, model::SourceId};

    fn line(number: u64) -> LogLine {
        LogLine {
            source: SourceId(0),
            line: number,
            local: None,
            time: None,
            text: String::new(),
            code: None,
            failed: false,
            fact: Fact::Event,
        }
    }

    #[test]
    fn the_latest_lines_stay_and_the_rest_is_counted() {
        let mut latest = Latest::default();
        let many = 2 * MAX_LINES + 5;
        for number in 0..many {
            assert_eq!(latest.next_place(), number);
            latest.push(line(number as u64));
        }
        assert!(latest.at(0).is_none());
        assert_eq!(latest.at(many - 1).map(|line| line.line), Some(many as u64 - 1));
        let mut scan = Scan::default();
        latest.end(&mut scan);
        assert_eq!(scan.lines.len(), MAX_LINES);
        assert_eq!(scan.lines.last().map(|line| line.line), Some(many as u64 - 1));
        assert_eq!(
            scan.caveats.iter().map(|caveat| caveat.count).collect::<Vec<_>>(),
            [Some((MAX_LINES + 5) as u64)]
        );
    }
}
