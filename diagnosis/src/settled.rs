//! What later records settle: failures that need no explanation any more, and changes that wait for a restart no more.
//!
//! The timeline keeps each line as its log has it: one that says that something failed goes on saying so. Which of
//! these failures still count is decided here, and each stage of the diagnosis asks here. Attempts of CBS.log are no
//! part of it: [`Faults`](crate::Faults) judges them whole.

use std::collections::{HashMap, HashSet};

use timeline::{
    Evidence, Fact, LogLine, Place, SECURE_BOOT_UPDATE, Scan, Source, Timeline, Tool, UpdateStep, Words,
};

/// The lines whose failures are settled.
#[derive(Debug, Default)]
pub struct Settled(HashSet<Place>);

impl Settled {
    /// Looks at each log by itself: two logs name one update, or one command, in different words.
    pub(crate) fn of(timeline: &Timeline<'_>) -> Self {
        let settled = timeline.scans.iter().flat_map(|scan| {
            let lines = &scan.lines;
            of_client(lines).chain(of_commands(lines)).chain(of_upgrade(lines))
        });
        Self(settled.map(place).collect())
    }

    /// Whether a line's failure is settled.
    pub(crate) fn has(&self, line: &LogLine) -> bool {
        self.0.contains(&place(line))
    }

    /// Why a line's failure is settled, if it is.
    #[must_use]
    pub fn why(&self, line: &LogLine) -> Option<Words> {
        self.has(line).then(|| match &line.fact {
            Fact::UpdateFailed { update, .. } if update == SECURE_BOOT_UPDATE => Words::new(
                "Windows tries this again at each start; it has no part in the failure of another update.",
                "Windows 每次启动都会重试此操作；它与其他更新的失败无关。",
            ),
            // That is all a later run shows: dism.log has no line for success.
            Fact::Tool(tool) if tool.tool == Tool::Dism => Words::new(
                "A later run of the same command tells of no failure.",
                "之后再次运行同一命令时没有失败记录。",
            ),
            _ => Words::new(
                "A later record shows that it succeeded in the end.",
                "后续记录显示该操作最终成功。",
            ),
        })
    }

    /// The lines that say that something failed, and whose failure is not settled.
    pub(crate) fn open<'a>(&'a self, timeline: &'a Timeline<'_>) -> impl Iterator<Item = &'a LogLine> {
        let lines = timeline.scans.iter().flat_map(|scan| &scan.lines);
        lines.filter(|line| line.failed && !self.has(line))
    }
}

fn place(line: &LogLine) -> Place {
    Place::Line { source: line.source, line: line.line }
}

/// When a line was written, by the only clock that its log has.
pub(crate) fn written(line: &LogLine) -> Option<u64> {
    line.time.map(|time| time.0).or(line.local.map(|local| local.0))
}

fn is_later(than: &LogLine, time: Option<u64>) -> bool {
    time.zip(written(than)).is_some_and(|(time, than)| time > than)
}

/// Failures of the update client: of an update that was installed later, and of a search after which one was installed.
fn of_client(lines: &[LogLine]) -> impl Iterator<Item = &LogLine> {
    let mut installed: HashMap<&str, Option<u64>> = HashMap::new();
    let (mut found, mut other) = (None, false);
    for line in lines {
        match &line.fact {
            Fact::UpdateInstalled(update) => {
                let last = installed.entry(update).or_default();
                *last = written(line).max(*last);
                found = written(line).max(found);
            }
            Fact::UpdateFailed { update, .. } => other |= update != SECURE_BOOT_UPDATE,
            _ => {}
        }
    }
    lines.iter().filter(move |line| match &line.fact {
        Fact::UpdateFailed { step: UpdateStep::Search, .. } => is_later(line, found),
        // The firmware's lists have no part in the failure of another update, and are tried again at each start.
        Fact::UpdateFailed { update, .. } if update == SECURE_BOOT_UPDATE => other,
        Fact::UpdateFailed { update, step: UpdateStep::Install | UpdateStep::Download } => {
            is_later(line, installed.get(update.as_str()).copied().flatten())
        }
        _ => false,
    })
}

/// Failures of dism's commands that a later run of the same command line did not meet.
fn of_commands(lines: &[LogLine]) -> impl Iterator<Item = &LogLine> {
    let mut failed: HashMap<&str, Vec<&LogLine>> = HashMap::new();
    let mut settled = Vec::new();
    for run in lines.chunk_by(|_, next| !matches!(next.fact, Fact::DismCommand(_))) {
        // A log may begin within a run, whose command line nothing tells then.
        let Some(Fact::DismCommand(command)) = run.first().map(|line| &line.fact) else { continue };
        let earlier = failed.entry(command).or_default();
        let before = earlier.len();
        earlier.extend(run.iter().filter(|line| line.failed));
        if earlier.len() == before {
            settled.append(earlier);
        }
    }
    settled.into_iter()
}

/// Failures on the way of an upgrade that went through in the end.
fn of_upgrade(lines: &[LogLine]) -> impl Iterator<Item = &LogLine> {
    let end = lines.iter().rposition(|line| line.fact == Fact::UpgradeDone).unwrap_or(0);
    lines.iter().take(end).filter(|line| line.failed)
}

/// What says that a change waits for a restart still, with the position of its input: the state of packages, dism's last
/// command, or a record of the update client after which neither the update ended nor Windows started.
pub(crate) fn waiting<'a>(timeline: &'a Timeline<'_>) -> impl Iterator<Item = (usize, Evidence)> + 'a {
    let inputs = timeline.case.inputs.iter().zip(&timeline.scans).enumerate();
    inputs.filter_map(|(at, (input, scan))| {
        // The restart ends a trace, or came before it.
        let of_client = || matches!(input.source, Source::Log(_)).then(|| client_waits(scan)).flatten();
        Some((at, scan.known.waits_for_restart.clone().or_else(of_client)?))
    })
}

fn client_waits(scan: &Scan) -> Option<Evidence> {
    let mut ended: HashMap<&str, Option<u64>> = HashMap::new();
    let mut started = None;
    for line in &scan.lines {
        match &line.fact {
            Fact::UpdateInstalled(update) | Fact::UpdateFailed { update, .. } => {
                let last = ended.entry(update).or_default();
                *last = written(line).max(*last);
            }
            Fact::Boot => started = written(line).max(started),
            _ => {}
        }
    }
    let waits = scan.lines.iter().filter_map(|line| match &line.fact {
        Fact::UpdateWaits(update) => {
            let end = ended.get(update.as_str()).copied().flatten().filter(|_| !update.is_empty());
            (!is_later(line, started) && !is_later(line, end)).then_some((line, update))
        }
        _ => None,
    });
    let (line, update) = waits.max_by_key(|(line, _)| written(line))?;
    let said = if update.is_empty() { &line.text } else { update };
    Some(Evidence::at(place(line), Words::new(said.clone(), said.clone())))
}
