//! A set of paths that every event of a trace is compared with. Most differ in their length, or in how they end.

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
    /// Bits by the numbers of their tails.
    tails: Vec<u64>,
    /// Whether one has no backslash.
    bare: bool,
    /// The names of the folders and keys above them.
    above: HashSet<String>,
}

/// The end of a path, as far as a number tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// There is no path, or none of a sort that is looked for.
    Nowhere,
    /// It is not known.
    Unknown,
    /// The number of the last characters behind the last backslash. It is less than [`Tail::NUMBERS`], and equal where
    /// only the case of letters differs.
    Of(u16),
}

/// Characters of a path that a tail tells.
const TAIL: usize = 8;

impl Tail {
    /// So many numbers there are.
    pub const NUMBERS: u16 = (1 << 14) - 2;

    /// Of a path whose UTF-16 units come from its end.
    #[inline]
    pub fn of(from_end: impl Iterator<Item = u16>) -> Self {
        let last = from_end.take_while(|unit| *unit != BACKSLASH).take(TAIL);
        let packed =
            last.zip((0..TAIL).rev()).fold(0, |all, (unit, at)| all | u64::from(folded(unit)) << (8 * at));
        Self::packed(packed)
    }

    /// The same, of a path as text.
    pub(crate) fn of_text(path: &str) -> Self {
        if path.is_ascii() {
            return Self::of_bytes(path.as_bytes());
        }
        let units: Vec<u16> = path.encode_utf16().collect();
        Self::of(units.into_iter().rev())
    }

    /// The same, of a path of bytes: each is a unit.
    #[inline]
    pub(crate) fn of_bytes(path: &[u8]) -> Self {
        let Some(last) = path.last_chunk::<TAIL>() else {
            return Self::of(path.iter().rev().map(|byte| u16::from(*byte)));
        };
        let last = u64::from_le_bytes(*last);
        if last & !0x7f7f_7f7f_7f7f_7f7f != 0 {
            return Self::of(path.iter().rev().map(|byte| u16::from(*byte)));
        }
        // The highest bit of each byte that is no backslash.
        let low = 0x7f7f_7f7f_7f7f_7f7f;
        let differs = last ^ u64::from_le_bytes([b'\\'; TAIL]);
        let others = (((differs & low) + low) | differs) & !low;
        // What lies behind the last backslash.
        let behind = match (others ^ !low).leading_zeros() {
            64 => u64::MAX,
            units => !(u64::MAX >> (units / 8 * 8)),
        };
        Self::packed((last | u64::from_le_bytes([CASE; TAIL])) & behind)
    }

    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a hash of 32 bits leaves less than the 16 bits of `NUMBERS`"
    )]
    fn packed(packed: u64) -> Self {
        // 2^64 divided by the golden ratio.
        let hash = packed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        Self::Of(((hash * u64::from(Self::NUMBERS)) >> 32) as u16)
    }
}

const BACKSLASH: u16 = b'\\' as u16;
/// The bit that tells small ASCII letters from capital ones.
const CASE: u8 = 0x20;

/// A unit as a byte; equal where only the case of letters differs. All units beyond ASCII are equal.
#[inline]
fn folded(unit: u16) -> u8 {
    if unit < 0x80 { (unit & 0x7F) as u8 | CASE } else { u8::MAX }
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
            set.bare |= !path.contains('\\');
            if let Tail::Of(number) = Tail::of_text(&path) {
                let (word, bit) = (usize::from(number / 64), 1 << (number % 64));
                set.tails.resize(usize::from(Tail::NUMBERS) / 64 + 1, 0);
                set.tails.iter_mut().skip(word).take(1).for_each(|bits| *bits |= bit);
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

    /// Whether a path whose tail has this number can be one of them, whatever stands for its root.
    #[inline]
    #[must_use]
    pub fn may_have(&self, number: u16) -> bool {
        let bits = self.tails.get(usize::from(number / 64)).copied().unwrap_or_default();
        self.bare || bits >> (number % 64) & 1 != 0
    }

    /// Whether a path that ends so can be one of them, whatever stands for its root.
    #[must_use]
    pub fn may_end(&self, tail: Tail) -> bool {
        match tail {
            Tail::Nowhere => false,
            Tail::Unknown => true,
            Tail::Of(number) => self.may_have(number),
        }
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
            let tail = tail(path);
            assert!(set.may_end(tail));
            assert_eq!(set.hold(&PmlText::Utf16(&wide)), held, "{path}");
            if path.is_ascii() {
                assert_eq!(Tail::of_bytes(path.as_bytes()), tail);
                assert_eq!(set.hold(&PmlText::Bytes(path.as_bytes())), held, "{path}");
            }
        }
        assert!(!Paths::default().hold_str("") && Paths::default().is_empty());
        let one = Paths::new([r"C:\Windows\A.sys"]);
        assert!(one.may_end(tail("a.SYS")) && !one.may_end(tail("b.sys")) && !one.may_end(Tail::Nowhere));
    }

    fn tail(path: &str) -> Tail {
        Tail::of(path.encode_utf16().collect::<Vec<_>>().into_iter().rev())
    }

    #[test]
    fn bytes_and_units_have_the_same_tail() {
        let path = br"C:\Windows\SystemApps\Microsoft.Windows_cw5n1h2txyewy\A|B\\\Longer.DLL";
        for from in 0..path.len() {
            for to in from..=path.len() {
                let part = &path[from..to];
                let units = Tail::of(part.iter().rev().map(|byte| u16::from(*byte)));
                assert_eq!(Tail::of_bytes(part), units, "{from}..{to}");
                assert_eq!(Tail::of_bytes(&part.to_ascii_uppercase()), units, "{from}..{to}");
            }
        }
        assert_eq!(tail(r"\Device\X\a.sys"), tail("A.SYS"));
        assert_ne!(tail(r"C:\a.sys"), tail(r"C:\ab.sys"));
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
