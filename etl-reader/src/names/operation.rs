//! One file or registry operation.

use std::fmt;

use super::meaning::{Does, OperationName};
use super::rows::PathSource;
use super::shape::{Role, Shape};
use super::steps::is_whole;
use super::table::Names;
use crate::clock::FileTime;
use crate::text::Utf16;

/// Files or registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OperationClass {
    /// The file system.
    File,
    /// The registry.
    Registry,
}

/// A path as the kernel names it, in up to two parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NtPath<'n> {
    pub(super) base: Utf16<'n>,
    pub(super) rest: Utf16<'n>,
}

impl<'n> NtPath<'n> {
    pub(super) fn of(base: Utf16<'n>) -> NtPath<'n> {
        NtPath { base, rest: Utf16::default() }
    }

    /// Whether a backslash lies between the parts.
    fn needs_slash(&self) -> bool {
        let apart = self.base.as_bytes().ends_with(SLASH) || self.rest.as_bytes().starts_with(SLASH);
        !self.base.is_empty() && !self.rest.is_empty() && !apart
    }

    fn leaf(self) -> Utf16<'n> {
        last_part(if self.rest.is_empty() { self.base } else { self.rest })
    }

    /// The whole path.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let slash = if self.needs_slash() { SLASH } else { &[] };
        [self.base.as_bytes(), slash, self.rest.as_bytes()].concat()
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.base.is_empty() && self.rest.is_empty()
    }
}

impl fmt::Display for NtPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.base.fmt(f)?;
        if self.needs_slash() {
            f.write_str("\\")?;
        }
        self.rest.fmt(f)
    }
}

/// How a file was opened. The access asked for is in no event of ETW.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreateParameters {
    /// `FILE_SUPERSEDE` 0, `FILE_OPEN` 1, `FILE_CREATE` 2, `FILE_OPEN_IF` 3, `FILE_OVERWRITE` 4,
    /// `FILE_OVERWRITE_IF` 5.
    pub disposition: u8,
    /// `FILE_DIRECTORY_FILE` and the other create options.
    pub options: u32,
    /// Attributes for a new file.
    pub attributes: u32,
    /// 1 read, 2 write, 4 delete.
    pub share_access: u32,
}

/// A file or registry operation. Its texts are looked up when they are asked for.
#[derive(Clone, Debug)]
pub struct Operation<'n> {
    /// Files or registry.
    pub class: OperationClass,
    /// Process Monitor's name of it.
    pub name: OperationName,
    /// When it began. The registry provider records only ends: there it is the end.
    pub time: FileTime,
    /// How long it took in units of 100 ns; nothing where the start or the end is not recorded.
    pub duration: Option<i64>,
    /// Process.
    pub pid: Option<u32>,
    /// Thread.
    pub tid: Option<u32>,
    /// NTSTATUS as recorded; nothing where the end is not recorded.
    pub status: Option<u32>,
    /// How the file was opened.
    pub create: Option<CreateParameters>,
    /// `FILE_INFORMATION_CLASS`, or the control code of `FileSystemControl`.
    pub info_class: Option<u32>,
    /// What an opening did, as `IO_STATUS_BLOCK.Information` says.
    pub information: Option<u64>,
    /// Place in the file of a read or write.
    pub offset: Option<u64>,
    /// Bytes asked for.
    pub length: Option<u32>,
    /// Which of the files given holds the operation's first event …
    pub file: usize,
    /// … and where, as [`crate::EtlRecord::offset`] counts.
    pub record: u64,
    pub(super) about: About<'n>,
    pub(super) names: &'n Names,
    pub(super) shape: &'n Shape,
    pub(super) payload: &'n [u8],
}

/// What an operation is on.
#[derive(Clone, Copy, Debug)]
pub(super) enum About<'n> {
    File {
        /// A path that an event told, since when it holds, and how it is tied to the operation.
        met: Option<(Utf16<'n>, FileTime)>,
        source: PathSource,
        target: Option<Utf16<'n>>,
        key: u64,
    },
    Registry {
        is_provider: bool,
        does: Does,
        /// The address of the key, or of the key that its name is relative to.
        base: u64,
        ended: FileTime,
        /// The path of that key, where the operation that opened it told one.
        key: Option<Utf16<'n>>,
    },
}

