//! What servicing ordinarily does: single operations, and the work that goes well.

use anyhow::Result;
use pml_reader::{
    TICKS_PER_SECOND,
    detail::filesystem::{CreateFile, OpenResult},
    file_operation, registry_operation,
    write::encode::{
        FileEvent, FileOperation as F, Payload, RegistryEvent, RegistryOperation as R, RenameForm,
        SetInformation as S, Transfer, Value,
    },
};
use sample_traces::Rng;
pub(crate) use status_codes::status::{
    ACCESS_DENIED, CANNOT_DELETE, OBJECT_NAME_COLLISION as NAME_COLLISION,
    OBJECT_NAME_NOT_FOUND as NAME_NOT_FOUND, OBJECT_PATH_NOT_FOUND as PATH_NOT_FOUND, SHARING_VIOLATION,
};

use super::tape::{Actor, Tape};

pub(crate) const SUCCESS: u32 = 0;

/// The log that servicing writes.
pub(crate) const CBS_LOG: &str = r"C:\Windows\Logs\CBS\CBS.log";

pub(crate) const MILLISECOND: u64 = TICKS_PER_SECOND / 1000;

/// An open of a file: access, disposition, options.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Open(pub(crate) u32, pub(crate) u8, pub(crate) u32);

impl Open {
    pub(crate) const READ: Self = Self(0x12_0089, 1, 0x60);
    pub(crate) const WRITE: Self = Self(0x12_0196, 5, 0x60);
    pub(crate) const CREATE: Self = Self(0x12_0196, 2, 0x60);
    pub(crate) const FOLDER: Self = Self(0x10_0001, 2, 0x21);
    pub(crate) const LIST: Self = Self(0x10_0001, 1, 0x21);
    pub(crate) const EVERYTHING: Self = Self(0x1F_01FF, 1, 0x60);
    pub(crate) const ATTRIBUTES: Self = Self(0x10_0080, 1, 0x20_0020);
    pub(crate) const DELETE: Self = Self(0x11_0080, 1, 0x20_0020);
    pub(crate) const SECURITY: Self = Self(0xE_0000, 1, 0x20_0020);
}

/// A thread that acts on a tape, from a moment on.
pub(crate) struct Hand<'t> {
    tape: &'t mut Tape,
    pub(crate) actor: Actor,
    pub(crate) now: u64,
}

impl<'t> Hand<'t> {
    pub(crate) fn new(tape: &'t mut Tape, actor: Actor, now: u64) -> Self {
        Self { tape, actor, now }
    }

    fn put(&mut self, status: u32, payload: Payload) {
        self.tape.add(self.now, self.actor, status, payload);
        self.now += MILLISECOND / 2;
    }

    fn file(&mut self, path: &str, operation: F<'_>, status: u32) -> Result<()> {
        let payload = FileEvent { path, operation, fast_io: false }.encode(self.tape.layout())?;
        self.put(status, payload);
        Ok(())
    }

    fn key(&mut self, path: &str, operation: R<'_>, status: u32) -> Result<()> {
        let payload = RegistryEvent { path, operation }.encode(self.tape.layout())?;
        self.put(status, payload);
        Ok(())
    }

    pub(crate) fn open(&mut self, path: &str, open: Open, status: u32) -> Result<()> {
        let request = CreateFile {
            desired_access: open.0,
            disposition: open.1,
            options: open.2,
            attributes: if open.1 == 1 { 0 } else { 0x80 },
            share: 7,
            allocation: 0,
            impersonating: &[],
            result: (status == SUCCESS).then_some(OpenResult::Opened),
        };
        self.file(path, F::Create(request), status)
    }

    pub(crate) fn close(&mut self, path: &str) -> Result<()> {
        self.file(path, F::Plain(file_operation::CLEANUP), SUCCESS)
    }

    pub(crate) fn delete(&mut self, path: &str, status: u32) -> Result<()> {
        self.open(path, Open::DELETE, SUCCESS)?;
        self.file(path, F::Set(S::Disposition { delete: true }), status)?;
        self.close(path)
    }

