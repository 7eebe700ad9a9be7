//! Process Monitor logs as rows. Records are found by number, so parts of a log are read in parallel.

use std::{fmt::Display, ops::ControlFlow};

use pml_reader::{Column, PmlError, PmlEvent, PmlFile, Style};
use rayon::prelude::*;

use super::{Row, Rows, Visit};
use crate::model::FileTime;

/// Records from a log's end among which the last whole one is looked for.
const LAST_EVENTS: usize = 4096;
/// Events that one thread takes at a time.
const CHUNK: usize = 4096;
/// Chunks that are made before they are taken.
const CHUNKS: usize = 32;

impl Row for PmlEvent<'_> {
    type Damage = PmlError;

    #[inline]
    fn index(&self) -> u64 {
        PmlEvent::index(self) as u64
    }

    #[inline]
    fn time(&self) -> FileTime {
        PmlEvent::time(self).into()
    }

    fn span(&self) -> (FileTime, FileTime) {
        let first = FileTime::from(self.file().first_time());
        // The end is for times of day; in a log whose end is damaged the search stops soon.
        let last = self.file().events().rev().take(LAST_EVENTS).find_map(|e| Some(e.ok()?.time().into()));
        (first, last.unwrap_or(first))
    }

    #[inline]
    fn status(&self) -> Option<u32> {
        Some(PmlEvent::status(self))
    }

    #[inline]
    fn number(&self, column: Column) -> Option<u64> {
        PmlEvent::number(self, column)
    }

    #[inline]
    fn push(&self, column: Column, style: Style, out: &mut String) -> Result<(), PmlError> {
        style.try_push(self, column, out)
    }

    #[inline]
    fn key(&self, column: Column) -> Option<u64> {
        if column.is_of_process() {
            return Some(self.process_index().into());
        }
        match column {
            Column::Result => Some(PmlEvent::status(self).into()),
            Column::Tid => Some(self.tid().into()),
            Column::EventClass => Some(self.raw_class().into()),
            Column::Operation => {
                let o = self.operation();
                Some(u64::from(o.class) << 32 | u64::from(o.code) << 8 | u64::from(o.sub))
            }
            _ => None,
        }
    }

    #[inline]
    fn process(&self) -> Option<u32> {
        // Events of a damaged log can name processes that the table has not.
        self.file().process_slot(self.process_index()).map(|_| self.process_index())
    }

    #[inline]
    fn damage(&self) -> Option<PmlError> {
        self.extra_error()
    }
}

impl Rows for PmlFile {
    fn count(&self) -> Option<u64> {
        Some(self.len() as u64)
    }

    fn visit<V: Visit>(
        &self,
        visit: &V,
        take: &mut dyn FnMut(V::Part) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        for from in (0..self.len()).step_by(CHUNK * CHUNKS) {
            let to = (from + CHUNK * CHUNKS).min(self.len());
            let starts: Vec<usize> = (from..to).step_by(CHUNK).collect();
            let parts: Vec<V::Part> = starts
                .into_par_iter()
                .map_init(V::Memory::default, |memory, start| {
                    part(self, visit, start..(start + CHUNK).min(to), memory)
                })
                .collect();
            parts.into_iter().try_for_each(&mut *take)?;
        }
        ControlFlow::Continue(())
    }
}

fn part<V: Visit>(
    file: &PmlFile,
    visit: &V,
    range: std::ops::Range<usize>,
    memory: &mut V::Memory,
) -> V::Part {
    let mut part = V::Part::default();
    for index in range {
        match file.event(index) {
            Ok(event) => {
                if visit.row(&event, memory, &mut part).is_break() {
                    break;
                }
            }
            Err(error) => visit.damaged(1, &Numbered(index, &error), &mut part),
        }
    }
    part
}

/// What is wrong with an event, and which it is.
struct Numbered<'e>(usize, &'e PmlError);

impl Display for Numbered<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "event {}: {}", self.0, self.1)
    }
}
