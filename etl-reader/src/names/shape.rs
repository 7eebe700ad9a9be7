//! Where the numbers and names of file and registry events lie. This is worked out from the tables once, so that
//! millions of events are read without decoding each.

use std::sync::OnceLock;

use super::guids::{KERNEL_FILE, KERNEL_REGISTRY};
use crate::cursor::{Cursor, PointerWidth};
use crate::layout::table::Tables;
use crate::layout::{Extent, Field, FieldType};
use crate::record::{EtlRecord, EventId};
use crate::text::Utf16;

/// A number that matters here, whatever an event calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Irp,
    Thread,
    FileObject,
    FileKey,
    Options,
    Attributes,
    ShareAccess,
    Information,
    InfoClass,
    Length,
    Offset,
    Status,
    InitialTime,
    ElapsedTime,
    Key,
    BaseKey,
    ValueType,
}

const ROLES: usize = 17;

fn role(field: &str) -> Option<Role> {
    Some(match field {
        "Irp" => Role::Irp,
        "ThreadId" | "IssuingThreadId" => Role::Thread,
        "FileObject" => Role::FileObject,
        "FileKey" => Role::FileKey,
        "CreateOptions" => Role::Options,
        "FileAttributes" | "CreateAttributes" => Role::Attributes,
        "ShareAccess" => Role::ShareAccess,
        "ExtraInformation" => Role::Information,
        "InfoClass" => Role::InfoClass,
        "IoSize" | "IOSize" | "Length" | "DataSize" => Role::Length,
        "Offset" | "ByteOffset" => Role::Offset,
        "NtStatus" | "Status" => Role::Status,
        "InitialTime" => Role::InitialTime,
        "ElapsedTime" => Role::ElapsedTime,
        "KeyHandle" | "KeyObject" => Role::Key,
        "BaseObject" => Role::BaseKey,
        "Type" => Role::ValueType,
        _ => return None,
    })
}

const CAPTURED: &str = "CapturedDataSize";

/// The numbers before the first string, and how many strings follow each other there.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shape {
    places: [(u16, u8); ROLES],
    strings_at: u16,
    strings: u8,
    /// Whether what follows the strings is recorded data, with its length before it.
    captured: bool,
}

impl Shape {
    fn of(fields: &[Field], width: PointerWidth) -> Shape {
        let mut shape = Shape::default();
        let mut at = 0;
        for field in fields {
            let text = field.kind == FieldType::Utf16 && field.length == Extent::Natural;
            if text {
                shape.strings += 1;
                continue;
            }
            let size = match field.kind {
                FieldType::Unsigned(bytes) | FieldType::Signed(bytes) | FieldType::Hex(bytes) => bytes,
                FieldType::Pointer => width.size(),
                _ => break,
            };
            shape.captured |= shape.strings > 0 && field.name == CAPTURED;
            if shape.strings > 0 || field.count != Extent::Natural {
                break;
            }
            if let Some(role) = role(&field.name)
                && let Some(place) = shape.places.get_mut(role as usize)
            {
                *place = (at, size);
            }
            at += u16::from(size);
            shape.strings_at = at;
        }
        shape
    }

    /// The number with this role, if the event has it.
    #[inline]
    pub(super) fn number(&self, payload: &[u8], role: Role) -> Option<u64> {
        let (at, size) = *self.places.get(role as usize)?;
        let rest = payload.get(usize::from(at)..)?;
        match size {
            4 => rest.first_chunk().copied().map(|bytes| u32::from_le_bytes(bytes).into()),
            8 => rest.first_chunk().copied().map(u64::from_le_bytes),
            _ => None,
        }
    }

    /// The same, as 32 bits; what does not fit is cut, as the thread ids that old events keep in pointers.
    pub(super) fn number32(&self, payload: &[u8], role: Role) -> Option<u32> {
        self.number(payload, role).map(|number| (number & 0xffff_ffff) as u32)
    }

    /// The strings after the numbers: the first and the second.
    #[inline]
    pub(super) fn strings<'a>(&self, payload: &'a [u8]) -> (Utf16<'a>, Utf16<'a>) {
        let mut cursor = Cursor::new(payload.get(usize::from(self.strings_at)..).unwrap_or_default(), 0);
        let mut next = |number: u8| {
            let has = self.strings >= number;
            Utf16::new(if has { cursor.utf16_nul("name").unwrap_or_default() } else { &[] })
        };
        (next(1), next(2))
    }

    /// Where in the payload the strings begin.
    pub(super) fn strings_at(&self) -> usize {
        self.strings_at.into()
    }

    /// The data behind the strings, as far as it was recorded.
    pub(super) fn captured<'a>(&self, payload: &'a [u8]) -> Option<&'a [u8]> {
        if !self.captured {
            return None;
        }
        let mut cursor = Cursor::new(payload.get(usize::from(self.strings_at)..)?, 0);
        for _ in 0..self.strings {
            cursor.utf16_nul("name").ok()?;
        }
        let length = cursor.u16(CAPTURED).ok()?;
        cursor.bytes(CAPTURED, length.into()).ok()
    }

    /// Whether all numbers of the event are there.
    #[inline]
    pub(super) fn fits(&self, payload: &[u8]) -> bool {
        payload.len() >= usize::from(self.strings_at)
    }
}

