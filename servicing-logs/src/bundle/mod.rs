//! Files, folders and archives of a case, as one list of members.
//!
//! Archives are read where they are. Members are unpacked on demand, into memory, or a large one into a temporary
//! file without a name. Names inside archives serve as labels only. An unreadable part is a [`Problem`] beside the
//! rest.

mod content;
pub mod limits;
mod sniff;
mod unpack;

use std::collections::HashMap;
use std::fs;
use std::io::{self, Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use zip::ZipArchive;

use crate::cabinet::Cabinet;
use crate::error::{Error, Result};
use crate::text::decode;
pub use content::Content;
use limits::*;
pub use sniff::{Kind, SNIFF_BYTES, sniff};
use unpack::ratio_limit;

/// A file of the bundle.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its label: the input's name and the path inside, with slashes: `case.zip/Logs/CBS/CBS.log`.
    pub path: String,
    /// What it is, by content.
    pub kind: Kind,
    /// Its size unpacked, as the file system or the archive's directory gives it.
    pub size: u64,
    place: Place,
}

/// Something that could not be read, or not whole.
#[derive(Debug)]
pub struct Problem {
    /// The label of the file, folder or member.
    pub path: String,
    /// What was wrong.
    pub error: Error,
}

#[derive(Clone, Debug)]
enum Place {
    File(PathBuf),
    Memory(Content),
    Archive { archive: usize, index: usize },
}

#[derive(Debug)]
enum Archive {
    Zip(ZipArchive<Cursor<Content>>),
    Cab(Content),
}

/// All members of the inputs of a case.
#[derive(Debug, Default)]
pub struct Bundle {
    members: Vec<Member>,
    problems: Vec<Problem>,
    archives: Vec<Archive>,
    unpacked: AtomicU64,
}

/// A member that needs room on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskSpace {
    /// The bytes it unpacks to.
    pub bytes: u64,
    /// The folder they go to.
    pub folder: PathBuf,
}

/// The bytes of a member, as far as they could be read.
#[derive(Debug)]
pub struct MemberBytes {
    /// The bytes.
    pub bytes: Content,
    /// Why not all are there.
    pub stopped: Option<Error>,
}

impl Bundle {
    /// Lists the members of files, folders and archives, archives inside archives included.
    ///
    /// An input that cannot be read is a [`Problem`]; links are not followed.
    pub fn open<P: AsRef<Path>>(inputs: impl IntoIterator<Item = P>) -> Bundle {
        let mut bundle = Bundle::default();
        for input in inputs {
            let input = input.as_ref();
            let name =
                input.file_name().map_or_else(|| ".".to_owned(), |name| name.to_string_lossy().into_owned());
            match fs::metadata(input) {
                Ok(metadata) if metadata.is_dir() => bundle.folder(input, &name, 0),
                Ok(metadata) => bundle.file(input, name, metadata.len()),
                Err(source) => bundle.problem(&name, Error::Io { path: name.clone(), source }),
            }
        }
        bundle
    }

    /// Lists the members of files that are in memory, each under its label. `folder/name` is a file of a folder, so that
    /// files of one folder come by name, as [`Bundle::open`] gives them.
    ///
    /// A file whose bytes could not be had is a [`Problem`].
    #[must_use]
    pub fn of_files(files: Vec<(String, io::Result<Vec<u8>>)>) -> Bundle {
        let mut bundle = Bundle::default();
        let mut inputs: HashMap<String, usize> = HashMap::new();
        let place = |(label, bytes): (String, io::Result<Vec<u8>>)| {
            let input = label.split('/').next().unwrap_or_default().to_owned();
            let next = inputs.len();
            (*inputs.entry(input).or_insert(next), label, bytes)
        };
        let mut files: Vec<_> = files.into_iter().map(place).collect();
        files.sort_by(|(a, one, _), (b, other, _)| {
            a.cmp(b).then_with(|| one.split('/').cmp(other.split('/')))
        });
        for (_, label, bytes) in files {
            match bytes {
                Ok(bytes) => bundle.content(label, Content::from(bytes)),
                Err(source) => bundle.problem(&label, Error::Io { path: label.clone(), source }),
            }
        }
        bundle
    }

    /// Lists the members of one file that is in memory.
    #[must_use]
    pub fn of_bytes(name: &str, bytes: Vec<u8>) -> Bundle {
        Self::of_files(vec![(name.to_owned(), Ok(bytes))])
    }

