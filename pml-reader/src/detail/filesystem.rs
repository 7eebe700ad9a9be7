//! File system events: opens, reads, writes, locks, controls. Information classes are in
//! `information`.

pub use super::rename::{RenameTarget, rename_target};
use crate::{
    PmlError, PmlEvent,
    detail::{
        fields::{Dialect, Fields, TextInfo},
        frame::read,
        information, ioctl, masks, sid,
    },
    operation::{UNKNOWN, file},
    text::{push_decimal, push_grouped, push_grouped_signed, push_hex},
};

pub(crate) fn push_path(event: &PmlEvent<'_>, out: &mut String) -> Result<(), PmlError> {
    let mut detail = read(event)?;
    detail.path.push_to(out);
    let operation = event.operation();
    if (operation.code, operation.sub) == (file::DIRECTORY_CONTROL, information::QUERY_DIRECTORY) {
        let filter = TextInfo::read(&mut detail.tail)?.text(&mut detail.tail)?;
        if !filter.is_empty() {
            if detail.path.last_unit() != Some(u16::from(b'\\')) {
                out.push('\\');
            }
            filter.push_to(out);
        }
    }
    Ok(())
}

/// What became of an open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum OpenResult {
    Superseded,
    Opened,
    Created,
    Overwritten,
    Exists,
    DoesNotExist,
    Unknown,
}

/// Names of the create dispositions by number.
pub(crate) const DISPOSITIONS: &[&str] =
    &["Supersede", "Open", "Create", "OpenIf", "Overwrite", "OverwriteIf"];
const OPEN_RESULTS: &[(OpenResult, &str)] = &[
    (OpenResult::Superseded, "Superseded"),
    (OpenResult::Opened, "Opened"),
    (OpenResult::Created, "Created"),
    (OpenResult::Overwritten, "Overwritten"),
    (OpenResult::Exists, "Exists"),
    (OpenResult::DoesNotExist, "DoesNotExist"),
];

/// The name of a disposition, from 0 supersede to 5 overwrite-if.
#[must_use]
pub fn disposition_name(disposition: u8) -> &'static str {
    DISPOSITIONS.get(usize::from(disposition)).copied().unwrap_or("<unknown>")
}

impl OpenResult {
    /// From `IO_STATUS_BLOCK.Information`: FILE_SUPERSEDED 0 to FILE_DOES_NOT_EXIST 5.
    #[must_use]
    pub fn of_information(information: u64) -> Self {
        let place = usize::try_from(information).ok();
        place.and_then(|n| OPEN_RESULTS.get(n)).map_or(Self::Unknown, |(result, _)| *result)
    }

    /// The word in the Detail column.
    #[must_use]
    pub fn name(self) -> &'static str {
        OPEN_RESULTS.iter().find(|(r, _)| *r == self).map_or("<unknown>", |(_, name)| name)
    }
}

/// The name of a control code of a file system or a device.
#[must_use]
pub fn control_name(code: u32) -> Option<&'static str> {
    ioctl::lookup(code).map(|(name, _)| name)
}

/// What a CreateFile event asked for.
#[derive(Debug, Clone, Copy)]
pub struct CreateFile<'a> {
    /// Access mask asked for.
    pub desired_access: u32,
    /// 0 supersede, 1 open, 2 create, 3 open-if, 4 overwrite, 5 overwrite-if.
    pub disposition: u8,
    /// FILE_* create options.
    pub options: u32,
    /// File attributes.
    pub attributes: u16,
    /// Share mode: 1 read, 2 write, 4 delete; 0 is exclusive.
    pub share: u16,
    /// Initial allocation in bytes.
    pub allocation: u64,
    /// SID of the impersonated user, binary; empty if there was none.
    pub impersonating: &'a [u8],
    /// What the open did, if it succeeded.
    pub result: Option<OpenResult>,
}

/// Reads the detail of a CreateFile event.
///
/// # Errors
/// Where the detail is cut off.
pub fn create_file<'a>(event: &PmlEvent<'a>) -> Result<CreateFile<'a>, PmlError> {
    let detail = read(event)?;
    let options = detail.parameter(8, 4)?;
    let mut attributes = detail.at(0x10, 8)?;
    let mut tail = detail.tail;
    let desired_access = tail.u32()?;
    let sid_length = tail.u8()?;
    tail.skip(3)?;
    Ok(CreateFile {
        desired_access,
        disposition: (options >> 24) as u8,
        options: options & 0xFF_FFFF,
        attributes: attributes.u16()?,
        share: attributes.u16()?,
        allocation: detail.at(0x28, 0x14)?.u64()?,
        impersonating: tail.take(sid_length.into())?,
        result: event
            .extra_cursor()
            .and_then(|mut c| c.u32().ok())
            .map(|r| OpenResult::of_information(r.into())),
    })
}

