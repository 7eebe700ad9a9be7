//! The one way through a trace, whichever file it is.

use std::{
    cell::RefCell,
    fmt::{self, Display},
    ops::{ControlFlow, Range},
    sync::{Mutex, PoisonError},
};

use rayon::prelude::*;

use crate::{
    model::{Event, SourceId},
    notes::{Note, Notes},
    paths::Paths,
    progress::Counter,
    query::{Glimpse, Row, Rows, Visit},
};

/// Rows of a part, where a trace can be cut anywhere.
pub(crate) const PART: usize = 1 << 12;
/// Parts that are taken as one where joining them costs something.
pub(crate) const STEP: usize = 8;
/// Rows of one share: a thread picks the wanted ones among them.
const SHARE: usize = PART * STEP;
/// Parts that are made before they are taken.
const AHEAD: usize = 32;

/// What a way through a trace meets.
pub(crate) enum Met<'d, R> {
    Row(R),
    Damage(Damage<'d>),
}

/// A record that cannot be read.
pub(crate) struct Damage<'d> {
    /// What such a record is called, and its number.
    pub(crate) number: Option<(&'static str, u64)>,
    pub(crate) error: &'d dyn Display,
}

impl Display for Damage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((what, number)) = self.number {
            write!(f, "{what} {number}: ")?;
        }
        self.error.fmt(f)
    }
}

/// What rows are wanted, as far as it can be told before they are made.
pub(crate) struct Wants<'w> {
    /// Whether a row may be of which only this is known.
    pub(crate) may: &'w (dyn Fn(&dyn Glimpse) -> bool + Sync),
    /// Whether that depends on the process.
    pub(crate) of_processes: bool,
    /// Texts of which the path holds one, or none where any path may be wanted: see [`Visit::path_has`].
    pub(crate) path_has: Vec<String>,
}

