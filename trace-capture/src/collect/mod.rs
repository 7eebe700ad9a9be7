//! Collects the traces and what an escalation asks for into one .zip. What cannot be had is a line in its manifest.

pub mod bundle;
pub mod items;
pub mod manifest;
pub mod redact;

use std::io::Read;
use std::path::PathBuf;

use serde::Serialize;

use self::bundle::Bundle;
use self::items::{From, ITEMS, Item, matches};
use self::manifest::{Collected, Manifest, Missing};
use self::redact::Redacted;
use crate::engine::{begun, remove_task, run, stop_sessions};
use crate::error::{CaptureError, Result};
use crate::journal::{self, Line};
use crate::machine::{Call, Machine, Outcome};
use crate::plan::{Action, FOLDER, PMB, PROCMON, TRACES, WORK};

/// How long a program may take, seconds.
const SECONDS: u64 = 300;

/// What to collect, and where to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The bundle.
    pub bundle: PathBuf,
    /// Whether to mask names and leave out what cannot be masked.
    pub redact: bool,
    /// Whether to collect on a machine that was not armed: logs only.
    pub unarmed: bool,
    /// Whether the Windows lies on a disk and does not run: files only.
    pub offline: bool,
}

/// What was collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The bundle.
    pub bundle: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// What is in it and what is not.
    pub manifest: Manifest,
}

/// Collects. `progress` is told what comes next. Called again after a kill, it goes on where it stopped.
///
/// # Errors
/// [`CaptureError::NotArmed`]; the bundle cannot be written. What cannot be read is no error.
pub fn collect(machine: &dyn Machine, options: &Options, progress: &mut dyn FnMut(&str)) -> Result<Report> {
    let lines = journal::read(machine)?;
    if lines.is_none() && !options.unarmed {
        return Err(CaptureError::NotArmed);
    }
    let lines = lines.unwrap_or_default();
    remove_task(machine, &lines)?;
    machine.make_folder(FOLDER)?;
    machine.make_folder(WORK)?;
    let mut failed = Vec::new();
    for (session, stopped) in stop_sessions(machine) {
        failed.extend(
            stopped.err().map(|e| Missing { source: format!("session {session}"), why: e.to_string() }),
        );
    }
    if let Err(error) = convert(machine, &lines, progress) {
        failed.push(Missing { source: "conversion of the boot log".into(), why: error.to_string() });
    }
    let fresh = Manifest {
        bootrace_bundle: 1,
        version: env!("CARGO_PKG_VERSION").into(),
        started: machine.now(),
        redacted: options.redact,
        ..Manifest::default()
    };
    let mut bundle = Bundle::open(&options.bundle, fresh)?;
    // They are all tried again.
    bundle.manifest.failed = failed;
    bundle.manifest.left_out.clear();
    let words = if options.redact { machine.private_words()? } else { vec![] };
    let mut work = Work { machine, options, words, bundle, progress };
    work.facts()?;
    for item in ITEMS {
        work.item(item)?;
    }
    let mut bundle = work.bundle;
    bundle.manifest.finished = machine.now();
    let manifest = bundle.manifest.clone();
    let bytes = bundle.finish()?;
    if !lines.is_empty() {
        let bundle = options.bundle.display().to_string();
        journal::append(machine, &Line::Collected { at: machine.now(), bundle })?;
    }
    Ok(Report { bundle: options.bundle.clone(), bytes, manifest })
}

/// Has Process Monitor convert the boot log, where this capture armed it. Journaled: it loads its driver again.
fn convert(machine: &dyn Machine, lines: &[Line], progress: &mut dyn FnMut(&str)) -> Result<()> {
    let armed = begun(lines).into_iter().any(|(_, action, _)| matches!(action, Action::EnableBootLog { .. }));
    let to = format!(r"{TRACES}\bootlog.pml");
    if !armed || machine.entry(&to)?.is_some_and(|e| e.bytes > 0) {
        return Ok(());
    }
    progress("converting the boot log with Process Monitor; this takes minutes");
    let next =
        lines.iter().filter_map(|l| if let Line::Begin { step, .. } = l { Some(*step + 1) } else { None });
    let action = Action::ConvertBootLog { procmon: PROCMON.into(), to: to.clone() };
    let result = run(machine, next.max().unwrap_or_default(), &action);
    if result.is_err() {
        // Half a log would be taken for a whole one; the raw one is collected.
        machine.remove(&to)?;
    }
    result
}

struct Work<'w> {
    machine: &'w dyn Machine,
    options: &'w Options,
    words: Vec<String>,
    bundle: Bundle,
    progress: &'w mut dyn FnMut(&str),
}

