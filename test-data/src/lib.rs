//! What tests need and the project does not hold: real traces and logs, and other programs.
//!
//! A test that lacks something says so and passes. It is recorded, and the last line of `cargo test` counts those tests. With
//! `BOOTRACE_REQUIRE_DATA=1` such a test fails.
#![forbid(unsafe_code)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The folder of real traces and logs: what `BOOTRACE_DATA` names, else `../shared/data` beside the project.
pub fn folder() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    std::env::var_os("BOOTRACE_DATA").map_or_else(beside, PathBuf::from)
}

/// A file of the folder, unpacked where it is packed by `xz`. `None` where it cannot be had; the test is recorded.
#[must_use]
pub fn bytes(name: &str) -> Option<Vec<u8>> {
    let (plain, packed) = (folder().join(name), folder().join(format!("{name}.xz")));
    let found = fs::read(&plain).ok().or_else(|| unpacked(&packed));
    record(name, found.is_some(), || {
        let folder = folder();
        format!("{name} is not in {}, or xz is missing (set BOOTRACE_DATA)", folder.display())
    });
    found
}

/// A text of the folder. `None` where it cannot be had; the test is recorded.
#[must_use]
pub fn text(name: &str) -> Option<String> {
    bytes(name).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn unpacked(packed: &Path) -> Option<Vec<u8>> {
    let out = Command::new("xz").arg("-dkc").arg(packed).stderr(Stdio::null()).output().ok()?;
    out.status.success().then_some(out.stdout)
}

/// Whether a program can be started with these arguments and ends well. Where not, the test is recorded.
#[must_use]
pub fn program(name: &str, arguments: &[&str]) -> bool {
    let found = Command::new(name).args(arguments).output().is_ok_and(|out| out.status.success());
    record(name, found, || format!("the program {name} is not installed"));
    found
}

/// The program that runs Python.
pub const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };

/// Whether Python has this module. Where not, the test is recorded.
#[must_use]
pub fn python_module(module: &str) -> bool {
    let found = Command::new(PYTHON)
        .args(["-c", &format!("import {module}")])
        .output()
        .is_ok_and(|out| out.status.success());
    record(module, found, || format!("Python's {module} is not installed (pip install -r .ci/python.txt)"));
    found
}

/// How many scenarios a test that takes long goes on by: three, and one where `BOOTRACE_ALL_SCENARIOS` is 1, as in CI.
#[must_use]
pub fn stride() -> usize {
    if std::env::var_os("BOOTRACE_ALL_SCENARIOS").is_some_and(|v| v == "1") { 1 } else { 3 }
}

/// Records that this test did not run for lack of `what`, or that it did.
///
/// # Panics
/// Where `BOOTRACE_REQUIRE_DATA` is 1 and it was not found.
pub fn record(what: &str, found: bool, why: impl FnOnce() -> String) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("main");
    let file: String = format!("{test} {what}")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' })
        .collect();
    let Some(folder) = records() else { return };
    let file = folder.join(file);
    if found {
        // There is a record only where it was missing before.
        let _ = fs::remove_file(file);
        return;
    }
    let why = why();
    assert!(std::env::var_os("BOOTRACE_REQUIRE_DATA").is_none_or(|v| v != "1"), "{test} did not run: {why}");
    eprintln!("SKIPPED: {why}");
    let _ = fs::create_dir_all(&folder);
    let _ = fs::write(file, format!("{test}: {why}\n"));
}

/// Where the records lie: beside the built tests.
fn records() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    Some(program.ancestors().find(|p| p.ends_with("deps"))?.with_file_name("tests-not-run"))
}

/// The tests that did not run, each with what it lacks.
#[must_use]
pub fn not_run() -> Vec<String> {
    let entries = records().and_then(|folder| fs::read_dir(folder).ok());
    let mut lines: Vec<String> = entries
        .into_iter()
        .flatten()
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path()).ok())
        .map(|line| line.trim_end().to_owned())
        .collect();
    lines.sort();
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_recorded_until_it_is_there() {
        let what = "a thing that only this test asks for";
        let count = || not_run().iter().filter(|line| line.contains(what)).count();
        if std::env::var_os("BOOTRACE_REQUIRE_DATA").is_none() {
            record(what, false, || what.to_owned());
            assert_eq!(count(), 1);
        }
        record(what, true, || unreachable!());
        assert_eq!(count(), 0);
    }
}
