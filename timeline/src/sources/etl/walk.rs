//! The way through the rows of a trace. A row stands where its operation ends: only then it is known whole.

use std::ops::{ControlFlow, Range};

use etl_reader::{
    EtlError,
    names::{Glimpse, Item, OperationName},
};
use pml_reader::{Column, push_result};

use super::{
    learnt::{Learnt, utc},
    row::{EtlRow, FILE_SYSTEM, REGISTRY},
    source::EtlSource,
};
use crate::{
    model::FileTime,
    query::{self, Row},
    sources::trace::{Damage, Met, PART, Trace, Wants},
};

impl query::Glimpse for Glimpse {
    fn key(&self) -> u64 {
        match *self {
            Self::File(name, None) => 1 << 56 | (name.index() as u64) << 32,
            Self::File(name, Some(status)) => 2 << 56 | (name.index() as u64) << 32 | u64::from(status),
            Self::Registry(name, None) => 3 << 56 | numbered(name),
            Self::Registry(name, Some(status)) => 4 << 56 | numbered(name) | u64::from(status),
            Self::Record => 5 << 56,
            Self::Damaged => 6 << 56,
            Self::Begun(name) => 7 << 56 | numbered(Some(name)),
        }
    }

    fn push(&self, column: Column, out: &mut String) -> bool {
        match (column, *self) {
            (Column::EventClass, Self::File(..) | Self::Begun(_)) => out.push_str(FILE_SYSTEM),
            (Column::EventClass, Self::Registry(..)) => out.push_str(REGISTRY),
            (Column::Operation, Self::File(name, _) | Self::Begun(name) | Self::Registry(Some(name), _)) => {
                out.push_str(name.text())
            }
            (Column::Result, Self::File(_, status)) => {
                status.into_iter().for_each(|status| push_result(status, out))
            }
            (Column::Result, Self::Registry(_, Some(status))) => push_result(status, out),
            // What is no operation has no result.
            (Column::Result, Self::Record) => {}
            _ => return false,
        }
        true
    }
}

/// The number of a name, above those of statuses.
fn numbered(name: Option<OperationName>) -> u64 {
    name.map_or(0, |name| (name.index() as u64 + 1) << 32)
}

impl Trace for EtlSource {
    type Row<'r> = EtlRow<'r>;
    type Extract = Learnt;

    fn rows(&self) -> Option<u64> {
        None
    }

    fn extract(&self, wants: &Wants<'_>) -> Option<(Learnt, u64)> {
        self.learn_wanted(wants)
    }

    fn places(&self) -> usize {
        self.learnt().trace.len()
    }

    fn at(&self, places: impl ExactSizeIterator<Item = usize>, mut each: impl FnMut(EtlRow<'_>)) {
        self.rows_of(
            self.learnt(),
            places,
            |_| true,
            |met| {
                let _ = met.map(&mut each);
                ControlFlow::Continue(())
            },
        );
    }

    fn parts(&self, extract: Option<&Learnt>) -> usize {
        extract.unwrap_or_else(|| self.learnt()).trace.len().div_ceil(PART)
    }

    fn walk(
        &self,
        extract: Option<&Learnt>,
        parts: Range<usize>,
        wanted: &mut dyn FnMut(&dyn query::Glimpse) -> bool,
        mut each: impl FnMut(Met<'_, EtlRow<'_>>) -> ControlFlow<()>,
    ) {
        let wanted = |glimpse: Glimpse| glimpse == Glimpse::Damaged || wanted(&glimpse);
        let learnt = extract.unwrap_or_else(|| self.learnt());
        let rows = parts.start * PART..(parts.end * PART).min(learnt.trace.len());
        self.rows_of(learnt, rows, wanted, |met| match met {
            Ok(row) => each(Met::Row(row)),
            Err(error) => each(Met::Damage(Damage { number: None, error: &error })),
        });
    }

    fn numbered(&self, number: u64, mut take: impl FnMut(EtlRow<'_>)) {
        let learnt = self.learnt();
        let Some(row) = learnt.trace.row_at(&[&self.file], 0, number) else { return };
        self.rows_of(
            learnt,
            row..row + 1,
            |_| true,
            |met| {
                let _ = met.map(&mut take);
                ControlFlow::Continue(())
            },
        );
    }
}

impl EtlSource {
    /// Goes through those of some rows that are wanted.
    fn rows_of(
        &self,
        learnt: &Learnt,
        rows: impl ExactSizeIterator<Item = usize>,
        wanted: impl FnMut(Glimpse) -> bool,
        mut each: impl FnMut(Result<EtlRow<'_>, EtlError>) -> ControlFlow<()>,
    ) {
        let _ = learnt.trace.visit(&[&self.file], rows, wanted, |number, item| match item {
            Item::Operation(operation) => each(Ok(EtlRow::of_operation(self, learnt, number, operation))),
            Item::Record { record, .. } => match EtlRow::of_record(self, learnt, number, record) {
                Some(row) => each(Ok(row)),
                None => ControlFlow::Continue(()),
            },
            Item::Damaged(error) => each(Err(error)),
        });
    }

    /// Goes through some rows, and past what is damaged.
    pub(super) fn whole_rows(
        &self,
        learnt: &Learnt,
        rows: impl ExactSizeIterator<Item = usize>,
        mut each: impl FnMut(&EtlRow<'_>) -> ControlFlow<()>,
    ) {
        self.rows_of(
            learnt,
            rows,
            |_| true,
            |met| match met {
                Ok(row) => each(&row),
                Err(_) => ControlFlow::Continue(()),
            },
        );
    }

    /// What `take` makes of one row.
    pub(super) fn at<T>(&self, number: usize, take: impl FnOnce(&EtlRow<'_>) -> T) -> Option<T> {
        let (mut take, mut taken) = (Some(take), None);
        self.whole_rows(self.learnt(), number..number + 1, |row| {
            taken = take.take().map(|take| take(row));
            ControlFlow::Continue(())
        });
        taken
    }

    /// Times of the first row, and of the end as the file's header says.
    pub(super) fn span(&self) -> (FileTime, FileTime) {
        *self.span.get_or_init(|| {
            let end = utc(self.file.header().end_time);
            self.first_time().map_or_else(Default::default, |first| (first, end.max(first)))
        })
    }

    /// When the first row began. Little is read for it where nothing was read before.
    fn first_time(&self) -> Option<FileTime> {
        let mut rows = PART;
        loop {
            let few = (!self.is_learnt()).then(|| self.learn_first(rows));
            let learnt = few.as_ref().unwrap_or_else(|| self.learnt());
            let mut first = None;
            self.whole_rows(learnt, 0..rows, |row| {
                first = Some(row.time());
                ControlFlow::Break(())
            });
            if first.is_some() || learnt.trace.len() < rows {
                return first;
            }
            // Rows that stand for damage have no time.
            rows = rows.saturating_mul(16);
        }
    }
}
