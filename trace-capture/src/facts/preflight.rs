//! What stands in the way of a plan, and what makes its capture worse.

use serde::{Deserialize, Serialize};

use super::{Facts, size};
use crate::messages::{self as say, Message};
use crate::plan::{Options, Plan};
use crate::sessions::size::RESERVE_BYTES;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Arming goes on; the capture may be worse for it.
    Warning,
    /// Nothing is armed.
    Blocker,
}

/// Something preflight found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How grave.
    pub severity: Severity,
    /// What, and what to do.
    pub text: Message,
}

/// The least build that Rust's standard library runs on: Windows 10 1607, Server 2016.
pub const LEAST_BUILD: u32 = 14393;
/// `Start` of a disabled driver.
const DISABLED: u32 = 4;

/// What stands in the way of a plan, gravest first.
#[must_use]
pub fn preflight(facts: &Facts, options: &Options, plan: &Plan) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(machine(facts).into_iter().chain(disk(facts, plan)));
    found.extend(process_monitor(facts, options).into_iter().chain(update(facts)));
    let mut found: Vec<_> = found.into_iter().map(|(severity, text)| Finding { severity, text }).collect();
    found.sort_by_key(|f| std::cmp::Reverse(f.severity));
    found
}

type Found = Vec<(Severity, Message)>;
use Severity::{Blocker, Note, Warning};

fn machine(facts: &Facts) -> Found {
    let mut found = Vec::new();
    if facts.administrator == Some(false) {
        found.push((Blocker, say::NO_RIGHTS.plain()));
    }
    if let Some(build) = facts.build.filter(|build| *build < LEAST_BUILD) {
        found.push((Blocker, say::OLD_WINDOWS.with(&[&build, &LEAST_BUILD])));
    }
    if let Some(folder) = &facts.open_folder {
        found.push((Blocker, say::FOLDER_IS_OPEN.with(&[folder])));
    }
    if !facts.autologgers.is_empty() {
        found.push((Blocker, say::KEYS_LEFT.with(&[&facts.autologgers.join(", ")])));
    }
    if facts.fileinfo_start == Some(DISABLED) {
        found.push((Warning, say::FILEINFO_DISABLED.plain()));
    }
    if facts.fast_startup == Some(true) {
        found.push((Warning, say::FAST_STARTUP.plain()));
    }
    if facts.bitlocker == Some(true) {
        found.push((Warning, say::BITLOCKER.plain()));
    }
    found.extend(facts.unknown.iter().map(|what| (Warning, say::FACT_UNKNOWN.with(&[what]))));
    found
}

fn disk(facts: &Facts, plan: &Plan) -> Found {
    let (at_most, reserve) = (plan.space.at_most_bytes, size(RESERVE_BYTES));
    match facts.free_bytes {
        None => vec![(Warning, say::FREE_SPACE_UNKNOWN.with(&[&size(at_most), &reserve]))],
        Some(free) if free < at_most + RESERVE_BYTES => {
            vec![(Blocker, say::DISK_FULL.with(&[&size(free), &size(at_most), &reserve]))]
        }
        Some(free) if plan.space.percent < 100 => {
            vec![(Warning, say::LIMITS_SCALED.with(&[&size(free), &plan.space.percent, &reserve]))]
        }
        Some(_) => vec![],
    }
}

fn process_monitor(facts: &Facts, options: &Options) -> Found {
    let mut found = Vec::new();
    if !facts.procmon_armed.is_empty() {
        found.push((Warning, say::DRIVER_ARMED.with(&[&facts.procmon_armed.join(", ")])));
    }
    let Some(procmon) = &options.procmon else {
        if options.offline.is_none() {
            found.push((Note, say::NO_PROCMON.plain()));
        }
        return found;
    };
    if !options.accept_eula {
        found.push((Blocker, say::LICENCE_NOT_ACCEPTED.plain()));
    }
    let is_arm = facts.architecture.as_deref().is_some_and(|a| a.eq_ignore_ascii_case("ARM64"));
    if is_arm && !procmon.to_ascii_lowercase().ends_with("procmon64a.exe") {
        found.push((Blocker, say::WRONG_PROCMON.with(&[procmon])));
    }
    if facts.bootlog_left == Some(true) {
        found.push((Note, say::BOOT_LOG_LEFT.plain()));
    }
    found
}

