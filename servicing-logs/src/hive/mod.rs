//! Registry hives: keys and values, read from damaged files as far as possible.
//!
//! The layout is that of the public descriptions of the regf format (header `regf`, bins `hbin`, cells `nk`, `vk`,
//! `lf`, `lh`, `li`, `ri`, `db`). No crate is used. Only keys and values are needed, any bytes must be accepted, and
//! unreadable parts must be reported. Transaction logs (`.LOG1`, `.LOG2`) are not replayed. A hive that needs them
//! says so in [`HiveHeader::dirty`].

mod cell;
mod census;

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::bytes::{slice, u16_at, u32_at, u64_at};
use crate::error::{Error, Result};
use crate::registry::{CBS_KEY, KeyView, Registry, RegistryData, RegistryKey, RegistryValue};
use crate::text::decode_utf16le;
use crate::time::FileTime;

pub use census::{HiveCensus, MAX_LOSSES_KEPT};

/// Bytes of the header block, after which the bins begin.
const HEADER: usize = 4096;

/// Deepest key that is followed. Windows allows 512 levels; the System hive of Windows 10 has 16.
pub const MAX_DEPTH: usize = 512;

/// Bytes one segment of big data holds.
const BIG_SEGMENT: usize = 16_344;

/// Which hive a file is, by the keys under its root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HiveKind {
    /// `HKLM\SYSTEM`
    System,
    /// `HKLM\SOFTWARE`
    Software,
    /// `HKLM\COMPONENTS`
    Components,
    /// `HKLM\DRIVERS`
    Drivers,
    /// The Component Based Servicing key, saved on its own.
    ComponentBasedServicing,
    /// Any other.
    Other,
}

/// The header block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HiveHeader {
    /// Format version: 1.3 or 1.5.
    pub version: (u32, u32),
    /// When the hive was last written.
    pub last_written: FileTime,
    /// The two sequence numbers differ: the newest changes are in the transaction logs only.
    pub dirty: bool,
    /// The checksum of the block is right.
    pub checksum_valid: bool,
    /// Bytes of bins the header claims.
    pub bins_size: u32,
    /// Bytes of bins the file has.
    pub bins_present: u64,
    /// The end of the path the hive was loaded from.
    pub file_name: String,
}

/// A hive.
#[derive(Debug)]
pub struct Hive<'a> {
    bins: &'a [u8],
    header: HiveHeader,
    root: u32,
    /// Work done, in bytes of cells and data read.
    work: AtomicU64,
}

/// How many times its own size may be read from a hive. Walking all of a good hive takes less than three. A hive
/// whose keys share their lists could ask for any number.
pub const MAX_WORK: u64 = 64;

/// What reading one cell counts, in addition to the bytes of its data.
const CELL_WORK: usize = 64;

/// A key.
#[derive(Clone, Debug)]
pub struct HiveKey<'a> {
    /// Offset of its cell among the bins.
    pub offset: u32,
    /// Its name.
    pub name: String,
    /// When it was last written.
    pub last_written: FileTime,
    /// Offset of the parent's cell among the bins.
    pub parent: u32,
    /// Subkeys it claims.
    pub subkey_count: u32,
    /// Values it claims.
    pub value_count: u32,
    subkey_list: u32,
    value_list: u32,
    hive: &'a Hive<'a>,
}

impl<'a> Hive<'a> {
    /// Opens a hive.
    ///
    /// # Errors
    /// [`Error::Truncated`] if the header block is cut, [`Error::Invalid`] if it does not begin with `regf`.
    pub fn open(data: &'a [u8]) -> Result<Hive<'a>> {
        let block = slice(data, 0, 0, 512, "hive header")?;
        if !block.starts_with(b"regf") {
            let found = format!("{:02x?}", block.get(..4).unwrap_or_default());
            return Err(Error::Invalid { what: "hive signature", offset: 0, found });
        }
        let number = |offset| u32_at(block, offset).unwrap_or_default();
        let mut checksum = 0u32;
        for at in (0..0x1FC).step_by(4) {
            checksum ^= number(at);
        }
        let checksum = match checksum {
            0 => 1,
            u32::MAX => u32::MAX - 1,
            other => other,
        };
        let bins = data.get(HEADER..).unwrap_or_default();
        let bins_size = number(0x28);
        // Behind the claimed size a file may hold the remains of a larger one; a claim beyond the file is damage.
        let bins = bins.get(..bins_size as usize).filter(|_| bins_size > 0).unwrap_or(bins);
        let file_name = decode_utf16le(block.get(0x30..0x70).unwrap_or_default());
        Ok(Hive {
            bins,
            work: AtomicU64::new(0),
            root: number(0x24),
            header: HiveHeader {
                version: (number(0x14), number(0x18)),
                last_written: FileTime(u64_at(block, 0xC).unwrap_or_default()),
                dirty: number(4) != number(8),
                checksum_valid: checksum == number(0x1FC),
                bins_size,
                bins_present: bins.len() as u64,
                file_name: file_name.split('\0').next().unwrap_or_default().to_owned(),
            },
        })
    }

    /// The header block.
    pub fn header(&self) -> &HiveHeader {
        &self.header
    }

    /// The root key.
    ///
    /// # Errors
    /// If its cell is damaged.
    pub fn root(&self) -> Result<HiveKey<'_>> {
        self.key_at(self.root)
    }

