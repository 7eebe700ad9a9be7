//! What programs do, in the operations that Process Monitor shows for it.

use pml_reader::{
    FileTime,
    detail::filesystem::{CreateFile, OpenResult},
    file_operation, registry_operation,
    write::encode::{
        BasicInformation, DirectoryEntry, FileOperation as F, KeyInformation, Listing, NetworkOpen,
        QueryInformation as Q, RegistryOperation as R, RenameForm, SetInformation as S, StandardInformation,
        Transfer, Value,
    },
};

use crate::{
    recorder::{Actor, EventId, Recorder},
    status::{self, SUCCESS},
};

/// How a file is opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Open {
    pub(crate) access: u32,
    pub(crate) disposition: u8,
    pub(crate) options: u32,
    pub(crate) share: u16,
}

const OPEN: u8 = 1;
const CREATE: u8 = 2;
const OVERWRITE_IF: u8 = 5;
const OPEN_IF: u8 = 3;
const NON_DIRECTORY: u32 = 0x60;
const DIRECTORY: u32 = 0x21;
const ANY: u32 = 0x20_0020;

#[rustfmt::skip]
impl Open {
    pub(crate) const READ: Self = Self { access: 0x12_0089, disposition: OPEN, options: NON_DIRECTORY, share: 5 };
    pub(crate) const EXCLUSIVE: Self = Self { access: 0x12_0089, disposition: OPEN, options: NON_DIRECTORY, share: 0 };
    pub(crate) const READ_ONLY_SHARED: Self = Self { share: 1, ..Self::READ };
    pub(crate) const EXECUTE: Self = Self { access: 0x10_0021, disposition: OPEN, options: NON_DIRECTORY, share: 5 };
    pub(crate) const WRITE: Self = Self { access: 0x12_0196, disposition: OVERWRITE_IF, options: NON_DIRECTORY, share: 1 };
    pub(crate) const APPEND: Self = Self { access: 0x10_0004, disposition: OPEN_IF, options: NON_DIRECTORY, share: 3 };
    pub(crate) const NEW: Self = Self { access: 0x12_0196, disposition: CREATE, options: NON_DIRECTORY, share: 0 };
    pub(crate) const ATTRIBUTES: Self = Self { access: 0x10_0080, disposition: OPEN, options: ANY, share: 7 };
    pub(crate) const LIST: Self = Self { access: 0x10_0001, disposition: OPEN, options: DIRECTORY, share: 3 };
    pub(crate) const DELETE: Self = Self { access: 0x11_0080, disposition: OPEN, options: ANY, share: 7 };
    pub(crate) const SECURITY: Self = Self { access: 0x0C_0000, disposition: OPEN, options: ANY, share: 7 };
}

/// Accesses of registry opens.
pub(crate) const KEY_READ: u32 = 0x2_0019;
pub(crate) const KEY_ALL: u32 = 0xF_003F;

const VALUE_PARTIAL: u32 = 2;
const PARTIAL_LENGTH: u32 = 144;

impl Recorder {
    /// CreateFile.
    pub(crate) fn open(&mut self, actor: Actor, path: &str, open: Open, status: u32) -> EventId {
        let result = match open.disposition {
            _ if status != SUCCESS => None,
            CREATE => Some(OpenResult::Created),
            OVERWRITE_IF => Some(OpenResult::Overwritten),
            _ => Some(OpenResult::Opened),
        };
        let request = CreateFile {
            desired_access: open.access,
            disposition: open.disposition,
            options: open.options,
            attributes: if open.disposition == OPEN { 0 } else { 0x80 },
            share: open.share,
            allocation: 0,
            impersonating: &[],
            result,
        };
        let id = self.file(actor, path, F::Create(request), status);
        if status == SUCCESS && self.process(actor.process).key == "tiworker" {
            self.watch(actor, path);
        }
        id
    }

    /// What drivers ask of a file that servicing opened, on its thread: Defender's filter, and the product's.
    fn watch(&mut self, actor: Actor, path: &str) {
        match self.rng.below(12) {
            0..4 => {
                let query = F::Plain(file_operation::QUERY_EA);
                self.file(actor.by_driver("WdFilter.sys"), path, query, SUCCESS);
            }
            4 => {
                let driver = actor.by_driver(self.agent.driver);
                self.file(driver, path, F::QuerySecurity(0x7), status::BUFFER_OVERFLOW);
            }
            _ => {}
        }
    }

