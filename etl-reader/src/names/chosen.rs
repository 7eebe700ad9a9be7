//! The records that a filter for a few operations needs: those that report them, and those that name their objects.
//! Numbers are compared by some bits of their hash, so a few more records are chosen than are needed.

use super::bits::{Bit, Bits};
use super::doers::Doer;
use super::learnt::{About, Known};
use super::meaning::{Does, Meaning, Meanings};
use super::rows::{FileOperation, PathSource};
use super::shape::{Family, Role};
use super::sieve::All;
use super::steps::{Steps, What, is_row};
use super::survey::{Answers, Brief, Survey};
use crate::buffer::EtlBuffer;
use crate::record::EtlRecord;

/// How the files of operations are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follows {
    /// By their objects. That is enough for openings that tell a path, and for objects that were opened in the trace.
    Objects,
    /// By the keys of files too. Many operations may have the same key.
    Keys,
}

/// The records that matter.
pub(super) struct Chosen<'s> {
    answers: &'s Answers,
    /// Whose operations are wanted, where that was asked.
    doers: Option<&'s Bits>,
    /// Whether records of other kinds are wanted.
    records: bool,
    /// Request packets of wanted operations, and of those that opened or renamed what they are on.
    packets: Bits,
    /// File objects that wanted operations are on, or others with the same key.
    objects: Bits,
    file_keys: Bits,
    /// Key objects that wanted operations are on, and those that their names are relative to.
    key_objects: Bits,
    /// What is known of each buffer, by its number.
    briefs: &'s [Brief],
}

impl<'s> Chosen<'s> {
    /// Follows what the wanted operations are on.
    pub(super) fn new(survey: &'s Survey, doers: Option<&'s Bits>, records: bool, follows: Follows) -> Self {
        let (answers, briefs) = (&survey.found.answers, survey.briefs.as_slice());
        let (mut packets, mut key_objects) = (survey.found.packets.clone(), survey.found.key_objects.clone());
        let (mut objects, mut file_keys) = (Bits::default(), Bits::default());
        let starts = || briefs.iter().flat_map(|brief| &brief.starts);
        for start in starts().filter(|start| packets.has(start.packet)) {
            match (follows, start.key) {
                (Follows::Objects, _) if start.opens => {}
                (Follows::Keys, Some(key)) => {
                    objects.insert(start.object);
                    file_keys.insert(key);
                }
                _ => {
                    objects.insert(start.object);
                }
            }
        }
        if follows == Follows::Keys {
            // A file object whose opening is not recorded has the path of another one with the same key.
            for start in starts().filter(|start| start.key.is_some_and(|key| file_keys.has(key))) {
                objects.insert(start.object);
            }
        }
        for start in starts().filter(|start| start.opens || start.renames) {
            if objects.has(start.object) || start.key.is_some_and(|key| file_keys.has(key)) {
                packets.insert(start.packet);
            }
        }
        let mut grows = true;
        while grows {
            grows = false;
            for open in briefs.iter().flat_map(|brief| &brief.opens) {
                grows |= key_objects.has(open.object) && key_objects.insert(open.base);
            }
        }
        Chosen { answers, doers, records, packets, objects, file_keys, key_objects, briefs }
    }

    /// What is known of a buffer that has none of the records.
    pub(super) fn passes(&self, buffer: u32) -> Option<&Brief> {
        let brief = self.briefs.get(usize::try_from(buffer).ok()?)?;
        let is_chosen = brief.is_wanted
            || brief.ends.iter().any(|packet| self.packets.has(*packet))
            || brief.starts.iter().any(|start| {
                self.packets.has(start.packet)
                    || start.key.is_some_and(|key| self.file_keys.has(key))
                    || (start.opens || start.renames || start.closes) && self.objects.has(start.object)
            })
            || brief.opens.iter().any(|open| self.key_objects.has(open.object))
            || brief.closes.iter().any(|object| self.key_objects.has(*object))
            || self.doers.is_some_and(|doers| brief.doers.iter().any(|(doer, _)| doers.has(*doer)));
        (!is_chosen).then_some(brief)
    }

    /// Reads the chosen records of a buffer. Its names were learnt before.
    pub(super) fn read<'f>(&self, place: (u32, u64), buffer: EtlBuffer<'f>) -> Steps<'f> {
        Steps::of(place, buffer, 0, |steps, at, record, known| match known {
            Known::Operation(about) => {
                if let Some(meaning) = about.meaning.filter(|meaning| self.has(record, about, *meaning)) {
                    steps.operation(record, at, about, meaning, &mut All);
                }
            }
            Known::Timeless => {}
            Known::Other(time) => {
                if self.records && time.is_some() && is_row(record.event) {
                    steps.push(at, What::Record);
                }
            }
        })
    }

    /// Whether a path may be missing among the operations that were found by objects only.
    pub(super) fn lacks_keys(&self, operations: &[FileOperation]) -> bool {
        let create = Meanings::get().create;
        operations.iter().any(|operation| {
            let is_known = match operation.path_source {
                PathSource::Recorded => true,
                PathSource::Opened => operation.name != create,
                _ => false,
            };
            !is_known && (self.doers.is_some() || self.answers.wants_file(operation.status()))
        })
    }

    /// Whether a file or registry event matters. One that is too short for its layout does.
    #[inline]
    pub(super) fn has(&self, record: &EtlRecord<'_>, about: About<'_>, meaning: Meaning) -> bool {
        let (shape, payload) = (about.shape, record.payload);
        let bit = |role| Bit::of(shape.number(payload, role).unwrap_or(0));
        let matters = match meaning.does {
            Does::End => self.packets.has(bit(Role::Irp)),
            does @ (Does::Key | Does::CreateKey | Does::CloseKey | Does::KeyValue) => {
                let status = shape.number32(payload, Role::Status);
                let opens = does == Does::CreateKey && status == Some(0);
                let names = about.family == Family::RegistryProvider && (opens || does == Does::CloseKey);
                let wanted = match self.doers {
                    Some(doers) => doers.has(Doer::of(record, shape).bit()),
                    None => self.answers.wants_key(status),
                };
                wanted || names && self.key_objects.has(bit(Role::Key))
            }
            does => {
                let key = shape.number(payload, Role::FileKey).filter(|key| *key != 0).map(Bit::of);
                self.packets.has(bit(Role::Irp))
                    || key.is_some_and(|key| self.file_keys.has(key))
                    || matches!(does, Does::Create | Does::Rename | Does::Target | Does::Close)
                        && self.objects.has(bit(Role::FileObject))
            }
        };
        matters || !shape.fits(payload)
    }
}
