//! Which faults count, and which attempt they belong to. A fault does not count if its attempt ended well later.

use status_codes::results;
use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use timeline::{
    Fact, FileTime, LogLine, PackageChangeKind, PhaseName, Restart, SessionStep, Stage, Step, Ticks, Timeline,
};

use super::{
    collect::{ends_badly, failure_code},
    fault::{Fault, same_error},
    kinds::FaultKind as Kind,
    log_faults::Faults,
};
use crate::stages::{Place, REBOOT_REQUIRED};

/// A log writes its line within this time of what a trace shows.
const MARGIN: Ticks = Ticks::seconds(120);
/// An attempt that follows this much later is another one, not the boot that takes the first one back.
pub(super) const ANOTHER_ATTEMPT: Ticks = Ticks::seconds(3600);
/// What another log reports is in CBS.log soon after.
const SOON: Ticks = Ticks::seconds(5);

/// The time that traces cover.
pub(super) struct Covered {
    spans: Vec<(FileTime, FileTime)>,
}

impl Covered {
    pub(super) fn of(timeline: &Timeline<'_>) -> Self {
        let traces = timeline.case.inputs.iter().zip(&timeline.scans).filter(|(i, _)| i.source.is_trace());
        Self { spans: traces.filter_map(|(_, scan)| Some((scan.first?, scan.last?))).collect() }
    }

    fn holds(&self, time: FileTime) -> bool {
        self.spans.iter().any(|(from, to)| time.plus(MARGIN) >= *from && time <= to.plus(MARGIN))
    }
}

/// Whether a fault says how a session or a startup ended.
fn tells_end(kind: Kind) -> bool {
    matches!(kind, Kind::Session | Kind::Package | Kind::Feature | Kind::Commit | Kind::Stage | Kind::Status)
}

impl Faults {
    /// CBS marks a rollback before it commits, so that a crash shows as one. It takes the mark back afterwards.
    pub(super) fn drop_false_rollbacks(&mut self, lines: &[&LogLine]) {
        let mut cleared: HashSet<(timeline::SourceId, u64)> = HashSet::new();
        let mut open: Vec<&LogLine> = Vec::new();
        for line in lines {
            match &line.fact {
                Fact::ExecuteState { rollback: true, read: false, .. } => open.push(line),
                Fact::ExecuteState { state, read: false, .. } if state == "None" => {
                    cleared.extend(open.drain(..).map(|line| (line.source, line.line)));
                }
                // Startup processing, or the screen, tells of the rollback itself.
                Fact::Stage(Some(Stage::Startup | Stage::Shutdown), _) | Fact::Stage(_, Step::Rollback) => {
                    open.clear()
                }
                _ => {}
            }
        }
        self.rollback.retain(|line| !cleared.contains(&(line.source, line.line)));
    }

    /// Drops what looks like a failure but fails nothing by itself.
    pub(super) fn drop_unsupported(&mut self, lines: &[&LogLine], places: &[Place]) {
        let is_end = |fact: &Fact| match fact {
            Fact::Session(session) => session.step != SessionStep::Started,
            Fact::Stage(_, step) => *step == Step::Complete,
            _ => false,
        };
        let ended_attempts: HashSet<u32> = lines
            .iter()
            .zip(places)
            .filter(|(line, _)| is_end(&line.fact))
            .map(|(_, place)| place.attempt)
            .collect();
        let last = places.iter().map(|place| place.attempt).max();
        let generic = |f: &Fault| f.kind == Kind::Installer && f.item.eq_ignore_ascii_case("Generic Command");
        let decisive: HashMap<u32, Option<String>> =
            self.all.iter().filter(|f| generic(f)).map(|f| (f.boot, f.component.clone())).collect();
        for command in self.all.iter_mut().filter(|f| f.kind == Kind::Command) {
            command.component = decisive.get(&command.boot).cloned().flatten();
        }
        let mut ends: HashMap<u32, HashSet<u32>> = HashMap::new();
        for f in self.all.iter().filter(|f| tells_end(f.kind)) {
            ends.entry(f.attempt).or_default().extend(f.code);
        }
        self.all.retain(|f| match f.kind {
            // Some programs end well with another code than 0.
            Kind::Command => decisive.contains_key(&f.boot),
            Kind::Installer => f.code != Some(REBOOT_REQUIRED),
            Kind::Pending => f.code == Some(results::ERROR_FAIL_REBOOT_REQUIRED),
            Kind::Call | Kind::Hydration | Kind::Service => {
                let codes = ends.get(&f.attempt);
                let ended = codes
                    .zip(f.code)
                    .is_some_and(|(codes, own)| codes.iter().any(|code| same_error(own, *code)));
                // An excerpt may stop before the end that the call led to.
                let cut = last == Some(f.attempt) && !ended_attempts.contains(&f.attempt) && codes.is_none();
                f.kind != Kind::Hydration && cut || f.kind != Kind::Service && ended
            }
            _ => true,
        });
    }

