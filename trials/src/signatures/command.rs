//! The command `trials signatures`.

use std::ops::Range;

use anyhow::Result;
use sample_traces::{SCENARIOS, Scenario};

use super::{cases, score, table};
use crate::range;

/// Groups made cases by their signatures, and prints how well the groups are the causes
#[derive(Debug, clap::Args)]
pub struct Signatures {
    /// Seeds of the scenarios, from..to
    #[arg(long, default_value = "300..310", value_parser = range::parse)]
    seeds: Range<u64>,
    /// Rows of background noise, about
    #[arg(long, default_value_t = 2_000)]
    noise: u32,
    /// Only scenarios whose name contains this
    #[arg(long, default_value = "")]
    only: String,
    /// Print the causes with several signatures, and the signatures with several causes
    #[arg(long)]
    exceptions: bool,
}

impl Signatures {
    /// Makes and groups the cases, and prints the table.
    ///
    /// # Errors
    /// A trace that cannot be made or written.
    pub fn run(&self) -> Result<()> {
        let scenarios: Vec<&'static Scenario> =
            SCENARIOS.iter().filter(|s| s.name.contains(&self.only)).collect();
        let found = cases(&scenarios, self.seeds.clone(), self.noise)?;
        if self.exceptions {
            print!("{}", score::exceptions(&found));
        }
        print!("{}", table(&found));
        Ok(())
    }
}
