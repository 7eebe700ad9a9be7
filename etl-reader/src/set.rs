//! Log files that belong together.

use std::io;
use std::path::{Path, PathBuf};

use crate::clock::ClockType;
use crate::file::EtlFile;

/// The files of an autologger that keeps several: `name.etl`, `name.etl.001`, `name.etl.002` … in this order,
/// given any one of them. Windows makes a new one at each boot until the allowed number is reached, so the
/// numbers are not the order of time: see [`boots`].
///
/// # Errors
/// The folder cannot be read.
pub fn set_members(path: &Path) -> io::Result<Vec<PathBuf>> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return Ok(vec![path.to_owned()]);
    };
    let base = match name.rsplit_once('.') {
        Some((base, number)) if is_number(number) => base,
        _ => name,
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut members = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(base)) else { continue };
        if rest.is_empty() || rest.strip_prefix('.').is_some_and(is_number) {
            members.push(path.with_file_name(entry.file_name()));
        }
    }
    members.sort();
    Ok(members)
}

fn is_number(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Sessions whose counters began within this are of one boot. The system time may be set between the starts of
/// two sessions, which moves the moment they work out; two boots are longer apart than a machine takes to start.
const SAME_BOOT: i64 = 10 * 10_000_000;

/// Groups files by the boot they are of, in the order of time: places in `files`. Inferred from the moment the
/// performance counter was zero, because the recorded boot time is coarse; from the recorded one for files with
/// another clock.
pub fn boots(files: &[&EtlFile<'_>]) -> Vec<Vec<usize>> {
    let mut zeros: Vec<(i64, i64, usize)> = files
        .iter()
        .enumerate()
        .map(|(place, file)| {
            let header = file.header();
            let zero = match header.clock_type {
                ClockType::QueryPerformanceCounter => file.clock().filetime(crate::Ticks(0)),
                _ => header.boot_time,
            };
            (zero.0, header.start_time.0, place)
        })
        .collect();
    zeros.sort_unstable();
    let groups = zeros.chunk_by(|a, b| b.0.saturating_sub(a.0) <= SAME_BOOT);
    groups
        .map(|group| {
            let mut places: Vec<_> = group.iter().map(|&(_, start, place)| (start, place)).collect();
            places.sort_unstable();
            places.into_iter().map(|(_, place)| place).collect()
        })
        .collect()
}
