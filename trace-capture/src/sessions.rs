//! The ETW sessions and their providers, as tables: what is switched on, and why.
//!
//! Provider GUIDs and keyword masks are those of the Windows 10 17134 manifests; event layouts were compared with
//! Windows 11 28000. Sizes are estimates (see `docs/CAPTURE.md`), not measurements.
//!
//! There is a session for each kind of load, not one for all: when the file or the registry session loses events or
//! fills its file, the few events of the frame (which phase, which service, which package) are still whole.

use crate::tree::{Data, Tree};

/// `EVENT_TRACE_FILE_MODE_SEQUENTIAL` (evntrace.h). Not circular: the failure may lie in the first seconds of the boot.
pub const FILE_MODE_SEQUENTIAL: u32 = 0x1;
/// `EVENT_TRACE_SYSTEM_LOGGER_MODE` (evntrace.h), Windows 8 and later.
pub const SYSTEM_LOGGER_MODE: u32 = 0x0200_0000;
/// `FileMax` is at most this: ETW starts again at 1 beyond it (documentation of AutoLogger sessions).
pub const FILE_MAX: u32 = 16;
/// Where AutoLogger sessions are configured, below `HKLM`.
pub const AUTOLOGGER: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\WMI\Autologger";

/// A provider in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its name.
    pub name: &'static str,
    /// Its GUID, in braces.
    pub guid: &'static str,
    /// `MatchAnyKeyword`; 0 is everything.
    pub keywords: u64,
    /// `EnableLevel`: 4 informational, 5 verbose.
    pub level: u8,
    /// What it is for.
    pub why: &'static str,
}

/// A session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its name, also the registry key's and the trace file's.
    pub name: &'static str,
    /// Its GUID, in braces.
    pub guid: &'static str,
    /// `LogFileMode`.
    pub mode: u32,
    /// `EnableKernelFlags`: the first 32 bits of the group mask; 0 in all but the system logger.
    pub kernel_flags: u32,
    /// `BufferSize` in KB.
    pub buffer_kb: u32,
    /// `MinimumBuffers`: there from the start, so that early boot, before files can be written, fits.
    pub min_buffers: u32,
    /// `MaximumBuffers`.
    pub max_buffers: u32,
    /// Estimated size of one boot's file, MB.
    pub expected_mb: u32,
    /// `MaxFileSize`, MB: the session closes when its file reaches it.
    pub max_file_mb: u32,
    /// What it is for.
    pub why: &'static str,
    /// Its providers.
    pub providers: &'static [Provider],
}

const PROCESS: Provider = Provider {
    name: "Microsoft-Windows-Kernel-Process",
    guid: "{22fb2cd6-0e7b-422b-a0c7-2fad1fd0e716}",
    keywords: 0x10,
    level: 4,
    why: "PROCESS: which program a process ID is (poqexec, TiWorker, drvinst), its parent and its exit code",
};

