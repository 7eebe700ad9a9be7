//! Files and folders. No link that lies below the Windows folder is followed.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::SystemTime;

use windows::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_REPARSE_POINT, FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT,
};

use super::{Windows, security};
use crate::error::{CaptureError, Result};
use crate::machine::{Archive, Disk, Entry};
use crate::messages::errors;

/// FILE_SHARE_READ, WRITE and DELETE.
const SHARE_ALL: u32 = 7;

fn is_link(metadata: &Metadata) -> bool {
    metadata.file_attributes() & FILE_ATTRIBUTE_REPARSE_POINT.0 != 0
}

fn entry_of(name: String, metadata: &Metadata) -> Entry {
    let time =
        |time: std::io::Result<SystemTime>| Some(jiff::Timestamp::try_from(time.ok()?).ok()?.to_string());
    Entry {
        name,
        folder: metadata.is_dir(),
        link: is_link(metadata),
        bytes: metadata.len(),
        created: time(metadata.created()),
        modified: time(metadata.modified()),
        unreadable: None,
    }
}

impl Windows {
    /// Refuses a path on which a link lies, up to the Windows folder or the volume.
    fn no_links(&self, path: &Path) -> Result<()> {
        for part in path.ancestors().take_while(|p| *p != self.root && p.parent().is_some()) {
            if fs::symlink_metadata(part).is_ok_and(|m| is_link(&m)) {
                return Err(CaptureError::Planted { path: part.display().to_string() });
            }
        }
        Ok(())
    }

    /// Creates a file of ours anew.
    pub(super) fn create(&self, path: &str) -> Result<File> {
        self.remove(path)?;
        let full = self.path(path)?;
        self.no_links(&full)?;
        File::create_new(&full).map_err(CaptureError::io(errors::CREATE, path))
    }
}

impl Disk for Windows {
    fn make_folder(&self, path: &str) -> Result<bool> {
        let full = self.path(path)?;
        self.no_links(&full)?;
        match security::create_folder(&full) {
            Ok(()) => Ok(true),
            Err(_) if full.is_dir() => security::adopt_folder(&full, &self.root).map(|()| false),
            Err(error) => Err(CaptureError::io(errors::CREATE_FOLDER, path)(error.into())),
        }
    }

    fn list(&self, path: &str) -> Result<Option<Vec<Entry>>> {
        let full = self.path(path)?;
        let failed = |e| CaptureError::io(errors::LIST, path)(e);
        match fs::symlink_metadata(&full) {
            Ok(metadata) if is_link(&metadata) => return Err(CaptureError::Planted { path: path.into() }),
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => return Ok(None),
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            Err(error) => return Err(failed(error)),
        }
        self.no_links(&full)?;
        let mut entries = Vec::new();
        for entry in fs::read_dir(&full).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            entries.push(match entry.metadata() {
                Ok(metadata) => entry_of(name, &metadata),
                Err(error) => Entry { name, unreadable: Some(error.to_string()), ..Entry::default() },
            });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Some(entries))
    }

    fn entry(&self, path: &str) -> Result<Option<Entry>> {
        let full = self.path(path)?;
        match fs::symlink_metadata(&full) {
            Ok(metadata) => {
                let name = full.file_name().unwrap_or_default().to_string_lossy().into_owned();
                Ok(Some(entry_of(name, &metadata)))
            }
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(CaptureError::io(errors::LOOK_AT, path)(error)),
        }
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read>> {
        let full = self.path(path)?;
        self.no_links(&full)?;
        let file = OpenOptions::new()
            .read(true)
            .share_mode(SHARE_ALL)
            .custom_flags(FILE_FLAG_BACKUP_SEMANTICS.0 | FILE_FLAG_OPEN_REPARSE_POINT.0)
            .open(&full)
            .map_err(CaptureError::io(errors::OPEN, path))?;
        Ok(Box::new(file))
    }

    fn append(&self, path: &str, bytes: &[u8]) -> Result<()> {
        let full = self.path(path)?;
        self.no_links(&full)?;
        let failed = |e| CaptureError::io(errors::WRITE, path)(e);
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .custom_flags(FILE_FLAG_OPEN_REPARSE_POINT.0)
            .open(&full)
            .map_err(failed)?;
        file.write_all(bytes).map_err(failed)?;
        file.sync_all().map_err(failed)
    }

    fn copy(&self, from: &str, to: &str) -> Result<()> {
        let mut source = self.open(from)?;
        let full = self.path(to)?;
        self.no_links(&full)?;
        let mut target = File::create_new(&full).map_err(CaptureError::io(errors::CREATE, to))?;
        std::io::copy(&mut source, &mut target).map_err(CaptureError::io(errors::COPY, from))?;
        target.sync_all().map_err(CaptureError::io(errors::WRITE, to))
    }

    fn rename(&self, from: &str, to: &str) -> Result<()> {
        let (source, target) = (self.path(from)?, self.path(to)?);
        self.no_links(&source)?;
        self.no_links(&target)?;
        if self.entry(to)?.is_some() {
            return Err(CaptureError::io(errors::RENAME_TO, to)(ErrorKind::AlreadyExists.into()));
        }
        fs::rename(&source, &target).map_err(CaptureError::io(errors::RENAME, from))
    }

    fn real(&self, path: &str) -> std::path::PathBuf {
        self.expand(path).into()
    }

    fn remove(&self, path: &str) -> Result<()> {
        let full = self.path(path)?;
        let Ok(metadata) = fs::symlink_metadata(&full) else { return Ok(()) };
        // The standard library deletes links in a folder without following them.
        let removed = match (metadata.is_dir(), is_link(&metadata)) {
            (true, false) => fs::remove_dir_all(&full),
            (true, true) => fs::remove_dir(&full),
            _ => fs::remove_file(&full),
        };
        match removed {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(CaptureError::io(errors::DELETE, path)(error))
            }
            _ => Ok(()),
        }
    }

    fn archive(&self, path: &Path, new: bool) -> std::io::Result<Box<dyn Archive>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(new).custom_flags(FILE_FLAG_OPEN_REPARSE_POINT.0);
        Ok(Box::new(options.open(path)?))
    }
}
