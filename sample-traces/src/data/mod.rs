//! What a Windows system of build 17763 runs at its boot, as tables. Names, command lines, accounts and sizes follow
//! what Process Monitor shows on such systems. Third-party products are invented.

mod images;
mod programs;

pub(crate) use images::{DRIVERS, Image, LIBRARIES};
pub(crate) use programs::{PROGRAMS, Program, SERVICES, Service};
