//! Finds and unpacks the real data that some tests compare with.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

/// The folder of the data: what BOOTRACE_DATA names, or `../shared/data` beside the workspace.
fn folder() -> PathBuf {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    env::var_os("BOOTRACE_DATA").map_or_else(beside, PathBuf::from)
}

/// The text of a file named from that folder, or `None`, said aloud, where it is absent.
#[allow(dead_code)] // not every test file uses every helper
pub(crate) fn text(name: &str) -> Option<String> {
    let path = folder().join(name);
    match fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) => {
            eprintln!("SKIPPED: {}: {error}", path.display());
            None
        }
    }
}

/// The unpacked bytes of an .xz file of that folder, or `None`, said aloud, where it or `xz` is absent.
#[allow(dead_code)]
pub(crate) fn unpacked(name: &str) -> Option<Vec<u8>> {
    let path = folder().join(name);
    if !path.exists() {
        eprintln!("SKIPPED: {} is absent", path.display());
        return None;
    }
    match Command::new("xz").arg("-dkc").arg(&path).output() {
        Ok(output) if output.status.success() => Some(output.stdout),
        Ok(output) => panic!("xz: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => {
            eprintln!("SKIPPED: xz: {error}");
            None
        }
    }
}

/// The rows of a CSV text with quotes, doubled quotes and line ends in cells.
pub(crate) fn csv(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other => cell.push(other),
        }
    }
    if !row.is_empty() || !cell.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows
}
