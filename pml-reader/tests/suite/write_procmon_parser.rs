//! The PyPI package procmon-parser reads what was written, and finds in it what it finds in the original.

use crate::common;

use std::{io::Cursor, path::Path, process::Command};

use pml_reader::{PmlFile, write::write_subset};

/// Prints the rows whose numbers, modulo the step, are 0, and the processes with their modules. procmon-parser raises
/// on some rows of real logs. That error is then the row.
const SCRIPT: &str = r#"
import sys
import procmon_parser
path, step = sys.argv[1], int(sys.argv[2])
with open(path, "rb") as file:
    reader = procmon_parser.ProcmonLogsReader(file)
    print(reader.system_details(), len(reader))
    for number in range(0, len(reader), step):
        try:
            event = reader[number]
            print(repr(event), dict(event.details), event.stacktrace, sorted(map(str, event.get_compatible_csv_info().items())))
        except Exception as error:
            print("raised", type(error).__name__, error)
    for process in sorted(reader.processes(), key=lambda p: (p.pid, str(p.start_time), p.command_line)):
        print(repr(process), process.start_time, process.end_time, process.modules)
"#;

/// What procmon-parser says about the log. `None`, with a loud message, if it is not installed.
fn rows(path: &Path, step: usize) -> Option<String> {
    if !test_data::python_module("procmon_parser") {
        return None;
    }
    let run = |arguments: &[&std::ffi::OsStr]| Command::new(test_data::PYTHON).args(arguments).output();
    let out = run(&["-c".as_ref(), SCRIPT.as_ref(), path.as_ref(), step.to_string().as_ref()]).unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    Some(String::from_utf8(out.stdout).unwrap())
}

/// Compares a log with the copy of what is read of it once `damage` was done to it.
fn compare_damaged(name: &str, step: usize, damage: impl Fn(&mut Vec<u8>)) {
    let Some(mut bytes) = common::data(&format!("pml/{name}.PML")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = (folder.path().join("original.pml"), folder.path().join("copy.pml"));
    std::fs::write(&before, &bytes).unwrap();
    damage(&mut bytes);
    let file = PmlFile::from_vec(bytes).unwrap();
    let (copy, _) = write_subset(&file, 0..file.len(), Cursor::new(Vec::new())).unwrap();
    std::fs::write(&after, copy.into_inner()).unwrap();
    let Some(original) = rows(&before, step) else { return };
    let copy = rows(&after, step).unwrap();
    let raised = original.lines().filter(|line| line.starts_with("raised")).count();
    assert!(original.lines().count() > file.len() / step, "{name}: all rows are there");
    assert!(raised * 100 <= file.len() / step, "{name}: {raised} rows cannot be read in the original");
    for (number, (ours, theirs)) in copy.lines().zip(original.lines()).enumerate() {
        assert_eq!(ours, theirs, "{name}, line {number}");
    }
    assert_eq!(copy.lines().count(), original.lines().count(), "{name}");
}

fn compare(name: &str, step: usize) {
    compare_damaged(name, step, |_| {});
}

#[test]
fn mended_logs() {
    for name in ["LogfileTests64bitUTC", "LogfileTests32bitUTC", "LogFileUTC64Filesystem"] {
        compare_damaged(name, 7, |log| {
            log[0x248..0x268].fill(0);
            log[0x3A0..0x3A8].fill(0);
            assert!(PmlFile::from_vec(log.clone()).unwrap().recovered().is_some());
        });
    }
}

#[test]
fn copies_of_x64_logs() {
    compare("LogfileTests64bitUTC", 5);
    compare("LogFileUTC64Filesystem", 5);
}

#[test]
fn copies_of_x86_logs() {
    compare("LogfileTests32bitUTC", 5);
}

#[test]
fn a_copy_of_the_empty_log() {
    compare("empty-0-events", 1);
}