    /// The members, in the order of the inputs. Files of a folder are sorted by name, members of an archive by its
    /// directory.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// What could not be listed.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The bytes of a member. A file is mapped, a member of an archive unpacked.
    ///
    /// # Errors
    /// If nothing of it can be read. A damaged member gives its first bytes, and says why not all.
    pub fn read(&self, member: &Member) -> Result<MemberBytes> {
        match &member.place {
            Place::Memory(content) => Ok(MemberBytes { bytes: content.clone(), stopped: None }),
            Place::File(path) => Ok(MemberBytes { bytes: Content::map(path)?, stopped: None }),
            Place::Archive { archive, index } if self.needs_disk(member).is_some() => {
                let Some(Archive::Zip(archive)) = self.archives.get(*archive) else {
                    return Err(lost(*index));
                };
                let (bytes, stopped) = unpack::to_file(&mut archive.clone(), *index, MAX_MEMBER_BYTES)?;
                self.unpacked.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                Ok(MemberBytes { bytes, stopped })
            }
            Place::Archive { archive, index } => {
                let (bytes, stopped) = self.unpack(*archive, *index, MAX_MEMBER_BYTES, MAX_UNPACKED_BYTES)?;
                Ok(MemberBytes { bytes: Content::from(bytes), stopped })
            }
        }
    }

    /// The room on the disk that [`Bundle::read`] takes for a member: it unpacks one that is larger than a quarter of the
    /// memory to a temporary file.
    pub fn needs_disk(&self, member: &Member) -> Option<DiskSpace> {
        let Place::Archive { archive, .. } = member.place else { return None };
        let is_zip = matches!(self.archives.get(archive), Some(Archive::Zip(_)));
        (is_zip && member.size > unpack::large())
            .then(|| DiskSpace { bytes: member.size, folder: std::env::temp_dir() })
    }

    fn problem(&mut self, path: &str, error: Error) {
        if self.problems.len() < MAX_MEMBERS {
            self.problems.push(Problem { path: path.to_owned(), error });
        }
    }

