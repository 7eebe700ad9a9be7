//! What became of an error's work in other processes, in small exports of Process Monitor: one error that is named, and
//! what may follow it so that it is not.

use std::fmt::Write;

use diagnosis::{Diagnosis, Rules, diagnose};
use timeline::{Case, Timeline};

pub(crate) const FILE: &str = r"C:\Windows\System32\en-US\shell32.dll";
pub(crate) const CBS_LOG: &str = r"C:\Windows\Logs\CBS\CBS.log";
const CBS: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing";
pub(crate) const WRITE: &str = "Desired Access: Generic Write, Disposition: OverwriteIf, Options: Synchronous IO Non-Alert, \
    Attributes: n/a, ShareMode: None, AllocationSize: 0";

pub(crate) const WRITTEN: &str = "Desired Access: Generic Write, Disposition: OverwriteIf, Options: Synchronous IO Non-Alert, \
    Attributes: n/a, ShareMode: None, AllocationSize: 0, OpenResult: Overwritten";

/// Rows of an export, one after the other.
pub(crate) struct Rows {
    text: String,
    /// Milliseconds since the first row.
    at: u32,
}

impl Rows {
    /// A worker that has changed files and values.
    pub(crate) fn new() -> Self {
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

    pub(crate) fn add(
        &mut self,
        process: &str,
        pid: u32,
        operation: &str,
        path: &str,
        result: &str,
        detail: &str,
    ) {
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

    pub(crate) fn worker(&mut self, operation: &str, path: &str, result: &str, detail: &str) {
        self.add("TiWorker.exe", 600, operation, path, result, detail);
    }

    /// The worker is refused a file, and notes that.
    pub(crate) fn refused(self) -> Self {
        self.then(|rows| rows.worker("CreateFile", FILE, "ACCESS DENIED", WRITE)).noted()
    }

    /// The worker writes to its log.
    pub(crate) fn noted(mut self) -> Self {
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

    /// Only the rows that show an error, as a filter leaves them.
    pub(crate) fn failures_only(mut self) -> Self {
        let is_kept = |(at, line): &(usize, &str)| *at == 0 || !line.contains("\"SUCCESS\"");
        let kept = self.text.lines().enumerate().filter(is_kept).map(|(_, line)| format!("{line}\n"));
        self.text = kept.collect();
        self
    }

    pub(crate) fn then(mut self, more: impl FnOnce(&mut Self)) -> Self {
        more(&mut self);
        self
    }

    /// The worker gathers an error report and ends. What the diagnosis says of the error.
    pub(crate) fn judged(self) -> (bool, Vec<&'static str>) {
        self.judged_beside(None)
    }

    /// The same, beside a CBS.log.
    pub(crate) fn judged_beside(self, log: Option<&str>) -> (bool, Vec<&'static str>) {
        self.judged_at(FILE, log)
    }

    /// The same, of an error at an object.
    pub(crate) fn judged_at(mut self, object: &str, log: Option<&str>) -> (bool, Vec<&'static str>) {
        self.worker("RegQueryValue", &format!(r"{CBS}\DisableWerReporting"), "NAME NOT FOUND", "Length: 16");
        self.worker("Process Exit", "", "SUCCESS", "Exit Status: 0, User Time: 0.0 seconds");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("boot.csv");
        std::fs::write(&path, &self.text).unwrap();
        let log = log.map(|log| {
            let path = folder.path().join("CBS.log");
            std::fs::write(&path, log).unwrap();
            path
        });
        let case = Case::open(&[Some(path), log].into_iter().flatten().collect::<Vec<_>>());
        let timeline = Timeline::new(&case);
        let Diagnosis { verdict, candidates, .. } = diagnose(&timeline, &Rules::built_in());
        let error = candidates.iter().find(|c| c.event.path == object && c.event.failed());
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

#[test]
fn not_if_another_file_took_its_name() {
    let moved = |rows: &mut Rows| {
        let detail = format!("ReplaceIfExists: True, FileName: {FILE}");
        let new = format!("{FILE}.new");
        rows.add("TrustedInstaller.exe", 500, "SetRenameInformationFile", &new, "SUCCESS", &detail);
    };
    assert_eq!(Rows::new().refused().then(moved).judged(), (false, vec!["made-up-for"]));
    let other = |rows: &mut Rows| {
        let detail = r"ReplaceIfExists: True, FileName: C:\Windows\System32\en-US\other.dll";
        rows.add("TrustedInstaller.exe", 500, "SetRenameInformationFile", r"C:\new", "SUCCESS", detail);
    };
    assert_eq!(Rows::new().refused().then(other).judged(), (true, vec![]));
}

#[test]
fn not_if_its_folder_was_moved() {
    let moved = |from: &'static str| {
        move |rows: &mut Rows| {
            let detail = r"ReplaceIfExists: False, FileName: C:\Windows\Moved";
            rows.add("TrustedInstaller.exe", 500, "SetRenameInformationFile", from, "SUCCESS", detail);
        }
    };
    let above = Rows::new().refused().then(moved(r"C:\Windows\System32\en-US"));
    assert_eq!(above.judged(), (false, vec!["made-up-for"]));
    let beside = Rows::new().refused().then(moved(r"C:\Windows\System32\de-DE"));
    assert_eq!(beside.judged(), (true, vec![]));
}

#[test]
fn not_if_the_next_start_renames_it() {
    let entered = |data: &'static str| {
        move |rows: &mut Rows| {
            let value = r"HKLM\System\CurrentControlSet\Control\Session Manager\PendingFileRenameOperations";
            let detail = format!(r"Type: REG_MULTI_SZ, Length: 90, Data: \??\{data}");
            rows.add("TrustedInstaller.exe", 500, "RegSetValue", value, "SUCCESS", &detail);
        }
    };
    let own = Rows::new().refused().then(entered(r"C:\Windows\System32\en-US\shell32.dll.1.tmp"));
    assert_eq!(own.judged(), (false, vec!["made-up-for"]));
    let other = Rows::new().refused().then(entered(r"C:\Windows\System32\en-US\other.dll.1.tmp"));
    assert_eq!(other.judged(), (true, vec![]));
}

#[test]
fn not_if_servicing_opened_it_under_another_name() {
    let opened = |path: &'static str| {
        move |rows: &mut Rows| rows.add("TrustedInstaller.exe", 500, "CreateFile", path, "SUCCESS", WRITTEN)
    };
    let same = Rows::new().refused().then(opened(r"C:\ProgramData\en-US\shell32.dll"));
    assert_eq!(same.judged(), (false, vec!["found"]));
    let other = Rows::new().refused().then(opened(r"C:\ProgramData\en-US\shell33.dll"));
    assert_eq!(other.judged(), (true, vec![]));
}

#[test]
fn not_if_a_file_that_could_not_be_deleted_was_gone() {
    let deleting = |status: &str, gone: bool| {
        let mut rows = Rows::new();
        rows.worker("CreateFile", FILE, status, WRITE);
        if gone {
            rows.add("TrustedInstaller.exe", 500, "CreateFile", FILE, "NAME NOT FOUND", WRITE);
        }
        rows.worker("WriteFile", CBS_LOG, "SUCCESS", "Offset: 900, Length: 80");
        rows.judged()
    };
    assert_eq!(deleting("DELETE PENDING", true), (false, vec!["made-up-for"]));
    assert_eq!(deleting("DELETE PENDING", false), (true, vec![]));
    assert!(deleting("ACCESS DENIED", true).0, "the name is gone, and nobody wanted that");
}

#[test]
fn what_the_worker_does_after_it_showed_the_failure_makes_up_for_nothing() {
    let rolled_back = |rows: &mut Rows| {
        rows.worker("RegQueryValue", &format!(r"{CBS}\DisableWerReporting"), "NAME NOT FOUND", "Length: 16");
        rows.at += 3000;
        rows.worker("CreateFile", FILE, "SUCCESS", WRITTEN);
    };
    assert_eq!(Rows::new().refused().then(rolled_back).judged(), (true, vec![]));
    let before = |rows: &mut Rows| rows.worker("CreateFile", FILE, "SUCCESS", WRITTEN);
    assert!(!Rows::new().refused().then(before).judged().0);
}

/// A CBS.log in which an installer fails with a code, and says which function failed.
pub(crate) fn installer(words: &str, code: u32) -> String {
    let lines = [
        "Info                  CBS    Startup: Processing advanced operation queue, startupPhase: 0".to_owned(),
        "Info                  CSI    00000009 Begin executing advanced installer phase 36 index 3 (sequence 3)\n    \
         Old component: (null)\n    New component: Microsoft-Windows-Hal, version 10.0.17763.6189, arch amd64\n    \
         Installer ID: {d4c4a7be-2f4b-4d0a-b5cb-21e0c3a0b7cd}\n    Installer name: 'MOF Installer'"
            .to_owned(),
        format!("Error                 CSI    0000000a (F) {words}"),
        format!(
            "Info                  CSI    0000000c End executing advanced installer (sequence 3)\n    \
             Completion status: HRESULT_FROM_WIN32({code})"
        ),
        format!(
            "Error      [0x01806a] CSI    0000000d (F) Failed execution of queue item Installer: MOF Installer \
             ({{d4c4a7be-2f4b-4d0a-b5cb-21e0c3a0b7cd}}) with HRESULT HRESULT_FROM_WIN32({code}).  Failure will not be \
             ignored: A rollback will be initiated after all the operations in the installer queue are completed; \
             installer is reliable[gle=0x80004005]"
        ),
        "Error                 CBS    Startup: Failed to process advanced operation queue, startupPhase: 0.  A rollback \
         transaction will be created. [HRESULT = 0x800f0922 - CBS_E_INSTALLERS_FAILED]"
            .to_owned(),
    ];
    lines.iter().map(|line| format!("2024-05-03 07:00:00, {line}\n")).collect()
}

#[test]
fn not_if_the_installer_says_that_another_function_failed() {
    let said = |function: &str| {
        let words =
            format!("Logged @: [l:70 ml:71]'Plugin utility.cpp(133): {function} failed. HR=0x80070005.'");
        Rows::new().refused().judged_beside(Some(&installer(&words, 5)))
    };
    for function in ["CreateFileW", "CopyFileExW", "RegisterTheManifest"] {
        assert_eq!(said(function), (true, vec![]), "{function}");
    }
    for function in ["OpenProcessToken", "RpcBindingSetAuthInfoExW", "RegCreateKeyExW"] {
        assert_eq!(said(function), (false, vec!["other-call"]), "{function}");
    }
}

#[test]
fn not_if_what_failed_in_the_end_has_the_code_of_another_error() {
    let said = |code| {
        let words = format!("Failed to create file [l:39]'{FILE}' [0x80070005]");
        Rows::new().refused().judged_beside(Some(&installer(&words, code)))
    };
    assert_eq!(said(5), (true, vec![]));
    assert_eq!(said(1722), (false, vec!["contradicted"]));
    assert_eq!(said(1603), (true, vec![]), "a code for whatever failed");
}

#[test]
fn what_the_worker_takes_away_of_its_own_making_is_no_further_work() {
    let deletes = |file: &'static str| {
        move |rows: &mut Rows| {
            let access = "Desired Access: Read Attributes, Delete, Synchronize, Disposition: Open, Options: Non-Directory File, \
                Attributes: n/a, ShareMode: Read, Write, Delete, AllocationSize: n/a, OpenResult: Opened";
            rows.worker("CreateFile", file, "SUCCESS", access);
            rows.worker("SetDispositionInformationFile", file, "SUCCESS", "Delete: True");
        }
    };
    let own = Rows::new().refused().then(deletes(r"C:\Windows\WinSxS\Temp\3.dll"));
    assert_eq!(own.judged(), (true, vec![]));
    let other = Rows::new().refused().then(deletes(r"C:\Windows\WinSxS\Temp\other.dll"));
    assert_eq!(other.judged(), (false, vec!["carried-on"]));
}
