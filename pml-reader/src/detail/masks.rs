//! Bit masks and enumerations as Process Monitor spells them: tables, and one way to print each.

use crate::text::push_hex;

/// Bits and their names; a name is printed where all of its bits are set, which are then taken out of the mask.
type Bits = &'static [(u32, &'static str)];

fn push_bits(out: &mut String, mut mask: u32, bits: Bits, separator: &str) -> u32 {
    let start = out.len();
    for (value, name) in bits {
        if mask == 0 {
            break;
        }
        if mask & value == *value {
            if out.len() > start {
                out.push_str(separator);
            }
            out.push_str(name);
            mask &= !value;
        }
    }
    mask
}

/// GENERIC_READ, _WRITE, _EXECUTE and _ALL, spelled out before the mask is named.
fn map_generic(mask: u32, mapping: [u32; 4]) -> u32 {
    let bits = [0x8000_0000, 0x4000_0000, 0x2000_0000, 0x1000_0000];
    bits.iter().zip(mapping).fold(mask, |m, (bit, specific)| if mask & bit != 0 { m | specific } else { m })
}

fn push_access(out: &mut String, mask: u32, mapping: [u32; 4], bits: Bits) {
    let mapped = map_generic(mask, mapping);
    let start = out.len();
    push_bits(out, mapped, bits, ", ");
    if out.len() == start {
        out.push_str("None ");
        push_hex(out, mapped.into());
    }
}

/// Access to a key.
pub(crate) fn push_key_access(out: &mut String, mask: u32) {
    push_access(out, mask, [0x20019, 0x20006, 0x20019, 0xF003F], KEY_ACCESS);
}

/// Access to a file.
pub(crate) fn push_file_access(out: &mut String, mask: u32) {
    push_access(out, mask, [0x12_0089, 0x12_0116, 0x12_00A0, 0x1F_01FF], FILE_ACCESS);
}

/// Options of CreateFile, also the Mode of a file object.
pub fn push_create_options(out: &mut String, mask: u32) {
    push_bits(out, mask, CREATE_OPTIONS, ", ");
}

/// File attributes, one letter each; `n/a` for none.
pub fn push_attributes(out: &mut String, mask: u32) {
    if mask == 0 {
        out.push_str("n/a");
    } else {
        push_bits(out, mask, ATTRIBUTES, "");
    }
}

/// Share mode.
pub fn push_share(out: &mut String, mask: u32) {
    let start = out.len();
    push_bits(out, mask, SHARE, ", ");
    if out.len() == start {
        out.push_str("None");
    }
}

/// The bits whose names are in `text`. `None` if one is not known.
fn read_bits(text: &str, bits: Bits) -> Option<u32> {
    let names = text.split(", ").filter(|name| !name.is_empty());
    names
        .map(|name| bits.iter().find(|(_, n)| *n == name).map(|(bit, _)| *bit))
        .try_fold(0, |m, bit| Some(m | bit?))
}

/// Access to a file, from its words; `None 0x…` is a mask in which no bit has a name.
pub(crate) fn read_file_access(text: &str) -> Option<u32> {
    match text.strip_prefix("None 0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => read_bits(text, FILE_ACCESS),
    }
}

/// Options of CreateFile, from their words.
pub(crate) fn read_create_options(text: &str) -> Option<u32> {
    read_bits(text, CREATE_OPTIONS)
}

/// Share mode, from its words.
pub(crate) fn read_share(text: &str) -> Option<u32> {
    if text == "None" { Some(0) } else { read_bits(text, SHARE) }
}

/// Flags of a read or write.
pub(crate) fn push_io_flags(out: &mut String, mask: u32) {
    push_bits(out, mask, IO_FLAGS, ", ");
}

/// Filter of a directory watch.
pub(crate) fn push_notify(out: &mut String, mask: u32) {
    push_bits(out, mask, NOTIFY, ", ");
}

/// SECURITY_INFORMATION; bits without a name follow in hex.
pub(crate) fn push_security(out: &mut String, mask: u32) {
    push_with_rest(out, mask, SECURITY);
}

/// Attributes of a file system; bits without a name follow in hex.
pub(crate) fn push_file_system(out: &mut String, mask: u32) {
    push_with_rest(out, mask, FILE_SYSTEM);
}

