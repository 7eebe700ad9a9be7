#![doc = include_str!("../README.md")]

mod category;
mod columns;
mod cursor;
mod data;
mod decode;
pub mod detail;
mod error;
mod event;
mod file;
mod header;
pub mod import;
mod open;
mod operation;
pub mod pmb;
mod pmc;
mod process;
mod record;
mod recover;
mod relation;
mod sniff;
mod tables;
mod text;
mod time;
pub mod write;

pub use category::Category;
pub use columns::{COLUMNS, Column, NO_NUMBER, push_result};
pub use detail::{Dialect, Style};
pub use error::PmlError;
pub use event::PmlEvent;
pub use file::PmlFile;
pub use header::{HEADER_SIZE, PmlHeader};
pub use operation::{
    EventClass, Operation, UNKNOWN, file as file_operation, process as process_operation,
    registry as registry_operation,
};
pub use pmc::{PmcRule, write_pmc};
pub use process::{PmlModule, PmlProcess};
pub use record::{NETWORK_SEQUENCE, RECORD_SIZE, STATUS_PENDING};
pub use recover::{Gap, Names, Recovered, UNKNOWN_PID};
pub use relation::Relation;
pub use tables::{
    icons::PmlIcon,
    processes::{RawModule, RawProcess},
};
pub use text::{PmlText, push_grouped, push_hex};
pub use time::{Civil, FileTime, TICKS_PER_SECOND};
