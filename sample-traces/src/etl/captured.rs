//! What a session of a capture records of a boot: the events that its masks let through, without what Windows' own
//! tools add. There is no map of volumes. Registry events do not name their key. Processes that ran before have no
//! names.

use anyhow::Result;
use etl_reader::Guid;
use etl_reader::names::{KERNEL_FILE, KERNEL_PROCESS, KERNEL_REGISTRY};
use pml_reader::PmlFile;

use super::{EtlForm, EtlTwin, Tape, record};

/// A provider of a session.
#[derive(Debug, Clone)]
pub struct Mask {
    /// The provider.
    pub provider: Guid,
    /// Its keywords; 0 for all.
    pub keywords: u64,
    /// Ids that a filter leaves out.
    pub leave_out: Vec<u16>,
}

/// Kernel-File's FILEIO, and what it is combined with.
const FILEIO: u64 = 0x20;

/// The keywords of each event that is not FILEIO alone, by the manifests of Windows 10 17134: provider, first and last id,
/// keywords.
const KEYWORDS: &[(Guid, u16, u16, u64)] = &[
    (KERNEL_FILE, 10, 11, 0x10),
    (KERNEL_FILE, 12, 12, FILEIO | 0x80),
    (KERNEL_FILE, 15, 15, FILEIO | 0x100),
    (KERNEL_FILE, 16, 16, FILEIO | 0x200),
    (KERNEL_FILE, 24, 24, FILEIO | 0x40),
    (KERNEL_FILE, 26, 26, 0x400),
    (KERNEL_FILE, 27, 28, 0x800),
    (KERNEL_FILE, 30, 30, 0x1000),
    (KERNEL_FILE, 13, 34, FILEIO),
    (KERNEL_REGISTRY, 1, 1, 0x1000),
    (KERNEL_REGISTRY, 2, 2, 0x2000),
    (KERNEL_REGISTRY, 3, 3, 0x4000),
    (KERNEL_REGISTRY, 4, 4, 0x8000),
    (KERNEL_REGISTRY, 5, 5, 0x100),
    (KERNEL_REGISTRY, 6, 6, 0x200),
    (KERNEL_REGISTRY, 7, 7, 0x400),
    (KERNEL_REGISTRY, 8, 8, 0x800),
    (KERNEL_REGISTRY, 9, 9, 0x10),
    (KERNEL_REGISTRY, 10, 10, 0x20),
    (KERNEL_REGISTRY, 11, 11, 0x40),
    (KERNEL_REGISTRY, 12, 12, 0x80),
    (KERNEL_REGISTRY, 13, 13, 0x1),
    (KERNEL_REGISTRY, 14, 14, 0x2),
    (KERNEL_REGISTRY, 15, 15, 0x4),
    (KERNEL_PROCESS, 1, 2, 0x10),
    (KERNEL_PROCESS, 3, 4, 0x20),
    (KERNEL_PROCESS, 5, 6, 0x40),
    (KERNEL_PROCESS, 15, 15, 0x10),
];

impl Mask {
    /// Whether an event comes through.
    pub(super) fn records(&self, provider: Guid, id: u16) -> bool {
        let of_event =
            KEYWORDS.iter().find(|(p, first, last, _)| *p == provider && (*first..=*last).contains(&id));
        let keywords = of_event.map_or(0, |(.., keywords)| *keywords);
        self.provider == provider
            && (self.keywords == 0 || keywords & self.keywords != 0)
            && !self.leave_out.contains(&id)
    }
}

/// Writes the file of a session with these providers.
///
/// # Errors
/// A text that no event can hold.
pub fn captured(file: &PmlFile, masks: Vec<Mask>) -> Result<EtlTwin> {
    record(file, Tape { masks: Some(masks), ..Tape::new(file, EtlForm::Manifest) })
}
