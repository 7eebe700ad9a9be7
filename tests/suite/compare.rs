//! `bootrace compare` and `bootrace signature` on made attempts.

use std::{
    path::Path,
    process::{Command, Output},
};

use sample_traces::{Options, make, scenario};
use serde_json::Value;

/// Writes an attempt, a trace with CBS.log or without, as a folder.
fn attempt(folder: &Path, name: &str, scenario_name: &str, seed: u64, with_log: bool) {
    let case = folder.join(name);
    std::fs::create_dir(&case).unwrap();
    let made = make(scenario(scenario_name).unwrap(), Options { seed, is_64bit: true, noise: 300 }).unwrap();
    std::fs::write(case.join("boot.pml"), made.pml).unwrap();
    if with_log {
        std::fs::write(case.join("CBS.log"), made.cbs_log).unwrap();
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bootrace"));
    command.current_dir(folder).args(arguments).args(["--lang", "en"]).output().unwrap()
}

fn bootrace(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&bootrace(folder, arguments)).unwrap()
}

/// `kind value` of each thing that failed.
fn things(list: &Value) -> Vec<String> {
    let text = |thing: &Value, key: &str| thing[key].as_str().unwrap_or_default().to_owned();
    let things = list.as_array().map(Vec::as_slice).unwrap_or_default();
    things.iter().map(|thing| format!("{} {}", text(thing, "kind"), text(thing, "value"))).collect()
}

fn three_attempts(folder: &Path) {
    attempt(folder, "0904", "driver-queue-access-denied", 11, true);
    attempt(folder, "1102", "driver-queue-access-denied", 12, false);
    attempt(folder, "other", "poqexec-disk-full", 13, true);
}

#[test]
fn two_attempts_share_the_inf_and_the_driver_queue() {
    let folder = tempfile::tempdir().unwrap();
    three_attempts(folder.path());
    let found = json(folder.path(), &["compare", "0904", "1102", "--format", "json"]);
    let shared = things(&found["shared"]);
    for wanted in ["driver cpu.inf", "component driver queue", "code 0x80070005 E_ACCESSDENIED"] {
        assert!(shared.iter().any(|thing| thing == wanted), "{wanted}: {shared:#?}");
    }
    assert!(shared.iter().any(|thing| thing.starts_with("object ") && thing.ends_with(r"\cpu.inf")));
    let id = |at: usize| found["cases"][at]["signature"]["id"].as_str().unwrap_or_default().to_owned();
    assert!(id(0).starts_with("BS1-"), "{}", id(0));
    assert_eq!(id(0), id(1), "one cause, with CBS.log and without");
    assert_ne!(found["cases"][0]["began"], found["cases"][1]["began"]);
    let changed: Vec<&str> = found["changed"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change["kind"] == "driver")
        .filter_map(|change| change["name"].as_str())
        .collect();
    assert!(!changed.is_empty(), "the two machines have drivers of two products");
}

#[test]
fn a_third_attempt_with_another_cause_shares_nothing_with_both() {
    let folder = tempfile::tempdir().unwrap();
    three_attempts(folder.path());
    let found = json(folder.path(), &["compare", "0904", "1102", "other", "--format", "json"]);
    assert_eq!(things(&found["shared"]), Vec::<String>::new());
    assert_eq!(found["says"]["en"], "Nothing failed in all 3 attempts");
    let cases_of = |wanted: &str| {
        let some = found["some"].as_array().unwrap();
        let thing = some.iter().find(|thing| thing["value"] == wanted).unwrap();
        thing["cases"]
            .as_array()
            .unwrap()
            .iter()
            .map(|case| case.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(cases_of("cpu.inf"), ["0904", "1102"]);
    assert_eq!(cases_of("driver queue"), ["0904", "1102"]);
    assert_eq!(cases_of("primitives"), ["other"]);
    let text = bootrace(folder.path(), &["compare", "0904", "1102", "other"]);
    assert!(text.contains("cpu.inf  [1] [2]"), "{text}");
}

#[test]
fn attempts_as_a_page_hold_both_languages_and_no_script() {
    let folder = tempfile::tempdir().unwrap();
    three_attempts(folder.path());
    bootrace(folder.path(), &["compare", "0904", "1102", "-o", "attempts.html"]);
    let page = std::fs::read_to_string(folder.path().join("attempts.html")).unwrap();
    for wanted in ["Failed in all", "全部失败项", "cpu.inf", "BS1-", "default-src 'none'"] {
        assert!(page.contains(wanted), "{wanted}");
    }
    assert!(!page.contains("<script"));
}

#[test]
fn one_attempt_is_too_few_and_an_unreadable_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    attempt(folder.path(), "one", "poqexec-disk-full", 13, false);
    for (arguments, wanted) in [
        (vec!["compare", "one"], "two attempts or more"),
        (vec!["compare", "one", "absent"], "absent"),
        (vec!["signature", "absent"], "absent"),
    ] {
        let output = run(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains(wanted), "{error}");
    }
}

#[test]
fn a_signature_says_of_each_part_whether_it_contributes() {
    let folder = tempfile::tempdir().unwrap();
    attempt(folder.path(), "failed", "service-never-answers", 4, true);
    attempt(folder.path(), "well", "healthy", 4, true);
    let found = json(folder.path(), &["signature", "failed", "well", "--format", "json"]);
    let parts = found[0]["signature"]["parts"].as_array().unwrap();
    let part = |name: &str| parts.iter().find(|part| part["name"] == name).unwrap();
    assert_eq!(part("service")["value"], "cmservice");
    assert_eq!(part("service")["contributes"], true);
    assert_eq!(part("code").get("contributes"), None, "only a log gives it");
    assert!(found[1].get("signature").is_none(), "a boot that went well has none");
    let text = bootrace(folder.path(), &["signature", "failed"]);
    assert!(text.contains("the id is made of") && text.contains("beside it"), "{text}");
    let report = json(folder.path(), &["report", "failed", "-o", "-", "--format", "json"]);
    assert_eq!(report["signature"], found[0]["signature"]);
}
