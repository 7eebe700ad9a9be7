//! Writes the .zip so that a kill costs one file at most.
//!
//! After each file the archive is whole. Adding the next overwrites the directory at its end, which is therefore kept
//! beside it, with the manifest so far: to go on, the archive is cut back to the directory and that is put back.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::manifest::{Collected, Manifest};
use crate::error::{CaptureError, Result};

/// Traces deflate to a fifth at any level; a low one keeps up with the disk.
const LEVEL: i64 = 3;

/// What is needed to go on after a kill.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Resume {
    /// Where the archive's directory starts.
    directory_at: u64,
    /// The directory.
    directory: Vec<u8>,
    manifest: Manifest,
}

/// A bundle that is being written.
#[derive(Debug)]
pub struct Bundle {
    path: PathBuf,
    archive: File,
    /// What is in it so far.
    pub manifest: Manifest,
}

impl Bundle {
    /// Starts a bundle, or goes on with one that a kill left, if it was started with the same `redacted`.
    ///
    /// # Errors
    /// The bundle is there already, or cannot be written.
    pub fn open(path: &Path, fresh: Manifest) -> Result<Self> {
        let failed = failed(path);
        if fs::symlink_metadata(path).is_ok() {
            return Err(failed("a file of that name is there".into()));
        }
        for ours in [partial(path), resume(path)] {
            if fs::symlink_metadata(&ours).is_ok_and(|m| !m.is_file()) {
                return Err(CaptureError::Planted { path: ours.display().to_string() });
            }
        }
        let left: Option<Resume> = fs::read(resume(path)).ok().and_then(|b| serde_json::from_slice(&b).ok());
        if let Some(left) = left.filter(|l| l.manifest.redacted == fresh.redacted) {
            let mut archive = OpenOptions::new()
                .read(true)
                .write(true)
                .open(partial(path))
                .map_err(|e| failed(e.to_string()))?;
            archive
                .set_len(left.directory_at)
                .and_then(|()| archive.seek(SeekFrom::End(0)))
                .and_then(|_| archive.write_all(&left.directory))
                .map_err(|e| failed(e.to_string()))?;
            return Ok(Self { path: path.to_owned(), archive, manifest: left.manifest });
        }
        let mut options = OpenOptions::new();
        let archive = options.read(true).write(true).create(true).truncate(true).open(partial(path));
        let archive = archive.map_err(|e| failed(e.to_string()))?;
        let archive = ZipWriter::new(archive).finish().map_err(|e| failed(e.to_string()))?;
        let mut bundle = Self { path: path.to_owned(), archive, manifest: fresh };
        bundle.checkpoint()?;
        Ok(bundle)
    }

    /// Whether a source is in it already.
    pub fn has(&self, source: &str) -> bool {
        self.manifest.files.iter().any(|f| f.source == source)
    }

    /// Adds a file. Where reading it fails half way, nothing of it is left in the archive.
    ///
    /// # Errors
    /// `Ok(Err(why))` where the source cannot be read; `Err` where the bundle cannot be written.
    pub fn add(
        &mut self,
        mut file: Collected,
        reader: &mut dyn Read,
    ) -> Result<std::result::Result<(), String>> {
        let failed = failed(&self.path);
        let zip_failed = |e: zip::result::ZipError| failed(e.to_string());
        let archive = self.archive.try_clone().map_err(|e| failed(e.to_string()))?;
        let mut zip = ZipWriter::new_append(archive).map_err(zip_failed)?;
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(LEVEL))
            .large_file(true);
        zip.start_file(&file.path, options).map_err(zip_failed)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 1 << 17];
        let read = loop {
            match reader.read(&mut buffer) {
                Ok(0) => break Ok(()),
                Ok(count) => {
                    let bytes = buffer.get(..count).unwrap_or_default();
                    hash.update(bytes);
                    zip.write_all(bytes).map_err(|e| failed(e.to_string()))?;
                    file.bytes += u64::try_from(count).unwrap_or_default();
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error.to_string()),
            }
        };
        if read.is_err() {
            zip.abort_file().map_err(zip_failed)?;
        }
        zip.finish().map_err(zip_failed)?;
        if read.is_ok() {
            file.sha256 = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
            self.manifest.files.push(file);
        }
        self.checkpoint()?;
        Ok(read)
    }

    /// Keeps what is needed to go on from here.
    fn checkpoint(&mut self) -> Result<()> {
        let failed = failed(&self.path);
        let directory_at =
            ZipArchive::new(&self.archive).map_err(|e| failed(e.to_string()))?.central_directory_start();
        let mut directory = Vec::new();
        let manifest = std::mem::take(&mut self.manifest);
        let state = self
            .archive
            .seek(SeekFrom::Start(directory_at))
            .and_then(|_| self.archive.read_to_end(&mut directory))
            .and_then(|_| self.archive.sync_data())
            .map(|()| Resume { directory_at, directory, manifest })
            .map_err(|e| failed(e.to_string()))?;
        let new = with_ending(&self.path, "resume.new");
        let written = serde_json::to_vec(&state)
            .map_err(std::io::Error::from)
            .and_then(|bytes| fs::write(&new, bytes))
            .and_then(|()| fs::rename(&new, resume(&self.path)));
        self.manifest = state.manifest;
        written.map_err(|e| failed(e.to_string()))
    }

    /// Adds the manifest and gives the bundle its name. Its size in bytes.
    ///
    /// # Errors
    /// The bundle cannot be written.
    pub fn finish(mut self) -> Result<u64> {
        let failed = failed(&self.path);
        let text = serde_json::to_vec_pretty(&self.manifest).map_err(|e| failed(e.to_string()))?;
        let file = Collected {
            path: "manifest.json".into(),
            source: "bootrace".into(),
            sha256: String::new(),
            bytes: 0,
            modified: None,
            masked: 0,
        };
        self.add(file, &mut text.as_slice())?.map_err(&failed)?;
        self.archive.sync_all().map_err(|e| failed(e.to_string()))?;
        let bytes = self.archive.metadata().map_err(|e| failed(e.to_string()))?.len();
        drop(self.archive);
        fs::rename(partial(&self.path), &self.path)
            .and_then(|()| fs::remove_file(resume(&self.path)))
            .map_err(|e| failed(e.to_string()))?;
        Ok(bytes)
    }
}

fn failed(path: &Path) -> impl Fn(String) -> CaptureError + use<> {
    let path = path.display().to_string();
    move |why| CaptureError::Bundle { path: path.clone(), why }
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

fn resume(path: &Path) -> PathBuf {
    with_ending(path, "resume")
}