/// A trace. Its rows lie in parts, which can be read by themselves.
pub(crate) trait Trace: Sync + 'static {
    /// A row.
    type Row<'r>: Row;
    /// A part of the trace, read for a few rows.
    type Extract: Sync;

    /// How many rows and damaged records there are, where that is known beforehand.
    fn rows(&self) -> Option<u64>;

    /// Reads only what the rows need that may be wanted, where that is less than all; also how many rows are left out.
    fn extract(&self, _wants: &Wants<'_>) -> Option<(Self::Extract, u64)> {
        None
    }

    /// Places of rows, those of rows that cannot be read counted.
    fn places(&self) -> usize;

    /// Goes through the rows at some places that can be read.
    fn at(&self, places: impl ExactSizeIterator<Item = usize>, each: impl FnMut(Self::Row<'_>));

    /// The number of parts, of the whole trace or of an extract.
    fn parts(&self, extract: Option<&Self::Extract>) -> usize;

    /// Goes through some parts in order. A row may be left out where it is not `wanted` by what is known of it.
    fn walk(
        &self,
        extract: Option<&Self::Extract>,
        parts: Range<usize>,
        wanted: &mut dyn FnMut(&dyn Glimpse) -> bool,
        each: impl FnMut(Met<'_, Self::Row<'_>>) -> ControlFlow<()>,
    );

    /// Gives the row with a number, where there is one that can be read.
    fn numbered(&self, number: u64, take: impl FnMut(Self::Row<'_>));
}

/// Goes through all parts of a trace by some at a time. `make` makes something of them, in parallel, and `take` gets that in
/// order.
fn in_order<M: Default, P: Send>(
    all: usize,
    step: usize,
    make: impl Fn(Range<usize>, &mut M) -> P + Sync,
    take: &mut dyn FnMut(P) -> ControlFlow<()>,
) -> ControlFlow<()> {
    for from in (0..all).step_by(step * AHEAD) {
        let to = (from + step * AHEAD).min(all);
        let starts: Vec<usize> = (from..to).step_by(step).collect();
        let made: Vec<P> = starts
            .into_par_iter()
            .map_init(M::default, |memory, start| make(start..(start + step).min(to), memory))
            .collect();
        made.into_iter().try_for_each(&mut *take)?;
    }
    ControlFlow::Continue(())
}

/// Makes one thing of all that a trace has, and counts what is read.
pub(crate) fn fold<T: Trace, P: Default + Send>(
    trace: &T,
    counter: Counter<'_>,
    each: impl Fn(&mut P, Met<'_, T::Row<'_>>) + Sync,
    join: impl Fn(P, P) -> P,
) -> P {
    let all = trace.parts(None);
    let make = |parts: Range<usize>, (): &mut ()| {
        counter.add(parts.len() as u64, all as u64);
        let mut part = P::default();
        trace.walk(None, parts, &mut |_| true, |met| {
            each(&mut part, met);
            ControlFlow::Continue(())
        });
        part
    };
    joined(|take| in_order(all, STEP, make, take), join)
}

/// Makes one thing of the rows whose notes say that they may be `wanted`. The others are not read.
pub(crate) fn fold_noted<T: Trace, P: Default + Send>(
    trace: &T,
    notes: &Notes,
    wanted: impl Fn(Note) -> bool + Sync,
    each: impl Fn(&mut P, T::Row<'_>) + Sync,
    join: impl Fn(P, P) -> P,
) -> P {
    let all = trace.places();
    let make = |shares: Range<usize>, places: &mut Vec<usize>| {
        places.clear();
        let share = shares.start * SHARE..(shares.end * SHARE).min(all);
        places.extend(share.filter(|place| wanted(notes.at(*place))));
        let mut part = P::default();
        trace.at(places.iter().copied(), |row| each(&mut part, row));
        part
    };
    joined(|take| in_order(all.div_ceil(SHARE), 1, make, take), join)
}

/// Joins the parts that a walk gives.
pub(crate) fn joined<P: Default>(
    walk: impl FnOnce(&mut dyn FnMut(P) -> ControlFlow<()>) -> ControlFlow<()>,
    join: impl Fn(P, P) -> P,
) -> P {
    let mut all: Option<P> = None;
    let _ = walk(&mut |part| {
        all = Some(match all.take() {
            Some(earlier) => join(earlier, part),
            None => part,
        });
        ControlFlow::Continue(())
    });
    all.unwrap_or_default()
}

/// The events on some paths, and those that put something else in their place, owned, in order of time.
pub(crate) fn touching<T: Trace>(trace: &T, notes: &Notes, source: SourceId, paths: &Paths) -> Vec<Event> {
    let take = |events: &mut Vec<Event>, row: T::Row<'_>| {
        if row.is_on(paths) || row.replaced(paths) {
            events.push(row.event(source));
        }
    };
    let join = |mut earlier: Vec<Event>, later| {
        earlier.extend(later);
        earlier
    };
    let mut events = fold_noted(trace, notes, |note| note.may_touch(paths), take, join);
    events.sort_by_key(|event| (event.time, event.id));
    events
}

impl<T: Trace> Rows for T {
    fn count(&self) -> Option<u64> {
        self.rows()
    }

    fn visit<V: Visit>(
        &self,
        visit: &V,
        take: &mut dyn FnMut(V::Part) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let asked: Mutex<V::Memory> = Mutex::default();
        let may = |glimpse: &dyn Glimpse| {
            visit.may_want(glimpse, &mut asked.lock().unwrap_or_else(PoisonError::into_inner))
        };
        let (of_processes, path_has) = (visit.asks_of_processes(), visit.path_has());
        let extract = self.extract(&Wants { may: &may, of_processes, path_has });
        let (extract, left_out) = extract.unzip();
        if let Some(rows) = left_out {
            let mut part = V::Part::default();
            visit.passed_over(rows, &mut part);
            take(part)?;
        }
        let make = |parts: Range<usize>, memory: &mut V::Memory| {
            let (memory, mut part, mut passed_over) = (RefCell::new(memory), V::Part::default(), 0);
            let mut wanted = |glimpse: &dyn Glimpse| {
                let may = visit.may_want(glimpse, &mut memory.borrow_mut());
                passed_over += u64::from(!may);
                may
            };
            self.walk(extract.as_ref(), parts, &mut wanted, |met| match met {
                Met::Row(row) => visit.row(&row, &mut memory.borrow_mut(), &mut part),
                Met::Damage(damage) => {
                    visit.damaged(&damage, &mut part);
                    ControlFlow::Continue(())
                }
            });
            visit.passed_over(passed_over, &mut part);
            part
        };
        in_order(self.parts(extract.as_ref()), V::STEP, make, take)
    }

    fn visit_numbered<V: Visit>(&self, numbers: &[u64], visit: &V) -> V::Part {
        let (mut memory, mut part) = (V::Memory::default(), V::Part::default());
        for number in numbers {
            self.numbered(*number, |row| {
                let _ = visit.row(&row, &mut memory, &mut part);
            });
        }
        part
    }
}
