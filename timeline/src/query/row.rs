//! Rows: the events of any trace, as Process Monitor's columns show them.

use std::{fmt::Display, ops::ControlFlow};

use pml_reader::{Column, Style};

use crate::model::FileTime;

/// An event as a row. A trace that knows only texts gives its cells and its time; everything else can stay as it is.
pub trait Row {
    /// What is damaged in a row.
    type Damage: Display;

    /// Number of the event in its source.
    fn index(&self) -> u64;

    /// Start.
    fn time(&self) -> FileTime;

    /// Times of the first and the last event of its source.
    fn span(&self) -> (FileTime, FileTime);

    /// NTSTATUS, where it is known.
    fn status(&self) -> Option<u32>;

    /// The number in a column of which [`Column::is_number`] holds: spans in ticks, times as FILETIME in UTC; `None`
    /// where the cell is empty.
    fn number(&self, column: Column) -> Option<u64>;

    /// Appends the text of a cell; nothing where the trace does not record it.
    ///
    /// # Errors
    /// What is damaged; what can be read has been appended.
    fn push(&self, column: Column, style: Style, out: &mut String) -> Result<(), Self::Damage>;

    /// A number on which alone the cell depends, where that is less than the whole row: what was found out about the
    /// cell holds for other rows with this number.
    #[inline]
    fn key(&self, _column: Column) -> Option<u64> {
        None
    }

    /// The number of its process in the source, where there is one: on it alone the columns depend of which
    /// [`Column::is_of_process`] holds. No more of these numbers occur than the source has processes.
    #[inline]
    fn process(&self) -> Option<u32> {
        None
    }

    /// What is damaged in the event beside its cells.
    #[inline]
    fn damage(&self) -> Option<Self::Damage> {
        None
    }
}

/// What a source knows of a row before it is made.
pub trait Glimpse {
    /// A number on which alone the cells depend that are known.
    fn key(&self) -> u64;

    /// Appends the text of a cell; `false` where it is not known yet.
    fn push(&self, column: Column, out: &mut String) -> bool;
}

/// What is done with the rows of a source, part by part.
pub trait Visit: Sync {
    /// What one thread remembers from row to row of one source.
    type Memory: Default + Send;
    /// What is made of some rows that follow each other.
    type Part: Default + Send;

    /// Whether a row may be wanted of which only this is known. A source need not make the others.
    #[inline]
    fn may_want(&self, _glimpse: &impl Glimpse, _memory: &mut Self::Memory) -> bool {
        true
    }

    /// Takes how many rows were not made.
    fn passed_over(&self, _rows: u64, _part: &mut Self::Part) {}

    /// Takes a row; a break ends the part early.
    fn row<R: Row>(&self, row: &R, memory: &mut Self::Memory, part: &mut Self::Part) -> ControlFlow<()>;

    /// Takes what could not be read: how many records, and the first of them in words.
    fn damaged(&self, records: u64, first: &dyn Display, part: &mut Self::Part);
}

/// A source of rows.
pub trait Rows {
    /// How many rows and damaged records there are, where the source knows that beforehand.
    fn count(&self) -> Option<u64>;

    /// Goes through the rows in the order of the source. Parts may be made in parallel; `take` gets them in order, and
    /// ends the walk by a break.
    fn visit<V: Visit>(&self, visit: &V, take: &mut dyn FnMut(V::Part) -> ControlFlow<()>)
    -> ControlFlow<()>;
}
