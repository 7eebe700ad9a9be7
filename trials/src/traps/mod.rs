//! Traps: cases that tempt the diagnosis to name an operation that did not make the update fail.
//!
//! They need no scenario of their own. Each kind edits boots of both generators and of real logs.

mod acts;
mod boot;
mod boots;
mod command;
mod endings;
mod judge;
mod kinds;
mod ordinary;
mod programs;
mod signs;
mod sum;
mod tape;
mod unusual;

pub(crate) use acts::Hand;
pub(crate) use boot::{Boot, WORKERS, read_packed};
pub(crate) use boots::{boots, lender};
pub use command::Traps;
pub(crate) use judge::{Beside, case, spring_all};
pub(crate) use kinds::{Given, at_the_failure};
pub(crate) use tape::Actor;
pub(crate) use unusual::{Met, refused};
