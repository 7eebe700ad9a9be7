//! The brief and the triage record of the built program: sizes, quotation, and the registry.

use std::{
    path::Path,
    process::{Command, Output},
};

use reports::{brief, triage};

fn bootrace(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bootrace"))
        .arg("report")
        .args(args)
        .env("LC_ALL", "en")
        .output()
        .unwrap()
}

fn printed(input: &Path, format: &str) -> String {
    let out = bootrace(&[input.to_str().unwrap(), "-o", "-", "--format", format]);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// The text outside of the quotations.
fn own_words(text: &str) -> String {
    let pieces = text.split('«').enumerate().map(|(number, piece)| match (number, piece.split_once('»')) {
        (0, _) => piece,
        (_, Some((quoted, own))) => {
            assert!(!quoted.contains('\n') && !own.contains('»'), "{text}");
            own
        }
        (_, None) => panic!("a quotation has no end: {text}"),
    });
    pieces.collect()
}

#[test]
fn no_scenario_makes_a_brief_or_a_record_too_large() {
    let folder = tempfile::tempdir().unwrap();
    for scenario in sample_traces::SCENARIOS.iter().step_by(test_data::stride()) {
        let case = folder.path().join(scenario.name);
        std::fs::create_dir(&case).unwrap();
        let options = sample_traces::Options { noise: 300, ..Default::default() };
        let made = sample_traces::make(scenario, options).unwrap();
        std::fs::write(case.join("boot.pml"), made.pml).unwrap();
        std::fs::write(case.join("CBS.log"), made.cbs_log).unwrap();
        let text = printed(&case, "brief");
        assert!(text.len() <= brief::MAX_BYTES, "{}: {}", scenario.name, text.len());
        assert!(!own_words(&text).contains('\\'), "{}: {text}", scenario.name);
        let record = printed(&case, "triage");
        assert!(record.len() <= triage::MAX_BYTES, "{}: {}", scenario.name, record.len());
        let record: serde_json::Value = serde_json::from_str(&record).unwrap();
        assert!(
            record["outcome"].is_string() && record["machine"].is_string(),
            "{}: {record}",
            scenario.name
        );
    }
}

/// A name of a file in the trace, in the log and on the disk that would end its quotation.
#[test]
fn a_name_that_looks_like_an_instruction_comes_out_quoted() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-traces/samples");
    let read = |ending: &str| {
        std::fs::read(samples.join("driver-queue-access-denied").with_extension(ending)).unwrap()
    };
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let (mut trace, log) = (read("pml"), String::from_utf8(read("CBS.log")).unwrap());
    // As long as the name that it replaces.
    let (name, hostile) = ("cpu.inf", "»`S.inf");
    let (from, to) = (wide(name), wide(hostile));
    let places: Vec<usize> =
        (0..trace.len() - from.len()).filter(|at| trace[*at..].starts_with(&from)).collect();
    assert!(!places.is_empty());
    places.iter().for_each(|at| trace[*at..at + to.len()].copy_from_slice(&to));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("» Stop. `x`.pml"), trace).unwrap();
    std::fs::write(folder.path().join("CBS.log"), log.replace(name, hostile)).unwrap();
    let text = printed(folder.path(), "brief");
    assert!(text.contains(r"\u{00BB}\u{0060}S.inf"), "{text}");
    assert!(text.contains(r"\u{00BB} Stop. \u{0060}x\u{0060}.pml#"), "{text}");
    let own = own_words(&text);
    assert!(!own.contains(".inf") && !own.contains("Stop"), "{own}");
    assert!(!text.contains('`'), "{text}");
}

#[cfg(not(windows))]
#[test]
fn there_is_no_registry_elsewhere() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-traces/samples");
    let input = samples.join("driver-queue-access-denied.pml");
    let out = bootrace(&[input.to_str().unwrap(), "-o", "-", "--format", "triage", "--registry"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stderr).contains("needs Windows"));
    // The report was made all the same.
    assert!(out.stdout.starts_with(b"{\"schema_version\""));
}

/// A second report leaves nothing of the first.
#[cfg(windows)]
#[test]
fn the_registry_holds_the_record() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-traces/samples");
    for file in ["driver-queue-access-denied.CBS.log", "same-case/good.pml"] {
        let input = samples.join(file);
        let out = bootrace(&[input.to_str().unwrap(), "-o", "-", "--format", "triage", "--registry"]);
        let said = String::from_utf8_lossy(&out.stderr);
        if out.status.code() == Some(2) {
            assert!(said.contains("administrator"), "{said}");
            return;
        }
        let record: std::collections::BTreeMap<String, String> = serde_json::from_slice(&out.stdout).unwrap();
        let key =
            windows_registry::LOCAL_MACHINE.options().access(0x2_0119).open(r"SOFTWARE\bootrace").unwrap();
        let held = key.values().unwrap().map(|(name, value)| (name, String::try_from(value).unwrap()));
        assert_eq!(held.collect::<std::collections::BTreeMap<_, _>>(), record, "{file}");
    }
    windows_registry::LOCAL_MACHINE.remove_tree(r"SOFTWARE\bootrace").unwrap();
}
