//! `bootrace diff` and `bootrace report --baseline` as a user runs them: the committed sample beside a good boot of
//! another machine.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use pml_reader::{PmlFile, write::write_subset};

fn bootrace(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bootrace")).args(args).env("NO_COLOR", "1").output().unwrap()
}

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-traces/samples/driver-queue-access-denied.pml")
}

/// The same boot without the errors and without what followed from them: what a boot that went well looks like.
fn good(folder: &Path) -> String {
    let log = PmlFile::open(sample()).unwrap();
    let failing = |i: &usize| log.event(*i).is_ok_and(|e| e.status() == 0xC000_0022);
    let last = (0..log.len()).rfind(failing).unwrap();
    let path = folder.join("good.pml");
    let mut file = std::fs::File::create(&path).unwrap();
    write_subset(&log, (0..last).filter(|i| !failing(i)), &mut file).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_comparison_shows_the_operation_that_failed_and_little_else() {
    let folder = tempfile::tempdir().unwrap();
    let good = good(folder.path());
    let bad = sample();
    let out = bootrace(&["diff", &good, bad.to_str().unwrap()]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    insta::assert_snapshot!(String::from_utf8(out.stdout).unwrap());
}

#[test]
fn the_report_holds_the_comparison() {
    let folder = tempfile::tempdir().unwrap();
    let good = good(folder.path());
    let bad = sample();
    let out =
        bootrace(&["report", bad.to_str().unwrap(), "--baseline", &good, "-o", "-", "--format", "json"]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let report: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let compare = &report["compare"];
    assert_eq!(compare["baseline"], "good.pml");
    assert_eq!(compare["telling"], 1);
    let (row, failing) = (&compare["rows"][0], &report["verdict"]["failing_operation"]);
    assert_eq!((&row["weight"], &row["difference"]), (&"telling".into(), &"only-in-bad".into()));
    for key in ["process", "operation", "path", "source"] {
        assert_eq!(row[key], failing[key], "{key}");
    }
    assert_eq!(row["bad"], "ACCESS DENIED ×3");
    let features = report["candidates"][0]["features"].as_array().unwrap();
    assert!(features.iter().any(|f| f["name"] == "absent-from-good"), "{features:#?}");
    assert!(compare["says"]["zh"].as_str().unwrap().contains("基准启动"));
    // The same again, without a good boot.
    let out = bootrace(&["report", bad.to_str().unwrap(), "-o", "-", "--format", "json"]);
    let alone: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert!(alone["compare"].is_null());
}

#[test]
fn a_log_beside_itself_has_no_difference() {
    let bad = sample();
    let bad = bad.to_str().unwrap();
    let out = bootrace(&["diff", bad, bad]);
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(text.contains("no difference") && text.contains("its update failed too"), "{text}");
    let out = bootrace(&["diff", bad, bad, "--lang", "zh-CN"]);
    assert!(String::from_utf8(out.stdout).unwrap().contains("没有差异"));
}

#[test]
fn files_go_where_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let good = good(folder.path());
    let (bad, out) = (sample(), folder.path().join("case"));
    let (bad, to) = (bad.to_str().unwrap(), out.to_str().unwrap());
    let run = bootrace(&["diff", &good, bad, "-o", to, "--format", "compare,json,html"]);
    assert!(run.status.success() && run.stdout.is_empty());
    let html = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(html.contains("id=\"compare\"") && html.contains("good.pml"));
    let text = std::fs::read_to_string(out.join("report.compare.txt")).unwrap();
    assert!(text.starts_with("GOOD     good.pml\n"), "{text}");
    let one = folder.path().join("x.txt");
    bootrace(&["diff", &good, bad, "-o", one.to_str().unwrap()]);
    assert_eq!(std::fs::read_to_string(one).unwrap(), text);
    assert!(!bad.is_empty() && out.join("report.json").is_file());
}

#[test]
fn a_good_boot_that_cannot_be_read_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pml");
    std::fs::write(&empty, b"").unwrap();
    let (empty, bad) = (empty.to_str().unwrap().to_owned(), sample());
    for args in [
        vec!["diff", &empty, bad.to_str().unwrap()],
        vec!["report", bad.to_str().unwrap(), "--baseline", &empty, "-o", "-", "--format", "json"],
    ] {
        let out = bootrace(&args);
        assert_eq!(out.status.code(), Some(2));
        let error = String::from_utf8(out.stderr).unwrap();
        assert!(error.contains("nothing could be read of the good boot"), "{error}");
        assert!(out.stdout.is_empty());
    }
}
