//! The files of a report: where they go, and that nothing else is touched.

use crate::made;

use reports::text::TextOptions;
use reports::write::{Format, Output, WriteError, write};
use std::path::Path;

fn choose(given: Option<&str>, formats: &[Format]) -> Output {
    Output::choose(given.map(Path::new), Path::new("logs/boot.pml"), formats).expect("a place")
}

#[test]
fn the_output_is_chosen_as_documented() {
    use Format::{Chrome, Html, Json, Mermaid, Perfetto, Png, Text};
    assert_eq!(choose(None, &[Html, Png, Json]), Output::Folder("logs/boot.pml-report".into()));
    assert_eq!(choose(Some("out"), &[Html]), Output::Folder("out".into()));
    assert_eq!(choose(Some("out/a.html"), &[Html]), Output::File("out/a.html".into(), Html));
    assert_eq!(choose(Some("a.TXT"), &[Text]), Output::File("a.TXT".into(), Text));
    assert_eq!(choose(Some("a.html"), &[Html, Json]), Output::Folder("a.html".into()));
    assert_eq!(choose(Some("a.html"), &[Json]), Output::Folder("a.html".into()));
    assert_eq!(choose(Some("a.mmd"), &[Mermaid]), Output::File("a.mmd".into(), Mermaid));
    assert_eq!(choose(Some("a.pftrace"), &[Perfetto]), Output::File("a.pftrace".into(), Perfetto));
    assert_eq!(choose(Some("a.trace.json"), &[Chrome]), Output::File("a.trace.json".into(), Chrome));
    assert_eq!(choose(Some("a.json"), &[Chrome]), Output::File("a.json".into(), Chrome));
    assert_eq!(choose(Some(".json"), &[Json]), Output::File(".json".into(), Json));
    assert_eq!(choose(Some("json"), &[Json]), Output::Folder("json".into()));
    assert_eq!(choose(Some("-"), &[Json]), Output::Stdout(Json));
    let many = Output::choose(Some(Path::new("-")), Path::new("x"), &[Json, Html]);
    assert!(matches!(many, Err(WriteError::ManyToStdout)));
}

#[test]
fn a_folder_gets_the_formats_asked_for_and_keeps_its_own_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("new").join("report");
    std::fs::create_dir_all(&target).expect("a folder");
    std::fs::write(target.join("notes.txt"), "mine").expect("a file");
    std::fs::write(target.join("report.json"), "an earlier report").expect("a file");
    let report = made::failing_operation();
    let output = Output::Folder(target.clone());
    let written =
        write(&report, &[Format::Text, Format::Json, Format::Html], &TextOptions::default(), &output, None)
            .expect("writes");
    let names: Vec<_> =
        written.files.iter().map(|file| file.file_name().expect("a name").to_owned()).collect();
    assert_eq!(names, ["report.html", "report.json", "report.txt"]);
    assert_eq!(std::fs::read_to_string(target.join("notes.txt")).expect("reads"), "mine");
    let json = std::fs::read_to_string(target.join("report.json")).expect("reads");
    assert_eq!(json, reports::json::render(&report).expect("renders"));
    assert_eq!(std::fs::read_dir(&target).expect("lists").count(), 4, "nothing is left behind");
}

#[test]
fn an_error_names_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let blocked = folder.path().join("file");
    std::fs::write(&blocked, "").expect("a file");
    let error = write(
        &made::no_failure(),
        &[Format::Text],
        &TextOptions::default(),
        &Output::Folder(blocked.join("below")),
        None,
    );
    let error = error.expect_err("a file is no folder");
    assert_eq!(error.name(), "io");
    assert!(error.to_string().contains("below"), "{error}");
}
