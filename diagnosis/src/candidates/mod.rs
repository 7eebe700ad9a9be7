//! Candidates: the errors of servicing that may be the one that failed, with what ties each to the failure.

mod after;
mod by_service;
mod calls;
mod candidate;
mod covered;
mod elsewhere;
mod ended_services;
mod failed_run;
pub(crate) mod features;
mod found;
mod functions;
mod gate;
mod habits;
mod kin;
mod link;
mod log_reports;
mod log_step;
mod outcomes;
mod rank;
mod relate;
mod rivals;
mod stance;
mod steps;
mod sweeps;

pub use after::After;
pub use candidate::{Candidate, FeatureHit, Holder, LogReport};
pub use link::{Link, Objection};
pub(crate) use link::{link_rows, objection_rows};
pub(crate) use rank::{Beside, Ranked, rank};
