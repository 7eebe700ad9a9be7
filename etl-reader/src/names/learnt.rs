//! What a record is to the pass over a trace, and what is learnt of names from all records, in any order.

use super::facts::Facts;
use super::meaning::{Meaning, Meanings};
use super::shape::{Family, Shape, Shapes};
use super::table::Names;
use crate::buffer::EtlBuffer;
use crate::clock::{FileTime, Ticks};
use crate::decode::{Decoder, Descriptions};
use crate::record::{EtlRecord, Read, read, skim};

/// What a record is, as the pass knows it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known<'s> {
    /// A file or registry event.
    Operation(About<'s>),
    /// The same without a time.
    Timeless,
    /// A record of another kind, and its time.
    Other(Option<FileTime>),
}

impl<'s> Known<'s> {
    #[inline(always)]
    pub(super) fn of(
        record: &EtlRecord<'_>,
        time: Option<FileTime>,
        shapes: &'s Shapes,
        meanings: &Meanings,
    ) -> Known<'s> {
        match (shapes.of(record), time) {
            (Some((family, id, shape)), Some(time)) => {
                Known::Operation(About { family, id, shape, time, meaning: meanings.of(family, id) })
            }
            (Some(_), None) => Known::Timeless,
            (None, time) => Known::Other(time),
        }
    }
}

/// A file or registry event.
#[derive(Clone, Copy, Debug)]
pub(super) struct About<'s> {
    pub(super) family: Family,
    pub(super) id: u8,
    pub(super) shape: &'s Shape,
    pub(super) time: FileTime,
    pub(super) meaning: Option<Meaning>,
}

/// What is learnt from all buffers, in any order.
#[derive(Default)]
pub(super) struct Learnt {
    pub(super) facts: Facts,
    pub(super) descriptions: Descriptions,
}

impl Learnt {
    /// Notes what a buffer tells of names. Of an operation that tells none only the time is read.
    pub(super) fn read(&mut self, buffer: &EtlBuffer<'_>, decoder: &Decoder) {
        let (shapes, meanings) = (Shapes::get(), Meanings::get());
        let context = buffer.context();
        let mut span: Option<(Ticks, Ticks)> = None;
        let (mut record, mut at) = (EtlRecord::none(context), 0);
        loop {
            if let Some(skimmed) = skim(&buffer.data, at)
                && shapes
                    .family(skimmed.event, skimmed.width)
                    .is_some_and(|(family, id, _)| !Facts::is_name(family, id))
            {
                let (first, last) = span.unwrap_or((skimmed.ticks, skimmed.ticks));
                span = Some((first.min(skimmed.ticks), last.max(skimmed.ticks)));
                at = skimmed.next;
                continue;
            }
            match read(&mut record, &buffer.data, at, context) {
                Read::Record(next) => {
                    self.add(&record, &Known::of(&record, record.time(), shapes, meanings), decoder);
                    at = next;
                }
                Read::Damaged(_, Some(next)) => at = next,
                Read::Damaged(_, None) | Read::End => break,
            }
        }
        if let Some((first, last)) = span {
            self.facts.note_span(context.clock.filetime(first), context.clock.filetime(last));
        }
    }

    /// Notes what a record tells of names.
    #[inline(always)]
    pub(super) fn add(&mut self, record: &EtlRecord<'_>, known: &Known<'_>, decoder: &Decoder) {
        match known {
            Known::Operation(about) => {
                self.facts.add_operation(record, about.time, (about.family, about.id, about.shape));
            }
            Known::Timeless => {}
            Known::Other(_) => {
                self.facts.add(record, decoder);
                self.descriptions.add(record);
            }
        }
    }

    /// The names, and what the trace describes itself.
    pub(super) fn names(self) -> (Names, Descriptions) {
        (Names::new(self.facts), self.descriptions)
    }

    pub(super) fn join(self, other: Learnt) -> Learnt {
        Learnt {
            facts: self.facts.join(other.facts),
            descriptions: self.descriptions.join(other.descriptions),
        }
    }
}