    /// A session that ended well had no failure that counts, whatever its lines say before.
    pub(super) fn drop_good_sessions(&mut self, lines: &[&LogLine], places: &[Place]) {
        let mut good: HashMap<u32, bool> = HashMap::new();
        for (line, place) in lines.iter().zip(places) {
            if let Fact::Session(session) = &line.fact
                && session.step != SessionStep::Started
            {
                let ended = !failure_code(line).is_some_and(ends_badly);
                good.entry(place.attempt).and_modify(|good| *good &= ended).or_insert(ended);
            }
        }
        self.all.retain(|f| {
            f.kind < Kind::Stack
                || !matches!(f.phase, PhaseName::Staging | PhaseName::Unknown)
                || !good.get(&f.attempt).is_some_and(|good| *good)
        });
    }

    /// Sets apart what failed before an attempt that went through.
    pub(super) fn set_past_apart(&mut self, ends: &Ends<'_>, covered: &Covered) {
        let is_past = |f: &Fault| {
            let failed = f.time;
            let seen = failed.is_some_and(|failed| covered.holds(failed));
            // In a boot that came an hour or more later, or that a trace covers while it does not cover the failure.
            let later = failed.is_some_and(|failed| {
                let ended = |(time, boot): &(FileTime, u32)| {
                    *boot > f.boot
                        && *time > failed
                        && (time.since(failed) >= ANOTHER_ATTEMPT || covered.holds(*time) && !seen)
                };
                ends.last_startup.iter().chain(&ends.covered_startups).any(ended)
            });
            later || ends.is_cleared(f) || !seen && (ends.retry_of(f).is_some() || ends.installs_later(f))
        };
        let retried = self.all.iter().filter(|f| is_past(f)).find_map(|f| ends.retry_of(f)).cloned();
        let (past, present): (Vec<_>, Vec<_>) = std::mem::take(&mut self.all).into_iter().partition(is_past);
        (self.past, self.all, self.retried) = (past, present, retried);
        if self.retried.is_some() && self.all.is_empty() {
            // What was taken back at shutdown was tried again at the next start.
            self.rollback.clear();
        }
        let Some(last) = self.past.iter().filter_map(|f| f.time).max() else { return };
        self.rollback.retain(|line| line.time.is_none_or(|time| time > last.plus(MARGIN)));
    }

    /// Places what setupapi.dev.log says of a driver where CBS.log, which is cut to the second, tells of the same driver.
    pub(super) fn place_by_drivers(&mut self) {
        let drivers: Vec<_> = self.all.iter().filter(|f| f.kind == Kind::Driver).cloned().collect();
        for fault in self.all.iter_mut().filter(|f| f.kind == Kind::Setup) {
            let is_near = |driver: &&Fault| {
                let times = driver.time.zip(fault.time);
                times.is_some_and(|(one, other)| one.plus(SOON) >= other && other.plus(SOON) >= one)
            };
            let same = |driver: &&Fault| fault.names.iter().any(|name| name.name() == driver.item);
            if let Some(driver) = drivers.iter().filter(same).find(is_near) {
                (fault.phase, fault.boot, fault.attempt) = (driver.phase, driver.boot, driver.attempt);
            }
        }
    }

