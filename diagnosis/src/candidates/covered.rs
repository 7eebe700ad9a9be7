//! Whether the traces cover the failure that a log reports.

use timeline::{Event, FileTime, Ticks, Timeline};

use super::steps::Steps;
use crate::faults::Faults;

/// What the traces cover.
pub(super) struct Covered {
    spans: Vec<(FileTime, FileTime)>,
    /// When the logs say that it failed.
    failed: Option<FileTime>,
    /// The traces show what succeeds, in files and in the registry.
    whole: bool,
}

/// A log writes its line within this time of what a trace shows.
const MARGIN: Ticks = Ticks::seconds(5);

impl Covered {
    pub(super) fn new(timeline: &Timeline<'_>, faults: &Faults, steps: &Steps) -> Self {
        let inputs = timeline.case.inputs.iter().zip(&timeline.scans);
        let traces = inputs.filter(|(_, scan)| scan.has_operations);
        Self {
            spans: traces.filter_map(|(_, scan)| Some((scan.first?, scan.last?))).collect(),
            failed: faults.first().filter(|fault| fault.kind.names_a_cause()).and_then(|fault| fault.time),
            whole: steps.show_success(),
        }
    }

    /// Whether the traces show what came of an event.
    pub(super) fn shows(&self, event: &Event) -> bool {
        let holds = |time: FileTime| {
            self.spans.iter().any(|(from, to)| {
                let begins = time.plus(MARGIN) >= *from && event.time >= *from;
                begins && time <= *to
            })
        };
        self.whole && self.failed.is_none_or(holds)
    }
}
