//! What an operation of Process Monitor does.

use pml_reader::{
    EventClass, Operation, file_operation as file, process_operation, registry_operation as registry,
};

use crate::model::Kind;

/// Access that is more than reading: write data, append, write EA, delete child, write attributes, DELETE, WRITE_DAC,
/// WRITE_OWNER, GENERIC_WRITE, GENERIC_ALL.
const CHANGING_ACCESS: u32 =
    0x2 | 0x4 | 0x10 | 0x40 | 0x100 | 0x1_0000 | 0x4_0000 | 0x8_0000 | 0x4000_0000 | 0x1000_0000;
/// FILE_DELETE_ON_CLOSE.
const DELETE_ON_CLOSE: u32 = 0x1000;
/// FILE_OPEN.
const DISPOSITION_OPEN: u8 = 1;

/// What an open asks for: access, create options, disposition.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) access: u32,
    pub(crate) options: u32,
    pub(crate) disposition: u8,
}

/// What an operation does. Only opens need their detail for it: what they ask for, where it can be read.
#[inline]
pub(crate) fn kind(operation: Operation, asked: impl FnOnce() -> Option<Asked>) -> Kind {
    match EventClass::from_raw(operation.class) {
        Some(EventClass::FileSystem | EventClass::Ipc) => file_kind(operation, asked),
        Some(EventClass::Registry) => match operation.code {
            registry::OPEN_KEY => Kind::KeyOpen,
            registry::CREATE_KEY => Kind::KeyCreate,
            registry::CLOSE_KEY => Kind::KeyClose,
            registry::SET_VALUE => Kind::ValueSet,
            registry::QUERY_VALUE => Kind::ValueQuery,
            registry::DELETE_KEY => Kind::KeyDelete,
            registry::DELETE_VALUE => Kind::ValueDelete,
            registry::LOAD_KEY => Kind::KeyLoad,
            registry::UNLOAD_KEY => Kind::KeyUnload,
            registry::RENAME_KEY => Kind::KeyRename,
            registry::SET_SECURITY => Kind::KeySetSecurity,
            registry::QUERY_KEY
            | registry::ENUM_VALUE
            | registry::ENUM_KEY
            | registry::QUERY_MULTIPLE
            | registry::QUERY_SECURITY => Kind::KeyQuery,
            _ => Kind::Other,
        },
        Some(EventClass::Process) => match operation.code {
            process_operation::DEFINED | process_operation::CREATE => Kind::ProcessCreate,
            process_operation::START => Kind::ProcessStart,
            process_operation::EXIT => Kind::ProcessExit,
            process_operation::LOAD_IMAGE => Kind::ImageLoad,
            _ => Kind::Other,
        },
        _ => Kind::Other,
    }
}

fn file_kind(operation: Operation, asked: impl FnOnce() -> Option<Asked>) -> Kind {
    match operation.code {
        file::CREATE => match asked() {
            Some(asked)
                if asked.disposition == DISPOSITION_OPEN
                    && asked.access & CHANGING_ACCESS == 0
                    && asked.options & DELETE_ON_CLOSE == 0 =>
            {
                Kind::FileOpen
            }
            Some(_) => Kind::FileCreate,
            None => Kind::Other,
        },
        file::READ | file::MDL_READ => Kind::FileRead,
        file::WRITE | file::PREPARE_MDL_WRITE => Kind::FileWrite,
        file::SET_INFORMATION => match operation.sub {
            0x0A | 0x38 | 0x41 | 0x42 => Kind::FileRename,
            0x0B | 0x39 | 0x48 | 0x49 => Kind::FileLink,
            0x0D | 0x40 => Kind::FileDelete,
            _ => Kind::FileSetInfo,
        },
        file::SET_EA | file::SET_VOLUME => Kind::FileSetInfo,
        file::SET_SECURITY => Kind::FileSetSecurity,
        file::CLEANUP => Kind::FileClose,
        _ => Kind::FileQuery,
    }
}
