//! The bytes of a file or member: mapped, or in memory.

use std::fs::File;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, Result};

/// The bytes of a file, mapped, or of a member, unpacked. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Content(Arc<Bytes>);

#[derive(Debug)]
enum Bytes {
    Mapped(memmap2::Mmap),
    Owned(Vec<u8>),
}

impl Content {
    /// Maps a file.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be opened or mapped.
    pub fn map(path: &Path) -> Result<Content> {
        let failed = |source| Error::Io { path: path.display().to_string(), source };
        Content::of_file(&File::open(path).map_err(failed)?).map_err(failed)
    }

    /// Maps an open file, which may be one without a name.
    pub(crate) fn of_file(file: &File) -> std::io::Result<Content> {
        // SAFETY: the map is read only. A file that another process shortens or rewrites meanwhile could end the
        // process or change under the reader; the inputs are logs that were collected, and every reader of this
        // crate copes with any bytes.
        #[allow(unsafe_code)]
        let map = unsafe { memmap2::Mmap::map(file) }?;
        Ok(Content(Arc::new(Bytes::Mapped(map))))
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Content {
        Content(Arc::new(Bytes::Owned(bytes)))
    }
}

impl Deref for Content {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &*self.0 {
            Bytes::Mapped(map) => map,
            Bytes::Owned(bytes) => bytes,
        }
    }
}

impl AsRef<[u8]> for Content {
    fn as_ref(&self) -> &[u8] {
        self
    }
}
