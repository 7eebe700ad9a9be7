//! The results of all traps, as people read them.

use std::{collections::BTreeMap, fmt::Write as _};

use diagnosis::Level;

use super::judge::Sprung;
use crate::bound;

/// The traps of one kind.
#[derive(Debug, Clone, Default)]
struct Count {
    cases: usize,
    wrong: BTreeMap<Level, usize>,
    /// Cases in which an operation may be named, and those in which it was.
    right: (usize, usize),
}

impl Count {
    fn add(&mut self, sprung: &Sprung) {
        self.cases += 1;
        self.right.0 += usize::from(sprung.has_right);
        match &sprung.named {
            Some(named) if sprung.is_wrong => *self.wrong.entry(named.level).or_default() += 1,
            Some(_) => self.right.1 += 1,
            None => {}
        }
    }

    fn print(&self, name: &str, out: &mut String) {
        let wrong: usize = self.wrong.values().sum();
        let by = |level| self.wrong.get(&level).copied().unwrap_or(0);
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{name:<30}{:>7}{wrong:>7}{:>7}{:>8}{:>6}{:>9.2} %{:>13}",
            self.cases,
            by(Level::High),
            by(Level::Medium),
            by(Level::Low),
            100.0 * bound::upper(wrong, self.cases),
            format!("{}/{}", self.right.1, self.right.0)
        );
    }
}

/// A row a kind, and one of all.
#[derive(Debug, Default)]
pub(crate) struct Sum {
    kinds: BTreeMap<String, Count>,
    all: Count,
}

impl Sum {
    pub(crate) fn add(&mut self, kind: &str, sprung: &Sprung) {
        self.kinds.entry(kind.to_owned()).or_default().add(sprung);
        self.all.add(sprung);
    }

    /// Traps in which something wrong was named.
    pub(crate) fn wrong(&self) -> usize {
        self.all.wrong.values().sum()
    }
}

impl std::fmt::Display for Sum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = format!(
            "{:<30}{:>7}{:>7}{:>7}{:>8}{:>6}{:>11}{:>13}\n",
            "kind", "cases", "wrong", "high", "medium", "low", "95 % bound", "right"
        );
        for (kind, count) in &self.kinds {
            count.print(kind, &mut out);
        }
        self.all.print("all", &mut out);
        f.write_str(&out)
    }
}
