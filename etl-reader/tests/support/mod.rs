//! Finds and unpacks the real files. They are not part of the project: tests skip, and say so, without them.

use std::path::PathBuf;
use std::process::Command;

/// The files with an independent count, by name.
#[allow(dead_code)]
pub(crate) const FILES: [&str; 7] = [
    "Process-7600.etl",
    "SelfDescribingSingleEvent-22000-compressed.etl",
    "ShutdownPerfDiagLogger-18362.etl",
    "WindowsUpdate-22631.etl",
    "diaghub.kernel.1-19041.etl",
    "net.4.5.2.x64-9200-compressed.etl",
    "process_data_32_v3-7600.etl",
];

fn folder() -> PathBuf {
    let data = std::env::var_os("BOOTRACE_DATA")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"));
    data.join("etl")
}

/// The bytes of a file of the data folder, or nothing after saying that the test is skipped.
pub(crate) fn bytes(name: &str) -> Option<Vec<u8>> {
    let path = folder().join(name);
    if let Ok(bytes) = std::fs::read(&path) {
        return Some(bytes);
    }
    let packed = folder().join(format!("{name}.xz"));
    if !packed.exists() {
        eprintln!("SKIPPED: no {name} in the data folder");
        return None;
    }
    match Command::new("xz").arg("-dkc").arg(&packed).output() {
        Ok(output) if output.status.success() => Some(output.stdout),
        _ => {
            eprintln!("SKIPPED: xz cannot unpack {name}");
            None
        }
    }
}

/// A JSON file of the data folder.
#[allow(dead_code)]
pub(crate) fn json(name: &str) -> Option<serde_json::Value> {
    Some(serde_json::from_slice(&bytes(name)?).expect("the data folder holds valid JSON"))
}
