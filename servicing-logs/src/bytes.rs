//! Checked reads of little-endian numbers.

use crate::error::{Error, Result};

/// `length` bytes of `data` at `offset`. In an error, `what` says what was read, and `base` where the data begins.
pub(crate) fn slice<'a>(
    data: &'a [u8],
    base: u64,
    offset: usize,
    length: usize,
    what: &'static str,
) -> Result<&'a [u8]> {
    offset.checked_add(length).and_then(|end| data.get(offset..end)).ok_or(Error::Truncated {
        what,
        offset: base.saturating_add(offset as u64),
        need: length as u64,
        have: data.len().saturating_sub(offset) as u64,
    })
}

/// A number of two bytes, or `None` past the end.
pub(crate) fn u16_at(data: &[u8], offset: usize) -> Option<u16> {
    data.get(offset..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

/// A number of four bytes, or `None` past the end.
pub(crate) fn u32_at(data: &[u8], offset: usize) -> Option<u32> {
    data.get(offset..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

/// A number of eight bytes, or `None` past the end.
pub(crate) fn u64_at(data: &[u8], offset: usize) -> Option<u64> {
    data.get(offset..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}
