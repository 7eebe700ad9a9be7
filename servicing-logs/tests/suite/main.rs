//! The readers of servicing logs, from outside.

mod bundle;
mod cbs_kinds;
mod cbs_real;
mod common;
mod event_log;
mod lines;
mod registry;
mod xml;
