//! The report as data: the content of `report.json`. Every other renderer shows a view of it.
//!
//! Rules of the format: Every field may be absent. Enums are open. Codes and addresses are strings in hex. Times are
//! RFC 3339 UTC with seven decimals (100 ns). Spans are seconds. Prose that bootrace wrote is `{en, zh}`.

mod incident;
pub(crate) mod parts;
#[cfg(test)]
mod schema;
mod signature;
mod tables;
mod verdict;

pub use incident::*;
pub use parts::{Span, Text, Time};
pub use signature::*;
pub use tables::*;
pub use verdict::*;

use parts::open_struct;

/// Version of the report's keys. It changes when a key changes its meaning or goes away, not when one is added.
pub const SCHEMA_VERSION: &str = "1";

open_struct! {
    /// A whole report.
    pub struct Report {
        /// Version of the keys, `1` now.
        pub schema_version: String,
        /// What made the report.
        pub tool: Tool,
        /// The files that were read.
        pub inputs: Vec<Input>,
        /// The machine that the inputs come from.
        pub machine: Option<Machine>,
        /// The one clock of this report.
        pub clock: Option<Clock>,
        /// What happened to which update, for the first line and the headline.
        pub incident: Option<Incident>,
        /// The answer.
        pub verdict: Verdict,
        /// What identifies the cause across machines. Absent if nothing failed, or if the inputs do not show what did.
        pub signature: Option<Signature>,
        /// Operations that could be the failing one, the best first.
        pub candidates: Vec<Candidate>,
        /// From the rollback back to the first cause; the latest event comes first.
        pub chain: Vec<ChainLink>,
        /// The phases in order of time.
        pub phases: Vec<PhaseSpan>,
        /// Stretches without events.
        pub gaps: Vec<Gap>,
        /// Services that the update needs, or that were examined.
        pub services: Vec<Service>,
        /// Processes that matter here, in order of their begin.
        pub processes: Vec<Process>,
        /// Drivers of other companies that were loaded, if a trace lists the modules of the kernel.
        pub drivers: Vec<Driver>,
        /// Packages of the update and the ones it replaces.
        pub packages: Vec<Package>,
        /// Rules that hold, the most severe first.
        pub findings: Vec<Finding>,
        /// What was read and what could not be.
        pub coverage: Vec<Coverage>,
        /// Events and log lines around the failure, in order of time.
        pub evidence: Vec<EvidenceRow>,
        /// Equal failures, counted, the most unusual first.
        pub failures: Vec<FailureGroup>,
        /// Events and failures over time.
        pub histogram: Option<Histogram>,
        /// The neighbourhood of the failure as a graph.
        pub graph: Option<Graph>,
        /// The failing boot compared with a good one.
        pub compare: Option<Compare>,
        /// Lists of this report that were cut.
        pub omitted: Vec<Omission>,
        /// What a reader must know before the answer: inputs of several machines, inputs that do not overlap.
        pub banners: Vec<Text>,
        /// What people noted about the case: what was tried, and when.
        pub notes: Vec<CaseNote>,
        /// True if names of users and machines were replaced.
        pub redacted: bool,
    }

    /// What someone noted about the case.
    pub struct CaseNote {
        /// The file that holds it; empty if it was given on the command line.
        pub source: String,
        /// The note as it was written.
        pub text: String,
    }

    /// The program that made the report.
    pub struct Tool {
        /// Its name.
        pub name: String,
        /// Its version.
        pub version: String,
    }

    /// A file that was read.
    pub struct Input {
        /// Its path, relative to what was given on the command line.
        pub path: String,
        /// What it is: `pml`, `pmb`, `etl`, `cbs-log`, `pending-xml`, or another word.
        pub kind: String,
        /// SHA-256 in hex.
        pub sha256: String,
        /// Size in bytes.
        pub bytes: Option<u64>,
        /// Events, lines or records that were read.
        pub records: Option<u64>,
        /// Events, lines or records that could not be read.
        pub bad_records: Option<u64>,
        /// Events that the source lost before it wrote them, if its format counts them.
        pub lost: Option<u64>,
        /// Time of the first record.
        pub first: Option<Time>,
        /// Time of the last record.
        pub last: Option<Time>,
    }

    /// The machine that the inputs come from.
    pub struct Machine {
        /// Computer name.
        pub name: String,
        /// Name of the Windows edition.
        pub os: String,
        /// Build and revision, such as `17763.6189`.
        pub build: String,
        /// `x64`, `x86`, `arm64`.
        pub architecture: String,
        /// Time zone as the machine names it, or its offset.
        pub time_zone: String,
    }

    /// The clock that all times of this report share.
    pub struct Clock {
        /// The zero of `@` times.
        pub origin: Option<Time>,
        /// What happened then.
        pub origin_what: Text,
        /// Where that is recorded.
        pub origin_evidence: Option<Evidence>,
        /// The earliest time in the inputs.
        pub start: Option<Time>,
        /// The latest time in the inputs.
        pub end: Option<Time>,
        /// Local time of the logs minus UTC, in minutes.
        pub log_utc_offset_minutes: Option<i32>,
        /// How that offset is known.
        pub evidence: Option<Evidence>,
    }
}

impl Report {
    /// An empty report of this version of bootrace.
    #[must_use]
    pub fn new() -> Self {
        Self {
            schema_version: SCHEMA_VERSION.to_owned(),
            tool: Tool { name: "bootrace".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            ..Self::default()
        }
    }

    /// The outcome; a report without one has not enough evidence.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.verdict.outcome.clone().unwrap_or(Outcome::NotEnoughEvidence)
    }
}
