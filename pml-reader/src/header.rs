//! The header, 0x3A8 bytes. The layout is from procmon-parser's description (MIT), checked on files of Process
//! Monitor 3.0 to 4.1.

use binrw::{BinRead, BinWrite};

use crate::{PmlError, PmlText, cursor::Cursor, sniff};

/// Bytes of the header; also the offset of the first event.
pub const HEADER_SIZE: u64 = 0x3A8;

/// Offsets of header fields that errors name.
pub(crate) mod field {
    pub(crate) const COUNT: u64 = 0x234;
    pub(crate) const EVENTS: u64 = 0x240;
    pub(crate) const OFFSETS: u64 = 0x248;
    pub(crate) const PROCESSES: u64 = 0x250;
    pub(crate) const STRINGS: u64 = 0x258;
    pub(crate) const ICONS: u64 = 0x260;
    pub(crate) const HEADER_SIZE: u64 = 0x398;
    pub(crate) const HOSTS: u64 = 0x3A0;
}

/// Bytes of an entry of the offset array: u32 offset, and a byte that was 0 in all of 285,819 entries seen.
pub(crate) const OFFSET_SIZE: usize = 5;

/// The offset that an entry of the offset array holds. No file above 4 GiB was ever seen, so it is not known whether
/// its fifth byte extends the offset. The reader extends the offset if the longer one lies among the events. In a
/// smaller file it cannot.
#[inline]
pub(crate) fn offset_of(entry: [u8; OFFSET_SIZE], records_end: u64) -> u64 {
    let [a, b, c, d, high] = entry;
    let low = u64::from(u32::from_le_bytes([a, b, c, d]));
    let long = u64::from(high) << 32 | low;
    if long < records_end { long } else { low }
}

/// Where the tables of a log lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sections {
    pub(crate) processes: u64,
    pub(crate) strings: u64,
    pub(crate) icons: u64,
    pub(crate) hosts: u64,
}

/// The header as it is in the file. All integers are little-endian. Offsets count from the start of the file.
#[derive(Debug, Clone, PartialEq, Eq, BinRead, BinWrite)]
#[brw(little, magic = b"PML_")]
pub struct PmlHeader {
    /// 9 for Process Monitor 3.4 to 4.1, 7 for 3.0x.
    pub version: u32,
    /// 1 if the capturing system was 64-bit. Pointers in the file then have 8 bytes.
    pub is_64bit: u32,
    /// Computer name, UTF-16LE, cut to 15 characters.
    pub computer_name: [u8; 0x20],
    /// For example `C:\Windows`, UTF-16LE.
    pub system_root: [u8; 0x208],
    /// Events in this file.
    pub event_count: u32,
    /// 0 in every file seen.
    pub unknown: u64,
    /// Offset of the first event: always [`HEADER_SIZE`].
    pub events_offset: u64,
    /// Offset of the array of event offsets.
    pub offsets_offset: u64,
    /// Offset of the process table.
    pub processes_offset: u64,
    /// Offset of the string table.
    pub strings_offset: u64,
    /// Offset of the icon table.
    pub icons_offset: u64,
    /// `SYSTEM_INFO.lpMaximumApplicationAddress`: a return address above it is kernel-mode.
    pub max_user_address: u64,
    /// `OSVERSIONINFOEXW.dwOSVersionInfoSize`, 284.
    pub os_info_size: u32,
    /// Windows major version.
    pub os_major: u32,
    /// Windows minor version.
    pub os_minor: u32,
    /// Windows build number.
    pub os_build: u32,
    /// `dwPlatformId`, 2.
    pub os_platform: u32,
    /// Service pack, UTF-16LE.
    pub service_pack: [u8; 0x100],
    /// Service pack major and minor, suite mask, product type and a reserved byte, as `OSVERSIONINFOEXW` ends.
    pub os_tail: [u8; 8],
    /// Logical processors.
    pub processors: u32,
    /// Physical memory in bytes.
    pub memory: u64,
    /// Size of this header: always [`HEADER_SIZE`].
    pub header_size: u64,
    /// Offset of the tables of host and port names.
    pub hosts_offset: u64,
}

