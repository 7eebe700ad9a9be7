//! The FILE_*_INFORMATION and FILE_FS_*_INFORMATION structures, and directory listings.

use crate::{
    FileTime, PmlError, PmlEvent, PmlText,
    cursor::Cursor,
    detail::{
        fields::{Dialect, Fields, TextInfo},
        frame::read,
        masks, rename,
    },
    text::{push_decimal, push_grouped, push_grouped_signed, push_hex},
};

/// IRP_MN_QUERY_DIRECTORY.
pub(crate) const QUERY_DIRECTORY: u8 = 1;
/// IRP_MN_NOTIFY_CHANGE_DIRECTORY.
const NOTIFY_CHANGE_DIRECTORY: u8 = 2;

const BASIC: u8 = 0x04;
const STANDARD: u8 = 0x05;
const INTERNAL: u8 = 0x06;
const EA: u8 = 0x07;
const NAME: u8 = 0x09;
const RENAME: u8 = 0x0A;
const LINK: u8 = 0x0B;
const DISPOSITION: u8 = 0x0D;
const POSITION: u8 = 0x0E;
const ALL: u8 = 0x12;
const ALLOCATION: u8 = 0x13;
const END_OF_FILE: u8 = 0x14;
const STREAM: u8 = 0x16;
const NETWORK_OPEN: u8 = 0x22;
const ATTRIBUTE_TAG: u8 = 0x23;
const VALID_DATA_LENGTH: u8 = 0x27;
const DISPOSITION_EX: u8 = 0x40;
const RENAME_EX: u8 = 0x41;
const RENAME_EX_BYPASS: u8 = 0x42;
const LINK_EX: u8 = 0x48;

fn push_time(c: &mut Cursor<'_>, name: &str, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    fields.time(name, FileTime(c.u64()?));
    Ok(())
}

fn push_times(c: &mut Cursor<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    ["CreationTime", "LastAccessTime", "LastWriteTime", "ChangeTime"]
        .iter()
        .try_for_each(|n| push_time(c, n, fields))
}

/// FILE_STANDARD_INFORMATION, 24 bytes.
fn push_standard(c: &mut Cursor<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    push_grouped(fields.field("AllocationSize"), c.u64()?);
    push_grouped(fields.field("EndOfFile"), c.u64()?);
    push_grouped(fields.field("NumberOfLinks"), c.u32()?.into());
    fields.boolean("DeletePending", c.u8()? != 0);
    fields.boolean("Directory", c.u8()? != 0);
    c.skip(2)
}

pub(crate) fn push_query(event: &PmlEvent<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    let Some(mut c) = event.extra_cursor() else { return Ok(()) };
    match event.raw_sub_operation() {
        BASIC => {
            push_times(&mut c, fields)?;
            masks::push_attributes(fields.field("FileAttributes"), c.u32()?);
        }
        STANDARD => push_standard(&mut c, fields)?,
        INTERNAL => push_hex(fields.field("IndexNumber"), c.u64()?),
        EA => push_grouped(fields.field("EaSize"), c.u32()?.into()),
        NAME => {
            let bytes = c.u32()? as usize;
            let name = c.take(bytes.min(c.remaining()))?;
            PmlText::Utf16(name).push_to(fields.field("Name"));
        }
        ALL => push_all(&mut c, fields)?,
        NETWORK_OPEN => push_network_open(event, fields)?,
        ATTRIBUTE_TAG => {
            masks::push_attributes(fields.field("Attributes"), c.u32()?);
            push_hex(fields.field("ReparseTag"), c.u32()?.into());
        }
        // Process Monitor 3.53 shows nothing of these two.
        STREAM if fields.dialect() == Dialect::Plain => push_streams(c, fields)?,
        POSITION if fields.dialect() == Dialect::Plain => {
            push_grouped_signed(fields.field("Position"), c.i64()?)
        }
        _ => {}
    }
    Ok(())
}

/// FILE_ALL_INFORMATION: Basic, 4 bytes of padding, Standard, Internal, EA, Access, Position, Mode, Alignment.
fn push_all(c: &mut Cursor<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    push_times(c, fields)?;
    masks::push_attributes(fields.field("FileAttributes"), c.u32()?);
    c.skip(4)?;
    push_standard(c, fields)?;
    push_hex(fields.field("IndexNumber"), c.u64()?);
    push_grouped(fields.field("EaSize"), c.u32()?.into());
    masks::push_file_access(fields.field("Access"), c.u32()?);
    push_grouped_signed(fields.field("Position"), c.i64()?);
    masks::push_create_options(fields.field("Mode"), c.u32()?);
    let alignment = c.u32()?;
    let name = ALIGNMENTS.iter().find(|(value, _)| *value == alignment).map(|(_, name)| *name);
    let out = fields.field("AlignmentRequirement");
    match name {
        Some(name) => out.push_str(name),
        None => push_decimal(out, alignment.into()),
    }
    Ok(())
}