    /// Sets apart what other logs say failed before CBS dropped the failure, and what failed of the driver queue at shutdown
    /// where the startup did it again and came to the installers.
    pub(super) fn set_done_apart(&mut self, ends: &Ends<'_>) {
        let all = std::mem::take(&mut self.all);
        let of_drivers = |f: &Fault| {
            matches!(
                f.kind,
                Kind::Driver | Kind::DriverCall | Kind::DriverIdentity | Kind::DriverQueue | Kind::Setup
            )
        };
        let at = |phase, meant: &dyn Fn(&Fault) -> bool| -> HashMap<u32, u32> {
            all.iter().filter(|f| f.phase == phase && meant(f)).map(|f| (f.attempt, f.boot)).collect()
        };
        let installers = at(PhaseName::StartupInstallers, &|f| !of_drivers(f));
        let again = at(PhaseName::StartupDrivers, &of_drivers);
        let is_past = |f: &Fault| {
            let before = |boot: &u32| f.phase == PhaseName::Shutdown || f.boot < *boot;
            let of_shutdown = f.kind == Kind::Stage && f.phase == PhaseName::Shutdown;
            let went_on = (of_drivers(f) || of_shutdown) && installers.get(&f.attempt).is_some_and(before);
            ends.is_cleared(f) || went_on && !again.contains_key(&f.attempt)
        };
        let (past, present): (Vec<_>, Vec<_>) = all.into_iter().partition(is_past);
        self.all = present;
        self.past.extend(past);
    }

    /// The attempt that failed: the first that a trace covers, otherwise the last. A failed reboot comes before a
    /// failed session: while Windows starts, a worker may serve a session as well.
    pub(super) fn attempt(&self, covered: &Covered) -> Option<u32> {
        let forward = || self.all.iter().filter(|f| f.is_forward());
        // A package that is reported where the startup ended with a failure failed at the reboot, whatever it was.
        let reboots: HashSet<u32> = forward().filter(|f| f.kind == Kind::Status).map(|f| f.attempt).collect();
        let standing = |f: &Fault| match f.kind {
            Kind::Package if reboots.contains(&f.attempt) => AT_REBOOT,
            _ => standing(f),
        };
        let seen = |f: &&Fault| !f.kind.follows() && f.time.is_some_and(|time| covered.holds(time));
        let first = forward().filter(seen).max_by_key(|f| (standing(f), Reverse(f.attempt)));
        let last = || forward().max_by_key(|f| (standing(f), f.attempt));
        first.or_else(last).map(|f| f.attempt)
    }

    /// The place of the startup processing that follows a run of poqexec.
    pub(super) fn startup_after(&self, time: Option<FileTime>) -> Option<Place> {
        let time = time?;
        let startup = |line: &LogLine| matches!(line.fact, Fact::Stage(Some(Stage::Startup), _));
        let found =
            self.stages.iter().find(|(line, _)| startup(line) && line.time.is_some_and(|t| t >= time));
        found.map(|(_, place)| Place { phase: PhaseName::BootPoq, ..*place })
    }

    /// Place of a time from another log, by the stage lines of CBS.log.
    pub(super) fn place_at(&self, time: Option<FileTime>) -> Option<Place> {
        let time = time?;
        // CBS.log writes whole seconds.
        let second = FileTime(time.0 - time.0 % Ticks::seconds(1).0);
        let timed = || self.stages.iter().filter_map(|(line, place)| Some((line.time?, line, *place)));
        let next = timed().find(|(t, ..)| *t >= second && t.since(time) <= SOON);
        if let Some((_, _, place)) = next {
            return Some(place);
        }
        let (_, line, place) = timed().rfind(|(t, ..)| *t < second)?;
        let over = matches!(line.fact, Fact::Stage(_, Step::Complete));
        Some(if over { Place { phase: PhaseName::Unknown, ..place } } else { place })
    }

