//! The calibration: named operations by score, right and wrong.

use std::collections::BTreeSet;

use diagnosis::{Calibration, Measured, Situation};

use crate::bound;

/// Scores of the table.
const SCORES: std::ops::RangeInclusive<u32> = 0..=30;

/// A case in which an operation could be named.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub(super) situation: Situation,
    pub(super) scenario: String,
    /// The score of the operation that was named; `None` where none was.
    pub(super) score: Option<f64>,
    pub(super) is_wrong: bool,
}

/// Counts the cases of each situation, by the score that a name needs at least.
pub(super) fn calibration<'p>(points: impl Iterator<Item = &'p Point> + Clone) -> Calibration {
    let rows = Situation::all().flat_map(|situation| SCORES.map(move |score| (situation, score)));
    Calibration(rows.map(|(situation, score)| measure(points.clone(), situation, score)).collect())
}

fn measure<'p>(points: impl Iterator<Item = &'p Point>, situation: Situation, score: u32) -> Measured {
    let (mut cases, mut named, mut wrong) = (0, 0, 0);
    for point in points.filter(|point| point.situation == situation) {
        let is_named = point.score.is_some_and(|own| own >= f64::from(score));
        cases += 1;
        named += u32::from(is_named);
        wrong += u32::from(is_named && point.is_wrong);
    }
    let bound = bound::upper(wrong as usize, cases as usize);
    Measured { situation, score, cases, named, wrong, bound }
}

/// Wrong names of a situation in each scenario, with the threshold that all other scenarios give.
pub(super) fn left_out(points: &[Point], situation: Situation) -> u32 {
    let points = || points.iter().filter(move |point| point.situation == situation);
    let scenarios: BTreeSet<&str> = points().map(|point| point.scenario.as_str()).collect();
    let wrong = |scenario: &str| {
        let others = calibration(points().filter(|point| point.scenario != scenario));
        let own = points().filter(|point| point.scenario == scenario);
        others.threshold(situation).map_or(0, |score| measure(own, situation, score).wrong)
    };
    scenarios.into_iter().map(wrong).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(scenario: &str, score: f64, is_wrong: bool) -> Point {
        let scenario = scenario.to_owned();
        Point { situation: Situation::TraceAlone, scenario, score: Some(score), is_wrong }
    }

    #[test]
    fn a_threshold_leaves_out_the_wrong_names() {
        let mut points: Vec<Point> = (0..400).map(|_| point("right", 12.0, false)).collect();
        points.extend((0..20).map(|_| point("wrong", 9.0, true)));
        assert_eq!(calibration(points.iter()).threshold(Situation::TraceAlone), Some(10));
        // Without the scenario that shows them, nothing speaks against low scores.
        assert_eq!(left_out(&points, Situation::TraceAlone), 20);
    }
}
