//! `bootrace report` as a user runs it, on the committed sample and on real files.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn bootrace(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bootrace")).args(args).env("NO_COLOR", "1").output().unwrap()
}

fn sample(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-traces/samples").join(name);
    path.to_str().unwrap().to_owned()
}

fn json(args: &[&str]) -> serde_json::Value {
    let out = bootrace(&[&["report", "-o", "-", "--format", "json"], args].concat());
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

const TRACE: &str = "driver-queue-access-denied.pml";
const LOG: &str = "driver-queue-access-denied.CBS.log";

#[test]
fn the_sample_names_its_failing_operation() {
    let report = json(&[&sample(TRACE)]);
    let verdict = &report["verdict"];
    assert_eq!(verdict["outcome"], "failing_operation");
    assert_eq!(verdict["phase"], "startup-drivers");
    assert_eq!(verdict["failing_operation"]["process"], "TiWorker.exe");
    assert_eq!(verdict["failing_operation"]["status"], "0xC0000022");
    assert!(verdict["failing_operation"]["path"].as_str().unwrap().ends_with("cpu.inf"));
    // A trace alone is never a reason to be sure.
    assert_eq!(verdict["confidence"]["level"], "medium");
    assert_eq!(report["inputs"][0]["sha256"].as_str().unwrap().len(), 64);
    assert!(report["chain"].as_array().unwrap().len() >= 3);
    // Who had the file open is no reason for ACCESS DENIED, and is not given as one.
    assert!(!report["chain"].to_string().contains("held by"));
    assert_eq!(verdict["remedies"][0]["rule"], "BR-0308");
}

#[test]
fn its_log_makes_the_verdict_sure() {
    let report = json(&[&sample(TRACE), &sample(LOG)]);
    assert_eq!(report["verdict"]["outcome"], "failing_operation");
    assert_eq!(report["verdict"]["confidence"]["level"], "high");
    assert_eq!(report["verdict"]["hresult"], "0x80070005");
    assert_eq!(report["clock"]["log_utc_offset_minutes"], 540);
}

/// One machine, three days, three codes: what the logs of the founding case showed.
#[test]
fn each_day_of_a_driver_queue_that_fails_names_its_operation() {
    for (name, operation, status, hresult, rule) in [
        ("access-denied", "CreateFile", "0xC0000022", "0x80070005", "BR-0308"),
        ("name-not-found", "CreateFile", "0xC0000034", "0x80070002", "BR-0301"),
        ("log-growth", "SetDispositionInformationFile", "0xC0190019", "0x80071AB1", "BR-0304"),
    ] {
        let trace = sample(&format!("driver-queue-{name}.pml"));
        let report = json(&[&trace, &sample(&format!("driver-queue-{name}.CBS.log"))]);
        let verdict = &report["verdict"];
        let failing = &verdict["failing_operation"];
        assert_eq!(verdict["outcome"], "failing_operation", "{name}");
        assert_eq!(
            (&failing["operation"], &failing["status"]),
            (&operation.into(), &status.into()),
            "{name}"
        );
        assert!(failing["path"].as_str().unwrap().contains(r"\FileRepository\cpu.inf_amd64_"), "{name}");
        assert_eq!(verdict["hresult"], hresult, "{name}");
        assert_eq!(verdict["phase"], "startup-drivers", "{name}");
        assert_eq!(verdict["confidence"]["level"], "high", "{name}");
        assert_eq!(verdict["remedies"][0]["rule"], rule, "{name}");
        // Without the log the result tells what the code would be.
        assert_eq!(json(&[&trace])["verdict"]["failing_operation"]["hresult"], hresult, "{name}");
    }
}

#[test]
fn the_log_alone_names_the_driver_and_no_operation() {
    let report = json(&[&sample(LOG)]);
    assert_eq!(report["verdict"]["outcome"], "failure_without_operation");
    assert!(report["verdict"]["failing_operation"].is_null());
    assert!(report["verdict"]["summary"]["en"].as_str().unwrap().contains("cpu.inf"));
    assert!(report["verdict"]["next_capture"]["title"]["en"].as_str().unwrap().contains("record the reboot"));
    let command = report["verdict"]["next_capture"]["command"].as_str().expect("a command");
    let arguments: Vec<_> =
        command.strip_prefix("bootrace ").expect("a command of bootrace").split(' ').collect();
    let understood = bootrace(&[&arguments[..], &["--help"]].concat());
    assert!(understood.status.success(), "{command}: {}", String::from_utf8_lossy(&understood.stderr));
}

#[test]
fn files_go_where_they_are_asked_for_and_are_the_same_again() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("case");
    let run =
        || bootrace(&["report", &sample(TRACE), "-o", out.to_str().unwrap(), "--format", "html,json,text"]);
    let first = run();
    assert!(first.status.success());
    let verdict = String::from_utf8(first.stdout).unwrap();
    assert!(verdict.contains("\nFAILED") && verdict.lines().count() <= 15, "{verdict}");
    let read =
        || ["report.html", "report.json", "report.txt"].map(|name| std::fs::read(out.join(name)).unwrap());
    let before = read();
    run();
    assert!(before == read(), "a second run writes the same bytes");
    let code =
        bootrace(&["report", &sample(TRACE), "-o", out.to_str().unwrap(), "--format", "json", "--exit-code"]);
    assert_eq!(code.status.code(), Some(1));
}

