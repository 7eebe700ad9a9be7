//! The calibration: named operations by score, right and wrong.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::bound;

/// The share of wrong names that a threshold may have at most, by its upper bound.
const MOST: f64 = 0.01;

/// A case in which an operation could be named.
#[derive(Debug, Clone)]
pub(super) struct Point {
    /// What the diagnosis had: the trace alone, logs, a good boot.
    pub(super) situation: &'static str,
    pub(super) scenario: String,
    /// The score of the operation that was named; `None` if none was.
    pub(super) score: Option<f64>,
    pub(super) is_wrong: bool,
    /// There was something to be named.
    pub(super) has_right: bool,
}

/// What a threshold results in.
#[derive(Debug, Clone, Copy)]
struct Outcome {
    cases: usize,
    wrong: usize,
    /// Right names that are kept, of those that could be.
    right: (usize, usize),
}

impl Outcome {
    fn of<'p>(points: impl Iterator<Item = &'p Point>, threshold: f64) -> Self {
        let mut outcome = Self { cases: 0, wrong: 0, right: (0, 0) };
        for point in points {
            let is_named = point.score.is_some_and(|score| score >= threshold);
            outcome.cases += 1;
            outcome.wrong += usize::from(is_named && point.is_wrong);
            outcome.right.0 += usize::from(is_named && !point.is_wrong);
            outcome.right.1 += usize::from(point.has_right);
        }
        outcome
    }
}

/// The smallest whole score at which the upper bound of wrong names is small enough.
fn threshold(points: &[&Point]) -> Option<u32> {
    (0..=30).find(|score| {
        let outcome = Outcome::of(points.iter().copied(), f64::from(*score));
        bound::upper(outcome.wrong, outcome.cases) <= MOST
    })
}

/// All cases.
#[derive(Debug, Default)]
pub(super) struct Table(pub(super) Vec<Point>);

impl Table {
    /// Wrong names in each scenario, with the threshold that all other scenarios give.
    fn left_out(points: &[&Point]) -> usize {
        let scenarios: BTreeSet<&str> = points.iter().map(|p| p.scenario.as_str()).collect();
        let wrong = |scenario: &&str| {
            let (own, others): (Vec<&Point>, Vec<&Point>) =
                points.iter().copied().partition(|p| p.scenario == *scenario);
            threshold(&others).map_or(0, |t| Outcome::of(own.into_iter(), f64::from(t)).wrong)
        };
        scenarios.iter().map(wrong).sum()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "situation\tscore\tcases\twrong\tbound\tright\tof")?;
        let mut situations: BTreeMap<&str, Vec<&Point>> = BTreeMap::new();
        for point in &self.0 {
            situations.entry(point.situation).or_default().push(point);
        }
        for (situation, points) in &situations {
            for score in 0..=30u32 {
                let outcome = Outcome::of(points.iter().copied(), f64::from(score));
                let bound = bound::upper(outcome.wrong, outcome.cases);
                let Outcome { cases, wrong, right } = outcome;
                writeln!(f, "{situation}\t{score}\t{cases}\t{wrong}\t{bound:.4}\t{}\t{}", right.0, right.1)?;
            }
        }
        for (situation, points) in &situations {
            let from = threshold(points).map_or_else(|| "no score".to_owned(), |t| format!("score {t}"));
            let left_out = Self::left_out(points);
            writeln!(f, "# {situation}: from {from} on; {left_out} wrong names in scenarios left out of it")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(scenario: &str, score: f64, is_wrong: bool) -> Point {
        let scenario = scenario.to_owned();
        Point { situation: "trace alone", scenario, score: Some(score), is_wrong, has_right: !is_wrong }
    }

    #[test]
    fn a_threshold_leaves_out_the_wrong_names() {
        let mut points: Vec<Point> = (0..400).map(|_| point("right", 12.0, false)).collect();
        points.extend((0..20).map(|_| point("wrong", 9.0, true)));
        let all: Vec<&Point> = points.iter().collect();
        assert_eq!(threshold(&all), Some(10));
        // Without the scenario that shows them, nothing speaks against low scores.
        assert_eq!(Table::left_out(&all), 20);
    }
}