impl Work<'_> {
    fn failed(&mut self, source: &str, why: impl ToString) {
        self.bundle.manifest.failed.push(Missing { source: source.into(), why: why.to_string() });
    }

    /// What this program knows of the machine: its facts, and the services now.
    fn facts(&mut self) -> Result<()> {
        let facts = self.machine.facts().map(|f| serde_json::to_vec_pretty(&f));
        self.json("capture/machine.json", "facts of the machine", facts)?;
        if !self.options.offline {
            let services = self.machine.services().map(|s| serde_json::to_vec_pretty(&s));
            self.json("capture/services-after.json", "services after the restart", services)?;
        }
        Ok(())
    }

    fn json(&mut self, to: &str, source: &str, made: Result<serde_json::Result<Vec<u8>>>) -> Result<()> {
        match made {
            Ok(Ok(bytes)) => self.add(to, source, None, Box::new(std::io::Cursor::new(bytes))),
            Ok(Err(error)) => {
                self.failed(source, error);
                Ok(())
            }
            Err(error) => {
                self.failed(source, error);
                Ok(())
            }
        }
    }

    fn item(&mut self, item: &Item) -> Result<()> {
        match item.from {
            From::Files { folder, name } => self.files(item, folder, name),
            _ if self.options.offline => Ok(()),
            From::Output { program, args } => self.program(item, program, args, false),
            From::Written { program, args } => self.program(item, program, args, true),
        }
    }

    fn files(&mut self, item: &Item, folder: &str, pattern: &str) -> Result<()> {
        let folder =
            if folder.is_empty() { "%SystemRoot%".to_owned() } else { format!(r"%SystemRoot%\{folder}") };
        let entries = match self.machine.list(&folder) {
            Ok(entries) => entries.unwrap_or_default(),
            Err(error) => {
                self.failed(&folder, error);
                return Ok(());
            }
        };
        for entry in entries.into_iter().filter(|e| !e.folder && matches(&e.name, pattern)) {
            let source = format!(r"{folder}\{}", entry.name);
            if entry.link {
                self.failed(&source, "it is a link, and links are not followed");
            } else if !self.left_out(item, &source) && !self.is_converted(&source) {
                (self.progress)(&source);
                match self.machine.open(&source) {
                    Ok(reader) => {
                        self.add(&format!("{}{}", item.to, entry.name), &source, entry.modified, reader)?
                    }
                    Err(error) => self.failed(&source, error),
                }
            }
        }
        Ok(())
    }

    /// The raw boot log is not needed beside its conversion.
    fn is_converted(&self, source: &str) -> bool {
        source.eq_ignore_ascii_case(PMB)
            && self.bundle.manifest.files.iter().any(|f| f.path == "traces/bootlog.pml")
    }

    fn left_out(&mut self, item: &Item, source: &str) -> bool {
        let out = item.binary && self.options.redact;
        if out {
            let why = "names in it cannot be masked without breaking it".into();
            self.bundle.manifest.left_out.push(Missing { source: source.into(), why });
        }
        out
    }

    fn program(&mut self, item: &Item, program: &str, args: &[&str], writes: bool) -> Result<()> {
        // A name of its own for each: one that a program left open cannot be created again.
        let out = format!(r"{WORK}\{}", item.to.replace('/', "-"));
        let drive = self.machine.real(r"%SystemRoot%").to_string_lossy().chars().take(2).collect::<String>();
        let given: Vec<String> = args.iter().map(|a| a.replace("{drive}", &drive)).collect();
        let source = format!("{program} {}", given.join(" "));
        if self.left_out(item, &source) || self.bundle.has(&source) {
            return Ok(());
        }
        (self.progress)(&source);
        self.machine.remove(&out)?;
        let call = Call {
            program: format!(r"%SystemRoot%\System32\{program}"),
            args: given.iter().map(|a| a.replace("{out}", &out)).collect(),
            seconds: SECONDS,
            output: (!writes).then(|| out.clone()),
        };
        match self.machine.run(&call) {
            Ok(Outcome::Exit(0)) => {}
            Ok(Outcome::Exit(code)) => self.failed(&source, format!("exit code {code}")),
            Ok(Outcome::TimedOut) => self.failed(&source, format!("ended after {SECONDS} s")),
            Err(error) => self.failed(&source, error),
        }
        // What a failing program printed may say why.
        if self.machine.entry(&out)?.is_some_and(|e| e.bytes > 0) {
            match self.machine.open(&out) {
                Ok(reader) => self.add(item.to, &source, None, reader)?,
                Err(error) => self.failed(&source, error),
            }
        }
        self.machine.remove(&out)
    }

    fn add(
        &mut self,
        to: &str,
        source: &str,
        modified: Option<String>,
        mut reader: Box<dyn Read>,
    ) -> Result<()> {
        if self.bundle.has(source) {
            return Ok(());
        }
        if self.bundle.manifest.files.iter().any(|f| f.path.eq_ignore_ascii_case(to)) {
            self.failed(source, format!("{to} is in the bundle already, from elsewhere"));
            return Ok(());
        }
        let file = Collected {
            path: to.into(),
            source: source.into(),
            sha256: String::new(),
            bytes: 0,
            modified,
            masked: 0,
        };
        let added = if self.options.redact {
            let mut redacted = Redacted::new(reader, &self.words);
            let added = self.bundle.add(file, &mut redacted)?;
            if let Some(file) = self.bundle.manifest.files.last_mut().filter(|_| added.is_ok()) {
                file.masked = redacted.masked();
            }
            added
        } else {
            self.bundle.add(file, &mut *reader)?
        };
        if let Err(why) = added {
            self.failed(source, why);
        }
        Ok(())
    }
}