#[test]
fn what_is_read_is_counted_to_its_end() {
    let case = timeline::Case::open(&[sample(TRACE).into(), sample(LOG).into()]);
    let progress = timeline::Progress::new(case.inputs.len());
    assert_eq!((progress.read(0), progress.read(1)), (0, 0));
    let timeline = timeline::Timeline::watched(&case, &progress);
    assert_eq!(timeline.scans.len(), 2);
    for (number, input) in case.inputs.iter().enumerate() {
        assert_eq!(progress.read(number), input.source.bytes().len() as u64, "{}", input.path);
    }
}

#[test]
fn what_cannot_be_read_is_told_and_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.pml");
    std::fs::write(&broken, b"PML_ and nothing more").unwrap();
    let out = bootrace(&["report", broken.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(2));
    let error = String::from_utf8(out.stderr).unwrap();
    assert!(error.contains("broken.pml") && error.contains("needs 936 bytes"), "{error}");
    let report = json(&[broken.to_str().unwrap(), &sample(TRACE)]);
    assert_eq!(report["verdict"]["outcome"], "failing_operation");
    let coverage = report["coverage"].as_array().unwrap();
    assert!(coverage.iter().any(|row| row["what"]["en"].as_str().unwrap().contains("broken.pml")));
}

#[test]
fn a_rule_of_ones_own_that_is_wrong_names_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.toml"), "[[rule]]\nid = 5\n").unwrap();
    let out = bootrace(&["report", &sample(TRACE), "--rules", folder.path().to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8(out.stderr).unwrap().contains("mine.toml:2: "));
}

/// A file of the real ones, unpacked into `folder`; `None`, and it is said so, where it is not there.
fn real(name: &str, folder: &Path) -> Option<PathBuf> {
    let path = folder.join(Path::new(name).file_name()?);
    std::fs::write(&path, test_data::bytes(name)?).unwrap();
    Some(path)
}

#[test]
fn every_record_of_an_etw_trace_counts() {
    let folder = tempfile::tempdir().unwrap();
    let Some(expected) = real("etl/expected.json", folder.path()) else { return };
    let expected: serde_json::Value = serde_json::from_slice(&std::fs::read(expected).unwrap()).unwrap();
    let files = expected.as_object().unwrap();
    assert_eq!(files.len(), 7);
    for (name, counted) in files {
        let Some(path) = real(&format!("etl/{name}"), folder.path()) else { continue };
        let report = json(&[path.to_str().unwrap()]);
        // The log-file header is a record too.
        assert_eq!(report["inputs"][0]["records"], counted["events"], "{name}");
        assert!(report["inputs"][0]["bad_records"].as_u64().unwrap_or(0) == 0, "{name}");
    }
}

