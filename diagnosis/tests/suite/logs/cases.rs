//! The real cases. Each CBS.log must keep its verdict however its copy was made, and after sessions that ended well.
//! The cases are outside the project. If they are absent, the tests say so and pass.

use std::path::{Path, PathBuf};

use super::common::{Told, tell_paths};
use diagnosis::{Outcome, Rules};

/// The cases that have a CBS.log: the folder, and the log's text.
fn cases() -> Vec<(PathBuf, String)> {
    let folder = test_data::folder().join("cases");
    let entries = std::fs::read_dir(&folder);
    test_data::record("cases", entries.is_ok(), || format!("there is no {}", folder.display()));
    let Ok(entries) = entries else { return Vec::new() };
    let mut found: Vec<_> = entries
        .flatten()
        .filter_map(|entry| {
            let bytes = std::fs::read(entry.path().join("CBS.log")).ok()?;
            let text = String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').replace("\r\n", "\n");
            Some((entry.path(), text))
        })
        .collect();
    found.sort();
    found
}

/// The case with another CBS.log, but with its other files as they are.
fn tell(folder: &Path, variant: &str, log: &[u8]) -> Told {
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{variant}"));
    let _ = std::fs::remove_dir_all(&target);
    std::fs::create_dir_all(&target).unwrap();
    let mut paths = vec![target.join("CBS.log")];
    std::fs::write(&paths[0], log).unwrap();
    let others = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    paths.extend(others.filter(|path| {
        let name = path.file_name().unwrap_or_default();
        name != "CBS.log" && name != "expected.json"
    }));
    paths.sort();
    tell_paths(&paths, &Rules::built_in())
}

/// What of an answer must not depend on how the log was copied.
fn answer(told: &Told) -> String {
    format!("{:?} {:?} {:?} {:?} {:?}", told.outcome, told.phase, told.fault, told.code, told.reported)
}

/// Makes each case's log anew, and compares what the diagnosis says.
fn all_keep_their_verdict(variant: &str, make: impl Fn(&str) -> Vec<u8>) {
    keep_their_verdict(variant, |_| true, make);
}

/// Makes the log of each case of these outcomes anew, and compares what the diagnosis says.
fn keep_their_verdict(variant: &str, of: impl Fn(Outcome) -> bool, make: impl Fn(&str) -> Vec<u8>) {
    let mut differing = Vec::new();
    for (folder, log) in cases() {
        let plain = tell(&folder, &format!("{variant}-plain"), log.as_bytes());
        if !of(plain.outcome) {
            continue;
        }
        let plain = answer(&plain);
        let made = answer(&tell(&folder, variant, &make(&log)));
        if plain != made {
            differing.push(format!("{}: {plain} became {made}", folder.display()));
        }
    }
    assert!(differing.is_empty(), "{differing:#?}");
}

/// A session that ended well.
fn good_session(day: &str, number: u32) -> String {
    let id = format!("3000000{number}_1000");
    let package = "Package_for_KB1234567~31bf3856ad364e35~amd64~~10.0.1.1";
    let messages = [
        format!("Session: {id} initialized by client WindowsUpdateAgent."),
        format!("Exec: Processing started.  Client: WindowsUpdateAgent, Session: {id}, Package: {package}"),
        "Reboot mark set".to_owned(),
        "FLOW: Entering stage: Installing".to_owned(),
        "Reboot mark cleared".to_owned(),
        format!(
            "Exec: Processing complete.  Session: {id}, Package: {package} [HRESULT = 0x00000000 - S_OK]"
        ),
        format!("Session: {id} finalized. Reboot required: no [HRESULT = 0x00000000 - S_OK]"),
    ];
    let line = |message: String| format!("{day} 00:0{number}:00, Info                  CBS    {message}\n");
    messages.into_iter().map(line).collect()
}

#[test]
fn behind_two_good_sessions() {
    // A log without a failure is right to say that the sessions ended well.
    let failed = |outcome| matches!(outcome, Outcome::FailingOperation | Outcome::FailureWithoutOperation);
    keep_their_verdict("good-before", failed, |log| {
        let day = log.get(..10).unwrap();
        [good_session(day, 1), good_session(day, 2), log.to_owned()].concat().into_bytes()
    });
}

#[test]
fn with_either_end_of_line() {
    all_keep_their_verdict("crlf", |log| log.replace('\n', "\r\n").into_bytes());
}

#[test]
fn in_utf16() {
    all_keep_their_verdict("utf16", |log| {
        let units = std::iter::once(0xFEFF).chain(log.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    });
}

#[test]
fn with_columns_collapsed() {
    all_keep_their_verdict("collapsed", |log| {
        let line = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        log.lines().map(line).collect::<Vec<_>>().join("\n").into_bytes()
    });
}

#[test]
fn wrapped_at_120_columns() {
    all_keep_their_verdict("wrapped", |log| {
        let line = |line: &str| {
            let chars: Vec<char> = line.chars().collect();
            chars.chunks(120).map(|part| part.iter().collect()).collect::<Vec<String>>().join("\n")
        };
        log.lines().map(line).collect::<Vec<_>>().join("\n").into_bytes()
    });
}

/// Each line that has a date, as `change` writes it.
fn each_line(log: &str, change: impl Fn(usize, &str) -> String) -> Vec<u8> {
    let dated = |line: &str| line.get(4..5) == Some("-") && line.get(19..20) == Some(",");
    let line = |(at, line): (usize, &str)| if dated(line) { change(at, line) } else { line.to_owned() };
    log.lines().enumerate().map(line).collect::<Vec<_>>().join("\n").into_bytes()
}

#[test]
fn quoted_in_a_mail_or_an_article() {
    all_keep_their_verdict("quoted", |log| each_line(log, |_, line| format!("> {line}")));
    all_keep_their_verdict("indented", |log| each_line(log, |_, line| format!("    {line}")));
    all_keep_their_verdict("numbered", |log| each_line(log, |at, line| format!("\tLine {}: {line}", at + 1)));
    all_keep_their_verdict("retyped", |log| {
        each_line(log, |_, line| line.replace("  ", "\u{a0}\u{a0}").replace(" - ", " \u{2013} "))
    });
}

#[test]
fn without_dates() {
    // A log of several boots, or beside a trace, needs its times.
    let alone = |outcome| outcome == Outcome::FailureWithoutOperation;
    keep_their_verdict("undated", alone, |log| each_line(log, |_, line| line[20..].trim_start().to_owned()));
    keep_their_verdict("masked", alone, |log| each_line(log, |_, line| format!("20xx-xx-{}", &line[8..])));
}
