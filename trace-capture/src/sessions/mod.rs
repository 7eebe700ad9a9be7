//! ETW sessions as data: what they record, how large they may grow, and the registry key that starts them at boot.
//!
//! Provider GUIDs and keyword masks are those of the Windows 10 17134 manifests; event layouts were compared with
//! Windows 11 28000. Sizes are estimates (see `docs/CAPTURE.md`), not measurements.

pub mod size;
mod table;

use crate::messages::Text;
use crate::tree::{Data, Tree};

pub use table::{KERNEL, PROCESS, STANDARD};

/// `EVENT_TRACE_FILE_MODE_SEQUENTIAL` (evntrace.h): a full file ends the session. For a boot, whose first seconds count.
pub const FILE_MODE_SEQUENTIAL: u32 = 0x1;
/// `EVENT_TRACE_FILE_MODE_CIRCULAR` (evntrace.h): new events replace the oldest. For the hours before the restart, whose
/// last seconds count.
pub const FILE_MODE_CIRCULAR: u32 = 0x2;
/// `EVENT_TRACE_NO_PER_PROCESSOR_BUFFERING` (evntrace.h): one buffer at a time for all CPUs, for sessions with few events.
pub const NO_PER_PROCESSOR_BUFFERING: u32 = 0x1000_0000;
/// `EVENT_TRACE_SYSTEM_LOGGER_MODE` (evntrace.h), Windows 8 and later.
pub const SYSTEM_LOGGER_MODE: u32 = 0x0200_0000;
/// `BufferSize` of every session, KB. Each tick of `FlushTimer` writes one whole buffer for each CPU.
pub const BUFFER_KB: u32 = 64;
/// `FlushTimer` of every session, seconds. A full buffer is written at once, whatever this says.
pub const FLUSH_SECONDS: u32 = 30;
/// `ClockType`: the performance counter.
pub const CLOCK_PERFORMANCE_COUNTER: u32 = 1;
/// `FileMax` is at most this: ETW starts again at 1 beyond it.
pub const FILE_MAX: u32 = 16;
/// `FileMax` is at least this: a failing update restarts more often than planned, and the first boot is the one that counts.
pub const FILE_LEAST: u32 = 5;
/// Where AutoLogger sessions are configured.
pub const AUTOLOGGER: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\WMI\Autologger";
/// Bytes of `EnableKernelFlags`: eight 32-bit words (PERFINFO_GROUPMASK), of which the first holds EVENT_TRACE_FLAG_*.
const GROUP_MASK_BYTES: usize = 32;

/// A provider in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its name.
    pub name: &'static str,
    /// Its GUID, in braces.
    pub guid: &'static str,
    /// `MatchAnyKeyword`; 0 is everything.
    pub keywords: u64,
    /// Ids of events that its keywords bring and that are not wanted.
    pub leave_out: &'static [u16],
    /// `EnableLevel`: 4 informational, 5 verbose.
    pub level: u8,
    /// What it is for.
    pub why: Text,
}

/// A session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its name, also the registry key's and the trace file's.
    pub name: &'static str,
    /// Its GUID, in braces.
    pub guid: &'static str,
    /// `LogFileMode` without the file mode.
    pub flags: u32,
    /// `EnableKernelFlags`: the first 32 bits of the group mask; 0 in all but the system logger.
    pub kernel_flags: u32,
    /// `MinimumBuffers`: there from the start, so that early boot, before files can be written, fits.
    pub min_buffers: u32,
    /// `MaximumBuffers`.
    pub max_buffers: u32,
    /// Estimated size of one boot's file, MB.
    pub expected_mb: u32,
    /// `MaxFileSize` where the volume has room, MB.
    pub max_file_mb: u32,
    /// What it is for.
    pub why: Text,
    /// Its providers.
    pub providers: &'static [Provider],
}

/// How many files of a session are kept: one for each boot, and one more for the boot after the rollback.
#[must_use]
pub fn files(boots: u32) -> u32 {
    boots.saturating_add(1).clamp(FILE_LEAST, FILE_MAX)
}

