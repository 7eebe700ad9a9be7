//! File system events.

use crate::{
    EventClass, PmlError,
    detail::filesystem::{CreateFile, OpenResult},
    file_operation as op,
    write::encode::{
        Bytes, DirectoryEntry, Layout, Listing, Payload, QueryInformation, SetInformation, Text,
        VolumeInformation, directory, fit, information, size,
    },
};

/// A file system event: what was done, and to which path.
#[derive(Debug, Clone, Copy)]
pub struct FileEvent<'a> {
    /// The path in its DOS form.
    pub path: &'a str,
    /// What was done.
    pub operation: FileOperation<'a>,
    /// Whether the operation came as fast I/O and not as an IRP. The answer to fast I/O is often FAST IO DISALLOWED.
    pub fast_io: bool,
}

/// An operation of the file system. It has answers if it succeeded.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub enum FileOperation<'a> {
    Create(CreateFile<'a>),
    Read(Transfer),
    Write(Transfer),
    /// ReadFile as IRP_MN_MDL.
    MdlRead(Transfer),
    /// WriteFile as IRP_MN_MDL.
    PrepareMdlWrite(Transfer),
    QueryOpen(Option<information::NetworkOpen>),
    Query(QueryInformation<'a>),
    Set(SetInformation<'a>),
    QueryVolume(VolumeInformation<'a>),
    QueryDirectory {
        listing: Listing,
        filter: &'a str,
        entries: Option<&'a [DirectoryEntry<'a>]>,
    },
    /// With the FILE_NOTIFY_CHANGE_* that are waited for.
    NotifyChangeDirectory(u32),
    FileSystemControl {
        code: u32,
        output: u32,
        input_length: u32,
        input: &'a [u8],
    },
    DeviceControl {
        code: u32,
        output: u32,
        input_length: u32,
    },
    Lock(Lock),
    UnlockSingle {
        offset: i64,
        length: i64,
    },
    /// With the SECURITY_INFORMATION that is asked for.
    QuerySecurity(u32),
    SetSecurity(u32),
    CreateFileMapping {
        sync_type: u32,
        protection: u32,
    },
    AcquireForModWrite {
        ending_offset: i64,
    },
    /// FASTIO_MDL_WRITE_COMPLETE or, for a read, FASTIO_MDL_READ_COMPLETE, with the address of the MDL.
    MdlComplete {
        write: bool,
        mdl: u64,
    },
    /// An operation whose event says only its path, by its number: CloseFile, FlushBuffersFile …
    Plain(u16),
}

/// What a read or write moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Transfer {
    /// Where in the file, in bytes.
    pub offset: i64,
    /// How much was asked for, in bytes.
    pub length: u32,
    /// How many bytes were moved, if it succeeded.
    pub done: Option<u32>,
    /// IRP_* flags. Process Monitor shows those in 0xE000FF.
    pub flags: u32,
    /// I/O priority, 0 to 5; 0 is none.
    pub priority: u8,
}

/// A LockFile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Lock {
    pub offset: i64,
    pub length: i64,
    pub exclusive: bool,
    pub fail_immediately: bool,
}

/// FLT_PARAMETERS, 48 bytes with 8-byte pointers, 28 with 4. Members lie at two offsets.
struct Parameters {
    bytes: [u8; 48],
    wide: bool,
}

impl Parameters {
    fn new(layout: Layout) -> Self {
        Self { bytes: [0; 48], wide: layout.wide }
    }

    fn put(mut self, wide: usize, narrow: usize, value: &[u8]) -> Self {
        let at = if self.wide { wide } else { narrow };
        if let Some(place) = self.bytes.get_mut(at..at + value.len()) {
            place.copy_from_slice(value);
        }
        self
    }

    fn u32(self, wide: usize, narrow: usize, value: u32) -> Self {
        self.put(wide, narrow, &value.to_le_bytes())
    }

    fn used(&self) -> &[u8] {
        self.bytes.get(..if self.wide { 48 } else { 28 }).unwrap_or_default()
    }
}

/// FLT_CALLBACK_DATA.Flags.
const IRP: u32 = 1;
const FAST_IO: u32 = 2;
const FS_FILTER: u32 = 4;

const MDL_WRITE_COMPLETE: u16 = 2;
const MDL_READ_COMPLETE: u16 = 4;
const FASTIO_CHECK_IF_POSSIBLE: u16 = 7;
/// From here to CreateFileMapping all operations of real logs are filter callbacks.
const RELEASE_FOR_CC_FLUSH: u16 = 14;

