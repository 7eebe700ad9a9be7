//! The state that the logs end in: the last end, a pending restart, the store, an installer that was cut off.

use std::collections::BTreeMap;

use timeline::{
    Damage, DamageKind, Fact, LocalTicks, LogLine, Object, Part, Repair, Restart, SessionStep, Stage, Step,
};

use crate::{
    faults::{ends_badly, failure_code},
    stages::REBOOT_REQUIRED,
};

/// The state after the lines of CBS.log, read to their end.
#[derive(Debug, Clone, Default)]
pub struct LogState {
    /// The last end of a session or of startup processing, and whether it is good.
    pub last_end: Option<(LogLine, bool)>,
    /// The line since which a restart is pending.
    pub pending: Option<LogLine>,
    /// Something is damaged, or failed, after the last end.
    pub trouble: bool,
    /// The installer that began and has no end, with no end of anything after it.
    pub open_installer: Option<LogLine>,
    /// Damage of the store, each object once, in the order of their names.
    pub damage: Vec<Damaged>,
    /// The last count of a check of the store.
    pub counted: Option<Counted>,
}

/// How much damage a check of the store found, and how much of it it repaired.
#[derive(Debug, Clone)]
pub struct Counted {
    /// Errors found.
    pub found: u32,
    /// Errors repaired.
    pub repaired: u32,
    /// The line that says how many were found.
    pub line: LogLine,
    /// The System Update Readiness Tool counted, of Windows Vista and 7.
    pub by_readiness_tool: bool,
}

impl Counted {
    /// Errors that are left.
    #[must_use]
    pub fn left(&self) -> u32 {
        self.found.saturating_sub(self.repaired)
    }
}

/// An object of the store that was damaged.
#[derive(Debug, Clone)]
pub struct Damaged {
    /// What.
    pub object: Object<String>,
    /// The version that a delta was made for.
    pub base: Option<String>,
    /// The first line that says so; of what was repaired the line of the repair.
    pub line: LogLine,
    /// It was repaired later.
    pub repaired: bool,
    /// More than a pass of SFC says so.
    certain: bool,
    /// SFC began to repair it in the transaction that is under way.
    in_transaction: bool,
    /// Number of the last line that says so.
    seen: u64,
}

impl Damaged {
    /// The code that the line gives, as NTSTATUS if it is one.
    #[must_use]
    pub fn code(&self) -> Option<u32> {
        let code = failure_code(&self.line)?;
        Some(if code >> 28 == 0xD { code & !0x1000_0000 } else { code })
    }
}

impl LogState {
    pub(crate) fn of(lines: &[&LogLine]) -> Self {
        let mut walk = Walk::default();
        for line in lines {
            walk.step(line);
        }
        let Walk { mut state, ledger, .. } = walk;
        state.damage = ledger.into_values().collect();
        state
    }

    /// The last end is a good one, and nothing was under way after it.
    #[must_use]
    pub fn ended_well(&self) -> bool {
        self.last_end.as_ref().is_some_and(|(_, good)| *good)
            && self.open_installer.is_none()
            && !self.trouble
    }

    /// What is damaged still.
    pub fn damaged(&self) -> impl Iterator<Item = &Damaged> {
        self.damage.iter().filter(|damaged| !damaged.repaired)
    }

    /// The last count of a check, if it tells more than the objects that are named.
    #[must_use]
    pub fn count_alone(&self) -> Option<&Counted> {
        // Servicing prints 0 of a check that it did not make as well; the readiness tool does not.
        let says = |c: &&Counted| self.damage.is_empty() && (c.found > 0 || c.by_readiness_tool);
        self.counted.as_ref().filter(says)
    }

    /// The last count of a check, if it left more damaged than lines name.
    #[must_use]
    pub fn counts_more(&self) -> Option<&Counted> {
        let named = self.damaged().count();
        self.counted.as_ref().filter(|c| named > 0 && c.left() as usize > named)
    }

