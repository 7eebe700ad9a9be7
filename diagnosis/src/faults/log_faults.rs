//! The faults that the logs report, together.

use status_codes::results;
use timeline::{
    Damage, DamageKind, Fact, FileTime, InstallerRun, LogLine, Object, Part, PhaseName, Stage, Step, Tool,
};

use super::{
    collect::{self, failure_code},
    fault::{Detail, Fault},
    kinds::FaultKind,
    online::Online,
};
use crate::{log_state::LogState, settled::Settled, stages};

/// What the logs say failed.
#[derive(Debug, Default)]
pub struct Faults {
    /// All faults, in the order of the logs.
    pub all: Vec<Fault>,
    /// Position of the one that comes first.
    pub primary: Option<usize>,
    /// The code that servicing reported of the whole: the original failure status, or what the stage ended with.
    pub reported: Option<u32>,
    /// What failed in an attempt that a later one made good.
    pub past: Vec<Fault>,
    /// What the logs say failed in another boot than those that were recorded.
    pub another: Option<Fault>,
    /// The line that ended an attempt well after its first try had failed.
    pub retried: Option<LogLine>,
    /// The last line that reports a failure, where no line after it tells how the work ended.
    pub last_failure: Option<LogLine>,
    /// Lines that say that the update is taken back, in order.
    pub rollback: Vec<LogLine>,
    /// The line by which startup processing decides to take the update back.
    pub(crate) decided: Option<LogLine>,
    /// The lines whose failures are settled: none of them is a fault.
    pub settled: Settled,
    /// The state that the logs end in.
    pub state: LogState,
    /// What was installed if the first fault happened while Windows ran.
    pub online: Online,
    /// The last entry of the store that a line called incomplete, and the attempt it was in.
    pub(crate) incomplete: Option<(Object<String>, u32)>,
    /// What an installer said first of its own failure, before the line that names it, and the attempt it was in.
    pub(crate) said: Option<(String, u32)>,
    /// Place of every line that names a stage.
    pub(crate) stages: Vec<(LogLine, stages::Place)>,
}

impl Faults {
    pub(super) fn record(&mut self, line: &LogLine, place: stages::Place, following: &[&LogLine]) {
        if matches!(line.fact, Fact::Stage(..)) {
            self.stages.push((line.clone(), place));
        }
        // What a shutdown undoes is tried again by the startup after it.
        let again = matches!(&line.fact, Fact::Stage(Some(Stage::Shutdown), _))
            || line.text.ends_with("Temporary Rollback.");
        if !again && matches!(&line.fact, Fact::Stage(_, Step::Rollback | Step::RollbackFailed))
            || matches!(&line.fact, Fact::ExecuteState { rollback: true, .. })
        {
            self.rollback.push(line.clone());
        }
        // `Failed to process advanced operation queue` goes on: `A rollback transaction will be created`.
        if let Fact::Stage(Some(Stage::Startup), Step::InstallerQueueFailed) = line.fact {
            self.decided = Some(line.clone());
        }
        if let Fact::Stage(Some(Stage::Startup), Step::Complete) = line.fact
            && failure_code(line).is_none()
        {
            // Between installation and restart a pending transaction is the ordinary state; the restart ended it.
            self.all.retain(|f| f.kind != FaultKind::Pending);
        }
        match &line.fact {
            Fact::Failed { part: Part::Scan, objects } if !scan_failed(line, objects) => {}
            Fact::Failed { .. } if failure_code(line).is_some() => self.last_failure = Some(line.clone()),
            Fact::Session(_) | Fact::Stage(_, Step::Complete) => self.last_failure = None,
            _ => {}
        }
        if let Fact::Corruption(Damage { kind: DamageKind::Entry, object, .. }) = &line.fact {
            self.incomplete = Some((object.clone(), place.attempt));
        }
        if let (Fact::Failed { part: Part::InstallerWords, .. }, Some(said)) =
            (&line.fact, own_words(&line.text))
        {
            self.said.get_or_insert_with(|| (said.to_owned(), place.attempt));
        }
        let Some(mut fault) = collect::fault(line, place, following) else { return };
        if fault.kind == FaultKind::Installer
            && let Some((said, _)) = self.said.take_if(|(_, attempt)| *attempt == fault.attempt)
        {
            fault.detail.get_or_insert(Detail::Output(said));
        }
        if fault.kind == FaultKind::Commit
            && let Some((object, _)) = self.incomplete.take_if(|(_, attempt)| *attempt == fault.attempt)
        {
            fault.names.push(object);
        }
        if fault.kind == FaultKind::Installer && self.completes_an_installer(&fault, &line.fact) {
            return;
        }
        self.all.push(fault);
    }