const LOCK_FILE: u8 = 1;
const UNLOCK_SINGLE: u8 = 2;

/// What is special in an operation: all that is not in the frame common to file system events.
struct Parts {
    operation: u16,
    /// Information class or minor function.
    sub: u8,
    irp_flags: u32,
    parameters: Parameters,
    tail: Bytes,
    extra: Option<Bytes>,
}

impl Parts {
    fn new(operation: u16, sub: u8, parameters: Parameters) -> Self {
        Self { operation, sub, irp_flags: 0, parameters, tail: Bytes::default(), extra: None }
    }
}

impl FileEvent<'_> {
    /// # Errors
    /// [`PmlError::TooLarge`] if a text or a structure does not fit its field.
    pub fn encode(&self, layout: Layout) -> Result<Payload, PmlError> {
        let parts = self.parts(layout)?;
        let path = Text::of(self.path)?;
        let callback = match parts.operation {
            _ if self.fast_io => FAST_IO,
            MDL_WRITE_COMPLETE..=FASTIO_CHECK_IF_POSSIBLE => FAST_IO,
            RELEASE_FOR_CC_FLUSH..=op::CREATE_FILE_MAPPING => FS_FILTER,
            _ => IRP,
        };
        let mut detail = Bytes::default();
        detail.u8(parts.sub).zeros(7).u32(parts.irp_flags).u32(callback).raw(parts.parameters.used());
        detail.u16(path.info).u16(0).text(&path).raw(&parts.tail.0);
        Ok(Payload::new(EventClass::FileSystem, parts.operation, detail).with_extra(parts.extra))
    }

    fn parts(&self, layout: Layout) -> Result<Parts, PmlError> {
        let parameters = Parameters::new(layout);
        Ok(match self.operation {
            FileOperation::Create(create) => create_parts(&create, parameters)?,
            FileOperation::Read(t) => transfer_parts(op::READ, t, parameters),
            FileOperation::Write(t) => transfer_parts(op::WRITE, t, parameters),
            FileOperation::MdlRead(t) => transfer_parts(op::MDL_READ, t, parameters),
            FileOperation::PrepareMdlWrite(t) => transfer_parts(op::PREPARE_MDL_WRITE, t, parameters),
            FileOperation::QueryOpen(answer) => {
                Parts { extra: answer.map(|a| a.bytes()), ..Parts::new(op::QUERY_OPEN, 0, parameters) }
            }
            FileOperation::Query(query) => {
                let (class, length, extra) = query.encode()?;
                let parameters = parameters.u32(0, 0, length).u32(8, 4, class.into());
                Parts { extra, ..Parts::new(op::QUERY_INFORMATION, class, parameters) }
            }
            FileOperation::Set(set) => {
                let (class, input, behind) = set.encode(layout)?;
                let length = size("an information structure (bytes)", input.0.len())?;
                let parameters = parameters.u32(0, 0, length).u32(8, 4, class.into());
                let mut tail = input;
                tail.raw(&behind.0);
                Parts { tail, ..Parts::new(op::SET_INFORMATION, class, parameters) }
            }
            FileOperation::QueryVolume(query) => {
                let (class, length, extra) = query.encode()?;
                let parameters = parameters.u32(0, 0, length).u32(8, 4, class.into());
                Parts { extra, ..Parts::new(op::QUERY_VOLUME, class, parameters) }
            }
            FileOperation::QueryDirectory { listing, filter, entries } => {
                let filter = if filter.is_empty() {
                    Text { info: 0, bytes: Vec::new() }
                } else {
                    Text::utf16(filter)?
                };
                let extra = entries.map(|e| directory::listing(listing, e)).transpose()?;
                // Windows Explorer's buffer; a listing that is larger came into a larger one.
                let length = extra.as_ref().map_or(0, |e| e.0.len()).max(0x1000);
                let parameters =
                    parameters.u32(0, 0, size("a listing (bytes)", length)?).u32(0x10, 8, listing.class());
                let mut tail = Bytes::default();
                tail.u16(filter.info).text(&filter);
                Parts {
                    tail,
                    extra,
                    ..Parts::new(op::DIRECTORY_CONTROL, directory::QUERY_DIRECTORY, parameters)
                }
            }
            FileOperation::NotifyChangeDirectory(filter) => {
                Parts::new(op::DIRECTORY_CONTROL, directory::NOTIFY_CHANGE, parameters.u32(8, 4, filter))
            }
            FileOperation::FileSystemControl { code, output, input_length, input } => {
                let parameters = parameters.u32(0, 0, output).u32(8, 4, input_length).u32(0x10, 8, code);
                let tail = Bytes(input.into());
                Parts { tail, ..Parts::new(op::FILE_SYSTEM_CONTROL, 0, parameters) }
            }
            FileOperation::DeviceControl { code, output, input_length } => Parts::new(
                op::DEVICE_CONTROL,
                0,
                parameters.u32(0, 0, output).u32(8, 4, input_length).u32(0x10, 8, code),
            ),
            FileOperation::Lock(lock) => {
                let parameters = parameters.put(0x10, 8, &lock.offset.to_le_bytes()).put(
                    0x20,
                    0x14,
                    &[lock.fail_immediately.into(), lock.exclusive.into()],
                );
                lock_parts(LOCK_FILE, lock.length, parameters)
            }
            FileOperation::UnlockSingle { offset, length } => {
                lock_parts(UNLOCK_SINGLE, length, parameters.put(0x10, 8, &offset.to_le_bytes()))
            }
            FileOperation::QuerySecurity(what) => {
                Parts::new(op::QUERY_SECURITY, 0, parameters.u32(0, 0, what))
            }
            FileOperation::SetSecurity(what) => Parts::new(op::SET_SECURITY, 0, parameters.u32(0, 0, what)),
            FileOperation::CreateFileMapping { sync_type, protection } => {
                Parts::new(op::CREATE_FILE_MAPPING, 0, parameters.u32(0, 0, sync_type).u32(4, 4, protection))
            }
            FileOperation::AcquireForModWrite { ending_offset } => {
                let mut parts = Parts::new(op::ACQUIRE_FOR_MOD_WRITE, 0, parameters);
                parts.tail.i64(ending_offset);
                parts
            }
            FileOperation::MdlComplete { write, mdl } => {
                let mut pointer = Bytes::default();
                pointer.pointer(layout, mdl)?;
                let operation = if write { MDL_WRITE_COMPLETE } else { MDL_READ_COMPLETE };
                Parts::new(operation, 0, parameters.put(0, 0, &pointer.0))
            }
            FileOperation::Plain(operation) => Parts::new(operation, 0, parameters),
        })
    }
}

