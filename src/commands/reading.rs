//! Shows how far the reading of a case is, input by input.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use timeline::{Case, Progress, Timeline};

/// How often the bar is set; it is drawn by its own ticks.
const OFTEN: Duration = Duration::from_millis(100);

/// Reads a case; meanwhile `bar` shows the input that is read, and how much of it.
pub(super) fn read<'c>(case: &'c Case, bar: &ProgressBar) -> Timeline<'c> {
    let progress = Progress::new(case.inputs.len());
    let before = bar.style();
    // The end is told by dropping, which a panic does too.
    let (reading, end) = channel::<()>();
    let timeline = thread::scope(|scope| {
        let progress = &progress;
        scope.spawn(move || show(case, progress, bar, &end));
        let timeline = Timeline::watched(case, progress);
        drop(reading);
        timeline
    });
    bar.set_style(before);
    timeline
}

fn show(case: &Case, progress: &Progress, bar: &ProgressBar, end: &Receiver<()>) {
    let style = ProgressStyle::with_template("{prefix} {bar:30} {bytes}/{total_bytes} {elapsed}");
    let mut style = style.ok();
    let mut shown = None;
    loop {
        let bytes = |number: usize| case.inputs.get(number).map_or(0, |i| i.source.bytes().len() as u64);
        let at = (0..case.inputs.len()).find(|number| progress.read(*number) < bytes(*number));
        if let Some((number, input)) = at.and_then(|number| Some((number, case.inputs.get(number)?))) {
            if shown != Some(number) {
                shown = Some(number);
                // A name in an archive may hold what steers a terminal.
                let name: String = input.path.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
                bar.set_prefix(format!("{}/{} {name}", number + 1, case.inputs.len()));
                bar.set_length(bytes(number));
                style.take().into_iter().for_each(|style| bar.set_style(style));
            }
            bar.set_position(progress.read(number));
        }
        if !matches!(end.recv_timeout(OFTEN), Err(RecvTimeoutError::Timeout)) {
            return;
        }
    }
}
