//! The cases: each scenario on two machines, with CBS.log and without.

use std::{ops::Range, path::Path};

use anyhow::{Context as _, Result};
use diagnosis::{Diagnosis, PartName, Rules, diagnose};
use rayon::prelude::*;
use sample_traces::{Made, Options, Outcome, Scenario, make};
use timeline::{Case as Inputs, Timeline};

use super::machine::{Machine, OWN};

/// Ways to group cases: what bootrace does, and what one could do instead.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// The signature's id; empty without a signature.
    pub signature: String,
    /// The signature with the name of the object, such as the INF.
    pub named: String,
    /// The HRESULT alone.
    pub code: String,
    /// Phase, operation and status.
    pub operation: String,
    /// The exact path with operation and status.
    pub path: String,
}

/// A case with what the diagnosis found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The cause: the scenario, whatever stands beside it. None for a boot that does not fail.
    pub cause: Option<String>,
    /// The seed.
    pub seed: u64,
    /// Whether CBS.log is given.
    pub with_log: bool,
    /// Whether it is on another machine than the generator's.
    pub other_machine: bool,
    /// How it is grouped.
    pub keys: Keys,
    /// The signature in words.
    pub text: String,
}

/// Endings of the names of scenarios that only add what does no harm.
const BESIDE: &[&str] = &["-loud", "-flood"];

/// Makes and diagnoses each scenario with each seed: on the generator's machine and on another one, with CBS.log and
/// without.
///
/// # Errors
/// A trace that cannot be made or written.
pub fn cases(scenarios: &[&'static Scenario], seeds: Range<u64>, noise: u32) -> Result<Vec<Found>> {
    let rules = Rules::built_in();
    let asked: Vec<(&'static Scenario, u64)> =
        scenarios.iter().flat_map(|s| seeds.clone().map(move |seed| (*s, seed))).collect();
    let found: Result<Vec<Vec<Found>>> =
        asked.into_par_iter().map(|(scenario, seed)| of(scenario, seed, noise, &rules)).collect();
    Ok(found?.into_iter().flatten().collect())
}

fn of(scenario: &'static Scenario, seed: u64, noise: u32, rules: &Rules) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    for machine in [OWN, Machine::other(seed)] {
        let options = Options { seed, is_64bit: !seed.is_multiple_of(3), noise };
        let Made { pml, cbs_log, label } = make(scenario, options)?;
        let folder = tempfile::tempdir()?;
        let trace = folder.path().join("boot.pml");
        let log = folder.path().join("CBS.log");
        write(&trace, &machine.trace(pml))?;
        write(&log, &machine.log(cbs_log))?;
        let failed = matches!(label.outcome, Outcome::FailingOperation | Outcome::FailureWithoutOperation);
        let name = BESIDE.iter().find_map(|end| label.scenario.strip_suffix(end)).unwrap_or(label.scenario);
        for files in [vec![trace.clone()], vec![trace.clone(), log.clone()]] {
            let with_log = files.len() > 1;
            let inputs = Inputs::open(&files);
            let timeline = Timeline::new(&inputs);
            let diagnosis = diagnose(&timeline, rules);
            let signature = diagnosis.signature.as_ref();
            found.push(Found {
                cause: failed.then(|| name.to_owned()),
                seed,
                with_log,
                other_machine: machine != OWN,
                keys: keys(&diagnosis),
                text: signature.map(|s| s.text.clone()).unwrap_or_default(),
            });
        }
    }
    Ok(found)
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| path.display().to_string())
}

fn keys(diagnosis: &Diagnosis) -> Keys {
    let Some(signature) = &diagnosis.signature else { return Keys::default() };
    let named = signature.part(PartName::ObjectName).unwrap_or_default();
    let verdict = &diagnosis.verdict;
    let failing = diagnosis.failing();
    let code = verdict.hresult.or_else(|| {
        let win32 = status_codes::NtStatus(failing?.status).to_win32()?.win32;
        Some(win32.to_hresult().0)
    });
    let of = |part: fn(&timeline::Event) -> String| failing.map(part).unwrap_or_default();
    Keys {
        signature: signature.id.clone(),
        named: format!("{} {named}", signature.id),
        code: format!("{code:08X?}"),
        operation: format!("{} {}", verdict.phase.name(), of(|e| format!("{:?} {:08X}", e.kind, e.status))),
        path: of(|e| format!("{:?} {:08X} {}", e.kind, e.status, e.path.to_lowercase())),
    }
}