fn create_parts(create: &CreateFile<'_>, parameters: Parameters) -> Result<Parts, PmlError> {
    let options = u32::from(create.disposition) << 24 | create.options & 0xFF_FFFF;
    let parameters = parameters
        .u32(8, 4, options)
        .put(0x10, 8, &create.attributes.to_le_bytes())
        .put(0x12, 0xA, &create.share.to_le_bytes())
        .put(0x28, 0x14, &create.allocation.to_le_bytes());
    let mut parts = Parts::new(op::CREATE, 0, parameters);
    let sid = fit("a SID (bytes)", create.impersonating.len() as u64, u8::MAX)?;
    parts.tail.u32(create.desired_access).u8(sid).zeros(3).raw(create.impersonating);
    parts.extra = create.result.map(|result| {
        let mut extra = Bytes::default();
        extra.u32(open_result(result)).u32(0);
        extra
    });
    Ok(parts)
}

/// IO_STATUS_BLOCK.Information of an open.
fn open_result(result: OpenResult) -> u32 {
    match result {
        OpenResult::Superseded => 0,
        OpenResult::Opened => 1,
        OpenResult::Created => 2,
        OpenResult::Overwritten => 3,
        OpenResult::Exists => 4,
        OpenResult::DoesNotExist => 5,
        OpenResult::Unknown => u32::MAX,
    }
}

fn transfer_parts(operation: u16, transfer: Transfer, parameters: Parameters) -> Parts {
    let parameters = parameters.u32(0, 0, transfer.length).put(0x10, 8, &transfer.offset.to_le_bytes());
    let mut parts = Parts::new(operation, 0, parameters);
    parts.irp_flags = transfer.flags & !PRIORITY | u32::from(transfer.priority) << 17 & PRIORITY;
    parts.extra = transfer.done.map(|done| {
        let mut extra = Bytes::default();
        extra.u32(done).u32(0);
        extra
    });
    parts
}

/// The bits of the IRP's flags that hold the I/O priority.
const PRIORITY: u32 = 7 << 17;

fn lock_parts(sub: u8, length: i64, parameters: Parameters) -> Parts {
    let mut parts = Parts::new(op::LOCK, sub, parameters);
    parts.tail.i64(length);
    parts
}