    fn folder(&mut self, folder: &Path, label: &str, depth: usize) {
        if depth > MAX_FOLDER_DEPTH {
            let (found, limit) = (depth as u64, MAX_FOLDER_DEPTH as u64);
            return self.problem(label, Error::TooLarge { what: "depth of folders", found, limit });
        }
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(source) => return self.problem(label, Error::Io { path: label.to_owned(), source }),
        };
        let mut entries: Vec<fs::DirEntry> = entries.flatten().take(MAX_MEMBERS).collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let label = format!("{label}/{}", entry.file_name().to_string_lossy());
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => self.folder(&entry.path(), &label, depth + 1),
                Ok(metadata) if metadata.is_file() => self.file(&entry.path(), label, metadata.len()),
                Ok(_) => {}
                Err(source) => self.problem(&label, Error::Io { path: label.clone(), source }),
            }
        }
    }

    fn file(&mut self, path: &Path, label: String, size: u64) {
        let mut head = Vec::new();
        let read = fs::File::open(path).and_then(|file| file.take(SNIFF_BYTES as u64).read_to_end(&mut head));
        if let Err(source) = read {
            return self.problem(&label, Error::Io { path: label.clone(), source });
        }
        match sniff(&head) {
            kind @ (Kind::Zip | Kind::Cab) => match Content::map(path) {
                Ok(content) if kind == Kind::Zip => self.zip(content, &label, 0),
                Ok(content) => self.cab(content, &label, 0),
                Err(error) => self.problem(&label, error),
            },
            kind => self.add(Member { path: label, kind, size, place: Place::File(path.to_owned()) }),
        }
    }

    fn content(&mut self, path: String, content: Content) {
        match sniff(&content) {
            Kind::Zip => self.zip(content, &path, 0),
            Kind::Cab => self.cab(content, &path, 0),
            kind => {
                let size = content.len() as u64;
                self.add(Member { path, kind, size, place: Place::Memory(content) });
            }
        }
    }

    fn add(&mut self, member: Member) {
        if self.members.len() < MAX_MEMBERS {
            self.members.push(member);
        } else if self.members.len() == MAX_MEMBERS {
            let limit = MAX_MEMBERS as u64;
            self.problem(
                &member.path,
                Error::TooLarge { what: "number of members", found: limit + 1, limit },
            );
        }
    }

    fn zip(&mut self, content: Content, label: &str, depth: usize) {
        let archive = match ZipArchive::new(Cursor::new(content)) {
            Ok(archive) => archive,
            Err(error) => {
                let message = format!("{error}; copy it again from where it was made");
                return self.problem(label, Error::Container { what: "ZIP archive", message });
            }
        };
        let mut names = Vec::new();
        let mut listing = archive.clone();
        for index in 0..listing.len().min(MAX_MEMBERS) {
            match listing.by_index_raw(index) {
                Ok(file) if file.is_dir() => {}
                Ok(file) if file.encrypted() => {
                    let name = inside(&decode(file.name_raw()));
                    self.problem(&format!("{label}/{name}"), Error::Locked);
                }
                Ok(file) => names.push((index, inside(&decode(file.name_raw())), file.size())),
                Err(error) => {
                    let error = Error::Container { what: "zip", message: error.to_string() };
                    self.problem(&format!("{label}/#{index}"), error);
                }
            }
        }
        self.archives.push(Archive::Zip(archive));
        self.archive_members(label, names, depth);
    }

    fn cab(&mut self, content: Content, label: &str, depth: usize) {
        let names: Vec<(usize, String, u64)> = match Cabinet::open(&content) {
            Ok(cabinet) => cabinet
                .files()
                .iter()
                .enumerate()
                .map(|(index, file)| (index, inside(&file.name), file.size.into()))
                .collect(),
            Err(error) => return self.problem(label, error),
        };
        self.archives.push(Archive::Cab(content));
        self.archive_members(label, names, depth);
    }

    /// Recognises the kinds of the members of the archive added last, and opens those that are archives.
    fn archive_members(&mut self, label: &str, names: Vec<(usize, String, u64)>, depth: usize) {
        let archive = self.archives.len() - 1;
        // The files of a cabinet lie behind each other in one stream, which is unpacked once for all their heads.
        let mut heads = match self.archives.last() {
            Some(Archive::Cab(content)) => match Cabinet::open(content) {
                Ok(cabinet) => cabinet.heads(SNIFF_BYTES as u64, MAX_LISTING_BYTES).into_iter(),
                Err(_) => Vec::new().into_iter(),
            },
            _ => Vec::new().into_iter(),
        };
        for (index, name, size) in names {
            if self.members.len() >= MAX_MEMBERS || self.problems.len() >= MAX_MEMBERS {
                break;
            }
            let label = format!("{label}/{name}");
            let head = match heads.next() {
                Some(head) => head.map(|head| (head.bytes, head.stopped)),
                None => self.unpack(archive, index, SNIFF_BYTES as u64, MAX_LISTING_BYTES),
            };
            match head {
                Ok((head, stopped)) => {
                    self.archive_member((archive, index), label, size, &head, stopped, depth)
                }
                Err(error) => self.problem(&label, error),
            }
        }
    }

    fn archive_member(
        &mut self,
        (archive, index): (usize, usize),
        label: String,
        size: u64,
        head: &[u8],
        stopped: Option<Error>,
        depth: usize,
    ) {
        let kind = sniff(head);
        if !matches!(kind, Kind::Zip | Kind::Cab) {
            // The end of the head is no problem; damage before it is.
            if let Some(error) = stopped.filter(|_| head.len() < SNIFF_BYTES) {
                self.problem(&label, error);
            }
            return self.add(Member { path: label, kind, size, place: Place::Archive { archive, index } });
        }
        if depth + 1 >= MAX_ARCHIVE_DEPTH {
            let (found, limit) = (depth as u64 + 2, MAX_ARCHIVE_DEPTH as u64);
            return self.problem(&label, Error::TooLarge { what: "depth of archives", found, limit });
        }
        match self.unpack(archive, index, MAX_NESTED_BYTES, MAX_LISTING_BYTES) {
            Ok((bytes, stopped)) => {
                if let Some(error) = stopped {
                    self.problem(&label, error);
                }
                let content = Content::from(bytes);
                if kind == Kind::Zip {
                    self.zip(content, &label, depth + 1);
                } else {
                    self.cab(content, &label, depth + 1);
                }
            }
            Err(error) => self.problem(&label, error),
        }
    }

    /// Unpacks at most `limit` bytes of a member, if no more than `budget` bytes have been unpacked so far.
    fn unpack(
        &self,
        archive: usize,
        index: usize,
        limit: u64,
        budget: u64,
    ) -> Result<(Vec<u8>, Option<Error>)> {
        let spent = self.unpacked.load(Ordering::Relaxed);
        if spent > budget {
            return Err(Error::TooLarge {
                what: "bytes unpacked of the bundle",
                found: spent,
                limit: budget,
            });
        }
        let (bytes, stopped, before) = match self.archives.get(archive) {
            Some(Archive::Zip(archive)) => {
                let (bytes, stopped) = unpack::to_memory(&mut archive.clone(), index, limit)?;
                (bytes, stopped, 0)
            }
            Some(Archive::Cab(content)) => {
                let cabinet = Cabinet::open(content)?;
                let file = cabinet.files().get(index).ok_or_else(|| lost(index))?;
                let unpacked = cabinet.unpack(file, limit.min(ratio_limit(content.len() as u64)))?;
                (unpacked.bytes, unpacked.stopped, file.offset())
            }
            None => return Err(lost(index)),
        };
        self.unpacked.fetch_add(bytes.len() as u64 + before, Ordering::Relaxed);
        Ok((bytes, stopped))
    }
}

fn lost(index: usize) -> Error {
    Error::Invalid { what: "member", offset: index as u64, found: "no such member".to_owned() }
}

/// A name inside an archive as a label: slashes, no drive, no root, no `..`, no control characters.
fn inside(name: &str) -> String {
    let parts =
        name.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | "..") && !part.ends_with(':'));
    let label: Vec<&str> = parts.collect();
    label.join("/").chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
