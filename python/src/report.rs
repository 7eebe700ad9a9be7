//! `bootrace.report`: what `bootrace report` writes as report.json.

use std::{path::PathBuf, thread};

use diagnosis::{Baseline, Rules};
use pyo3::{exceptions::PyValueError, prelude::*};
use reports::model::{CaseNote, Report};
use timeline::{Case, Input, Timeline};

use crate::error::{Error, must_exist, nothing_read};

/// How a case is analysed.
struct How {
    rules: Rules,
    baseline: Option<Case>,
    redact: bool,
    notes: Vec<String>,
}

/// Diagnoses files, folders and archives as one case. The result is report.json as a dict.
#[pyfunction]
#[pyo3(signature = (*paths, baseline=Vec::new(), rules=Vec::new(), notes=Vec::new(), redact=false))]
pub(crate) fn report<'py>(
    py: Python<'py>,
    paths: Vec<PathBuf>,
    baseline: Vec<PathBuf>,
    rules: Vec<PathBuf>,
    notes: Vec<String>,
    redact: bool,
) -> PyResult<Bound<'py, PyAny>> {
    if paths.is_empty() {
        return Err(PyValueError::new_err("report() takes at least one path"));
    }
    for paths in [&paths, &baseline, &rules] {
        must_exist(paths)?;
    }
    let json = py.detach(|| {
        let how = How { rules: added(&rules)?, baseline: opened(&baseline)?, redact, notes };
        let case = Case::open(&paths);
        if case.inputs.is_empty() {
            return Err(nothing_read(&case, "nothing could be read of what was given"));
        }
        let report = analyse(&case, how)?;
        reports::json::render(&report).map_err(|error| Error::new_err(error.to_string()))
    })?;
    py.import("json")?.call_method1("loads", (json,))
}

/// The built-in rules, and those of some folders.
fn added(folders: &[PathBuf]) -> PyResult<Rules> {
    let mut rules = Rules::built_in();
    for folder in folders {
        rules.add_folder(folder).map_err(|error| PyValueError::new_err(error.to_string()))?;
    }
    Ok(rules)
}

/// The good boot, where one was given.
fn opened(baseline: &[PathBuf]) -> PyResult<Option<Case>> {
    if baseline.is_empty() {
        return Ok(None);
    }
    let good = Case::open(baseline);
    if good.inputs.is_empty() {
        return Err(nothing_read(&good, "nothing could be read of the good boot"));
    }
    Ok(Some(good))
}

/// The report. Hashing the inputs takes longer than reading them, and nothing but the report's list of inputs waits for
/// it.
fn analyse(case: &Case, how: How) -> PyResult<Report> {
    thread::scope(|scope| {
        let hashes = scope.spawn(|| case.inputs.iter().map(Input::sha256).collect::<Vec<_>>());
        let timeline = Timeline::new(case);
        let baseline = how.baseline.as_ref().map(|good| {
            let timeline = Timeline::new(good);
            let diagnosis = diagnosis::diagnose(&timeline, &Rules::default());
            Baseline::new(timeline, diagnosis)
        });
        let diagnosis = diagnosis::diagnose_beside(&timeline, &how.rules, baseline.as_ref());
        let mut report = reports::report(&timeline, &diagnosis);
        report.notes.extend(how.notes.into_iter().map(|text| CaseNote { text, ..CaseNote::default() }));
        if how.redact {
            report = reports::redact(&report).map_err(|error| Error::new_err(error.to_string()))?;
        }
        // A panic there is a bug that the join passes on.
        let hashes = hashes.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        for (input, hash) in report.inputs.iter_mut().zip(hashes) {
            input.sha256 = hash;
        }
        Ok(report)
    })
}