    /// Which hive this is.
    pub fn kind(&self) -> HiveKind {
        let Ok(root) = self.root() else { return HiveKind::Other };
        let names: Vec<String> = root.subkeys().flatten().take(256).map(|key| key.name).collect();
        let has = |name: &str| names.iter().any(|found| found.eq_ignore_ascii_case(name));
        if has("Select") || has("ControlSet001") {
            HiveKind::System
        } else if has("CanonicalData") || has("DerivedData") {
            HiveKind::Components
        } else if has("DriverDatabase") {
            HiveKind::Drivers
        } else if has("Microsoft")
            && (has("Classes") || has("Policies") || has("WOW6432Node") || has("Clients"))
        {
            HiveKind::Software
        } else if has("Packages")
            && (has("ApplicabilityEvaluationCache") || has("Interface") || has("PackageDetect"))
        {
            HiveKind::ComponentBasedServicing
        } else {
            HiveKind::Other
        }
    }

    /// The key at a path below the root, names in any case of letters; the empty path is the root.
    pub fn key(&self, path: &str) -> Option<HiveKey<'_>> {
        let mut key = self.root().ok()?;
        for name in path.split('\\').filter(|name| !name.is_empty()).take(MAX_DEPTH) {
            key = key.child(name)?;
        }
        Some(key)
    }

    /// Counts work; an error if there was too much of it.
    fn charge(&self, bytes: usize) -> Result<()> {
        let found = self.work.fetch_add(bytes as u64, Ordering::Relaxed);
        let limit = MAX_WORK * (self.bins.len() as u64 + HEADER as u64);
        if found > limit {
            return Err(Error::TooLarge { what: "work on the hive in bytes", found, limit });
        }
        Ok(())
    }

    fn key_at(&self, offset: u32) -> Result<HiveKey<'_>> {
        self.charge(CELL_WORK)?;
        let cell = cell::allocated(self.bins, offset, "key node")?;
        let at = u64::from(offset) + HEADER as u64;
        if !cell.starts_with(b"nk") {
            let found = format!("{:02x?}", cell.get(..2).unwrap_or_default());
            return Err(Error::Invalid { what: "key node signature", offset: at, found });
        }
        slice(cell, at, 0, 0x4C, "key node")?;
        let number = |offset| u32_at(cell, offset).unwrap_or_default();
        let length = usize::from(u16_at(cell, 0x48).unwrap_or_default());
        let name = slice(cell, at, 0x4C, length, "key name")?;
        let compressed = u16_at(cell, 2).unwrap_or_default() & 0x20 != 0;
        Ok(HiveKey {
            offset,
            name: cell::name(name, compressed),
            last_written: FileTime(u64_at(cell, 4).unwrap_or_default()),
            parent: number(0x10),
            subkey_count: number(0x14),
            value_count: number(0x24),
            subkey_list: number(0x1C),
            value_list: number(0x28),
            hive: self,
        })
    }
}

impl<'a> HiveKey<'a> {
    /// The subkeys, or what is wrong with each that cannot be read.
    pub fn subkeys(&self) -> impl Iterator<Item = Result<HiveKey<'a>>> + use<'a> {
        let hive = self.hive;
        let limit = self.limit(self.subkey_count, 0x50);
        let lists =
            if self.subkey_count == 0 { Vec::new() } else { cell::lists(hive.bins, self.subkey_list) };
        lists
            .into_iter()
            .flat_map(move |list| match list {
                Ok(list) => cell::Entries::Offsets(cell::entries(list)),
                Err(error) => cell::Entries::Error(Some(error)),
            })
            .take(limit)
            .map(move |offset| hive.key_at(offset?))
    }

    /// The values, or what is wrong with each that cannot be read.
    pub fn values(&self) -> impl Iterator<Item = Result<RegistryValue>> + use<'a> {
        let hive = self.hive;
        let limit = self.limit(self.value_count, 0x18);
        let (list, lost) = match cell::allocated(hive.bins, self.value_list, "value list") {
            _ if self.value_count == 0 => (&[][..], None),
            Err(error) => (&[][..], Some(error)),
            Ok(list) => {
                let need = u64::from(self.value_count) * 4;
                let offset = u64::from(self.value_list) + HEADER as u64;
                let have = list.len() as u64;
                (list, (have < need).then_some(Error::Truncated { what: "value list", offset, need, have }))
            }
        };
        let offsets = list.chunks_exact(4).take(limit).filter_map(|bytes| u32_at(bytes, 0));
        offsets.map(move |offset| hive.value_at(offset)).chain(lost.map(Err))
    }

    /// A claimed count, or as many cells of at least `size` bytes as the hive can hold.
    fn limit(&self, claimed: u32, size: usize) -> usize {
        (claimed as usize).min(self.hive.bins.len() / size)
    }
}

