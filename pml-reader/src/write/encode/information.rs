//! The FILE_*_INFORMATION and FILE_FS_*_INFORMATION structures.

use crate::{
    FileTime, PmlError,
    write::encode::{Bytes, Layout, Text, size},
};

/// FILE_BASIC_INFORMATION.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct BasicInformation {
    pub creation: FileTime,
    pub last_access: FileTime,
    pub last_write: FileTime,
    pub change: FileTime,
    /// FILE_ATTRIBUTE_*.
    pub attributes: u32,
}

impl BasicInformation {
    fn times<'b>(&self, out: &'b mut Bytes) -> &'b mut Bytes {
        out.u64(self.creation.0).u64(self.last_access.0).u64(self.last_write.0).u64(self.change.0)
    }

    fn push<'b>(&self, out: &'b mut Bytes) -> &'b mut Bytes {
        self.times(out).u32(self.attributes).u32(0)
    }
}

/// FILE_STANDARD_INFORMATION.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct StandardInformation {
    pub allocation: u64,
    pub end_of_file: u64,
    pub links: u32,
    pub delete_pending: bool,
    pub directory: bool,
}

impl StandardInformation {
    fn push<'b>(&self, out: &'b mut Bytes) -> &'b mut Bytes {
        out.u64(self.allocation).u64(self.end_of_file).u32(self.links);
        out.u8(self.delete_pending.into()).u8(self.directory.into()).zeros(2)
    }
}

/// FILE_NETWORK_OPEN_INFORMATION.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct NetworkOpen {
    pub basic: BasicInformation,
    pub allocation: u64,
    pub end_of_file: u64,
}

impl NetworkOpen {
    pub(super) fn bytes(&self) -> Bytes {
        let mut out = Bytes::default();
        self.basic
            .times(&mut out)
            .u64(self.allocation)
            .u64(self.end_of_file)
            .u32(self.basic.attributes)
            .u32(0);
        out
    }
}

/// FILE_ALL_INFORMATION.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct AllInformation<'a> {
    pub basic: BasicInformation,
    pub standard: StandardInformation,
    pub index_number: u64,
    pub ea_size: u32,
    pub access: u32,
    pub position: i64,
    pub mode: u32,
    pub alignment: u32,
    /// The path within the volume.
    pub name: &'a str,
}

/// A stream of a file: `::$DATA` and such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct StreamEntry<'a> {
    pub name: &'a str,
    pub size: i64,
    pub allocation: i64,
}

/// What QueryInformationFile asked for, and the answer if there was one.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub enum QueryInformation<'a> {
    Basic(Option<BasicInformation>),
    Standard(Option<StandardInformation>),
    Internal(Option<u64>),
    Ea(Option<u32>),
    /// The path within the volume.
    Name(Option<&'a str>),
    Position(Option<i64>),
    All(Option<AllInformation<'a>>),
    Streams(Option<&'a [StreamEntry<'a>]>),
    NetworkOpen(Option<NetworkOpen>),
    /// FILE_ATTRIBUTE_* and the reparse tag.
    AttributeTag(Option<(u32, u32)>),
    /// Any other FILE_INFORMATION_CLASS.
    Other(u8),
}

/// The answer made by `push`, if there is one.
fn answer<T>(value: Option<T>, push: impl FnOnce(T, &mut Bytes) -> &mut Bytes) -> Option<Bytes> {
    value.map(|value| {
        let mut out = Bytes::default();
        push(value, &mut out);
        out
    })
}

/// Bytes that callers of Windows give for a path.
const PATH_BUFFER: u32 = 0x210;

impl QueryInformation<'_> {
    /// Class, length of the caller's buffer, answer.
    pub(super) fn encode(&self) -> Result<(u8, u32, Option<Bytes>), PmlError> {
        let (class, length, bytes) = match *self {
            Self::Basic(basic) => (0x04, 40, answer(basic, |b, out| b.push(out))),
            Self::Standard(standard) => (0x05, 24, answer(standard, |s, out| s.push(out))),
            Self::Internal(index) => (0x06, 8, answer(index, |i, out| out.u64(i))),
            Self::Ea(bytes) => (0x07, 4, answer(bytes, |b, out| out.u32(b))),
            Self::Name(name) => {
                let mut out = Bytes::default();
                if let Some(name) = name {
                    out.counted_utf16(name)?;
                }
                (0x09, PATH_BUFFER, name.map(|_| out))
            }
            Self::Position(position) => (0x0E, 8, answer(position, |p, out| out.i64(p))),
            Self::All(all) => (0x12, PATH_BUFFER, all.map(|a| all_bytes(&a)).transpose()?),
            Self::Streams(streams) => (0x16, 0x1000, streams.map(stream_bytes).transpose()?),
            Self::NetworkOpen(open) => (0x22, 56, open.map(|o| o.bytes())),
            Self::AttributeTag(tag) => {
                (0x23, 8, answer(tag, |(attributes, tag), out| out.u32(attributes).u32(tag)))
            }
            Self::Other(class) => (class, 0, None),
        };
        let given = bytes.as_ref().map_or(0, |b| b.0.len());
        Ok((class, size("an information structure (bytes)", given)?.max(length), bytes))
    }
}

fn all_bytes(all: &AllInformation<'_>) -> Result<Bytes, PmlError> {
    let mut out = Bytes::default();
    all.basic.push(&mut out);
    all.standard.push(&mut out);
    out.u64(all.index_number)
        .u32(all.ea_size)
        .u32(all.access)
        .i64(all.position)
        .u32(all.mode)
        .u32(all.alignment);
    out.counted_utf16(all.name)?;
    Ok(out)
}