/// FILE_*_ALIGNMENT. `Byte` and `Long` are seen in exports, the rest follows the constants' names.
const ALIGNMENTS: &[(u32, &str)] = &[
    (0, "Byte"),
    (1, "Word"),
    (3, "Long"),
    (7, "Quad"),
    (0xF, "Octa"),
    (0x1F, "32 Byte"),
    (0x3F, "64 Byte"),
    (0x7F, "128 Byte"),
    (0xFF, "256 Byte"),
    (0x1FF, "512 Byte"),
];

/// FILE_NETWORK_OPEN_INFORMATION, also the answer to QueryOpen.
pub(crate) fn push_network_open(event: &PmlEvent<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    let Some(mut c) = event.extra_cursor() else { return Ok(()) };
    push_times(&mut c, fields)?;
    match fields.dialect() {
        // Process Monitor prints the two sizes as dates.
        Dialect::Procmon => {
            push_time(&mut c, "AllocationSize", fields)?;
            push_time(&mut c, "EndOfFile", fields)?;
        }
        Dialect::Plain => {
            push_grouped(fields.field("AllocationSize"), c.u64()?);
            push_grouped(fields.field("EndOfFile"), c.u64()?);
        }
    }
    masks::push_attributes(fields.field("FileAttributes"), c.u32()?);
    Ok(())
}

/// FILE_STREAM_INFORMATION: u32 next, u32 name bytes, i64 size, i64 allocation, name.
fn push_streams(whole: Cursor<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    let mut at = 0usize;
    for index in 0u64.. {
        let mut c = whole;
        c.seek(at)?;
        let (next, bytes) = (c.u32()? as usize, c.u32()? as usize);
        c.skip(16)?;
        let mut name = String::new();
        push_decimal(&mut name, index);
        PmlText::Utf16(c.take(bytes)?).push_to(fields.field(&name));
        if next == 0 {
            break;
        }
        at = at.saturating_add(next);
    }
    Ok(())
}

pub(crate) fn push_set(event: &PmlEvent<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    let mut c = read(event)?.tail;
    match event.raw_sub_operation() {
        BASIC => {
            push_times(&mut c, fields)?;
            masks::push_attributes(fields.field("FileAttributes"), c.u32()?);
        }
        RENAME | LINK | RENAME_EX | RENAME_EX_BYPASS | LINK_EX => {
            let target = rename::rename_target(event)?;
            fields.boolean("ReplaceIfExists", target.replace);
            target.path.push_to(fields.field("FileName"));
        }
        DISPOSITION => fields.boolean("Delete", c.u8()? != 0),
        DISPOSITION_EX => masks::push_disposition(fields.field("Flags"), c.u32()?),
        POSITION => push_grouped_signed(fields.field("Position"), c.i64()?),
        ALLOCATION => push_grouped_signed(fields.field("AllocationSize"), c.i64()?),
        END_OF_FILE => push_grouped_signed(fields.field("EndOfFile"), c.i64()?),
        VALID_DATA_LENGTH => push_grouped_signed(fields.field("ValidDataLength"), c.i64()?),
        _ => {}
    }
    Ok(())
}

