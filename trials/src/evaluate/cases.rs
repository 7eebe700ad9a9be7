//! The questions to the diagnosis: synthetic traces with their answers, folders of such traces, real logs without a
//! failure.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use pml_reader::PmlFile;
use serde::Deserialize;

use sample_traces::{EtlForm, Label, Made, Options, Outcome, Scenario, etl_twin, make};

/// The right answer, as a label.json has it. Labels of other generators may say more.
#[derive(Debug, Clone, Deserialize)]
pub struct Truth {
    /// Name of the scenario.
    pub scenario: String,
    /// The seed it was made from.
    pub seed: u64,
    /// What became of the update.
    pub outcome: Outcome,
    /// The phase in which it failed, as reports name it.
    pub phase: Option<String>,
    /// The file name of the trace that `index` counts in, if there are several.
    pub trace: Option<String>,
    /// Number of the failing operation among the events of the trace.
    pub index: Option<u64>,
    /// Other operations that are equally right, such as the earlier attempts.
    #[serde(default)]
    pub acceptable: Vec<u64>,
    /// NTSTATUS of the failing operation.
    pub status: Option<u32>,
    /// The HRESULT of the item that failed.
    pub hresult: Option<u32>,
    /// The HRESULT that servicing reports of the whole.
    pub reported: Option<u32>,
    /// Number of the known signature that the failing operation is of.
    pub signature: Option<u8>,
    /// Number of the known kind of failure in logs.
    pub kind: Option<u8>,
}

impl From<&Label> for Truth {
    fn from(label: &Label) -> Self {
        Self {
            scenario: label.scenario.to_owned(),
            seed: label.seed,
            outcome: label.outcome,
            phase: label.phase.map(str::to_owned),
            trace: None,
            index: label.index.map(|i| i as u64),
            acceptable: Vec::new(),
            status: label.status,
            hresult: label.hresult,
            reported: label.reported,
            signature: label.signature,
            kind: None,
        }
    }
}

/// A question with its answer.
#[derive(Debug, Clone)]
pub struct Case {
    /// The files to be given to the diagnosis.
    pub files: Vec<PathBuf>,
    /// The right answer.
    pub truth: Truth,
    /// In which table it is counted.
    pub group: &'static str,
}

/// Makes the scenario in `folder`, as a log of Process Monitor or as a trace of ETW, with CBS.log and without. Its
/// files are removed when the case has been judged.
///
/// # Errors
/// Those of [`make`], and those of writing.
pub fn scenarios(
    scenario: &'static Scenario,
    options: Options,
    folder: &Path,
    form: Option<EtlForm>,
    with_log: bool,
) -> Result<Case> {
    let Made { pml, cbs_log, mut label } = make(scenario, options)?;
    let stem = format!("{}-{}-{}", scenario.name, options.seed, u8::from(with_log));
    let trace = folder.join(format!("{stem}.{}", if form.is_some() { "etl" } else { "pml" }));
    match form {
        Some(form) => {
            let log = PmlFile::from_vec(pml)?;
            let twin = etl_twin(&log, form)?;
            label = twin.label(&label, &log)?;
            write(&trace, &twin.bytes)?;
        }
        None => write(&trace, &pml)?,
    }
    let mut files = vec![trace];
    if with_log {
        let log = folder.join(format!("{stem}.CBS.log"));
        write(&log, cbs_log.as_bytes())?;
        files.push(log);
    }
    Ok(Case {
        files,
        truth: Truth::from(&label),
        group: if with_log { "with CBS.log" } else { "trace alone" },
    })
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| path.display().to_string())
}

/// The cases in a folder of folders. Each has a label.json. The diagnosis gets everything else in it.
///
/// # Errors
/// A folder that cannot be read, a label that is none.
pub fn under(folder: &Path) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    for entry in entries {
        let case = entry?.path();
        let label = case.join("label.json");
        let Ok(text) = std::fs::read_to_string(&label) else { continue };
        let truth: Truth = serde_json::from_str(&text).with_context(|| label.display().to_string())?;
        let mut files: Vec<PathBuf> = std::fs::read_dir(&case)?
            .collect::<std::io::Result<Vec<_>>>()?
            .iter()
            .map(|e| e.path())
            .collect();
        files.retain(|p| *p != label);
        files.sort();
        let is_trace = |p: &PathBuf| p.extension().is_some_and(|e| e == "pml" || e == "etl");
        let group = if files.iter().all(is_trace) { "trace alone" } else { "with logs" };
        cases.push(Case { files, truth, group });
    }
    cases.sort_by(|a, b| (&a.truth.scenario, a.truth.seed).cmp(&(&b.truth.scenario, b.truth.seed)));
    Ok(cases)
}

/// Real Process Monitor logs, which hold no failed update: none of their operations may be named.
///
/// # Errors
/// A folder that cannot be read.
pub fn real_logs(folder: &Path) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let file = entry?.path();
        if !file.extension().is_some_and(|e| e.eq_ignore_ascii_case("pml")) {
            continue;
        }
        let truth = Truth {
            scenario: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            seed: 0,
            outcome: Outcome::NotEnoughEvidence,
            phase: None,
            trace: None,
            index: None,
            acceptable: Vec::new(),
            status: None,
            hresult: None,
            reported: None,
            signature: None,
            kind: None,
        };
        cases.push(Case { files: vec![file], truth, group: "real logs" });
    }
    cases.sort_by(|a, b| a.truth.scenario.cmp(&b.truth.scenario));
    Ok(cases)
}
