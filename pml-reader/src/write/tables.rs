//! The tables, which grow while events are written, and their bytes.

use std::collections::{BTreeMap, HashMap};

use binrw::BinWrite;

use crate::{PmlError, PmlIcon, PmlText, RawModule, RawProcess};

/// A table of count, offsets and entries, the shape of strings and icons.
#[derive(Debug)]
pub(crate) struct Table {
    /// Offset of each entry within `bytes`.
    starts: Vec<usize>,
    bytes: Vec<u8>,
    known: HashMap<Box<[u8]>, u32>,
}

impl Table {
    /// A table whose entry 0 is `empty`.
    fn with(empty: &[u8]) -> Self {
        let mut table = Self { starts: Vec::new(), bytes: Vec::new(), known: HashMap::new() };
        table.intern(empty);
        table
    }

    fn intern(&mut self, entry: &[u8]) -> u32 {
        if let Some(index) = self.known.get(entry) {
            return *index;
        }
        // A table of 2^32 entries would be refused for its size when it is written.
        let index = u32::try_from(self.starts.len()).unwrap_or(u32::MAX);
        self.starts.push(self.bytes.len());
        self.bytes.extend(entry);
        self.known.insert(entry.into(), index);
        index
    }

    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn write(&self, what: &'static str) -> Result<Vec<u8>, PmlError> {
        let first = 4 + self.starts.len() * 4;
        let mut out = Vec::with_capacity(first + self.bytes.len());
        out.extend(narrow(what, self.starts.len())?.to_le_bytes());
        for start in &self.starts {
            out.extend(narrow(what, first + start)?.to_le_bytes());
        }
        out.extend(&self.bytes);
        Ok(out)
    }
}

pub(super) fn narrow(what: &'static str, value: usize) -> Result<u32, PmlError> {
    u32::try_from(value).map_err(|_| PmlError::TooLarge { what, size: value as u64, limit: u32::MAX.into() })
}

/// The string table: u32 bytes and UTF-16LE with its NUL. Entry 0 is the empty string, which has neither.
#[derive(Debug)]
pub(crate) struct Strings(pub(crate) Table);

impl Default for Strings {
    fn default() -> Self {
        Self(Table::with(&[0; 4]))
    }
}

impl Strings {
    pub(crate) fn intern(&mut self, text: PmlText<'_>) -> Result<u32, PmlError> {
        let text = text.until_nul();
        if text.is_empty() {
            return Ok(0);
        }
        Ok(self.0.intern(&sized_utf16(text)?))
    }
}

/// u32 bytes and UTF-16LE with its NUL.
fn sized_utf16(text: PmlText<'_>) -> Result<Vec<u8>, PmlError> {
    let mut out = vec![0; 4];
    match text {
        PmlText::Bytes(bytes) => out.extend(bytes.iter().flat_map(|b| [*b, 0])),
        PmlText::Utf16(bytes) => out.extend(bytes.as_chunks::<2>().0.as_flattened()),
    }
    out.extend([0; 2]);
    let size = narrow("a string (bytes)", out.len() - 4)?;
    if let Some(place) = out.first_chunk_mut() {
        *place = size.to_le_bytes();
    }
    Ok(out)
}

/// The icon table: u32 pixels, u32 bytes, image. Entry 0 is the placeholder.
#[derive(Debug)]
pub(crate) struct Icons(pub(crate) Table);

impl Default for Icons {
    fn default() -> Self {
        Self(Table::with(&[0; 8]))
    }
}

impl Icons {
    pub(crate) fn intern(&mut self, icon: PmlIcon<'_>) -> Result<u32, PmlError> {
        let size = narrow("an icon (bytes)", icon.image.len())?;
        let mut entry = Vec::with_capacity(8 + icon.image.len());
        entry.extend(icon.pixels.to_le_bytes());
        entry.extend(size.to_le_bytes());
        entry.extend(icon.image);
        Ok(self.0.intern(&entry))
    }
}