impl<'n> Operation<'n> {
    /// File or registry key.
    #[must_use]
    pub fn path(&self) -> NtPath<'n> {
        self.known_path().0
    }

    /// How the path is known.
    #[must_use]
    pub fn path_source(&self) -> PathSource {
        self.known_path().1
    }

    /// New name of a renamed or linked file.
    #[must_use]
    pub fn target(&self) -> Option<NtPath<'n>> {
        match self.about {
            About::File { target, .. } => target.map(NtPath::of),
            About::Registry { .. } => None,
        }
    }

    /// Name of the registry value, for operations on values; empty for the default value.
    #[must_use]
    pub fn value_name(&self) -> Option<Utf16<'n>> {
        match self.about {
            About::Registry { is_provider, does: Does::KeyValue, .. } => {
                let (first, second) = self.shape.strings(self.payload);
                // The kernel's event has one name, of a key or a value; the provider's has the key's and a second one.
                Some(if is_provider { second } else { first })
            }
            _ => None,
        }
    }

    /// What was written to or read from a registry value, as far as it was recorded.
    #[must_use]
    pub fn value(&self) -> Option<ValueData<'n>> {
        self.value_name()?;
        let bytes = self.shape.captured(self.payload)?;
        Some(ValueData { kind: self.shape.number32(self.payload, Role::ValueType), bytes })
    }

    fn known_path(&self) -> (NtPath<'n>, PathSource) {
        match self.about {
            About::File { met, source, key, .. } => self.file_path(met, source, key),
            About::Registry { is_provider, does, base, ended, key } => {
                let (first, second) = self.shape.strings(self.payload);
                let (whole, rest) = match (is_provider, does) {
                    (true, Does::CreateKey) => (first, second),
                    (true, _) => (first, Utf16::default()),
                    (false, Does::KeyValue) => (Utf16::default(), Utf16::default()),
                    (false, _) => (Utf16::default(), first),
                };
                if !whole.is_empty() || is_whole(rest) {
                    return (NtPath { base: whole, rest }, PathSource::Recorded);
                }
                let opened = key.map(|key| (key, PathSource::Opened));
                match opened.or_else(|| Some((self.names.key_path(base, ended)?, PathSource::Key))) {
                    Some((base, source)) => (NtPath { base, rest }, source),
                    None if rest.is_empty() => (NtPath::default(), PathSource::Unknown),
                    None => (NtPath::of(rest), PathSource::Relative),
                }
            }
        }
    }

    fn file_path(
        &self,
        met: Option<(Utf16<'n>, FileTime)>,
        source: PathSource,
        key: u64,
    ) -> (NtPath<'n>, PathSource) {
        if let (Some((path, _)), PathSource::Recorded | PathSource::Opened) = (met, source) {
            return (NtPath::of(path), source);
        }
        // What the key stood for last: as an operation told, or as the rundown says.
        match (met, self.names.file_at(key, self.time)) {
            (Some((path, _)), None) => (NtPath::of(path), PathSource::Key),
            (Some((path, since)), Some((_, noted))) if since >= noted => (NtPath::of(path), PathSource::Key),
            (_, Some((path, _))) => (NtPath::of(path), PathSource::Key),
            (None, None) => (NtPath::default(), PathSource::Unknown),
        }
    }

    /// What is behind the last backslash of the path, with the name of the value.
    pub fn leaf(&self) -> Utf16<'n> {
        match self.about {
            About::Registry { is_provider, does, .. } if does != Does::KeyValue => {
                let (first, second) = self.shape.strings(self.payload);
                let last = if is_provider && does == Does::CreateKey { second } else { first };
                // Most names need no key before them.
                if last.is_empty() { self.path().leaf() } else { last_part(last) }
            }
            _ => self.value_name().map_or_else(|| self.path().leaf(), last_part),
        }
    }

    /// Whether the path, with the name of the value, ends with `tail`, whatever the case of its ASCII letters. Costs
    /// nothing to speak of, where making the path does.
    #[must_use]
    pub fn path_ends_with(&self, tail: &str) -> bool {
        let value = self.value_name();
        // Most names end otherwise, and their keys need not be looked up.
        if let Some(value) = value
            && !may_end(value, tail)
        {
            return false;
        }
        ends_with(self.path(), value, tail)
    }
}

/// What is behind the last backslash.
fn last_part(text: Utf16<'_>) -> Utf16<'_> {
    let bytes = text.as_bytes();
    let units = bytes.rchunks_exact(2).take_while(|unit| *unit != SLASH).count();
    Utf16::new(bytes.get(bytes.len() - 2 * units..).unwrap_or_default())
}

/// Whether a path that ends with `last` can end with `tail`.
fn may_end(last: Utf16<'_>, tail: &str) -> bool {
    let units = last.as_bytes().rchunks_exact(2).map(unit);
    units.zip(units_from_end(tail)).all(|(unit, wanted)| lower(unit) == lower(wanted))
}

fn unit(bytes: &[u8]) -> u16 {
    bytes.first_chunk().copied().map_or(0, u16::from_le_bytes)
}

fn units_from_end(text: &str) -> impl Iterator<Item = u16> {
    text.chars().rev().flat_map(|c| {
        let mut units = [0; 2];
        let count = c.encode_utf16(&mut units).len();
        units.into_iter().take(count).rev()
    })
}

fn ends_with(path: NtPath<'_>, value: Option<Utf16<'_>>, tail: &str) -> bool {
    let mut wanted = units_from_end(tail);
    let (base, rest) = (path.base.as_bytes(), path.rest.as_bytes());
    let value = value.map(Utf16::as_bytes);
    let parts = [
        value.unwrap_or_default(),
        if value.is_some() { SLASH } else { &[] },
        rest,
        if path.needs_slash() { SLASH } else { &[] },
        base,
    ];
    for found in parts.into_iter().flat_map(|part| part.rchunks_exact(2)).map(unit) {
        match wanted.next() {
            None => return true,
            Some(wanted) if lower(wanted) == lower(found) => {}
            Some(_) => return false,
        }
    }
    wanted.next().is_none()
}

const SLASH: &[u8] = b"\\\0";

fn lower(unit: u16) -> u16 {
    u8::try_from(unit).map_or(unit, |byte| byte.to_ascii_lowercase().into())
}

/// What an event holds of a registry value. Only Microsoft-Windows-Kernel-Registry records it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueData<'n> {
    /// `REG_SZ` and so on, of a value that is written.
    pub kind: Option<u32>,
    /// The first bytes: of the value where it is written, of what the call returned where it is read.
    pub bytes: &'n [u8],
}

