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
    let data = std::env::var_os("BOOTRACE_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    if data.join(name).exists() {
        return Some(data.join(name));
    }
    let packed = data.join(format!("{name}.xz"));
    let out = Command::new("xz").arg("-dkc").arg(&packed).output();
    match out {
        Ok(out) if out.status.success() => {
            let path = folder.join(Path::new(name).file_name()?);
            std::fs::write(&path, out.stdout).unwrap();
            Some(path)
        }
        _ => {
            eprintln!("SKIPPED: {} is not there, or xz is missing", packed.display());
            None
        }
    }
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
    assert!(refused(&["--columns", "procesname"]).contains("did you mean process-name?"));
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
        ("csv", b"\xEF\xBB\xBF\"Time of Day\",\"Process Name\"\r\n", &["CSV export", ".PML"]),
        ("empty", b"", &["empty"]),
        ("cut", &good[..0x200], &["header", "offset 0x0", "needs 936 bytes, 512 are there"]),
        ("short", &good[..good.len() / 2], &["offset 0x", "needs", "are there"]),
        ("unclean", &unclean, &["not closed cleanly", "0x248"]),
    ];
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
