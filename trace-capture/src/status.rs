//! What an armed machine looks like now.

use std::fmt;

use serde::Serialize;

use crate::error::Result;
use crate::facts::size;
use crate::journal::{self, Journal, Line};
use crate::machine::{Machine, Running};
use crate::messages::{self as say, Message};
use crate::plan::{Action, PMB, sessions};
use crate::traces::{self, Trace};
use crate::tree::Data;
use crate::watch::is_booted;

/// How far a capture is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nothing is armed.
    NotArmed,
    /// Arming or disarming was interrupted.
    HalfArmed,
    /// Armed.
    Armed,
    /// The traces are in a bundle.
    Collected,
}

/// A session's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SessionState {
    /// Its name.
    pub name: String,
    /// Win32 code that ETW left when it last started the session at boot: 0 is success; `None` before any boot.
    pub boot_status: Option<u32>,
    /// How many boots it was started in.
    pub boots: Option<u32>,
    /// The session, where it runs.
    pub running: Option<Running>,
}

/// The machine's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// How far the capture is.
    pub state: State,
    /// When arming started, RFC 3339 UTC.
    pub since: Option<String>,
    /// How many boots keep their trace.
    pub planned_boots: Option<u32>,
    /// The sessions.
    pub sessions: Vec<SessionState>,
    /// The trace files that are there.
    pub traces: Vec<Trace>,
    /// What is missing from them, or soon will be.
    pub warnings: Vec<Message>,
    /// Steps that were left out: what, and why.
    pub left_out: Vec<(String, String)>,
    /// What was checked while arming, and what goes on in part.
    pub notes: Vec<String>,
    /// Where the traces were collected to.
    pub bundle: Option<String>,
    /// What to do next.
    pub next: String,
}

/// Looks at the machine. Changes nothing.
///
/// # Errors
/// The journal cannot be read.
pub fn status(machine: &dyn Machine) -> Result<Status> {
    let journal = journal::read(machine)?;
    let mut status = Status {
        state: if journal.is_some() { State::HalfArmed } else { State::NotArmed },
        since: None,
        planned_boots: None,
        sessions: vec![],
        traces: traces::list(machine).unwrap_or_default(),
        warnings: vec![],
        left_out: vec![],
        notes: vec![],
        bundle: None,
        next: String::new(),
    };
    let journal = journal.unwrap_or_default();
    for line in &journal.lines {
        status.read(line, &journal);
    }
    for (line, why) in &journal.damaged {
        status.warnings.push(say::JOURNAL_DAMAGED.with(&[line, why, &journal::path()]));
    }
    for session in journal.options().into_iter().flat_map(sessions) {
        let state = SessionState::of(machine, session.name, &session.key());
        if let Some(lost) = state.running.as_ref().filter(|r| r.events_lost + r.buffers_lost > 0) {
            status.warnings.push(say::EVENTS_LOST.with(&[
                &state.name,
                &lost.events_lost,
                &lost.buffers_lost,
            ]));
        }
        status.sessions.push(state);
    }
    status.warnings.extend(traces::warnings(machine, &status.traces));
    if journal.arms_boot_log() {
        status.traces.extend(machine.entry(PMB).ok().flatten().map(Trace::new));
    }
    status.next = next(&status, is_booted(machine, &journal));
    Ok(status)
}

impl Status {
    fn read(&mut self, line: &Line, journal: &Journal) {
        match line {
            Line::Start { at, options, .. } => {
                (self.since, self.planned_boots) = (Some(at.clone()), Some(options.boots));
            }
            Line::Armed { .. } => self.state = State::Armed,
            Line::Collected { bundle, .. } => {
                (self.state, self.bundle) = (State::Collected, Some(bundle.clone()));
            }
            // A task goes when it has done its work.
            Line::Undone { step } if !matches!(journal.action(*step), Some(Action::CreateTask { .. })) => {
                self.state = State::HalfArmed;
            }
            Line::Done { notes, .. } => self.notes.extend(notes.iter().cloned()),
            Line::Failed { step, why } => {
                let what = journal.action(*step).map(Action::does).unwrap_or_default();
                self.left_out.push((what, why.clone()));
            }
            _ => {}
        }
    }
}

impl SessionState {
    /// What cannot be read is not known.
    fn of(machine: &dyn Machine, name: &str, key: &str) -> Self {
        let tree = machine.tree(key).ok().flatten().unwrap_or_default();
        let number = |name: &str| tree.value(name).and_then(Data::as_dword);
        Self {
            name: name.into(),
            boot_status: number("Status"),
            boots: number("FileCounter"),
            running: machine.query(name).ok().flatten(),
        }
    }
}

fn next(status: &Status, booted: bool) -> String {
    match status.state {
        State::NotArmed => "arm it with `bootrace capture arm`".into(),
        State::HalfArmed => "arming or disarming was interrupted: run `bootrace capture disarm`".into(),
        State::Armed if !booted => "install the update and restart (Restart, not Shut down)".into(),
        State::Armed => "when the update has failed, run `bootrace capture collect`".into(),
        State::Collected => "take the bundle away, then run `bootrace capture disarm`".into(),
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::NotArmed => "not armed",
            State::HalfArmed => "half armed",
            State::Armed => "armed",
            State::Collected => "armed, traces collected",
        };
        write!(f, "This machine is {state}")?;
        if let Some(since) = &self.since {
            write!(f, ", since {}", plain(since))?;
        }
        writeln!(f, ".")?;
        for session in &self.sessions {
            let boot = match (session.boots, session.boot_status) {
                (Some(boots), Some(0)) => {
                    format!("started in {boots} boot{}", if boots == 1 { "" } else { "s" })
                }
                (_, Some(0)) => "started at boot".into(),
                (_, Some(code)) => format!("could not start at boot: error {code} (`net helpmsg {code}`)"),
                (_, None) => "no boot yet".into(),
            };
            let now = match &session.running {
                Some(r) if r.events_lost + r.buffers_lost > 0 => {
                    format!("running, {} events and {} buffers LOST", r.events_lost, r.buffers_lost)
                }
                Some(r) if !crate::engine::is_ours(&r.file) => {
                    format!("a session of that name runs, but into \"{}\"", plain(&r.file))
                }
                Some(_) => "running, nothing lost".into(),
                None => "not running".into(),
            };
            writeln!(f, "  {:<18} {boot}; {now}", session.name)?;
        }
        for trace in &self.traces {
            let time = |time: &Option<String>| time.clone().unwrap_or_else(|| "?".into());
            let (from, to) = (time(&trace.created), time(&trace.modified));
            writeln!(f, "  {:>10}  {}  {from} to {to}", size(trace.bytes), plain(&trace.name))?;
        }
        for warning in &self.warnings {
            writeln!(f, "  warning: {}", plain(&warning.en))?;
        }
        for (what, why) in &self.left_out {
            writeln!(f, "  left out: {}: {}", plain(what), plain(why))?;
        }
        for note in &self.notes {
            writeln!(f, "  {}", plain(note))?;
        }
        if let Some(bundle) = &self.bundle {
            writeln!(f, "  bundle: {}", plain(bundle))?;
        }
        writeln!(f, "Next: {}.", self.next)
    }
}

/// A text of the machine's without what would steer the terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}