    /// Whether one of them happened at such a time.
    pub(crate) fn lie_in(&self, is_such: impl Fn(FileTime) -> bool) -> bool {
        self.all.iter().filter_map(|fault| fault.time).any(is_such)
    }

    /// Sets all of it aside, as of a boot that no trace recorded.
    pub(crate) fn set_aside(&mut self) {
        let another = self.first().or(self.all.last()).cloned();
        let (state, settled) = (std::mem::take(&mut self.state), std::mem::take(&mut self.settled));
        *self = Self { another, state, settled, ..Self::default() };
    }

    /// Several lines report one installer's failure. Its failure line knows the code, its run how long it took, the
    /// error summary its DLL. A log that begins in the middle has the summary only.
    pub(super) fn completes_an_installer(&mut self, fault: &Fault, fact: &Fact) -> bool {
        let summary = matches!(fact, Fact::InstallerSummary { .. });
        let same = |known: &&mut Fault| {
            known.kind == fault.kind
                && (known.place == fault.place
                    || summary && known.item == fault.item && known.boot == fault.boot)
        };
        let mut found = false;
        for known in self.all.iter_mut().filter(same) {
            known.binary = known.binary.take().or_else(|| fault.binary.clone());
            known.component = known.component.take().or_else(|| fault.component.clone());
            known.code = known.code.or(fault.code);
            known.took = known.took.or(fault.took);
            known.detail = known.detail.take().or_else(|| fault.detail.clone());
            if known.names.is_empty() {
                known.names.clone_from(&fault.names);
            }
            found = true;
        }
        found
    }

    /// Where the log ends before the rollback, the line that decides on it stands for it.
    pub(super) fn roll_back_as_decided(&mut self, places: &[stages::Place]) {
        let shown = places.iter().any(|place| place.phase == PhaseName::Rollback);
        if self.rollback.is_empty() && !shown {
            self.rollback.extend(self.decided.take());
        }
    }

    /// The installer that began and has no end is what made no progress.
    pub(super) fn hung_in(&mut self, installer: Option<&InstallerRun>) {
        let hang = self.all.last_mut().filter(|fault| fault.kind == FaultKind::Hang);
        let Some((hang, run)) = hang.zip(installer) else { return };
        run.name.clone_into(&mut hang.item);
        hang.component = run.component.as_deref().map(collect::component_name);
        hang.names.clone_from(&run.names);
        hang.phase = PhaseName::StartupInstallers;
    }

    /// Whether CBS.log had its last word after a failure that dism reports.
    pub(super) fn precedes_end_of_cbs(&self, line: &LogLine) -> bool {
        let of_dism = matches!(&line.fact, Fact::Tool(tool) if tool.tool == Tool::Dism);
        let end = self.state.last_end.as_ref();
        of_dism && end.is_some_and(|(end, _)| line.time.zip(end.time).is_none_or(|(time, end)| time <= end))
    }

