//! Files and folders, a disk that breaks and one that is full.

use std::cell::Cell;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::rc::Rc;

use trace_capture::error::{CaptureError, Result};
use trace_capture::machine::{Archive, Disk, Entry};
use trace_capture::messages::errors;

use super::{Fake, Node, fold};

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("bad sector"))
    }
}

/// A real file on a volume that has room up to a size.
struct Limited {
    file: File,
    room: Rc<Cell<Option<u64>>>,
}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let end = self.file.stream_position()? + bytes.len() as u64;
        let grows = end.saturating_sub(self.file.metadata()?.len());
        let left =
            self.room.get().map_or(u64::MAX, |room| room.saturating_sub(self.file.metadata().unwrap().len()));
        if grows > left {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Limited {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Archive for Limited {
    fn set_len(&mut self, bytes: u64) -> io::Result<()> {
        self.file.set_len(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_all()
    }
}

impl Fake {
    fn room(&self, path: &str) -> Result<()> {
        if self.full.get() {
            return Err(CaptureError::io(errors::WRITE, path)(io::ErrorKind::StorageFull.into()));
        }
        Ok(())
    }

    fn entry_of(&self, path: &str, name: &str, node: &Node) -> Entry {
        let bytes = if let Node::File(bytes) = node { bytes.len() as u64 } else { 0 };
        let times = self.times.borrow().get(path).copied();
        let time = |n: u64| format!("2026-01-02T{:02}:{:02}:{:02}Z", n / 3600 % 24, n / 60 % 60, n % 60);
        Entry {
            name: name.into(),
            folder: *node == Node::Folder,
            link: *node == Node::Link,
            bytes,
            created: times.map(|(created, _)| time(created)),
            modified: times.map(|(_, modified)| time(modified)),
            unreadable: self
                .unreadable
                .borrow()
                .iter()
                .any(|u| fold(u) == path)
                .then(|| "access denied".into()),
        }
    }
}

impl Disk for Fake {
    fn make_folder(&self, path: &str) -> Result<bool> {
        if self.entry(path)?.is_some() {
            return Ok(false);
        }
        self.change()?;
        self.state.borrow_mut().files.insert(fold(path), Node::Folder);
        Ok(true)
    }

    fn list(&self, path: &str) -> Result<Option<Vec<Entry>>> {
        let path = fold(path);
        self.alive()?;
        let state = self.state.borrow();
        if !matches!(state.files.get(&path), Some(Node::Folder)) {
            return Ok(None);
        }
        let below = format!(r"{path}\");
        let names = state.files.iter().filter_map(|(p, node)| {
            let name = p.strip_prefix(&below).filter(|n| !n.contains('\\'))?;
            Some(self.entry_of(p, name, node))
        });
        Ok(Some(names.collect()))
    }

    fn entry(&self, path: &str) -> Result<Option<Entry>> {
        self.alive()?;
        let path = fold(path);
        let name = path.rsplit('\\').next().unwrap();
        Ok(self.state.borrow().files.get(&path).map(|node| self.entry_of(&path, name, node)))
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read>> {
        self.alive()?;
        let bytes = self
            .file(path)
            .ok_or_else(|| CaptureError::io(errors::OPEN, path)(io::ErrorKind::NotFound.into()))?;
        if self.bad_file.borrow().as_ref().is_some_and(|bad| fold(bad) == fold(path)) {
            let half = bytes.len() / 2;
            let broken = io::Read::chain(io::Cursor::new(bytes).take(half as u64), Broken);
            return Ok(Box::new(broken));
        }
        Ok(Box::new(io::Cursor::new(bytes)))
    }

    fn append(&self, path: &str, bytes: &[u8]) -> Result<()> {
        self.room(path)?;
        let mut now = self.file(path).unwrap_or_default();
        // A power cut leaves half of what was to be written.
        let cut = self.fuse.get() == Some(1);
        now.extend_from_slice(if cut { &bytes[..bytes.len() / 2] } else { bytes });
        self.change()?;
        self.put(path, &now);
        self.alive()
    }

    fn copy(&self, from: &str, to: &str) -> Result<()> {
        let mut bytes = Vec::new();
        self.open(from)?.read_to_end(&mut bytes).unwrap();
        if self.entry(to)?.is_some() {
            return Err(CaptureError::io(errors::CREATE, to)(io::ErrorKind::AlreadyExists.into()));
        }
        self.room(to)?;
        self.change()?;
        self.put(to, &bytes);
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> Result<()> {
        if self.entry(to)?.is_some() {
            return Err(CaptureError::io(errors::RENAME_TO, to)(io::ErrorKind::AlreadyExists.into()));
        }
        self.change()?;
        let node = self.state.borrow_mut().files.remove(&fold(from));
        let node =
            node.ok_or_else(|| CaptureError::io(errors::RENAME, from)(io::ErrorKind::NotFound.into()))?;
        self.stamp(to);
        self.state.borrow_mut().files.insert(fold(to), node);
        Ok(())
    }

    fn real(&self, path: &str) -> std::path::PathBuf {
        path.replace("%SystemRoot%", r"C:\Windows").into()
    }

    fn remove(&self, path: &str) -> Result<()> {
        let path = fold(path);
        if self.driver_loaded.get()
            && path.ends_with(r"\drivers\procmon24.sys")
            && self.entry(&path)?.is_some()
        {
            return Err(CaptureError::io(errors::DELETE, path)(io::ErrorKind::PermissionDenied.into()));
        }
        let below = format!(r"{path}\");
        let all: Vec<String> =
            self.files().into_iter().rev().filter(|p| *p == path || p.starts_with(&below)).collect();
        for one in all {
            self.change()?;
            self.state.borrow_mut().files.remove(&one);
        }
        Ok(())
    }

    fn archive(&self, path: &Path, new: bool) -> io::Result<Box<dyn Archive>> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create_new(new).open(path)?;
        Ok(Box::new(Limited { file, room: Rc::clone(&self.bundle_room) }))
    }
}