impl ValueData<'_> {
    /// The number, where it is one: `REG_DWORD`, `REG_DWORD_BIG_ENDIAN`, `REG_QWORD`. What a read returned is taken as
    /// `KEY_VALUE_PARTIAL_INFORMATION` where its own length says that it is one; which structure is recorded was not
    /// verified.
    pub fn number(&self) -> Option<u64> {
        let (kind, bytes) = match self.kind {
            Some(kind) => (kind, self.bytes),
            None => {
                let (head, data) = self.bytes.split_first_chunk::<12>()?;
                let [_, kind, length] = [0, 4, 8].map(|at| {
                    head.get(at..).and_then(|h| h.first_chunk()).copied().map_or(u32::MAX, u32::from_le_bytes)
                });
                if usize::try_from(length).ok()? != data.len() {
                    return None;
                }
                (kind, data)
            }
        };
        match kind {
            4 => bytes.try_into().ok().map(|b| u32::from_le_bytes(b).into()),
            5 => bytes.try_into().ok().map(|b| u32::from_be_bytes(b).into()),
            11 => bytes.try_into().ok().map(u64::from_le_bytes),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_values() {
        let written = |kind, bytes| ValueData { kind: Some(kind), bytes }.number();
        assert_eq!(written(4, &[4, 0, 0, 0]), Some(4));
        assert_eq!(written(5, &[0, 0, 0, 4]), Some(4));
        assert_eq!(written(11, &[1, 0, 0, 0, 1, 0, 0, 0]), Some(0x1_0000_0001));
        assert_eq!(written(4, &[4, 0, 0]), None);
        assert_eq!(written(1, &[4, 0, 0, 0]), None);
        let read = |bytes| ValueData { kind: None, bytes }.number();
        assert_eq!(read(&[0, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0]), Some(3));
        // Cut, or another structure.
        assert_eq!(read(&[0, 0, 0, 0, 4, 0, 0, 0, 8, 0, 0, 0, 3, 0, 0, 0]), None);
        assert_eq!(read(&[3, 0, 0, 0]), None);
    }

    #[test]
    fn ends_of_paths_are_those_of_the_text() {
        let utf16 = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        let tails = ["", "c", r"B\c", r"a\b\c", r"\b\c", r"x\a\b\c", "d", r"b\\c", "é", r"\"];
        for (base, rest, value) in [
            (r"\a\b\c", "", None),
            (r"\a", r"b\c", None),
            (r"\a\", r"b\c", None),
            (r"\a", r"\b\c", None),
            (r"\A\B", "", Some("C")),
            ("", r"\a\b", Some("c")),
            (r"\a", "", Some("é")),
            (r"\a", "", Some("")),
            ("", "", None),
        ] {
            let parts = [base, rest, value.unwrap_or_default()].map(utf16);
            let [base, rest, name] = parts.each_ref().map(|part| Utf16::new(part));
            let path = NtPath { base, rest };
            let value = value.map(|_| name);
            let mut text = path.to_string();
            if let Some(value) = value {
                text = format!("{text}\\{value}");
            }
            let leaf = text.rsplit('\\').next().unwrap_or_default();
            assert_eq!(value.map_or_else(|| path.leaf(), last_part).to_string(), leaf, "{text:?}");
            for tail in tails {
                let ends = text.to_lowercase().ends_with(&tail.to_lowercase());
                assert_eq!(ends_with(path, value, tail), ends, "{text:?} {tail:?}");
                assert!(!ends || value.is_none_or(|value| may_end(value, tail)), "{text:?} {tail:?}");
            }
        }
    }

    #[test]
    fn parts_of_a_path_are_joined_once() {
        let path = |base: &'static [u8], rest: &'static [u8]| {
            NtPath { base: Utf16::new(base), rest: Utf16::new(rest) }.to_string()
        };
        assert_eq!(path(b"a\0", b"b\0"), "a\\b");
        assert_eq!(path(b"a\0\\\0", b"b\0"), "a\\b");
        assert_eq!(path(b"a\0", b""), "a");
        assert_eq!(path(b"", b"b\0"), "b");
    }
}
