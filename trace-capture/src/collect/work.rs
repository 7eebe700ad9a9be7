//! Goes through the table of what to collect.

use std::io::{Cursor, Read};

use super::bundle::Bundle;
use super::items::{From, ITEMS, Item, matches};
use super::manifest::{Collected, Manifest, Missing};
use super::redact::{Redacted, journal as redact_journal};
use super::{Options, missing};
use crate::error::Result;
use crate::machine::{Call, Entry, Machine, Outcome};
use crate::messages::errors;
use crate::plan::{PMB, WORK};

/// How long a program may take, seconds.
const SECONDS: u64 = 300;
/// The folder in the bundle whose JSON lines are masked as JSON.
const CAPTURE: &str = "capture/";

pub(super) struct Work<'w> {
    pub(super) machine: &'w dyn Machine,
    pub(super) options: &'w Options,
    pub(super) words: Vec<String>,
    pub(super) bundle: Bundle<'w>,
    pub(super) progress: &'w mut dyn FnMut(&str),
}

impl Work<'_> {
    /// Collects everything; the manifest, and the bundle's size.
    pub(super) fn run(mut self) -> Result<(Manifest, u64)> {
        self.facts()?;
        for item in ITEMS {
            self.item(item)?;
        }
        self.bundle.manifest.finished = self.machine.now();
        let manifest = self.bundle.manifest.clone();
        let text = serde_json::to_vec_pretty(&manifest).map_err(|e| {
            crate::error::CaptureError::Usage(errors::NO_JSON.with(&[&errors::THE_MANIFEST, &e]))
        })?;
        let text = if self.options.redact { Redacted::of(&text, &self.words) } else { text };
        let bytes = self.bundle.finish(&text)?;
        Ok((manifest, bytes))
    }

    fn failed(&mut self, source: &str, why: impl ToString) {
        self.bundle.manifest.failed.push(missing(source, why));
    }

    /// What this program knows of the machine: its facts, and the services now.
    fn facts(&mut self) -> Result<()> {
        let facts = serde_json::to_vec_pretty(&self.machine.facts());
        self.json("capture/machine.json", "facts of the machine", Ok(facts))?;
        if !self.machine.is_offline() {
            let services = self.machine.services().map(|s| serde_json::to_vec_pretty(&s));
            self.json("capture/services-after.json", "services after the restart", services)?;
        }
        Ok(())
    }

    fn json(&mut self, to: &str, source: &str, made: Result<serde_json::Result<Vec<u8>>>) -> Result<()> {
        match made {
            Ok(Ok(bytes)) => return self.add(file(to, source, None), Box::new(Cursor::new(bytes))),
            Ok(Err(error)) => self.failed(source, error),
            Err(error) => self.failed(source, error),
        }
        Ok(())
    }

    fn item(&mut self, item: &Item) -> Result<()> {
        match item.from {
            From::Files { folder, name } => self.files(item, folder, name),
            _ if self.machine.is_offline() => Ok(()),
            From::Output { program, args } => self.program(item, program, args, false),
            From::Written { program, args } => self.program(item, program, args, true),
        }
    }

    /// The drive of the Windows folder, such as `C:`.
    fn drive(&self) -> String {
        self.machine.real("%SystemRoot%").to_string_lossy().chars().take(2).collect()
    }

    fn files(&mut self, item: &Item, folder: &str, pattern: &str) -> Result<()> {
        let folder = match folder {
            "" => "%SystemRoot%".to_owned(),
            folder if folder.starts_with("{drive}") => folder.replace("{drive}", &self.drive()),
            folder => format!(r"%SystemRoot%\{folder}"),
        };
        let entries = match self.machine.list(&folder) {
            Ok(entries) => entries.unwrap_or_default(),
            Err(error) => {
                self.failed(&folder, error);
                return Ok(());
            }
        };
        for entry in entries.into_iter().filter(|e| (!e.folder || e.link) && matches(&e.name, pattern)) {
            let source = format!(r"{folder}\{}", entry.name);
            if entry.link {
                self.failed(&source, "it is a link or junction, and those are not followed");
            } else if let Some(why) = &entry.unreadable {
                self.failed(&source, why);
            } else if !self.left_out(item, &source) && !self.is_converted(&source) {
                self.file(item, &source, &entry)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, item: &Item, source: &str, entry: &Entry) -> Result<()> {
        (self.progress)(source);
        let to = format!("{}{}", item.to, entry.name);
        match self.machine.open(source) {
            Ok(reader) if self.options.redact && item.to == CAPTURE && to.ends_with(".jsonl") => {
                let masked = redact_journal(reader, &self.words);
                self.add(file(&to, source, Some(entry)), Box::new(Cursor::new(masked)))
            }
            Ok(reader) => self.add(file(&to, source, Some(entry)), reader),
            Err(error) => {
                self.failed(source, error);
                Ok(())
            }
        }
    }

    /// The raw boot log is not needed beside its whole conversion.
    fn is_converted(&self, source: &str) -> bool {
        source.eq_ignore_ascii_case(PMB) && !self.bundle.manifest.converted.is_empty()
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
        let drive = self.drive();
        let given: Vec<String> = args.iter().map(|a| a.replace("{drive}", &drive)).collect();
        let source = format!("{program} {}", given.join(" "));
        if self.left_out(item, &source) || self.bundle.has(&source) {
            return Ok(());
        }
        (self.progress)(&source);
        if let Err(error) = self.machine.remove(&out) {
            self.failed(&source, error);
            return Ok(());
        }
        let call = Call {
            program: format!(r"%SystemRoot%\System32\{program}"),
            args: given.iter().map(|a| a.replace("{out}", &out)).collect(),
            seconds: SECONDS,
            output: (!writes).then(|| out.clone()),
        };
        let ended = self.machine.run(&call);
        // What a failing program printed may say why.
        let printed = self.machine.entry(&out).is_ok_and(|e| e.is_some_and(|e| e.bytes > 0));
        match ended {
            Ok(Outcome::Exit(0)) if printed => {}
            Ok(Outcome::Exit(0)) => self.failed(&source, "exit code 0, and it said nothing"),
            Ok(Outcome::Exit(code)) => self.failed(&source, format!("exit code {code}")),
            Ok(Outcome::TimedOut) => self.failed(&source, format!("ended after {SECONDS} s")),
            Err(error) => self.failed(&source, error),
        }
        if printed {
            match self.machine.open(&out) {
                Ok(reader) => self.add(file(item.to, &source, None), reader)?,
                Err(error) => self.failed(&source, error),
            }
        }
        if let Err(error) = self.machine.remove(&out) {
            self.failed(&out, error);
        }
        Ok(())
    }

    fn add(&mut self, mut file: Collected, mut reader: Box<dyn Read>) -> Result<()> {
        if self.options.redact {
            let masked = Redacted::of(file.path.as_bytes(), &self.words);
            file.path = String::from_utf8_lossy(&masked).into_owned();
        }
        let source = file.source.clone();
        if self.bundle.has(&source) {
            return Ok(());
        }
        if self.bundle.manifest.files.iter().any(|f| f.path.eq_ignore_ascii_case(&file.path)) {
            self.failed(&source, format!("{} is in the bundle already, from elsewhere", file.path));
            return Ok(());
        }
        let added = if self.options.redact {
            let mut redacted = Redacted::new(reader, &self.words);
            let added = self.bundle.add(file, &mut redacted)?;
            if let Some(file) = self.bundle.manifest.files.last_mut().filter(|_| added.is_ok()) {
                file.masked = redacted.masked();
                file.source_sha256 = Some(redacted.source_sha256());
            }
            added
        } else {
            self.bundle.add(file, &mut *reader)?
        };
        if let Err(why) = added {
            self.failed(&source, why);
        }
        Ok(())
    }
}

fn file(to: &str, source: &str, entry: Option<&Entry>) -> Collected {
    Collected {
        path: to.into(),
        source: source.into(),
        created: entry.and_then(|e| e.created.clone()),
        modified: entry.and_then(|e| e.modified.clone()),
        ..Collected::default()
    }
}
