//! The icon table: u32 count, u32 offset for each, then u32 pixels, u32 bytes and an ICONIMAGE. Icons stay bytes.

use crate::{PmlError, cursor::Cursor, header::Sections};

/// An icon of the log: the resource as it was in the image file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PmlIcon<'a> {
    /// Width and height in pixels, 16 or 32; 0 for the placeholder at index 0.
    pub pixels: u32,
    /// A BITMAPINFOHEADER image or a PNG, as `CreateIconFromResourceEx` takes it.
    pub image: &'a [u8],
}

/// Icon number `index` of the table that lies in `file`.
pub(crate) fn read<'a>(file: &'a [u8], sections: &Sections, index: u32) -> Result<PmlIcon<'a>, PmlError> {
    let mut cursor = Cursor::over(file, sections.icons, sections.hosts, "icon table")?;
    let count = cursor.u32()?;
    if index >= count {
        return Err(PmlError::Value {
            what: "icon index",
            offset: sections.icons,
            value: index.into(),
            expected: "less than the number of icons",
        });
    }
    cursor.skip(index as usize * 4)?;
    let at = cursor.u32()?;
    cursor.seek(at as usize)?;
    let (pixels, bytes) = (cursor.u32()?, cursor.u32()?);
    Ok(PmlIcon { pixels, image: cursor.take(bytes as usize)? })
}
