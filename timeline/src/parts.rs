//! Parts of paths that are looked for in every operation.

use memchr::memchr_iter;

/// Parts of paths, in groups. Each begins with a backslash, so that few places of a path can hold one.
#[derive(Debug)]
pub struct Parts {
    /// The parts and the bit of each one's group, by the byte behind the backslash.
    by_second: Box<[Vec<(&'static str, u8)>; 256]>,
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
        let mut by_second = Box::new([const { Vec::new() }; 256]);
        for (group, number) in groups.iter().zip(0_u32..8) {
            for part in *group {
                debug_assert!(part.starts_with('\\') && part.len() > 1, "{part}");
                let second = part.as_bytes().get(1);
                if let Some(alike) = second.and_then(|second| by_second.get_mut(usize::from(*second))) {
                    alike.push((*part, 1_u8 << number));
                }
            }
        }
        Self { by_second }
    }

    /// Whether one of them is in a path; upper and lower case differ.
    #[must_use]
    pub fn are_in(&self, path: &str) -> bool {
        self.found(path.as_bytes()).next().is_some()
    }

    /// The groups that have a part in a path. Bit 0 stands for the first group.
    #[must_use]
    pub fn groups_in(&self, path: &str) -> u8 {
        self.found(path.as_bytes()).fold(0, |groups, bit| groups | bit)
    }

    /// The bits of the parts in a path.
    fn found<'a>(&'a self, path: &'a [u8]) -> impl Iterator<Item = u8> + 'a {
        memchr_iter(b'\\', path).flat_map(move |at| {
            let rest = path.get(at..).unwrap_or_default();
            let parts = rest.get(1).and_then(|second| self.by_second.get(usize::from(*second)));
            parts.into_iter().flatten().filter(|(part, _)| begins(rest, part.as_bytes())).map(|(_, bit)| *bit)
        })
    }
}

/// Whether a path begins with a part. Most differ in their third byte; looking at it first saves a call.
#[inline]
fn begins(path: &[u8], part: &[u8]) -> bool {
    part.get(2).is_none_or(|third| path.get(2) == Some(third)) && path.starts_with(part)
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
        for (path, groups) in
            [(r"c:\a\b", 0b11), (r"c:\abc", 0b01), (r"c:\b", 0b10), (r"c:\bc", 0b10), (r"c:\c", 0)]
        {
            assert_eq!(parts.groups_in(path), groups, "{path}");
        }
    }
}
