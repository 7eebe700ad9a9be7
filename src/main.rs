//! The command line of bootrace.
fn main() {}
