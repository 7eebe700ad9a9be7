//! Cabinets, which hold CbsPersist logs.
//!
//! The layout is from Microsoft's MS-CAB. Stored, MSZIP and LZX folders are read. No crate reads the container here.
//! The usual one panics on a file entry that points past its folder, and gives nothing of a folder with one bad
//! block.

use crate::bytes::{slice, u16_at, u32_at};
use crate::error::{Error, Result};
use crate::text::decode;

/// A file of a cabinet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CabinetFile {
    /// Its name, with backslashes between folders.
    pub name: String,
    /// Bytes it has unpacked.
    pub size: u32,
    folder: u16,
    offset: u32,
}

impl CabinetFile {
    /// Bytes that come before it in its folder. They are unpacked on the way to it.
    pub(crate) fn offset(&self) -> u64 {
        self.offset.into()
    }
}

/// How a folder is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compression {
    Stored,
    MsZip,
    Lzx(lzxd::WindowSize),
    Unknown(u16),
}

#[derive(Clone, Copy, Debug)]
struct Folder {
    data: u32,
    blocks: u16,
    compression: Compression,
}

/// A cabinet.
#[derive(Clone, Debug)]
pub struct Cabinet<'a> {
    bytes: &'a [u8],
    folders: Vec<Folder>,
    files: Vec<CabinetFile>,
    block_reserve: usize,
}

/// What could be unpacked of a file.
#[derive(Debug)]
pub struct Unpacked {
    /// The bytes, all or the first of them.
    pub bytes: Vec<u8>,
    /// Why not all are there.
    pub stopped: Option<Error>,
}

