//! Process Monitor's exports: CSV and XML. Rows are found once, in parallel, and read again from the map when they are
//! wanted. What the columns do not hold, and how the rest is told from them, is in `docs/IMPORT.md`.

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
