//! Process, thread and image events.

use crate::{
    FileTime, PmlError, PmlEvent, PmlText,
    cursor::Cursor,
    detail::fields::{Dialect, Fields, TextInfo, multi_sz},
    operation::process,
    text::{push_decimal, push_grouped, push_hex},
    time::push_seconds,
};

/// What a Process Create or Process Defined event says of the new process: enough to rebuild a process table. `T` is how
/// its texts are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Created<'a, T = PmlText<'a>> {
    /// Process index of the new process.
    pub index: u32,
    /// Its process id.
    pub pid: u32,
    /// Process index of its parent.
    pub parent_index: u32,
    /// Process id of its parent.
    pub parent_pid: u32,
    /// Session.
    pub session: u32,
    /// Whether it is a 64-bit process. Public descriptions call the field the opposite, WOW64; in five real records it is
    /// as here.
    pub is_64bit: bool,
    /// When it was created.
    pub time: FileTime,
    /// Logon session LUID.
    pub authentication_id: u64,
    /// UAC virtualization.
    pub virtualized: u32,
    /// The user's SID, binary.
    pub user_sid: &'a [u8],
    /// The integrity level's SID, binary.
    pub integrity_sid: &'a [u8],
    /// Image path.
    pub image_path: T,
    /// Command line.
    pub command_line: T,
}

/// Reads the detail of a Process Create or Process Defined event.
///
/// # Errors
/// Where the detail is cut off.
pub fn created<'a>(event: &PmlEvent<'a>) -> Result<Created<'a>, PmlError> {
    let mut c = event.detail_cursor();
    let (index, pid, parent_index, parent_pid) = (c.u32()?, c.u32()?, c.u32()?, c.u32()?);
    let (session, is_64bit, time) = (c.u32()?, c.u32()? != 0, FileTime(c.u64()?));
    let (authentication_id, virtualized) = (c.u64()?, c.u32()?);
    let (user_length, integrity_length) = (c.u8()?, c.u8()?);
    let (image, command) = (TextInfo::read(&mut c)?, TextInfo::read(&mut c)?);
    c.skip(2)?;
    Ok(Created {
        index,
        pid,
        parent_index,
        parent_pid,
        session,
        is_64bit,
        time,
        authentication_id,
        virtualized,
        user_sid: c.take(user_length.into())?,
        integrity_sid: c.take(integrity_length.into())?,
        image_path: image.text(&mut c)?.until_nul(),
        command_line: command.text(&mut c)?.until_nul(),
    })
}

/// What a Process Start event says of the process that it is of.
#[derive(Debug, Clone, Copy)]
pub struct Started<'a> {
    /// Process id of its parent.
    pub parent_pid: u32,
    /// Command line; version 7 does not have it.
    pub command_line: PmlText<'a>,
}

/// Reads the detail of a Process Start event.
///
/// # Errors
/// Where the detail is cut off.
pub fn started<'a>(event: &PmlEvent<'a>) -> Result<Started<'a>, PmlError> {
    let mut c = event.detail_cursor();
    let parent_pid = c.u32()?;
    if c.remaining() == 0 {
        return Ok(Started { parent_pid, command_line: PmlText::EMPTY });
    }
    let command = TextInfo::read(&mut c)?;
    c.skip(2 + 4)?;
    Ok(Started { parent_pid, command_line: command.text(&mut c)?.until_nul() })
}

/// What a Process Exit or Process Statistics event says. Times in ticks of 100 ns, sizes in bytes.
#[derive(Debug, Clone, Copy)]
pub struct Ended {
    /// Exit status, often an NTSTATUS or a Win32 code.
    pub status: u32,
    /// Time in the kernel.
    pub kernel: u64,
    /// Time in user mode.
    pub user: u64,
    /// Working set and its peak.
    pub working_set: (u64, u64),
    /// Private bytes and their peak.
    pub private: (u64, u64),
}

/// Reads the detail of a Process Exit or Process Statistics event.
///
/// # Errors
/// Where the detail is cut off.
pub fn ended(event: &PmlEvent<'_>) -> Result<Ended, PmlError> {
    let mut c = event.detail_cursor();
    Ok(Ended {
        status: c.u32()?,
        kernel: c.u64()?,
        user: c.u64()?,
        working_set: (c.u64()?, c.u64()?),
        private: (c.u64()?, c.u64()?),
    })
}