fn update(facts: &Facts) -> Found {
    let mut found = Vec::new();
    if facts.setup_execute.is_empty()
        && facts.pending_xml == Some(false)
        && facts.reboot_pending == Some(false)
    {
        found.push((Note, say::NOTHING_PENDING.plain()));
    }
    found.extend(facts.setup_execute.iter().map(|line| (Note, say::PENDING_LINE.with(&[line]))));
    if !facts.setup_execute.is_empty() && facts.pending_xml == Some(false) {
        found.push((Warning, say::PENDING_BROKEN.plain()));
    }
    let disabled = facts.services.iter().filter(|s| s.start_type == "disabled");
    found.extend(disabled.map(|s| (Warning, say::SERVICE_DISABLED.with(&[&s.name]))));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Service;

    const GB: u64 = 1 << 30;

    fn found(facts: &Facts, options: &Options) -> Vec<(Severity, String)> {
        let plan = crate::plan::build(options, facts).unwrap();
        preflight(facts, options, &plan).into_iter().map(|f| (f.severity, f.text.en)).collect()
    }

    fn blocked_by(facts: &Facts, options: &Options, word: &str) -> bool {
        found(facts, options).iter().any(|(s, text)| *s == Severity::Blocker && text.contains(word))
    }

    fn good() -> Facts {
        Facts {
            free_bytes: Some(500 * GB),
            administrator: Some(true),
            build: Some(17763),
            ..Facts::default()
        }
    }

    #[test]
    fn each_blocker_blocks_and_says_what_to_do() {
        let options = Options::default();
        assert!(found(&good(), &options).iter().all(|(s, _)| *s != Severity::Blocker));
        let procmon = Options { procmon: Some(r"C:\T\Procmon64.exe".into()), ..Options::default() };
        for (facts, options, word) in [
            (Facts { administrator: Some(false), ..good() }, &options, "Run as administrator"),
            (Facts { build: Some(9600), ..good() }, &options, "Windows 10 1607"),
            (Facts { free_bytes: Some(GB), ..good() }, &options, "fewer --boots"),
            (Facts { autologgers: vec!["bootrace-file".into()], ..good() }, &options, "capture disarm"),
            (Facts { open_folder: Some(r"C:\Users\x".into()), ..good() }, &options, "Program Files"),
            (good(), &procmon, "--accept-eula"),
            (Facts { architecture: Some("ARM64".into()), ..good() }, &procmon, "Procmon64a.exe"),
        ] {
            assert!(blocked_by(&facts, options, word), "{word}");
        }
        let arm = Options { procmon: Some(r"C:\T\Procmon64a.exe".into()), accept_eula: true, ..options };
        let facts = Facts { architecture: Some("ARM64".into()), ..good() };
        assert!(found(&facts, &arm).iter().all(|(s, _)| *s != Severity::Blocker));
    }

    #[test]
    fn warnings_do_not_block() {
        let facts = Facts {
            fast_startup: Some(true),
            bitlocker: Some(true),
            fileinfo_start: Some(4),
            unknown: vec!["the services: RPC is down".into()],
            setup_execute: vec!["poqexec.exe".into()],
            pending_xml: Some(false),
            services: vec![Service {
                name: "AppReadiness".into(),
                display_name: String::new(),
                start_type: "disabled".into(),
                state: "stopped".into(),
                pid: None,
            }],
            ..Facts::default()
        };
        let found = found(&facts, &Options::default());
        for word in [
            "Fast Startup",
            "BitLocker",
            "no file operation at all",
            "RPC is down",
            "AppReadiness is disabled",
            "pending state is broken",
            "free space of the Windows volume is not known",
        ] {
            assert!(
                found.iter().any(|(s, t)| *s == Severity::Warning && t.contains(word)),
                "{word}: {found:?}"
            );
        }
        assert!(found.iter().all(|(s, _)| *s != Severity::Blocker));
        assert!(found.is_sorted_by(|a, b| a.0 >= b.0));
    }

    #[test]
    fn a_small_volume_lowers_the_limits_and_says_so() {
        let facts = Facts { free_bytes: Some(12 * GB), ..good() };
        let plan = crate::plan::build(&Options::default(), &facts).unwrap();
        assert!(plan.space.at_most_bytes + RESERVE_BYTES <= 12 * GB);
        assert!(
            found(&facts, &Options::default())
                .iter()
                .any(|(s, t)| *s == Warning && t.contains("% of its full limit"))
        );
    }
}