    /// Whether something of the store is damaged still, named or only counted.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.damaged().next().is_some() || self.count_alone().is_some_and(|counted| counted.left() > 0)
    }

    /// What was repaired.
    pub fn repaired(&self) -> impl Iterator<Item = &Damaged> {
        self.damage.iter().filter(|damaged| damaged.repaired)
    }
}

#[derive(Default)]
struct Walk {
    state: LogState,
    /// Damage by the name of its file: the passes name it with a path, with its component, or alone.
    ledger: BTreeMap<String, Damaged>,
    /// Damage that the current check found, and how much of it the check repaired.
    found: Option<u32>,
    mended: Option<u32>,
    last_boot: Option<LocalTicks>,
    /// Lines passed.
    number: u64,
    /// Where the current check began.
    check: Option<u64>,
}

impl Walk {
    fn step(&mut self, line: &LogLine) {
        self.number += 1;
        self.end(line);
        self.restart(line);
        match &line.fact {
            Fact::Corruption(damage) => self.damage(line, damage),
            Fact::Repair(repair) => self.repair(line, repair),
            Fact::Failed { part: Part::Call, .. } => self.state.trouble = true,
            Fact::Installer(run) if !run.ended => self.state.open_installer = Some(line.clone()),
            Fact::Installer(_) => self.state.open_installer = None,
            _ => {}
        }
    }

    fn end(&mut self, line: &LogLine) {
        let code = failure_code(line);
        let good = match &line.fact {
            Fact::Session(session) if session.step == SessionStep::Started => {
                self.check = session.purpose.as_ref().map(|_| self.number);
                return;
            }
            Fact::Session(session) => {
                if session.purpose.is_some() && code.is_none() {
                    self.check_ended(line);
                }
                !code.is_some_and(ends_badly)
            }
            // A boot that needs another one has not ended the work.
            Fact::Stage(Some(Stage::Startup), Step::Complete) if code == Some(REBOOT_REQUIRED) => return,
            Fact::Stage(Some(Stage::Startup), Step::Complete) => code.is_none(),
            Fact::Poqexec { .. } if line.code.is_some() => code.is_none(),
            _ => return,
        };
        self.state.open_installer = None;
        self.state.trouble = false;
        self.state.last_end = Some((line.clone(), good));
    }

    fn restart(&mut self, line: &LogLine) {
        let pending = match &line.fact {
            Fact::Restart(Restart::Required | Restart::Outstanding | Restart::Delayed) => true,
            Fact::Repair(Repair::WaitsForRestart) => true,
            Fact::Session(session) => session.reboot_required == Some(true),
            Fact::LastBoot(boot) => {
                let since = self.state.pending.as_ref().and_then(|line| line.local);
                let booted = self.last_boot.is_some_and(|last| *boot > last)
                    || since.is_some_and(|since| *boot > since);
                self.last_boot = Some(*boot);
                if booted {
                    self.state.pending = None;
                }
                false
            }
            Fact::Stage(Some(Stage::Startup), Step::Complete) => {
                if line.code != Some(REBOOT_REQUIRED) {
                    self.state.pending = None;
                }
                false
            }
            _ => false,
        };
        if pending && self.state.pending.is_none() {
            self.state.pending = Some(line.clone());
        }
    }

    fn damage(&mut self, line: &LogLine, damage: &Damage) {
        if matches!(damage.kind, DamageKind::Marked | DamageKind::Entry) {
            return;
        }
        self.state.trouble |= damage.kind == DamageKind::Hydration;
        let certain = damage.kind != DamageKind::NotRepaired;
        let entry = self.ledger.entry(key(&damage.object)).or_insert_with(|| Damaged {
            object: damage.object.clone(),
            base: None,
            line: line.clone(),
            repaired: false,
            certain,
            in_transaction: true,
            seen: 0,
        });
        entry.seen = self.number;
        if entry.repaired {
            (entry.repaired, entry.line) = (false, line.clone());
        }
        entry.certain |= certain;
        entry.in_transaction = true;
        entry.base = entry.base.take().or_else(|| damage.base.clone());
        // The component tells more than a path.
        if matches!(damage.object, Object::File { .. }) && !matches!(entry.object, Object::File { .. }) {
            entry.object = damage.object.clone();
        }
    }