impl Hive<'_> {
    fn value_at(&self, offset: u32) -> Result<RegistryValue> {
        self.charge(CELL_WORK)?;
        let cell = cell::allocated(self.bins, offset, "value node")?;
        let at = u64::from(offset) + HEADER as u64;
        if !cell.starts_with(b"vk") {
            let found = format!("{:02x?}", cell.get(..2).unwrap_or_default());
            return Err(Error::Invalid { what: "value node signature", offset: at, found });
        }
        slice(cell, at, 0, 0x14, "value node")?;
        let number = |offset| u32_at(cell, offset).unwrap_or_default();
        let length = usize::from(u16_at(cell, 2).unwrap_or_default());
        let name = slice(cell, at, 0x14, length, "value name")?;
        let compressed = u16_at(cell, 0x10).unwrap_or_default() & 1 != 0;
        let size = number(4);
        let data = if size & 0x8000_0000 != 0 {
            let length = (size & 0x7FFF_FFFF) as usize;
            Cow::Borrowed(slice(cell, at, 8, length.min(4), "value data")?)
        } else {
            self.data(number(8), size as usize)?
        };
        self.charge(data.len())?;
        Ok(RegistryValue {
            name: cell::name(name, compressed),
            data: RegistryData::parse(number(0xC), &data),
        })
    }

    fn data(&self, offset: u32, size: usize) -> Result<Cow<'_, [u8]>> {
        if size == 0 {
            return Ok(Cow::Borrowed(&[]));
        }
        let cell = cell::allocated(self.bins, offset, "value data")?;
        let at = u64::from(offset) + HEADER as u64;
        if size <= BIG_SEGMENT || self.header.version.1 < 4 || !cell.starts_with(b"db") {
            return slice(cell, at, 0, size, "value data").map(Cow::Borrowed);
        }
        if size > self.bins.len() {
            let have = self.bins.len() as u64;
            return Err(Error::Truncated { what: "big data", offset: at, need: size as u64, have });
        }
        let segments = usize::from(u16_at(cell, 2).unwrap_or_default());
        let list = cell::allocated(self.bins, u32_at(cell, 4).unwrap_or_default(), "big data list")?;
        let mut data = Vec::with_capacity(size);
        for entry in list.chunks_exact(4).take(segments) {
            let segment =
                cell::allocated(self.bins, u32_at(entry, 0).unwrap_or_default(), "big data segment")?;
            let wanted = (size - data.len()).min(BIG_SEGMENT);
            data.extend_from_slice(slice(segment, at, 0, wanted, "big data segment")?);
            if data.len() == size {
                return Ok(Cow::Owned(data));
            }
        }
        Err(Error::Truncated { what: "big data", offset: at, need: size as u64, have: data.len() as u64 })
    }
}

impl<'a> RegistryKey for HiveKey<'a> {
    fn view(&self) -> KeyView {
        let mut view = KeyView { last_written: Some(self.last_written), ..KeyView::default() };
        // Values that share their data could take any amount of memory; those of a good hive fit into it.
        let mut bytes = 0;
        for value in self.values() {
            match value {
                Ok(value) if bytes + value.data.size() <= self.hive.bins.len() => {
                    bytes += value.data.size();
                    view.values.push(value);
                }
                Ok(value) => view.damage.push(format!("{}: the values are larger than the hive", value.name)),
                Err(error) => view.damage.push(error.to_string()),
            }
        }
        view
    }

    fn children(&self, damage: &mut Vec<String>) -> Vec<(String, HiveKey<'a>)> {
        let mut children = Vec::new();
        for subkey in self.subkeys() {
            match subkey {
                Ok(subkey) => children.push((subkey.name.clone(), subkey)),
                Err(error) => damage.push(error.to_string()),
            }
        }
        children
    }

    fn child(&self, name: &str) -> Option<HiveKey<'a>> {
        let lower = name.to_lowercase();
        self.subkeys().flatten().find(|key| key.name.to_lowercase() == lower)
    }
}

impl Registry for Hive<'_> {
    type Key<'k>
        = HiveKey<'k>
    where
        Self: 'k;

    fn machine_key(&self, path: &str) -> Option<HiveKey<'_>> {
        let root = match self.kind() {
            HiveKind::System => "SYSTEM",
            HiveKind::Software => "SOFTWARE",
            HiveKind::Components => "COMPONENTS",
            HiveKind::ComponentBasedServicing => CBS_KEY,
            HiveKind::Drivers | HiveKind::Other => return None,
        };
        let starts = path.get(..root.len())?.eq_ignore_ascii_case(root);
        let below = path.get(root.len()..)?;
        (starts && (below.is_empty() || below.starts_with('\\'))).then(|| self.key(below))?
    }
}
