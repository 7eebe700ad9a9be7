//! Registry events.

use crate::{
    EventClass, FileTime, PmlError, registry_operation as op,
    write::encode::{Bytes, Layout, Payload, Text, fit, size},
};

/// A registry event: what was done, and to which key or value.
#[derive(Debug, Clone, Copy)]
pub struct RegistryEvent<'a> {
    /// The key, and after it the value's name if there is one: `HKLM\System\…\Start`.
    pub path: &'a str,
    /// What was done.
    pub operation: RegistryOperation<'a>,
}

/// An operation of the registry. It has answers if it succeeded.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub enum RegistryOperation<'a> {
    /// With the access granted.
    OpenKey {
        desired: u32,
        granted: Option<u32>,
    },
    /// With the access granted, and whether the key is new.
    CreateKey {
        desired: u32,
        granted: Option<(u32, bool)>,
    },
    /// Classes are KEY_INFORMATION_CLASS; that of the answer says itself.
    QueryKey {
        class: u32,
        length: u32,
        answer: Option<KeyInformation<'a>>,
    },
    EnumKey {
        index: u32,
        class: u32,
        length: u32,
        answer: Option<KeyInformation<'a>>,
    },
    /// Classes are KEY_VALUE_INFORMATION_CLASS: 0 basic, 1 full, 2 partial.
    QueryValue {
        class: u32,
        length: u32,
        answer: Option<Value<'a>>,
    },
    /// With the value's name, which the full class holds.
    EnumValue {
        index: u32,
        class: u32,
        length: u32,
        answer: Option<(&'a str, Value<'a>)>,
    },
    SetValue(Value<'a>),
    /// KEY_SET_INFORMATION_CLASS and its structure.
    SetInfoKey {
        class: u32,
        data: &'a [u8],
    },
    LoadKey {
        hive: &'a str,
    },
    RenameKey {
        name: &'a str,
    },
    /// An operation whose event says only its path, by its number: RegCloseKey, RegDeleteValue …
    Plain(u16),
}