    /// Finds the fault that comes first: in the attempt that failed, the most specific, of those the earliest.
    pub(super) fn find_first(&mut self, covered: &Covered) {
        let attempt = self.attempt(covered);
        let forward = || self.all.iter().enumerate().filter(|(_, f)| f.is_forward());
        let within = forward().filter(|(_, f)| Some(f.attempt) == attempt);
        self.primary = within.min_by_key(|(at, f)| (f.kind, *at)).map(|(at, _)| at);
        self.prefer_last_command();
        let forward = || self.all.iter().filter(|f| f.is_forward());
        let online = self.first().is_some_and(Fault::is_online);
        let reported = |wanted: &[Kind]| {
            // A later boot may tell of a failed reboot again; a session has its own end.
            let told = forward().filter(|f| {
                attempt.is_none_or(|attempt| f.attempt == attempt || !online && f.attempt > attempt)
            });
            told.filter(|f| wanted.contains(&f.kind)).find_map(|f| f.code)
        };
        self.reported = reported(&[Kind::Status])
            .or_else(|| reported(&[Kind::Stage, Kind::Hang]))
            .or_else(|| reported(&[Kind::Package]))
            .or_else(|| reported(&[Kind::Session, Kind::Feature, Kind::Repair]))
            .or_else(|| {
                let first = self.first()?;
                // HRESULT_FROM_NT: what is reported of it is the Win32 error.
                let of_nt = first.code.filter(|code| code >> 28 == 0xD).and(first.win32());
                of_nt.map(results::from_win32).or(first.code)
            });
    }
}

impl Faults {
    /// If only dism reports a failure, the question is about the last command that failed.
    fn prefer_last_command(&mut self) {
        let of_dism = |f: &&Fault| f.kind == Kind::Dism;
        if self.first().as_ref().is_none_or(|first| first.kind != Kind::Dism) {
            return;
        }
        let Some(last) = self.all.iter().rev().find(of_dism) else { return };
        self.primary = self.all.iter().position(|f| f.kind == Kind::Dism && f.detail == last.detail);
    }
}

/// What the attempt of a failed reboot counts.
const AT_REBOOT: u8 = 3;

/// How much a fault's attempt counts. A reboot comes before an installation, and that before a repair or a mere
/// repetition.
fn standing(fault: &Fault) -> u8 {
    let at_reboot =
        !matches!(fault.phase, PhaseName::Staging | PhaseName::Unknown) || fault.kind < Kind::Stack;
    match fault.kind {
        Kind::Restart | Kind::Status | Kind::Update | Kind::Dism => 0,
        Kind::Repair | Kind::Pending => 1,
        Kind::Package | Kind::Session | Kind::Feature => 2,
        _ if at_reboot => AT_REBOOT,
        _ => 2,
    }
}

/// How attempts ended.
#[derive(Default)]
pub(super) struct Ends<'a> {
    /// The last startup processing that ended well, except for the boots that take an update back: when, and its boot.
    last_startup: Option<(FileTime, u32)>,
    /// Those that a trace covers, at most [`MAX_COVERED`].
    covered_startups: Vec<(FileTime, u32)>,
    /// The last good end of each attempt's startup processing, with its boot.
    startups: HashMap<u32, (&'a LogLine, u32)>,
    /// The last boot of each attempt that arranged another try.
    tries: HashMap<u32, u32>,
    /// What each attempt's session failed at: packages, features, purposes.
    failed: HashMap<u32, Vec<&'a str>>,
    /// The last attempt that did the same well.
    done: HashMap<&'a str, u32>,
    /// Attempts in which a startup decided on a rollback.
    rolled_back: HashSet<u32>,
    /// When, and in which boot, CBS last dropped the failure of each attempt that it had kept, before any rollback.
    cleared: HashMap<u32, (Option<FileTime>, u32)>,
}

/// Startups within traces that are looked at. A trace covers a handful of boots.
const MAX_COVERED: usize = 64;

