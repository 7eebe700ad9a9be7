//! The process table: u32 count, u32 process index for each, u32 offset for each, then the entries with their modules.

use binrw::{BinRead, BinResult, BinWrite};

use crate::{PmlError, cursor::Cursor};

/// Bytes of an entry before its pointer-sized part.
const ENTRY_SIZE: usize = 0x60;

/// A process entry as it is in the file. The texts are indexes into the string table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, BinRead, BinWrite)]
#[brw(little)]
pub struct RawProcess {
    /// Key that events carry. PIDs are recycled, indexes are not.
    pub index: u32,
    /// Process id.
    pub pid: u32,
    /// Parent's process id.
    pub parent_pid: u32,
    /// Parent's index; often absent from the table in filtered saves.
    pub parent_index: u32,
    /// Logon session, `hi:lo` of a LUID.
    pub authentication_id: u64,
    /// Terminal services session.
    pub session: u32,
    /// Uninitialised.
    pub garbage: u32,
    /// FILETIME of the start, 0 where unknown.
    pub start: u64,
    /// FILETIME of the end, 0 while running.
    pub end: u64,
    /// UAC virtualization: 0 or 1, anything else "n/a".
    pub virtualized: u32,
    /// 1 for a 64-bit process.
    pub is_64bit: u32,
    /// String index: integrity level.
    pub integrity: u32,
    /// String index: user.
    pub user: u32,
    /// String index: process name.
    pub name: u32,
    /// String index: image path.
    pub image_path: u32,
    /// String index: command line.
    pub command_line: u32,
    /// String index: company.
    pub company: u32,
    /// String index: file version.
    pub version: u32,
    /// String index: file description.
    pub description: u32,
    /// Icon index, 16 pixels.
    pub small_icon: u32,
    /// Icon index, 32 pixels.
    pub big_icon: u32,
}

impl RawProcess {
    /// The indexes into the string table.
    pub(crate) fn string_indexes(&mut self) -> [&mut u32; 8] {
        [
            &mut self.integrity,
            &mut self.user,
            &mut self.name,
            &mut self.image_path,
            &mut self.command_line,
            &mut self.company,
            &mut self.version,
            &mut self.description,
        ]
    }
}

/// An entry, and where its modules lie in the file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) raw: RawProcess,
    pub(crate) modules_at: u64,
    pub(crate) module_count: u32,
}

/// The entries, and the way from a process index to its entry.
#[derive(Debug, Default)]
pub(crate) struct ProcessTable {
    entries: Vec<Entry>,
    /// (process index, position in `entries`), sorted.
    by_index: Vec<(u32, u32)>,
    /// Position in `entries` by process index, `u32::MAX` if there is none. It is used only while indexes are small
    /// numbers.
    dense: Vec<u32>,
    end: u64,
}

impl ProcessTable {
    /// Reads what can be read; entries that cannot are reported in `problems`.
    pub(crate) fn read(
        file: &[u8],
        start: u64,
        end: u64,
        wide: bool,
        problems: &mut Vec<PmlError>,
    ) -> Result<Self, PmlError> {
        let mut cursor = Cursor::over(file, start, end, "process table")?;
        let count = cursor.u32()? as usize;
        let smallest = 4 + 4 + ENTRY_SIZE + if wide { 8 } else { 4 } + 4;
        if count.saturating_mul(smallest) > cursor.remaining() {
            return Err(cursor.truncated(count.saturating_mul(smallest)));
        }
        cursor.skip(count * 4)?;
        let offsets = cursor.take(count * 4)?.as_chunks::<4>().0;
        let mut table = Self { entries: Vec::with_capacity(count), end, ..Self::default() };
        // Entries that share bytes could each announce modules up to the table's end, and reading them all would take the
        // square of its size: together they may announce what the table can hold.
        let mut room = end.saturating_sub(start) / if wide { 64 } else { 56 };
        for offset in offsets {
            let mut at = cursor;
            match Self::entry(&mut at, u32::from_le_bytes(*offset), wide) {
                Ok(mut entry) => {
                    match room.checked_sub(entry.module_count.into()) {
                        Some(left) => room = left,
                        None => {
                            problems.push(PmlError::Value {
                                what: "number of modules",
                                offset: entry.modules_at.saturating_sub(4),
                                value: entry.module_count.into(),
                                expected: "no more than the process table has room for",
                            });
                            entry.module_count = 0;
                        }
                    }
                    table.entries.push(entry);
                }
                Err(error) => problems.push(error),
            }
        }
        let indexes = table.entries.iter().map(|e| e.raw.index).zip(0..);
        table.by_index = indexes.collect();
        table.by_index.sort_unstable();
        if let Some(&(last, _)) = table.by_index.last()
            && (last as usize) < 16 * count + 4096
            && (last as usize) < file.len()
        {
            table.dense = vec![u32::MAX; last as usize + 1];
            for &(index, slot) in &table.by_index {
                if let Some(d) = table.dense.get_mut(index as usize) {
                    *d = slot;
                }
            }
        }
        Ok(table)
    }

