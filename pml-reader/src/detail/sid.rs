//! Security identifiers as text.

use std::fmt::Write as _;

use crate::{PmlError, cursor::Cursor};

/// Accounts whose SID is the same on every machine, by their English names.
const WELL_KNOWN: &[(&[u8], &str)] = &[
    (&[1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0], r"NT AUTHORITY\SYSTEM"),
    (&[1, 1, 0, 0, 0, 0, 0, 5, 19, 0, 0, 0], r"NT AUTHORITY\LOCAL SERVICE"),
    (&[1, 1, 0, 0, 0, 0, 0, 5, 20, 0, 0, 0], r"NT AUTHORITY\NETWORK SERVICE"),
];

/// Appends the account's name where its SID is a well-known one, else the SID. Names of other accounts were known only
/// to the machine that exported the log.
pub(crate) fn push_account(out: &mut String, sid: &[u8]) -> Result<(), PmlError> {
    if let Some((_, name)) = WELL_KNOWN.iter().find(|(bytes, _)| *bytes == sid) {
        out.push_str(name);
        return Ok(());
    }
    let mut cursor = Cursor::new(sid, 0, "SID");
    let (revision, count) = (cursor.u8()?, cursor.u8()?);
    let authority = cursor.array::<6>()?.iter().fold(0u64, |acc, b| acc << 8 | u64::from(*b));
    let _ = write!(out, "S-{revision}-{authority}");
    for _ in 0..count {
        let _ = write!(out, "-{}", cursor.u32()?);
    }
    Ok(())
}