fn push_with_rest(out: &mut String, mask: u32, bits: Bits) {
    let start = out.len();
    let rest = push_bits(out, mask, bits, ", ");
    if rest != 0 {
        if out.len() > start {
            out.push_str(", ");
        }
        push_hex(out, rest.into());
    }
}

/// Flags of FILE_DISPOSITION_INFORMATION_EX by their constants' names; Process Monitor's spelling was not seen.
pub(crate) fn push_disposition(out: &mut String, flags: u32) {
    let start = out.len();
    push_bits(out, flags, DISPOSITION, ", ");
    if out.len() == start {
        out.push_str("FILE_DISPOSITION_DO_NOT_DELETE");
    }
}

/// PAGE_* of a section, the first that is set, and PAGE_NOCACHE. Nothing if none of them is set.
pub(crate) fn protection(mask: u32) -> Option<String> {
    let name = PROTECTION.iter().find(|(bit, _)| mask & bit != 0).map(|(_, name)| *name);
    let no_cache = mask & 0x200 != 0;
    (name.is_some() || no_cache)
        .then(|| [name.unwrap_or(""), if no_cache { "|PAGE_NOCACHE" } else { "" }].concat())
}

/// I/O priority hint; nothing for 0.
pub(crate) fn push_priority(out: &mut String, priority: u32) {
    match ["", "Very Low", "Low", "Normal", "High", "Critical"].get(priority as usize) {
        Some(name) => out.push_str(name),
        None => push_hex(out, priority.into()),
    }
}

#[rustfmt::skip]
const KEY_ACCESS: Bits = &[
    (0xF003F, "All Access"), (0x2001F, "Read/Write"), (0x20019, "Read"), (0x20006, "Write"),
    (0x1, "Query Value"), (0x2, "Set Value"), (0x4, "Create Sub Key"), (0x8, "Enumerate Sub Keys"), (0x10, "Notify"),
    (0x20, "Create Link"), (0x300, "WOW64_Res"), (0x200, "WOW64_32Key"), (0x100, "WOW64_64Key"),
    (0x1_0000, "Delete"), (0x2_0000, "Read Control"), (0x4_0000, "Write DAC"), (0x8_0000, "Write Owner"),
    (0x10_0000, "Synchronize"), (0x100_0000, "Access System Security"), (0x200_0000, "Maximum Allowed"),
];

#[rustfmt::skip]
const FILE_ACCESS: Bits = &[
    (0x1F_01FF, "All Access"), (0x12_01BF, "Generic Read/Write/Execute"), (0x12_019F, "Generic Read/Write"),
    (0x12_00A9, "Generic Read/Execute"), (0x12_01B6, "Generic Write/Execute"), (0x12_0089, "Generic Read"),
    (0x12_0116, "Generic Write"), (0x12_00A0, "Generic Execute"),
    (0x1, "Read Data/List Directory"), (0x2, "Write Data/Add File"),
    (0x4, "Append Data/Add Subdirectory/Create Pipe Instance"), (0x8, "Read EA"), (0x10, "Write EA"),
    (0x20, "Execute/Traverse"), (0x40, "Delete Child"), (0x80, "Read Attributes"), (0x100, "Write Attributes"),
    (0x1_0000, "Delete"), (0x2_0000, "Read Control"), (0x4_0000, "Write DAC"), (0x8_0000, "Write Owner"),
    (0x10_0000, "Synchronize"), (0x100_0000, "Access System Security"), (0x200_0000, "Maximum Allowed"),
];

#[rustfmt::skip]
const CREATE_OPTIONS: Bits = &[
    (0x1, "Directory"), (0x2, "Write Through"), (0x4, "Sequential Access"), (0x8, "No Buffering"),
    (0x10, "Synchronous IO Alert"), (0x20, "Synchronous IO Non-Alert"), (0x40, "Non-Directory File"),
    (0x80, "Create Tree Connection"), (0x100, "Complete If Oplocked"), (0x200, "No EA Knowledge"),
    (0x400, "Open for Recovery"), (0x800, "Random Access"), (0x1000, "Delete On Close"), (0x2000, "Open By ID"),
    (0x4000, "Open For Backup"), (0x8000, "No Compression"), (0x10_0000, "Reserve OpFilter"),
    (0x20_0000, "Open Reparse Point"), (0x40_0000, "Open No Recall"), (0x80_0000, "Open For Free Space Query"),
    (0x1_0000, "Open Requiring Oplock"), (0x2_0000, "Disallow Exclusive"),
];