impl<'a> Cabinet<'a> {
    /// Reads the directory of a cabinet.
    ///
    /// # Errors
    /// If the header or the list of folders is no cabinet's. A damaged list of files ends where it is damaged.
    pub fn open(bytes: &'a [u8]) -> Result<Cabinet<'a>> {
        let header = slice(bytes, 0, 0, 36, "cabinet header")?;
        if !header.starts_with(b"MSCF") {
            let found = format!("{:02x?}", header.get(..4).unwrap_or_default());
            return Err(Error::Invalid { what: "cabinet signature", offset: 0, found });
        }
        let half = |at| u16_at(bytes, at).unwrap_or_default();
        let flags = half(30);
        let mut at = 36;
        let (mut folder_reserve, mut block_reserve) = (0, 0);
        if flags & 4 != 0 {
            let sizes = slice(bytes, 0, 36, 4, "cabinet reserve sizes")?;
            folder_reserve = usize::from(sizes.get(2).copied().unwrap_or_default());
            block_reserve = usize::from(sizes.get(3).copied().unwrap_or_default());
            at += 4 + usize::from(half(36));
        }
        // Names of the cabinet and disk before this one, then of those after it.
        for _ in 0..2 * (flags & 1) + (flags & 2) {
            at += string(bytes, at)?.len() + 1;
        }
        let mut folders = Vec::new();
        for _ in 0..half(26) {
            let folder = slice(bytes, 0, at, 8, "cabinet folder")?;
            let kind = u16_at(folder, 6).unwrap_or_default();
            folders.push(Folder {
                data: u32_at(folder, 0).unwrap_or_default(),
                blocks: u16_at(folder, 4).unwrap_or_default(),
                compression: compression(kind),
            });
            at += 8 + folder_reserve;
        }
        let mut files = Vec::new();
        let mut at = u32_at(bytes, 16).unwrap_or_default() as usize;
        for _ in 0..half(28) {
            let Ok(entry) = slice(bytes, 0, at, 16, "cabinet file") else { break };
            let Ok(name) = string(bytes, at + 16) else { break };
            files.push(CabinetFile {
                name: decode(name).into_owned(),
                size: u32_at(entry, 0).unwrap_or_default(),
                offset: u32_at(entry, 4).unwrap_or_default(),
                folder: u16_at(entry, 8).unwrap_or_default(),
            });
            at += 16 + name.len() + 1;
        }
        Ok(Cabinet { bytes, folders, files, block_reserve })
    }

    /// The files, in their order.
    #[must_use]
    pub fn files(&self) -> &[CabinetFile] {
        &self.files
    }

    /// Unpacks at most `limit` bytes of a file.
    ///
    /// # Errors
    /// If the file is in no folder of this cabinet, for example because it goes on in another cabinet, or if its
    /// compression is unknown. The result reports damage inside the folder, with what came before it.
    pub fn unpack(&self, file: &CabinetFile, limit: u64) -> Result<Unpacked> {
        Ok(self.folder(file.folder)?.take(file, limit))
    }

    /// The first `limit` bytes of every file, in the order of [`Cabinet::files`]; each folder is unpacked once.
    ///
    /// Files that come after `budget` bytes have been unpacked get an error: folders may share their blocks, and so
    /// unpack to any size.
    #[must_use]
    pub fn heads(&self, limit: u64, budget: u64) -> Vec<Result<Unpacked>> {
        let mut order: Vec<(usize, &CabinetFile)> = self.files.iter().enumerate().collect();
        order.sort_by_key(|(_, file)| (file.folder, file.offset));
        let mut heads = Vec::with_capacity(order.len());
        let mut open: Option<(u16, FolderReader<'_>)> = None;
        let mut spent = 0u64;
        for (index, file) in order {
            let found = spent + open.as_ref().map_or(0, |(_, reader)| reader.unpacked());
            if found > budget {
                let what = "bytes unpacked of a cabinet";
                heads.push((index, Err(Error::TooLarge { what, found, limit: budget })));
                continue;
            }
            if open.as_ref().is_none_or(|(folder, _)| *folder != file.folder) {
                spent = found;
                match self.folder(file.folder) {
                    Ok(reader) => open = Some((file.folder, reader)),
                    Err(error) => {
                        open = None;
                        heads.push((index, Err(error)));
                        continue;
                    }
                }
            }
            if let Some((_, reader)) = &mut open {
                heads.push((index, Ok(reader.take(file, limit))));
            }
        }
        heads.sort_by_key(|(index, _)| *index);
        heads.into_iter().map(|(_, head)| head).collect()
    }

    fn folder(&self, index: u16) -> Result<FolderReader<'_>> {
        let Some(folder) = self.folders.get(usize::from(index)) else {
            return Err(Error::Invalid {
                what: "cabinet folder of a file",
                offset: 0,
                found: index.to_string(),
            });
        };
        let lzx = match folder.compression {
            Compression::Lzx(window) => Some(lzxd::Lzxd::new(window)),
            Compression::Unknown(kind) => {
                return Err(Error::Invalid {
                    what: "cabinet compression",
                    offset: 0,
                    found: format!("{kind:#06x}"),
                });
            }
            Compression::Stored | Compression::MsZip => None,
        };
        let at = folder.data as usize;
        Ok(FolderReader {
            cabinet: self,
            folder: *folder,
            lzx,
            at,
            blocks: folder.blocks,
            start: 0,
            out: Vec::new(),
            broken: None,
        })
    }

    fn block(&self, at: usize) -> Result<Block<'a>> {
        let head = slice(self.bytes, 0, at, 8, "cabinet block")?;
        let packed = usize::from(u16_at(head, 4).unwrap_or_default());
        let start = at.saturating_add(8 + self.block_reserve);
        let size = usize::from(u16_at(head, 6).unwrap_or_default());
        if size > WINDOW {
            return Err(Error::TooLarge {
                what: "size of a cabinet block",
                found: size as u64,
                limit: WINDOW as u64,
            });
        }
        Ok(Block {
            packed: slice(self.bytes, 0, start, packed, "cabinet block")?,
            size,
            next: start + packed,
        })
    }
}

struct Block<'a> {
    packed: &'a [u8],
    size: usize,
    next: usize,
}

/// Most bytes of a block, and how far back a block may refer.
const WINDOW: usize = 32 * 1024;

/// Unpacks a folder from its start on, and keeps what is still wanted.
struct FolderReader<'c> {
    cabinet: &'c Cabinet<'c>,
    folder: Folder,
    lzx: Option<lzxd::Lzxd>,
    at: usize,
    /// Blocks left.
    blocks: u16,
    /// Offset in the folder of the first byte kept.
    start: u64,
    out: Vec<u8>,
    /// What ended the folder early.
    broken: Option<String>,
}

