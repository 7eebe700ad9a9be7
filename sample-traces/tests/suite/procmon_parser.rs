//! The PyPI package procmon-parser, which shares no code with this project, reads synthetic traces as the reader here does.

use std::process::Command;

use pml_reader::{Column, PmlFile, Style};
use sample_traces::{Options, SCENARIOS, make};

/// Prints a row an event; columns are separated by a character that no path holds.
const SCRIPT: &str = r#"
import sys
import procmon_parser
sys.stdout.reconfigure(encoding="utf-8", newline="\n")
with open(sys.argv[1], "rb") as file:
    for event in procmon_parser.ProcmonLogsReader(file):
        row = event.get_compatible_csv_info()
        columns = ["Process Name", "PID", "TID", "Event Class", "Operation", "Path", "Result", "Duration", "Command Line", "Category", "Detail"]
        print("\x1f".join(row[column].replace("\n", " ") for column in columns))
"#;

const SEPARATOR: char = '\u{1f}';

/// Operations whose Category and Detail it shows differently from Process Monitor 3.53, or not at all.
const KNOWN: [&str; 7] = [
    "QueryEAFile",
    "QueryNetworkOpenInformationFile",
    "SetRenameInformationFile",
    "SetLinkInformationFile",
    "SetSecurityFile",
    "CreateFileMapping",
    "QueryDirectory",
];

/// The last two are Category and Detail.
const COLUMNS: [Column; 11] = [
    Column::ProcessName,
    Column::Pid,
    Column::Tid,
    Column::EventClass,
    Column::Operation,
    Column::Path,
    Column::Result,
    Column::Duration,
    Column::CommandLine,
    Column::Category,
    Column::Detail,
];

#[test]
fn another_reader_sees_the_same_rows() {
    if !test_data::python_module("procmon_parser") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (scenario, is_64bit) in SCENARIOS.iter().step_by(9).zip([true, false].into_iter().cycle()) {
        let made = make(scenario, Options { seed: 3, is_64bit, noise: 800 }).unwrap();
        let path = folder.path().join("made.pml");
        std::fs::write(&path, &made.pml).unwrap();
        let out = Command::new(test_data::PYTHON).args(["-c", SCRIPT]).arg(&path).output().unwrap();
        assert!(out.status.success(), "{}: {}", scenario.name, String::from_utf8_lossy(&out.stderr));
        let log = PmlFile::from_vec(made.pml).unwrap();
        let theirs = String::from_utf8(out.stdout).unwrap();
        assert_eq!(theirs.lines().count(), log.len(), "{}", scenario.name);
        let style = Style::procmon(0);
        for (event, theirs) in log.events().map(Result::unwrap).zip(theirs.lines()) {
            let ours = COLUMNS.map(|column| {
                let mut text = String::new();
                style.push(&event, column, &mut text);
                text
            });
            let theirs: Vec<&str> = theirs.split(SEPARATOR).collect();
            let compared = if KNOWN.contains(&ours[4].as_str()) { 9 } else { 11 };
            assert_eq!(ours[..compared], theirs[..compared], "{}", scenario.name);
        }
    }
}