impl PmlHeader {
    /// Reads and checks the header of `file`.
    ///
    /// # Errors
    /// [`PmlError::NotPml`], [`PmlError::Version`], [`PmlError::Truncated`] or [`PmlError::Value`]: only here may a file
    /// be refused as a whole.
    pub fn read(file: &[u8]) -> Result<Self, PmlError> {
        if let Some(what) = sniff::not_pml(file) {
            return Err(PmlError::NotPml { what });
        }
        let bytes = Cursor::over(file, 0, HEADER_SIZE, "header")?.rest();
        let header = Self::read_le(&mut std::io::Cursor::new(bytes)).map_err(|_| PmlError::Truncated {
            what: "header",
            offset: 0,
            need: HEADER_SIZE,
            have: bytes.len() as u64,
        })?;
        header.check()?;
        Ok(header)
    }

    /// What kind of log it is. [`Self::sections`] checks where its parts lie.
    fn check(&self) -> Result<(), PmlError> {
        if !matches!(self.version, 7 | 9) {
            return Err(PmlError::Version { version: self.version });
        }
        if self.is_64bit > 1 {
            return Err(PmlError::Value {
                what: "64-bit flag",
                offset: 8,
                value: self.is_64bit.into(),
                expected: "0 or 1",
            });
        }
        Ok(())
    }

    /// Where the tables lie, if the header leads to them and a file of `length` bytes has all event offsets.
    pub(crate) fn sections(&self, length: u64) -> Result<Sections, PmlError> {
        for (what, offset, value) in [
            ("event block", field::EVENTS, self.events_offset),
            ("event offsets", field::OFFSETS, self.offsets_offset),
            ("process table", field::PROCESSES, self.processes_offset),
            ("string table", field::STRINGS, self.strings_offset),
            ("icon table", field::ICONS, self.icons_offset),
            ("host table", field::HOSTS, self.hosts_offset),
        ] {
            if value == 0 {
                return Err(PmlError::Unclean { what, offset });
            }
        }
        for (what, offset, value) in [
            ("offset of the event block", field::EVENTS, self.events_offset),
            ("header size", field::HEADER_SIZE, self.header_size),
        ] {
            if value != HEADER_SIZE {
                return Err(PmlError::Value { what, offset, value, expected: "0x3a8 in every known file" });
            }
        }
        // The order of the sections is fixed; the tables follow each other to the end of the file.
        let order = [
            ("offset of the event offsets", field::OFFSETS, self.events_offset, self.offsets_offset),
            ("offset of the process table", field::PROCESSES, self.offsets_offset, self.processes_offset),
            ("offset of the string table", field::STRINGS, self.processes_offset, self.strings_offset),
            ("offset of the icon table", field::ICONS, self.strings_offset, self.icons_offset),
            ("offset of the host table", field::HOSTS, self.icons_offset, self.hosts_offset),
        ];
        for (what, offset, before, value) in order {
            if value < before {
                return Err(PmlError::Value {
                    what,
                    offset,
                    value,
                    expected: "not before the section ahead of it",
                });
            }
        }
        let need = u64::from(self.event_count) * OFFSET_SIZE as u64;
        let have = self.processes_offset.min(length).saturating_sub(self.offsets_offset);
        if have < need {
            return Err(PmlError::Truncated {
                what: "event offsets",
                offset: self.offsets_offset,
                need,
                have,
            });
        }
        if self.processes_offset - self.offsets_offset != need {
            return Err(PmlError::Value {
                what: "number of events",
                offset: field::COUNT,
                value: self.event_count.into(),
                expected: "as many as there are event offsets",
            });
        }
        Ok(Sections {
            processes: self.processes_offset,
            strings: self.strings_offset,
            icons: self.icons_offset,
            hosts: self.hosts_offset,
        })
    }

    /// Whether pointers in this file have 8 bytes.
    #[must_use]
    pub fn wide(&self) -> bool {
        self.is_64bit == 1
    }

    /// Computer name.
    #[must_use]
    pub fn computer_name(&self) -> PmlText<'_> {
        PmlText::Utf16(&self.computer_name).until_nul()
    }

    /// System root.
    #[must_use]
    pub fn system_root(&self) -> PmlText<'_> {
        PmlText::Utf16(&self.system_root).until_nul()
    }

    /// Service pack, often empty.
    #[must_use]
    pub fn service_pack(&self) -> PmlText<'_> {
        PmlText::Utf16(&self.service_pack).until_nul()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_is_as_long_as_the_header() {
        let mut out = std::io::Cursor::new(Vec::new());
        let zero = PmlHeader::read_le(&mut std::io::Cursor::new([b"PML_".as_slice(), &[0; 0x3A4]].concat()))
            .unwrap();
        zero.write_le(&mut out).unwrap();
        assert_eq!(out.into_inner().len() as u64, HEADER_SIZE);
    }
}