pub(crate) fn push_volume(event: &PmlEvent<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    let Some(mut c) = event.extra_cursor() else { return Ok(()) };
    match event.raw_sub_operation() {
        1 => {
            push_time(&mut c, "VolumeCreationTime", fields)?;
            let (serial, bytes, objects) = (c.u32()?, c.u32()?, c.u8()? != 0);
            c.skip(1)?;
            let out = fields.field("VolumeSerialNumber");
            for (i, half) in [serial >> 16, serial & 0xFFFF].iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "-" });
                out.push_str(&format!("{half:04X}"));
            }
            fields.boolean("SupportsObjects", objects);
            let label = c.take((bytes as usize).min(c.remaining()))?;
            PmlText::Utf16(label).push_to(fields.field("VolumeLabel"));
        }
        3 => push_numbers(&mut c, fields, &["TotalAllocationUnits", "AvailableAllocationUnits"])?,
        5 => {
            masks::push_file_system(fields.field("FileSystemAttributes"), c.u32()?);
            push_grouped(fields.field("MaximumComponentNameLength"), c.u32()?.into());
            let bytes = c.u32()? as usize;
            let name = c.take(bytes.min(c.remaining()))?;
            PmlText::Utf16(name).push_to(fields.field("FileSystemName"));
        }
        7 => {
            let names =
                ["TotalAllocationUnits", "CallerAvailableAllocationUnits", "ActualAvailableAllocationUnits"];
            push_numbers(&mut c, fields, &names)?;
        }
        8 => {
            let id = c.array::<16>()?;
            let out = fields.field("ObjectId");
            for byte in id {
                out.push_str(&format!("{byte:02X}"));
            }
        }
        _ => {}
    }
    Ok(())
}

/// The i64 counts of a FILE_FS_*SIZE_INFORMATION and the two u32 after them.
fn push_numbers(c: &mut Cursor<'_>, fields: &mut Fields<'_>, names: &[&str]) -> Result<(), PmlError> {
    for name in names {
        push_grouped_signed(fields.field(name), c.i64()?);
    }
    push_grouped(fields.field("SectorsPerAllocationUnit"), c.u32()?.into());
    push_grouped(fields.field("BytesPerSector"), c.u32()?.into());
    Ok(())
}

pub(crate) fn push_directory(event: &PmlEvent<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    let mut detail = read(event)?;
    match event.raw_sub_operation() {
        NOTIFY_CHANGE_DIRECTORY => {
            masks::push_notify(fields.field("Filter"), detail.parameter(8, 4)?);
            Ok(())
        }
        QUERY_DIRECTORY => {
            let class = detail.parameter(0x10, 8)?;
            let filter = TextInfo::read(&mut detail.tail)?.text(&mut detail.tail)?;
            let filtered = !filter.is_empty();
            if filtered {
                filter.push_to(fields.field("Filter"));
            }
            push_listing(event, class, filtered, fields)
        }
        _ => Ok(()),
    }
}

/// FILE_INFORMATION_CLASS of listings: number, name, offset of the name's length, offset of the name.
const LISTINGS: &[(u32, &str, usize, usize)] = &[
    (1, "FileDirectoryInformation", 60, 64),
    (2, "FileFullDirectoryInformation", 60, 68),
    (3, "FileBothDirectoryInformation", 60, 94),
    (12, "FileNamesInformation", 8, 12),
    (37, "FileIdBothDirectoryInformation", 60, 104),
    (38, "FileIdFullDirectoryInformation", 60, 80),
];

fn push_listing(
    event: &PmlEvent<'_>,
    class: u32,
    filtered: bool,
    fields: &mut Fields<'_>,
) -> Result<(), PmlError> {
    let Some((_, class_name, length_at, name_at)) = LISTINGS.iter().find(|(number, ..)| *number == class)
    else {
        return Ok(());
    };
    if fields.dialect() == Dialect::Plain {
        fields.text(CLASS, class_name);
    }
    let mut position = u64::from(filtered);
    let mut label = String::new();
    let mut next = event.extra_cursor().map(|whole| (whole, 0usize));
    while let Some((whole, at)) = next {
        let (mut link, mut length, mut name) = (whole, whole, whole);
        link.seek(at)?;
        length.seek(at.saturating_add(*length_at))?;
        name.seek(at.saturating_add(*name_at))?;
        if fields.dialect() == Dialect::Procmon && position == CLASS_POSITION {
            fields.text(CLASS, class_name);
        } else {
            label.clear();
            push_decimal(&mut label, position);
            let bytes = length.u32()? as usize;
            PmlText::Utf16(name.take(bytes)?).push_to(fields.field(&label));
        }
        position += 1;
        next = match link.u32()? {
            0 => None,
            step => Some((whole, at.saturating_add(step as usize))),
        };
    }
    if fields.dialect() == Dialect::Procmon && position == CLASS_POSITION {
        fields.text(CLASS, class_name);
    }
    Ok(())
}

const CLASS: &str = "FileInformationClass";

/// Process Monitor 3.53 puts the class in the third place of the list, over the entry that belongs there. It leaves
/// the class out if the list is shorter than two. 3.40 prints no class and loses no entry.
const CLASS_POSITION: u64 = 2;