    fn repair(&mut self, line: &LogLine, repair: &Repair<String>) {
        match repair {
            Repair::FileRepaired(path) => self.repaired(line, &Object::Path(path.clone())),
            Repair::Listed { object, fixed: true } => self.repaired(line, object),
            Repair::Listed { object, fixed: false } | Repair::NoSource(object) => {
                let damage = Damage { kind: DamageKind::Payload, object: object.clone(), base: None };
                self.damage(line, &damage);
            }
            Repair::Store { fixed: true } => {
                self.all_repaired(line);
                if let Some(counted) = &mut self.state.counted {
                    counted.repaired = counted.found;
                }
            }
            Repair::TransactionBegins => {
                self.ledger.values_mut().for_each(|damaged| damaged.in_transaction = false);
            }
            // It speaks of what SFC could repair. What only SFC called damaged, in this very transaction, is settled.
            Repair::TransactionDone => {
                self.ledger.retain(|_, d| d.certain || d.repaired || !d.in_transaction)
            }
            Repair::Detected(found) | Repair::ReadinessFound(found) => {
                self.found = Some(*found);
                let by_readiness_tool = matches!(repair, Repair::ReadinessFound(_));
                self.state.counted =
                    Some(Counted { found: *found, repaired: 0, line: line.clone(), by_readiness_tool });
            }
            Repair::Repaired(mended) => {
                self.mended = Some(*mended);
                if let Some(counted) = &mut self.state.counted {
                    counted.repaired = *mended;
                }
            }
            Repair::Summary { detected, repaired, listed } => {
                (self.found, self.mended) = (Some(*detected), Some(*repaired));
                let (found, repaired) = (*detected, *repaired);
                self.state.counted =
                    Some(Counted { found, repaired, line: line.clone(), by_readiness_tool: false });
                for (object, fixed) in listed {
                    self.repair(line, &Repair::Listed { object: object.clone(), fixed: *fixed });
                }
            }
            _ => {}
        }
    }

    fn repaired(&mut self, line: &LogLine, object: &Object<String>) {
        let damaged = self.ledger.entry(key(object)).or_insert_with(|| Damaged {
            object: object.clone(),
            base: None,
            line: line.clone(),
            repaired: false,
            certain: true,
            in_transaction: false,
            seen: 0,
        });
        (damaged.repaired, damaged.line) = (true, line.clone());
    }

    fn all_repaired(&mut self, line: &LogLine) {
        for damaged in self.ledger.values_mut().filter(|damaged| !damaged.repaired) {
            (damaged.repaired, damaged.line) = (true, line.clone());
        }
    }

    /// A check that ended well speaks for the whole store. What it no longer finds is good again. So is what it
    /// found, if it repaired all of that.
    fn check_ended(&mut self, line: &LogLine) {
        if let (Some(begin), Some(_)) = (self.check.take(), self.found) {
            for damaged in self.ledger.values_mut().filter(|d| !d.repaired && d.seen < begin) {
                (damaged.repaired, damaged.line) = (true, line.clone());
            }
        }
        if let (Some(found), Some(mended)) = (self.found.take(), self.mended.take())
            && mended >= found
        {
            self.all_repaired(line);
        }
    }
}

fn key(object: &Object<String>) -> String {
    let name = object.file_name().to_lowercase();
    // SFC names a file with its folders below the component, and alone. A copy in `r`, `f` or `n` is another file.
    match name.rsplit_once('\\') {
        Some((folders, file)) if !matches!(folders, "r" | "f" | "n") => file.to_owned(),
        _ => name,
    }
}