#[test]
fn a_shutdown_trace_shows_what_ended_and_says_what_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = real("etl/ShutdownPerfDiagLogger-18362.etl", folder.path()) else { return };
    let report = json(&[path.to_str().unwrap()]);
    let processes = report["processes"].as_array().unwrap();
    let ended = |p: &&serde_json::Value| !p["end"].is_null() && !p["exit_status"].is_null();
    assert_eq!(processes.iter().filter(ended).count(), 60);
    for (name, command) in
        [("TiWorker.exe", "-Embedding"), ("TrustedInstaller.exe", ""), ("svchost.exe", "-k wsappx")]
    {
        let found: Vec<_> = processes
            .iter()
            .filter(|p| p["name"] == name && p["command_line"].as_str().unwrap_or("").contains(command))
            .collect();
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0]["exit_status"], "0x00000000", "{name}");
        assert!(found[0]["end"].as_str().unwrap().starts_with("2020-02-28T17:15:49"), "{name}");
    }
    assert_eq!(report["phases"][0]["name"], "shutdown");
    let lacks = report["verdict"]["not_covered"].to_string();
    assert!(
        lacks.contains("ShutdownPerfDiagLogger-18362.etl holds no file and registry operations"),
        "{lacks}"
    );
    assert!(report["coverage"].to_string().contains("no file and registry operations in this trace"));

    // The session began eight hours before: its events are not all in the last bin.
    let bins: Vec<_> =
        report["histogram"]["events"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
    assert_eq!(bins.iter().sum::<u64>(), 1645);
    assert!(bins.iter().filter(|n| **n > 0).count() > 50, "{bins:?}");

    let services = report["services"].as_array().unwrap();
    let last = |name: &str| {
        let service = services.iter().find(|s| s["name"] == name).unwrap();
        service["states"].as_array().unwrap().last().map(|s| (s["state"].clone(), s["trust"].clone()))
    };
    assert_eq!(last("TrustedInstaller"), Some(("stopped".into(), "recorded".into())));
    assert_eq!(last("AppXSvc"), Some(("stopped".into(), "inferred".into())));

    // The few lines for a terminal tell the same, and so does the page.
    let path = path.to_str().unwrap();
    let text = bootrace(&["report", path, "-o", "-", "--format", "text"]).stdout;
    let text = String::from_utf8(text).unwrap();
    for said in [
        "TiWorker.exe (756) 0x00000000",
        "TrustedInstaller.exe (4636) 0x00000000",
        "svchost.exe -k wsappx (5360) 0x00000000",
        "holds no file and registry operations",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let page = bootrace(&["report", path, "-o", "-", "--format", "html"]).stdout;
    let page = String::from_utf8(page).unwrap();
    let row = page.lines().find(|line| line.contains("<th scope=\"row\"") && line.contains("(756)")).unwrap();
    assert!(row.contains("<td class=\"code\"><bdi>0x00000000</bdi></td>"), "{row}");
}

/// Real files, which hold no update's reboot, and what may be said of them.
#[test]
fn real_files_never_give_an_invented_failure() {
    let folder = tempfile::tempdir().unwrap();
    for (name, outcome, records) in [
        ("pml/LogfileTests64bitUTC.PML", "not_enough_evidence", 53_214),
        ("pml/LogfileTests32bitUTC.PML", "not_enough_evidence", 32_930),
        ("pml/LogFileUTC64Filesystem.PML", "not_enough_evidence", 31_569),
        ("pml/Noriben-v7-xp32.PML", "not_enough_evidence", 623),
        ("etl/ShutdownPerfDiagLogger-18362.etl", "not_enough_evidence", 17_078),
        ("etl/process_data_32_v3-7600.etl", "not_enough_evidence", 9),
        ("logs/System.evtx", "not_enough_evidence", 1_881),
        ("logs/SYSTEM-hive-win10-1709", "not_enough_evidence", 43_211),
        ("logs/cbs-2025-clean-setupexecute.log", "no_failure", 5_992),
        ("logs/cbs-22621-hydration-errors.log", "no_failure", 13_264),
    ] {
        let Some(path) = real(name, folder.path()) else { continue };
        let report = json(&[path.to_str().unwrap()]);
        assert_eq!(report["verdict"]["outcome"], outcome, "{name}");
        assert_eq!(report["inputs"][0]["records"], records, "{name}");
    }
}