/// What every capture records.
pub const STANDARD: &[Session] = &[
    Session {
        name: "bootrace-frame",
        guid: "{5d1c2a7e-3b64-4f0a-9d2e-6a1f0c8b7e01}",
        mode: FILE_MODE_SEQUENTIAL,
        kernel_flags: 0,
        buffer_kb: 64,
        min_buffers: 32,
        max_buffers: 128,
        expected_mb: 30,
        max_file_mb: 256,
        why: "the frame: phases, processes, services, packages, drivers",
        providers: &[
            Provider {
                name: "Microsoft-Windows-Subsys-SMSS",
                guid: "{43e63da5-41d1-4fbf-aded-1bbed98fdd1d}",
                keywords: 0,
                level: 5,
                why: "brackets SetupExecute (poqexec) and the pending file renames; each FileRename is verbose",
            },
            Provider {
                name: "Microsoft-Windows-Kernel-Process",
                guid: PROCESS.guid,
                keywords: 0x50,
                level: 4,
                why: "PROCESS and IMAGE: process life, and which DLL was loaded where (an injected one breaks poqexec)",
            },
            Provider {
                name: "Microsoft-Windows-Services",
                guid: "{0063715b-eeda-4007-9429-ad526f62696e}",
                keywords: 0,
                level: 4,
                why: "state of each service over time: an installer that waits for a service that never starts",
            },
            Provider {
                name: "Service Control Manager",
                guid: "{555908d1-a6d7-4695-8e1e-26931d2012f4}",
                keywords: 0,
                level: 4,
                why: "service failures 7000 to 7045 on the trace's own clock",
            },
            Provider {
                name: "Microsoft-Windows-Servicing",
                guid: "{bd12f3b8-fc40-4a61-a307-b7a013a069c1}",
                keywords: 0,
                level: 5,
                why: "package states and the trail of advanced installers (event 71)",
            },
            Provider {
                name: "Microsoft-Windows-AppXDeployment-Server",
                guid: "{3f471139-acb7-4a01-b7a7-ff5da4ba2d43}",
                keywords: 0,
                level: 4,
                why: "results of app deployments (400, 401, 404)",
            },
            Provider {
                name: "Microsoft-Windows-AppReadiness",
                guid: "{f0be35f8-237b-4814-86b5-ade51192e503}",
                keywords: 0,
                level: 4,
                why: "first-logon app work and its errors",
            },
            Provider {
                name: "Microsoft-Windows-Kernel-PnP",
                guid: "{9c205a39-1250-487d-abd7-e831c6290539}",
                keywords: 0,
                level: 4,
                why: "drivers loaded and devices configured, with NTSTATUS",
            },
            Provider {
                name: "Microsoft-Windows-UserPnp",
                guid: "{96f4a050-7e31-453c-88be-9634f4e02139}",
                keywords: 0,
                level: 4,
                why: "driver installation by drvinst and SetupAPI",
            },
            Provider {
                name: "Microsoft-Windows-Kernel-Boot",
                guid: "{15ca44ff-4d7a-4baa-bba5-0998955e531e}",
                keywords: 0,
                level: 4,
                why: "what kind of boot it was",
            },
            Provider {
                name: "Microsoft-Windows-Wininit",
                guid: "{206f6dea-d3c5-4d10-bc72-989f03c8b84b}",
                keywords: 0,
                level: 4,
                why: "start and shutdown of the session host",
            },
            Provider {
                name: "Microsoft-Windows-Winlogon",
                guid: "{dbe9b383-7cf3-4331-91cc-a3cb16a3b538}",
                keywords: 0,
                level: 4,
                why: "notifications to TrustedInstaller, logon, logoff",
            },
            Provider {
                name: "Microsoft-Windows-Kernel-General",
                guid: "{a68ca8b7-004f-d7b6-a698-07e2de0f1f5d}",
                keywords: 0,
                level: 4,
                why: "boot, shutdown, hive and clock changes: time stamps that jump",
            },
            Provider {
                name: "Microsoft-Windows-Kernel-EventTracing",
                guid: "{b675ec37-bdb6-4648-bc92-f3fdc74d3ca2}",
                keywords: 0,
                level: 4,
                why: "events lost, files full, sessions that could not start",
            },
        ],
    },
    Session {
        name: "bootrace-file",
        guid: "{5d1c2a7e-3b64-4f0a-9d2e-6a1f0c8b7e02}",
        mode: FILE_MODE_SEQUENTIAL,
        kernel_flags: 0,
        buffer_kb: 256,
        min_buffers: 64,
        max_buffers: 256,
        expected_mb: 300,
        max_file_mb: 1536,
        why: "file operations with their results",
        providers: &[
            Provider {
                name: "Microsoft-Windows-Kernel-File",
                guid: "{edd08927-9cc4-4e65-b970-c2560fb5c289}",
                keywords: 0x1CD0,
                level: 4,
                why: "FILENAME, CREATE, CREATE_NEW_FILE, DELETE_PATH, RENAME_SETLINK_PATH, and OP_END for the NTSTATUS; \
                      not FILEIO, which would add every read and write",
            },
            PROCESS,
        ],
    },
    Session {
        name: "bootrace-registry",
        guid: "{5d1c2a7e-3b64-4f0a-9d2e-6a1f0c8b7e03}",
        mode: FILE_MODE_SEQUENTIAL,
        kernel_flags: 0,
        buffer_kb: 256,
        min_buffers: 64,
        max_buffers: 256,
        expected_mb: 350,
        max_file_mb: 1536,
        why: "registry operations with their results",
        providers: &[
            Provider {
                name: "Microsoft-Windows-Kernel-Registry",
                guid: "{70eb4f03-c1de-4f73-a051-33d13d5413bd}",
                keywords: 0x7344,
                level: 4,
                why: "SetSecurity, SetInformation, SetValue, DeleteValue, CreateKey, OpenKey, DeleteKey with NTSTATUS; \
                      not the queries and enumerations, which are most of the volume and change nothing",
            },
            PROCESS,
        ],
    },
];