    /// If one session has several packages, the one in the error report stands for them.
    pub(super) fn prefer_reported_package(&mut self) {
        let Some((first, package)) = self.first().zip(self.online.package.as_ref()) else { return };
        let (kind, attempt) = (first.kind, first.attempt);
        let reported = |f: &Fault| f.kind == kind && f.attempt == attempt && f.item == *package;
        // A package of Windows that a package of the session builds on is what is missing.
        let missing = first.code.is_some_and(is_missing) && first.item.starts_with("Microsoft-");
        if kind == FaultKind::Package
            && !missing
            && let Some(at) = self.all.iter().position(reported)
        {
            self.primary = Some(at);
        }
    }

    /// The fault that comes first.
    #[must_use]
    pub fn first(&self) -> Option<&Fault> {
        self.primary.and_then(|at| self.all.get(at))
    }

    /// What other logs than those of servicing say failed, if servicing says nothing of a failure: the update client's
    /// last word, otherwise the last of Windows Setup or of a driver installation.
    #[must_use]
    pub fn told(&self) -> Option<usize> {
        if self.any() {
            return None;
        }
        let last = |kind: FaultKind| self.all.iter().rposition(|fault| fault.kind == kind);
        // What a search could not examine is said where nothing else failed.
        let decides = |fault: &Fault| fault.kind == FaultKind::Update && !fault.is_evaluation();
        let client = self.all.iter().rposition(decides).or_else(|| last(FaultKind::Update));
        let client = client.map(|at| self.named_alike(at));
        // What ends a run of the recovery tools only repeats what failed first.
        let recovery = || self.all.iter().position(|fault| fault.kind == FaultKind::Recovery);
        client.or_else(|| last(FaultKind::WindowsSetup)).or_else(recovery).or_else(|| last(FaultKind::Device))
    }

    /// Of the lines that tell of one failure of the update client one that names the update.
    fn named_alike(&self, last: usize) -> usize {
        let Some(fault) = self.all.get(last).filter(|fault| fault.item.is_empty()) else { return last };
        let same = |f: &Fault| f.kind == fault.kind && f.code == fault.code && !f.item.is_empty();
        self.all.iter().rposition(same).unwrap_or(last)
    }

    /// Whether the logs say that an update failed at its reboot, or could not be committed.
    #[must_use]
    pub fn any(&self) -> bool {
        self.primary.is_some() || !self.rollback.is_empty()
    }
}

/// What an installer says of its failure: the message of `Logged @2025/12/14:07:11:20.122 : [ml:164]'…failed…'`.
fn own_words(text: &str) -> Option<&str> {
    let (_, message) = text.strip_prefix("Logged ")?.split_once('\'')?;
    let message = message.rsplit_once('\'').map_or(message, |(message, _)| message);
    // The steps that went well are logged too.
    let tells = ["fail", "rror"].iter().any(|word| message.contains(word));
    tells.then_some(message)
}

/// Whether a code says that something is not in the component store.
fn is_missing(code: u32) -> bool {
    [results::ERROR_SXS_ASSEMBLY_NOT_FOUND, results::ERROR_SXS_ASSEMBLY_MISSING].contains(&code)
}

/// Whether the scan for packages failed on one of them.
fn scan_failed(line: &LogLine, objects: &[Object<String>]) -> bool {
    failure_code(line).is_some_and(|code| !collect::ORDINARY_IN_SCAN.contains(&code))
        && objects.iter().any(|object| matches!(object, Object::Package(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installer_says_what_failed_in_its_own_words() {
        let said = "EventAITrace:6 eventsinstaller.cpp(323): Win32Error 183: Channel X is already owned by publisher Y";
        assert_eq!(own_words(&format!("Logged @2025/12/14:07:11:20.122 : [ml:164]'{said}'")), Some(said));
        assert_eq!(own_words("Logged @: [l:23 ml:24]'InstallTaskOnline enter'"), None);
        assert_eq!(own_words("CMIADAPTER: AI failed. HRESULT = 0x80070002"), None);
    }
}
