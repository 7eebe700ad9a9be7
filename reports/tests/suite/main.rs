//! The renderers, from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod brief;
mod compatible;
mod exports;
mod html;
mod json;
mod made;
mod of_logs;
mod png;
mod schema;
mod schema_check;
mod text;
mod write;
