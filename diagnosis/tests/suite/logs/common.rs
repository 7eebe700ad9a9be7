//! Synthetic logs through the whole diagnosis.

use std::path::{Path, PathBuf};

use diagnosis::{Diagnosis, FaultKind, Outcome, Rules, diagnose};
use timeline::{Case, PhaseName, Ticks, Timeline};

/// A CBS.log of the given messages, one each second; a message says level and component in front: `E CSI 00000052 …`;
/// `F` is an error with an event code.
pub(crate) fn cbs(messages: &[&str]) -> String {
    let mut log = String::new();
    for (second, message) in messages.iter().enumerate() {
        let (level, rest) = message.split_at(1);
        let (level, code) = match level {
            "E" => ("Error", ""),
            "F" => ("Error", "[0x018007]"),
            _ => ("Info", ""),
        };
        let (component, text) = rest.trim_start().split_once(' ').unwrap();
        let (minute, second) = (10 + second / 60, second % 60);
        log += &format!(
            "2024-03-12 04:{minute:02}:{second:02}, {level:<10} {code:<10} {component:<6} {text}\r\n"
        );
    }
    log
}

/// What the diagnosis says.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) outcome: Outcome,
    pub(crate) summary: String,
    pub(crate) mixture: String,
    pub(crate) phase: PhaseName,
    pub(crate) fault: Option<FaultKind>,
    pub(crate) item: String,
    pub(crate) binary: Option<String>,
    pub(crate) code: Option<u32>,
    pub(crate) took: Option<Ticks>,
    pub(crate) boot: u32,
    pub(crate) reported: Option<u32>,
    pub(crate) missing: String,
    pub(crate) rules: Vec<String>,
    pub(crate) remedies: Vec<String>,
    pub(crate) steps: Vec<String>,
}

impl Told {
    fn of(diagnosis: &Diagnosis) -> Self {
        let verdict = &diagnosis.verdict;
        let first = diagnosis.faults.first();
        Self {
            outcome: verdict.outcome,
            summary: verdict.summary.en.clone(),
            mixture: verdict.mixture.as_ref().map_or_else(String::new, |words| words.en.clone()),
            phase: verdict.phase,
            fault: first.map(|f| f.kind),
            item: first.map_or_else(String::new, |f| f.item.clone()),
            binary: first.and_then(|f| f.binary.clone()),
            code: first.and_then(|f| f.code),
            took: first.and_then(|f| f.took),
            boot: first.map_or(0, |f| f.boot),
            reported: verdict.hresult,
            missing: verdict.missing.as_ref().map_or_else(String::new, |m| m.what.en.clone()),
            rules: diagnosis.rules.iter().map(|hit| hit.rule.id.clone()).collect(),
            remedies: diagnosis.remedies.iter().map(|remedy| remedy.rule.clone()).collect(),
            steps: diagnosis.remedies.iter().map(|r| format!("{}\n{}", r.title.en, r.command)).collect(),
        }
    }
}

/// Writes `files` to a folder of their own and diagnoses them with the rules that are built in.
pub(crate) fn tell(name: &str, files: &[(&str, String)]) -> Told {
    tell_with(name, files, &Rules::built_in())
}

/// As [`tell`], with other rules.
pub(crate) fn tell_with(name: &str, files: &[(&str, String)], rules: &Rules) -> Told {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(plain);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let mut paths = Vec::new();
    for (file, content) in files {
        let path = folder.join(file);
        std::fs::write(&path, content).unwrap();
        paths.push(path);
    }
    tell_paths(&paths, rules)
}

pub(crate) fn tell_paths(paths: &[PathBuf], rules: &Rules) -> Told {
    let case = Case::open(paths);
    assert!(case.unreadable.is_empty(), "{:?}", case.unreadable);
    Told::of(&diagnose(&Timeline::new(&case), rules))
}
