//! What the records of an update's reboot mean: what failed, how that is known, and what to do.
//!
//! [`diagnose`] takes a [`timeline::Timeline`]. It finds phases, services, signs of failure and candidates, and
//! decides on the verdict. It adds the edges that it infers to the recorded graph. The chain from the rollback back
//! to its cause is a path in that graph. Nothing here reads files or prints.
#![forbid(unsafe_code)]

mod baseline;
mod calibration;
mod candidates;
mod commands;
pub mod compare;
mod diagnose;
mod diagnosis;
mod evidence;
mod explain;
mod faults;
mod graph;
mod headline;
mod involved;
mod log_remedies;
mod log_state;
mod missing;
mod needed;
mod norms;
mod ordinary;
mod path_class;
mod phases;
mod remedies;
mod remedy;
mod rules;
mod services;
mod signs;
mod stacks;
mod stages;
mod tables;
mod verdict;
mod waits;

pub use baseline::Baseline;
pub use calibration::{Calibration, Measured, Situation};
pub use candidates::{After, Candidate, FeatureHit, Holder, Link, LogReport, Objection};
pub use diagnose::{diagnose, diagnose_beside};
pub use diagnosis::{Diagnosis, RuleHit};
pub use evidence::Relation;
pub use explain::explain;
pub use faults::{Detail, Fault, FaultKind, Faults, Online, OnlineStep};
pub use graph::ChainLink;
pub use headline::{BootStart, Culprit, Ending, FailingBoot, Headline, Update, UpdateKind, headline};
pub use log_state::{Damaged, LogState};
pub use missing::{Lack, Missing};
pub use norms::{NormCounts, NormError, NormKey, Norms};
pub use ordinary::benign;
pub use phases::Phase;
pub use remedy::Remedy;
pub use rules::{Example, Match, Rule, RuleError, RuleProblem, RuleText, RuleTrust, Rules};
pub use services::{Assessment, Service, ServiceState};
pub use signs::Sign;
pub use stacks::{Call, Driver, Issuer, Part, Site, StackLists};
pub use tables::{Table, tables};
pub use verdict::{Confidence, Level, NextCapture, Outcome, Verdict};
