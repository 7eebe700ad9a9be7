//! Captures the reboot of a Windows update on the failing machine.
//!
//! - [`plan`]: what arming does, as data, on any system.
//! - [`facts`]: what is known of the machine, and what preflight makes of it.
//! - [`engine`]: arms by a plan and undoes it, journaled, on any [`machine::Machine`].
//! - [`collect`]: puts what an escalation asks for into one .zip.
//! - [`status`]: what an armed machine looks like now.
//!
//! The machine itself is behind traits ([`machine`]): Windows in the product ([`here`]), fakes in the tests.
#![cfg_attr(not(windows), forbid(unsafe_code))]

pub mod bundled;
pub mod collect;
pub mod engine;
pub mod error;
pub mod facts;
pub mod journal;
pub mod live;
pub mod machine;
pub mod messages;
pub mod plan;
pub mod programs;
pub mod script;
pub mod sessions;
pub mod status;
pub mod traces;
pub mod tree;
pub mod watch;
#[cfg(windows)]
mod windows;

pub use error::{CaptureError, Result};
pub use facts::preflight;

/// The machine that runs this, or the Windows in a folder such as `D:\Windows` that does not run.
///
/// # Errors
/// [`CaptureError::NotWindows`]; [`CaptureError::NotAdministrator`]; an offline SYSTEM hive that does not load.
#[cfg(windows)]
pub fn here(offline: Option<&str>) -> Result<Box<dyn machine::Machine>> {
    Ok(Box::new(windows::Windows::open(offline)?))
}

/// The machine that runs this: not one that can be armed.
///
/// # Errors
/// Always [`CaptureError::NotWindows`].
#[cfg(not(windows))]
pub fn here(_offline: Option<&str>) -> Result<Box<dyn machine::Machine>> {
    Err(CaptureError::NotWindows)
}

/// Now, RFC 3339 UTC with seconds. The one place that asks the clock.
pub(crate) fn now() -> String {
    format!("{:.0}", jiff::Timestamp::now())
}
