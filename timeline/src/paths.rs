//! A set of paths that every event of a trace is compared with. Most differ in their length, or in what follows their
//! last backslash.

use std::collections::HashSet;

use pml_reader::{EventClass, PmlText};

use crate::object_name::{fold, fold_unit, is_key, object_name, spellings};

/// Paths without case and in every spelling, by their length in UTF-16 units.
#[derive(Debug, Default)]
pub struct Paths {
    by_units: Vec<Vec<String>>,
    /// Whether one is a registry key, and whether one is not.
    keys: bool,
    files: bool,
    /// By [`leaf`]: what is behind the last backslash of each.
    leaves: HashSet<u64>,
    /// Whether one has no backslash.
    bare: bool,
    /// The names of the folders and keys above them.
    above: HashSet<String>,
}

/// A number of the part of a path behind its last backslash; equal where only the case of letters differs (FNV-1a).
fn leaf(units: impl Iterator<Item = u16>) -> u64 {
    units.map(fold_unit).fold(0xcbf2_9ce4_8422_2325, |hash, unit| {
        (hash ^ u64::from(unit)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Whether a text ends so, whatever the case of ASCII letters.
pub(crate) fn ends_with(text: &str, tail: &str) -> bool {
    let at = text.len().checked_sub(tail.len());
    at.and_then(|at| text.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(tail))
}

/// The longest path that Windows knows, in UTF-16 units; longer ones are in no set.
const LONGEST: usize = 32_767;

impl Paths {
    /// The set of the objects at these paths. Letters compare without case.
    pub fn new<'a>(paths: impl IntoIterator<Item = &'a str>) -> Self {
        let mut set = Self::default();
        for path in paths.into_iter().flat_map(spellings) {
            let units = path.encode_utf16().count();
            if units > LONGEST {
                continue;
            }
            set.keys |= is_key(&path);
            set.files |= !is_key(&path);
            match path.rsplit_once('\\') {
                Some((_, last)) => drop(set.leaves.insert(leaf(last.encode_utf16()))),
                None => set.bare = true,
            }
            set.above.extend(above(&path).map(str::to_owned));
            if set.by_units.len() <= units {
                set.by_units.resize(units + 1, Vec::new());
            }
            if let Some(alike) = set.by_units.get_mut(units).filter(|alike| !alike.contains(&path)) {
                alike.push(path);
            }
        }
        set
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_units.is_empty()
    }

    /// Whether an operation of this class can be on one of them.
    #[must_use]
    pub fn may_hold(&self, class: Option<EventClass>) -> bool {
        match class {
            Some(EventClass::Registry) => self.keys,
            Some(EventClass::FileSystem | EventClass::Ipc) => self.files,
            _ => false,
        }
    }

    /// Whether a path that ends so can be one of them, whatever stands for its root.
    pub fn may_end(&self, last: impl Iterator<Item = u16>) -> bool {
        self.bare || self.leaves.contains(&leaf(last))
    }

    /// Whether `text` is one of them.
    #[must_use]
    pub fn hold(&self, text: &PmlText<'_>) -> bool {
        let alike = self.by_units.get(text.units());
        alike.is_some_and(|alike| match text {
            PmlText::Bytes(_) => alike.iter().any(|path| text.eq_ignore_ascii_case(path)),
            PmlText::Utf16(wide) => {
                let units =
                    || wide.as_chunks::<2>().0.iter().map(|unit| fold_unit(u16::from_le_bytes(*unit)));
                alike.iter().any(|path| units().eq(path.encode_utf16()))
            }
        })
    }

    /// Whether `path` is one of them.
    #[must_use]
    pub fn hold_str(&self, path: &str) -> bool {
        let alike = self.by_units.get(path.encode_utf16().count());
        alike.is_some_and(|alike| match path.is_ascii() {
            true => alike.iter().any(|known| known.eq_ignore_ascii_case(path)),
            false => alike.contains(&fold(path)),
        })
    }

    /// Whether one of them lies below `path`.
    #[must_use]
    pub fn lie_below(&self, path: &str) -> bool {
        self.above.contains(&object_name(path))
    }
}

/// The folders or keys above a path, the nearest first.
pub fn above(path: &str) -> impl Iterator<Item = &str> {
    fn parent(path: &str) -> Option<&str> {
        path.rsplit_once('\\').map(|(parent, _)| parent)
    }
    std::iter::successors(parent(path), |path| parent(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_length_count_as_windows_counts_them() {
        let set = Paths::new([r"C:\Windows\A.sys", r"C:\Users\José\é", ""]);
        for (path, held) in [
            (r"c:\WINDOWS\a.SYS", true),
            (r"C:\Windows\B.sys", false),
            (r"C:\Windows\A.sy", false),
            (r"c:\users\josé\é", true),
            (r"C:\USERS\JOSÉ\É", true),
            (r"C:\Windows\A.sys::$DATA", true),
            ("", true),
        ] {
            let wide: Vec<u8> = path.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(set.hold_str(path), held, "{path}");
            let last = path.rsplit('\\').next().unwrap_or_default();
            assert!(set.may_end(last.encode_utf16()));
            assert_eq!(set.hold(&PmlText::Utf16(&wide)), held, "{path}");
            if path.is_ascii() {
                assert_eq!(set.hold(&PmlText::Bytes(path.as_bytes())), held, "{path}");
            }
        }
        assert!(!Paths::default().hold_str("") && Paths::default().is_empty());
        let one = Paths::new([r"C:\Windows\A.sys"]);
        assert!(one.may_end("a.SYS".encode_utf16()) && !one.may_end("b.sys".encode_utf16()));
    }

    #[test]
    fn a_path_lies_below_every_folder_above_it() {
        let set = Paths::new([r"C:\Windows\Temp\A.sys"]);
        for (path, is_above) in
            [(r"c:\WINDOWS\temp", true), ("C:", true), (r"C:\Windows\Temp\A.sys", false), (r"C:\Win", false)]
        {
            assert_eq!(set.lie_below(path), is_above, "{path}");
        }
    }
}
