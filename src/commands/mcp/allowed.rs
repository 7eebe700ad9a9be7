//! The folders that the server may read, and what lies in them.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::{Context as _, bail, ensure};

use crate::words::said as say;

/// Files of a folder that are looked at.
const MOST: usize = 10_000;
/// Folders within folders that are looked into.
const DEEPEST: usize = 16;

/// The folders named at the start, as the system itself names them.
#[derive(Debug)]
pub(super) struct Allowed {
    folders: Vec<PathBuf>,
}

/// A file as it was when a question was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    changed: Option<SystemTime>,
}

impl Allowed {
    pub(super) fn new(folders: &[PathBuf]) -> anyhow::Result<Self> {
        let real = |folder: &PathBuf| {
            let real =
                fs::canonicalize(folder).with_context(|| say::CANNOT_READ.with(&[&folder.display()]))?;
            ensure!(real.is_dir(), say::NO_FOLDER.with(&[&folder.display()]));
            Ok(real)
        };
        Ok(Self { folders: folders.iter().map(real).collect::<anyhow::Result<_>>()? })
    }

    /// The folders.
    pub(super) fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// The real path of what a question names: a path in one of the folders, absolute or counted from one of them.
    ///
    /// # Errors
    /// There is none, or it lies elsewhere, also where only a link leads out.
    pub(super) fn path(&self, named: &str) -> anyhow::Result<PathBuf> {
        let mut outside = false;
        for folder in &self.folders {
            // An absolute path replaces the folder.
            let Ok(real) = fs::canonicalize(folder.join(named)) else { continue };
            if self.folders.iter().any(|folder| real.starts_with(folder)) {
                return Ok(real);
            }
            outside = true;
        }
        let shown = reports::quoted(named, 200);
        if outside {
            bail!("{shown} leads out of the folders that this server may read");
        }
        bail!("there is no {shown} in the folders that this server may read; the tool `files` lists them")
    }

    /// The files at a path, in order. Links are not followed.
    pub(super) fn files(path: &Path) -> io::Result<Vec<Seen>> {
        let mut files = Vec::new();
        look(path, 0, &mut files)?;
        Ok(files)
    }
}

fn look(path: &Path, depth: usize, files: &mut Vec<Seen>) -> io::Result<()> {
    let metadata = fs::symlink_metadata(path)?;
    if metadata.is_file() && files.len() < MOST {
        files.push(Seen { path: path.to_owned(), bytes: metadata.len(), changed: metadata.modified().ok() });
    }
    if !metadata.is_dir() || depth == DEEPEST {
        return Ok(());
    }
    let mut entries: Vec<PathBuf> =
        fs::read_dir(path)?.take(MOST).flatten().map(|entry| entry.path()).collect();
    entries.sort();
    // A file that vanished meanwhile is not there.
    entries.iter().for_each(|entry| drop(look(entry, depth + 1, files)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_in_the_folders_is_found() {
        let outer = tempfile::tempdir().unwrap();
        let inner = outer.path().join("cases");
        fs::create_dir_all(inner.join("one")).unwrap();
        fs::write(inner.join("one/boot.pml"), "x").unwrap();
        fs::write(outer.path().join("secret"), "x").unwrap();
        fs::create_dir(outer.path().join("cases-2")).unwrap();
        let allowed = Allowed::new(std::slice::from_ref(&inner)).unwrap();
        let real = fs::canonicalize(inner.join("one/boot.pml")).unwrap();
        assert_eq!(allowed.path("one/boot.pml").unwrap(), real);
        assert_eq!(allowed.path(inner.join("one/../one/boot.pml").to_str().unwrap()).unwrap(), real);
        assert_eq!(allowed.path(".").unwrap(), fs::canonicalize(&inner).unwrap());
        for outside in ["../secret", "../cases-2", "..", outer.path().join("secret").to_str().unwrap()] {
            let error = allowed.path(outside).unwrap_err().to_string();
            assert!(error.contains("leads out of"), "{outside}: {error}");
        }
        assert!(allowed.path("none").unwrap_err().to_string().contains("there is no"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_out_is_refused() {
        let outer = tempfile::tempdir().unwrap();
        let inner = outer.path().join("cases");
        fs::create_dir(&inner).unwrap();
        fs::write(outer.path().join("secret"), "x").unwrap();
        std::os::unix::fs::symlink(outer.path().join("secret"), inner.join("link")).unwrap();
        std::os::unix::fs::symlink(outer.path(), inner.join("folder")).unwrap();
        let allowed = Allowed::new(std::slice::from_ref(&inner)).unwrap();
        for link in ["link", "folder", "folder/secret"] {
            assert!(allowed.path(link).unwrap_err().to_string().contains("leads out of"), "{link}");
        }
        assert_eq!(Allowed::files(&inner).unwrap(), []);
    }
}
