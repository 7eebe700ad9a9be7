//! NTSTATUS of the results that scenarios use.

pub(crate) const SUCCESS: u32 = 0;
pub(crate) const NO_MORE_FILES: u32 = 0x8000_0006;
pub(crate) const BUFFER_OVERFLOW: u32 = 0x8000_0005;
pub(crate) const NO_MORE_ENTRIES: u32 = 0x8000_001A;
pub(crate) const FILE_LOCKED_WITH_ONLY_READERS: u32 = 0x12A;
pub(crate) const NO_SUCH_FILE: u32 = 0xC000_000F;
pub(crate) const ACCESS_DENIED: u32 = 0xC000_0022;
pub(crate) const BUFFER_TOO_SMALL: u32 = 0xC000_0023;
pub(crate) const NAME_NOT_FOUND: u32 = 0xC000_0034;
pub(crate) const NAME_COLLISION: u32 = 0xC000_0035;
pub(crate) const PATH_NOT_FOUND: u32 = 0xC000_003A;
pub(crate) const SHARING_VIOLATION: u32 = 0xC000_0043;
pub(crate) const DELETE_PENDING: u32 = 0xC000_0056;
pub(crate) const DISK_FULL: u32 = 0xC000_007F;
pub(crate) const NOT_SAME_DEVICE: u32 = 0xC000_00D4;
pub(crate) const CANNOT_DELETE: u32 = 0xC000_0121;
pub(crate) const KEY_DELETED: u32 = 0xC000_017C;
pub(crate) const REGISTRY_CORRUPT: u32 = 0xC000_014C;
pub(crate) const TRANSACTIONAL_CONFLICT: u32 = 0xC019_0001;
pub(crate) const RM_NOT_ACTIVE: u32 = 0xC019_0005;
pub(crate) const LOG_GROWTH_FAILED: u32 = 0xC019_0019;
pub(crate) const LOG_FULL: u32 = 0xC01A_001D;
pub(crate) const FAST_IO_DISALLOWED: u32 = 0xC01C_0004;
