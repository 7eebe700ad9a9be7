//! `bootrace fleet` as a user runs it: bad cases, kills, redaction, and what a report says of a fleet.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use sample_traces::{Made, Options, SCENARIOS};

/// Rows of noise: the cases are small.
const NOISE: u32 = 200;

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bootrace"));
    command.args(["--lang", "en"]).args(args).env("NO_COLOR", "1");
    command
}

fn run(args: &[&str]) -> Output {
    command(args).output().unwrap()
}

fn printed(args: &[&str]) -> String {
    let out = run(args);
    assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// Writes one case into a folder of its own.
fn write(folder: &Path, name: &str, scenario: &str, seed: u64) -> PathBuf {
    let options = Options { seed, is_64bit: true, noise: NOISE };
    let Made { pml, cbs_log, .. } =
        sample_traces::make(sample_traces::scenario(scenario).unwrap(), options).unwrap();
    let case = folder.join(name);
    fs::create_dir_all(&case).unwrap();
    fs::write(case.join("boot.pml"), pml).unwrap();
    fs::write(case.join("CBS.log"), cbs_log).unwrap();
    case
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// All tables, as text.
fn content(db: &Path) -> String {
    let dump = |table: &fleet::Table| {
        let order = if table.is_list() { "1, 2" } else { "1" };
        let sql = format!("SELECT * FROM \"{}\" ORDER BY {order}", table.name);
        format!("{}\n{}", table.name, printed(&["fleet", "query", "--db", text(db), &sql, "--format", "csv"]))
    };
    fleet::tables().iter().map(dump).collect()
}

#[test]
fn killed_at_any_moment_and_started_again_it_holds_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let cases = folder.path().join("cases");
    for (number, scenario) in (0..).zip(SCENARIOS.iter().step_by(3)) {
        write(&cases, &format!("{number:02}"), scenario.name, 7 + number);
    }
    let count = fs::read_dir(&cases).unwrap().count();
    let [whole, broken] = ["whole.db", "broken.db"].map(|name| folder.path().join(name));
    let add = |db: &Path| command(&["fleet", "add", text(&cases), "--db", text(db), "--jobs", "2"]);
    let begin = Instant::now();
    let out = add(&whole).output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&out.stderr),
        format!("bootrace: {count} cases added, 0 known before, 0 with an error\n")
    );
    let length = begin.elapsed();
    // The moments spread over a run; which case is in work then is chance.
    for kill in 1..=10_u32 {
        let mut child = add(&broken).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(length * kill / 14 + Duration::from_millis(u64::from(kill) * 7 % 13));
        let _ = child.kill();
        child.wait().unwrap();
    }
    let last = add(&broken).output().unwrap();
    assert!(last.status.success(), "{}", String::from_utf8_lossy(&last.stderr));
    assert_eq!(content(&broken), content(&whole));
    let again = add(&whole).output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&again.stderr),
        format!("bootrace: 0 cases added, {count} known before, 0 with an error\n")
    );
}

/// On Unix only: Wine does not enforce the memory limit of a job, and would allocate all of it.
#[test]
#[cfg(all(debug_assertions, unix))]
fn a_panic_a_loop_and_a_huge_allocation_are_one_row_each() {
    let folder = tempfile::tempdir().unwrap();
    let cases = folder.path().join("cases");
    for (seed, name) in (1..).zip(["a-panics", "b-loops", "c-allocates", "d-good", "e-good"]) {
        write(&cases, name, "poqexec-sharing-violation", seed);
    }
    fs::create_dir(cases.join("f-empty")).unwrap();
    fs::write(cases.join("f-empty/notes.bin"), b"\0\x01nothing that is known").unwrap();
    let db = folder.path().join("fleet.db");
    let faults = "panic:a-panics,loop:b-loops,allocate:c-allocates";
    let out = command(&["fleet", "add", text(&cases), "--db", text(&db), "--timeout", "8", "--jobs", "2"])
        .env("BOOTRACE_FLEET_FAULTS", faults)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(
        out.status.success() && said.contains("2 cases added, 0 known before, 4 with an error"),
        "{said}"
    );
    let sql = "SELECT error_kind, error FROM cases WHERE state = 'error' ORDER BY name";
    let rows = printed(&["fleet", "query", "--db", text(&db), sql, "--format", "csv"]);
    let rows: Vec<&str> = rows.lines().skip(1).collect();
    assert!(rows[0].starts_with("panic,a panic on purpose at "), "{rows:?}");
    assert_eq!(rows[1], "timeout,no answer within 8 s");
    assert_eq!(rows[2], "memory,memory allocation of 10737418240 bytes failed; the bound is 2048 MiB");
    assert!(rows[3].starts_with("unreadable,"), "{rows:?}");
    assert_eq!(rows.len(), 4);
}

