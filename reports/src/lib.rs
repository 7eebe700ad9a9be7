#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod attempts;
pub mod brief;
mod charts;
pub mod diagram;
pub mod export;
mod from_timeline;
pub mod html;
pub mod json;
mod lang;
mod messages;
pub mod model;
pub mod png;
pub mod procmon_filter;
mod quoted;
mod redact;
pub mod text;
pub mod tracks;
pub mod triage;
mod view;
mod visible;
pub mod write;

pub use from_timeline::report;
pub use lang::Lang;
pub use quoted::quoted;
pub use redact::{redact, redact_as};
pub use visible::visible;
