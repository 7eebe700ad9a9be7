//! The targets of renames and hard links.

use crate::{
    PmlError, PmlEvent, PmlText,
    detail::{fields::TextInfo, frame::read},
};

/// The target of a rename or a hard link, as DOS path if the log holds one.
#[derive(Debug, Clone, Copy)]
pub struct RenameTarget<'a> {
    /// ReplaceIfExists, or bit 0 of the flags of the Ex forms.
    pub replace: bool,
    /// The target.
    pub path: PmlText<'a>,
}

/// Reads the target of SetRenameInformationFile, SetLinkInformationFile and their Ex forms.
///
/// # Errors
/// Where the detail is cut off.
pub fn rename_target<'a>(event: &PmlEvent<'a>) -> Result<RenameTarget<'a>, PmlError> {
    let detail = read(event)?;
    // FILE_RENAME_INFORMATION: u8 replace or u32 flags, padding, pointer root, u32 bytes, name in NT form;
    // behind it Process Monitor puts the DOS form.
    let mut tail = detail.tail;
    let length = detail.parameter(0, 0)? as usize;
    let replace = tail.u8()? & 1 != 0;
    let mut tail = detail.tail;
    if length <= tail.remaining() {
        tail.skip(length)?;
        let path = TextInfo::read(&mut tail).and_then(|info| info.text(&mut tail));
        if let Ok(path) = path
            && !path.is_empty()
        {
            return Ok(RenameTarget { replace, path });
        }
    }
    let mut tail = detail.tail;
    tail.skip(if detail.wide { 16 } else { 8 })?;
    let bytes = tail.u32()? as usize;
    Ok(RenameTarget { replace, path: PmlText::Utf16(tail.take(bytes)?) })
}
