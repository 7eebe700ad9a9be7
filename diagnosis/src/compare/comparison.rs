//! Two boots, and how they differ.

use timeline::{EventId, FileTime, PhaseName, Timeline};

use super::aligned::Aligned;
use crate::{phases::Phase, services::Service};

/// The good boot that another one is compared with.
pub(crate) struct Reference<'a> {
    /// What it is called.
    pub(crate) name: &'a str,
    /// Whether an update failed in it as well.
    pub(crate) failed: bool,
    /// The boot.
    pub(crate) boot: Boot<'a>,
    /// Whether the data that all processes read is compared, not that of servicing alone.
    pub(crate) all_data: bool,
}

/// How something differs. The order is the one in which the report lists the differences of a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DifferenceKind {
    /// Both boots have it, with different results.
    DifferentResult,
    /// Only the failing boot has it.
    OnlyInBad,
    /// The failing boot took longer.
    Slower,
    /// Only the good boot has it.
    OnlyInGood,
    /// Both boots read it, with different data.
    DifferentData,
}

/// What a difference is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// It can have to do with the failure.
    Telling,
    /// Healthy boots differ in such things as well.
    Minor,
    /// It follows from the failure: it lies in the rollback, or was never reached.
    Consequence,
}

/// Something that the failing boot did otherwise than the good one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// How it differs.
    pub kind: DifferenceKind,
    /// What that is worth.
    pub weight: Weight,
    /// In which phase of the failing boot; of what only the good boot has, in which of that.
    pub phase: PhaseName,
    /// Name of the process; empty for phases and services.
    pub process: String,
    /// Process Monitor's name of the operation, or `phase`, `service`, `pause`.
    pub operation: String,
    /// The file or key, the service, the command line, or the event before the pause.
    pub path: String,
    /// Result, data or time in the good boot; empty if it has none.
    pub good: String,
    /// Result, data or time in the failing boot; empty if it has none.
    pub bad: String,
    /// When, in the failing boot; absent if it has nothing.
    pub time: Option<FileTime>,
    /// The event in the failing boot.
    pub event: Option<EventId>,
}

/// What became of the data of two boots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DataCounts {
    /// Data that both boots read.
    pub compared: u64,
    /// Of it, what differs and says nothing: it varies within one boot, or is a time, an id or a count, or belongs to
    /// another version.
    pub noise: u64,
    /// Data that found no room.
    pub left_out: u64,
}

/// The failing boot compared with the good one.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// What the good boot is called.
    pub baseline: String,
    /// Whether the diagnosis finds a failure in the good boot too.
    pub baseline_failed: bool,
    /// Phases that both boots show.
    pub phases: Vec<PhaseName>,
    /// The differences, the telling ones first, each group by phase and time.
    pub differences: Vec<Difference>,
    /// How many there are, the ones not listed too.
    pub total: usize,
    /// How many of them are telling. Those come first.
    pub telling: usize,
    /// Operations that found no room in the comparison.
    pub left_out: u64,
    /// What became of the data that the boots read.
    pub data: DataCounts,
}

/// One of the two boots.
#[derive(Clone, Copy)]
pub(crate) struct Boot<'a> {
    pub(crate) timeline: &'a Timeline<'a>,
    pub(crate) phases: &'a [Phase],
    pub(crate) aligned: Aligned<'a>,
    pub(crate) services: &'a [Service],
}
