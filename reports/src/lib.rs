//! The report model of bootrace and its renderers.

#![forbid(unsafe_code)]

pub mod model;
