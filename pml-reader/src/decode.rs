//! What an event says: category, path, detail. It is decoded on demand.

use crate::{
    Category, EventClass, Operation, PmlError, PmlEvent, PmlText,
    detail::{self, Style, filesystem::OpenResult},
    operation::{file, registry},
};

impl<'a> PmlEvent<'a> {
    /// Process Monitor's category of the operation; it is derived, not stored.
    #[must_use]
    pub fn category(&self) -> Category {
        category_of(self)
    }
    /// Appends the Path column. If the record cuts off the path, it appends what is there: nothing.
    pub fn push_path(&self, out: &mut String) {
        // A damaged detail shows as an empty or cut text; `detail_error` names the damage.
        let _ = detail::push_path(self, out);
    }
    /// Appends the Detail column. If the record cuts off the detail, it appends what is there.
    pub fn push_detail(&self, style: Style, out: &mut String) {
        let _ = detail::push_detail(self, style, out);
    }
    /// A number on which alone the Detail column depends, in one file: what it says of one event it says of every event with
    /// this number. `None` where it depends on more. Programs open files and keys in few ways, and opens have the longest
    /// details.
    #[inline]
    #[must_use]
    pub fn detail_key(&self) -> Option<u128> {
        detail::detail_key(self)
    }
    /// What is damaged in the event's detail, if anything.
    #[must_use]
    pub fn detail_error(&self) -> Option<PmlError> {
        let mut text = String::new();
        let path = detail::push_path(self, &mut text);
        self.extra().and(path).and_then(|()| detail::push_detail(self, Style::default(), &mut text)).err()
    }
    /// The path of a file or registry event, borrowed. For a directory listing it has no filter. Empty if there is no
    /// path or it is cut off.
    #[must_use]
    pub fn path_text(&self) -> PmlText<'a> {
        detail::path_text(self).unwrap_or(PmlText::EMPTY)
    }
    /// The path as an owned string.
    #[must_use]
    pub fn path(&self) -> String {
        let mut out = String::new();
        self.push_path(&mut out);
        out
    }
    /// The detail as an owned string, in bootrace's own dialect.
    #[must_use]
    pub fn detail(&self) -> String {
        let mut out = String::new();
        self.push_detail(Style::default(), &mut out);
        out
    }
}

fn category_of(event: &PmlEvent<'_>) -> Category {
    let operation = event.operation();
    let fixed = fixed_category(operation);
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

/// The category of an operation that does not depend on its arguments.
fn fixed_category(operation: Operation) -> Category {
    use Category::{None, Read, ReadMetadata, Write, WriteMetadata};
    match (EventClass::from_raw(operation.class), operation.code) {
        (Some(EventClass::FileSystem | EventClass::Ipc), code) => match code {
            file::READ | file::MDL_READ => Read,
            file::WRITE | file::PREPARE_MDL_WRITE => Write,
            file::QUERY_INFORMATION | file::QUERY_EA | file::DIRECTORY_CONTROL | file::QUERY_SECURITY => {
                ReadMetadata
            }
            file::SET_INFORMATION => match operation.sub {
                // Renames and links: not seen in an export, taken like the delete beside them.
                0x0A | 0x0B | 0x41 | 0x42 => Write,
                _ => WriteMetadata,
            },
            file::SET_EA | file::SET_SECURITY => WriteMetadata,
            _ => None,
        },
        (Some(EventClass::Registry), code) => match code {
            registry::OPEN_KEY
            | registry::CREATE_KEY
            | registry::QUERY_KEY
            | registry::QUERY_VALUE
            | registry::ENUM_VALUE
            | registry::ENUM_KEY
            | registry::QUERY_MULTIPLE => Read,
            registry::SET_VALUE | registry::DELETE_KEY | registry::DELETE_VALUE | registry::RENAME_KEY => {
                Write
            }
            registry::SET_INFO_KEY | registry::SET_SECURITY => WriteMetadata,
            registry::QUERY_SECURITY => ReadMetadata,
            _ => None,
        },
        _ => None,
    }
}
