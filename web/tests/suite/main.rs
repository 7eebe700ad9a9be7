//! The library on the machine itself: what it makes of bytes is what bootrace makes of files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use diagnosis::Rules;
use reports::Lang;
use timeline::{Case, Need, SNIFF_BYTES, Timeline};
use web::{Analysis, Intake, MAX_ALL, MAX_FILE, Saved, Told, Wanted, named};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../sample-traces/samples").join(name)
}

const TOLD: Told = Told { inputs: |_| {}, read: |_, _| {} };

/// Hands files over as the page does.
fn hand_over(intake: &mut Intake, files: &[(&str, Vec<u8>)], good: bool) {
    for (path, bytes) in files {
        let head = bytes.get(..SNIFF_BYTES).unwrap_or(bytes);
        let number = intake.files();
        if intake.add(path, good, bytes.len() as u64, head) == Need::Head {
            continue;
        }
        intake.begin(number).unwrap();
        for (slice, chunk) in bytes.chunks(100_000).enumerate() {
            intake.room(number, slice * 100_000, chunk.len()).copy_from_slice(chunk);
        }
    }
    intake.check().unwrap();
}

fn analysis(files: &[(&str, Vec<u8>)]) -> Analysis {
    let mut intake = Intake::default();
    hand_over(&mut intake, files, false);
    Analysis::new(&mut intake, TOLD).unwrap()
}