    /// Makes a second name of a file.
    pub(crate) fn link(&mut self, path: &str, target: &str, status: u32) -> Result<()> {
        self.open(path, Open::ATTRIBUTES, SUCCESS)?;
        self.file(path, F::Set(S::Rename { form: RenameForm::Link, flags: 0, target }), status)?;
        self.close(path)
    }

    pub(crate) fn rename(&mut self, path: &str, target: &str, status: u32) -> Result<()> {
        self.open(path, Open::DELETE, SUCCESS)?;
        self.file(path, F::Set(S::Rename { form: RenameForm::Rename, flags: 1, target }), status)?;
        self.close(path)
    }

    pub(crate) fn open_key(&mut self, path: &str, desired: u32, status: u32) -> Result<()> {
        let granted = (status == SUCCESS).then_some(desired);
        self.key(path, R::OpenKey { desired, granted }, status)
    }

    pub(crate) fn create_key(&mut self, path: &str, desired: u32, status: u32) -> Result<()> {
        let granted = (status == SUCCESS).then_some((desired, true));
        self.key(path, R::CreateKey { desired, granted }, status)
    }

    /// Sets who owns a file and who may do what to it.
    pub(crate) fn set_security(&mut self, path: &str, status: u32) -> Result<()> {
        self.open(path, Open::SECURITY, SUCCESS)?;
        // OWNER_SECURITY_INFORMATION and DACL_SECURITY_INFORMATION.
        self.file(path, F::SetSecurity(5), status)?;
        self.close(path)
    }

    /// Writes a line to CBS.log.
    pub(crate) fn note(&mut self) -> Result<()> {
        let transfer = Transfer { length: 118, done: Some(118), ..Transfer::default() };
        self.file(CBS_LOG, F::Write(transfer), SUCCESS)
    }

    /// FSCTL_REQUEST_OPLOCK.
    pub(crate) fn ask_oplock(&mut self, path: &str, status: u32) -> Result<()> {
        let request = F::FileSystemControl { code: 0x9_0240, output: 0, input_length: 0, input: &[] };
        self.file(path, request, status)
    }

    pub(crate) fn query_value(&mut self, path: &str, answer: Option<Value<'_>>) -> Result<()> {
        let status = if answer.is_some() { SUCCESS } else { NAME_NOT_FOUND };
        self.key(path, R::QueryValue { class: 2, length: 144, answer }, status)
    }

    pub(crate) fn set_value(&mut self, path: &str, value: Value<'_>, status: u32) -> Result<()> {
        self.key(path, R::SetValue(value), status)
    }

    pub(crate) fn delete_value(&mut self, path: &str, status: u32) -> Result<()> {
        self.key(path, R::Plain(registry_operation::DELETE_VALUE), status)
    }

    /// Opens, writes and closes a file.
    pub(crate) fn save(&mut self, path: &str) -> Result<()> {
        self.open(path, Open::WRITE, SUCCESS)?;
        let transfer = Transfer { length: 0x1000, done: Some(0x1000), ..Transfer::default() };
        self.file(path, F::Write(transfer), SUCCESS)?;
        self.close(path)
    }

    /// A piece of servicing's work that goes well: manifests are read, files and values are written.
    pub(crate) fn work(&mut self, rng: &mut Rng) -> Result<()> {
        let name = rng.hash();
        let manifest = format!(r"C:\Windows\WinSxS\Manifests\amd64_component-{name}.manifest");
        self.open(&manifest, Open::READ, SUCCESS)?;
        self.close(&manifest)?;
        self.save(&format!(r"C:\Windows\WinSxS\Temp\InFlight\{name}\file.dll"))?;
        let key = format!(r"HKLM\COMPONENTS\DerivedData\Components\component-{name}");
        self.open_key(&key, 0x2_0019, SUCCESS)?;
        self.set_value(&format!(r"{key}\f!file.dll"), Value::Dword(1), SUCCESS)
    }

    /// Work that goes well until `end`, with pauses of a few seconds.
    pub(crate) fn work_until(&mut self, rng: &mut Rng, end: u64) -> Result<()> {
        while self.now + 4 * TICKS_PER_SECOND < end {
            self.work(rng)?;
            self.now += rng.between(1, 4 * TICKS_PER_SECOND);
        }
        Ok(())
    }
}
