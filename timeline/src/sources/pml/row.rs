//! Events of Process Monitor logs as rows. Records are found by number, so a log can be cut anywhere.

use std::ops::{ControlFlow, Range};

use pml_reader::{
    Column, EventClass, Operation, PmlError, PmlEvent, PmlFile, PmlText, Style,
    detail::{filesystem, process},
};

use crate::{
    model::{FileTime, Kind, OpenFacts, Ticks},
    paths::{Paths, Tail},
    query::{Glimpse, Row},
    sources::{
        kind::{self, Asked},
        trace::{Damage, Met, PART, Trace},
    },
};

/// Records from a log's end among which the last whole one is looked for.
const LAST_EVENTS: usize = 4096;

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
    fn operation(&self) -> Option<Operation> {
        Some(PmlEvent::operation(self))
    }

    #[inline]
    fn kind(&self) -> Kind {
        kind::kind(PmlEvent::operation(self), || {
            let create = filesystem::create_file(self).ok()?;
            Some(Asked {
                access: create.desired_access,
                options: create.options,
                disposition: create.disposition,
            })
        })
    }

    #[inline]
    fn process(&self) -> Option<u32> {
        // Events of a damaged log can name processes that the table has not.
        self.file().process_slot(self.process_index()).and_then(|slot| u32::try_from(slot).ok())
    }

    #[inline]
    fn tid(&self) -> Option<u32> {
        Some(PmlEvent::tid(self))
    }

    #[inline]
    fn duration(&self) -> Option<Ticks> {
        PmlEvent::duration(self).map(Ticks)
    }

    fn open(&self) -> Option<OpenFacts> {
        let create = filesystem::create_file(self).ok()?;
        let (desired_access, options) = (create.desired_access, create.options);
        Some(OpenFacts { desired_access, share: create.share.into(), options })
    }

    fn target(&self) -> Option<String> {
        filesystem::rename_target(self).ok().map(|target| target.path.to_string())
    }

    fn exit_status(&self) -> Option<u32> {
        process::ended(self).ok().map(|ended| ended.status)
    }

    fn push_path(&self, out: &mut String) {
        PmlEvent::push_path(self, out);
    }

    #[inline]
    fn path_ends(&self) -> impl Fn(&str) -> bool {
        let path = match self.kind() {
            Kind::ImageLoad => process::loaded_image(self).ok().map(|image| image.path),
            _ => Some(self.path_text()),
        };
        move |tail| path.is_some_and(|path| path.ends_with_ignore_ascii_case(tail))
    }

    #[inline]
    fn place(&self) -> usize {
        PmlEvent::index(self)
    }

    #[inline]
    fn tail(&self) -> Tail {
        match self.class() {
            Some(EventClass::Registry | EventClass::FileSystem | EventClass::Ipc) => match self.path_text() {
                PmlText::Bytes(path) => Tail::of_bytes(path),
                PmlText::Utf16(path) => {
                    Tail::of(path.as_chunks().0.iter().rev().map(|unit| u16::from_le_bytes(*unit)))
                }
            },
            _ => Tail::Nowhere,
        }
    }

    fn is_on(&self, paths: &Paths) -> bool {
        paths.may_hold(self.class()) && paths.hold(&self.path_text())
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
    fn key(&self, column: Column) -> Option<u128> {
        if column.is_of_process() {
            return Some(self.process_index().into());
        }
        match column {
            Column::Result => Some(PmlEvent::status(self).into()),
            Column::Tid => Some(PmlEvent::tid(self).into()),
            Column::EventClass => Some(self.raw_class().into()),
            Column::Operation => {
                let o = PmlEvent::operation(self);
                Some(u128::from(o.class) << 32 | u128::from(o.code) << 8 | u128::from(o.sub))
            }
            Column::Detail => self.detail_key(),
            _ => None,
        }
    }

    #[inline]
    fn damage(&self) -> Option<PmlError> {
        self.extra_error()
    }
}

impl Trace for PmlFile {
    type Row<'r> = PmlEvent<'r>;
    type Extract = ();

    fn rows(&self) -> Option<u64> {
        Some(self.len() as u64)
    }

    fn places(&self) -> usize {
        self.len()
    }

    fn at(&self, places: impl ExactSizeIterator<Item = usize>, mut each: impl FnMut(PmlEvent<'_>)) {
        places.filter_map(|place| self.event(place).ok()).for_each(&mut each);
    }

    fn parts(&self, _: Option<&()>) -> usize {
        self.len().div_ceil(PART)
    }

    #[inline]
    fn walk(
        &self,
        _: Option<&()>,
        parts: Range<usize>,
        _wanted: &mut dyn FnMut(&dyn Glimpse) -> bool,
        mut each: impl FnMut(Met<'_, PmlEvent<'_>>) -> ControlFlow<()>,
    ) {
        let events = parts.start * PART..(parts.end * PART).min(self.len());
        let _ = events.into_iter().try_for_each(|index| match self.event(index) {
            Ok(event) => each(Met::Row(event)),
            Err(error) => each(Met::Damage(Damage { number: Some(("event", index as u64)), error: &error })),
        });
    }

    fn numbered(&self, number: u64, take: impl FnMut(PmlEvent<'_>)) {
        let number = usize::try_from(number).ok().filter(|number| *number < self.len());
        let _ = number.and_then(|number| self.event(number).ok()).map(take);
    }
}
