//! What the registry says about servicing, the same from a hive and from a regedit export.

mod components;
mod export;
mod servicing;
mod system;

use crate::text::decode_utf16le;
use crate::time::FileTime;

pub use components::{ComponentsState, components_state};
pub use export::{ExportCounts, ExportKey, KEPT_KEYS, MAX_EXPORT_DEPTH, RegExport};
pub use servicing::{
    CBS_KEY, CbsPackage, CbsState, DriverOperation, PACKAGE_STATES, PendingSession, SoftwareState, cbs_state,
    package_state, software_state,
};
pub use system::{FilterInstance, MAX_SERVICES, Service, SystemState, TimeZone, system_state};

/// The data of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistryData {
    /// REG_SZ or REG_EXPAND_SZ
    Text(String),
    /// REG_MULTI_SZ
    Texts(Vec<String>),
    /// REG_DWORD
    Dword(u32),
    /// REG_QWORD
    Qword(u64),
    /// Any other type, or data that does not fit its type: the type's number and the bytes.
    Binary(u32, Vec<u8>),
}

impl RegistryData {
    /// Reads the bytes of a value of the given type.
    pub fn parse(kind: u32, bytes: &[u8]) -> RegistryData {
        match (kind, bytes.len()) {
            (1 | 2, _) => RegistryData::Text(until_nul(decode_utf16le(bytes))),
            (7, _) => {
                let text = decode_utf16le(bytes);
                let list = text.trim_end_matches('\0');
                let items =
                    if list.is_empty() { Vec::new() } else { list.split('\0').map(str::to_owned).collect() };
                RegistryData::Texts(items)
            }
            (4, 4) => RegistryData::Dword(crate::bytes::u32_at(bytes, 0).unwrap_or_default()),
            (11, 8) => RegistryData::Qword(crate::bytes::u64_at(bytes, 0).unwrap_or_default()),
            _ => RegistryData::Binary(kind, bytes.to_vec()),
        }
    }
}

impl RegistryData {
    /// Bytes the data takes in memory, roughly.
    pub(crate) fn size(&self) -> usize {
        match self {
            RegistryData::Text(text) => text.len(),
            RegistryData::Texts(texts) => texts.iter().map(|text| text.len() + size_of::<String>()).sum(),
            RegistryData::Dword(_) | RegistryData::Qword(_) => 8,
            RegistryData::Binary(_, bytes) => bytes.len(),
        }
    }
}

fn until_nul(text: String) -> String {
    match text.find('\0') {
        Some(end) => text.get(..end).unwrap_or_default().to_owned(),
        None => text,
    }
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryValue {
    /// Its name, empty for the default value.
    pub name: String,
    /// Its data.
    pub data: RegistryData,
}

/// A key's own content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyView {
    /// When it was last written; unknown in an export.
    pub last_written: Option<FileTime>,
    /// Its values.
    pub values: Vec<RegistryValue>,
    /// Which of its values could not be read.
    pub damage: Vec<String>,
}

impl KeyView {
    /// The data of the value of that name, in any case of letters.
    #[must_use]
    pub fn data(&self, name: &str) -> Option<&RegistryData> {
        self.values.iter().find(|value| value.name.eq_ignore_ascii_case(name)).map(|value| &value.data)
    }

    /// A REG_DWORD.
    #[must_use]
    pub fn dword(&self, name: &str) -> Option<u32> {
        match self.data(name)? {
            RegistryData::Dword(value) => Some(*value),
            _ => None,
        }
    }

    /// A REG_SZ or REG_EXPAND_SZ.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        match self.data(name)? {
            RegistryData::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// A REG_MULTI_SZ, or a REG_SZ as its only item.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<String> {
        match self.data(name) {
            Some(RegistryData::Texts(texts)) => texts.clone(),
            Some(RegistryData::Text(text)) => vec![text.clone()],
            _ => Vec::new(),
        }
    }
}

/// A key of a hive or an export.
pub trait RegistryKey: Sized {
    /// Its values.
    fn view(&self) -> KeyView;

    /// Its subkeys with their names; what is wrong with those that cannot be read goes to `damage`.
    fn children(&self, damage: &mut Vec<String>) -> Vec<(String, Self)>;

    /// The subkey of that name, in any case of letters.
    fn child(&self, name: &str) -> Option<Self>;
}

/// A part of the registry of a machine.
pub trait Registry {
    /// Its keys.
    type Key<'k>: RegistryKey
    where
        Self: 'k;

    /// The key at a path of HKEY_LOCAL_MACHINE, names in any case of letters.
    fn machine_key(&self, path: &str) -> Option<Self::Key<'_>>;
}

/// What could not be read, with the path it belongs to, while a state is put together.
#[derive(Default)]
struct Damage(Vec<(String, String)>);

impl Damage {
    fn view(&mut self, path: &str, key: Option<&impl RegistryKey>) -> KeyView {
        let mut view = key.map(RegistryKey::view).unwrap_or_default();
        self.0.extend(view.damage.drain(..).map(|what| (path.to_owned(), what)));
        view
    }

    fn children<K: RegistryKey>(&mut self, path: &str, key: Option<&K>) -> Vec<(String, K)> {
        let mut damage = Vec::new();
        let children = key.map(|key| key.children(&mut damage)).unwrap_or_default();
        self.0.extend(damage.into_iter().map(|what| (path.to_owned(), what)));
        children
    }
}