    fn entry(cursor: &mut Cursor<'_>, offset: u32, wide: bool) -> Result<Entry, PmlError> {
        cursor.seek(offset as usize)?;
        let bytes = cursor.take(ENTRY_SIZE)?;
        let raw = RawProcess::read_le(&mut std::io::Cursor::new(bytes))
            .map_err(|_| cursor.truncated(ENTRY_SIZE))?;
        // The low byte of the pointer says that the modules follow inline: 1 in every file, the rest is garbage.
        cursor.pointer(wide)?;
        let module_count = cursor.u32()?;
        Ok(Entry { raw, modules_at: cursor.offset(), module_count })
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Position in the table of the process with this index.
    #[inline]
    pub(crate) fn slot(&self, index: u32) -> Option<usize> {
        if self.dense.is_empty() {
            let at = self.by_index.binary_search_by_key(&index, |(i, _)| *i).ok()?;
            return self.by_index.get(at).map(|(_, slot)| *slot as usize);
        }
        self.dense.get(index as usize).filter(|s| **s != u32::MAX).map(|s| *s as usize)
    }

    pub(crate) fn get(&self, slot: usize) -> Option<&Entry> {
        self.entries.get(slot)
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn end(&self) -> u64 {
        self.end
    }
}

/// A module as it is in the file: 64 bytes with 8-byte pointers, 56 with 4. The texts are indexes into the string
/// table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, BinRead, BinWrite)]
#[brw(little, import(wide: bool))]
pub struct RawModule {
    /// Low half of the FILETIME of the load. With 8-byte pointers, four uninitialised bytes follow it.
    #[br(parse_with = read_pointer, args(wide))]
    #[bw(write_with = write_pointer, args(wide))]
    pub loaded_low: u64,
    /// Base address.
    #[br(parse_with = read_pointer, args(wide))]
    #[bw(write_with = write_pointer, args(wide))]
    pub base: u64,
    /// Bytes mapped.
    pub size: u32,
    /// String index: image path.
    pub path: u32,
    /// String index: file version.
    pub version: u32,
    /// String index: company.
    pub company: u32,
    /// String index: file description.
    pub description: u32,
    /// PE header time stamp; may be 0.
    pub time_date_stamp: u32,
    /// 0 in every file seen.
    pub unknown: [u32; 3],
    /// PE header SizeOfImage; may be 0.
    pub size_of_image: u32,
    /// 0 in every file seen.
    pub unknown2: u32,
    /// High half of the FILETIME of the load.
    pub loaded_high: u32,
}

impl RawModule {
    /// The indexes into the string table.
    pub(crate) fn string_indexes(&mut self) -> [&mut u32; 4] {
        [&mut self.path, &mut self.version, &mut self.company, &mut self.description]
    }
}

#[binrw::parser(reader, endian)]
fn read_pointer(wide: bool) -> BinResult<u64> {
    if wide {
        u64::read_options(reader, endian, ())
    } else {
        u32::read_options(reader, endian, ()).map(u64::from)
    }
}

#[binrw::writer(writer, endian)]
fn write_pointer(value: &u64, wide: bool) -> BinResult<()> {
    if wide {
        return value.write_options(writer, endian, ());
    }
    let value = u32::try_from(*value).map_err(|_| binrw::Error::AssertFail {
        pos: writer.stream_position().unwrap_or_default(),
        message: format!("pointer 0x{value:x} has more than 4 bytes in a 32-bit log"),
    })?;
    value.write_options(writer, endian, ())
}
