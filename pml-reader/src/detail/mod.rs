//! What an event says: its Path and Detail columns, and typed views of the operations that matter to a diagnosis.
//!
//! The layouts are in `docs/PML.md`. Each function reads the fields in order. So a detail that was cut off still
//! prints its beginning.

mod fields;
pub mod filesystem;
mod frame;
mod information;
pub(crate) mod ioctl;
pub mod masks;
pub(crate) mod network;
pub mod process;
mod profiling;
pub mod registry;
mod rename;
pub(crate) mod sid;

pub use fields::{Dialect, Fields, Style};
pub(crate) use filesystem::DISPOSITIONS;

use crate::{EventClass, PmlError, PmlEvent, PmlText, operation};

/// Appends the Path column.
pub(crate) fn push_path(event: &PmlEvent<'_>, out: &mut String) -> Result<(), PmlError> {
    match event.class() {
        Some(EventClass::Process) => process::push_path(event, out),
        Some(EventClass::Registry) => registry::push_path(event, out),
        Some(EventClass::FileSystem | EventClass::Ipc) => filesystem::push_path(event, out),
        Some(EventClass::Network) => network::push_path(event, out),
        Some(EventClass::Profiling) => profiling::push_path(event, out),
        None => Ok(()),
    }
}

/// The path of a file or registry event, borrowed; of a directory listing without its filter.
pub(crate) fn path_text<'a>(event: &PmlEvent<'a>) -> Result<PmlText<'a>, PmlError> {
    match event.class() {
        Some(EventClass::Registry) => registry::path_text(event),
        Some(EventClass::FileSystem | EventClass::Ipc) => Ok(frame::read(event)?.path),
        _ => Ok(PmlText::EMPTY),
    }
}

/// A number on which alone the Detail column depends, where that is less than the event.
#[inline]
pub(crate) fn detail_key(event: &PmlEvent<'_>) -> Option<u128> {
    match (event.class()?, event.raw_operation()) {
        (EventClass::FileSystem | EventClass::Ipc, operation::file::CREATE) => filesystem::create_key(event),
        (EventClass::Registry, operation::registry::OPEN_KEY) => registry::open_key(event),
        _ => None,
    }
}

/// Appends the Detail column.
pub(crate) fn push_detail(event: &PmlEvent<'_>, style: Style, out: &mut String) -> Result<(), PmlError> {
    let mut fields = Fields::new(out, style);
    match event.class() {
        Some(EventClass::Process) => process::push_detail(event, &mut fields),
        Some(EventClass::Registry) => registry::push_detail(event, &mut fields),
        Some(EventClass::FileSystem | EventClass::Ipc) => filesystem::push_detail(event, &mut fields),
        Some(EventClass::Network) => network::push_detail(event, &mut fields),
        Some(EventClass::Profiling) => profiling::push_detail(event, &mut fields),
        None => Ok(()),
    }
}
