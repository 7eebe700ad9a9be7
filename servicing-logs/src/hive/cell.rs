//! Cells of a hive: their bounds, names, and the lists of subkeys.

use super::HEADER;
use crate::bytes::{slice, u16_at, u32_at};
use crate::error::{Error, Result};
use crate::text::decode_utf16le;

/// The content of an allocated cell at an offset among the bins.
pub(super) fn allocated<'a>(bins: &'a [u8], offset: u32, what: &'static str) -> Result<&'a [u8]> {
    let start = offset as usize;
    let at = u64::from(offset) + HEADER as u64;
    slice(bins, HEADER as u64, start, 4, what)?;
    let size = u32_at(bins, start).unwrap_or_default().cast_signed();
    if size >= 0 {
        return Err(Error::Invalid { what, offset: at, found: format!("a free cell of {size} bytes") });
    }
    let size = size.unsigned_abs() as usize;
    let cell = slice(bins, HEADER as u64, start, size, what)?;
    cell.get(4..).ok_or(Error::Truncated { what, offset: at, need: 4, have: size as u64 })
}

/// A name of one byte a character (Latin-1) or of UTF-16.
pub(super) fn name(bytes: &[u8], compressed: bool) -> String {
    if compressed { bytes.iter().map(|byte| char::from(*byte)).collect() } else { decode_utf16le(bytes) }
}

/// The `lf`, `lh` and `li` lists of a key: the list itself, or those an `ri` names. An `ri` inside an `ri` is damage.
pub(super) fn lists(bins: &[u8], offset: u32) -> Vec<Result<&[u8]>> {
    let list = match allocated(bins, offset, "subkey list") {
        Ok(list) => list,
        Err(error) => return vec![Err(error)],
    };
    if !list.starts_with(b"ri") {
        return vec![checked(list, offset)];
    }
    offsets(list, 4).map(|offset| checked(allocated(bins, offset, "subkey list")?, offset)).collect()
}

fn checked(list: &[u8], offset: u32) -> Result<&[u8]> {
    match list.get(..2) {
        Some(b"lf" | b"lh" | b"li") => Ok(list),
        found => Err(Error::Invalid {
            what: "subkey list signature",
            offset: u64::from(offset) + HEADER as u64,
            found: format!("{:02x?}", found.unwrap_or_default()),
        }),
    }
}

/// The offsets of the keys in a list. Those of `lf` and `lh` have a hash after them.
pub(super) fn entries(list: &[u8]) -> impl Iterator<Item = u32> {
    offsets(list, if list.starts_with(b"li") { 4 } else { 8 })
}

fn offsets(list: &[u8], width: usize) -> impl Iterator<Item = u32> {
    let count = usize::from(u16_at(list, 2).unwrap_or_default());
    list.get(4..).unwrap_or_default().chunks(width).take(count).filter_map(|entry| u32_at(entry, 0))
}

/// The entries of one list, or the error in its place.
pub(super) enum Entries<I> {
    Offsets(I),
    Error(Option<Error>),
}

impl<I: Iterator<Item = u32>> Iterator for Entries<I> {
    type Item = Result<u32>;

    fn next(&mut self) -> Option<Result<u32>> {
        match self {
            Entries::Offsets(offsets) => offsets.next().map(Ok),
            Entries::Error(error) => error.take().map(Err),
        }
    }
}
