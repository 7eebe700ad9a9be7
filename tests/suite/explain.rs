//! `bootrace explain`, as it is run.

use std::process::{Command, Stdio};

use assert_cmd::cargo::cargo_bin;

/// Runs it; gives exit code, standard output, standard error.
fn explain(codes: &[&str]) -> (Option<i32>, String, String) {
    let out = Command::new(cargo_bin("bootrace")).arg("explain").args(codes).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (out.status.code(), text(out.stdout), text(out.stderr))
}

#[test]
fn each_code_is_explained_as_the_library_does() {
    let codes = ["0x80071ab1", "5", "C0190019", "ACCESS DENIED"];
    let (code, out, err) = explain(&codes);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let expected: Vec<String> =
        codes.iter().map(|code| format!("{}\n", status_codes::explain(code).unwrap())).collect();
    assert_eq!(out, expected.join("\n"), "one blank line between them");
    for name in
        ["ERROR_LOG_GROWTH_FAILED", "ERROR_ACCESS_DENIED", "STATUS_LOG_GROWTH_FAILED", "STATUS_ACCESS_DENIED"]
    {
        assert!(out.contains(name), "{name}: {out}");
    }
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
    let text = |code| status_codes::explain(code).unwrap();
    assert_eq!(out, format!("{}\n\n{}\n", text("5"), text("80070005")));
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
