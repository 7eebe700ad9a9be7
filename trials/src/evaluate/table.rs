//! The figures, as people read them.

use std::{collections::BTreeMap, fmt::Write as _};

use diagnosis::Level;

use super::score::Judged;

/// Right ones of how many.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    right: usize,
    of: usize,
}

impl Share {
    fn add(&mut self, right: Option<bool>) {
        self.right += usize::from(right == Some(true));
        self.of += usize::from(right.is_some());
    }

    fn text(self) -> String {
        match self.of {
            0 => "-".to_owned(),
            of => format!("{}/{of} {:.1} %", self.right, 100.0 * self.right as f64 / of as f64),
        }
    }
}

#[derive(Debug, Clone, Default)]
struct Row {
    outcome: Share,
    first: Share,
    three: Share,
    phase: Share,
    code: Share,
    remedy: Share,
    wrong: usize,
}

impl Row {
    fn add(&mut self, judged: &Judged) {
        self.outcome.add(Some(judged.outcome));
        self.first.add(judged.named);
        self.three.add(judged.among_three);
        self.phase.add(judged.phase);
        self.code.add(judged.code);
        self.remedy.add(judged.remedy);
        self.wrong += usize::from(judged.false_verdict);
    }

    fn print(&self, name: &str, out: &mut String) {
        let cells =
            [self.outcome, self.first, self.three, self.phase, self.code, self.remedy].map(Share::text);
        let [outcome, first, three, phase, code, remedy] = cells;
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{name:<24}{outcome:>17}{first:>17}{three:>17}{phase:>17}{code:>17}{remedy:>17}{:>7}",
            self.wrong
        );
    }
}

/// The table: a row a group, one of all; how often each level of confidence was right; with `each`, a row a scenario.
#[must_use]
pub fn table(judged: &[Judged], each: bool) -> String {
    let mut groups: BTreeMap<&str, Row> = BTreeMap::new();
    let mut scenarios: BTreeMap<&str, Row> = BTreeMap::new();
    let mut all = Row::default();
    let mut levels: BTreeMap<Level, Share> = BTreeMap::new();
    for one in judged {
        groups.entry(one.case.group).or_default().add(one);
        scenarios.entry(&one.case.truth.scenario).or_default().add(one);
        all.add(one);
        if one.named.is_some() || one.false_verdict {
            let says = one.answer.outcome == diagnosis::Outcome::FailingOperation;
            levels.entry(one.answer.level).or_default().add(says.then_some(one.named == Some(true)));
        }
    }
    let mut out = String::new();
    let heading = |out: &mut String, name: &str| {
        let _ = writeln!(
            out,
            "{name:<24}{:>17}{:>17}{:>17}{:>17}{:>17}{:>17}{:>7}",
            "outcome", "operation first", "among three", "phase", "code", "remedy", "false"
        );
    };
    if each {
        heading(&mut out, "scenario");
        for (name, row) in &scenarios {
            row.print(name, &mut out);
        }
        out.push('\n');
    }
    heading(&mut out, "group");
    for (name, row) in &groups {
        row.print(name, &mut out);
    }
    all.print("all", &mut out);
    out.push_str("\nOperations named, by confidence, and how many of them are the right one:\n");
    for (level, share) in levels.iter().rev() {
        let _ = writeln!(out, "{:<24}{:>17}", format!("{level:?}").to_lowercase(), share.text());
    }
    out
}
