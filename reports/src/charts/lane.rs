//! A lane of the timeline, as it is drawn.

use super::canvas::Ink;
use crate::model::Time;

/// Height of a lane with one row.
pub(super) const ROW: i32 = 24;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LaneKind {
    Boots,
    Phases,
    Chain,
    Process,
    Service,
    Failures,
    Events,
}

/// A lane: its label, and what is drawn in it, at heights from its top.
#[derive(Debug)]
pub(super) struct Lane<'a> {
    pub(super) kind: LaneKind,
    pub(super) label: String,
    /// A second line under the label.
    pub(super) note: String,
    /// How soon it is left out where room is short: the highest first.
    pub(super) rank: u8,
    /// True for the lane that the failure belongs to.
    pub(super) strong: bool,
    pub(super) height: i32,
    pub(super) bars: Vec<Bar>,
    pub(super) marks: Vec<Mark<'a>>,
    pub(super) texts: Vec<Note>,
}

#[derive(Debug)]
pub(super) struct Bar {
    pub(super) start: Time,
    pub(super) end: Time,
    pub(super) top: i32,
    pub(super) height: i32,
    pub(super) ink: Ink,
    /// What the pointer shows; nothing for the bars of a histogram, which their lane explains.
    pub(super) title: String,
}

#[derive(Debug)]
pub(super) struct Mark<'a> {
    pub(super) time: Time,
    pub(super) ink: Ink,
    pub(super) title: std::borrow::Cow<'a, str>,
    /// Number of the link of the chain.
    pub(super) chain: Option<String>,
}

#[derive(Debug)]
pub(super) struct Note {
    pub(super) time: Time,
    /// Pixels from the time's place to the text's begin.
    pub(super) shift: i32,
    pub(super) y: i32,
    pub(super) text: String,
    pub(super) ink: Ink,
}

impl Lane<'_> {
    pub(super) fn new(kind: LaneKind, label: String, height: i32) -> Self {
        Self {
            kind,
            label,
            note: String::new(),
            rank: 0,
            strong: false,
            height,
            bars: Vec::new(),
            marks: Vec::new(),
            texts: Vec::new(),
        }
    }
}
