//! Where each row of an export lies. Rows are found in parallel. Every sixteenth is remembered.

use std::ops::Range;

use rayon::prelude::*;

/// Bytes that one thread looks through at a time. The number is even, so that no unit of UTF-16 is cut.
const CHUNK: usize = 1 << 20;
/// Rows from one remembered offset to the next: a row takes at least two bytes, so the index takes at most a quarter of
/// the file.
const STEP: usize = 16;

/// A part of the file, and the rows that begin in it.
#[derive(Debug)]
struct Chunk {
    range: Range<usize>,
    /// Number of its first row.
    first: u64,
    rows: u64,
    /// Offsets of its rows 0, 16, 32 …
    marks: Box<[usize]>,
}

/// The index of an export's rows.
#[derive(Debug)]
pub(crate) struct RowIndex {
    /// Those with rows.
    chunks: Vec<Chunk>,
    rows: u64,
    end: usize,
}

/// Says where rows begin within a part of the file, in order.
pub(crate) trait Starts: Sync {
    fn starts<'b>(&'b self, bytes: &'b [u8], range: Range<usize>) -> Box<dyn Iterator<Item = usize> + 'b>;
}

impl RowIndex {
    /// Looks through `range`.
    pub(crate) fn of(bytes: &[u8], range: Range<usize>, starts: &impl Starts) -> Self {
        let end = range.end.min(bytes.len());
        let mut edges: Vec<usize> = (0..end).step_by(CHUNK).filter(|at| *at > range.start).collect();
        edges.insert(0, range.start.min(end));
        edges.push(end);
        let parts: Vec<_> = edges.iter().copied().zip(edges.iter().skip(1).copied()).collect();
        let mut chunks: Vec<Chunk> = parts
            .into_par_iter()
            .map(|(from, to)| {
                let mut chunk = Chunk { range: from..to, first: 0, rows: 0, marks: Box::default() };
                let mut marks = Vec::new();
                for start in starts.starts(bytes, from..to) {
                    if chunk.rows.is_multiple_of(STEP as u64) {
                        marks.push(start);
                    }
                    chunk.rows += 1;
                }
                chunk.marks = marks.into_boxed_slice();
                chunk
            })
            .filter(|chunk| chunk.rows > 0)
            .collect();
        let mut rows = 0;
        for chunk in &mut chunks {
            chunk.first = rows;
            rows += chunk.rows;
        }
        Self { chunks, rows, end }
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> u64 {
        self.rows
    }

    /// Where the first row begins, or the end.
    pub(crate) fn begin(&self) -> usize {
        self.chunks.first().and_then(|chunk| chunk.marks.first().copied()).unwrap_or(self.end)
    }

    /// Parts that hold rows.
    pub(crate) fn parts(&self) -> usize {
        self.chunks.len()
    }

    /// Number of the first row of a part.
    pub(crate) fn first_of(&self, part: usize) -> u64 {
        self.chunks.get(part).map_or(self.rows, |chunk| chunk.first)
    }

    /// Where the rows of a part lie, in order.
    pub(crate) fn rows_of<'b>(
        &'b self,
        part: usize,
        bytes: &'b [u8],
        starts: &'b impl Starts,
    ) -> impl Iterator<Item = (u64, Range<usize>)> + 'b {
        self.chunks.get(part).into_iter().flat_map(move |chunk| {
            let from = chunk.marks.first().copied().unwrap_or(chunk.range.end);
            self.from(part, chunk, from, chunk.first, bytes, starts)
        })
    }

    /// Where a row lies.
    pub(crate) fn row(&self, index: u64, bytes: &[u8], starts: &impl Starts) -> Option<Range<usize>> {
        let part = self.chunks.partition_point(|chunk| chunk.first <= index).checked_sub(1)?;
        let chunk = self.chunks.get(part)?;
        let number = usize::try_from(index - chunk.first).ok()?;
        let from = *chunk.marks.get(number / STEP)?;
        let first = index - (number % STEP) as u64;
        self.from(part, chunk, from, first, bytes, starts).nth(number % STEP).map(|(_, range)| range)
    }

    /// The row in which an offset lies.
    pub(crate) fn at(&self, offset: usize, bytes: &[u8], starts: &impl Starts) -> Option<u64> {
        let begins = |chunk: &Chunk| chunk.marks.first().is_some_and(|begin| *begin <= offset);
        let part = self.chunks.partition_point(begins).checked_sub(1)?;
        self.rows_of(part, bytes, starts)
            .take_while(|(_, range)| range.start <= offset)
            .last()
            .map(|(row, _)| row)
    }

    /// The rows of a chunk from an offset at which row `first` begins.
    fn from<'b>(
        &'b self,
        part: usize,
        chunk: &'b Chunk,
        from: usize,
        first: u64,
        bytes: &'b [u8],
        starts: &'b impl Starts,
    ) -> impl Iterator<Item = (u64, Range<usize>)> + 'b {
        let next = self.chunks.get(part + 1).and_then(|next| next.marks.first().copied());
        let last = next.unwrap_or(self.end);
        let mut begins = starts.starts(bytes, from..chunk.range.end).peekable();
        let mut number = first;
        std::iter::from_fn(move || {
            let begin = begins.next()?;
            let row = (number, begin..begins.peek().copied().unwrap_or(last));
            number += 1;
            Some(row)
        })
    }
}