/// Whether a SetDispositionInformation event marks the file for deletion.
pub(crate) fn deletes(event: &PmlEvent<'_>) -> bool {
    read(event).is_ok_and(|d| d.tail.rest().first().is_some_and(|flags| flags & 1 != 0))
}

/// The control code of a FileSystemControl or DeviceIoControl event.
#[must_use]
pub fn control_code(event: &PmlEvent<'_>) -> Option<u32> {
    read(event).ok()?.parameter(0x10, 8).ok()
}

pub(crate) fn push_detail(event: &PmlEvent<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    if fields.dialect() == Dialect::Procmon
        && event.operation().procmon_name(event.file().header().version) == UNKNOWN
    {
        return Ok(());
    }
    match event.raw_operation() {
        file::CREATE => push_create(event, fields),
        file::READ | file::WRITE | file::MDL_READ | file::PREPARE_MDL_WRITE => push_read_write(event, fields),
        file::QUERY_INFORMATION => information::push_query(event, fields),
        file::SET_INFORMATION => information::push_set(event, fields),
        file::QUERY_VOLUME => information::push_volume(event, fields),
        file::DIRECTORY_CONTROL => information::push_directory(event, fields),
        file::FILE_SYSTEM_CONTROL | file::DEVICE_CONTROL => push_control(event, fields),
        file::LOCK => push_lock(event, fields),
        file::QUERY_SECURITY | file::SET_SECURITY => {
            let detail = read(event)?;
            masks::push_security(fields.field("Information"), detail.parameter(0, 0)?);
            Ok(())
        }
        file::CREATE_FILE_MAPPING => push_mapping(event, fields),
        file::ACQUIRE_FOR_MOD_WRITE => {
            push_grouped_signed(fields.field("EndingOffset"), read(event)?.tail.i64()?);
            Ok(())
        }
        MDL_WRITE_COMPLETE | MDL_READ_COMPLETE => {
            let detail = read(event)?;
            push_hex(fields.field("MDL"), detail.at(0, 0)?.pointer(detail.wide)?);
            Ok(())
        }
        file::QUERY_OPEN => information::push_network_open(event, fields),
        _ => Ok(()),
    }
}

const MDL_WRITE_COMPLETE: u16 = 2;
const MDL_READ_COMPLETE: u16 = 4;

/// All that the detail of a CreateFile event shows; `None` where it shows a size or an account.
pub(super) fn create_key(event: &PmlEvent<'_>) -> Option<u128> {
    let create = create_file(event).ok().filter(|c| c.allocation == 0 && c.impersonating.is_empty())?;
    let result = create.result.map_or(0, |result| 1 + result as u128);
    let numbers: [(u128, u32); 5] = [
        (create.desired_access.into(), 32),
        (create.options.into(), 24),
        (create.disposition.into(), 8),
        (create.attributes.into(), 16),
        (create.share.into(), 16),
    ];
    Some(numbers.iter().fold(result, |key, (number, bits)| key << bits | number))
}

fn push_create(event: &PmlEvent<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    let create = create_file(event)?;
    let dialect = fields.dialect();
    masks::push_file_access(fields.field("Desired Access"), create.desired_access);
    fields.text("Disposition", disposition_name(create.disposition));
    masks::push_create_options(fields.field("Options"), create.options);
    masks::push_attributes(fields.field("Attributes"), create.attributes.into());
    masks::push_share(fields.field("ShareMode"), create.share.into());
    let out = fields.field("AllocationSize");
    if matches!(create.disposition, 0 | 2 | 3 | 5) {
        let wide = event.file().header().wide();
        // 32-bit Process Monitor shows the upper half of the number, 64-bit Process Monitor the lower.
        let shown = match dialect {
            Dialect::Procmon if wide => create.allocation & 0xFFFF_FFFF,
            Dialect::Procmon => create.allocation >> 32,
            Dialect::Plain => create.allocation,
        };
        push_grouped(out, shown);
    } else {
        out.push_str("n/a");
    }
    if !create.impersonating.is_empty() {
        sid::push_account(fields.field("Impersonating"), create.impersonating)?;
    }
    if let Some(result) = create.result {
        fields.text("OpenResult", result.name());
    }
    Ok(())
}

