//! Unix: a resource limit. Files that are mapped for reading do not count on Linux.

use std::io;

use rlimit::Resource;

/// Linux counts what is allocated. Other systems count so only the heap of old, so there the whole address space is bound.
const BOUND: Resource = if cfg!(target_os = "linux") { Resource::DATA } else { Resource::AS };

/// Bounds the memory of this process. An allocation beyond it fails, which ends the process.
pub(crate) fn bound_memory(bytes: u64) -> io::Result<()> {
    let (_, hard) = BOUND.get()?;
    BOUND.set(bytes.min(hard), hard)
}