/// What `--kernel` adds: classic kernel events, whose registry events name the key by handle and carry the status.
pub const KERNEL: Session = Session {
    name: "bootrace-kernel",
    guid: "{5d1c2a7e-3b64-4f0a-9d2e-6a1f0c8b7e04}",
    mode: FILE_MODE_SEQUENTIAL | SYSTEM_LOGGER_MODE,
    // PROCESS, THREAD, IMAGE_LOAD, DISK_FILE_IO, REGISTRY, FILE_IO, FILE_IO_INIT (EVENT_TRACE_FLAG_*, evntrace.h)
    kernel_flags: 0x1 | 0x2 | 0x4 | 0x200 | 0x2_0000 | 0x0200_0000 | 0x0400_0000,
    buffer_kb: 512,
    min_buffers: 64,
    max_buffers: 256,
    expected_mb: 1200,
    max_file_mb: 4096,
    why: "every file, registry, process and image operation of the kernel, for what the manifest providers leave out",
    providers: &[],
};

impl Session {
    /// The session of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        STANDARD.iter().chain([&KERNEL]).find(|s| s.name == name)
    }

    /// Its registry key.
    pub fn key(&self) -> String {
        format!(r"{AUTOLOGGER}\{}", self.name)
    }

    /// The largest and the smallest memory its buffers take, bytes: `(minimum, maximum)`.
    pub fn buffers(&self) -> (u64, u64) {
        let size = u64::from(self.buffer_kb) * 1024;
        (size * u64::from(self.min_buffers), size * u64::from(self.max_buffers))
    }

    /// The contents of its AutoLogger key: `file` is the trace file, `files` how many boots keep theirs.
    ///
    /// `Start` stands last, so that a key that was written in part starts nothing.
    pub fn tree(&self, file: &str, files: u32) -> Tree {
        let mut values = vec![
            ("Guid".to_owned(), Data::text(self.guid)),
            ("FileName".to_owned(), Data::text(file)),
            ("LogFileMode".to_owned(), Data::dword(self.mode)),
            ("ClockType".to_owned(), Data::dword(1)),
            ("BufferSize".to_owned(), Data::dword(self.buffer_kb)),
            ("MinimumBuffers".to_owned(), Data::dword(self.min_buffers)),
            ("MaximumBuffers".to_owned(), Data::dword(self.max_buffers)),
            ("FlushTimer".to_owned(), Data::dword(1)),
            ("MaxFileSize".to_owned(), Data::dword(self.max_file_mb)),
            ("FileMax".to_owned(), Data::dword(files.min(FILE_MAX))),
        ];
        if self.kernel_flags != 0 {
            // A group mask of eight 32-bit words (PERFINFO_GROUPMASK), of which the first holds EVENT_TRACE_FLAG_*.
            let mut mask = self.kernel_flags.to_le_bytes().to_vec();
            mask.resize(32, 0);
            values.push(("EnableKernelFlags".to_owned(), Data::binary(mask)));
        }
        values.push(("Start".to_owned(), Data::dword(1)));
        let keys = self.providers.iter().map(|p| (p.guid.to_owned(), p.tree())).collect();
        Tree { values, keys }
    }
}

impl Provider {
    fn tree(&self) -> Tree {
        Tree {
            values: vec![
                ("Enabled".to_owned(), Data::dword(1)),
                ("EnableLevel".to_owned(), Data::dword(u32::from(self.level))),
                ("MatchAnyKeyword".to_owned(), Data::qword(self.keywords)),
            ],
            keys: vec![],
        }
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
            assert_eq!(Session::named(session.name), Some(*session));
            assert!(session.expected_mb < session.max_file_mb);
            for guid in session.providers.iter().map(|p| p.guid).chain([session.guid]) {
                assert_eq!(guid.len(), 38);
                let parts: Vec<_> = guid.trim_matches(['{', '}']).split('-').map(str::len).collect();
                assert_eq!(parts, [8, 4, 4, 4, 12], "{guid}");
                assert!(guid.chars().all(|c| c.is_ascii_hexdigit() || "{}-".contains(c)), "{guid}");
            }
        }
    }

    #[test]
    fn start_is_written_last_and_the_group_mask_has_eight_words() {
        let tree = KERNEL.tree("x", 99);
        assert_eq!(tree.values.last().map(|(n, d)| (n.as_str(), d.as_dword())), Some(("Start", Some(1))));
        assert_eq!(tree.value("EnableKernelFlags").map(|d| d.bytes.len()), Some(32));
        assert_eq!(tree.value("FileMax").and_then(Data::as_dword), Some(FILE_MAX));
    }
}
