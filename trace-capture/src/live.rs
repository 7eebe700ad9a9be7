//! What a live capture gives: a trace around one command, for failures that come without a restart.

use std::fmt;

use serde::Serialize;

use crate::facts::size;
use crate::sessions::{Provider, STANDARD};

/// Name of the session. ETW keeps one of a name; one that a kill left is stopped by the next, and by disarm.
pub const SESSION: &str = "bootrace-live";

/// The result of a live capture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lived {
    /// Exit code of the command.
    pub exit_code: i32,
    /// The trace file.
    pub file: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Events seen while they were written, by provider.
    pub events: Vec<(String, u64)>,
    /// Events lost.
    pub events_lost: u32,
}

impl fmt::Display for Lived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total: u64 = self.events.iter().map(|(_, n)| n).sum();
        writeln!(f, "The command ended with exit code {}.", self.exit_code)?;
        writeln!(f, "{} ({}): {total} events, {} lost", self.file, size(self.bytes), self.events_lost)?;
        for (provider, events) in &self.events {
            writeln!(f, "{events:>12}  {provider}")?;
        }
        if total == 0 {
            writeln!(
                f,
                "No event came: a security product may block ETW; look at `logman query providers`."
            )?;
        }
        writeln!(f, "Next: bootrace report \"{}\"", self.file)
    }
}

/// The providers of the standard sessions in one: a session can hold a provider once, so masks are joined.
pub fn providers() -> Vec<Provider> {
    let mut all: Vec<Provider> = Vec::new();
    for provider in STANDARD.iter().flat_map(|s| s.providers) {
        match all.iter_mut().find(|p| p.guid == provider.guid) {
            Some(known) => {
                // 0 is everything, and stays it.
                let everything = known.keywords == 0 || provider.keywords == 0;
                known.keywords = if everything { 0 } else { known.keywords | provider.keywords };
                known.level = known.level.max(provider.level);
            }
            None => all.push(*provider),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_provider_comes_once_with_all_its_keywords() {
        let all = providers();
        let process: Vec<_> = all.iter().filter(|p| p.name.ends_with("Kernel-Process")).collect();
        assert_eq!(process.len(), 1);
        assert_eq!(process[0].keywords, 0x50);
        assert!(all.iter().any(|p| p.keywords == 0x1CD0) && all.iter().any(|p| p.keywords == 0x7344));
    }
}
