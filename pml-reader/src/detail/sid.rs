//! Security identifiers as text.

use std::fmt::Write as _;

use crate::{PmlError, cursor::Cursor};

/// Accounts whose SID is the same on every machine, by their English names.
const WELL_KNOWN: &[(&[u8], &str)] = &[
    (&[1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0], r"NT AUTHORITY\SYSTEM"),
    (&[1, 1, 0, 0, 0, 0, 0, 5, 19, 0, 0, 0], r"NT AUTHORITY\LOCAL SERVICE"),
    (&[1, 1, 0, 0, 0, 0, 0, 5, 20, 0, 0, 0], r"NT AUTHORITY\NETWORK SERVICE"),
];

/// Appends the account's name if its SID is a well-known one, otherwise the SID. Only the machine that exported the
/// log knew the names of other accounts.
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

/// Integrity levels by the last number of their SID, as Process Monitor names them.
const LEVELS: &[(u32, &str)] = &[
    (0x0000, "Untrusted"),
    (0x1000, "Low"),
    (0x2000, "Medium"),
    (0x2100, "Medium Plus"),
    (0x3000, "High"),
    (0x4000, "System"),
    (0x5000, "Protected"),
];

/// The integrity level that a SID `S-1-16-…` means. Empty for any other.
pub(crate) fn integrity(sid: &[u8]) -> &'static str {
    let level = match sid.strip_prefix(&[1, 1, 0, 0, 0, 0, 0, 16]) {
        Some(level) => level.first_chunk().map(|b| u32::from_le_bytes(*b)),
        None => None,
    };
    LEVELS.iter().find(|(number, _)| Some(*number) == level).map_or("", |(_, name)| name)
}