/// Which family of events a record belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Family {
    /// Kernel file events.
    KernelFile,
    /// Events of Microsoft-Windows-Kernel-File.
    FileProvider,
    /// Kernel registry events.
    KernelRegistry,
    /// Events of Microsoft-Windows-Kernel-Registry.
    RegistryProvider,
}

const FAMILIES: [Family; 4] =
    [Family::KernelFile, Family::FileProvider, Family::KernelRegistry, Family::RegistryProvider];

/// Group numbers of the kernel.
pub(super) const FILE_IO: u8 = 4;
pub(super) const REGISTRY: u8 = 9;

/// The shapes of all file and registry events.
#[derive(Debug)]
pub(super) struct Shapes {
    shapes: Vec<Shape>,
    /// By [`slot`]: which shape, counted from one.
    slots: Vec<u16>,
}

/// Newest version looked for; later ones are read as this one.
const NEWEST: u8 = 7;

fn slot(family: Family, id: u8, version: u8, width: PointerWidth) -> usize {
    let event = (family as usize) << 8 | usize::from(id);
    (event << 3 | usize::from(version.min(NEWEST))) << 1 | usize::from(width == PointerWidth::Bits64)
}

impl Shapes {
    /// The shapes of the tables, worked out once.
    pub(super) fn get() -> &'static Shapes {
        static SHAPES: OnceLock<Shapes> = OnceLock::new();
        SHAPES.get_or_init(Shapes::new)
    }

    fn new() -> Shapes {
        let mut shapes = Shapes { shapes: Vec::new(), slots: vec![0; FAMILIES.len() << 12] };
        let tables = Tables::get();
        for family in FAMILIES {
            let provider = match family {
                Family::KernelFile => tables.group(FILE_IO),
                Family::KernelRegistry => tables.group(REGISTRY),
                Family::FileProvider => tables.provider(KERNEL_FILE),
                Family::RegistryProvider => tables.provider(KERNEL_REGISTRY),
            };
            let Some(provider) = provider else { continue };
            for (id, version) in (0..=u8::MAX).flat_map(|id| (0..=NEWEST).map(move |version| (id, version))) {
                let Some((layout, _)) = provider.layout(id.into(), version.into()) else { continue };
                for width in [PointerWidth::Bits32, PointerWidth::Bits64] {
                    shapes.shapes.push(Shape::of(&layout.fields, width));
                    if let Some(slot) = shapes.slots.get_mut(slot(family, id, version, width)) {
                        *slot = u16::try_from(shapes.shapes.len()).unwrap_or_default();
                    }
                }
            }
        }
        shapes
    }

    /// The family, number and shape of a record, if it is a known file or registry event.
    #[inline(always)]
    pub(super) fn of(&self, record: &EtlRecord<'_>) -> Option<(Family, u8, &Shape)> {
        self.family(record.event, record.width)
    }

    /// The same of an event whose record has such pointers.
    #[inline(always)]
    pub(super) fn family(&self, event: EventId, width: PointerWidth) -> Option<(Family, u8, &Shape)> {
        let (family, id, version) = match event {
            EventId::Kernel { group: FILE_IO, opcode, version } => (Family::KernelFile, opcode, version),
            EventId::Kernel { group: REGISTRY, opcode, version } => (Family::KernelRegistry, opcode, version),
            EventId::Provider { provider, id, version, .. } if provider == KERNEL_FILE => {
                (Family::FileProvider, u8::try_from(id).ok()?, version.into())
            }
            EventId::Provider { provider, id, version, .. } if provider == KERNEL_REGISTRY => {
                (Family::RegistryProvider, u8::try_from(id).ok()?, version.into())
            }
            EventId::Class { class, opcode, version, .. } => {
                let family = match Tables::get().class(class)?.group? {
                    FILE_IO => Family::KernelFile,
                    REGISTRY => Family::KernelRegistry,
                    _ => return None,
                };
                (family, opcode, version)
            }
            _ => return None,
        };
        let version = u8::try_from(version).unwrap_or(NEWEST);
        let number = self.slots.get(slot(family, id, version, width))?;
        Some((family, id, self.shapes.get(usize::from(*number).checked_sub(1)?)?))
    }
}
