//! What one trace shows.

use std::collections::{BTreeMap, HashMap};

use diagnosis::{NormCounts, NormKey};
use timeline::{Case, Done, FileTime, Gather, Kind, ProcessId, Role, Ticks, Timeline, is_error, query::Row};

/// A thread that works for so long after a failure was not stopped by it.
const LONG: Ticks = Ticks::seconds(10);

/// An operation of a process that is counted.
struct Step {
    process: ProcessId,
    tid: u32,
    time: FileTime,
    operation: &'static str,
    path: String,
    kind: Kind,
    status: u32,
    mutates: bool,
}

/// Collects the steps of the processes with these roles.
struct Pass {
    roles: Vec<Role>,
}

impl Pass {
    fn role(&self, process: ProcessId) -> Role {
        self.roles.get(process.0 as usize).copied().unwrap_or(Role::Other)
    }
}

impl Gather for Pass {
    type Part = Vec<Step>;

    fn take<R: Row>(&self, done: &Done<'_, R>, part: &mut Vec<Step>) {
        let Some(process) = done.process else { return };
        let role = self.role(process);
        let counts = role.services_updates()
            || matches!(role, Role::ServiceHost | Role::ServiceControl | Role::SessionManager);
        let kind = done.kind();
        if !counts || matches!(kind, Kind::FileClose | Kind::KeyClose | Kind::Other) {
            return;
        }
        let mut path = String::new();
        done.push_path(&mut path);
        path.make_ascii_lowercase();
        part.push(Step {
            process,
            tid: done.tid().unwrap_or_default(),
            time: done.time(),
            operation: done.name(),
            path,
            kind,
            status: done.outcome(),
            mutates: kind.mutates() && !done.looks_only(),
        });
    }

    fn join(&self, mut earlier: Vec<Step>, later: Vec<Step>) -> Vec<Step> {
        earlier.extend(later);
        earlier
    }
}

/// The counts of a trace. Each key counts as one trace of one machine.
pub(super) fn count(case: &Case) -> BTreeMap<NormKey, NormCounts> {
    let timeline = Timeline::new(case);
    let pass = Pass { roles: timeline.processes.iter().map(|p| p.role).collect() };
    let mut steps = timeline.gather(&pass);
    steps.sort_by_key(|step| step.time);
    // From the end: what each thread did later, and what each process later succeeded with.
    let mut changed: HashMap<(ProcessId, u32), bool> = HashMap::new();
    let mut last_work: HashMap<(ProcessId, u32), FileTime> = HashMap::new();
    let mut succeeded: HashMap<(ProcessId, &str, &str), ()> = HashMap::new();
    let mut counts: BTreeMap<NormKey, NormCounts> = BTreeMap::new();
    for step in steps.iter().rev() {
        let thread = (step.process, step.tid);
        let object = (step.process, step.operation, step.path.as_str());
        if !is_error(step.status) {
            *changed.entry(thread).or_default() |= step.mutates;
            last_work.entry(thread).or_insert(step.time);
            succeeded.insert(object, ());
            continue;
        }
        let worked = last_work.get(&thread).is_some_and(|last| last.since(step.time) >= LONG);
        let carried_on = worked || changed.get(&thread).copied().unwrap_or_default();
        let role = pass.role(step.process);
        let key = NormKey::new(role, step.operation, step.status, step.kind, &step.path);
        let sum = counts.entry(key).or_insert(NormCounts { traces: 1, machines: 1, ..NormCounts::default() });
        sum.events += 1;
        sum.healed += u64::from(succeeded.contains_key(&object));
        sum.carried_on += u64::from(carried_on);
    }
    counts
}
