//! The journal: what was there before each step, on the disk before the step is taken.
//!
//! One JSON object a line. Each `begin` line carries its action and what was there, so that undoing needs nothing
//! else. A line that does not read, or that names places that are not bootrace's, is not followed and stops nothing.

mod check;

use std::io::Read;

use serde::{Deserialize, Serialize};

use crate::error::{CaptureError, Result};
use crate::machine::Disk;
use crate::messages::{Message, errors};
use crate::plan::{Action, FOLDER, Options};
use crate::tree::Tree;

pub(crate) use check::{SETTINGS, is_driver, is_driver_file};

/// What was there before a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Before {
    /// Whether the folder, file or task was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existed: Option<bool>,
    /// Whether a boot log had been set aside.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub set_aside: bool,
    /// Keys with their contents, or `None` where there was no such key.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<(String, Option<Tree>)>,
    /// Keys above those that were not there either, outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Files that were there, by path.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    /// The first line: who wrote it, when, for what.
    Start {
        /// Version of this layout.
        version: u32,
        /// RFC 3339 UTC.
        at: String,
        /// What was asked for.
        options: Options,
        /// Windows' count of its boots, where known.
        #[serde(default)]
        boot: Option<u32>,
    },
    /// A step is about to be taken.
    Begin {
        /// Its number, from 0.
        step: usize,
        /// What it does.
        action: Action,
        /// What was there.
        before: Before,
    },
    /// The step was taken.
    Done {
        /// Its number.
        step: usize,
        /// What a user should know of it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        notes: Vec<Message>,
    },
    /// The step failed and was undone; arming went on without it.
    Failed {
        /// Its number.
        step: usize,
        /// The error.
        why: Message,
    },
    /// Disarm has undone the step. It is not undone again: later undoing may have put back what it would remove.
    Undone {
        /// Its number.
        step: usize,
    },
    /// All steps were taken.
    Armed {
        /// RFC 3339 UTC.
        at: String,
    },
    /// The traces are in a bundle.
    Collected {
        /// RFC 3339 UTC.
        at: String,
        /// The bundle.
        bundle: String,
    },
}

/// A journal as far as it reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journal {
    /// Its lines, in their order.
    pub lines: Vec<Line>,
    /// Lines that are not followed: number, from 1, and why.
    pub damaged: Vec<(usize, String)>,
    /// Whether its last line is cut.
    pub cut: bool,
}

/// The largest journal that is read, bytes: some hundred times what arming writes.
const LARGEST: u64 = 64 << 20;

/// The journal's file.
#[must_use]
pub fn path() -> String {
    format!(r"{FOLDER}\journal.jsonl")
}

/// Where a journal goes that could not be followed to its end.
#[must_use]
pub fn damaged_path() -> String {
    format!(r"{FOLDER}\journal-damaged.jsonl")
}

/// What marks a line that a power cut tore, once more lines follow it.
const TORN: &[u8] = b"#torn\n";

fn bytes(disk: &(impl Disk + ?Sized)) -> Result<Option<Vec<u8>>> {
    if disk.entry(&path())?.is_none() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    disk.open(&path())?
        .take(LARGEST)
        .read_to_end(&mut bytes)
        .map_err(CaptureError::io(errors::READ, path()))?;
    Ok(Some(bytes))
}

/// Reads the journal; `None` where there is none.
///
/// # Errors
/// The file cannot be read.
pub fn read(disk: &(impl Disk + ?Sized)) -> Result<Option<Journal>> {
    let Some(bytes) = bytes(disk)? else { return Ok(None) };
    // An empty journal is a cut one: its first line was on the disk before anything changed.
    let mut journal = Journal { cut: !bytes.ends_with(b"\n"), ..Journal::default() };
    for (number, line) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        if line.ends_with(TORN) || !line.ends_with(b"\n") {
            continue;
        }
        let read = serde_json::from_slice(line).map_err(|e| e.to_string());
        match read.and_then(|line| check::check(&line).map(|()| line)) {
            Ok(line) => journal.lines.push(line),
            Err(why) => journal.damaged.push((number + 1, why)),
        }
    }
    Ok(Some(journal))
}

/// Appends a line; it is on the disk when this returns.
///
/// # Errors
/// The file cannot be written, as on a full disk.
pub fn append(disk: &(impl Disk + ?Sized), line: &Line) -> Result<()> {
    let mut text = Vec::new();
    if bytes(disk)?.is_some_and(|b| !b.is_empty() && !b.ends_with(b"\n")) {
        text.extend_from_slice(TORN);
    }
    serde_json::to_writer(&mut text, line).map_err(|e| CaptureError::io(errors::WRITE, path())(e.into()))?;
    text.push(b'\n');
    disk.append(&path(), &text)
}

impl Journal {
    /// What was asked for.
    #[must_use]
    pub fn options(&self) -> Option<&Options> {
        self.lines.iter().find_map(|l| if let Line::Start { options, .. } = l { Some(options) } else { None })
    }

    /// The steps that were begun and are not undone, the last one first, with what was there before.
    #[must_use]
    pub fn begun(&self) -> Vec<(usize, &Action, &Before)> {
        let undone = |number: usize| {
            self.lines.iter().any(
                |line| matches!(line, Line::Failed { step, .. } | Line::Undone { step } if *step == number),
            )
        };
        let steps = self.lines.iter().rev().filter_map(|line| match line {
            Line::Begin { step, action, before } if !undone(*step) => Some((*step, action, before)),
            _ => None,
        });
        steps.collect()
    }

    /// What a step does.
    #[must_use]
    pub fn action(&self, number: usize) -> Option<&Action> {
        self.lines.iter().find_map(|l| match l {
            Line::Begin { step, action, .. } if *step == number => Some(action),
            _ => None,
        })
    }

    /// The number of a step after all that are here.
    #[must_use]
    pub fn next_step(&self) -> usize {
        let steps = self.lines.iter().filter_map(|l| match l {
            Line::Begin { step, .. } => Some(step.saturating_add(1)),
            _ => None,
        });
        steps.max().unwrap_or_default()
    }

    /// Whether any step does that, undone or not.
    pub fn names(&self, does: impl Fn(&Action) -> bool) -> bool {
        self.lines.iter().any(|l| matches!(l, Line::Begin { action, .. } if does(action)))
    }

    /// Whether a task of that name was there before arming.
    #[must_use]
    pub fn met_task(&self, task: &str) -> bool {
        self.lines.iter().any(|l| {
            matches!(l, Line::Begin { action: Action::CreateTask { name, .. }, before, .. }
                if name == task && before.existed == Some(true))
        })
    }

    /// Whether this capture had Process Monitor arm its driver.
    #[must_use]
    pub fn arms_boot_log(&self) -> bool {
        self.begun().iter().any(|(_, action, _)| matches!(action, Action::EnableBootLog { .. }))
    }
}
