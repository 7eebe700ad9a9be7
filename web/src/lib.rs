//! The analysis in a browser: [`Intake`] takes the bytes of files, [`Analysis`] makes the report of them, [`Search`] finds
//! their events.
//!
//! Nothing is analysed or rendered here: the page is that of `reports`, its JSON too. The script of the page only draws, and
//! hands over bytes.
#![forbid(unsafe_code)]

mod analysis;
#[cfg(target_family = "wasm")]
mod bindings;
mod hashes;
mod intake;
mod search;
mod words;

pub use analysis::{Analysis, Failure, Saved, Summary, Told, Trace};
pub use intake::{Intake, MAX_ALL, MAX_FILE};
pub use search::{Choice, Search, Wanted, named};
pub use words::Words;
