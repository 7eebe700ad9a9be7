//! The machine that runs: Windows behind the traits of [`crate::machine`].
//!
//! `unsafe` is confined to this folder, one call at a time, each with what it relies on.
#![allow(unsafe_code)]

mod disk;
mod etw;
mod facts;
pub(crate) mod job;
mod registry;
mod security;
mod services;
mod trust;

use std::path::{Path, PathBuf};

use windows::Win32::System::LibraryLoader::{LOAD_LIBRARY_SEARCH_SYSTEM32, SetDefaultDllDirectories};
use windows::Win32::System::SystemInformation::GetSystemWindowsDirectoryW;

use crate::error::{CaptureError, Result};
use crate::facts::Facts;
use crate::machine::{Call, Machine, Outcome, Programs, Signer};
use crate::messages::errors;
use crate::plan::WORK;

/// This Windows, or one that lies on a disk and does not run.
#[derive(Debug)]
pub(crate) struct Windows {
    root: PathBuf,
    offline: Option<registry::Hive>,
}

impl Windows {
    /// Opens the machine. Restricts the search for DLLs to System32 and takes the rights to back up and restore.
    ///
    /// # Errors
    /// No administrator rights; for an offline Windows, its SYSTEM hive does not load.
    pub(crate) fn open(offline: Option<&str>) -> Result<Self> {
        // SAFETY: takes no pointers.
        unsafe { SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32) }.map_err(|e| {
            CaptureError::System {
                what: errors::RESTRICT_DLLS,
                why: e.message().into(),
                advice: errors::NEEDS_WINDOWS_10,
            }
        })?;
        if !security::is_administrator() {
            return Err(CaptureError::NotAdministrator);
        }
        security::take_privileges();
        let Some(folder) = offline else { return Ok(Self { root: windows_folder()?, offline: None }) };
        let root = PathBuf::from(folder);
        let hive = root.join(r"System32\config\SYSTEM");
        if !root.is_absolute() || !hive.is_file() {
            return Err(CaptureError::Usage(errors::NO_OFFLINE_WINDOWS.with(&[&folder])));
        }
        Ok(Self { root, offline: Some(registry::Hive::load(&hive)?) })
    }

    /// The path on this machine. Of an offline Windows only what lies in it is touched.
    fn path(&self, path: &str) -> Result<PathBuf> {
        let is_inside = path.starts_with("%SystemRoot%") && !path.split(['\\', '/']).any(|part| part == "..");
        let is_on_its_drive = self.drive().is_some_and(|drive| path.starts_with(&drive));
        if self.offline.is_some() && !is_inside && !is_on_its_drive {
            return Err(CaptureError::ForeignPlace { name: path.into() });
        }
        Ok(PathBuf::from(self.expand(path)))
    }

    /// The drive of its Windows folder, such as `D:`.
    fn drive(&self) -> Option<String> {
        let drive: String = self.root.to_string_lossy().chars().take(2).collect();
        drive.ends_with(':').then_some(drive)
    }

    /// The path without `%SystemRoot%`.
    fn expand(&self, text: &str) -> String {
        text.replace("%SystemRoot%", &self.root.to_string_lossy())
    }
}

/// The Windows folder, by the system and not by a variable that somebody may have set.
fn windows_folder() -> Result<PathBuf> {
    let mut buffer = [0u16; 260];
    // SAFETY: the buffer lives through the call, which gets its length.
    let length = unsafe { GetSystemWindowsDirectoryW(Some(&mut buffer)) };
    let text = usize::try_from(length).ok().and_then(|n| buffer.get(..n)).filter(|t| !t.is_empty());
    text.map(|t| PathBuf::from(String::from_utf16_lossy(t))).ok_or(CaptureError::System {
        what: errors::FIND_WINDOWS,
        why: "GetSystemWindowsDirectory failed".into(),
        advice: errors::RESTART_AND_TRY,
    })
}

impl Programs for Windows {
    fn run(&self, call: &Call) -> Result<Outcome> {
        if self.offline.is_some() {
            return Err(CaptureError::OfflineWindows { what: call.program.clone().into() });
        }
        let system = windows_folder()?;
        let system32 = system.join("System32");
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let work = self.expand(WORK);
        let drive: String = text(&system).chars().take(2).collect();
        let environment = [
            ("SystemRoot", text(&system)),
            ("windir", text(&system)),
            ("SystemDrive", drive.clone()),
            ("ProgramData", format!(r"{drive}\ProgramData")),
            ("ComSpec", text(&system32.join("cmd.exe"))),
            ("PATHEXT", ".COM;.EXE".into()),
            ("PATH", text(&system32)),
            ("TEMP", work.clone()),
            ("TMP", work),
        ]
        .map(|(name, value)| (name.to_owned(), value));
        let output = call.output.as_deref().map(|path| self.create(path)).transpose()?;
        let args: Vec<String> = call.args.iter().map(|a| self.expand(a)).collect();
        crate::programs::run(&self.path(&call.program)?, &args, &environment, &system32, call.seconds, output)
    }

    fn signer(&self, program: &str) -> Result<Signer> {
        Ok(trust::signer(&self.path(program)?))
    }
}

impl Machine for Windows {
    fn facts(&self) -> Facts {
        facts::gather(self)
    }

    fn is_offline(&self) -> bool {
        self.offline.is_some()
    }

    fn private_words(&self) -> Result<Vec<String>> {
        facts::private_words(self)
    }
}