    /// CloseFile.
    pub(crate) fn close(&mut self, actor: Actor, path: &str) {
        self.file(actor, path, F::Plain(file_operation::CLEANUP), SUCCESS);
    }

    fn basic(&self) -> BasicInformation {
        let written = FileTime(self.machine.boot.0 - 20 * 86_400 * pml_reader::TICKS_PER_SECOND);
        BasicInformation {
            creation: written,
            last_access: written,
            last_write: written,
            change: written,
            attributes: 0x20,
        }
    }

    /// A look for a file that is there: fast I/O is declined, then open, query, close.
    pub(crate) fn probe(&mut self, actor: Actor, path: &str) {
        self.file(actor, path, F::QueryOpen(None), status::FAST_IO_DISALLOWED);
        self.open(actor, path, Open::ATTRIBUTES, SUCCESS);
        let answer = NetworkOpen { basic: self.basic(), allocation: 8192, end_of_file: 6000 };
        self.file(actor, path, F::Query(Q::NetworkOpen(Some(answer))), SUCCESS);
        self.close(actor, path);
    }

    /// A look for a file that is not there.
    pub(crate) fn miss(&mut self, actor: Actor, path: &str, status: u32) -> EventId {
        self.file(actor, path, F::QueryOpen(None), status::FAST_IO_DISALLOWED);
        self.open(actor, path, Open::ATTRIBUTES, status)
    }

    /// Opens, reads and closes a file.
    pub(crate) fn read(&mut self, actor: Actor, path: &str, bytes: u32) {
        self.open(actor, path, Open::READ, SUCCESS);
        let standard = StandardInformation {
            allocation: u64::from(bytes).next_multiple_of(4096),
            end_of_file: bytes.into(),
            links: 1,
            ..StandardInformation::default()
        };
        self.file(actor, path, F::Query(Q::Standard(Some(standard))), SUCCESS);
        let mut offset = 0;
        while offset < bytes {
            let length = (bytes - offset).min(0x1_0000);
            let transfer =
                Transfer { offset: offset.into(), length, done: Some(length), flags: 0, priority: 3 };
            self.file(actor, path, F::Read(transfer), SUCCESS);
            offset += length;
        }
        self.close(actor, path);
    }

    /// Appends `bytes` at `offset` of a file that is open.
    pub(crate) fn write_at(&mut self, actor: Actor, path: &str, offset: u64, bytes: u32) {
        let transfer =
            Transfer { offset: offset as i64, length: bytes, done: Some(bytes), flags: 0, priority: 0 };
        self.file(actor, path, F::Write(transfer), SUCCESS);
    }

    /// Opens, writes and closes a file.
    pub(crate) fn save(&mut self, actor: Actor, path: &str, bytes: u32) {
        self.open(actor, path, Open::WRITE, SUCCESS);
        self.write_at(actor, path, 0, bytes);
        self.close(actor, path);
    }

    /// Lists a folder.
    pub(crate) fn list(&mut self, actor: Actor, path: &str, filter: &str, names: &[&str]) {
        self.open(actor, path, Open::LIST, SUCCESS);
        let time = self.basic().creation;
        let entries: Vec<DirectoryEntry<'_>> =
            names.iter().map(|name| DirectoryEntry { name, attributes: 0x20, size: 4096, time }).collect();
        let found = |entries| F::QueryDirectory { listing: Listing::IdBoth, filter, entries };
        if entries.is_empty() {
            self.file(actor, path, found(None), status::NO_SUCH_FILE);
        } else {
            self.file(actor, path, found(Some(&entries)), SUCCESS);
            let more = F::QueryDirectory { listing: Listing::IdBoth, filter: "", entries: None };
            self.file(actor, path, more, status::NO_MORE_FILES);
        }
        self.close(actor, path);
    }

