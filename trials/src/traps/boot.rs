//! A boot that traps are made of: a trace, its logs, and what may be named in it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sample_traces::{Made, Options, Outcome, Scenario, make_of_update};
use status_codes::status;

use super::tape::{Row, Tape};
use crate::evaluate;

/// Servicing's programs.
pub(crate) const SERVICING: &[&str] = &["tiworker.exe", "trustedinstaller.exe", "poqexec.exe"];
/// Those that run while Windows does; the one that does the work first.
pub(crate) const WORKERS: &[&str] = &["tiworker.exe", "trustedinstaller.exe"];

/// A boot with its answer.
#[derive(Debug, Clone)]
pub(crate) struct Boot {
    /// Where it comes from: `own`, `independent`, `real`.
    pub(crate) from: &'static str,
    pub(crate) scenario: String,
    pub(crate) seed: u64,
    pub(crate) tape: Tape,
    /// Names and bytes.
    pub(crate) logs: Vec<(String, Vec<u8>)>,
    pub(crate) outcome: Outcome,
    /// The operation that failed.
    pub(crate) failing: Option<usize>,
    /// All operations that may be named, by their numbers in the original.
    pub(crate) right: Vec<usize>,
}

impl Boot {
    /// A boot of the own generator.
    pub(crate) fn own(scenario: &'static Scenario, seed: u64, noise: u32) -> Result<Self> {
        Self::of_update(scenario, seed, seed, noise)
    }

    /// A boot of one of the machines that install one update.
    pub(crate) fn of_update(scenario: &'static Scenario, seed: u64, update: u64, noise: u32) -> Result<Self> {
        let options = Options { seed, is_64bit: !update.is_multiple_of(3), noise };
        let Made { pml, cbs_log, label } = make_of_update(scenario, options, update)?;
        let boot = Self {
            from: "own",
            scenario: scenario.name.to_owned(),
            seed,
            tape: Tape::new(pml)?,
            logs: vec![("CBS.log".to_owned(), cbs_log.into_bytes())],
            outcome: label.outcome,
            failing: label.index,
            right: Vec::new(),
        };
        Ok(boot.with_right(label.index.into_iter().collect()))
    }

    /// A case of another generator; `None` if its answer is not in one Process Monitor log alone.
    pub(crate) fn of_case(case: &evaluate::Case) -> Result<Option<Self>> {
        let is_trace = |p: &&PathBuf| p.extension().is_some_and(|e| e == "pml");
        let traces: Vec<&PathBuf> = case.files.iter().filter(is_trace).collect();
        let [trace] = traces.as_slice() else { return Ok(None) };
        let truth = &case.truth;
        let mut logs = Vec::new();
        for file in case.files.iter().filter(|f| f != trace) {
            logs.push((name_of(file), read(file)?));
        }
        let numbers = |n: &u64| usize::try_from(*n).ok();
        let boot = Self {
            from: "independent",
            scenario: truth.scenario.clone(),
            seed: truth.seed,
            tape: Tape::new(read(trace)?)?,
            logs,
            outcome: truth.outcome,
            failing: truth.index.as_ref().and_then(numbers),
            right: Vec::new(),
        };
        let all = truth.index.iter().chain(&truth.acceptable).filter_map(numbers).collect();
        Ok(Some(boot.with_right(all)))
    }

    /// A real log without a failed update.
    pub(crate) fn real(file: &Path) -> Result<Self> {
        Ok(Self {
            from: "real",
            scenario: name_of(file),
            seed: 0,
            tape: Tape::new(read_packed(file)?)?,
            logs: Vec::new(),
            outcome: Outcome::NotEnoughEvidence,
            failing: None,
            right: Vec::new(),
        })
    }

    /// The earlier and later tries of the right operations are right as well: same process, operation, path and
    /// status. If a name is taken, a try under another name in the same folder is one.
    fn with_right(mut self, right: Vec<usize>) -> Self {
        let rows = self.tape.rows();
        let what = |n: usize| {
            let row = rows.get(n)?;
            let payload = &row.payload;
            let mut path = self.tape.path(row);
            if row.status == status::OBJECT_NAME_COLLISION {
                path.truncate(path.rfind('\\').unwrap_or(0));
            }
            Some((row.actor.process, row.status, payload.class, payload.operation, path))
        };
        let wanted: Vec<_> = right.iter().filter_map(|n| what(*n)).collect();
        let is_like = |(n, row): &(usize, &Row)| {
            wanted.iter().any(|w| (w.0, w.1) == (row.actor.process, row.status))
                && what(*n).is_some_and(|w| wanted.contains(&w))
        };
        self.right = rows.iter().enumerate().filter(is_like).map(|(n, _)| n).collect();
        self
    }

    /// Whether an operation of the trace made the update fail.
    pub(crate) fn names_one(&self) -> bool {
        self.outcome == Outcome::FailingOperation && self.failing.is_some()
    }

    /// Whether the update went through, or nothing shows that it failed.
    pub(crate) fn is_healthy(&self) -> bool {
        matches!(self.outcome, Outcome::NoFailure | Outcome::NotEnoughEvidence)
    }

    /// Takes the operations that may be named out of the trace.
    pub(crate) fn knock_out(&mut self) {
        let right = std::mem::take(&mut self.right);
        self.tape.retain(|row| row.number.is_none_or(|n| !right.contains(&n)));
        self.failing = None;
    }

    /// When the failing operation happened.
    pub(crate) fn failed_at(&self) -> Option<u64> {
        let failing = self.failing?;
        self.tape.rows().iter().find(|r| r.number == Some(failing)).map(|r| r.time)
    }

    /// When the first sign of the failure shows in the trace, as far as this generator of traps can see.
    pub(crate) fn sign_at(&self) -> Option<u64> {
        let original = self.tape.original();
        let is_sign = |number: usize| {
            original.event(number).is_ok_and(|e| {
                let path = e.path_text().to_string();
                path.ends_with(r"\DisableWerReporting") || path.ends_with(r"\PoqexecFailure")
            })
        };
        self.tape.rows().iter().find(|r| r.number.is_some_and(is_sign)).map(|r| r.time)
    }

    /// The files to be given to the diagnosis: the trace and, where asked for, the logs.
    pub(crate) fn files(&self, with_logs: bool) -> Result<Vec<(String, Vec<u8>)>> {
        let mut files = vec![("boot.pml".to_owned(), self.tape.write()?)];
        if with_logs {
            files.extend(self.logs.iter().cloned());
        }
        Ok(files)
    }
}

fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn read(file: &Path) -> Result<Vec<u8>> {
    std::fs::read(file).with_context(|| file.display().to_string())
}

/// A file. It is unpacked if it is packed by `xz`.
pub(crate) fn read_packed(file: &Path) -> Result<Vec<u8>> {
    if file.extension().is_none_or(|e| e != "xz") {
        return read(file);
    }
    let out = std::process::Command::new("xz").arg("-dkc").arg(file).output().context("xz does not start")?;
    anyhow::ensure!(out.status.success(), "{}: xz cannot unpack it", file.display());
    Ok(out.stdout)
}