fn log_and_cbs() -> [(&'static str, Vec<u8>); 2] {
    ["driver-queue-access-denied.pml", "driver-queue-access-denied.CBS.log"]
        .map(|name| (name, fs::read(sample(name)).unwrap()))
}

#[test]
fn bytes_give_the_report_of_files() {
    let files = log_and_cbs();
    let case = Case::open(&files.each_ref().map(|(name, _)| sample(name)));
    let timeline = Timeline::new(&case);
    let diagnosis = diagnosis::diagnose_beside(&timeline, &Rules::built_in(), None);
    let mut report = reports::report(&timeline, &diagnosis);
    for (row, input) in report.inputs.iter_mut().zip(&case.inputs) {
        row.sha256 = input.sha256();
    }
    let mut analysis = analysis(&files);
    let json = analysis.save(Saved::Json, Lang::En).unwrap();
    assert!(json == reports::json::render(&report).unwrap().into_bytes());
    let page = analysis.save(Saved::Html, Lang::Zh).unwrap();
    assert!(page == reports::html::render(&report, Lang::Zh).unwrap().into_bytes());
}

#[test]
fn bytes_come_piece_by_piece_and_none_behind_the_end() {
    let mut intake = Intake::default();
    intake.add("boot.pml", false, 10, b"PML_");
    intake.begin(0).unwrap();
    intake.room(0, 0, 4).copy_from_slice(b"PML_");
    assert_eq!(intake.room(0, 8, 2), [0, 0]);
    assert_eq!(intake.room(0, 0, 10), *b"PML_\0\0\0\0\0\0");
    for (number, offset, length) in [(0, 8, 3), (0, 11, 0), (0, usize::MAX, 2), (1, 0, 1)] {
        assert!(intake.room(number, offset, length).is_empty());
    }
}

#[test]
fn hashes_come_piece_by_piece_and_what_is_saved_has_them() {
    let [(log, bytes), cbs] = log_and_cbs();
    let sizes = [bytes.len(), cbs.1.len()];
    let files = [(log, bytes), cbs];
    let mut all = analysis(&files);
    let json = all.save(Saved::Json, Lang::En).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let wanted: Vec<&str> =
        report["inputs"].as_array().unwrap().iter().map(|i| i["sha256"].as_str().unwrap()).collect();
    assert!(wanted.len() == 2 && wanted.iter().all(|hash| hash.len() == 64), "{wanted:?}");
    // Pieces that end within an input, at the end of one, behind the end of all.
    for piece in [1_000, sizes[0], sizes[0] + sizes[1], usize::MAX] {
        let mut some = analysis(&files);
        let shown = String::from_utf8(some.page(Lang::En).unwrap()).unwrap();
        assert!(!shown.contains(wanted[0]) && !shown.contains(wanted[1]));
        let mut pieces = 1;
        while some.hash(piece).is_none() {
            pieces += 1;
        }
        assert_eq!(pieces, (sizes[0] + sizes[1]).div_ceil(piece), "{piece}");
        assert_eq!(some.hash(piece).unwrap(), wanted);
        assert!(some.page(Lang::En).unwrap() == some.save(Saved::Html, Lang::En).unwrap());
    }
}

#[test]
fn what_is_too_large_is_refused_with_the_command_line() {
    let mut intake = Intake::default();
    intake.add("a boot.pml", false, MAX_FILE, b"PML_");
    intake.add("folder/CBS.log", false, 5, b"hello");
    intake.add("good/boot.pml", true, 5, b"PML_");
    intake.check().unwrap();
    // Of what is not read, the size does not matter.
    intake.add("disk.vhdx", false, 1 << 40, b"vhdxfile");
    intake.check().unwrap();
    intake.add("b.etl", false, MAX_ALL - MAX_FILE, b"PML_");
    let words = intake.check().unwrap_err();
    let command = "bootrace report \"a boot.pml\" folder disk.vhdx b.etl --baseline good";
    assert!(words.en.contains("3.5 GiB") && words.en.ends_with(command), "{}", words.en);
    assert!(words.zh.ends_with(command), "{}", words.zh);
    let mut intake = Intake::default();
    intake.add("boot.pml", false, MAX_FILE + 1, b"PML_");
    assert!(intake.check().unwrap_err().en.ends_with("bootrace report boot.pml"));
}

#[test]
fn nothing_readable_is_a_failure_that_names_each_file() {
    let mut intake = Intake::default();
    hand_over(&mut intake, &[("empty.pml", Vec::new()), ("noise", vec![7; 100])], false);
    intake.add_unreadable("gone.pml", false, "it was moved");
    let failure = Analysis::new(&mut intake, TOLD).unwrap_err();
    assert_eq!(failure.files.len(), 3, "{:?}", failure.files);
    for name in ["empty.pml", "noise", "gone.pml: it was moved"] {
        assert!(failure.files.iter().any(|file| file.en.starts_with(name)), "{:?}", failure.files);
    }
    assert!(failure.files.iter().all(|file| file.zh.contains('：')), "{:?}", failure.files);
    let mut intake = Intake::default();
    hand_over(&mut intake, &log_and_cbs(), false);
    hand_over(&mut intake, &[("noise", vec![7; 100])], true);
    assert!(Analysis::new(&mut intake, TOLD).unwrap_err().words.en.contains("good boot"));
}

fn wanted(json: &str) -> Wanted {
    serde_json::from_str(json).unwrap()
}

#[test]
fn a_wrong_filter_is_told_in_the_language_of_the_page() {
    let analysis = analysis(&log_and_cbs());
    for (lang, said) in [
        ("en", "no operation is named \"RegSetValu\"; did you mean RegSetValue?"),
        ("zh", "没有名为 \"RegSetValu\" 的操作；是否为 RegSetValue？"),
    ] {
        let json = format!(r#"{{"conditions": ["operation is RegSetValu"], "lang": "{lang}"}}"#);
        assert_eq!(analysis.search(&wanted(&json)).unwrap_err(), said);
    }
    let moment = wanted(r##"{"from": "#999999999", "lang": "zh"}"##);
    assert!(analysis.search(&moment).unwrap_err().contains("不是此日志中的时间"));
}

#[test]
fn events_are_found_in_windows() {
    let analysis = analysis(&log_and_cbs());
    let all = analysis.search(&Wanted::default()).unwrap();
    let denied = wanted(r#"{"conditions": ["result is \"ACCESS DENIED\""]}"#);
    let denied = analysis.search(&denied).unwrap();
    assert!(denied.count() > 0 && denied.count() < all.count(), "{} of {}", denied.count(), all.count());
    let columns = named(&["operation".to_owned(), "result".to_owned(), "no such column".to_owned()]);
    assert_eq!(columns.len(), 2);
    let rows: serde_json::Value = serde_json::from_str(&denied.rows(0, 10_000, &columns)).unwrap();
    let rows = rows[0]["rows"].as_array().unwrap().clone();
    assert_eq!(rows.len(), denied.count());
    assert!(rows.iter().all(|row| row["result"] == "ACCESS DENIED" && row["operation"].is_string()));
    // A window is the same part of the whole.
    let second: serde_json::Value = serde_json::from_str(&denied.rows(1, 1, &columns)).unwrap();
    assert_eq!(second[0]["rows"].as_array().unwrap().as_slice(), rows.get(1..2).unwrap());
    assert_eq!(denied.rows(denied.count(), 5, &columns), "[]");
    // Where the second stands, here and among all.
    let number = rows[1]["index"].as_u64().unwrap();
    assert_eq!(denied.place(0, number), Some(1));
    assert_eq!(all.place(0, number), Some(usize::try_from(number).unwrap()));
    assert_eq!(denied.place(1, number), None);
    let event: serde_json::Value = serde_json::from_str(&all.event(0, number)).unwrap();
    assert_eq!(event["columns"]["result"], "ACCESS DENIED");
    assert!(event["columns"]["path"].is_string() && event["path"] == "driver-queue-access-denied.pml");
    assert_eq!(all.event(9, 0), "null");
}

#[test]
fn a_wrong_condition_is_told() {
    let analysis = analysis(&log_and_cbs());
    for (json, word) in
        [(r#"{"conditions": ["colour is red"]}"#, "colour"), (r#"{"from": "yesterday"}"#, "yesterday")]
    {
        let error = analysis.search(&wanted(json)).unwrap_err();
        assert!(error.contains(word), "{error}");
    }
}

#[test]
fn the_events_found_are_saved_as_csv() {
    use std::sync::Mutex;
    static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    let analysis = analysis(&log_and_cbs());
    let found = analysis.search(&wanted(r#"{"conditions": ["operation is CreateFile"]}"#)).unwrap();
    found.csv(named(&["path".to_owned()]), |bytes| WRITTEN.lock().unwrap().extend(bytes));
    let text = String::from_utf8(WRITTEN.lock().unwrap().clone()).unwrap();
    assert_eq!(text.lines().next(), Some("path"));
    assert_eq!(text.lines().count(), found.count() + 1);
}
