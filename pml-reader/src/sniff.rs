//! Recognises a file that is not a PML by its first bytes, and says what to do instead.

const KINDS: &[(&[u8], &str)] = &[
    (b"", "the file is empty; copy it again from the machine"),
    (
        b"version https://git-lfs.github.com",
        "this is a Git LFS pointer, not the log itself; fetch the log with `git lfs pull`",
    ),
    (
        b"PK\x03\x04",
        "this is a ZIP archive; give it to `bootrace report` as a bundle or unpack the log first",
    ),
    (b"7z\xBC\xAF\x27\x1C", "this is a 7-Zip archive; unpack the log first"),
    (b"MSCF", "this is a cabinet file; unpack the log first"),
    (b"\x1F\x8B", "this is gzip data; unpack the log first"),
    (b"\xFD7zXZ\0", "this is xz data; unpack the log first with `xz -d`"),
    (b"ElfFile\0", "this is a Windows event log (.evtx)"),
    (b"regf", "this is a registry hive"),
    (b"<?xml", XML),
    (b"\xEF\xBB\xBF<?xml", XML),
    (b"\xEF\xBB\xBF\"Time of Day\"", CSV),
    (b"\"Time of Day\"", CSV),
    (b"\xEF\xBB\xBF\"Process Name\"", CSV),
    (b"\"Process Name\"", CSV),
    (b"\xA0\0\0\0\x10\0\0\0", "this is a Process Monitor configuration (.PMC), not a log"),
];

const CSV: &str = "this is Process Monitor's CSV export: `bootrace report`, `diff` and `events` read it; for anything else save the \
     log in the native format (.PML)";
const XML: &str = "this is XML, perhaps Process Monitor's XML export: `bootrace report`, `diff` and `events` read it; for anything \
     else save the log in the native format (.PML)";
const ETL: &str = "this looks like an ETW trace (.etl)";
const OTHER: &str = "the first bytes are those of no known kind of log";

/// `None` for a PML, else what the file looks like.
pub(crate) fn not_pml(file: &[u8]) -> Option<&'static str> {
    if file.starts_with(b"PML_") {
        return None;
    }
    let named = KINDS
        .iter()
        .find(|(magic, _)| if magic.is_empty() { file.is_empty() } else { file.starts_with(magic) })
        .map(|(_, what)| *what);
    Some(named.unwrap_or(if looks_like_etl(file) { ETL } else { OTHER }))
}

/// A WMI_BUFFER_HEADER of type HEADER (4) with a plausible size.
fn looks_like_etl(file: &[u8]) -> bool {
    let size = file.first_chunk::<4>().map(|b| u32::from_le_bytes(*b));
    let kind = file.get(0x36..0x38);
    matches!(size, Some(0x48..=0x0100_0000)) && kind == Some(&[4, 0])
}
