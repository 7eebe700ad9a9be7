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
    pub left_out: Vec<(Message, Message)>,
    /// What was checked while arming, and what goes on in part.
    pub notes: Vec<Message>,
    /// Where the traces were collected to.
    pub bundle: Option<String>,
    /// What to do next.
    pub next: Message,
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
        next: Message::default(),
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

    /// How it went at boot.
    fn at_boot(&self) -> Message {
        match (self.boots, self.boot_status) {
            (Some(1), Some(0)) => say::BOOTS_ONE.plain(),
            (Some(boots), Some(0)) => say::BOOTS.with(&[&boots]),
            (_, Some(0)) => say::BOOT_STARTED.plain(),
            (_, Some(code)) => say::BOOT_FAILED.with(&[&code]),
            (_, None) => say::BOOT_NONE.plain(),
        }
    }

    /// How it is now.
    fn now(&self) -> Message {
        match &self.running {
            Some(r) if r.events_lost + r.buffers_lost > 0 => {
                say::RUNS_LOST.with(&[&r.events_lost, &r.buffers_lost])
            }
            Some(r) if !crate::engine::is_ours(&r.file) => say::RUNS_ELSEWHERE.with(&[&r.file]),
            Some(_) => say::RUNS.plain(),
            None => say::RUNS_NOT.plain(),
        }
    }
}

fn next(status: &Status, booted: bool) -> Message {
    let next = match status.state {
        State::NotArmed => say::NEXT_ARM,
        State::HalfArmed => say::NEXT_DISARM,
        State::Armed if !booted => say::NEXT_RESTART,
        State::Armed => say::NEXT_COLLECT,
        State::Collected => say::NEXT_TAKE,
    };
    next.plain()
}

/// `{:#}` gives it in Chinese.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What the machine says cannot steer the terminal.
        let mut line = |message: Message| {
            let text = if f.alternate() { message.zh } else { message.en };
            let shown: String = text.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
            writeln!(f, "{shown}")
        };
        let state = match self.state {
            State::NotArmed => say::STATUS_NOT_ARMED,
            State::HalfArmed => say::STATUS_HALF_ARMED,
            State::Armed => say::STATUS_ARMED,
            State::Collected => say::STATUS_COLLECTED,
        };
        line(state.plain())?;
        if let Some(since) = &self.since {
            line(say::STATUS_SINCE.with(&[since]))?;
        }
        for session in &self.sessions {
            let name = format!("{:<18}", session.name);
            line(say::SESSION_LINE.with(&[&name, &session.at_boot(), &session.now()]))?;
        }
        for trace in &self.traces {
            let time = |time: &Option<String>| time.clone().unwrap_or_else(|| "?".into());
            let (from, to) = (time(&trace.created), time(&trace.modified));
            line(say::TRACE_LINE.with(&[&format!("{:>10}", size(trace.bytes)), &trace.name, &from, &to]))?;
        }
        for warning in &self.warnings {
            line(say::WARNING_LINE.with(&[warning]))?;
        }
        for (what, why) in &self.left_out {
            line(say::LEFT_OUT_LINE.with(&[what, why]))?;
        }
        for note in &self.notes {
            line(Message { en: format!("  {}", note.en), zh: format!("  {}", note.zh) })?;
        }
        if let Some(bundle) = &self.bundle {
            line(say::BUNDLE_LINE.with(&[bundle]))?;
        }
        line(say::NEXT_LINE.with(&[&self.next]))
    }
}
