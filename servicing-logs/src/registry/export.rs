//! .reg files as regedit and `reg export` write them.

use std::collections::BTreeMap;

use super::{KeyView, Registry, RegistryData, RegistryKey, RegistryValue};
use crate::error::{Error, Result};
use crate::text::{LogText, decode, lines};

/// Keys of HKEY_LOCAL_MACHINE that are kept, with everything below them. An export of a whole COMPONENTS hive has
/// hundreds of megabytes. Servicing needs only its root values, so that hive has no entry here.
pub const KEPT_KEYS: &[&str] = &[
    r"SYSTEM\Select",
    r"SYSTEM\CurrentControlSet\Services",
    r"SYSTEM\ControlSet001\Services",
    r"SYSTEM\ControlSet002\Services",
    r"SYSTEM\CurrentControlSet\Control",
    r"SYSTEM\ControlSet001\Control",
    r"SYSTEM\ControlSet002\Control",
    r"SOFTWARE\Microsoft\Windows NT\CurrentVersion",
    r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing",
    r"SOFTWARE\Microsoft\Windows\CurrentVersion\SideBySide",
];

/// Keys of which only the values are kept.
const KEPT_ALONE: &[&str] = &["COMPONENTS"];

/// Deepest key that is kept. Deeper ones count as malformed. None of the kept keys is deeper than 12.
pub const MAX_EXPORT_DEPTH: usize = 64;

/// What an export holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportCounts {
    /// Keys named in the file.
    pub keys: u64,
    /// Keys that are kept.
    pub keys_kept: u64,
    /// Values in the file.
    pub values: u64,
    /// Lines that are neither key, value, comment nor blank.
    pub malformed: u64,
}

/// The servicing keys of an export.
#[derive(Clone, Debug)]
pub struct RegExport {
    /// Keys, parents before their subkeys; the first is HKEY_LOCAL_MACHINE.
    keys: Vec<Stored>,
    /// Parent and lower-case name of each key.
    names: BTreeMap<(usize, String), usize>,
    counts: ExportCounts,
}

/// A key as it is kept.
#[derive(Clone, Debug, Default)]
struct Stored {
    view: KeyView,
    subkeys: Vec<(String, usize)>,
}

impl RegExport {
    /// Reads an export, of regedit's version 5 or the older REGEDIT4.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the first line is neither.
    pub fn read(data: &[u8]) -> Result<RegExport> {
        let text = LogText::new(data);
        let mut export = RegExport {
            keys: vec![Stored::default()],
            names: BTreeMap::new(),
            counts: ExportCounts::default(),
        };
        let mut lines = lines(text.bytes());
        let first = lines.next().map(|(_, line)| line.bytes.trim_ascii()).unwrap_or_default();
        let ansi = first == b"REGEDIT4";
        if !ansi && first != b"Windows Registry Editor Version 5.00" {
            let found = decode(first.get(..first.len().min(60)).unwrap_or_default()).into_owned();
            return Err(Error::Invalid { what: "first line of a registry export", offset: 0, found });
        }
        let mut open: Option<usize> = None;
        // A value of bytes goes on where a line ends in a backslash.
        let mut pending: Option<Vec<u8>> = None;
        for (_, line) in lines {
            let bytes = line.bytes.trim_ascii();
            if let Some(value) = &mut pending {
                value.extend_from_slice(bytes.strip_suffix(b"\\").unwrap_or(bytes));
                if !bytes.ends_with(b"\\") {
                    let value = pending.take().unwrap_or_default();
                    export.value(open, &value, ansi);
                }
            } else if let Some(path) = bytes.strip_prefix(b"[").and_then(|path| path.strip_suffix(b"]")) {
                open = export.open(&decode(path));
            } else if bytes.starts_with(b"\"") || bytes.starts_with(b"@=") {
                export.counts.values += 1;
                if bytes.ends_with(b"\\") {
                    pending = Some(bytes.strip_suffix(b"\\").unwrap_or(bytes).to_vec());
                } else {
                    export.value(open, bytes, ansi);
                }
            } else if !bytes.is_empty() && !bytes.starts_with(b";") {
                export.counts.malformed += 1;
            }
        }
        if let Some(value) = pending {
            export.value(open, &value, ansi);
        }
        Ok(export)
    }

    /// What the file held.
    #[must_use]
    pub fn counts(&self) -> &ExportCounts {
        &self.counts
    }

    /// Opens a key. Returns its place if its values are kept.
    fn open(&mut self, path: &str) -> Option<usize> {
        self.counts.keys += 1;
        let (hive, path) = path.split_once('\\').unwrap_or((path, ""));
        if !hive.eq_ignore_ascii_case("HKEY_LOCAL_MACHINE") || !kept(path) {
            return None;
        }
        if path.split('\\').count() > MAX_EXPORT_DEPTH {
            self.counts.malformed += 1;
            return None;
        }
        self.counts.keys_kept += 1;
        // The parents may have no line of their own.
        let mut at = 0;
        for name in path.split('\\') {
            let new = self.keys.len();
            let key = *self.names.entry((at, name.to_lowercase())).or_insert(new);
            if key == new {
                self.keys.push(Stored::default());
                self.keys.get_mut(at)?.subkeys.push((name.to_owned(), new));
            }
            at = key;
        }
        Some(at)
    }

