//! How often operations like the one that is named were the wrong ones, measured on calibration cases.
//!
//! `diagnosis/data/calibration.tsv` is the table that the diagnosis uses. `trials calibrate` makes it.

use std::{fmt, sync::LazyLock};

use timeline::{Input, SourceId, Timeline, Words};

use crate::faults::Faults;

/// What the diagnosis had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Situation {
    /// A trace and nothing else.
    TraceAlone,
    /// A trace and servicing's logs of the same boot.
    WithLogs,
    /// A trace of a good boot beside it.
    WithBaseline,
}

/// The name in the table and in reports, and the words.
const SITUATIONS: &[(Situation, &str, &str, &str)] = &[
    (Situation::TraceAlone, "trace-alone", "a trace alone", "仅有跟踪"),
    (Situation::WithLogs, "with-logs", "a trace with logs", "跟踪和日志"),
    (Situation::WithBaseline, "with-baseline", "a trace, and a trace of a good boot", "跟踪和正常启动的跟踪"),
];

impl Situation {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        SITUATIONS.iter().map(|row| row.0)
    }

    pub(crate) fn new(timeline: &Timeline<'_>, faults: &Faults, has_baseline: bool) -> Self {
        let is_log =
            |(id, input): (u16, &Input)| !input.source.is_trace() && !timeline.is_stranger(SourceId(id));
        let has_logs = faults.another.is_none() && (0..).zip(&timeline.case.inputs).any(is_log);
        match (has_baseline, has_logs) {
            (true, _) => Self::WithBaseline,
            (false, true) => Self::WithLogs,
            (false, false) => Self::TraceAlone,
        }
    }

    /// The name in the table and in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        SITUATIONS.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// In words.
    pub fn words(self) -> Words {
        SITUATIONS
            .iter()
            .find(|row| row.0 == self)
            .map_or_else(Words::default, |row| Words::new(row.2, row.3))
    }

    fn from_name(name: &str) -> Option<Self> {
        Some(SITUATIONS.iter().find(|row| row.1 == name)?.0)
    }
}

/// Calibration cases in one situation, and what happens where names need at least one score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// What the diagnosis had.
    pub situation: Situation,
    /// The score that a name needs at least.
    pub score: u32,
    /// All cases of the situation.
    pub cases: u32,
    /// Cases in which an operation was named.
    pub named: u32,
    /// Cases in which the operation was the wrong one.
    pub wrong: u32,
    /// The upper 95 % bound of the share of all cases that end with a wrong name.
    pub bound: f64,
}

/// The share of wrong names that a situation may have at most, by its upper bound.
const MOST_WRONG: f64 = 0.01;

/// The table: for each situation a row a score.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Calibration(pub Vec<Measured>);

const HEADING: &str = "situation\tscore\tcases\tnamed\twrong\tbound";

impl Calibration {
    /// Reads the table. Lines that begin with `#` are comments; a line that is no row is left out.
    pub fn parse(text: &str) -> Self {
        Self(text.lines().filter(|line| !line.starts_with('#')).filter_map(row).collect())
    }

    /// The table that the diagnosis uses.
    pub(crate) fn built_in() -> &'static Self {
        static TABLE: LazyLock<Calibration> =
            LazyLock::new(|| Calibration::parse(include_str!("../data/calibration.tsv")));
        &TABLE
    }

    fn of(&self, situation: Situation) -> impl Iterator<Item = &Measured> {
        self.0.iter().filter(move |row| row.situation == situation)
    }

    /// The smallest score at which few enough names are wrong, by the upper bound. `None` where no score is enough.
    #[must_use]
    pub fn threshold(&self, situation: Situation) -> Option<u32> {
        self.of(situation).filter(|row| row.bound <= MOST_WRONG).map(|row| row.score).min()
    }

    /// The row of the cases that are like one with this score: the same situation, and at least this score.
    pub(crate) fn like(&self, situation: Situation, score: f64) -> Option<Measured> {
        let below = self.of(situation).filter(|row| f64::from(row.score) <= score);
        below.max_by_key(|row| row.score).filter(|row| row.named > 0).copied()
    }
}

fn row(line: &str) -> Option<Measured> {
    let mut columns = line.split('\t');
    let row = Measured {
        situation: Situation::from_name(columns.next()?)?,
        score: columns.next()?.parse().ok()?,
        cases: columns.next()?.parse().ok()?,
        named: columns.next()?.parse().ok()?,
        wrong: columns.next()?.parse().ok()?,
        bound: columns.next()?.parse().ok()?,
    };
    columns.next().is_none().then_some(row)
}

impl fmt::Display for Calibration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADING}")?;
        self.0.iter().try_for_each(|row| {
            let Measured { situation, score, cases, named, wrong, bound } = row;
            writeln!(f, "{}\t{score}\t{cases}\t{named}\t{wrong}\t{bound:.4}", situation.name())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_reads_as_it_was_written() {
        let table = Calibration::built_in();
        assert_eq!(*table, Calibration::parse(&table.to_string()));
        let rows = include_str!("../data/calibration.tsv").lines().filter(|line| !line.starts_with('#'));
        assert_eq!(rows.count(), table.0.len() + 1, "a line is no row");
        for situation in Situation::all() {
            assert!(table.threshold(situation).is_some(), "{situation:?} has no score that is safe enough");
        }
    }

    #[test]
    fn cases_like_one_have_at_least_its_score() {
        let table = Calibration::parse(
            "with-logs\t8\t400\t90\t6\t0.03\nwith-logs\t9\t400\t80\t1\t0.01\ntrace-alone\t9\t5\t4\t3\t0.9\n",
        );
        assert_eq!(table.threshold(Situation::WithLogs), Some(9));
        assert_eq!(table.threshold(Situation::TraceAlone), None);
        assert_eq!(table.like(Situation::WithLogs, 9.7).map(|row| (row.named, row.wrong)), Some((80, 1)));
        assert_eq!(table.like(Situation::WithLogs, 7.9), None);
    }
}