/// The answer to a query of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum KeyInformation<'a> {
    Basic { name: &'a str },
    Node { name: &'a str },
    Full { sub_keys: u32, values: u32 },
    Name(&'a str),
    Cached { sub_keys: u32, values: u32 },
    Flags(u32),
    HandleTags(u32),
}

/// A registry value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Value<'a> {
    Sz(&'a str),
    ExpandSz(&'a str),
    MultiSz(&'a [&'a str]),
    Dword(u32),
    Qword(u64),
    Binary(&'a [u8]),
    /// Any other REG_* type with its data.
    Other(u32, &'a [u8]),
}

/// Process Monitor's driver keeps this much of a REG_BINARY.
const BINARY_KEPT: usize = 16;

/// KEY_VALUE_INFORMATION_CLASS whose answer has the name.
const VALUE_FULL: u32 = 1;
const VALUE_PARTIAL: u32 = 2;

/// What the driver leaves in the place of the disposition of an open.
const NO_DISPOSITION: u32 = 0;
const REG_CREATED_NEW_KEY: u32 = 1;
const REG_OPENED_EXISTING_KEY: u32 = 2;

impl Value<'_> {
    /// REG_* type, length of the whole value, and as much of its data as a log holds.
    fn parts(&self) -> Result<(u32, u32, Vec<u8>), PmlError> {
        let mut out = Bytes::default();
        let kind = match *self {
            Self::Sz(text) => {
                out.utf16(text).u16(0);
                1
            }
            Self::ExpandSz(text) => {
                out.utf16(text).u16(0);
                2
            }
            Self::Binary(data) => {
                out.raw(data);
                3
            }
            Self::Dword(number) => {
                out.u32(number);
                4
            }
            Self::MultiSz(texts) => {
                out.multi_sz(texts.iter().copied());
                7
            }
            Self::Qword(number) => {
                out.u64(number);
                11
            }
            Self::Other(kind, data) => {
                out.raw(data);
                kind
            }
        };
        let length = size("a registry value (bytes)", out.0.len())?;
        if matches!(self, Self::Binary(_)) {
            out.0.truncate(BINARY_KEPT);
        }
        Ok((kind, length, out.0))
    }

    /// KEY_VALUE_*_INFORMATION.
    fn queried(&self, class: u32, name: &str) -> Result<Bytes, PmlError> {
        let (kind, length, data) = self.parts()?;
        let mut out = Bytes::default();
        out.u32(0).u32(kind);
        match class {
            VALUE_FULL => {
                let name_bytes = name.encode_utf16().count() * 2;
                let at = (20 + name_bytes).next_multiple_of(8);
                out.u32(size("a value's name (bytes)", at)?).u32(length);
                out.u32(size("a value's name (bytes)", name_bytes)?).utf16(name).align(8).raw(&data);
            }
            VALUE_PARTIAL => {
                out.u32(length).raw(&data);
            }
            _ => {
                out.counted_utf16(name)?;
            }
        }
        Ok(out)
    }
}

impl KeyInformation<'_> {
    /// KEY_*_INFORMATION. What Process Monitor shows nothing of is zero.
    fn bytes(&self) -> Result<Bytes, PmlError> {
        let mut out = Bytes::default();
        match *self {
            Self::Basic { name } => out.u64(FileTime::default().0).u32(0).counted_utf16(name)?,
            Self::Node { name } => out.zeros(12).u32(u32::MAX).u32(0).counted_utf16(name)?,
            Self::Full { sub_keys, values } => {
                out.zeros(12).u32(u32::MAX).u32(0).u32(sub_keys).zeros(8).u32(values).zeros(8)
            }
            Self::Name(name) => out.counted_utf16(name)?,
            Self::Cached { sub_keys, values } => out.zeros(12).u32(sub_keys).u32(0).u32(values).zeros(12),
            Self::Flags(flags) => out.u32(flags),
            Self::HandleTags(tags) => out.u32(tags),
        };
        Ok(out)
    }
}

impl RegistryEvent<'_> {
    /// # Errors
    /// [`PmlError::TooLarge`] if a text or a value does not fit its field.
    pub fn encode(&self, _layout: Layout) -> Result<Payload, PmlError> {
        let path = Text::of(self.path)?;
        let mut detail = Bytes::default();
        detail.u16(path.info);
        let mut extra = None;
        let mut behind = Vec::new();
        let operation = match self.operation {
            RegistryOperation::OpenKey { desired, granted } => {
                detail.u16(0).u32(desired);
                extra = granted.map(|g| opened(g, NO_DISPOSITION));
                op::OPEN_KEY
            }
            RegistryOperation::CreateKey { desired, granted } => {
                detail.u16(0).u32(desired);
                let disposition = |new| if new { REG_CREATED_NEW_KEY } else { REG_OPENED_EXISTING_KEY };
                extra = granted.map(|(granted, new)| opened(granted, disposition(new)));
                op::CREATE_KEY
            }
            RegistryOperation::QueryKey { class, length, answer } => {
                detail.u16(0).u32(length).u32(class);
                extra = answer.map(|a| a.bytes()).transpose()?;
                op::QUERY_KEY
            }
            RegistryOperation::EnumKey { index, class, length, answer } => {
                detail.u16(0).u32(length).u32(index).u32(class);
                extra = answer.map(|a| a.bytes()).transpose()?;
                op::ENUM_KEY
            }
            RegistryOperation::QueryValue { class, length, answer } => {
                detail.u16(0).u32(length).u32(class);
                let name = self.path.rsplit('\\').next().unwrap_or_default();
                extra = answer.map(|value| value.queried(class, name)).transpose()?;
                op::QUERY_VALUE
            }
            RegistryOperation::EnumValue { index, class, length, answer } => {
                detail.u16(0).u32(length).u32(index).u32(class);
                extra = answer.map(|(name, value)| value.queried(class, name)).transpose()?;
                op::ENUM_VALUE
            }
            RegistryOperation::SetValue(value) => {
                let (kind, length, data) = value.parts()?;
                let captured = fit("a registry value that is set (bytes)", data.len() as u64, u16::MAX)?;
                detail.u16(0).u32(kind).u32(length).u16(captured).u16(0);
                behind = data;
                op::SET_VALUE
            }
            RegistryOperation::SetInfoKey { class, data } => {
                let captured = fit("a key's information (bytes)", data.len() as u64, u16::MAX)?;
                detail.u16(0).u32(class).u32(captured.into()).u16(captured).u16(0);
                behind = data.into();
                op::SET_INFO_KEY
            }
            RegistryOperation::LoadKey { hive } => {
                second_text(hive, &mut detail, &mut behind)?;
                op::LOAD_KEY
            }
            RegistryOperation::RenameKey { name } => {
                second_text(name, &mut detail, &mut behind)?;
                op::RENAME_KEY
            }
            RegistryOperation::Plain(operation) => operation,
        };
        detail.text(&path).raw(&behind);
        Ok(Payload::new(EventClass::Registry, operation, detail).with_extra(extra))
    }
}

fn opened(granted: u32, disposition: u32) -> Bytes {
    let mut out = Bytes::default();
    out.u32(granted).u32(disposition);
    out
}

fn second_text(text: &str, detail: &mut Bytes, behind: &mut Vec<u8>) -> Result<(), PmlError> {
    let text = Text::of(text)?;
    detail.u16(text.info);
    *behind = text.bytes;
    Ok(())
}
