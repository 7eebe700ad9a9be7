//! What identifies a case: a hash of its content.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

/// A case's identity, and how much was read for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The first 32 digits of a SHA-256. For a file it is that of the file. For a folder it is that of a list: for each file
    /// below it a line with its SHA-256, two blanks and its way in the folder, sorted by that way, as `sha256sum` prints it.
    pub(crate) case_id: String,
    pub(crate) bytes: u64,
}

/// Digits of an identity.
const DIGITS: usize = 32;
/// Folders within folders that are looked into. Links can make circles.
const MAX_DEPTH: u32 = 32;

pub(crate) fn identify(path: &Path) -> io::Result<Identity> {
    let mut bytes = 0;
    let whole = if path.is_dir() {
        let mut files = Vec::new();
        list(path, 0, &mut files)?;
        let mut named: Vec<(String, PathBuf)> = files
            .into_iter()
            .map(|file| (file.strip_prefix(path).unwrap_or(&file).to_string_lossy().replace('\\', "/"), file))
            .collect();
        named.sort();
        let mut list = Sha256::new();
        for (name, file) in named {
            list.update(format!("{}  {name}\n", hash(&file, &mut bytes)?));
        }
        hex(list)
    } else {
        hash(path, &mut bytes)?
    };
    Ok(Identity { case_id: whole.chars().take(DIGITS).collect(), bytes })
}

/// A word with a salt that keeps equal names equal and tells no name.
pub(crate) fn salted(salt: &str, name: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{salt}:{}", name.to_lowercase()));
    hex(hash).chars().take(12).collect()
}

fn list(folder: &Path, depth: u32, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true if depth < MAX_DEPTH => list(&path, depth + 1, files)?,
            true => {}
            false => files.push(path),
        }
    }
    Ok(())
}

fn hash(path: &Path, bytes: &mut u64) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut part = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut part)?;
        if read == 0 {
            return Ok(hex(hash));
        }
        *bytes += read as u64;
        hash.update(part.get(..read).unwrap_or_default());
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_and_the_ways_within_a_folder_identify_a_case() {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str, content: &str| {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        };
        write("a.log", "abc");
        write("one/x/a.log", "abc");
        write("two/x/a.log", "abc");
        write("three/y/a.log", "abc");
        let id = |name: &str| identify(&root.path().join(name)).unwrap();
        // The published SHA-256 of "abc".
        assert_eq!(id("a.log"), Identity { case_id: "ba7816bf8f01cfea414140de5dae2223".into(), bytes: 3 });
        assert_eq!(id("one"), id("two"));
        assert_ne!(id("one").case_id, id("three").case_id);
    }

    #[test]
    fn a_salt_hides_a_name_and_keeps_equal_names_equal() {
        assert_eq!(salted("s", "PC-7"), salted("s", "pc-7"));
        assert_ne!(salted("s", "PC-7"), salted("t", "PC-7"));
        assert_eq!(salted("s", "PC-7").len(), 12);
    }
}
