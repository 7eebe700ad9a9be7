//! Call stacks: whose operation it is, which part of servicing asked for it, and where in its code.
//!
//! Process Monitor records the stack of each event. A thread of servicing carries out more than servicing asks for. A
//! filter driver can look at the file on the same thread. So can a library that another product put into the process.

mod call;
mod drivers;
mod frames;
mod issuer;
mod lists;
mod modules;
#[cfg(test)]
mod tests;

pub use call::{Call, Site};
pub use drivers::Driver;
pub(crate) use drivers::drivers;
pub use issuer::Issuer;
pub use lists::StackLists;
pub use modules::Part;