/// What a Load Image event says.
#[derive(Debug, Clone, Copy)]
pub struct LoadedImage<'a> {
    /// Base address.
    pub base: u64,
    /// Bytes mapped.
    pub size: u32,
    /// Image path.
    pub path: PmlText<'a>,
}

/// Reads the detail of a Load Image event.
///
/// # Errors
/// Where the detail is cut off.
pub fn loaded_image<'a>(event: &PmlEvent<'a>) -> Result<LoadedImage<'a>, PmlError> {
    let mut c = event.detail_cursor();
    let (base, size) = (c.pointer(event.file().header().wide())?, c.u32()?);
    let info = TextInfo::read(&mut c)?;
    c.skip(2)?;
    Ok(LoadedImage { base, size, path: info.text(&mut c)? })
}

pub(crate) fn push_path(event: &PmlEvent<'_>, out: &mut String) -> Result<(), PmlError> {
    match event.raw_operation() {
        process::DEFINED | process::CREATE => created(event)?.image_path.push_to(out),
        process::LOAD_IMAGE => loaded_image(event)?.path.push_to(out),
        _ => {}
    }
    Ok(())
}

pub(crate) fn push_detail(event: &PmlEvent<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    let mut c = event.detail_cursor();
    match event.raw_operation() {
        process::DEFINED | process::CREATE => {
            let created = created(event)?;
            push_decimal(fields.field("PID"), created.pid.into());
            created.command_line.push_to(fields.field("Command line"));
        }
        process::START => push_start(&mut c, fields)?,
        process::EXIT | process::STATISTICS => {
            let e = ended(event)?;
            let out = fields.field("Exit Status");
            let status = e.status.cast_signed();
            if status < 0 {
                out.push('-');
            }
            push_decimal(out, status.unsigned_abs().into());
            for (name, ticks) in [("User Time", e.user), ("Kernel Time", e.kernel)] {
                let out = fields.field(name);
                push_seconds(out, ticks);
                out.push_str(" seconds");
            }
            push_grouped(fields.field("Private Bytes"), e.private.0);
            push_grouped(fields.field("Peak Private Bytes"), e.private.1);
            push_grouped(fields.field("Working Set"), e.working_set.0);
            push_grouped(fields.field("Peak Working Set"), e.working_set.1);
        }
        process::THREAD_CREATE => push_decimal(fields.field("Thread ID"), c.u32()?.into()),
        process::THREAD_EXIT => {
            push_decimal(fields.field("Thread ID"), event.tid().into());
            c.skip(4)?;
            let kernel = c.u64()?;
            push_seconds(fields.field("User Time"), c.u64()?);
            push_seconds(fields.field("Kernel Time"), kernel);
        }
        process::LOAD_IMAGE => {
            let image = loaded_image(event)?;
            push_hex(fields.field("Image Base"), image.base);
            push_hex(fields.field("Image Size"), image.size.into());
        }
        _ => {}
    }
    Ok(())
}

/// Version 7 has the parent's PID only.
fn push_start(c: &mut Cursor<'_>, fields: &mut Fields<'_>) -> Result<(), PmlError> {
    push_decimal(fields.field("Parent PID"), c.u32()?.into());
    if c.remaining() == 0 {
        return Ok(());
    }
    let (command, directory) = (TextInfo::read(c)?, TextInfo::read(c)?);
    let environment = c.u32()?;
    command.text(c)?.push_to(fields.field("Command line"));
    directory.text(c)?.push_to(fields.field("Current directory"));
    let bytes = c.take((environment as usize).saturating_mul(2).min(c.remaining()))?;
    // Process Monitor begins each variable with a line break of its own making.
    let (mut separator, next) =
        if fields.dialect() == Dialect::Procmon { ("\r;\t", "\r;\t") } else { ("", "; ") };
    let out = fields.field("Environment");
    for variable in multi_sz(bytes) {
        out.push_str(separator);
        variable.push_to(out);
        separator = next;
    }
    Ok(())
}
