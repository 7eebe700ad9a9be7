//! The table of what was met, as tab-separated text.

use std::{collections::BTreeMap, fmt};

use anyhow::{Context as _, Result};

/// What was met: by which role, in which operation, with which result, on which class of path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
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
pub struct Counts {
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

/// The table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Norms(pub BTreeMap<Key, Counts>);

const HEADING: &str = "role\toperation\tstatus\tclass\ttraces\tmachines\tevents\thealed\tcarried_on";

impl Norms {
    /// Reads the table. Lines that begin with `#` are comments.
    ///
    /// # Errors
    /// A line that is not of the table.
    pub fn parse(text: &str) -> Result<Self> {
        let mut norms = Self::default();
        for line in text.lines().filter(|l| !l.starts_with('#') && *l != HEADING && !l.is_empty()) {
            let row = row(line).with_context(|| format!("invalid line of the table of norms: {line:?}"))?;
            norms.add(row.0, row.1);
        }
        Ok(norms)
    }

    /// Adds counts of other traces.
    pub fn add(&mut self, key: Key, counts: Counts) {
        let sum = self.0.entry(key).or_default();
        sum.traces += counts.traces;
        sum.machines += counts.machines;
        sum.events += counts.events;
        sum.healed += counts.healed;
        sum.carried_on += counts.carried_on;
    }
}

fn row(line: &str) -> Option<(Key, Counts)> {
    let [role, operation, status, class, traces, machines, events, healed, carried_on] =
        line.split('\t').collect::<Vec<_>>().try_into().ok()?;
    let status = u32::from_str_radix(status.strip_prefix("0x")?, 16).ok()?;
    let key = Key { role: role.into(), operation: operation.into(), status, class: class.into() };
    let number = |text: &str| text.parse::<u64>().ok();
    let counts = Counts {
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

    #[test]
    fn the_table_is_read_as_it_is_written_and_counts_are_added() {
        let key = Key {
            role: "TiWorker".into(),
            operation: "CreateFile".into(),
            status: 0xC000_0034,
            class: r"<windows>\winsxs\*".into(),
        };
        let counts = Counts { traces: 1, machines: 1, events: 7, healed: 2, carried_on: 7 };
        let mut norms = Norms::default();
        norms.add(key.clone(), counts);
        let read = Norms::parse(&norms.to_string()).unwrap();
        assert_eq!(read, norms);
        norms.add(key.clone(), counts);
        assert_eq!((norms.0[&key].events, norms.0[&key].traces), (14, 2));
        assert!(Norms::parse("TiWorker\tCreateFile\t5").is_err());
    }
}
