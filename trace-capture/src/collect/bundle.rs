//! Writes the .zip so that neither a kill nor a full disk costs more than one file.
//!
//! After each file the archive is whole. Adding the next overwrites the directory at its end, which is therefore kept:
//! where adding fails, the archive is cut back to the directory and that is put back. To go on after a kill, the
//! directory and the manifest so far lie in bootrace's own folder, which nobody else can write. What lies beside the
//! bundle is not trusted: it is read again and compared with that manifest.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::manifest::{Collected, Manifest};
use crate::bundled::hex;
use crate::error::{CaptureError, Result};
use crate::machine::{Archive, Disk};
use crate::plan::WORK;

/// Traces deflate to a fifth at any level; a low one keeps up with the disk.
const LEVEL: i64 = 3;
/// What is kept free for the manifest, bytes: some thousand files.
const MANIFEST_ROOM: u64 = 1 << 20;

/// What is needed to go on from here.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Resume {
    bundle: String,
    /// Where the archive's directory starts.
    directory_at: u64,
    /// The directory.
    directory: Vec<u8>,
    manifest: Manifest,
}

/// A bundle that is being written.
pub struct Bundle<'d> {
    disk: &'d dyn Disk,
    path: PathBuf,
    archive: Box<dyn Archive>,
    directory_at: u64,
    directory: Vec<u8>,
    /// What is in it so far.
    pub manifest: Manifest,
}

impl<'d> Bundle<'d> {
    /// Starts a bundle, or goes on with one that a kill left, if it was started with the same `redacted`.
    ///
    /// # Errors
    /// The bundle is there already, lies behind a link, or cannot be written.
    pub fn open(disk: &'d dyn Disk, path: &Path, fresh: Manifest) -> Result<Self> {
        no_links(path)?;
        let failed = failed(path);
        if fs::symlink_metadata(path).is_ok() {
            return Err(failed("a file of that name is there".into()));
        }
        let left =
            read_resume(disk).filter(|l| l.bundle == name_of(path) && l.manifest.redacted == fresh.redacted);
        if let Some(bundle) = left.and_then(|left| Self::resume(disk, path, left)) {
            return Ok(bundle);
        }
        for ours in [partial(path), room(path)] {
            remove(&ours).map_err(|e| failed(e.to_string()))?;
        }
        let io_failed = |e: io::Error| failed(e.to_string());
        disk.archive(&room(path), true)
            .and_then(|mut f| f.write_all(&vec![0; room_size()]))
            .map_err(io_failed)?;
        let archive = disk.archive(&partial(path), true).map_err(io_failed)?;
        let archive = ZipWriter::new(archive).finish().map_err(|e| failed(e.to_string()))?;
        let (path, directory) = (path.to_owned(), Vec::new());
        let mut bundle = Self { disk, path, archive, directory_at: 0, directory, manifest: fresh };
        bundle.checkpoint()?;
        Ok(bundle)
    }

    /// Goes on with what a kill left, where every file in it is still what the manifest says.
    fn resume(disk: &'d dyn Disk, path: &Path, left: Resume) -> Option<Self> {
        no_links(&partial(path)).ok()?;
        let archive = disk.archive(&partial(path), false).ok()?;
        let Resume { directory_at, directory, manifest, .. } = left;
        let mut bundle = Self { disk, path: path.to_owned(), archive, directory_at, directory, manifest };
        bundle.rewind().ok()?;
        let mut zip = ZipArchive::new(&mut bundle.archive).ok()?;
        let whole = zip.len() == bundle.manifest.files.len()
            && bundle.manifest.files.iter().all(|file| {
                zip.by_name(&file.path).ok().and_then(|mut entry| hash(&mut entry))
                    == Some(file.sha256.clone())
            });
        whole.then_some(bundle)
    }

    /// Whether a source is in it already.
    #[must_use]
    pub fn has(&self, source: &str) -> bool {
        self.manifest.files.iter().any(|f| f.source == source)
    }

    /// Adds a file. Where reading it or writing it fails, nothing of it is left in the archive.
    ///
    /// # Errors
    /// `Ok(Err(why))` where this file could not be added; `Err` where the bundle cannot be put right.
    pub fn add(
        &mut self,
        mut file: Collected,
        reader: &mut dyn Read,
    ) -> Result<std::result::Result<(), String>> {
        if let Err(why) = self.write(&mut file, reader) {
            self.rewind().map_err(|e| failed(&self.path)(e.to_string()))?;
            return Ok(Err(why));
        }
        self.manifest.files.push(file);
        self.checkpoint()?;
        Ok(Ok(()))
    }