fn push_read_write(event: &PmlEvent<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    let detail = read(event)?;
    push_grouped_signed(fields.field("Offset"), detail.at(0x10, 8)?.i64()?);
    let length = match event.extra_cursor() {
        Some(mut done) => done.u32()?,
        None => detail.parameter(0, 0)?,
    };
    push_grouped(fields.field("Length"), length.into());
    let io_flags = detail.irp_flags & 0xE0_00FF;
    if io_flags != 0 {
        masks::push_io_flags(fields.field("I/O Flags"), io_flags);
    }
    let priority = detail.irp_flags >> 17 & 7;
    if priority != 0 {
        masks::push_priority(fields.field("Priority"), priority);
    }
    Ok(())
}

fn push_lock(event: &PmlEvent<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    let detail = read(event)?;
    let lock = event.raw_sub_operation() == 1;
    let fail = detail.at(0x20, 0x14)?.u8()? != 0;
    if lock {
        fields.boolean("Exclusive", detail.at(0x21, 0x15)?.u8()? != 0);
    }
    let (offset, length) = (detail.at(0x10, 8)?.i64()?, { detail.tail }.i64()?);
    match fields.dialect() {
        // Process Monitor prints a length of -1, "to the end", as 4,294,967,295.
        Dialect::Procmon => {
            push_grouped_signed(fields.field("Offset"), offset);
            let length = if length == -1 { 0xFFFF_FFFF } else { length };
            push_grouped_signed(fields.field("Length"), length);
        }
        Dialect::Plain => {
            push_grouped_signed(fields.field("Offset"), offset);
            push_grouped_signed(fields.field("Length"), length);
        }
    }
    if lock {
        fields.boolean("Fail Immediately", fail);
    }
    Ok(())
}

fn push_mapping(event: &PmlEvent<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    let detail = read(event)?;
    let out = fields.field("SyncType");
    match detail.parameter(0, 0)? {
        0 => out.push_str("SyncTypeOther"),
        1 => out.push_str("SyncTypeCreateSection"),
        other => {
            out.push_str("Unknown: ");
            push_hex(out, other.into());
        }
    }
    // 64-bit Process Monitor takes the protection from the pointer that follows it, and prints nonsense.
    let protection = if fields.dialect() == Dialect::Procmon {
        detail.parameter(8, 4)?
    } else {
        detail.parameter(4, 4)?
    };
    if let Some(text) = masks::protection(protection) {
        fields.text("PageProtection", &text);
    }
    Ok(())
}

fn push_control(event: &PmlEvent<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    let detail = read(event)?;
    let code = detail.parameter(0x10, 8)?;
    let out = fields.field("Control");
    let name = ioctl::lookup(code).map(|(name, _)| name);
    match name {
        Some(name) => out.push_str(name),
        None => {
            push_hex(out, code.into());
            out.push_str(" (Device:");
            push_hex(out, (code >> 16).into());
            out.push_str(" Function:");
            push_decimal(out, (code >> 2 & 0xFFF).into());
            out.push_str(" Method: ");
            push_decimal(out, (code & 3).into());
            out.push(')');
        }
    }
    if event.raw_operation() != file::FILE_SYSTEM_CONTROL {
        return Ok(());
    }
    let (output, input) = (detail.parameter(0, 0)?, detail.parameter(8, 4)?);
    let mut tail = detail.tail;
    match name.unwrap_or(UNKNOWN) {
        "FSCTL_PIPE_INTERNAL_WRITE" => push_grouped(fields.field("Length"), input.into()),
        "FSCTL_PIPE_INTERNAL_READ" => push_grouped(fields.field("Length"), output.into()),
        "FSCTL_PIPE_TRANSCEIVE" | "FSCTL_PIPE_INTERNAL_TRANSCEIVE" => {
            push_grouped(fields.field("WriteLength"), input.into());
            push_grouped(fields.field("ReadLength"), output.into());
        }
        "FSCTL_OFFLOAD_READ" => {
            tail.skip(16)?;
            push_grouped_signed(fields.field("Offset"), tail.i64()?);
            push_grouped(fields.field("Length"), tail.u64()?);
        }
        "FSCTL_OFFLOAD_WRITE" => {
            // FSCTL_OFFLOAD_WRITE_INPUT: u32 size, u32 flags, i64 file offset, i64 copy length.
            tail.skip(8)?;
            push_grouped_signed(fields.field("Offset"), tail.i64()?);
            push_grouped(fields.field("Length"), tail.u64()?);
        }
        _ => {}
    }
    Ok(())
}