#[test]
fn a_redacted_database_holds_no_name() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { seed: 3, is_64bit: true, noise: NOISE };
    let made = sample_traces::make(sample_traces::scenario("profile-in-use").unwrap(), options).unwrap();
    let log = pml_reader::PmlFile::from_vec(made.pml).unwrap();
    let machine = log.header().computer_name().to_string();
    // The folder is called after the machine, as people do.
    write(&folder.path().join("cases"), &machine, "profile-in-use", 3);
    let open = folder.path().join("open.db");
    let hidden = folder.path().join("hidden.db");
    let cases = folder.path().join("cases");
    printed(&["fleet", "add", text(&cases), "--db", text(&open)]);
    printed(&["fleet", "add", text(&cases), "--db", text(&hidden), "--redact"]);
    // The accounts that own the profile of this scenario.
    let users = ["svc-backup", "oldadmin"];
    let names = |db: &Path| {
        let content = content(db).to_lowercase();
        let of_users =
            users.iter().map(|user| content.matches(&format!(r"\users\{user}\")).count()).sum::<usize>();
        (content.matches(&machine.to_lowercase()).count(), of_users, content.matches("s-1-5-21-").count())
    };
    let (machines, of_users, _) = names(&open);
    assert!(machines > 0 && of_users > 0, "the names are there without --redact");
    assert_eq!(names(&hidden), (0, 0, 0));
    let raw = fs::read(&hidden).unwrap();
    let machine = machine.to_lowercase().into_bytes();
    assert!(!raw.to_ascii_lowercase().windows(machine.len()).any(|part| part == machine));
    let sql = "SELECT machine, name, redacted FROM cases";
    let row = printed(&["fleet", "query", "--db", text(&hidden), sql, "--format", "csv"]);
    assert!(row.contains("machine-") && row.contains("case-") && row.trim_end().ends_with(",1"), "{row}");
}

#[test]
fn a_report_says_in_how_many_boots_the_same_was_seen() {
    let folder = tempfile::tempdir().unwrap();
    let (bad, good) = (folder.path().join("bad"), folder.path().join("good"));
    for seed in 10..14 {
        write(&bad, &format!("{seed}"), "driver-queue-access-denied", seed);
    }
    for seed in 20..23 {
        write(&good, &format!("{seed}"), "healthy", seed);
    }
    let db = folder.path().join("fleet.db");
    printed(&["fleet", "add", text(&bad), "--db", text(&db)]);
    printed(&["fleet", "add", text(&good), "--db", text(&db), "--healthy"]);
    let case = bad.join("10");
    let report = printed(&["report", text(&case), "--fleet", text(&db), "-o", "-", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let reason = &report["verdict"]["confidence"]["reasons"][1]["text"];
    assert_eq!(
        reason["en"],
        "in the fleet, ACCESS DENIED at this object was seen in 0 of 3 healthy and 3 of 3 failing boots of the same build"
    );
    let features = report["candidates"][0]["features"].as_array().unwrap();
    assert!(features.iter().any(|f| f["name"] == "fleet"), "{features:#?}");
    // Three boots are too few to change the score.
    let plain = printed(&["report", text(&case), "-o", "-", "--format", "json"]);
    let plain: serde_json::Value = serde_json::from_str(&plain).unwrap();
    assert_eq!(plain["verdict"]["failing_operation"], report["verdict"]["failing_operation"]);
    assert_eq!(plain["candidates"][0]["score"], report["candidates"][0]["score"]);
}

#[test]
fn the_page_the_text_and_the_exports_tell_of_the_same_cases() {
    let folder = tempfile::tempdir().unwrap();
    let cases = folder.path().join("cases");
    for seed in 30..33 {
        write(&cases, &format!("a{seed}"), "poqexec-sharing-violation", seed);
    }
    write(&cases, "b", "healthy", 34);
    let db = folder.path().join("fleet.db");
    printed(&["fleet", "add", text(&cases), "--db", text(&db)]);
    let of = |args: &[&str]| printed(&[&["fleet", args[0], "--db", text(&db)], &args[1..]].concat());
    let fleet: serde_json::Value = serde_json::from_str(&of(&["report", "--format", "json"])).unwrap();
    assert_eq!((&fleet["cases"], &fleet["groups"][0]["cases"]), (&4.into(), &3.into()));
    let id = fleet["groups"][0]["id"].as_str().unwrap();
    for format in ["text", "html"] {
        assert!(of(&["report", "--format", format]).contains(id), "{format}");
    }
    let [lines, events] = ["cases.jsonl", "events.jsonl"].map(|name| folder.path().join(name));
    of(&["export", "--jsonl", text(&lines), "--ocsf", text(&events)]);
    let read = |path: &Path| -> Vec<serde_json::Value> {
        fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let lines = read(&lines);
    assert_eq!(lines.len(), 4);
    let failed = lines.iter().find(|line| line["AlertClassification"] == "Error").unwrap();
    assert_eq!(failed["AlertSubtype"], id);
    assert!(failed["ErrorCode"].as_str().unwrap().starts_with("0x"), "{failed:#}");
    for event in read(&events) {
        assert_eq!((&event["class_uid"], &event["type_uid"]), (&5004.into(), &500_401.into()));
        assert!(
            event["device"]["os"]["version"].is_string() && event["kb_article_list"][0]["uid"].is_string()
        );
    }
    assert!(!run(&["fleet", "query", "--db", text(&db), "DELETE FROM cases"]).status.success());
    let absent = run(&["fleet", "report", "--db", "no-such.db"]);
    assert_eq!(absent.status.code(), Some(2));
}
