//! The rows of an export: their texts, and what the texts stand for.

use std::{
    cell::{OnceCell, RefCell},
    ops::{ControlFlow, Range},
};

use pml_reader::{Column, EventClass, NO_NUMBER, Operation, PmlError, Style, import::ImportRow};

use super::{processes::Memory, source::ImportSource};
use crate::{
    model::{FileTime, Kind, OpenFacts, Ticks},
    paths::{Paths, Tail, ends_with},
    query::{Glimpse, Row},
    sources::{
        kind::{self, Asked},
        trace::{Damage, Met, Trace},
    },
};

/// A row whose time can be read.
pub(crate) struct TimedRow<'r> {
    source: &'r ImportSource,
    pub(super) row: ImportRow<'r>,
    time: FileTime,
    operation: OnceCell<Operation>,
    memory: &'r RefCell<Memory>,
}

impl<'r> TimedRow<'r> {
    pub(super) fn new(
        source: &'r ImportSource,
        row: ImportRow<'r>,
        time: pml_reader::FileTime,
        memory: &'r RefCell<Memory>,
    ) -> Self {
        Self { source, row, time: time.into(), operation: OnceCell::new(), memory }
    }

    /// The operation; one that is not known has the number 0xFFFF within its class.
    pub(super) fn known_operation(&self) -> Operation {
        *self.operation.get_or_init(|| self.row.operation())
    }
}

impl Row for TimedRow<'_> {
    type Damage = PmlError;

    fn index(&self) -> u64 {
        self.row.index()
    }

    fn time(&self) -> FileTime {
        self.time
    }

    fn span(&self) -> (FileTime, FileTime) {
        self.source.span()
    }

    fn status(&self) -> Option<u32> {
        self.row.status()
    }

    fn operation(&self) -> Option<Operation> {
        Some(self.known_operation())
    }

    fn kind(&self) -> Kind {
        kind::kind(self.known_operation(), || {
            let asked = self.row.open()?;
            Some(Asked { access: asked.access, options: asked.options, disposition: asked.disposition })
        })
    }

    fn process(&self) -> Option<u32> {
        let slot = self.source.processes().0.slot(&self.row, &mut self.memory.borrow_mut())?;
        u32::try_from(slot).ok()
    }

    fn tid(&self) -> Option<u32> {
        self.row.number(Column::Tid)
    }

    fn duration(&self) -> Option<Ticks> {
        self.row.duration().map(Ticks)
    }

    fn open(&self) -> Option<OpenFacts> {
        let asked = self.row.open().filter(|_| matches!(self.kind(), Kind::FileOpen | Kind::FileCreate))?;
        Some(OpenFacts { desired_access: asked.access, share: asked.share, options: asked.options })
    }

    fn target(&self) -> Option<String> {
        self.row.target()
    }

    fn exit_status(&self) -> Option<u32> {
        self.row.exit_status()
    }

    fn push_path(&self, out: &mut String) {
        out.push_str(&self.row.get(Column::Path).unwrap_or_default());
    }

    fn path_ends(&self) -> impl Fn(&str) -> bool {
        let path = self.row.get(Column::Path);
        move |tail| path.as_deref().is_some_and(|path| ends_with(path, tail))
    }

    fn place(&self) -> usize {
        usize::try_from(self.row.index()).unwrap_or(usize::MAX)
    }

    fn tail(&self) -> Tail {
        match EventClass::from_raw(self.known_operation().class) {
            Some(EventClass::Registry | EventClass::FileSystem | EventClass::Ipc) => {
                self.row.get(Column::Path).map_or(Tail::Nowhere, |path| Tail::of_text(&path))
            }
            _ => Tail::Nowhere,
        }
    }

    fn is_on(&self, paths: &Paths) -> bool {
        paths.may_hold(EventClass::from_raw(self.known_operation().class))
            && self.row.get(Column::Path).is_some_and(|path| paths.hold_str(&path))
    }

    fn number(&self, column: Column) -> Option<u64> {
        match column {
            Column::TimeOfDay | Column::DateAndTime => Some(self.time.0),
            Column::RelativeTime => Some(self.time.since(self.span().0).0),
            Column::Duration => self.row.duration(),
            Column::CompletionTime => self.row.duration().map(|d| self.time.0.saturating_add(d)),
            _ => self.row.number(column).map(u64::from),
        }
    }

    fn push(&self, column: Column, style: Style, out: &mut String) -> Result<(), PmlError> {
        if column == Column::Sequence {
            out.push_str(NO_NUMBER);
        } else if column.is_number() {
            if let Some(number) = self.number(column) {
                style.push_number(column, number, out);
            }
        } else if let Some(text) = self.row.get(column) {
            out.push_str(&text);
        }
        Ok(())
    }
}

impl Trace for ImportSource {
    type Row<'r> = TimedRow<'r>;
    type Extract = ();

    fn rows(&self) -> Option<u64> {
        Some(self.file.len())
    }

    fn places(&self) -> usize {
        usize::try_from(self.file.len()).unwrap_or(usize::MAX)
    }

    fn at(&self, places: impl ExactSizeIterator<Item = usize>, mut each: impl FnMut(TimedRow<'_>)) {
        let memory = RefCell::default();
        for row in places.filter_map(|place| self.file.row(place as u64).ok()) {
            let _ = row.time().map(|time| each(TimedRow::new(self, row, time, &memory)));
        }
    }

    fn parts(&self, _: Option<&()>) -> usize {
        self.file.parts()
    }

    fn walk(
        &self,
        _: Option<&()>,
        parts: Range<usize>,
        _wanted: &mut dyn FnMut(&dyn Glimpse) -> bool,
        mut each: impl FnMut(Met<'_, TimedRow<'_>>) -> ControlFlow<()>,
    ) {
        let memory = RefCell::default();
        let rows = parts.flat_map(|part| self.file.part(part));
        let _ = rows.into_iter().try_for_each(|(index, row)| match row {
            Ok(row) => match row.time() {
                Some(time) => each(Met::Row(TimedRow::new(self, row, time, &memory))),
                None => each(Met::Damage(Damage { number: None, error: &no_time(&row) })),
            },
            Err(error) => each(Met::Damage(Damage { number: Some(("row", index)), error: &error })),
        });
    }

    fn numbered(&self, number: u64, take: impl FnMut(TimedRow<'_>)) {
        let memory = RefCell::default();
        let row = self.file.row(number).ok();
        let row = row.and_then(|row| row.time().map(|time| TimedRow::new(self, row, time, &memory)));
        let _ = row.map(take);
    }
}

fn no_time(row: &ImportRow<'_>) -> String {
    let (time, date) = (row.raw(Column::TimeOfDay), row.raw(Column::DateAndTime));
    format!("row at offset 0x{:x}: {time:?}, {date:?} is no time", row.offset())
}
