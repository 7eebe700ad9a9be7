//! The files of a case and of a good boot, as the page hands them over: first their names and heads, then bytes in pieces.

use std::io;

use timeline::{Case, Need};

use crate::words::Words;

/// Bytes of one file at most: a list of bytes has 2 GiB at most in WebAssembly.
pub const MAX_FILE: u64 = (2 << 30) - 1;
/// Bytes of all files at most. WebAssembly has 4 GiB, and the analysis needs the rest of them.
pub const MAX_ALL: u64 = (4 << 30) - (512 << 20);

/// A file that was handed over.
#[derive(Debug)]
struct File {
    /// Its name; `folder/name` in a folder.
    path: String,
    /// Whether it is of the good boot.
    good: bool,
    size: u64,
    /// Whether all of its bytes are needed.
    needed: bool,
    /// Its bytes as far as they are here. Of a file that is not needed, its head.
    bytes: io::Result<Vec<u8>>,
}

impl File {
    /// Its bytes from an offset on. They become more piece by piece: what was not filled yet costs no memory.
    fn room(&mut self, offset: usize, length: usize) -> Option<&mut [u8]> {
        let end = offset.checked_add(length).filter(|end| *end as u64 <= self.size)?;
        let bytes = self.bytes.as_mut().ok()?;
        if bytes.len() < end {
            bytes.resize(end, 0);
        }
        bytes.get_mut(offset..end)
    }
}

/// What the page hands over.
#[derive(Debug, Default)]
pub struct Intake {
    files: Vec<File>,
}

impl Intake {
    /// How many files are named. The next one has this number.
    #[must_use]
    pub fn files(&self) -> usize {
        self.files.len()
    }

    /// Names the next file, with its first bytes; what must be read of it.
    pub fn add(&mut self, path: &str, good: bool, size: u64, head: &[u8]) -> Need {
        let need = Case::needs(path, head);
        let needed = need != Need::Head;
        let bytes = Ok(if needed { Vec::new() } else { head.to_vec() });
        self.files.push(File { path: path.to_owned(), good, size, needed, bytes });
        need
    }

    /// Names the next file, which the browser cannot read.
    pub fn add_unreadable(&mut self, path: &str, good: bool, why: &str) {
        let bytes = Err(io::Error::other(why.to_owned()));
        self.files.push(File { path: path.to_owned(), good, size: 0, needed: false, bytes });
    }

    /// Refuses files that are too large, once all are named.
    ///
    /// # Errors
    /// What is too large, and the command line to use instead.
    pub fn check(&self) -> Result<(), Words> {
        let needed = || self.files.iter().filter(|file| file.needed);
        if let Some(file) = needed().find(|file| file.size > MAX_FILE) {
            return Err(Words::too_large(&file.path, &self.command()));
        }
        let all: u64 = needed().map(|file| file.size).sum();
        if all > MAX_ALL {
            return Err(Words::too_much(all as f64 / f64::from(1 << 30), &self.command()));
        }
        Ok(())
    }

    /// Makes room for the bytes of a file.
    ///
    /// # Errors
    /// The browser has no memory left, and the command line to use instead.
    pub fn begin(&mut self, number: usize) -> Result<(), Words> {
        let command = self.command();
        let Some(file) = self.files.get_mut(number) else { return Ok(()) };
        let mut bytes: Vec<u8> = Vec::new();
        let size = usize::try_from(file.size).unwrap_or(usize::MAX);
        if bytes.try_reserve_exact(size).is_err() {
            return Err(Words::no_memory(&file.path, &command));
        }
        file.bytes = Ok(bytes);
        Ok(())
    }

    /// The bytes of a file from an offset on, to be filled; none behind its end.
    pub fn room(&mut self, number: usize, offset: usize, length: usize) -> &mut [u8] {
        self.files.get_mut(number).and_then(|file| file.room(offset, length)).unwrap_or_default()
    }

    /// A file could not be read to its end.
    pub fn fail(&mut self, number: usize, why: &str) {
        if let Some(file) = self.files.get_mut(number) {
            file.bytes = Err(io::Error::other(why.to_owned()));
        }
    }

    /// The command line that reads the same files.
    fn command(&self) -> String {
        let mut command = "bootrace report".to_owned();
        for good in [false, true] {
            let mut named: Vec<&str> = Vec::new();
            for file in self.files.iter().filter(|file| file.good == good) {
                let name = file.path.split('/').next().unwrap_or_default();
                if !named.contains(&name) {
                    named.push(name);
                    command += if good { " --baseline " } else { " " };
                    command += &if name.contains(' ') { format!("\"{name}\"") } else { name.to_owned() };
                }
            }
        }
        command
    }

    /// Takes the files of the case, or those of the good boot.
    pub(crate) fn take(&mut self, good: bool) -> Vec<(String, io::Result<Vec<u8>>)> {
        let own = self.files.iter_mut().filter(|file| file.good == good);
        own.map(|file| (file.path.clone(), std::mem::replace(&mut file.bytes, Ok(Vec::new())))).collect()
    }
}
