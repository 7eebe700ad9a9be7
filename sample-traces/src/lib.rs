//! Synthetic traces of an update's reboot, each with the answer that a diagnosis should find.
//!
//! A [`Scenario`] is a row of a table: what goes wrong in the reboot, where, and with what result. From it and a seed
//! [`make`] tells the story of the whole boot: session manager, poqexec, services, TrustedInstaller and TiWorker, a
//! third-party product, background noise. It writes the story as Process Monitor would have: a PML, the CBS.log of
//! the same boot, and the [`Label`].
//!
//! **These traces are synthetic.** No machine recorded them. The order of a reboot, the operations, results and log
//! lines follow what is publicly known of real ones. Names of machines and third-party products, addresses and times
//! are invented. The traces test a diagnosis. They are no evidence of how Windows behaves.
//! invented. They test a diagnosis; they are no evidence of how Windows behaves.
#![forbid(unsafe_code)]

mod agent;
mod boot;
mod cbs;
mod data;
mod etl;
mod label;
mod log_lines;
mod machine;
mod noise;
mod plan;
pub mod pmb;
mod procmon_xml;
mod recorder;
mod rng;
mod scenarios;
mod stacks;
mod startup;
mod status;
mod verbs;

pub use etl::{EtlForm, EtlTwin, Mask, captured, etl_twin};
pub use label::{Label, Outcome};
pub use machine::Machine;
pub use plan::Scenario;
pub use procmon_xml::XmlExport;
pub use rng::Rng;
pub use scenarios::SCENARIOS;

/// How a trace is made.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The same seed makes the same trace, byte for byte.
    pub seed: u64,
    /// Whether the machine is 64-bit.
    pub is_64bit: bool,
    /// Rows of background noise, about.
    pub noise: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 1, is_64bit: true, noise: 5_000 }
    }
}

/// The scenario with this name.
#[must_use]
pub fn scenario(name: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|s| s.name == name)
}

/// A synthetic trace.
#[derive(Debug)]
pub struct Made {
    /// The Process Monitor log.
    pub pml: Vec<u8>,
    /// CBS.log, as far as this boot wrote it.
    pub cbs_log: String,
    /// The answer.
    pub label: Label,
}

/// Makes the trace of a scenario.
///
/// # Errors
/// If the scenario says something that no log can hold, which is a mistake in the scenario.
pub fn make(scenario: &'static Scenario, options: Options) -> anyhow::Result<Made> {
    boot::tell(scenario, options, options.seed)
}

/// Makes the trace of a scenario on one of the machines that install one update: `update` chooses the components, files
/// and drivers of the update, and the seed the rest of the machine.
///
/// # Errors
/// Those of [`make`].
pub fn make_of_update(scenario: &'static Scenario, options: Options, update: u64) -> anyhow::Result<Made> {
    boot::tell(scenario, options, update)
}
