//! Parts of paths that are looked for in every operation.

use memchr::memchr_iter;

/// Parts of paths, in groups. Each begins with a backslash, so that few places of a path can hold one.
#[derive(Debug)]
pub struct Parts {
    /// The parts, and the bit of each one's group.
    parts: Vec<(&'static str, u8)>,
    /// By byte: whether a part has it behind its backslash.
    second: [bool; 256],
}

impl Parts {
    /// The set of these.
    #[must_use]
    pub fn new(parts: &[&'static str]) -> Self {
        Self::grouped(&[parts])
    }

    /// Groups of parts, at most eight.
    #[must_use]
    pub fn grouped(groups: &[&[&'static str]]) -> Self {
        let numbered = groups.iter().zip(0_u32..8);
        let parts =
            numbered.flat_map(|(group, number)| group.iter().map(move |part| (*part, 1_u8 << number)));
        let parts: Vec<_> = parts.collect();
        debug_assert!(parts.iter().all(|(part, _)| part.starts_with('\\') && part.len() > 1), "{parts:?}");
        let mut second = [false; 256];
        for byte in parts.iter().filter_map(|(part, _)| part.as_bytes().get(1)) {
            second[usize::from(*byte)] = true;
        }
        Self { parts, second }
    }

    /// Whether one of them is in a path; upper and lower case differ.
    #[must_use]
    pub fn are_in(&self, path: &str) -> bool {
        self.found(path.as_bytes()).next().is_some()
    }

    /// The groups of which a part is in a path: bit 0 for the first group.
    #[must_use]
    pub fn groups_in(&self, path: &str) -> u8 {
        self.found(path.as_bytes()).fold(0, |groups, bit| groups | bit)
    }

    /// The bits of the parts in a path.
    fn found<'a>(&'a self, path: &'a [u8]) -> impl Iterator<Item = u8> + 'a {
        memchr_iter(b'\\', path).flat_map(move |at| {
            let rest = path.get(at..).unwrap_or_default();
            let may = rest.get(1).is_some_and(|second| self.second[usize::from(*second)]);
            let parts = if may { self.parts.as_slice() } else { &[] };
            parts.iter().filter(|(part, _)| rest.starts_with(part.as_bytes())).map(|(_, bit)| *bit)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Parts;

    #[test]
    fn a_part_is_found_wherever_it_stands() {
        let parts = Parts::new(&[r"\logs\cbs\", r"\poqexec.log", r"\é"]);
        for (path, expected) in [
            (r"c:\windows\logs\cbs\cbs.log", true),
            (r"\poqexec.log", true),
            (r"c:\poqexec.logs", true),
            (r"c:\\é", true),
            (r"c:\windows\logs\cbs", false),
            (r"c:\windows\LOGS\CBS\a", false),
            (r"c:\", false),
            ("", false),
        ] {
            assert_eq!(parts.are_in(path), expected, "{path}");
        }
    }

    #[test]
    fn a_path_may_be_of_several_groups() {
        let parts = Parts::grouped(&[&[r"\a\", r"\ab"], &[r"\b"]]);
        for (path, groups) in [(r"c:\a\b", 0b11), (r"c:\abc", 0b01), (r"c:\b", 0b10), (r"c:\c", 0)] {
            assert_eq!(parts.groups_in(path), groups, "{path}");
        }
    }
}
