//! .reg files as regedit and `reg export` write them.

use std::collections::BTreeMap;

use super::{KeyView, Registry, RegistryData, RegistryKey, RegistryValue};
use crate::error::{Error, Result};
use crate::text::{LogText, decode, lines};

/// Keys of HKEY_LOCAL_MACHINE that are kept, with everything below them. An export of a whole COMPONENTS hive has
/// hundreds of megabytes; its root values are what servicing needs, so that hive has no entry here.
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
#[derive(Clone, Debug, Default)]
pub struct RegExport {
    /// Keys by their lower-case path in HKEY_LOCAL_MACHINE.
    keys: BTreeMap<String, Stored>,
    counts: ExportCounts,
}

/// A key as it is kept.
#[derive(Clone, Debug, Default)]
struct Stored {
    view: KeyView,
    subkeys: Vec<String>,
}

impl RegExport {
    /// Reads an export, of regedit's version 5 or the older REGEDIT4.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the first line is neither.
    pub fn read(data: &[u8]) -> Result<RegExport> {
        let text = LogText::new(data);
        let mut export = RegExport::default();
        let mut lines = lines(text.bytes());
        let first = lines.next().map(|(_, line)| line.bytes.trim_ascii()).unwrap_or_default();
        let ansi = first == b"REGEDIT4";
        if !ansi && first != b"Windows Registry Editor Version 5.00" {
            let found = decode(first.get(..first.len().min(60)).unwrap_or_default()).into_owned();
            return Err(Error::Invalid { what: "first line of a registry export", offset: 0, found });
        }
        let mut open: Option<String> = None;
        // A value of bytes goes on where a line ends in a backslash.
        let mut pending: Option<Vec<u8>> = None;
        for (_, line) in lines {
            let bytes = line.bytes.trim_ascii();
            if let Some(value) = &mut pending {
                value.extend_from_slice(bytes.strip_suffix(b"\\").unwrap_or(bytes));
                if !bytes.ends_with(b"\\") {
                    let value = pending.take().unwrap_or_default();
                    export.value(open.as_deref(), &value, ansi);
                }
            } else if let Some(path) = bytes.strip_prefix(b"[").and_then(|path| path.strip_suffix(b"]")) {
                open = export.open(&decode(path));
            } else if bytes.starts_with(b"\"") || bytes.starts_with(b"@=") {
                export.counts.values += 1;
                if bytes.ends_with(b"\\") {
                    pending = Some(bytes.strip_suffix(b"\\").unwrap_or(bytes).to_vec());
                } else {
                    export.value(open.as_deref(), bytes, ansi);
                }
            } else if !bytes.is_empty() && !bytes.starts_with(b";") {
                export.counts.malformed += 1;
            }
        }
        if let Some(value) = pending {
            export.value(open.as_deref(), &value, ansi);
        }
        Ok(export)
    }

    /// What the file held.
    pub fn counts(&self) -> &ExportCounts {
        &self.counts
    }

    /// Opens a key; gives its path where its values are kept.
    fn open(&mut self, path: &str) -> Option<String> {
        self.counts.keys += 1;
        let (hive, path) = path.split_once('\\').unwrap_or((path, ""));
        if !hive.eq_ignore_ascii_case("HKEY_LOCAL_MACHINE") || !kept(path) {
            return None;
        }
        self.counts.keys_kept += 1;
        // The parents may have no line of their own.
        let mut lower = String::new();
        for name in path.split('\\') {
            let parent = lower.clone();
            if !lower.is_empty() {
                lower.push('\\');
            }
            lower.push_str(&name.to_lowercase());
            if !self.keys.contains_key(&lower) {
                self.keys.insert(lower.clone(), Stored::default());
                if let Some(parent) = self.keys.get_mut(&parent) {
                    parent.subkeys.push(name.to_owned());
                }
            }
        }
        Some(lower)
    }

    fn value(&mut self, key: Option<&str>, line: &[u8], ansi: bool) {
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
    path: &'e str,
    key: &'e Stored,
}

impl<'e> RegistryKey for ExportKey<'e> {
    fn view(&self) -> KeyView {
        self.key.view.clone()
    }

    fn children(&self, _: &mut Vec<String>) -> Vec<(String, ExportKey<'e>)> {
        let child = |name: &String| Some((name.clone(), self.child(name)?));
        self.key.subkeys.iter().filter_map(child).collect()
    }

    fn child(&self, name: &str) -> Option<ExportKey<'e>> {
        self.export.machine_key(&format!(r"{}\{name}", self.path))
    }
}

impl Registry for RegExport {
    type Key<'k> = ExportKey<'k>;

    fn machine_key(&self, path: &str) -> Option<ExportKey<'_>> {
        let (path, key) = self.keys.get_key_value(&path.to_lowercase())?;
        Some(ExportKey { export: self, path, key })
    }
}
