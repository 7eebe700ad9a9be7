//! Extended items of an `EVENT_HEADER` record.

use crate::cursor::{Cursor, Fixed};
use crate::error::EtlError;

/// Types of extended items this crate uses (`EVENT_HEADER_EXT_TYPE_*`).
pub mod item {
    /// A related activity, 16 bytes.
    pub const RELATED_ACTIVITY: u16 = 1;
    /// A security identifier.
    pub const SID: u16 = 2;
    /// A stack of 32-bit addresses.
    pub const STACK_32: u16 = 5;
    /// A stack of 64-bit addresses.
    pub const STACK_64: u16 = 6;
    /// The TraceLogging description of the event.
    pub const SCHEMA: u16 = 11;
    /// The provider's name and traits.
    pub const PROVIDER_TRAITS: u16 = 12;
}

/// The extended items of a record: checked, in the order recorded.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExtendedItems<'a>(&'a [u8]);

const ITEM: usize = 8;

impl<'a> ExtendedItems<'a> {
    /// Reads the chain of items at the start of `rest`, which stands at `offset` in the file: the items and
    /// their length in bytes.
    pub(crate) fn read(rest: &'a [u8], offset: u64) -> Result<(ExtendedItems<'a>, usize), EtlError> {
        let mut at = 0;
        loop {
            let truncated = |need: usize, have: usize| EtlError::Truncated {
                what: "extended item",
                offset: offset + at as u64,
                need: need as u64,
                have: have as u64,
            };
            let left = rest.len() - at;
            let head = Fixed::<ITEM>::at(rest, at).ok_or_else(|| truncated(ITEM, left))?;
            let size = usize::from(head.u16::<0>());
            let need = ITEM + usize::from(head.u16::<6>());
            if size < need {
                return Err(truncated(need, size));
            }
            if size > left {
                return Err(truncated(size, left));
            }
            at += size;
            if head.u16::<4>() & 1 == 0 {
                return Ok((ExtendedItems(rest.get(..at).unwrap_or_default()), at));
            }
        }
    }

    /// Each item's type and data.
    pub fn iter(self) -> impl Iterator<Item = (u16, &'a [u8])> {
        let mut cursor = Cursor::new(self.0, 0);
        std::iter::from_fn(move || {
            let head = Fixed::<ITEM>::at(cursor.rest(), 0)?;
            let item = cursor.bytes("extended item", usize::from(head.u16::<0>())).ok()?;
            Some((head.u16::<2>(), item.get(ITEM..ITEM + usize::from(head.u16::<6>()))?))
        })
    }

    /// The data of the first item of this type.
    #[must_use]
    pub fn get(self, kind: u16) -> Option<&'a [u8]> {
        self.iter().find(|item| item.0 == kind).map(|item| item.1)
    }
}