impl<'a> Ends<'a> {
    pub(super) fn of(lines: &[&'a LogLine], places: &[Place], covered: &Covered) -> Self {
        let mut ends = Self::default();
        for (line, place) in lines.iter().zip(places) {
            let attempt = place.attempt;
            let good = failure_code(line).is_none();
            match &line.fact {
                Fact::Stage(Some(Stage::Startup), Step::Complete)
                    if good && place.phase != PhaseName::Rollback =>
                {
                    ends.startups.insert(attempt, (line, place.boot));
                    if let Some(time) = line.time {
                        ends.last_startup = Some((time, place.boot));
                        if covered.holds(time) && ends.covered_startups.len() < MAX_COVERED {
                            ends.covered_startups.push((time, place.boot));
                        }
                    }
                }
                Fact::FailureCleared if !ends.rolled_back.contains(&attempt) => {
                    ends.cleared.insert(attempt, (line.time, place.boot));
                }
                Fact::Restart(Restart::TriesAgain | Restart::PoqexecAgain) => {
                    ends.tries.insert(attempt, place.boot);
                }
                Fact::Stage(
                    Some(Stage::Startup),
                    Step::InstallerQueueFailed
                    | Step::DriverQueueFailed
                    | Step::Rollback
                    | Step::RollbackFailed,
                ) => {
                    ends.rolled_back.insert(attempt);
                }
                Fact::Session(session) if session.step != SessionStep::Started => {
                    let good = !failure_code(line).is_some_and(ends_badly);
                    for name in session.package.iter().chain(&session.purpose) {
                        ends.ended(attempt, name, good);
                    }
                }
                Fact::Feature { feature, .. } => ends.ended(attempt, feature, good),
                Fact::Package(package) => match package.kind {
                    PackageChangeKind::CompletedAtStartup if good => {
                        ends.ended(attempt, &package.identity, true)
                    }
                    PackageChangeKind::FailureReport => ends.ended(attempt, &package.identity, false),
                    _ => {}
                },
                _ => {}
            }
        }
        ends
    }

    fn ended(&mut self, attempt: u32, name: &'a str, good: bool) {
        if good {
            self.done.insert(name, attempt);
        } else {
            let names = self.failed.entry(attempt).or_default();
            if !names.contains(&name) && names.len() < MAX_COVERED {
                names.push(name);
            }
        }
    }

    /// The line that ended well what failed first and was tried again without a rollback.
    fn retry_of(&self, fault: &Fault) -> Option<&'a LogLine> {
        if self.rolled_back.contains(&fault.attempt) {
            return None;
        }
        // The boot that makes it good reads the kept failure first.
        let told_again = fault.kind.follows();
        let tried = self.tries.get(&fault.attempt).is_some_and(|boot| *boot >= fault.boot || told_again);
        let later = |boot: u32| boot > fault.boot || told_again && boot == fault.boot;
        let good = self.startups.get(&fault.attempt).filter(|(_, boot)| later(*boot));
        good.filter(|_| tried || fault.phase == PhaseName::Shutdown).map(|(line, _)| *line)
    }

    /// Whether CBS dropped the fault in a later boot, after another try of what had failed.
    fn is_cleared(&self, fault: &Fault) -> bool {
        let (tried, cleared) = (self.tries.get(&fault.attempt), self.cleared.get(&fault.attempt));
        tried.zip(cleared).is_some_and(|(tried, (time, boot))| match (fault.time, time) {
            (Some(failed), Some(dropped)) => failed < *dropped && tried < boot,
            _ => fault.boot <= *tried && fault.boot < *boot,
        })
    }

    /// Whether a later session or startup did what the fault's session failed at.
    fn installs_later(&self, fault: &Fault) -> bool {
        let online = matches!(fault.phase, PhaseName::Staging | PhaseName::Unknown);
        let later = |name: &&str| self.done.get(name).is_some_and(|attempt| *attempt > fault.attempt);
        online && self.failed.get(&fault.attempt).is_some_and(|names| names.iter().any(later))
    }
}
