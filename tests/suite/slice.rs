//! `bootrace slice`, as it is run.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use assert_cmd::cargo::cargo_bin;
use pml_reader::PmlFile;

const SAMPLE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/sample-traces/samples/driver-queue-access-denied.pml");

/// Runs it; gives exit code, standard output, standard error.
fn slice(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let out = Command::new(cargo_bin("bootrace"))
        .current_dir(folder)
        .arg("slice")
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (out.status.code(), text(out.stdout), text(out.stderr))
}

/// A folder that holds the sample.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(SAMPLE, folder.path().join("in.pml")).unwrap();
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn without_a_choice_everything_is_kept() {
    let folder = folder();
    let (code, out, err) = slice(folder.path(), &["in.pml", "-o", "out.pml"]);
    assert_eq!((code, out.as_str()), (Some(0), ""));
    let original = PmlFile::open(folder.path().join("in.pml")).unwrap();
    let copy = PmlFile::open(folder.path().join("out.pml")).unwrap();
    let processes = original.processes().len();
    assert_eq!(
        err,
        format!("out.pml: {0} of {0} events, {processes} of {processes} processes\n", original.len())
    );
    for (ours, theirs) in copy.events().zip(original.events()) {
        assert_eq!(ours.unwrap().raw_record(), theirs.unwrap().raw_record());
    }
    assert_eq!(names(folder.path()), ["in.pml", "out.pml"], "nothing else is left behind");
}

/// The events of a log by number, as the rows that tell them apart.
fn rows(file: &PmlFile) -> Vec<(u32, String, String)> {
    let row = |e: pml_reader::PmlEvent<'_>| (e.sequence(), e.operation().name().to_owned(), e.path());
    file.events().map(|e| row(e.unwrap())).collect()
}

#[test]
fn filters_and_times_choose() {
    let folder = folder();
    let original = PmlFile::open(folder.path().join("in.pml")).unwrap();
    let sliced = |arguments: &[&str]| {
        let arguments = [&["in.pml", "-o", "out.pml"], arguments].concat();
        let (code, _, err) = slice(folder.path(), &arguments);
        assert_eq!(code, Some(0), "{err}");
        let log = PmlFile::open(folder.path().join("out.pml")).unwrap();
        assert!(log.problems().is_empty());
        (rows(&log), log.processes().map(|p| p.name().to_string()).collect::<Vec<_>>(), err)
    };
    let expected = |wanted: &dyn Fn(&pml_reader::PmlEvent<'_>) -> bool| {
        let chosen = original.events().map(Result::unwrap).filter(|e| wanted(e));
        chosen.map(|e| (e.sequence(), e.operation().name().to_owned(), e.path())).collect::<Vec<_>>()
    };

    let (events, processes, err) = sliced(&["--where", "result is ACCESS DENIED"]);
    assert_eq!(events, expected(&|e| e.status() == 0xC000_0022));
    assert_eq!(events.len(), 3);
    // TiWorker with its ancestors, and System for the kernel's frames.
    let needed = ["System", "smss.exe", "wininit.exe", "services.exe", "svchost.exe", "TiWorker.exe"];
    assert_eq!(processes, needed);
    assert_eq!(
        err,
        format!("out.pml: 3 of {} events, 6 of {} processes\n", original.len(), original.processes().len())
    );

    let first = original.first_time().0;
    let (events, ..) = sliced(&["--from", "+2s", "--to", "+10s", "--where", "event-class is-not Profiling"]);
    let within = |e: &pml_reader::PmlEvent<'_>| (20_000_000..=100_000_000).contains(&(e.time().0 - first));
    assert_eq!(events, expected(&|e| within(e) && e.raw_class() != 4));
    assert!(!events.is_empty());

    let (events, processes, _) = sliced(&["--where", "path is nowhere"]);
    assert_eq!((events.len(), processes.len()), (0, 0));
}

#[test]
fn a_wrong_filter_is_told_before_anything_is_written() {
    let folder = folder();
    for (arguments, words) in [
        (["--where", "reslt is x"], "did you mean result?"),
        (["--where", "result"], "it takes a column"),
        (["--from", "soon"], "is no time"),
    ] {
        let (code, _, err) =
            slice(folder.path(), &[&["in.pml", "-o", "out.pml"][..], &arguments[..]].concat());
        assert_eq!(code, Some(2), "{err}");
        assert!(err.contains(words) && err.lines().count() == 1, "{err}");
    }
    assert_eq!(names(folder.path()), ["in.pml"]);
}

#[test]
fn the_input_is_never_overwritten() {
    let folder = folder();
    let before = fs::read(folder.path().join("in.pml")).unwrap();
    for output in ["in.pml", "./in.pml"] {
        let (code, _, err) = slice(folder.path(), &["in.pml", "-o", output]);
        assert_eq!(code, Some(2));
        assert_eq!(err, format!("bootrace: {output} is the log that is read; give another file to -o\n"));
    }
    assert!(fs::read(folder.path().join("in.pml")).unwrap() == before);
    assert_eq!(names(folder.path()), ["in.pml"]);
}

#[test]
fn an_output_that_cannot_be_is_told() {
    let folder = folder();
    fs::create_dir(folder.path().join("there")).unwrap();
    for (output, words) in [
        ("-", "a log cannot be written to standard output"),
        ("there", "there is a folder"),
        ("absent/out.pml", "cannot be made"),
    ] {
        let (code, _, err) = slice(folder.path(), &["in.pml", "-o", output]);
        assert_eq!(code, Some(2), "{output}");
        assert!(err.starts_with("bootrace: ") && err.contains(words) && err.lines().count() == 1, "{err}");
    }
    assert_eq!(names(folder.path()), ["in.pml", "there"]);
}

