//! An update that fails before any restart: its session is the zero of the report's times, not an earlier boot.

use std::path::Path;

use diagnosis::{BootStart, Ending, Rules, diagnose, headline};
use timeline::{Case, FileTime, Timeline};

/// A boot, two days without work, then lines of the day on which the update failed.
fn log(day: &str) -> String {
    let line = |time: &str, text: &str| format!("{time}, Info                  CBS    {text}\r\n");
    let mut log = line("2024-03-10 04:10:00", "TI: Last boot time: 2024-03-10 04:09:00.500");
    log += &line("2024-03-10 04:10:01", "Starting TrustedInstaller initialization.");
    log += "2024-03-10 04:10:02, Info                  CSI    00000001@2024/3/10:03:10:02.000 CSI Transaction @0x1 initialized\r\n";
    log + day
}

const FAILS: &str = "\
2024-03-12 04:20:00, Info                  CBS    Failed to find file: x86_a_31bf3856ad364e35_6.1.7600.1_none_a51187a7608a895d\\a.dll [HRESULT = 0x80070002 - ERROR_FILE_NOT_FOUND]\r
2024-03-12 04:20:00, Error                 CBS    Failed to pre- stage package: Package_for_KB1~31bf3856ad364e35~amd64~~6.1.1.0 [HRESULT = 0x80070002 - ERROR_FILE_NOT_FOUND]\r
2024-03-12 04:20:01, Info                  CBS    WER: Generating failure report for package: Package_for_KB1~31bf3856ad364e35~amd64~~6.1.1.0, status: 0x80070002, failure source: Stage, start state: Resolved, target state: Installed, client id: DISM Package Manager Provider\r
";

/// The start of what the report counts from, what shows it, and when the update failed.
fn zero(name: &str, text: &str) -> (FileTime, BootStart, FileTime) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("CBS.log");
    std::fs::write(&path, text).unwrap();
    let case = Case::open(&[path]);
    let timeline = Timeline::new(&case);
    let headline = headline(&timeline, &diagnose(&timeline, &Rules::built_in()));
    let Some(Ending::NotInstalled { time: Some(failed) }) = headline.ending else {
        panic!("{:?}", headline.ending)
    };
    let boot = headline.boot.unwrap();
    assert!(boot.end >= failed, "{boot:?}");
    (boot.start, boot.shown_by, failed)
}

#[test]
fn the_session_that_failed_is_the_zero_and_not_the_boot_two_days_before() {
    let session = "2024-03-12 04:15:00, Info                  CBS    Exec: Session processing started.  Client: WindowsUpdateAgent, Session(Store): 30741934_1207138151\r\n";
    let (start, shown_by, failed) = zero("before-restart-session", &log(&format!("{session}{FAILS}")));
    assert!(matches!(shown_by, BootStart::Session(_)), "{shown_by:?}");
    assert_eq!(failed.0 - start.0, 300 * 10_000_000);
}

#[test]
fn without_a_start_of_its_session_the_failure_itself_is_the_zero() {
    // A session of two days before is another one's.
    let earlier = "2024-03-10 05:00:00, Info                  CBS    Exec: Session processing started.  Client: WindowsUpdateAgent, Session(Store): 30741934_1207138151\r\n";
    let (start, shown_by, failed) = zero("before-restart-earlier", &log(&format!("{earlier}{FAILS}")));
    assert_eq!((start, shown_by), (failed, BootStart::Failure));
}
