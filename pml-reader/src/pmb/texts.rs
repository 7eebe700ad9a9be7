//! The texts of records as the driver writes them.

use crate::{PmlText, cursor::Cursor, record::RECORD_SIZE};

/// Bytes of what a Process Create record holds ahead of its SIDs.
pub(super) const CREATED: usize = 52;

/// A cursor over the data of a record.
pub(super) fn cursor(data: &[u8]) -> Cursor<'_> {
    Cursor::new(data, RECORD_SIZE as u64, "data of a record")
}

/// A text of the driver: u16 units and UTF-16, without a mark for one-byte characters.
pub(super) fn text<'a>(units: u16, cursor: &mut Cursor<'a>) -> Option<PmlText<'a>> {
    cursor.take(usize::from(units) * 2).ok().map(PmlText::Utf16)
}

/// Image path and command line of a Process Create or Process Defined record.
pub(super) fn image_and_command(data: &[u8]) -> Option<(PmlText<'_>, PmlText<'_>)> {
    let mut c = cursor(data);
    c.skip(CREATED - 8).ok()?;
    let (user, level) = (c.u8().ok()?, c.u8().ok()?);
    let (image, command) = (c.u16().ok()?, c.u16().ok()?);
    c.skip(2 + usize::from(user) + usize::from(level)).ok()?;
    Some((text(image, &mut c)?.until_nul(), text(command, &mut c)?.until_nul()))
}
