//! Logs that Process Monitor refuses, as a user gives them to bootrace.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use pml_reader::PmlFile;

fn bootrace(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bootrace")).args(args).env("NO_COLOR", "1").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn json(path: &Path) -> serde_json::Value {
    let out = bootrace(&["report", "-o", "-", "--format", "json", path.to_str().unwrap()]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

fn sample() -> Vec<u8> {
    let path = "sample-traces/samples/driver-queue-access-denied.pml";
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The log as Process Monitor leaves it when the power goes: no tables, no offsets.
fn killed() -> Vec<u8> {
    let mut log = sample();
    let end = PmlFile::from_vec(log.clone()).unwrap().header().offsets_offset;
    log.truncate(usize::try_from(end).unwrap());
    log[0x234..0x238].fill(0);
    log[0x248..0x268].fill(0);
    log[0x3A0..0x3A8].fill(0);
    log
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_log_that_was_not_closed_gives_the_same_verdict_and_says_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (clean, broken) = (
        json(&written(folder.path(), "clean.pml", &sample())),
        json(&written(folder.path(), "broken.pml", &killed())),
    );
    let operation = |report: &serde_json::Value| {
        let o = &report["verdict"]["failing_operation"];
        ["process", "pid", "command_line", "operation", "path", "result", "time", "index"]
            .map(|key| o[key].clone())
    };
    assert_eq!(operation(&broken), operation(&clean));
    assert_eq!(broken["verdict"]["confidence"]["level"], clean["verdict"]["confidence"]["level"]);
    let rows = broken["coverage"].as_array().unwrap();
    let found = |words: &str| rows.iter().any(|row| row["what"]["en"].as_str().unwrap().contains(words));
    assert!(found("was not closed cleanly; its events were found record by record"), "{rows:#?}");
    let shown = bootrace(&["report", folder.path().join("broken.pml").to_str().unwrap(), "--format", "json"]);
    assert!(
        text(&shown.stdout).contains("broken.pml was not closed cleanly: recovered"),
        "{}",
        text(&shown.stdout)
    );
    let chinese = bootrace(&[
        "report",
        folder.path().join("broken.pml").to_str().unwrap(),
        "--format",
        "json",
        "--lang",
        "zh-CN",
    ]);
    assert!(text(&chinese.stdout).contains("broken.pml 未正常关闭：已恢复"), "{}", text(&chinese.stdout));
}

#[test]
fn a_mended_log_is_clean_and_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let broken = written(folder.path(), "broken.pml", &killed());
    let mended = folder.path().join("mended.pml");
    let out = bootrace(&["slice", broken.to_str().unwrap(), "-o", mended.to_str().unwrap()]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert!(text(&out.stderr).contains("was not closed cleanly"), "{}", text(&out.stderr));
    let file = PmlFile::open(&mended).unwrap();
    assert!(file.recovered().is_none() && file.problems().is_empty());
    let events = |path: &Path| {
        let out = bootrace(&["events", path.to_str().unwrap(), "--format", "csv"]);
        assert!(out.status.success());
        text(&out.stdout)
    };
    assert!(events(&mended) == events(&broken), "the rows differ");
}

#[test]
fn a_log_cut_before_the_failure_is_not_called_good() {
    let folder = tempfile::tempdir().unwrap();
    let log = sample();
    for part in [0, 1, 4, 7] {
        let length = 0x3A8 + log.len() * part / 10;
        let report = json(&written(folder.path(), "cut.pml", &log[..length]));
        assert_ne!(report["verdict"]["outcome"], "no_failure", "{part} tenths");
        assert!(report["coverage"].to_string().contains("is cut off"), "{part} tenths");
    }
}

/// The sample as the driver would have written it.
fn raw() -> Vec<u8> {
    sample_traces::pmb::write(&PmlFile::from_vec(sample()).unwrap())
}

#[test]
fn a_raw_boot_log_is_reported_and_says_how_far_its_layout_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let (clean, raw) = (
        json(&written(folder.path(), "clean.pml", &sample())),
        json(&written(folder.path(), "Procmon.pmb", &raw())),
    );
    let operation = |report: &serde_json::Value| {
        let o = &report["verdict"]["failing_operation"];
        ["process", "pid", "command_line", "operation", "path", "result", "time"].map(|key| o[key].clone())
    };
    assert_eq!(operation(&raw), operation(&clean));
    assert_eq!(raw["inputs"][0]["kind"], "pmb");
    assert!(
        raw["coverage"].to_string().contains("was described by others from the driver"),
        "{}",
        raw["coverage"]
    );
    for (lang, words) in [
        ("en", "Procmon.pmb: a raw boot log, whose layout is known from a public description only"),
        ("zh-CN", "Procmon.pmb：原始启动日志，其格式仅见于公开描述"),
    ] {
        let path = folder.path().join("Procmon.pmb");
        let said = bootrace(&["report", path.to_str().unwrap(), "--format", "json", "--lang", lang]);
        // The text wraps.
        let bare = |text: &str| text.replace(char::is_whitespace, "");
        assert!(bare(&text(&said.stdout)).contains(&bare(words)), "{}", text(&said.stdout));
    }
}

#[test]
fn a_raw_boot_log_becomes_one_that_process_monitor_opens() {
    let folder = tempfile::tempdir().unwrap();
    let raw = written(folder.path(), "Procmon.pmb", &raw());
    let rows = |path: &Path| {
        let out = bootrace(&["events", path.to_str().unwrap(), "--format", "csv"]);
        assert!(out.status.success(), "{}", text(&out.stderr));
        text(&out.stdout)
    };
    let listed = rows(&raw);
    for command in ["convert", "slice"] {
        let log = folder.path().join(format!("{command}.pml"));
        let out = bootrace(&[command, raw.to_str().unwrap(), "-o", log.to_str().unwrap()]);
        assert!(out.status.success(), "{}", text(&out.stderr));
        assert!(text(&out.stderr).contains("no real file was held against"), "{}", text(&out.stderr));
        let file = PmlFile::open(&log).unwrap();
        assert!(file.recovered().is_none() && file.problems().is_empty(), "{command}");
        assert!(rows(&log) == listed, "{command}: the rows differ");
    }
    let none = written(folder.path(), "none.pmb", &[7; 4096]);
    let out = bootrace(&[
        "convert",
        none.to_str().unwrap(),
        "-o",
        folder.path().join("none.pml").to_str().unwrap(),
    ]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("not a Process Monitor log"), "{}", text(&out.stderr));
    assert!(!folder.path().join("none.pml").exists());
}
