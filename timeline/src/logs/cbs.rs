//! CBS.log.

use servicing_logs::{
    cbs::{self, CbsEvent, CbsItem, CbsLog, CbsScan, InstallerNote, Object, Part, Stored},
    codes::CodeValue,
};

use std::collections::{BTreeMap, HashMap};

use super::{
    CommandFact, Damage, DamageKind, Fact, InstallerRun, LocalClock, LocalTicks, LogLine, Package,
    PackageFact, SessionFact, Stage, Step, UNNAMED_INSTALLER, cut, latest::Latest, local_span,
};
use crate::{
    model::{FileTime, SourceId, Ticks},
    scan::Scan,
};

/// Reads the log. Times are set where lines of it carry UTC.
pub(crate) fn read(bytes: &[u8], source: SourceId) -> Scan {
    let log = CbsLog::new(bytes);
    let CbsScan { kept: items, counts } = log.events();
    let clock = LocalClock::learn(&counts.clock);
    let runs = cbs::installer_runs(&items);
    let poqexec = cbs::poqexec_runs(&items);
    let mut lines = Latest::default();
    let mut programs = HashMap::new();
    let (mut destination, mut regenerating) = (None, None);
    for item in &items {
        if let CbsEvent::InstallerNote(InstallerNote::File(path)) = &item.event {
            destination = Some(path.to_string());
        }
        if let CbsEvent::InstallerNote(InstallerNote::Program { sequence, path, command_line }) = &item.event
        {
            programs.insert(*sequence, (path.to_string(), command_line.as_deref().map(cut)));
        }
        if let CbsEvent::Regenerating { component } = &item.event {
            regenerating = Some(Object::Component(component.to_string()));
        }
        let Some(mut fact) = fact(item) else { continue };
        if let (Fact::Failed { part: Part::Payload, .. }, Some(object)) = (&fact, &regenerating) {
            fact = Fact::Corruption(Damage {
                kind: DamageKind::Hydration,
                object: Object::clone(object),
                base: None,
            });
        }
        if let Some(installer) =
            plugin(&item.text).filter(|_| runs.is_empty() && matches!(fact, Fact::Failed { .. }))
        {
            let names = destination.take().map(Object::Path).into_iter().collect();
            fact = Fact::Installer(InstallerRun { names, ..InstallerRun::failed(installer, None, true) });
        }
        if let (CbsEvent::GenericCommand { number, .. }, Fact::GenericCommand(command)) =
            (&item.event, &mut fact)
        {
            (command.program, command.command_line) =
                programs.remove(number).map_or((None, None), |(path, line)| (Some(path), line));
        }
        lines.push(line(source, item, fact));
    }
    for run in &runs {
        let text = run.begin.name.as_deref().unwrap_or(UNNAMED_INSTALLER).to_owned();
        let took = match (run.microseconds, run.end) {
            (Some(us), _) => Some(Ticks(us.saturating_mul(10))),
            (None, Some((_, end))) => Some(Ticks(end.0.saturating_sub(run.start.0))),
            (None, None) => None,
        };
        let setup = run.setup.filter(|_| run.end.is_none() && run.failure_line.is_none());
        let status = run.status.or(setup.and_then(|(_, status)| status));
        let failed =
            run.failure_line.is_some() || setup.is_some() || status.is_some_and(CodeValue::is_failure);
        let component = run.begin.new_component.as_deref().or(run.begin.old_component.as_deref());
        let fact = Fact::Installer(InstallerRun {
            name: text.clone(),
            id: run.begin.id.as_deref().map(str::to_owned),
            component: component.map(cut),
            took,
            measured: run.measured.map(|utc| FileTime(utc.0)),
            decisive: failed && !run.ignored,
            ended: run.end.is_some() || failed,
            names: run.names.iter().map(Object::to_owned).collect(),
            library: run.library.as_deref().map(str::to_owned),
            function: run.function.clone(),
            errors: run.errors.clone(),
        });
        let local = run.end.filter(|_| failed).map_or(run.start, |(_, end)| end);
        lines.push(LogLine {
            source,
            line: run.failure_line.or(setup.map(|(line, _)| line)).unwrap_or(run.line),
            local: Some(LocalTicks(local.0)),
            time: None,
            text: setup.and_then(|(line, _)| text_at(&items, line)).unwrap_or(text),
            code: status.and_then(CodeValue::hresult).filter(|_| failed),
            failed,
            fact,
        });
    }
    for run in poqexec {
        lines.push(LogLine {
            source,
            line: run.line,
            local: Some(LocalTicks(run.start.0)),
            time: None,
            text: cut(&run.command_line),
            code: run.status.and_then(CodeValue::hresult),
            failed: run.status.is_some_and(CodeValue::is_failure),
            fact: Fact::Poqexec {
                command_line: cut(&run.command_line),
                took: run.end.map(|(_, end)| Ticks(end.0.saturating_sub(run.start.0))),
            },
        });
    }
    let mut scan = Scan {
        events: counts.records,
        bad: counts.malformed,
        first_bad: counts
            .malformed_offsets
            .first()
            .map(|at| format!("no line of CBS.log at offset 0x{at:x}")),
        clock,
        local: local_span(counts.first, counts.last),
        ..Scan::default()
    };
    lines.end(&mut scan);
    scan.lines.sort_by_key(|l| l.line);
    if let Some(clock) = &scan.clock {
        for line in &mut scan.lines {
            line.time = line.local.map(|local| clock.to_utc(line.line, local));
        }
    }
    scan.known.packages = packages(&scan.lines);
    scan
}

