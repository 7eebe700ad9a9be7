//! The kinds of traps, one in each file. Each turns a boot into a case in which a certain name would be wrong.

mod as_it_is;
mod cut;
mod done_by_another;
mod early_error;
mod ends_well;
mod filtered;
mod foreign_log;
mod idle_thread;
mod knock_out;
mod last_act;
mod last_probe;
mod long_wait;
mod next_entry;
mod one_sort;
mod ordinary_storm;
mod other_boot;
mod other_thread;
mod other_worker;
mod passing_line;
mod planted_sign;
mod poqexec_again;
mod rollback_error;
mod same_code;
mod third_party;

use anyhow::Result;
use sample_traces::Rng;

use super::{
    acts::MILLISECOND,
    boot::{Boot, WORKERS},
    judge::Trap,
    tape::Actor,
};

/// Room before a moment, for a few acts.
const ROOM: u64 = 12 * MILLISECOND;

/// What a kind has to make traps of.
pub(crate) struct Given<'b> {
    /// The boot.
    pub(crate) boot: &'b Boot,
    /// A boot of another machine whose update failed, to lend its logs.
    pub(crate) other: Option<&'b Boot>,
    /// Whether the logs of the boot go with the trace.
    pub(crate) with_logs: bool,
}

/// A kind of trap.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// Makes the traps of a boot; none if the kind does not fit it.
    pub(crate) make: fn(&Given<'_>, &mut Rng) -> Result<Vec<Trap>>,
}

/// All kinds.
pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "as it is", make: as_it_is::make },
    Kind { name: "knock-out", make: knock_out::make },
    Kind { name: "planted-sign", make: planted_sign::make },
    Kind { name: "ordinary-storm", make: ordinary_storm::make },
    Kind { name: "foreign-log", make: foreign_log::make },
    Kind { name: "other-boot", make: other_boot::make },
    Kind { name: "third-party", make: third_party::make },
    Kind { name: "early-error", make: early_error::make },
    Kind { name: "last-probe", make: last_probe::make },
    Kind { name: "other-thread", make: other_thread::make },
    Kind { name: "rollback-error", make: rollback_error::make },
    Kind { name: "cut", make: cut::make },
    Kind { name: "filtered", make: filtered::make },
    Kind { name: "last-act", make: last_act::make },
    Kind { name: "same-code", make: same_code::make },
    Kind { name: "idle-thread", make: idle_thread::make },
    Kind { name: "one-sort", make: one_sort::make },
    Kind { name: "next-entry", make: next_entry::make },
    Kind { name: "long-wait", make: long_wait::make },
    Kind { name: "ends-well", make: ends_well::make },
    Kind { name: "other-worker", make: other_worker::make },
    Kind { name: "done-by-another", make: done_by_another::make },
    Kind { name: "passing-line", make: passing_line::make },
    Kind { name: "poqexec-again", make: poqexec_again::make },
];

/// The trap of an edited boot: what the boot allows may be named.
fn trap(boot: &Boot, what: impl Into<String>, with_logs: bool) -> Result<Trap> {
    let order = boot.tape.places();
    let allowed = boot.right.iter().filter_map(|n| order.get(n).copied()).collect();
    Ok(Trap { what: what.into(), files: boot.files(with_logs)?, allowed, logs_are_foreign: false })
}

/// The boot without the operations that may be named.
fn without_failing(boot: &Boot) -> Boot {
    let mut boot = boot.clone();
    boot.knock_out();
    boot
}

/// The boot, and if an operation made it fail, the boot without that operation. Each has words for it.
fn with_and_without(boot: &Boot) -> Vec<(Boot, &'static str)> {
    let mut both = vec![(boot.clone(), "")];
    if boot.names_one() {
        both.push((without_failing(boot), ", without the failing operation"));
    }
    both
}

/// A thread of TiWorker that is at work at this time, otherwise of TrustedInstaller: from when, to when.
fn worker_at(boot: &Boot, time: u64) -> Option<(Actor, u64, u64)> {
    let at_work = |name: &str| {
        let threads = boot.tape.threads(&[name]);
        threads.into_iter().find(|(_, from, to)| *from < time && *to >= time)
    };
    WORKERS.iter().find_map(|name| at_work(name))
}

/// The worker's thread and the time of the failing operation if it is at work then, otherwise those of the sign.
pub(crate) fn at_the_failure(boot: &Boot, sign: u64) -> Option<(Actor, u64)> {
    let times = boot.failed_at().filter(|time| *time < sign).into_iter().chain([sign]);
    times.filter_map(|time| worker_at(boot, time).map(|(actor, ..)| (actor, time))).next()
}

#[cfg(test)]
mod tests {
    use diagnosis::Rules;
    use sample_traces::SCENARIOS;

    use super::{Boot, Given};
    use crate::traps::judge::{Beside, spring_all};

    /// What becomes of the traps of a kind with logs: how many there are, and how many caught the diagnosis.
    fn caught(kind: &str, scenario: &str, seed: u64) -> (usize, usize) {
        let scenario = SCENARIOS.iter().find(|s| s.name == scenario).expect("a scenario");
        let boot = Boot::own(scenario, seed, 500).expect("a boot");
        let given = Given { boot: &boot, other: None, with_logs: true };
        let sprung = spring_all(&given, &[kind], Beside::Nothing, &Rules::built_in()).expect("traps");
        (sprung.len(), sprung.iter().filter(|(.., sprung)| sprung.is_wrong).count())
    }

    #[test]
    fn a_second_workers_error_in_the_time_of_a_failed_installer_is_not_named() {
        assert_eq!(caught("other-worker", "mof-disk-full", 400), (1, 0));
        assert_eq!(caught("other-worker", "installer-state-denied", 400), (1, 0));
    }

    #[test]
    fn a_programs_error_after_which_the_worker_goes_on_is_not_named() {
        assert_eq!(caught("ends-well", "profile-missing", 400), (2, 0));
        assert_eq!(caught("ends-well", "policy-blocks", 400), (2, 0));
    }

    #[test]
    fn an_error_that_a_line_names_in_passing_is_not_named() {
        assert_eq!(caught("passing-line", "mof-disk-full", 400), (2, 0));
    }
}
