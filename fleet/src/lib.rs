#![doc = include_str!("../README.md")]
#![cfg_attr(not(windows), forbid(unsafe_code))]

mod add;
mod baseline;
mod cases;
mod digest;
mod error;
pub mod export;
#[cfg(debug_assertions)]
mod faults;
mod groups;
mod html;
mod limits;
mod overview;
mod pool;
mod protocol;
mod query;
mod schema;
mod shared;
mod stats;
mod store;
mod text;
mod trend;
mod words;
mod worker;

pub use add::{Added, Options, Step, add};
pub use baseline::OtherBoots;
pub use cases::{CaseFiles, find};
pub use error::FleetError;
pub use groups::{Group, Representative};
pub use html::render as html;
pub use overview::{Failed, Lacking, Overview, Tally, overview};
pub use query::{Rows, query};
pub use schema::{Column, Kind, TABLES, Table, tables};
pub use shared::{Feature, Shared};
pub use store::Store;
pub use text::render as text;
pub use worker::serve;
