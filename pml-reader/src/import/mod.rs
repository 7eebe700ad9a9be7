//! Process Monitor's exports: CSV and XML. Rows are found once, in parallel, and read again from the map on demand.
//! `docs/IMPORT.md` says what the columns lack, and how the rest is derived from them.

mod clock;
mod csv;
mod detail;
mod fields;
mod file;
mod listed;
mod open;
mod row;
mod rows;
mod units;
mod xml;

pub use clock::{DateEvidence, DateOrder, ImportClock};
pub use detail::AskedOpen;
pub use file::ImportFile;
pub use listed::ImportProcess;
pub use row::ImportRow;
