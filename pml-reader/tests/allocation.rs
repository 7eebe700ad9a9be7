//! No number in a log, however large, makes the reader ask for more memory than the log itself takes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![allow(clippy::cast_possible_truncation, reason = "tests put small numbers into narrow fields")]
#![allow(unsafe_code, reason = "an allocator that counts is unsafe to declare")]

#[path = "suite/common/made.rs"]
mod made;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering},
};

use made::{Numbers, logs, walk};
use pml_reader::PmlFile;

/// The system's allocator, which remembers the largest request.
struct Largest;

static LARGEST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every request goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Largest {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LARGEST.fetch_max(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        LARGEST.fetch_max(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        LARGEST.fetch_max(size, Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.realloc(block, layout, size) }
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Largest = Largest;

/// What small tables may take in addition to the file. The map from process indexes is 4 bytes for each index up to
/// 4096.
const BESIDE: usize = 32 << 10;

/// The only test here: another one would allocate at the same time.
#[test]
fn no_allocation_is_larger_than_the_log() {
    let mut numbers = Numbers(0x5DEE_CE66_D1CE_4E5B);
    for log in logs(12) {
        for _ in 0..400 {
            let mut changed = log.clone();
            // Numbers that are large enough to hurt, where a count or a size may stand.
            let at = numbers.below(log.len() - 4);
            let value = [u32::MAX, 0x7FFF_FFFF, 0x00FF_FFFF, 0x10_0000][numbers.below(4)];
            changed[at..at + 4].copy_from_slice(&value.to_le_bytes());
            LARGEST.store(0, Ordering::Relaxed);
            if let Ok(file) = PmlFile::from_vec(changed) {
                walk(&file, 0..file.len());
            }
            let largest = LARGEST.load(Ordering::Relaxed);
            assert!(
                largest <= log.len() + BESIDE,
                "{largest} bytes for a log of {} with 0x{value:x} at 0x{at:x}",
                log.len()
            );
        }
    }
    // The allocator does see what is asked for.
    LARGEST.store(0, Ordering::Relaxed);
    std::hint::black_box(Vec::<u8>::with_capacity(1 << 20));
    assert!(LARGEST.load(Ordering::Relaxed) >= 1 << 20);
}