    fn value(&mut self, key: Option<usize>, line: &[u8], ansi: bool) {
        let Some(Stored { view, .. }) = key.and_then(|key| self.keys.get_mut(key)) else { return };
        match parse_value(line, ansi) {
            Some(value) => view.values.push(value),
            None => view.damage.push("a value that cannot be read".to_owned()),
        }
    }
}

fn kept(path: &str) -> bool {
    let begins = |kept: &&&str| {
        path.get(..kept.len()).is_some_and(|start| start.eq_ignore_ascii_case(kept))
            && matches!(path.as_bytes().get(kept.len()), None | Some(b'\\'))
    };
    KEPT_KEYS.iter().any(|kept| begins(&kept))
        || KEPT_ALONE.iter().any(|kept| path.eq_ignore_ascii_case(kept))
}

/// `"name"=data` or `@=data`.
fn parse_value(line: &[u8], ansi: bool) -> Option<RegistryValue> {
    let (name, data) = match line.strip_prefix(b"@") {
        Some(rest) => (String::new(), rest),
        None => quoted(line)?,
    };
    let data = data.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let data = if data.starts_with(b"\"") {
        RegistryData::Text(quoted(data)?.0)
    } else if let Some(digits) = data.strip_prefix(b"dword:") {
        let (value, _) = crate::text::leading_hex(digits)?;
        RegistryData::Dword(u32::try_from(value).ok()?)
    } else {
        let rest = data.strip_prefix(b"hex")?;
        let (kind, bytes) = match rest.strip_prefix(b"(") {
            Some(rest) => {
                let (kind, taken) = crate::text::leading_hex(rest)?;
                (u32::try_from(kind).ok()?, rest.get(taken..)?.strip_prefix(b"):")?)
            }
            None => (3, rest.strip_prefix(b":")?),
        };
        let bytes = hex_bytes(bytes)?;
        // REGEDIT4 writes text of one byte a character.
        let bytes = if ansi && matches!(kind, 1 | 2 | 7) { widen(&bytes) } else { bytes };
        RegistryData::parse(kind, &bytes)
    };
    Some(RegistryValue { name, data })
}

fn widen(bytes: &[u8]) -> Vec<u8> {
    decode(bytes).encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A quoted string with `\\` and `\"`, and what follows it.
fn quoted(text: &[u8]) -> Option<(String, &[u8])> {
    let mut bytes = Vec::new();
    let mut rest = text.strip_prefix(b"\"")?;
    loop {
        let (byte, tail) = rest.split_first()?;
        rest = tail;
        match byte {
            b'"' => return Some((decode(&bytes).into_owned(), rest)),
            b'\\' => {
                let (escaped, tail) = rest.split_first()?;
                bytes.push(*escaped);
                rest = tail;
            }
            other => bytes.push(*other),
        }
    }
}

fn hex_bytes(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 3 + 1);
    for pair in text.split(|byte| *byte == b',') {
        let pair = pair.trim_ascii();
        if pair.is_empty() {
            continue;
        }
        let (value, taken) = crate::text::leading_hex(pair)?;
        if taken != pair.len() || taken > 2 {
            return None;
        }
        bytes.push(u8::try_from(value).ok()?);
    }
    Some(bytes)
}

/// A key of an export.
#[derive(Clone, Copy, Debug)]
pub struct ExportKey<'e> {
    export: &'e RegExport,
    at: usize,
}

impl<'e> ExportKey<'e> {
    fn stored(&self) -> Option<&'e Stored> {
        self.export.keys.get(self.at)
    }
}

impl<'e> RegistryKey for ExportKey<'e> {
    fn view(&self) -> KeyView {
        self.stored().map(|key| key.view.clone()).unwrap_or_default()
    }

    fn children(&self, _: &mut Vec<String>) -> Vec<(String, ExportKey<'e>)> {
        let subkeys = self.stored().map(|key| key.subkeys.as_slice()).unwrap_or_default();
        subkeys.iter().map(|(name, at)| (name.clone(), ExportKey { export: self.export, at: *at })).collect()
    }

    fn child(&self, name: &str) -> Option<ExportKey<'e>> {
        let at = *self.export.names.get(&(self.at, name.to_lowercase()))?;
        Some(ExportKey { export: self.export, at })
    }
}

impl Registry for RegExport {
    type Key<'k> = ExportKey<'k>;

    fn machine_key(&self, path: &str) -> Option<ExportKey<'_>> {
        path.split('\\').try_fold(ExportKey { export: self, at: 0 }, |key, name| key.child(name))
    }
}
