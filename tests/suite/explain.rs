//! `bootrace explain`, as it is run.

use std::process::{Command, Stdio};

use assert_cmd::cargo::cargo_bin;

/// Runs it in English; gives exit code, standard output, standard error.
fn explain(codes: &[&str]) -> (Option<i32>, String, String) {
    let out =
        Command::new(cargo_bin("bootrace")).arg("explain").args(codes).env("LC_ALL", "C").output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (out.status.code(), text(out.stdout), text(out.stderr))
}

/// What a code's explanation begins with: what the library says of it.
fn said(code: &str) -> String {
    format!("{}\n", status_codes::explain(code).unwrap())
}

#[test]
fn each_code_is_explained_as_the_library_does() {
    let codes = ["0x80071ab1", "5", "C0190019", "ACCESS DENIED"];
    let (code, out, err) = explain(&codes);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.starts_with(&said(codes[0])), "{out}");
    let mut rest = out.as_str();
    for code in &codes[1..] {
        let (_, after) =
            rest.split_once(&format!("\n\n{}", said(code))).unwrap_or_else(|| panic!("{code}: {out}"));
        rest = after;
    }
    for name in
        ["ERROR_LOG_GROWTH_FAILED", "ERROR_ACCESS_DENIED", "STATUS_LOG_GROWTH_FAILED", "STATUS_ACCESS_DENIED"]
    {
        assert!(out.contains(name), "{name}: {out}");
    }
}

#[test]
fn known_failures_follow_those_of_few_codes_first() {
    let (_, out, _) = explain(&["0x80071ab1"]);
    let at = |text: &str| out.find(text).unwrap_or_else(|| panic!("{text}: {out}"));
    let heads = [at("Known failures with it"), at("\nBR-0401  "), at("\nBR-0304  "), at("\nBR-0512  ")];
    assert!(heads.is_sorted(), "{heads:?}: {out}");
    // Success belongs to no failure.
    assert_eq!(explain(&["0"]).1, said("0"));
}

#[test]
fn known_failures_speak_the_language_that_is_asked_for() {
    let (code, out, err) = explain(&["0x80071ab1", "--lang", "zh"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("含义          资源管理器的事务日志"), "{out}");
    let (_, known) = out.split_once("\n含有此代码的已知故障及处理方法：\n").unwrap();
    for line in known.lines().filter(|line| !line.is_empty()) {
        assert!(line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{line}");
    }
    assert_eq!(known.lines().filter(|line| line.starts_with("BR-")).count(), 3, "{known}");
    assert!(!explain(&["0x80071ab1", "--lang", "en"]).1.contains("已知故障"));
    assert_eq!(explain(&["5", "--lang", "de"]).0, Some(2));
}

#[test]
fn a_negative_decimal_is_a_code_and_no_option() {
    let (code, out, err) = explain(&["-2147023143"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("0x800706d9") || out.contains("0x800706D9"), "{out}");
}

#[test]
fn what_is_not_known_is_told_and_stops_nothing() {
    let (code, out, err) = explain(&["5", "NO SUCH CODE", "0x123456789", "80070005"]);
    assert_eq!(code, Some(2));
    assert!(out.starts_with(&said("5")) && out.contains(&format!("\n\n{}", said("80070005"))), "{out}");
    let lines: Vec<&str> = err.lines().collect();
    assert!(lines.len() == 2 && lines.iter().all(|line| line.starts_with("bootrace: ")), "{err}");
    assert!(lines[0].contains("NO SUCH CODE") && lines[1].contains("0x123456789"), "{err}");
}

#[test]
fn only_what_is_not_known_prints_nothing() {
    let (code, out, err) = explain(&["NO SUCH CODE"]);
    assert_eq!((code, out.as_str(), err.lines().count()), (Some(2), "", 1));
}

#[test]
fn no_code_is_bad_usage() {
    let (code, out, err) = explain(&[]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("<CODE>"), "{err}");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = Command::new(cargo_bin("bootrace"))
        .arg("explain")
        // More than a pipe holds.
        .args(vec!["0x80071ab1"; 2000])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let out = child.wait_with_output().unwrap();
    assert_eq!(
        (out.status.code(), out.stderr.len()),
        (Some(0), 0),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
}

#[test]
fn the_help_shows_how() {
    let (code, out, _) = explain(&["--help"]);
    assert_eq!(code, Some(0));
    assert!(
        out.contains("bootrace explain 5 C0190019 \"ACCESS DENIED\"") && out.contains("-2147023143"),
        "{out}"
    );
}
