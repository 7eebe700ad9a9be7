//! The string table: u32 count, u32 offset for each (from the table's start), then u32 bytes + UTF-16LE with NUL.

use crate::{PmlError, PmlText, cursor::Cursor};

/// Where the string table lies. Strings are decoded on demand.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct StringTable {
    start: u64,
    end: u64,
    count: u32,
}

impl StringTable {
    /// Of a table that the end of the file cuts off, the strings ahead of the cut can be read; that it is cut is among
    /// `problems`.
    pub(crate) fn read(
        file: &[u8],
        start: u64,
        end: u64,
        problems: &mut Vec<PmlError>,
    ) -> Result<Self, PmlError> {
        let length = file.len() as u64;
        let mut cursor = Cursor::over(file, start, end.min(length), "string table")?;
        let count = cursor.u32()?;
        cursor.skip(count as usize * 4)?;
        if end > length {
            let (need, have) = (end - start, length - start);
            problems.push(PmlError::Truncated { what: "string table", offset: start, need, have });
        }
        Ok(Self { start, end: end.min(length), count })
    }

    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// String number `index`. Index 0 is the empty string, which has neither length nor NUL.
    pub(crate) fn get<'a>(&self, file: &'a [u8], index: u32) -> Result<PmlText<'a>, PmlError> {
        if index >= self.count {
            return Err(PmlError::Value {
                what: "string index",
                offset: self.start,
                value: index.into(),
                expected: "less than the number of strings",
            });
        }
        let mut cursor = Cursor::over(file, self.start, self.end, "string")?;
        cursor.seek(4 + index as usize * 4)?;
        let at = cursor.u32()?;
        cursor.seek(at as usize)?;
        let size = cursor.u32()?;
        Ok(PmlText::Utf16(cursor.take(size as usize)?).until_nul())
    }
}