    fn write(&mut self, file: &mut Collected, reader: &mut dyn Read) -> std::result::Result<(), String> {
        let full = |e: &dyn std::fmt::Display| format!("the bundle cannot be written: {e}");
        let mut zip = ZipWriter::new_append(&mut self.archive).map_err(|e| full(&e))?;
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(LEVEL))
            .large_file(true);
        zip.start_file(&file.path, options).map_err(|e| full(&e))?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 1 << 17];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => {
                    let bytes = buffer.get(..count).unwrap_or_default();
                    hash.update(bytes);
                    zip.write_all(bytes).map_err(|e| full(&e))?;
                    file.bytes += u64::try_from(count).unwrap_or_default();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.to_string()),
            }
        }
        zip.finish().map_err(|e| full(&e))?;
        file.sha256 = hex(&hash.finalize());
        self.archive.sync().map_err(|e| full(&e))
    }

    /// Cuts the archive back to the last whole file.
    fn rewind(&mut self) -> io::Result<()> {
        self.archive.set_len(self.directory_at)?;
        self.archive.seek(SeekFrom::End(0))?;
        self.archive.write_all(&self.directory)?;
        self.archive.flush()
    }

    /// Keeps what is needed to go on from here. Where bootrace's folder is full, a kill costs the whole bundle and
    /// nothing else.
    fn checkpoint(&mut self) -> Result<()> {
        let failed = failed(&self.path);
        let zip = ZipArchive::new(&mut self.archive).map_err(|e| failed(e.to_string()))?;
        self.directory_at = zip.central_directory_start();
        self.directory.clear();
        self.archive
            .seek(SeekFrom::Start(self.directory_at))
            .and_then(|_| self.archive.read_to_end(&mut self.directory))
            .map_err(|e| failed(e.to_string()))?;
        let state = Resume {
            bundle: name_of(&self.path),
            directory_at: self.directory_at,
            directory: self.directory.clone(),
            manifest: self.manifest.clone(),
        };
        if let Ok(bytes) = serde_json::to_vec(&state) {
            let _ = write_resume(self.disk, &bytes);
        }
        Ok(())
    }

    /// Adds `manifest` and gives the bundle its name. Its size in bytes.
    ///
    /// # Errors
    /// The bundle cannot be written.
    pub fn finish(mut self, mut manifest: &[u8]) -> Result<u64> {
        let path = self.path.clone();
        let failed = failed(&path);
        // What was kept free is free for this.
        remove(&room(&path)).map_err(|e| failed(e.to_string()))?;
        let mut file = Collected { path: "manifest.json".into(), ..Collected::default() };
        self.write(&mut file, &mut manifest).map_err(&failed)?;
        let bytes = self.archive.seek(SeekFrom::End(0)).map_err(|e| failed(e.to_string()))?;
        let Self { archive, disk, .. } = self;
        drop(archive);
        fs::rename(partial(&path), &path).map_err(|e| failed(e.to_string()))?;
        disk.remove(&resume_path())?;
        Ok(bytes)
    }
}

/// Refuses a path on which a link or junction lies: somebody else may have made it.
pub(crate) fn no_links(path: &Path) -> Result<()> {
    for part in path.ancestors() {
        if fs::symlink_metadata(part).is_ok_and(|m| m.file_type().is_symlink()) {
            return Err(CaptureError::Planted { path: part.display().to_string() });
        }
    }
    Ok(())
}

/// Removes a file, or a link and not what it leads to. Absent is no error.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn hash(reader: &mut dyn Read) -> Option<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 17];
    loop {
        match reader.read(&mut buffer).ok()? {
            0 => return Some(hex(&hash.finalize())),
            count => hash.update(buffer.get(..count)?),
        }
    }
}

fn resume_path() -> String {
    format!(r"{WORK}\bundle.resume")
}

fn read_resume(disk: &dyn Disk) -> Option<Resume> {
    let mut bytes = Vec::new();
    disk.open(&resume_path()).ok()?.read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// A kill between removing and renaming costs what was collected so far, and no trace.
fn write_resume(disk: &dyn Disk, bytes: &[u8]) -> Result<()> {
    let new = format!(r"{WORK}\bundle.resume.new");
    disk.remove(&new)?;
    disk.append(&new, bytes)?;
    disk.remove(&resume_path())?;
    disk.rename(&new, &resume_path())
}

fn room_size() -> usize {
    usize::try_from(MANIFEST_ROOM).unwrap_or_default()
}

fn failed(path: &Path) -> impl Fn(String) -> CaptureError + use<> {
    let path = name_of(path);
    move |why| CaptureError::Bundle { path: path.clone(), why }
}

fn name_of(path: &Path) -> String {
    path.display().to_string()
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

fn partial(path: &Path) -> PathBuf {
    with_ending(path, "partial")
}

fn room(path: &Path) -> PathBuf {
    with_ending(path, "room")
}
