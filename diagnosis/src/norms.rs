//! Norms: failures that servicing meets on healthy machines, counted in real traces, as tab-separated text.
//!
//! `diagnosis/data/norms.tsv` is the table that the diagnosis uses. `trials learn` makes it.

use std::{collections::BTreeMap, fmt, sync::LazyLock};

use timeline::{Kind, Role};

use crate::path_class::path_class;

/// What was met: by which role, in which operation, with which result, on which class of path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NormKey {
    /// Role of the process.
    pub role: String,
    /// Process Monitor's name of the operation.
    pub operation: String,
    /// NTSTATUS.
    pub status: u32,
    /// Class of the path.
    pub class: String,
}

/// How often it was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NormCounts {
    /// Traces that hold it.
    pub traces: u64,
    /// Machines that recorded them.
    pub machines: u64,
    /// Events.
    pub events: u64,
    /// Events that a later success of the process with the same operation on the same path follows.
    pub healed: u64,
    /// Events after which the thread went on with its work.
    pub carried_on: u64,
}

impl NormKey {
    /// The key of a failure. Classes that may name what is installed on one machine become `other`.
    #[must_use]
    pub fn new(role: Role, operation: &str, status: u32, kind: Kind, path: &str) -> Self {
        let class = path_class(path, kind);
        let is_public = PUBLIC.iter().any(|begin| class.starts_with(begin));
        let class = if is_public { class } else { OTHER.to_owned() };
        Self { role: format!("{role:?}"), operation: operation.to_owned(), status, class }
    }
}

/// The class of all paths that may name what is installed on one machine. It is no kind of object.
const OTHER: &str = "other";

/// Beginnings of the classes that are kept as they are.
const PUBLIC: &[&str] = &[
    r"<windows>\",
    r"hklm\components",
    r"hklm\system\currentcontrolset\",
    r"hklm\system\setup",
    r"hklm\system\driverdatabase",
    r"hklm\software\microsoft\",
    r"hkcr\",
];

/// After so many events in a hundred the thread must have carried on.
const PERCENT: u64 = 90;

/// A line that does not belong to the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line} of the table of norms is invalid: expected nine columns, as the heading names them: {text:?}"
)]
pub struct NormError {
    /// From 1.
    pub line: usize,
    /// Its text.
    pub text: String,
}

/// The table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Norms(pub BTreeMap<NormKey, NormCounts>);

const HEADING: &str = "role\toperation\tstatus\tclass\ttraces\tmachines\tevents\thealed\tcarried_on";

impl Norms {
    /// Reads the table. Lines that begin with `#` are comments.
    ///
    /// # Errors
    /// A line that does not belong to the table.
    pub fn parse(text: &str) -> Result<Self, NormError> {
        let mut norms = Self::default();
        let lines = (1..).zip(text.lines());
        for (number, line) in
            lines.filter(|(_, line)| !line.starts_with('#') && *line != HEADING && !line.is_empty())
        {
            let row = row(line).ok_or_else(|| NormError { line: number, text: line.to_owned() })?;
            norms.add(row.0, row.1);
        }
        Ok(norms)
    }

    /// The table that the diagnosis uses.
    pub(crate) fn built_in() -> &'static Self {
        static NORMS: LazyLock<Norms> =
            LazyLock::new(|| Norms::parse(include_str!("../data/norms.tsv")).unwrap_or_default());
        &NORMS
    }

    /// Whether healthy machines meet this failure, and servicing carries on after it.
    pub(crate) fn carry_on_after(&self, key: &NormKey) -> bool {
        let counts = self.0.get(key).filter(|_| key.class != OTHER);
        counts.is_some_and(|counts| counts.carried_on * 100 >= counts.events * PERCENT)
    }

    /// Adds counts of other traces.
    pub fn add(&mut self, key: NormKey, counts: NormCounts) {
        let sum = self.0.entry(key).or_default();
        sum.traces += counts.traces;
        sum.machines += counts.machines;
        sum.events += counts.events;
        sum.healed += counts.healed;
        sum.carried_on += counts.carried_on;
    }
}

