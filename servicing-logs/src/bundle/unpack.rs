//! Members of zip archives: into memory, or a large one into a temporary file without a name.

use std::io::{self, Cursor, Read};

use zip::ZipArchive;

use super::Content;
use super::limits::{MAX_RATIO, RATIO_FREE_BYTES};
use crate::error::{Error, Result};

/// Bytes that a member of `packed` bytes may unpack to.
pub(super) fn ratio_limit(packed: u64) -> u64 {
    RATIO_FREE_BYTES.max(packed.saturating_mul(MAX_RATIO))
}

/// At most `limit` bytes of a member, in memory, and why not all are there.
pub(super) fn to_memory(
    archive: &mut ZipArchive<Cursor<Content>>,
    index: usize,
    limit: u64,
) -> Result<(Vec<u8>, Option<Error>)> {
    let file = archive.by_index(index).map_err(|error| failed(&error))?;
    // The sizes in the directory may lie: the ratio is taken from what comes out.
    let limit = limit.min(ratio_limit(file.compressed_size()));
    let mut bytes = Vec::new();
    let mut reader = file.take(limit + 1);
    let stopped = reader.read_to_end(&mut bytes).err().map(|error| failed(&error));
    if bytes.len() as u64 > limit {
        bytes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        return Ok((bytes, Some(too_large(limit))));
    }
    Ok((bytes, stopped))
}

/// At most `limit` bytes of a member, in a temporary file that has no name and ends with its map.
pub(super) fn to_file(
    archive: &mut ZipArchive<Cursor<Content>>,
    index: usize,
    limit: u64,
) -> Result<(Content, Option<Error>)> {
    let file = archive.by_index(index).map_err(|error| failed(&error))?;
    let limit = limit.min(ratio_limit(file.compressed_size()));
    let folder = std::env::temp_dir();
    let unusable = |source| Error::Io { path: folder.display().to_string(), source };
    let mut temporary = tempfile::tempfile_in(&folder).map_err(unusable)?;
    let mut reader = UpToDamage { inner: file.take(limit + 1), failure: None };
    let written = io::copy(&mut reader, &mut temporary).map_err(unusable)?;
    let mut stopped = reader.failure.map(|error| failed(&error));
    if written > limit {
        temporary.set_len(limit).map_err(unusable)?;
        stopped = Some(too_large(limit));
    }
    Ok((Content::of_file(&temporary).map_err(unusable)?, stopped))
}

/// A reader that ends where the archive is damaged. What came before is kept.
struct UpToDamage<R> {
    inner: R,
    failure: Option<io::Error>,
}

impl<R: Read> Read for UpToDamage<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(buffer) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                self.failure = Some(error);
                Ok(0)
            }
            other => other,
        }
    }
}

fn failed(error: &dyn std::fmt::Display) -> Error {
    Error::Container { what: "zip", message: error.to_string() }
}

fn too_large(limit: u64) -> Error {
    Error::TooLarge { what: "size of a member", found: limit + 1, limit }
}

/// Bytes from which on a member goes to a temporary file: a quarter of the machine's memory.
pub(super) fn large() -> u64 {
    memory().map_or(DEFAULT_LARGE, |bytes| bytes / 4)
}

/// A quarter of 8 GB, if the system does not tell its memory.
const DEFAULT_LARGE: u64 = 2 << 30;

/// The machine's memory, if the system tells it in a file.
fn memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn archive(bytes: &[u8]) -> ZipArchive<Cursor<Content>> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        writer.start_file("boot.pml", options).unwrap();
        writer.write_all(bytes).unwrap();
        let bytes = writer.finish().unwrap().into_inner();
        ZipArchive::new(Cursor::new(Content::from(bytes))).unwrap()
    }

    #[test]
    fn a_temporary_file_holds_what_memory_would() {
        let bytes: Vec<u8> = (0..200_000u32).flat_map(u32::to_le_bytes).collect();
        let mut archive = archive(&bytes);
        let (content, stopped) = to_file(&mut archive, 0, 1 << 30).unwrap();
        assert!(*content == *bytes && stopped.is_none());
        let (content, stopped) = to_file(&mut archive, 0, 1_000).unwrap();
        assert_eq!((&*content, stopped.unwrap().name()), (bytes.get(..1_000).unwrap(), "too-large"));
        assert_eq!(to_memory(&mut archive, 0, 1_000).unwrap().0, bytes.get(..1_000).unwrap());
        assert!(large() > 0);
    }
}
