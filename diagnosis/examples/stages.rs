//! How long reading a case takes, and how long its diagnosis takes: `cargo run --release -p diagnosis --example
//! stages -- FILES`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure ends the program")]

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use diagnosis::{Rules, diagnose};
use timeline::{Case, Timeline};

const ROUNDS: usize = 7;

fn main() {
    let files: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let rules = Rules::built_in();
    let mut read = Vec::new();
    let mut diagnosed = Vec::new();
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        let case = Case::open(&files);
        let timeline = Timeline::new(&case);
        read.push(begin.elapsed());
        let begin = Instant::now();
        let diagnosis = diagnose(&timeline, &rules);
        diagnosed.push(begin.elapsed());
        assert!(diagnosis.verdict.summary.en.ends_with('.'), "{}", diagnosis.verdict.summary.en);
    }
    let (read, diagnosed) = (median(read), median(diagnosed));
    println!("read {read:?}, diagnosed {diagnosed:?}: {:.2}", diagnosed.as_secs_f64() / read.as_secs_f64());
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(ROUNDS / 2).copied().unwrap_or_default()
}