impl FolderReader<'_> {
    fn unpacked(&self) -> u64 {
        self.start + self.out.len() as u64
    }

    /// The first bytes of a file. Files must be taken in the order of their offsets.
    fn take(&mut self, file: &CabinetFile, limit: u64) -> Unpacked {
        let (offset, size) = (u64::from(file.offset), u64::from(file.size));
        let end = offset + size.min(limit);
        while self.unpacked() < end && self.next_block() {
            self.forget(offset);
        }
        self.forget(offset);
        let place =
            |offset: u64| usize::try_from(offset - self.start).unwrap_or(usize::MAX).min(self.out.len());
        let bytes = self.out.get(place(offset)..place(end)).unwrap_or_default().to_vec();
        let have = bytes.len() as u64;
        let stopped = if have < end - offset {
            Some(match &self.broken {
                Some(message) => Error::Container { what: "cabinet", message: message.clone() },
                None => Error::Truncated {
                    what: "cabinet folder",
                    offset: self.folder.data.into(),
                    need: size,
                    have,
                },
            })
        } else {
            (size > limit).then_some(Error::TooLarge { what: "size of a member", found: size, limit })
        };
        Unpacked { bytes, stopped }
    }

    /// Drops what is before `offset`, except for what the next block may refer to.
    fn forget(&mut self, offset: u64) {
        let before = usize::try_from(offset - self.start.min(offset)).unwrap_or(usize::MAX);
        let spare = before.min(self.out.len().saturating_sub(WINDOW));
        // Not at every block: moving the rest costs as much as unpacking it.
        if spare > 16 * WINDOW {
            self.out.drain(..spare);
            self.start += spare as u64;
        }
    }

    /// Unpacks the next block; `false` at the end of the folder, or if it is broken.
    fn next_block(&mut self) -> bool {
        if self.blocks == 0 || self.broken.is_some() {
            return false;
        }
        self.blocks -= 1;
        let at = self.at;
        let result = self.cabinet.block(at).map_err(|error| error.to_string()).and_then(|block| {
            self.at = block.next;
            match (&mut self.lzx, self.folder.compression) {
                (Some(lzx), _) => lzx
                    .decompress_next(block.packed, block.size)
                    .map(|bytes| self.out.extend_from_slice(bytes))
                    .map_err(|error| error.to_string()),
                (None, Compression::MsZip) => inflate(block.packed, block.size, &mut self.out),
                _ => {
                    self.out.extend_from_slice(block.packed);
                    Ok(())
                }
            }
        });
        self.broken = result.err().map(|message| format!("block at {at:#x}: {message}"));
        self.broken.is_none()
    }
}

/// Bytes before the NUL at or after `at`.
fn string(bytes: &[u8], at: usize) -> Result<&[u8]> {
    // MS-CAB allows 256 bytes.
    let rest = bytes.get(at..).unwrap_or_default();
    let rest = rest.get(..rest.len().min(1024)).unwrap_or_default();
    memchr::memchr(0, rest).and_then(|end| rest.get(..end)).ok_or(Error::Truncated {
        what: "cabinet string",
        offset: at as u64,
        need: rest.len() as u64 + 1,
        have: rest.len() as u64,
    })
}

fn compression(kind: u16) -> Compression {
    use lzxd::WindowSize::*;
    let windows = [KB32, KB64, KB128, KB256, KB512, MB1, MB2];
    match kind & 0xF {
        0 => Compression::Stored,
        1 => Compression::MsZip,
        3 => {
            let window = usize::from(kind >> 8 & 0x1F).checked_sub(15).and_then(|bits| windows.get(bits));
            window.map_or(Compression::Unknown(kind), |window| Compression::Lzx(*window))
        }
        _ => Compression::Unknown(kind),
    }
}

/// Adds an MSZIP block to `out`: a deflate stream after `CK`, which may refer to the 32 KiB before it.
fn inflate(packed: &[u8], size: usize, out: &mut Vec<u8>) -> std::result::Result<(), String> {
    use miniz_oxide::inflate::TINFLStatus;
    use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

    let stream = packed.strip_prefix(b"CK").ok_or("no MSZIP signature")?;
    let start = out.len();
    out.resize(start + size, 0);
    let mut inflater = DecompressorOxide::new();
    let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, _, written) = decompress(&mut inflater, stream, out, start, flags);
    out.truncate(start + written);
    match status {
        TINFLStatus::Done if written == size => Ok(()),
        status => Err(format!("deflate ends with {status:?} after {written} of {size} bytes")),
    }
}
