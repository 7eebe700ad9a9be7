//! How large the traces grow, and how large they may grow without filling the system volume.

use serde::{Deserialize, Serialize};

use super::{BUFFER_KB, FLUSH_SECONDS, NO_PER_PROCESSOR_BUFFERING, Session};

/// Bytes in the unit of `MaxFileSize`.
pub const MB: u64 = 1 << 20;
/// What stays free on the system volume, bytes. The update needs room too, and a full volume is a failure of its own.
pub const RESERVE_BYTES: u64 = 3 << 30;
/// Estimated size of one Process Monitor boot log with its conversion, bytes: six million events of about 170 bytes
/// each in the .pmb, and as much again for the .pml.
pub const BOOT_LOG_BYTES: u64 = 2 << 30;
/// The least share of a session's limit that is worth arming with, percent: half of the estimated size of a boot.
pub const LEAST_PERCENT: u64 = 15;

/// Disk and memory that a plan takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Space {
    /// What the traces will probably take, bytes.
    pub expected_bytes: u64,
    /// What they take at most by their limits; Process Monitor's boot log has none and counts as estimated.
    pub at_most_bytes: u64,
    /// Memory for buffers at least and at most, bytes, while sessions run.
    pub memory_bytes: (u64, u64),
    /// Share of each session's full limit that this volume has room for, percent.
    pub percent: u64,
    /// What the sessions write in an hour in which almost nothing happens, bytes; `None` where the CPUs are not known.
    pub idle_bytes_an_hour: Option<u64>,
}

/// How many trace files a plan may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Files {
    /// Files that will probably be there.
    pub expected: u32,
    /// Files that may be there: every number that the counter reaches, and the one from before the restart.
    pub at_most: u32,
}

/// What a session writes in a second in which almost nothing happens, bytes: one buffer for each CPU at each tick.
#[must_use]
pub fn idle_bytes_a_second(session: &Session, cpus: u32) -> u64 {
    let buffers = if session.flags & NO_PER_PROCESSOR_BUFFERING == 0 { u64::from(cpus.max(1)) } else { 1 };
    buffers * u64::from(BUFFER_KB) * 1024 / u64::from(FLUSH_SECONDS)
}

/// The limit of a session's file at a share of its full one, MB.
#[must_use]
pub fn limit_mb(session: &Session, percent: u64) -> u32 {
    u32::try_from(u64::from(session.max_file_mb) * percent / 100).unwrap_or(session.max_file_mb)
}

/// Fits `sessions` into `free` bytes, where that is known. `boot_log` says whether Process Monitor logs too.
pub fn fit<'s>(
    sessions: impl Iterator<Item = &'s Session> + Clone,
    files: Files,
    boot_log: bool,
    free: Option<u64>,
    cpus: Option<u32>,
) -> Space {
    let beside = if boot_log { BOOT_LOG_BYTES } else { 0 };
    let count = u64::from(files.at_most);
    let full: u64 = sessions.clone().map(|s| count * u64::from(s.max_file_mb) * MB).sum();
    let room = free.map_or(full, |free| free.saturating_sub(RESERVE_BYTES + beside));
    let percent = (u128::from(room) * 100).checked_div(u128::from(full)).unwrap_or_default();
    let percent = u64::try_from(percent).unwrap_or(100).clamp(LEAST_PERCENT, 100);
    let mut space = Space {
        expected_bytes: beside,
        at_most_bytes: beside,
        percent,
        idle_bytes_an_hour: cpus
            .map(|cpus| sessions.clone().map(|s| idle_bytes_a_second(s, cpus) * 3600).sum()),
        ..Space::default()
    };
    for session in sessions {
        let limit = limit_mb(session, percent);
        space.expected_bytes += u64::from(files.expected) * u64::from(session.expected_mb.min(limit)) * MB;
        space.at_most_bytes += count * u64::from(limit) * MB;
        let (least, most) = session.buffers();
        space.memory_bytes = (space.memory_bytes.0 + least, space.memory_bytes.1 + most);
    }
    space
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::{KERNEL, STANDARD};

    const FILES: Files = Files { expected: 2, at_most: 6 };

    #[test]
    fn limits_shrink_with_the_volume_and_never_reach_the_reserve() {
        for free_gb in 7..200 {
            let free = free_gb << 30;
            let space = fit(STANDARD.iter(), FILES, false, Some(free), Some(8));
            assert!(space.at_most_bytes + RESERVE_BYTES <= free, "{free_gb} GB free: {space:?}");
        }
        assert_eq!(fit(STANDARD.iter(), FILES, false, None, None).percent, 100);
        assert_eq!(fit(STANDARD.iter(), FILES, false, Some(0), None).percent, LEAST_PERCENT);
    }

    #[test]
    fn the_least_limit_still_holds_half_of_a_boot() {
        for session in STANDARD.iter().chain([&KERNEL]) {
            assert!(limit_mb(session, LEAST_PERCENT) >= session.expected_mb / 2, "{}", session.name);
        }
    }

    #[test]
    fn an_idle_hour_is_small_even_on_many_cpus() {
        let file = Session::named("bootrace-file").unwrap();
        assert_eq!(idle_bytes_a_second(file, 4), 4 * 65_536 / 30);
        assert!(idle_bytes_a_second(file, 64) < MB / 7);
        let frame = Session::named("bootrace-frame").unwrap();
        assert_eq!(idle_bytes_a_second(frame, 1), idle_bytes_a_second(frame, 64), "one buffer for all CPUs");
    }
}
