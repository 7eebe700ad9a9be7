//! The report model of bootrace and its renderers.
//!
//! A [`Report`](model::Report) is the product: [`json`] writes it whole, [`text`] gives its verdict in 15 lines.

#![forbid(unsafe_code)]

mod charts;
pub mod json;
mod lang;
mod messages;
pub mod model;
pub mod png;
pub mod text;
mod view;
mod visible;

pub use lang::Lang;
