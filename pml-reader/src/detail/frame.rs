//! The frame that the details of all file system events share.

use crate::{PmlError, PmlEvent, PmlText, cursor::Cursor, detail::fields::TextInfo};

/// The frame, and what it leaves to the operation.
pub(crate) struct FileDetail<'a> {
    /// IrpFlags, with OperationFlags from bit 20.
    pub(crate) irp_flags: u32,
    /// FLT_PARAMETERS: 48 bytes with 8-byte pointers, 28 with 4.
    pub(crate) parameters: Cursor<'a>,
    pub(crate) path: PmlText<'a>,
    /// What follows the path, by operation.
    pub(crate) tail: Cursor<'a>,
    pub(crate) wide: bool,
}

impl FileDetail<'_> {
    /// A u32 of FLT_PARAMETERS; the two offsets are those with 8- and with 4-byte pointers.
    pub(crate) fn parameter(&self, wide: usize, narrow: usize) -> Result<u32, PmlError> {
        self.at(wide, narrow)?.u32()
    }

    pub(crate) fn at(&self, wide: usize, narrow: usize) -> Result<Cursor<'_>, PmlError> {
        let mut c = self.parameters;
        c.seek(if self.wide { wide } else { narrow })?;
        Ok(c)
    }
}

/// Reads the frame of a file system event.
pub(crate) fn read<'a>(event: &PmlEvent<'a>) -> Result<FileDetail<'a>, PmlError> {
    let wide = event.file().header().wide();
    let mut c = event.detail_cursor();
    c.skip(8)?;
    let irp_flags = c.u32()?;
    c.skip(4)?;
    let at = c.offset();
    let parameters = Cursor::new(c.take(if wide { 48 } else { 28 })?, at, "FLT_PARAMETERS");
    let info = TextInfo::read(&mut c)?;
    c.skip(2)?;
    Ok(FileDetail { irp_flags, parameters, path: info.text(&mut c)?, tail: c, wide })
}
