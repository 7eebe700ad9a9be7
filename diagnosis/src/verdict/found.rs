//! What the verdict is made from.

use timeline::{Event, Mark, Timeline};

use crate::{
    calibration::Situation,
    candidates::Candidate,
    faults::Faults,
    phases::{Boots, Phase},
    services::Service,
    signs::Sign,
};

/// What the verdict is made from.
pub(crate) struct Found<'a> {
    pub(crate) timeline: &'a Timeline<'a>,
    pub(crate) situation: Situation,
    pub(crate) boots: &'a Boots,
    pub(crate) signs: &'a [Sign],
    pub(crate) faults: &'a Faults,
    pub(crate) phases: &'a [Phase],
    pub(crate) services: &'a [Service],
    pub(crate) candidates: &'a [Candidate],
    pub(crate) marked: &'a [(Mark, Event)],
}
