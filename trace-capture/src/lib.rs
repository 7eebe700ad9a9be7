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

pub mod engine;
pub mod error;
pub mod facts;
pub mod journal;
pub mod machine;
pub mod plan;
pub mod sessions;
pub mod tree;

pub use error::{CaptureError, Result};
pub use facts::preflight;

/// Now, RFC 3339 UTC with seconds. The one place that asks the clock.
pub(crate) fn now() -> String {
    format!("{:.0}", jiff::Timestamp::now())
}
