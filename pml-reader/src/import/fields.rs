//! Where the fields of a row lie.

use std::ops::Range;

use crate::Column;

/// Where the fields of a row lie in its text.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    /// By column. If a column is absent, the end is before the start.
    ranges: [(u32, u32); 27],
    /// Bits of the columns in which quotes are doubled.
    doubled: u32,
}

impl Default for Fields {
    fn default() -> Self {
        Self { ranges: [(1, 0); 27], doubled: 0 }
    }
}

impl Fields {
    /// If a column occurs twice, the first field counts.
    #[inline]
    pub(crate) fn set(&mut self, column: Column, range: Range<usize>, doubled: bool) {
        let slot = self.ranges.get_mut(column as usize).filter(|(start, end)| end < start);
        if let (Some(slot), Ok(start), Ok(end)) = (slot, u32::try_from(range.start), u32::try_from(range.end))
        {
            *slot = (start, end);
            self.doubled |= u32::from(doubled) << (column as u32);
        }
    }

    #[inline]
    pub(crate) fn get(&self, column: Column) -> Option<(Range<usize>, bool)> {
        let (start, end) = *self.ranges.get(column as usize)?;
        (start <= end).then(|| (start as usize..end as usize, self.doubled >> (column as u32) & 1 != 0))
    }
}
