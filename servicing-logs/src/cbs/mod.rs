//! CBS.log and the CbsPersist logs it is rotated into.
//!
//! [`CbsLog::scan`] reads a mapped log on all cores. It splits the file where lines begin, recognises a line by a
//! table of prefixes (`patterns.rs`), and decodes only what matched. [`CbsLog::records`] gives every record,
//! undecoded.

mod event;
mod excerpt;
mod extract;
mod extract_csi;
mod extract_states;
mod failed;
mod headless;
mod line;
mod object;
mod patterns;
mod record;
mod runs;
mod scan;
mod setup_diag;
mod stage;
mod stamps;
mod unwrap;

pub use event::*;
pub(crate) use excerpt::component;
pub use excerpt::restored;
pub use failed::*;
pub(crate) use headless::{is_bare, is_check_line};
pub use line::{Component, CsiPrefix, Header, Level, parse_csi_prefix, parse_header};
pub use object::Object;
pub use record::{CbsItem, CbsRecord, CbsRecords, Malformed};
pub use runs::{InstallerRun, MAX_OPEN_RUNS, PoqexecRun, installer_runs, poqexec_runs};
pub use scan::{CbsCounts, CbsLog, CbsScan, ClockPair, MAX_CLOCK_PAIRS, MAX_MALFORMED_KEPT};
pub(crate) use setup_diag::is_setup_diag;
pub use stage::{Stage, Step};
