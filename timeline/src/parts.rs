//! Parts of paths that are looked for in every operation.

use memchr::memchr_iter;

/// Parts of paths. Each begins with a backslash, so that few places of a path can hold one.
#[derive(Debug)]
pub struct Parts {
    parts: Vec<&'static str>,
    /// By byte: whether a part has it behind its backslash.
    second: [bool; 256],
}

impl Parts {
    /// The set of these.
    #[must_use]
    pub fn new(parts: &[&'static str]) -> Self {
        debug_assert!(parts.iter().all(|part| part.starts_with('\\') && part.len() > 1), "{parts:?}");
        let mut second = [false; 256];
        for byte in parts.iter().filter_map(|part| part.as_bytes().get(1)) {
            second[usize::from(*byte)] = true;
        }
        Self { parts: parts.to_vec(), second }
    }

    /// Whether one of them is in a path; upper and lower case differ.
    #[must_use]
    pub fn are_in(&self, path: &str) -> bool {
        let path = path.as_bytes();
        memchr_iter(b'\\', path).any(|at| {
            let rest = path.get(at..).unwrap_or_default();
            rest.get(1).is_some_and(|second| self.second[usize::from(*second)])
                && self.parts.iter().any(|part| rest.starts_with(part.as_bytes()))
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
}
