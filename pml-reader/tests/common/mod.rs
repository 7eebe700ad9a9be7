//! Finds and unpacks the real logs that the tests are held against.

use std::{path::PathBuf, process::Command};

/// Bytes of a file of the data folder (`BOOTRACE_DATA`, else `../shared/data` beside the project), unpacked where it
/// is an `.xz`. `None`, with a loud word, where it is absent.
pub(crate) fn data(name: &str) -> Option<Vec<u8>> {
    let folder = std::env::var_os("BOOTRACE_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from);
    let plain = folder.join(name);
    if let Ok(bytes) = std::fs::read(&plain) {
        return Some(bytes);
    }
    let packed = folder.join(format!("{name}.xz"));
    if !packed.exists() {
        eprintln!(
            "SKIPPED: {name} is not in {} (set BOOTRACE_DATA to the folder of real traces)",
            folder.display()
        );
        return None;
    }
    match Command::new("xz").arg("-dkc").arg(&packed).output() {
        Ok(out) if out.status.success() => Some(out.stdout),
        _ => {
            eprintln!("SKIPPED: {name} needs the program xz to be unpacked");
            None
        }
    }
}