fn stream_bytes(streams: &[StreamEntry<'_>]) -> Result<Bytes, PmlError> {
    let mut out = Bytes::default();
    for (i, stream) in streams.iter().enumerate() {
        let bytes = stream.name.encode_utf16().count() * 2;
        let next = if i + 1 == streams.len() { 0 } else { (24 + bytes).next_multiple_of(8) };
        out.u32(size("a name (bytes)", next)?).u32(size("a name (bytes)", bytes)?);
        out.i64(stream.size).i64(stream.allocation).utf16(stream.name);
        if next != 0 {
            out.align(8);
        }
    }
    Ok(out)
}

/// The classes that give a file another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum RenameForm {
    Rename = 0x0A,
    Link = 0x0B,
    RenameEx = 0x41,
    RenameExBypass = 0x42,
    LinkEx = 0x48,
}

/// What SetInformationFile set.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub enum SetInformation<'a> {
    Basic(BasicInformation),
    /// The target in its DOS form. Bit 0 of the flags replaces a file that is there.
    Rename {
        form: RenameForm,
        flags: u32,
        target: &'a str,
    },
    Disposition {
        delete: bool,
    },
    /// FILE_DISPOSITION_*.
    DispositionEx(u32),
    Position(i64),
    Allocation(i64),
    EndOfFile(i64),
    ValidDataLength(i64),
    /// Any other FILE_INFORMATION_CLASS with its structure.
    Other(u8, &'a [u8]),
}

impl SetInformation<'_> {
    /// Class, structure, and what follows it.
    pub(super) fn encode(&self, layout: Layout) -> Result<(u8, Bytes, Bytes), PmlError> {
        let (mut input, mut behind) = (Bytes::default(), Bytes::default());
        let class = match *self {
            Self::Basic(basic) => {
                basic.push(&mut input);
                0x04
            }
            Self::Rename { form, flags, target } => {
                // FILE_RENAME_INFORMATION with the target in NT form; Process Monitor puts the DOS form behind it.
                input.u32(flags).zeros(if layout.wide { 4 } else { 0 }).pointer(layout, 0)?;
                input.counted_utf16(&format!(r"\??\{target}"))?;
                let target = Text::of(target)?;
                behind.u16(target.info).text(&target);
                form as u8
            }
            Self::Disposition { delete } => {
                input.u8(delete.into());
                0x0D
            }
            Self::DispositionEx(flags) => {
                input.u32(flags);
                0x40
            }
            Self::Position(at) => {
                input.i64(at);
                0x0E
            }
            Self::Allocation(bytes) => {
                input.i64(bytes);
                0x13
            }
            Self::EndOfFile(at) => {
                input.i64(at);
                0x14
            }
            Self::ValidDataLength(bytes) => {
                input.i64(bytes);
                0x27
            }
            Self::Other(class, bytes) => {
                input.raw(bytes);
                class
            }
        };
        Ok((class, input, behind))
    }
}

/// What QueryVolumeInformation asked for, and the answer if there was one.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub enum VolumeInformation<'a> {
    /// When the volume was made, its serial number, whether it has object ids, its label.
    Volume(Option<(FileTime, u32, bool, &'a str)>),
    /// Units in all, units that are free, sectors a unit, bytes a sector.
    Size(Option<(i64, i64, u32, u32)>),
    /// FILE_* attributes, longest component, name of the file system.
    Attribute(Option<(u32, u32, &'a str)>),
    /// Units in all, units the caller may take, units that are free, sectors a unit, bytes a sector.
    FullSize(Option<(i64, i64, i64, u32, u32)>),
    ObjectId(Option<[u8; 16]>),
    /// Any other FS_INFORMATION_CLASS.
    Other(u8),
}

impl VolumeInformation<'_> {
    /// Class, length of the caller's buffer, answer.
    pub(super) fn encode(&self) -> Result<(u8, u32, Option<Bytes>), PmlError> {
        let (class, length, bytes) = match *self {
            Self::Volume(Some((made, serial, objects, label))) => {
                let mut out = Bytes::default();
                let bytes = size("a volume label (bytes)", label.encode_utf16().count() * 2)?;
                out.u64(made.0).u32(serial).u32(bytes).u8(objects.into()).u8(0).utf16(label);
                (1, 24, Some(out))
            }
            Self::Volume(None) => (1, 24, None),
            Self::Size(sizes) => (
                3,
                24,
                answer(sizes, |(all, free, sectors, bytes), out| {
                    out.i64(all).i64(free).u32(sectors).u32(bytes)
                }),
            ),
            Self::Attribute(Some((attributes, longest, name))) => {
                let mut out = Bytes::default();
                out.u32(attributes).u32(longest).counted_utf16(name)?;
                (5, 276, Some(out))
            }
            Self::Attribute(None) => (5, 276, None),
            Self::FullSize(sizes) => (
                7,
                32,
                answer(sizes, |(all, caller, free, sectors, bytes), out| {
                    out.i64(all).i64(caller).i64(free).u32(sectors).u32(bytes)
                }),
            ),
            Self::ObjectId(id) => (8, 64, answer(id, |id, out| out.raw(&id).zeros(48))),
            Self::Other(class) => (class, 0, None),
        };
        let given = bytes.as_ref().map_or(0, |b| b.0.len());
        Ok((class, size("an information structure (bytes)", given)?.max(length), bytes))
    }
}
