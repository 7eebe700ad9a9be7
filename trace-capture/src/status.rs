//! What an armed machine looks like now.

use std::fmt;

use serde::Serialize;

use crate::engine::begun;
use crate::error::Result;
use crate::facts::size;
use crate::journal::{self, Line};
use crate::machine::{Machine, Running};
use crate::plan::{Action, PMB, TRACES, sessions};
use crate::tree::Data;

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
    /// Trace files with their sizes in bytes.
    pub traces: Vec<(String, u64)>,
    /// Steps that were left out: what, and why.
    pub left_out: Vec<(String, String)>,
    /// Where the traces were collected to.
    pub bundle: Option<String>,
    /// What to do next.
    pub next: String,
}

/// Looks at the machine. Changes nothing.
///
/// # Errors
/// The journal does not read, or the registry cannot be read.
pub fn status(machine: &dyn Machine) -> Result<Status> {
    let lines = journal::read(machine)?;
    let known = lines.is_some();
    let lines = lines.unwrap_or_default();
    let mut status = Status {
        state: if known { State::HalfArmed } else { State::NotArmed },
        since: None,
        planned_boots: None,
        sessions: vec![],
        traces: vec![],
        left_out: vec![],
        bundle: None,
        next: String::new(),
    };
    let mut options = None;
    for line in &lines {
        match line {
            Line::Start { at, options: given, .. } => {
                (status.since, status.planned_boots) = (Some(at.clone()), Some(given.boots));
                options = Some(given);
            }
            Line::Armed { .. } => status.state = State::Armed,
            Line::Collected { bundle, .. } => {
                (status.state, status.bundle) = (State::Collected, Some(bundle.clone()));
            }
            Line::Undone { step } if !is_task(&lines, *step) => status.state = State::HalfArmed,
            Line::Failed { step, why } => {
                let what = action_of(&lines, *step).map(Action::does).unwrap_or_default();
                status.left_out.push((what, why.clone()));
            }
            _ => {}
        }
    }
    for session in options.into_iter().flat_map(sessions) {
        let tree = machine.tree(&session.key())?.unwrap_or_default();
        let number = |name: &str| tree.value(name).and_then(Data::as_dword);
        status.sessions.push(SessionState {
            name: session.name.into(),
            boot_status: number("Status"),
            boots: number("FileCounter"),
            running: machine.query(session.name)?,
        });
    }
    status.traces =
        machine.list(TRACES)?.unwrap_or_default().into_iter().map(|e| (e.name, e.bytes)).collect();
    let armed_bootlog = begun(&lines).into_iter().any(|(_, a, _)| matches!(a, Action::EnableBootLog { .. }));
    if let Some(pmb) = machine.entry(PMB)?.filter(|_| armed_bootlog) {
        status.traces.push(("Procmon.pmb".into(), pmb.bytes));
    }
    status.next = next(&status);
    Ok(status)
}

fn action_of(lines: &[Line], number: usize) -> Option<&Action> {
    lines.iter().find_map(|l| match l {
        Line::Begin { step, action, .. } if *step == number => Some(action),
        _ => None,
    })
}

fn is_task(lines: &[Line], number: usize) -> bool {
    matches!(action_of(lines, number), Some(Action::CreateTask { .. }))
}

fn next(status: &Status) -> String {
    let booted = status.sessions.iter().any(|s| s.boots.is_some());
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
            write!(f, ", since {since}")?;
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
                    format!("a session of that name runs, but into \"{}\"", r.file)
                }
                Some(_) => "running, nothing lost".into(),
                None => "not running".into(),
            };
            writeln!(f, "  {:<18} {boot}; {now}", session.name)?;
        }
        if let (Some(planned), Some(most)) =
            (self.planned_boots, self.sessions.iter().filter_map(|s| s.boots).max())
            && most > planned
        {
            writeln!(
                f,
                "  {most} boots were traced and {planned} planned: the oldest files are being overwritten"
            )?;
        }
        for (name, bytes) in &self.traces {
            writeln!(f, "  {:>10}  {name}", size(*bytes))?;
        }
        for (what, why) in &self.left_out {
            writeln!(f, "  left out: {what}: {why}")?;
        }
        if let Some(bundle) = &self.bundle {
            writeln!(f, "  bundle: {bundle}")?;
        }
        writeln!(f, "Next: {}.", self.next)
    }
}
