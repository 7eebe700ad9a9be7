//! The report model of bootrace and its renderers.
//!
//! A [`Report`](model::Report) is the product. [`json`] writes it whole. [`text`] gives its verdict in 15 lines.
//! [`html`] is the page that people read. [`png`] shows its first screen as a picture. [`write`](mod@write) puts the
//! files where they belong.

#![forbid(unsafe_code)]

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
mod redact;
pub mod text;
pub mod tracks;
mod view;
mod visible;
pub mod write;

pub use from_timeline::report;
pub use lang::Lang;
pub use redact::redact;
