//! The report of every made trace is what docs/report.schema.json says.

use crate::schema_check;

use std::{path::Path, process::Command};

fn report(input: &Path) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bootrace"));
    let out = command.arg("report").arg(input).args(["-o", "-", "--format", "json"]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn every_samples_report_is_what_the_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut reports = Vec::new();
    for scenario in sample_traces::SCENARIOS.iter().step_by(test_data::stride()) {
        let case = folder.path().join(scenario.name);
        std::fs::create_dir(&case).unwrap();
        let options = sample_traces::Options { noise: 300, ..Default::default() };
        let made = sample_traces::make(scenario, options).unwrap();
        std::fs::write(case.join("boot.pml"), made.pml).unwrap();
        std::fs::write(case.join("CBS.log"), made.cbs_log).unwrap();
        reports.push((scenario.name.to_owned(), report(&case)));
    }
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-traces/samples");
    reports.push(("samples".to_owned(), report(&samples)));
    for entry in std::fs::read_dir(&samples).unwrap().map(Result::unwrap) {
        if entry.path().extension().is_some_and(|ending| ending == "pml" || ending == "log") {
            reports.push((entry.file_name().into_string().unwrap(), report(&entry.path())));
        }
    }
    schema_check::hold(&reports);
    schema_check::hold_by_python(&reports);
}
