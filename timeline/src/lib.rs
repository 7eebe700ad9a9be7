//! One model, one clock, one graph of an update's reboot, and the diagnosis.
//!
//! Files become a [`Case`]; each source of the case is scanned once, in parallel, into a [`Timeline`] that keeps what the
//! diagnosis can use; [`diagnose`] finds phases, services, candidates and the verdict, and draws the [`graph`] in
//! which the chain from the rollback back to its cause is a path. Nothing here prints.
#![forbid(unsafe_code)]

mod case;
pub mod compare;
mod diagnosis;
pub mod graph;
mod logs;
mod model;
mod phases;
mod progress;
pub mod query;
mod rules;
mod services;
mod sources;
mod timeline;
mod twice;

pub use case::{Case, CaseError, Input};
pub use diagnosis::{
    Candidate, ChainLink, Confidence, Diagnosis, Fault, FaultKind, Faults, FeatureHit, Holder, Lack, Level,
    Missing, NextCapture, Outcome, Relation, Remedy, Report, RuleHit, Sign, Verdict, benign, diagnose,
    diagnose_beside,
};
pub use logs::{
    Fact, Filter, InstallerRun, Known, LocalClock, LocalTicks, LogLine, Offset, Package, PackageFact, Plan,
    Primitive, ServiceFact, Stage, Step,
};
pub use model::*;
pub use phases::{Phase, PhaseName};
pub use progress::Progress;
pub use rules::{Match, Rule, RuleError, RuleText, RuleTrust, Rules};
pub use services::{Assessment, Service, ServiceState, StartType};
pub use sources::pml::open_log;
pub use sources::{
    Caveat, FailureGroup, Machine, Problem, Scan, Source, import::ImportSource, pml::PmlSource,
};
pub use timeline::Timeline;
