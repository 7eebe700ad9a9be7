//! The header of a log that is being written.

use crate::{HEADER_SIZE, PmlHeader};

/// The machine that a synthetic log names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine<'a> {
    /// 9 for Process Monitor 3.4 to 4.1, 7 for 3.0x.
    pub version: u32,
    /// Whether the system is 64-bit.
    pub is_64bit: bool,
    /// Computer name; the log holds 15 UTF-16 units of it.
    pub computer_name: &'a str,
    /// System root, for example `C:\Windows`; the log holds 259 UTF-16 units of it.
    pub system_root: &'a str,
    /// Service pack, empty since Windows 8; the log holds 127 UTF-16 units of it.
    pub service_pack: &'a str,
    /// Windows major and minor version.
    pub os: (u32, u32),
    /// Windows build number.
    pub build: u32,
    /// Logical processors.
    pub processors: u32,
    /// Physical memory in bytes.
    pub memory: u64,
}

impl Default for Machine<'_> {
    fn default() -> Self {
        Self {
            version: 9,
            is_64bit: true,
            computer_name: "",
            system_root: r"C:\Windows",
            service_pack: "",
            os: (10, 0),
            build: 0,
            processors: 2,
            memory: 4 << 30,
        }
    }
}

impl Machine<'_> {
    /// The header. Counts and offsets are zero until a [`super::PmlWriter`] has put the log down.
    #[must_use]
    pub fn header(&self) -> PmlHeader {
        PmlHeader {
            version: self.version,
            is_64bit: self.is_64bit.into(),
            computer_name: utf16(self.computer_name),
            system_root: utf16(self.system_root),
            event_count: 0,
            unknown: 0,
            events_offset: 0,
            offsets_offset: 0,
            processes_offset: 0,
            strings_offset: 0,
            icons_offset: 0,
            // lpMaximumApplicationAddress as the logs of 64-bit Windows 10 and of 32-bit Windows hold it.
            max_user_address: if self.is_64bit { 0x7FFF_FFFE_FFFF } else { 0x7FFE_FFFF },
            os_info_size: 284,
            os_major: self.os.0,
            os_minor: self.os.1,
            os_build: self.build,
            os_platform: 2,
            service_pack: utf16(self.service_pack),
            os_tail: [0; 8],
            processors: self.processors,
            memory: self.memory,
            header_size: HEADER_SIZE,
            hosts_offset: 0,
        }
    }
}

/// UTF-16LE, cut so that a NUL stays at the end. A surrogate pair is not cut in two.
fn utf16<const N: usize>(text: &str) -> [u8; N] {
    let mut out = [0; N];
    let mut at = 0;
    for c in text.chars() {
        let mut units = [0; 2];
        for unit in c.encode_utf16(&mut units) {
            if let Some(place) = out.get_mut(at..at + 2) {
                place.copy_from_slice(&unit.to_le_bytes());
            }
            at += 2;
        }
        if at + 2 > N {
            // This character took the place of the NUL.
            let start = at - 2 * c.len_utf16();
            out.iter_mut().skip(start).for_each(|b| *b = 0);
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_to_their_field() {
        let name = |computer_name| {
            Machine { computer_name, ..Machine::default() }.header().computer_name().to_string()
        };
        assert_eq!(name("DESKTOP-6PCIALL"), "DESKTOP-6PCIALL");
        assert_eq!(name("DESKTOP-6PCIALLX"), "DESKTOP-6PCIALL");
        assert_eq!(name("DESKTOP-6PCIAL𝄞X"), "DESKTOP-6PCIAL");
        assert_eq!(name("𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞𝄞"), "𝄞𝄞𝄞𝄞𝄞𝄞𝄞");
        assert_eq!(name(""), "");
    }
}