#[rustfmt::skip]
const ATTRIBUTES: Bits = &[
    (0x1, "R"), (0x2, "H"), (0x4, "S"), (0x10, "D"), (0x20, "A"), (0x40, "D"), (0x80, "N"), (0x100, "T"),
    (0x200, "SF"), (0x400, "RP"), (0x800, "C"), (0x1000, "O"), (0x2000, "NCI"), (0x4000, "E"), (0x1_0000, "V"),
    (0x18_0000, " 0x180000"), (0x8_0000, " 0x80000"), (0x10_0000, " 0x100000"),
];

const SHARE: Bits = &[(1, "Read"), (2, "Write"), (4, "Delete")];

const IO_FLAGS: Bits = &[
    (0x10, "Buffered"),
    (0x1, "Non-cached"),
    (0x2, "Paging I/O"),
    (0x4, "Synchronous"),
    (0x40, "Synchronous Paging I/O"),
    (0x40_0000, "Write Through"),
];

#[rustfmt::skip]
const NOTIFY: Bits = &[
    (0x1, "FILE_NOTIFY_CHANGE_FILE_NAME"), (0x2, "FILE_NOTIFY_CHANGE_DIR_NAME"),
    (0x3, "FILE_NOTIFY_CHANGE_NAME"), (0x4, "FILE_NOTIFY_CHANGE_ATTRIBUTES"), (0x8, "FILE_NOTIFY_CHANGE_SIZE"),
    (0x10, "FILE_NOTIFY_CHANGE_LAST_WRITE"), (0x20, "FILE_NOTIFY_CHANGE_LAST_ACCESS"),
    (0x40, "FILE_NOTIFY_CHANGE_CREATION"), (0x80, "FILE_NOTIFY_CHANGE_EA"), (0x100, "FILE_NOTIFY_CHANGE_SECURITY"),
    (0x200, "FILE_NOTIFY_CHANGE_STREAM_NAME"), (0x400, "FILE_NOTIFY_CHANGE_STREAM_SIZE"),
    (0x800, "FILE_NOTIFY_CHANGE_STREAM_WRITE"),
];

#[rustfmt::skip]
const SECURITY: Bits = &[
    (0x1, "Owner"), (0x2, "Group"), (0x4, "DACL"), (0x8, "SACL"), (0x10, "Label"), (0x20, "Attribute"),
    (0x40, "Scope"), (0x80, "Process Trust Label"), (0x1_0000, "Backup"),
    (0x8000_0000, "DACL Protected"), (0x4000_0000, "SACL Protected"), (0x2000_0000, "DACL Unprotected"),
    (0x1000_0000, "SACL Unprotected"),
];

#[rustfmt::skip]
const FILE_SYSTEM: Bits = &[
    (0x2, "Case Preserved"), (0x1, "Case Sensitive"), (0x4, "Unicode"), (0x8, "ACLs"), (0x10, "Compression"),
    (0x4_0000, "Named Streams"), (0x8_0000, "Read Only"), (0x2_0000, "EFS"), (0x1_0000, "Object IDs"),
    (0x80, "Reparse Points"), (0x40, "Sparse Files"), (0x20, "Quotas"), (0x20_0000, "Transactions"),
    (0x8000, "Compressed"),
];

const DISPOSITION: Bits = &[
    (1, "FILE_DISPOSITION_DELETE"),
    (2, "FILE_DISPOSITION_POSIX_SEMANTICS"),
    (4, "FILE_DISPOSITION_FORCE_IMAGE_SECTION_CHECK"),
    (8, "FILE_DISPOSITION_ON_CLOSE"),
    (16, "FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE"),
];

const PROTECTION: Bits = &[
    (0x02, "PAGE_READONLY"),
    (0x04, "PAGE_READWRITE"),
    (0x08, "PAGE_WRITECOPY"),
    (0x10, "PAGE_EXECUTE"),
    (0x20, "PAGE_EXECUTE_READ"),
    (0x40, "PAGE_EXECUTE_READWRITE"),
];
