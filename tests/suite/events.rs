//! `bootrace events` as a user runs it: Process Monitor's own exports, filters, formats, and what it says of files that
//! are no logs.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn bootrace(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bootrace")).args(args).env("NO_COLOR", "1").output().unwrap()
}

fn sample() -> String {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-traces/samples/driver-queue-access-denied.pml");
    path.to_str().unwrap().to_owned()
}

/// A file of the data folder (`BOOTRACE_DATA`, else `../shared/data`), unpacked into `folder`.
fn data(name: &str, folder: &Path) -> Option<PathBuf> {
    let path = folder.join(Path::new(name).file_name()?);
    std::fs::write(&path, test_data::bytes(name)?).unwrap();
    Some(path)
}

/// A row by heading.
type Row = BTreeMap<String, String>;

fn rows(csv: &[u8]) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(csv.strip_prefix(b"\xEF\xBB\xBF").unwrap());
    let headings = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        headings.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect()
    };
    reader.records().map(|r| row(r.unwrap())).collect()
}

/// Exports a real log and counts the rows that differ from Process Monitor's export on the columns that it has.
fn differing(name: &str, offset: &str) -> Option<(usize, usize, bool)> {
    let folder = tempfile::tempdir().unwrap();
    let log = data(&format!("pml/{name}.PML"), folder.path())?;
    let theirs = std::fs::read(data(&format!("pml/{name}.csv"), folder.path())?).unwrap();
    let out = bootrace(&["events", log.to_str()?, "--format", "procmon-csv", "--utc-offset", offset]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let (ours, wanted) = (rows(&out.stdout), rows(&theirs));
    assert_eq!(ours.len(), wanted.len());
    let differ =
        ours.iter().zip(&wanted).filter(|(ours, theirs)| theirs.iter().any(|(k, v)| ours.get(k) != Some(v)));
    Some((differ.count(), ours.len(), out.stdout == theirs))
}

#[test]
fn exports_equal_process_monitors_own() {
    // What differs and why is in docs/PML.md: names of accounts that only the exporting machine knew, and what
    // Process Monitor 3.40, which exported the second, prints otherwise.
    for (name, offset, expected) in [
        ("LogfileTests64bitUTC", "+00:00", (4, 53_214, false)),
        ("LogfileTests32bitUTC", "+00:00", (64, 32_930, false)),
        ("LogFileUTC64Filesystem", "+00:00", (0, 31_569, true)),
        ("Noriben-v7-xp32", "-05:00", (0, 623, false)),
    ] {
        if let Some(found) = differing(name, offset) {
            assert_eq!(found, expected, "{name}: rows that differ, rows, equal to the byte");
        }
    }
}

#[test]
fn an_empty_log_gives_the_header() {
    let folder = tempfile::tempdir().unwrap();
    let Some(log) = data("pml/empty-0-events.PML", folder.path()) else { return };
    let out = bootrace(&["events", log.to_str().unwrap(), "--format", "procmon-csv"]);
    assert!(out.status.success());
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(
        text.starts_with("\u{FEFF}\"Time of Day\",\"Process Name\"")
            && text.ends_with("\"Architecture\"\r\n")
    );
    assert_eq!(text.lines().count(), 1);
}

fn jsonl(args: &[&str]) -> Vec<serde_json::Value> {
    let sample = sample();
    let out = bootrace(&[&["events", &sample, "--format", "jsonl"], args].concat());
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

/// What Timesketch's guide asks of a line, and that the rest is the plain format's.
#[test]
fn timesketch_gets_what_it_asks_for() {
    let sample = sample();
    let plain = jsonl(&[]);
    let lines = jsonl(&["--profile", "timesketch"]);
    assert_eq!(lines.len(), plain.len());
    for (line, plain) in lines.iter().zip(&plain) {
        assert_eq!(line["timestamp_desc"], "Start Time");
        let datetime = line["datetime"].as_str().unwrap();
        let recorded = plain["date-and-time"].as_str().unwrap();
        // 2024-08-20T05:12:44.3180019Z and 2024-08-20T05:12:44.318001+00:00
        assert_eq!(
            datetime,
            format!("{:0<26}+00:00", recorded.trim_end_matches('Z').chars().take(26).collect::<String>())
        );
        let microseconds = line["timestamp"].as_i64().unwrap();
        assert!(datetime[..26].ends_with(&format!("{:06}", microseconds % 1_000_000)), "{line}");
        let message = line["message"].as_str().unwrap();
        for part in ["process-name", "operation", "path", "result"] {
            assert!(message.contains(plain[part].as_str().unwrap_or_default()), "{message}");
        }
        let keys = |line: &serde_json::Value| line.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let theirs = ["datetime", "message", "timestamp", "timestamp_desc"].map(str::to_owned);
        let mut wanted: Vec<_> = keys(plain).iter().map(|key| key.replace('-', "_")).chain(theirs).collect();
        wanted.sort();
        let mut found = keys(line);
        found.sort();
        assert_eq!(found, wanted);
        assert_eq!(line["process_name"], plain["process-name"]);
    }
    let failed = lines.iter().find(|line| line["result"] == "ACCESS DENIED").unwrap();
    assert_eq!(
        failed["message"],
        r"TiWorker.exe (792) CreateFile C:\Windows\System32\DriverStore\FileRepository\cpu.inf_amd64_58ad293bce5709bc\cpu.inf: ACCESS DENIED"
    );

    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("events.json");
    let out = bootrace(&["events", &sample, "--profile", "timesketch", "-o", output.to_str().unwrap()]);
    assert!(out.status.success() && String::from_utf8_lossy(&out.stderr).contains("ends in .jsonl"));
    let out = bootrace(&["events", &sample, "--profile", "timesketch", "--format", "csv"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stderr).contains("--format jsonl"));
}

#[test]
fn filters_choose_as_in_process_monitor() {
    let all = jsonl(&[]);
    let count = |wanted: &dyn Fn(&serde_json::Value) -> bool| all.iter().filter(|e| wanted(e)).count();
    let denied = jsonl(&["--where", "result is access denied"]);
    assert_eq!(denied.len(), count(&|e| e["result"] == "ACCESS DENIED"));
    assert!(!denied.is_empty() && denied.iter().all(|e| e["status"] == "0xC0000022"));

    // Two on one column are alternatives; columns must all hold; is-not and excludes exclude.
    let both = jsonl(&[
        "--where",
        "process-name is TiWorker.exe",
        "--where",
        "process-name is poqexec.exe",
        "--where",
        "result is-not SUCCESS",
        "--where",
        "path excludes Services",
    ]);
    let wanted = |e: &serde_json::Value| {
        let name = e["process-name"].as_str().unwrap_or_default();
        (name == "TiWorker.exe" || name == "poqexec.exe")
            && e["result"] != "SUCCESS"
            && !e["path"].as_str().unwrap_or_default().to_lowercase().contains("services")
    };
    assert_eq!(both.len(), count(&wanted));
    assert!(!both.is_empty());

    let limited = jsonl(&["--where", "pid more-than 700", "--limit", "3"]);
    assert_eq!(limited.len(), 3);
    assert!(limited.iter().all(|e| e["pid"].as_u64() > Some(700)));

    let window = jsonl(&["--from", "+2s", "--to", "+4s"]);
    assert!(!window.is_empty() && window.len() < all.len());
    assert!(
        window.iter().all(|e| ("00:00:02".."00:00:04.1").contains(&e["relative-time"].as_str().unwrap()))
    );
}

#[test]
fn times_are_held_against_times() {
    let all = jsonl(&[]);
    let clock = |e: &serde_json::Value| e["time-of-day"].as_str().unwrap().to_owned();
    let at = |i: usize| all[i]["date-and-time"].as_str().unwrap().to_owned();
    let middle = all.len() / 2;
    let later = all.iter().filter(|e| e["date-and-time"].as_str() > Some(at(middle).as_str())).count();
    assert!(later > 0 && later < all.len());
    // As bootrace prints them, and as Process Monitor does.
    assert_eq!(jsonl(&["--where", &format!("date-and-time more-than {}", at(middle))]).len(), later);
    assert_eq!(jsonl(&["--where", &format!("time-of-day more-than {}", clock(&all[middle]))]).len(), later);
    let shown = bootrace(&["events", &sample(), "--format", "procmon-csv"]).stdout;
    let shown = rows(&shown)[middle]["Time of Day"].clone();
    assert_eq!(jsonl(&["--where", &format!("time-of-day more-than {shown}")]).len(), later);

    let zero = jsonl(&["--where", "duration is 0"]);
    assert_eq!(zero.len(), all.iter().filter(|e| e["duration"].as_f64() == Some(0.0)).count());
    assert!(!zero.is_empty());

    // A window that is wider than the log holds all of it.
    let (first, last) = (clock(&all[0]), clock(&all[all.len() - 1]));
    assert!(first.as_str() > "00:01" && last.as_str() < "23:59", "the sample is of one day");
    assert_eq!(jsonl(&["--from", "00:01", "--to", "23:59"]).len(), all.len());
    assert_eq!(jsonl(&["--to", "00:01"]).len(), 0);
}

#[test]
fn damaged_events_are_counted_and_the_rest_is_exported() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = std::fs::read(sample()).unwrap();
    let whole = jsonl(&[]).len();
    let u32_at = |log: &[u8], at: usize| u32::from_le_bytes(log[at..at + 4].try_into().unwrap()) as usize;
    let offsets = u32_at(&log, 0x248);
    let record = |log: &[u8], i: usize| u32_at(log, offsets + 5 * i);
    let registry: Vec<usize> = (0..whole).filter(|i| log[record(&log, *i) + 8] == 2).take(3).collect();
    // A path longer than its detail in two of them; a detail longer than the file in the third.
    for i in &registry[..2] {
        let at = record(&log, *i);
        let depth = usize::from(log[at + 0x28]) + 256 * usize::from(log[at + 0x29]);
        log[at + 0x34 + 8 * depth..][..2].copy_from_slice(&0x7FFF_u16.to_le_bytes());
    }
    let lost = record(&log, registry[2]);
    log[lost + 0x2C..lost + 0x30].copy_from_slice(&u32::MAX.to_le_bytes());
    let path = folder.path().join("damaged.pml");
    std::fs::write(&path, &log).unwrap();
    for format in ["csv", "jsonl", "procmon-csv", "table"] {
        let out =
            bootrace(&["events", path.to_str().unwrap(), "--format", format, "--columns", "path,sequence"]);
        assert_eq!(out.status.code(), Some(0), "{format}");
        let lines = String::from_utf8(out.stdout).unwrap().lines().count();
        assert_eq!(lines, whole - 1 + usize::from(format != "jsonl"), "{format}");
        let error = String::from_utf8(out.stderr).unwrap();
        let first = format!("event {}: event detail at offset 0x", registry[0]);
        assert!(error.contains("3 record(s) are damaged") && error.contains(&first), "{format}: {error}");
    }
}

#[test]
fn csv_takes_columns_and_limits_exactly() {
    let sample = sample();
    let out = bootrace(&["events", &sample, "--format", "csv", "--columns", "pid,path", "--limit", "5000"]);
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(text.starts_with("pid,path\n"));
    let out = bootrace(&["events", &sample, "--format", "csv", "--limit", "7"]);
    assert_eq!(csv::Reader::from_reader(out.stdout.as_slice()).records().count(), 7);
}

#[test]
fn wrong_words_teach() {
    let sample = sample();
    let refused = |args: &[&str]| {
        let out = bootrace(&[&["events", &sample], args].concat());
        assert_eq!(out.status.code(), Some(2));
        String::from_utf8(out.stderr).unwrap()
    };
    assert!(refused(&["--where", "reslt is x"]).contains("did you mean result?"));
    assert!(refused(&["--where", "result equals x"]).contains("relations are is, is-not"));
    assert!(refused(&["--from", "noon"]).contains("is no time"));
    assert!(refused(&["--where", "pid is explorer.exe"]).contains("pid takes a number"));
    assert!(refused(&["--columns", "procesname"]).contains("did you mean process-name?"));
}

const CBS: &[u8] =
    b"2024-10-03 00:58:03, Info                  CBS    TI: --- Initializing Trusted Installer ---\r\n";

#[test]
fn an_etw_trace_has_process_monitors_columns() {
    let folder = tempfile::tempdir().unwrap();
    let Some(trace) = data("etl/ShutdownPerfDiagLogger-18362.etl", folder.path()) else { return };
    let trace = trace.to_str().unwrap();
    let out = bootrace(&["events", trace, "--format", "procmon-csv"]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let all = rows(&out.stdout);
    let count = |operation: &str| all.iter().filter(|row| row["Operation"] == operation).count();
    assert_eq!(
        ["Process Defined", "Process Exit", "Load Image", "Thread Create", "Thread Exit"].map(count),
        [131, 60, 72, 350, 1032]
    );
    assert_eq!(all.len(), 1645);
    assert!(all.iter().all(|row| row.len() == 27 && row["Integrity"].is_empty() && !row["PID"].is_empty()));

    let out = bootrace(&[
        "events",
        trace,
        "--format",
        "jsonl",
        "--where",
        "operation is Process Exit",
        "--where",
        "process-name is TiWorker.exe",
    ]);
    let ended: Vec<serde_json::Value> =
        String::from_utf8(out.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let [ended] = ended.as_slice() else { panic!("{ended:?}") };
    assert_eq!(ended["detail"], "Exit Status: 0");
    assert!(ended["image-path"].as_str().unwrap().contains(r"\WinSxS\"));
    // Nobody records what became of it, and no status is made up.
    assert!(ended.get("status").is_none() && ended.get("result").is_none());

    // A folder with two traces: one header, all rows, in order.
    let second = folder.path().join("a-made-log.pml");
    std::fs::copy(sample(), &second).unwrap();
    if !folder.path().join("ShutdownPerfDiagLogger-18362.etl").exists() {
        std::fs::copy(trace, folder.path().join("ShutdownPerfDiagLogger-18362.etl")).unwrap();
    }
    let out = bootrace(&["events", folder.path().to_str().unwrap(), "--format", "procmon-csv"]);
    assert_eq!(rows(&out.stdout).len(), all.len() + jsonl(&[]).len());
    assert!(String::from_utf8(out.stderr).unwrap().contains("2 traces, one after the other"));
}

#[test]
fn what_is_no_log_is_told_as_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let good = std::fs::read(sample()).unwrap();
    let mut unclean = good.clone();
    unclean[0x248..0x250].fill(0);
    let cases: &[(&str, &[u8], &[&str])] = &[
        (
            "lfs",
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
            &["Git LFS pointer", "git lfs pull"],
        ),
        ("zip", b"PK\x03\x04rest", &["ZIP archive"]),
        (
            "csv",
            b"\xEF\xBB\xBF\"Time of Day\",\"Process Name\",\"Operation\"\r\n",
            &["has no column \"Result\"", ".PML"],
        ),
        ("log", CBS, &["holds no trace of events but cbs-log", "bootrace report"]),
        ("empty", b"", &["empty"]),
        ("cut", &good[..0x200], &["header", "offset 0x0", "needs 936 bytes, 512 are there"]),
    ];
    let recovered: &[(&str, &[u8], &[&str])] = &[
        ("short", &good[..good.len() / 2], &["recovered", "offset 0x", "needs", "are there"]),
        ("unclean", &unclean, &["recovered 1791 events", "not closed cleanly", "0x248"]),
    ];
    for (name, bytes, words) in recovered {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let out = bootrace(&["events", path.to_str().unwrap()]);
        let (rows, error) = (String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap());
        assert_eq!(out.status.code(), Some(0), "{name}: {error}");
        assert!(rows.lines().count() > 700, "{name}");
        for word in [*name].iter().chain(words.iter()) {
            assert!(error.contains(word), "{name}: {error}");
        }
    }
    for (name, bytes, words) in cases {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let out = bootrace(&["events", path.to_str().unwrap()]);
        assert_eq!(out.status.code(), Some(2), "{name}");
        let error = String::from_utf8(out.stderr).unwrap();
        assert_eq!(error.lines().count(), 1, "{name}: {error}");
        for word in [*name].iter().chain(words.iter()) {
            assert!(error.contains(word), "{name}: {error}");
        }
    }
    let out = bootrace(&["events", folder.path().join("nowhere.pml").to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8(out.stderr).unwrap().contains("nowhere.pml"));
}

#[test]
fn an_empty_list_is_explained() {
    for (arguments, said) in [
        (
            &["--where", "Process Name is TiWorkr.exe"][..],
            "has the process-name tiworkr.exe; did you mean TiWorker.exe?",
        ),
        (&["--where", "operation is CreatePipe"], "no event has the operation createpipe"),
        (&["--around", "00:58:04"], "the log goes from 2024-10-02T15:57:49"),
        (
            &["--where", "process-name is TiWorker.exe", "--where", "path is nothing"],
            "bootrace: no event matches\n",
        ),
    ] {
        let out = bootrace(&[&["events", &sample(), "--lang", "en"], arguments].concat());
        let error = String::from_utf8(out.stderr).unwrap();
        assert!(error.contains(said), "{arguments:?}: {error}");
        assert!(out.status.success());
    }
    let found = bootrace(&["events", &sample(), "--where", "process-name is TiWorker.exe"]);
    assert!(found.stderr.is_empty(), "{}", String::from_utf8_lossy(&found.stderr));
}