/// The installer whose own source file tells of an error, in an excerpt that has no line of its run:
/// `base\wcp\plugins\iefileinstallai\iefileinstallai.cpp(453): Error … in function Windows::WCP::IEFileInstallAI::…`.
fn plugin(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("\\wcp\\plugins\\")?;
    let class = rest.split_once("Windows::WCP::").and_then(|(_, function)| function.split_once("::"));
    class.or_else(|| rest.split_once('\\')).map(|(name, _)| name).filter(|name| !name.is_empty())
}

/// The text of a line.
fn text_at(items: &[CbsItem<'_>], line: u64) -> Option<String> {
    let at = items.binary_search_by_key(&line, |item| item.line).ok()?;
    items.get(at).map(|item| cut(&item.text))
}

/// The packages that lines name, each in the last state that one gives.
fn packages(lines: &[LogLine]) -> Vec<Package> {
    let mut states: BTreeMap<&str, &str> = BTreeMap::new();
    for line in lines {
        if let Fact::Package(package) = &line.fact
            && let Some(state) = package.state.as_deref().filter(|_| !package.is_report())
        {
            states.insert(&package.identity, state);
        }
    }
    states
        .into_iter()
        .map(|(identity, state)| Package::of(identity, state.to_lowercase().replace(' ', "-")))
        .collect()
}

fn line(source: SourceId, item: &CbsItem<'_>, fact: Fact) -> LogLine {
    // The line has a status of the download as well.
    let stated = match &item.event {
        CbsEvent::Feature(change) => change.status,
        _ => None,
    };
    let value = stated.or(item.code.map(|(value, _)| value));
    let code = value.and_then(CodeValue::hresult);
    let failed = match &fact {
        Fact::Driver { result, .. } => *result != 0,
        // A boot that only needs another one, and a boot that begins its rollback, end with the same code.
        Fact::Stage(_, Step::Complete) => false,
        Fact::GenericCommand(command) => command.success == Some(false),
        Fact::Failed { .. } | Fact::StackTooOld { .. } => true,
        _ => value.is_some_and(CodeValue::is_failure),
    };
    LogLine {
        source,
        line: item.line,
        local: Some(LocalTicks(item.time.0)),
        time: None,
        text: cut(&item.text),
        code,
        failed,
        fact,
    }
}

/// What of an event the timeline keeps; installer and poqexec runs are taken whole elsewhere.
fn fact(item: &CbsItem<'_>) -> Option<Fact> {
    Some(match &item.event {
        // Every start of the service says so; no work is in it.
        CbsEvent::Stage { step: cbs::Step::NothingToDo, .. } => return None,
        CbsEvent::Stage { step: cbs::Step::Interrupted, .. } => Fact::Interrupted,
        CbsEvent::Stage { stage, step } => Fact::Stage(stage_of(*stage), step_of(*step)),
        CbsEvent::Session(session) if session.step != cbs::SessionStep::Initialized => {
            Fact::Session(SessionFact {
                step: session.step,
                id: session.id.to_string(),
                client: session.client.as_deref().map(str::to_owned),
                package: session.package.as_deref().map(str::to_owned),
                purpose: session.purpose.as_deref().map(str::to_owned),
                reboot_required: session.reboot_required,
            })
        }
        CbsEvent::Flow { stage } => Fact::Flow(stage.to_string()),
        CbsEvent::Package(change) => {
            let states = &change.states;
            let state = states.current.as_deref().or(states.target.as_deref()).or(states.start.as_deref());
            let was_there =
                states.start.as_deref().is_some_and(|start| start != "Absent" && start != "Resolved");
            Fact::Package(PackageFact {
                identity: change.package.to_string(),
                removal: was_there && states.target.as_deref() == Some("Absent"),
                state: state.map(str::to_owned),
                kind: change.kind,
                failure_source: change.failure_source.as_deref().map(str::to_owned),
            })
        }
        CbsEvent::Feature(change) => Fact::Feature {
            package: change.package.as_deref().map(str::to_owned),
            feature: change.feature.to_string(),
            removal: change.removal,
        },
        CbsEvent::StackTooOld(needs) => Fact::StackTooOld {
            package: needs.package.to_string(),
            needed: needs.needed.to_string(),
            present: needs.present.to_string(),
        },
        CbsEvent::ExecuteState { stored, state } => Fact::ExecuteState {
            text: state.text.to_string(),
            state: state.state.to_string(),
            rollback: state.rollback,
            read: *stored == Stored::Read,
        },
        CbsEvent::OriginalFailure { stored: Stored::Cleared, .. } => Fact::FailureCleared,
        CbsEvent::OriginalFailure { stored: Stored::Set | Stored::Read, status, .. } => {
            Fact::OriginalFailure(*status)
        }
        CbsEvent::LastBoot { time } => Fact::LastBoot(LocalTicks(time.0)),
        CbsEvent::HangDetected => Fact::Hang,
        CbsEvent::DriverItem(driver) => Fact::Driver {
            operation: driver.operation.to_string(),
            inf: driver.inf.to_string(),
            result: driver.result.unwrap_or(0),
        },
        CbsEvent::DriverResult { status, inf } => Fact::Driver {
            operation: "result".to_owned(),
            inf: inf.to_string(),
            result: status.hresult().unwrap_or(u32::from(status.is_failure())),
        },
        CbsEvent::DriverCall { function } => Fact::DriverCall(function.to_string()),
        CbsEvent::DriverIdentity { sequence } => Fact::DriverIdentity(*sequence),
        CbsEvent::ErrorSummaryItem(found) => Fact::InstallerSummary {
            name: found.installer.to_string(),
            binary: found.binary.as_deref().map(str::to_owned),
        },
        CbsEvent::InstallerFailed { name, id, ignored, .. } => {
            Fact::Installer(InstallerRun::failed(name, id.as_deref(), !ignored))
        }
        CbsEvent::GenericCommand { exit_code, success, output, .. } => Fact::GenericCommand(CommandFact {
            exit_code: *exit_code,
            success: *success,
            output: output.as_deref().map(cut),
            ..CommandFact::default()
        }),
        CbsEvent::Repair(repair) => Fact::Repair(repair.to_owned()),
        CbsEvent::DriverFile { path, repaired: true } => {
            Fact::Repair(cbs::Repair::FileRepaired(path.to_string()))
        }
        CbsEvent::Restart(restart) => Fact::Restart(*restart),
        CbsEvent::QueueEmpty => Fact::QueueEmpty,
        CbsEvent::ServiceEnd(end) => Fact::ServiceEnd(*end),
        CbsEvent::ComponentDeleted { component } => Fact::ComponentDeleted(component.to_string()),
        CbsEvent::ServicingStack { version, .. } => Fact::Stack(version.to_string()),
        CbsEvent::Build { build } => Fact::Build(build.to_string()),
        CbsEvent::Failed(failed) => {
            Fact::Failed { part: failed.part, objects: failed.objects.iter().map(Object::to_owned).collect() }
        }
        event => Fact::Corruption(damage(event)?),
    })
}

/// What a line says is damaged in the component store.
fn damage(event: &CbsEvent<'_>) -> Option<Damage> {
    let path = |path: &str| Object::Path(path.to_owned());
    let (kind, object) = match event {
        CbsEvent::StoreCorrupt { category } => (DamageKind::Marked, Object::Component(category.to_string())),
        CbsEvent::HydrationFailed { component: Some(component), file: Some(file), .. } => {
            let object = Object::File { component: component.to_string(), file: file.to_string() };
            (DamageKind::Hydration, object)
        }
        CbsEvent::HashMismatch { file } | CbsEvent::DriverFile { path: file, .. } => {
            (DamageKind::Hash, path(file))
        }
        CbsEvent::CannotRepair { file, component } => {
            let component = component.as_deref().unwrap_or_default().to_owned();
            (DamageKind::NotRepaired, Object::File { component, file: file.to_string() })
        }
        CbsEvent::CannotReproject { path: file } => (DamageKind::StoreCopy, path(file)),
        CbsEvent::MissingPayload { path: file } => {
            let object = match file.split_once('\\') {
                Some((component, file)) => {
                    Object::File { component: component.to_owned(), file: file.to_owned() }
                }
                None => path(file),
            };
            (DamageKind::Payload, object)
        }
        CbsEvent::IncompleteEntry { component } => {
            (DamageKind::Entry, Object::Component(component.to_string()))
        }
        CbsEvent::MissingManifest { package } => (DamageKind::Manifest, Object::Package(package.to_string())),
        _ => return None,
    };
    let base = match event {
        CbsEvent::HydrationFailed { base, .. } => base.as_deref().map(str::to_owned),
        _ => None,
    };
    Some(Damage { kind, object, base })
}

fn stage_of(stage: cbs::Stage) -> Option<Stage> {
    match stage {
        cbs::Stage::Execute => Some(Stage::Execute),
        cbs::Stage::Shutdown => Some(Stage::Shutdown),
        cbs::Stage::Startup => Some(Stage::Startup),
        _ => None,
    }
}

fn step_of(step: cbs::Step) -> Step {
    match step {
        cbs::Step::Begin => Step::Begin,
        cbs::Step::Complete => Step::Complete,
        cbs::Step::DriverQueueStart => Step::DriverQueue,
        cbs::Step::DriverQueueFailed => Step::DriverQueueFailed,
        cbs::Step::PrimitivesStart => Step::Primitives,
        cbs::Step::PrimitivesFailed => Step::PrimitivesFailed,
        cbs::Step::AdvancedQueueStart => Step::InstallerQueue,
        cbs::Step::AdvancedQueueFailed => Step::InstallerQueueFailed,
        cbs::Step::TransactionRollback | cbs::Step::Rollback => Step::Rollback,
        cbs::Step::RollbackFailed => Step::RollbackFailed,
        cbs::Step::CommitFailed => Step::CommitFailed,
        cbs::Step::PendingTransaction => Step::PendingTransaction,
        cbs::Step::RestartFailed => Step::RestartFailed,
        _ => Step::Other,
    }
}
