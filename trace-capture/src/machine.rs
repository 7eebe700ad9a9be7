//! What arming needs of a machine, as traits: Windows behind them in the product, fakes in the tests.
//!
//! Paths are Windows paths that may start with `%SystemRoot%`; keys start with `HKLM\` or `HKU\`. An offline Windows
//! is the same plan on another [`Machine`]: its `%SystemRoot%` and its control set lie elsewhere.
#![expect(clippy::missing_errors_doc, reason = "every method hands on the error of the system")]

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::facts::Facts;
use crate::sessions::{Provider, Session};
use crate::tree::Tree;

/// The registry.
pub trait Registry {
    /// The contents of a key, or `None` where there is no such key.
    fn tree(&self, key: &str) -> Result<Option<Tree>>;
    /// Creates a key with all above it, and writes subkeys first, then values in their order. What is there stays.
    fn write(&self, key: &str, tree: &Tree) -> Result<()>;
    /// Deletes a key with all below it. No such key is no error.
    fn delete(&self, key: &str) -> Result<()>;
    /// Deletes a value. No such value is no error.
    fn delete_value(&self, key: &str, name: &str) -> Result<()>;
    /// Names of the subkeys; none where there is no such key.
    fn subkeys(&self, key: &str) -> Result<Vec<String>>;
    /// The key of the current user's settings: `HKU\<SID>`.
    fn user_key(&self) -> Result<String>;
}

/// A file or folder in a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Name without the folder.
    pub name: String,
    /// Whether it is a folder.
    pub folder: bool,
    /// Whether it is a link, junction or another reparse point. Nothing follows those.
    pub link: bool,
    /// Size in bytes.
    pub bytes: u64,
    /// Creation, RFC 3339 UTC, where known.
    pub created: Option<String>,
    /// Last write, RFC 3339 UTC, where known.
    pub modified: Option<String>,
    /// Why nothing but the name is known of it, where that is so.
    pub unreadable: Option<String>,
}

/// A bundle that is being written.
pub trait Archive: Read + Write + Seek {
    /// Cuts or extends the file.
    fn set_len(&mut self, bytes: u64) -> io::Result<()>;
    /// Returns when everything is on the disk.
    fn sync(&mut self) -> io::Result<()>;
}

impl Archive for File {
    fn set_len(&mut self, bytes: u64) -> io::Result<()> {
        Self::set_len(self, bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}

/// Files and folders.
pub trait Disk {
    /// Creates a folder that only Administrators and SYSTEM can open. Refuses a link and a folder of somebody else.
    /// `false` where it was there.
    fn make_folder(&self, path: &str) -> Result<bool>;
    /// What a folder holds, by name; `None` where there is no such folder. A link in place of the folder is an error.
    fn list(&self, path: &str) -> Result<Option<Vec<Entry>>>;
    /// The file or folder itself, or `None`.
    fn entry(&self, path: &str) -> Result<Option<Entry>>;
    /// Opens a file to read it, also while others write it, with backup rights where the process has them.
    fn open(&self, path: &str) -> Result<Box<dyn Read>>;
    /// Appends to a file, created if absent, and returns when the bytes are on the disk.
    fn append(&self, path: &str, bytes: &[u8]) -> Result<()>;
    /// Copies a file onto a name that must not exist.
    fn copy(&self, from: &str, to: &str) -> Result<()>;
    /// Moves a file within the volume onto a name that must not exist.
    fn rename(&self, from: &str, to: &str) -> Result<()>;
    /// The path as the system wants it, without `%SystemRoot%`.
    fn real(&self, path: &str) -> std::path::PathBuf;
    /// Deletes a file, or a folder with all in it; links are deleted, not followed. Absent is no error.
    fn remove(&self, path: &str) -> Result<()>;
    /// Opens a bundle for writing: created anew, or there already. A link is not followed.
    fn archive(&self, path: &Path, new: bool) -> io::Result<Box<dyn Archive>>;
}

/// A program to run. Nothing is looked up in `PATH` or the current folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Its path.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// How long it may take, seconds; then it and what it started is ended.
    pub seconds: u64,
    /// Where its output goes; dropped where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// By itself, with this exit code.
    Exit(i32),
    /// It was ended at its time-out.
    TimedOut,
}

/// Who signed a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signer {
    /// A valid signature; the name of the signer.
    Valid(String),
    /// No signature, or one that does not hold; why.
    Invalid(String),
}

/// Programs.
pub trait Programs {
    /// Runs a program without a window, its temporary files in bootrace's folder, and waits for it.
    fn run(&self, call: &Call) -> Result<Outcome>;
    /// Who signed a program, as far as this Windows can tell.
    fn signer(&self, program: &str) -> Result<Signer>;
}

/// A trace session as ETW reports it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// Its trace file.
    pub file: String,
    /// Events lost.
    pub events_lost: u32,
    /// Buffers lost when written.
    pub buffers_lost: u32,
    /// Buffers written.
    pub buffers_written: u32,
}

/// A provider that a session goes without.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotEnabled {
    /// The provider's name.
    pub provider: String,
    /// Win32 error code.
    pub code: u32,
}

/// ETW sessions.
pub trait Etw {
    /// Starts a session into a circular file (StartTrace, EnableTraceEx2). It lives on after the process. A provider
    /// that cannot be enabled does not stop it.
    fn start(&self, session: &Session, file: &str, max_file_mb: u32) -> Result<Vec<NotEnabled>>;
    /// Has a provider of a running session write its present state, such as the processes that run.
    fn capture_state(&self, name: &str, provider: &Provider) -> Result<()>;
    /// Flushes and stops a session (ControlTrace); `None` where none of that name runs.
    fn stop(&self, name: &str) -> Result<Option<Running>>;
    /// A session's state; `None` where none of that name runs.
    fn query(&self, name: &str) -> Result<Option<Running>>;
}

/// A service, by the Service Control Manager.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// The name people see.
    pub display_name: String,
    /// `boot`, `system`, `automatic`, `manual`, `disabled`.
    pub start_type: String,
    /// `running`, `stopped`, `start pending`…
    pub state: String,
    /// Its process, where it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
}

/// Services.
pub trait Services {
    /// All services, by name.
    fn services(&self) -> Result<Vec<Service>>;
}

/// A machine.
pub trait Machine: Registry + Disk + Programs + Etw + Services {
    /// What preflight and the plan ask of it. What cannot be read is unknown.
    fn facts(&self) -> Facts;
    /// Whether its Windows lies on a disk and does not run. Then it is data: no program of it is run.
    fn is_offline(&self) -> bool {
        false
    }
    /// Waits.
    fn wait(&self, seconds: u64) {
        std::thread::sleep(std::time::Duration::from_secs(seconds));
    }
    /// Names that `--redact` masks: the computer's, its domain's, its users'.
    fn private_words(&self) -> Result<Vec<String>>;
    /// Now, RFC 3339 UTC.
    fn now(&self) -> String {
        crate::now()
    }
}
