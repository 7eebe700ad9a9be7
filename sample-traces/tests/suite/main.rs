//! The synthetic traces are whole, true to their labels, and read alike by others.

mod pmb;
mod procmon_parser;
mod samples;
mod traces;
