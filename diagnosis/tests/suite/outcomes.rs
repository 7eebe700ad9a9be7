//! What became of an error's work in other processes, in small exports of Process Monitor: one error that is named, and
//! what may follow it so that it is not.

use std::fmt::Write;

use diagnosis::{Diagnosis, Rules, diagnose};
use timeline::{Case, Timeline};

const FILE: &str = r"C:\Windows\System32\en-US\shell32.dll";
const CBS_LOG: &str = r"C:\Windows\Logs\CBS\CBS.log";
const CBS: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing";
const WRITE: &str = "Desired Access: Generic Write, Disposition: OverwriteIf, Options: Synchronous IO Non-Alert, \
    Attributes: n/a, ShareMode: None, AllocationSize: 0";

const WRITTEN: &str = "Desired Access: Generic Write, Disposition: OverwriteIf, Options: Synchronous IO Non-Alert, \
    Attributes: n/a, ShareMode: None, AllocationSize: 0, OpenResult: Overwritten";

/// Rows of an export, one after the other.
struct Rows {
    text: String,
    /// Milliseconds since the first row.
    at: u32,
}

impl Rows {
    /// A worker that has changed files and values.
    fn new() -> Self {
        let text = "\"Date & Time\",\"Time of Day\",\"Process Name\",\"PID\",\"TID\",\"Parent PID\",\"Event Class\",\"Operation\",\"Path\",\"Result\",\"Detail\"\n";
        let mut rows = Self { text: text.to_owned(), at: 0 };
        rows.add("TiWorker.exe", 600, "Process Start", "", "SUCCESS", "Parent PID: 400");
        for number in 0..10 {
            let file = format!(r"C:\Windows\WinSxS\Temp\{number}.dll");
            rows.add("TiWorker.exe", 600, "CreateFile", &file, "SUCCESS", WRITE);
            rows.add("TiWorker.exe", 600, "WriteFile", &file, "SUCCESS", "Offset: 0, Length: 10");
            let value = format!(r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\{number}\Done");
            rows.add(
                "TiWorker.exe",
                600,
                "RegSetValue",
                &value,
                "SUCCESS",
                "Type: REG_DWORD, Length: 4, Data: 1",
            );
        }
        rows
    }

    fn add(&mut self, process: &str, pid: u32, operation: &str, path: &str, result: &str, detail: &str) {
        self.at += 10;
        let (minutes, seconds, thousandths) = (self.at / 60_000, self.at / 1000 % 60, self.at % 1000);
        let class = match operation {
            "Process Start" | "Process Exit" => "Process",
            _ if operation.starts_with("Reg") => "Registry",
            _ => "File System",
        };
        let (tid, parent) = (pid + 4, if process == "lodctr.exe" { 600 } else { 400 });
        writeln!(
            self.text,
            "\"5/3/2024 7:{minutes:02}:{seconds:02} AM\",\"7:{minutes:02}:{seconds:02}.{thousandths:03}0000 AM\",\"{process}\",\"{pid}\",\"{tid}\",\"{parent}\",\"{class}\",\"{operation}\",\"{path}\",\"{result}\",\"{detail}\"")
        .unwrap();
    }

    fn worker(&mut self, operation: &str, path: &str, result: &str, detail: &str) {
        self.add("TiWorker.exe", 600, operation, path, result, detail);
    }

    /// The worker is refused a file, and notes that.
    fn refused(mut self) -> Self {
        self.worker("CreateFile", FILE, "ACCESS DENIED", WRITE);
        self.worker("WriteFile", CBS_LOG, "SUCCESS", "Offset: 900, Length: 80");
        self
    }

    /// A program of the worker is refused a file, and ends with a code.
    fn child(mut self, exit_status: u32) -> Self {
        self.add("lodctr.exe", 700, "Process Start", "", "SUCCESS", "Parent PID: 600");
        self.add("lodctr.exe", 700, "CreateFile", FILE, "ACCESS DENIED", WRITE);
        let ends = format!("Exit Status: {exit_status}, User Time: 0.0 seconds");
        self.add("lodctr.exe", 700, "Process Exit", "", "SUCCESS", &ends);
        self
    }

    fn then(mut self, more: impl FnOnce(&mut Self)) -> Self {
        more(&mut self);
        self
    }

    /// The worker gathers an error report and ends. What the diagnosis says of the error.
    fn judged(mut self) -> (bool, Vec<&'static str>) {
        self.worker("RegQueryValue", &format!(r"{CBS}\DisableWerReporting"), "NAME NOT FOUND", "Length: 16");
        self.worker("Process Exit", "", "SUCCESS", "Exit Status: 0, User Time: 0.0 seconds");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("boot.csv");
        std::fs::write(&path, &self.text).unwrap();
        let case = Case::open(&[path]);
        let timeline = Timeline::new(&case);
        let Diagnosis { verdict, candidates, .. } = diagnose(&timeline, &Rules::built_in());
        let error = candidates.iter().find(|c| c.event.path == FILE && c.event.failed());
        let objections = error.map(|c| c.objections.iter().map(|o| o.name()).collect()).unwrap_or_default();
        (verdict.failing.is_some(), objections)
    }
}

#[test]
fn an_error_that_ends_the_workers_step_is_named() {
    assert_eq!(Rows::new().refused().judged(), (true, vec![]));
}

#[test]
fn not_if_the_driver_queue_began_its_next_entry() {
    let next = |rows: &mut Rows| {
        rows.worker(
            "RegQueryValue",
            &format!(r"{CBS}\DriverOperations\3\Identity"),
            "SUCCESS",
            "Type: REG_SZ",
        );
    };
    assert_eq!(Rows::new().refused().then(next).judged(), (false, vec!["carried-on"]));
}

#[test]
fn not_if_another_process_of_servicing_did_the_same() {
    let other =
        |rows: &mut Rows| rows.add("TrustedInstaller.exe", 500, "CreateFile", FILE, "SUCCESS", WRITTEN);
    assert_eq!(Rows::new().refused().then(other).judged(), (false, vec!["made-up-for"]));
    let foreign = |rows: &mut Rows| rows.add("agent.exe", 900, "CreateFile", FILE, "SUCCESS", WRITTEN);
    assert_eq!(Rows::new().refused().then(foreign).judged(), (true, vec![]));
}

#[test]
fn not_if_the_worker_then_waited_for_long() {
    assert_eq!(Rows::new().refused().then(|rows| rows.at += 40_000).judged(), (false, vec!["waited"]));
}

#[test]
fn a_programs_error_is_named_if_it_ended_with_an_error_and_the_worker_changed_nothing_more() {
    assert_eq!(Rows::new().child(5).judged(), (true, vec![]));
    for success in [0, 1641, 3010] {
        assert!(!Rows::new().child(success).judged().0, "{success}");
    }
    let change = |rows: &mut Rows| {
        rows.worker(
            "RegSetValue",
            r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\9\Done",
            "SUCCESS",
            "Type: REG_DWORD",
        );
    };
    assert_eq!(Rows::new().child(5).then(change).judged(), (false, vec!["carried-on"]));
}