/// The process table, by process index as Process Monitor orders it.
#[derive(Debug, Default)]
pub(crate) struct Processes {
    entries: BTreeMap<u32, Vec<u8>>,
}

/// The low byte 1 says that the modules follow inline. No other value was ever seen there.
const INLINE_MODULES: u32 = 1;

impl Processes {
    /// Adds an entry; `false` if the table has one with this index already.
    pub(crate) fn add(
        &mut self,
        raw: &RawProcess,
        modules: &[RawModule],
        wide: bool,
    ) -> Result<bool, PmlError> {
        let mut entry = std::io::Cursor::new(Vec::new());
        raw.write_le(&mut entry).map_err(write_error)?;
        if wide {
            u64::from(INLINE_MODULES).write_le(&mut entry).map_err(write_error)?;
        } else {
            INLINE_MODULES.write_le(&mut entry).map_err(write_error)?;
        }
        narrow("a process (modules)", modules.len())?.write_le(&mut entry).map_err(write_error)?;
        for module in modules {
            module.write_args(&mut entry, (wide,)).map_err(write_error)?;
        }
        Ok(self.entries.insert(raw.index, entry.into_inner()).is_none())
    }

    pub(crate) fn write(&self) -> Result<Vec<u8>, PmlError> {
        const WHAT: &str = "the process table (bytes)";
        let mut at = 4 + self.entries.len() * 8;
        let mut out = Vec::new();
        out.extend(narrow(WHAT, self.entries.len())?.to_le_bytes());
        out.extend(self.entries.keys().flat_map(|index| index.to_le_bytes()));
        for entry in self.entries.values() {
            out.extend(narrow(WHAT, at)?.to_le_bytes());
            at += entry.len();
        }
        out.extend(self.entries.values().flatten());
        Ok(out)
    }
}

/// An encoding error of a table entry. The output is memory, so it is one of a value that does not fit.
pub(crate) fn write_error(error: binrw::Error) -> PmlError {
    match error {
        binrw::Error::Io(error) => error.into(),
        error => std::io::Error::new(std::io::ErrorKind::InvalidInput, error.to_string()).into(),
    }
}

/// Host and port names, in the order of their keys as Process Monitor has them.
#[derive(Debug, Default)]
pub(crate) struct Names {
    hosts: BTreeMap<[u8; 16], Vec<u8>>,
    /// By whether it is TCP's, then by port.
    ports: BTreeMap<(bool, u16), Vec<u8>>,
}

impl Names {
    /// u32 bytes and the name with its NUL; an unknown name has neither.
    fn name(text: PmlText<'_>) -> Result<Vec<u8>, PmlError> {
        let text = text.until_nul();
        if text.is_empty() { Ok(vec![0; 4]) } else { sized_utf16(text) }
    }

    pub(crate) fn host(&mut self, ip: [u8; 16], name: PmlText<'_>) -> Result<(), PmlError> {
        self.hosts.insert(ip, Self::name(name)?);
        Ok(())
    }

    pub(crate) fn port(&mut self, port: u16, tcp: bool, name: PmlText<'_>) -> Result<(), PmlError> {
        self.ports.insert((tcp, port), Self::name(name)?);
        Ok(())
    }

    pub(crate) fn write(&self) -> Result<Vec<u8>, PmlError> {
        let mut out = Vec::new();
        out.extend(narrow("the host table (entries)", self.hosts.len())?.to_le_bytes());
        for (ip, name) in &self.hosts {
            out.extend(ip);
            out.extend(name);
        }
        out.extend(narrow("the port table (entries)", self.ports.len())?.to_le_bytes());
        for ((tcp, port), name) in &self.ports {
            out.extend(port.to_le_bytes());
            out.extend(u16::from(*tcp).to_le_bytes());
            out.extend(name);
        }
        Ok(out)
    }
}
