//! The tables after the events: strings, processes with their modules, icons, hosts and ports.

pub(crate) mod icons;
pub(crate) mod network;
pub(crate) mod processes;
pub(crate) mod strings;
