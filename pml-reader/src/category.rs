//! The Category column: not stored in the log, derived from the operation and its outcome.

use crate::{
    EventClass, PmlEvent,
    detail::{self, filesystem::OpenResult},
    operation::{file, registry},
};

/// Process Monitor's category of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Neither reads nor writes.
    None,
    /// Reads data.
    Read,
    /// Writes data, or creates or removes an object.
    Write,
    /// Reads attributes, security, names.
    ReadMetadata,
    /// Writes attributes, security, sizes.
    WriteMetadata,
}

impl Category {
    /// The text of the column.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Read => "Read",
            Self::Write => "Write",
            Self::ReadMetadata => "Read Metadata",
            Self::WriteMetadata => "Write Metadata",
        }
    }
}

pub(crate) fn of(event: &PmlEvent<'_>) -> Category {
    let operation = event.operation();
    let fixed = operation.fixed_category();
    match (event.class(), operation.code, operation.sub) {
        (Some(EventClass::FileSystem | EventClass::Ipc), file::CREATE, _) => {
            match detail::filesystem::create_file(event) {
                Ok(create) => match create.result {
                    Some(OpenResult::Superseded | OpenResult::Created | OpenResult::Overwritten) => {
                        Category::Write
                    }
                    Some(_) => Category::None,
                    // Failed, so nothing says what would have become of it: the disposition does.
                    None if matches!(create.disposition, 1 | 6..) => Category::None,
                    None => Category::Write,
                },
                Err(_) => Category::None,
            }
        }
        (Some(EventClass::FileSystem | EventClass::Ipc), file::SET_INFORMATION, 0x0D | 0x40) => {
            if detail::filesystem::deletes(event) {
                Category::Write
            } else {
                Category::WriteMetadata
            }
        }
        (
            Some(EventClass::FileSystem | EventClass::Ipc),
            file::FILE_SYSTEM_CONTROL | file::DEVICE_CONTROL,
            _,
        ) => detail::filesystem::control_code(event)
            .and_then(detail::ioctl::lookup)
            .map_or(Category::None, |(_, c)| c),
        (Some(EventClass::Registry), registry::CREATE_KEY | registry::OPEN_KEY, _)
            if detail::registry::created(event) =>
        {
            Category::Write
        }
        _ => fixed,
    }
}