#[test]
fn another_kind_of_file_is_told_as_what_it_is() {
    let folder = folder();
    fs::write(folder.path().join("log.csv"), "\u{feff}\"Time of Day\",\"Process Name\"\n").unwrap();
    let (code, _, err) = slice(folder.path(), &["log.csv", "-o", "out.pml"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("log.csv cannot be read: not a Process Monitor log"), "{err}");
    assert_eq!(names(folder.path()), ["in.pml", "log.csv"]);
}

#[test]
fn an_older_output_is_replaced_only_by_a_whole_one() {
    let folder = folder();
    let out = folder.path().join("out.pml");
    fs::write(&out, "old").unwrap();
    fs::write(folder.path().join("bad.pml"), &fs::read(SAMPLE).unwrap()[..500]).unwrap();
    assert_eq!(slice(folder.path(), &["bad.pml", "-o", "out.pml"]).0, Some(2));
    assert_eq!(fs::read(&out).unwrap(), b"old");
    assert_eq!(slice(folder.path(), &["in.pml", "-o", "out.pml"]).0, Some(0));
    assert!(PmlFile::open(&out).is_ok());
}

fn report(folder: &Path, inputs: &[&str]) -> serde_json::Value {
    let out = Command::new(cargo_bin("bootrace"))
        .current_dir(folder)
        .args(["report", "-o", "-", "--format", "json"])
        .args(inputs)
        .output()
        .unwrap();
    serde_json::from_slice(&out.stdout).unwrap()
}

/// What the report shows of a log is in the slice around its failure, with all that happened near it, and no more.
#[test]
fn the_slice_around_the_failure_holds_the_evidence() {
    let (mut named, mut without) = (0, 0);
    for scenario in sample_traces::SCENARIOS.iter().step_by(test_data::stride()) {
        let folder = tempfile::tempdir().unwrap();
        let made = sample_traces::make(scenario, sample_traces::Options { noise: 300, ..Default::default() })
            .unwrap();
        fs::write(folder.path().join("in.pml"), made.pml).unwrap();
        fs::write(folder.path().join("CBS.log"), made.cbs_log).unwrap();
        let report = report(folder.path(), &["in.pml", "CBS.log"]);
        let arguments = ["in.pml", "-o", "out.pml", "--around-failure=0.25", "--with", "CBS.log"];
        let (code, _, err) = slice(folder.path(), &arguments);
        assert!(
            err.contains(report["verdict"]["summary"]["en"].as_str().unwrap()),
            "{}: {err}",
            scenario.name
        );
        let original = PmlFile::open(folder.path().join("in.pml")).unwrap();
        let event = |index: &serde_json::Value| {
            original.event(usize::try_from(index.as_u64().unwrap()).unwrap()).unwrap()
        };
        let failing = &report["verdict"]["failing_operation"];
        if code == Some(2) {
            without += 1;
            assert!(
                failing.is_null() && err.contains("has no event of a failure"),
                "{}: {err}",
                scenario.name
            );
            assert!(!names(folder.path()).contains(&"out.pml".to_owned()));
            continue;
        }
        assert_eq!(code, Some(0), "{}: {err}", scenario.name);
        let of_trace = |row: &&serde_json::Value| row["source"] == "in.pml";
        let evidence =
            report["evidence"].as_array().into_iter().flatten().filter(of_trace).map(|row| &row["index"]);
        let nodes = report["graph"]["nodes"].as_array().into_iter().flatten().map(|node| &node["evidence"]);
        let nodes = nodes.filter(of_trace).map(|place| &place["index"]);
        let mut wanted: BTreeSet<&[u8]> =
            evidence.chain(nodes).map(|index| event(index).raw_record()).collect();
        assert!(!wanted.is_empty(), "{}", scenario.name);
        if !failing.is_null() {
            named += 1;
            let time = event(&failing["index"]).time().0;
            let near =
                original.events().map(Result::unwrap).filter(|e| e.time().0.abs_diff(time) <= 2_500_000);
            wanted.extend(near.map(|e| e.raw_record()));
        }
        let copy = PmlFile::open(folder.path().join("out.pml")).unwrap();
        let found: BTreeSet<&[u8]> = copy.events().map(|e| e.unwrap().raw_record()).collect();
        assert!(found == wanted, "{}: {} events, wanted {}", scenario.name, found.len(), wanted.len());
        assert!(found.len() < original.len(), "{}", scenario.name);
    }
    assert!(named > 3 && without > 0, "{named} {without}");
}

#[test]
fn options_about_the_failure_are_held_together() {
    let folder = folder();
    for (arguments, words) in [
        (["--around-failure=-1", "--from=+1s"], "is no number of seconds"),
        (["--with", "in.pml"], "--around-failure"),
    ] {
        let (code, _, err) =
            slice(folder.path(), &[&["in.pml", "-o", "out.pml"][..], &arguments[..]].concat());
        assert_eq!(code, Some(2));
        assert!(err.contains(words), "{err}");
    }
    // A filter chooses among what lies around the failure.
    let arguments = ["in.pml", "-o", "out.pml", "--around-failure", "--where", "result is ACCESS DENIED"];
    assert_eq!(slice(folder.path(), &arguments).0, Some(0));
    assert_eq!(PmlFile::open(folder.path().join("out.pml")).unwrap().len(), 3);
}
