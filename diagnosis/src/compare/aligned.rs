//! The phases of a boot, as the two boots are aligned on them.

use crate::{
    phases::{self, Phase},
    signs::{LINE_GRAIN, Sign},
};
use timeline::{FileTime, PhaseName};

/// The phases of a boot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Aligned<'a> {
    phases: &'a [Phase],
    /// From when on everything follows from the failure.
    back: Option<FileTime>,
}

impl<'a> Aligned<'a> {
    /// The rollback begins with the first sign. A log gives that only to the second. What happened within that second
    /// came before it, unless a trace shows a sign as well.
    pub(crate) fn new(phases: &'a [Phase], signs: &[Sign]) -> Self {
        let back = phases.iter().find(|p| p.name == PhaseName::Rollback);
        let latest = signs.iter().map(|s| s.latest);
        let back = back.map(|p| latest.filter(|l| *l >= p.start).min().unwrap_or(p.start));
        Self { phases, back }
    }

    /// The phase in which `time` lies.
    pub(crate) fn at(&self, time: FileTime) -> PhaseName {
        if self.back.is_some_and(|back| time > back) {
            return PhaseName::Rollback;
        }
        match phases::at(self.phases, time) {
            // Lines that end a phase are cut to the second.
            PhaseName::Unknown => phases::at(self.phases, FileTime(time.0.saturating_sub(LINE_GRAIN.0))),
            phase => phase,
        }
    }
}
