//! From which score on a named operation is right often enough, by situation.

mod command;
mod table;

pub use command::Calibrate;