    /// Renames or links a file; if the status is an error, the last operation is the one that fails.
    pub(crate) fn rename(
        &mut self,
        actor: Actor,
        path: &str,
        form: RenameForm,
        target: &str,
        status: u32,
    ) -> EventId {
        let open = if form == RenameForm::Link { Open::ATTRIBUTES } else { Open::DELETE };
        self.open(actor, path, open, SUCCESS);
        let id = self.file(actor, path, F::Set(S::Rename { form, flags: 1, target }), status);
        self.close(actor, path);
        id
    }

    /// Deletes a file.
    pub(crate) fn delete(&mut self, actor: Actor, path: &str, status: u32) -> EventId {
        self.open(actor, path, Open::DELETE, SUCCESS);
        self.file(actor, path, F::Query(Q::AttributeTag(Some((0x20, 0)))), SUCCESS);
        let id = self.file(actor, path, F::Set(S::Disposition { delete: true }), status);
        self.close(actor, path);
        id
    }

    /// Sets the security of a file.
    pub(crate) fn set_security(&mut self, actor: Actor, path: &str, status: u32) -> EventId {
        self.open(actor, path, Open::SECURITY, SUCCESS);
        let id = self.file(actor, path, F::SetSecurity(0x4), status);
        self.close(actor, path);
        id
    }

    /// Maps a file, as a loader does.
    pub(crate) fn map(&mut self, actor: Actor, path: &str) {
        self.open(actor, path, Open::EXECUTE, SUCCESS);
        let section = F::CreateFileMapping { sync_type: 1, protection: 0x10 };
        self.file(actor, path, section, status::FILE_LOCKED_WITH_ONLY_READERS);
        self.file(actor, path, F::CreateFileMapping { sync_type: 0, protection: 0 }, SUCCESS);
        self.close(actor, path);
    }

    /// RegOpenKey.
    pub(crate) fn open_key(&mut self, actor: Actor, key: &str, desired: u32, status: u32) -> EventId {
        let granted = (status == SUCCESS).then_some(desired);
        self.registry(actor, key, R::OpenKey { desired, granted }, status)
    }

    /// RegCloseKey.
    pub(crate) fn close_key(&mut self, actor: Actor, key: &str) {
        self.registry(actor, key, R::Plain(registry_operation::CLOSE_KEY), SUCCESS);
    }

    /// Opens a key, reads a value, closes the key. `None` is a value that is not there.
    pub(crate) fn query_value(
        &mut self,
        actor: Actor,
        key: &str,
        name: &str,
        answer: Option<Value<'_>>,
    ) -> EventId {
        let status = if answer.is_some() { SUCCESS } else { status::NAME_NOT_FOUND };
        self.query_value_with(actor, key, name, answer, status)
    }

    pub(crate) fn query_value_with(
        &mut self,
        actor: Actor,
        key: &str,
        name: &str,
        answer: Option<Value<'_>>,
        status: u32,
    ) -> EventId {
        self.open_key(actor, key, KEY_READ, SUCCESS);
        let path = format!(r"{key}\{name}");
        let query = R::QueryValue { class: VALUE_PARTIAL, length: PARTIAL_LENGTH, answer };
        let id = self.registry(actor, &path, query, status);
        self.close_key(actor, key);
        id
    }

    /// Opens a key to be written, sets a value, closes the key.
    pub(crate) fn set_value(
        &mut self,
        actor: Actor,
        key: &str,
        name: &str,
        value: Value<'_>,
        status: u32,
    ) -> EventId {
        let granted = Some((KEY_ALL, false));
        self.registry(actor, key, R::CreateKey { desired: KEY_ALL, granted }, SUCCESS);
        let id = self.registry(actor, &format!(r"{key}\{name}"), R::SetValue(value), status);
        self.close_key(actor, key);
        id
    }

    /// Walks the sub-keys of a key.
    pub(crate) fn enumerate(&mut self, actor: Actor, key: &str, names: &[String]) {
        self.open_key(actor, key, KEY_READ, SUCCESS);
        let mut index = 0;
        for name in names {
            let answer = Some(KeyInformation::Basic { name });
            self.registry(actor, key, R::EnumKey { index, class: 0, length: 288, answer }, SUCCESS);
            index += 1;
        }
        let end = R::EnumKey { index, class: 0, length: 288, answer: None };
        self.registry(actor, key, end, status::NO_MORE_ENTRIES);
        self.close_key(actor, key);
    }
}