fn row(line: &str) -> Option<(NormKey, NormCounts)> {
    let [role, operation, status, class, traces, machines, events, healed, carried_on] =
        line.split('\t').collect::<Vec<_>>().try_into().ok()?;
    let status = u32::from_str_radix(status.strip_prefix("0x")?, 16).ok()?;
    let key = NormKey { role: role.into(), operation: operation.into(), status, class: class.into() };
    let number = |text: &str| text.parse::<u64>().ok();
    let counts = NormCounts {
        traces: number(traces)?,
        machines: number(machines)?,
        events: number(events)?,
        healed: number(healed)?,
        carried_on: number(carried_on)?,
    };
    Some((key, counts))
}

impl fmt::Display for Norms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "# Failures that healthy machines show in an ordinary way. Made by `trials learn`; counts alone."
        )?;
        writeln!(f, "{HEADING}")?;
        for (key, counts) in &self.0 {
            writeln!(
                f,
                "{}\t{}\t0x{:08X}\t{}\t{}\t{}\t{}\t{}\t{}",
                key.role,
                key.operation,
                key.status,
                key.class,
                counts.traces,
                counts.machines,
                counts.events,
                counts.healed,
                counts.carried_on
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(role: Role, path: &str) -> NormKey {
        NormKey::new(role, "QueryOpen", 0xC01C_0004, Kind::FileQuery, path)
    }

    #[test]
    fn the_built_in_table_is_read_whole() {
        let rows =
            include_str!("../data/norms.tsv").lines().filter(|l| l.starts_with(|c: char| c.is_uppercase()));
        assert_eq!(Norms::built_in().0.len(), rows.count());
    }

    #[test]
    fn servicing_carries_on_after_a_norm() {
        let rows = [
            (
                key(
                    Role::TiWorker,
                    r"C:\Windows\WinSxS\amd64_a_31bf3856ad364e35_10.0.17763.1_none_0123456789abcdef\b.dll",
                ),
                33,
                33,
            ),
            (key(Role::TiWorker, r"C:\Windows\WinSxS\c.xml"), 10, 8),
            (key(Role::TiWorker, r"D:\Acme\d.dll"), 50, 50),
        ];
        let mut norms = Norms::default();
        for (key, events, carried_on) in rows.clone() {
            norms.add(key, NormCounts { traces: 1, machines: 1, events, healed: 0, carried_on });
        }
        let [all, some, elsewhere] = rows.map(|(key, ..)| norms.carry_on_after(&key));
        assert!(all, "33 of 33");
        assert!(!some, "8 of 10 are under the share");
        assert!(!elsewhere, "the class says nothing of the object");
        assert!(norms.carry_on_after(&key(
            Role::TiWorker,
            r"C:\Windows\WinSxS\amd64_other_31bf3856ad364e35_10.0.17763.1_none_fedcba9876543210\e.dll"
        )));
        assert!(!norms.carry_on_after(&key(
            Role::Poqexec,
            r"C:\Windows\WinSxS\amd64_a_31bf3856ad364e35_10.0.17763.1_none_0123456789abcdef\b.dll"
        )));
    }

    #[test]
    fn the_table_is_read_as_it_is_written_and_counts_are_added() {
        let key = NormKey {
            role: "TiWorker".into(),
            operation: "CreateFile".into(),
            status: 0xC000_0034,
            class: r"<windows>\winsxs\*".into(),
        };
        let counts = NormCounts { traces: 1, machines: 1, events: 7, healed: 2, carried_on: 7 };
        let mut norms = Norms::default();
        norms.add(key.clone(), counts);
        let read = Norms::parse(&norms.to_string()).unwrap();
        assert_eq!(read, norms);
        norms.add(key.clone(), counts);
        assert_eq!((norms.0[&key].events, norms.0[&key].traces), (14, 2));
        let wrong = Norms::parse("# a\nTiWorker\tCreateFile\t5");
        assert_eq!(wrong, Err(NormError { line: 2, text: "TiWorker\tCreateFile\t5".into() }));
    }
}