impl Session {
    /// The session of that name. Names ignore case, as the registry does.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        STANDARD.iter().chain([&KERNEL]).find(|s| s.name.eq_ignore_ascii_case(name))
    }

    /// Its registry key.
    #[must_use]
    pub fn key(&self) -> String {
        format!(r"{AUTOLOGGER}\{}", self.name)
    }

    /// The memory that its buffers take, bytes: `(minimum, maximum)`.
    #[must_use]
    pub fn buffers(&self) -> (u64, u64) {
        let size = u64::from(BUFFER_KB) * 1024;
        (size * u64::from(self.min_buffers), size * u64::from(self.max_buffers))
    }

    /// The contents of its AutoLogger key. `file` is the trace file, `files` how many boots keep theirs.
    ///
    /// `Start` comes last, so that a key that was written in part starts nothing.
    #[must_use]
    pub fn tree(&self, file: &str, files: u32, max_file_mb: u32) -> Tree {
        let mut values = vec![
            ("Guid".to_owned(), Data::text(self.guid)),
            ("FileName".to_owned(), Data::text(file)),
            ("LogFileMode".to_owned(), Data::dword(FILE_MODE_SEQUENTIAL | self.flags)),
            ("ClockType".to_owned(), Data::dword(CLOCK_PERFORMANCE_COUNTER)),
            ("BufferSize".to_owned(), Data::dword(BUFFER_KB)),
            ("MinimumBuffers".to_owned(), Data::dword(self.min_buffers)),
            ("MaximumBuffers".to_owned(), Data::dword(self.max_buffers)),
            ("FlushTimer".to_owned(), Data::dword(FLUSH_SECONDS)),
            ("MaxFileSize".to_owned(), Data::dword(max_file_mb)),
            ("FileMax".to_owned(), Data::dword(files)),
        ];
        if self.kernel_flags != 0 {
            let mut mask = self.kernel_flags.to_le_bytes().to_vec();
            mask.resize(GROUP_MASK_BYTES, 0);
            values.push(("EnableKernelFlags".to_owned(), Data::binary(mask)));
        }
        values.push(("Start".to_owned(), Data::dword(1)));
        let keys = self.providers.iter().map(|p| (p.guid.to_owned(), p.tree())).collect();
        Tree { values, keys }
    }
}

impl Provider {
    fn tree(&self) -> Tree {
        let values = vec![
            ("Enabled".to_owned(), Data::dword(1)),
            ("EnableLevel".to_owned(), Data::dword(u32::from(self.level))),
            ("MatchAnyKeyword".to_owned(), Data::qword(self.keywords)),
        ];
        let keys =
            if self.leave_out.is_empty() { vec![] } else { vec![("Filters".to_owned(), self.filters())] };
        Tree { values, keys }
    }

    /// `EventIdFilterIn` = 0 leaves out the ids; the layout is known from the kernel's reading of it.
    fn filters(&self) -> Tree {
        let ids = self.leave_out.iter().flat_map(|id| id.to_le_bytes()).collect();
        let values = vec![
            ("Enabled".to_owned(), Data::dword(1)),
            ("EventIdFilterIn".to_owned(), Data::dword(0)),
            ("EventIds".to_owned(), Data::binary(ids)),
        ];
        Tree { values, keys: vec![] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_guids_are_unique_and_well_formed() {
        let sessions: Vec<_> = STANDARD.iter().chain([&KERNEL]).collect();
        for (i, session) in sessions.iter().enumerate() {
            assert!(sessions.iter().skip(i + 1).all(|s| s.name != session.name && s.guid != session.guid));
            assert_eq!(Session::named(&session.name.to_uppercase()), Some(*session));
            assert!(session.expected_mb < session.max_file_mb);
        }
    }

    #[test]
    fn start_is_written_last_and_the_group_mask_has_eight_words() {
        let tree = KERNEL.tree("x", files(99), 7);
        assert_eq!(tree.values.last().map(|(n, d)| (n.as_str(), d.as_dword())), Some(("Start", Some(1))));
        assert_eq!(tree.value("EnableKernelFlags").map(|d| d.bytes.len()), Some(GROUP_MASK_BYTES));
        assert_eq!(tree.value("FileMax").and_then(Data::as_dword), Some(FILE_MAX));
        assert_eq!(tree.value("MaxFileSize").and_then(Data::as_dword), Some(7));
    }

    #[test]
    fn five_files_are_kept_even_for_one_boot() {
        assert_eq!([1, 4, 5, 15].map(files), [5, 5, 6, 16]);
    }

    #[test]
    fn reads_and_writes_are_left_out_by_their_ids() {
        let file = Session::named("bootrace-file").unwrap().tree("x", 5, 1);
        let (_, kernel_file) = &file.keys[0];
        assert_eq!(kernel_file.value("MatchAnyKeyword").unwrap().bytes, 0x1CF0u64.to_le_bytes());
        let (name, filters) = &kernel_file.keys[0];
        assert_eq!(
            (name.as_str(), filters.value("EventIdFilterIn").and_then(Data::as_dword)),
            ("Filters", Some(0))
        );
        assert_eq!(filters.value("EventIds").unwrap().bytes, [0x0F, 0, 0x10, 0]);
        assert!(file.keys[1].1.keys.is_empty(), "no other provider has a filter");
    }
}
