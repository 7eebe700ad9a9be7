//! Facts of a machine that arming depends on, and what preflight makes of them. Pure data.

use serde::{Deserialize, Serialize};

use crate::machine::Service;
use crate::plan::{Options, Plan};
use crate::sessions::Session;

/// What is known of the machine. Absent means not known, as for a plan printed on another system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Product name and version, as Windows says it.
    pub windows: Option<String>,
    /// Build number, such as 17763.
    pub build: Option<u32>,
    /// Processor architecture.
    pub architecture: Option<String>,
    /// Whether the process has administrator rights.
    pub administrator: Option<bool>,
    /// Free bytes on the Windows volume.
    pub free_bytes: Option<u64>,
    /// Memory in bytes.
    pub memory_bytes: Option<u64>,
    /// Process Monitor, where it was found in a folder that only administrators can write.
    pub procmon: Option<String>,
    /// A boot log that nobody has converted: `%SystemRoot%\Procmon.pmb`.
    pub bootlog_left: Option<bool>,
    /// Process Monitor drivers set to start at boot.
    pub procmon_armed: Vec<String>,
    /// Lines of `Session Manager\SetupExecute`: what smss runs at the next boot (poqexec).
    pub setup_execute: Vec<String>,
    /// Whether `%SystemRoot%\WinSxS\pending.xml` is there.
    pub pending_xml: Option<bool>,
    /// Whether CBS has a `RebootPending` key.
    pub reboot_pending: Option<bool>,
    /// Whether BitLocker protects the Windows volume.
    pub bitlocker: Option<bool>,
    /// Whether a shutdown is a hibernation (Fast Startup).
    pub fast_startup: Option<bool>,
    /// AutoLogger keys whose name is one of ours.
    pub autologgers: Vec<String>,
    /// The services that servicing leans on.
    pub services: Vec<Service>,
    /// Minifilter drivers: name and altitude.
    pub filters: Vec<(String, String)>,
    /// NT device and drive letter of each volume: an ETL file names files by device only.
    pub volumes: Vec<(String, String)>,
    /// Oddities seen with failing updates that are here.
    pub oddities: Vec<String>,
}

/// The services whose start type preflight looks at: disabled ones are known to make updates roll back.
pub const WATCHED_SERVICES: &[&str] = &["TrustedInstaller", "AppXSVC", "AppReadiness"];

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
    pub text: String,
}

/// The least build that Rust's standard library runs on: Windows 10 1607, Server 2016.
pub const LEAST_BUILD: u32 = 14393;

const GB: u64 = 1 << 30;

/// What stands in the way of a plan, gravest first.
pub fn preflight(facts: &Facts, options: &Options, plan: &Plan) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut add = |severity, text: String| found.push(Finding { severity, text });
    use Severity::{Blocker, Note, Warning};

    if facts.administrator == Some(false) {
        add(
            Blocker,
            "no administrator rights: start cmd with 'Run as administrator' and run the command there".into(),
        );
    }
    if let Some(build) = facts.build.filter(|build| *build < LEAST_BUILD) {
        add(
            Blocker,
            format!(
                "Windows build {build} is older than {LEAST_BUILD} (Windows 10 1607, Server 2016): use Process Monitor by hand"
            ),
        );
    }
    if let Some(free) = facts.free_bytes {
        let (expected, at_most) = (plan.space.expected_bytes + GB, plan.space.at_most_bytes + GB);
        if free < expected {
            add(
                Blocker,
                format!(
                    "the Windows volume has {} free and the traces need about {}: free some space, or use fewer --boots, or leave out Process Monitor or --kernel",
                    size(free),
                    size(expected)
                ),
            );
        } else if free < at_most {
            add(
                Warning,
                format!(
                    "{} free is enough for the expected {}, not for the limit of {}",
                    size(free),
                    size(expected),
                    size(at_most)
                ),
            );
        }
    }
    if !facts.autologgers.is_empty() {
        add(
            Blocker,
            format!(
                "AutoLogger keys of an earlier capture are there ({}) without its journal: delete them below {} and arm again",
                facts.autologgers.join(", "),
                crate::sessions::AUTOLOGGER
            ),
        );
    }
    if options.procmon.is_some() && !options.accept_eula {
        add(Blocker, "Process Monitor's licence is not accepted: read it at https://learn.microsoft.com/sysinternals/license-terms and add --accept-eula, or leave out --procmon".into());
    }
    if !facts.procmon_armed.is_empty() {
        add(
            Warning,
            format!(
                "{} is already set to log the next boot, armed by somebody else: it is put back to that by disarm",
                facts.procmon_armed.join(", ")
            ),
        );
    }
    if facts.bootlog_left == Some(true) && options.procmon.is_some() {
        add(Note, "a boot log of an earlier capture is there; it would make Process Monitor ask a question nobody sees, so it is set aside and put back by disarm".into());
    }
    if options.procmon.is_none() && options.offline.is_none() {
        add(Note, "no Process Monitor (give --procmon PATH --accept-eula): ETW alone is captured, which every boot of --boots covers".into());
    }
    if facts.setup_execute.is_empty()
        && facts.pending_xml == Some(false)
        && facts.reboot_pending == Some(false)
    {
        add(Note, "no update is pending a reboot yet: arm, then install the update, then restart".into());
    }
    for line in &facts.setup_execute {
        add(Note, format!("pending at the next boot: {line}"));
    }
    if !facts.setup_execute.is_empty() && facts.pending_xml == Some(false) {
        add(Warning, "SetupExecute asks for poqexec and WinSxS\\pending.xml is not there: the pending state is broken, and the next boot may fail early".into());
    }
    if facts.fast_startup == Some(true) {
        add(Warning, "Fast Startup is on: choose Restart, not Shut down, or the boot is a resume from hibernation and logs nothing".into());
    }
    if facts.bitlocker == Some(true) {
        add(Warning, "BitLocker protects the Windows volume: have the recovery key at hand before restarting a machine whose updates fail".into());
    }
    for service in facts.services.iter().filter(|s| s.start_type == "disabled") {
        add(
            Warning,
            format!(
                "the service {} is disabled, which alone makes updates roll back: capture this boot, then set it to Manual and try the update again",
                service.name
            ),
        );
    }
    found.sort_by_key(|f| std::cmp::Reverse(f.severity));
    found
}

/// Names of `keys` that are sessions of ours.
#[cfg_attr(not(windows), expect(dead_code, reason = "facts are gathered on Windows"))]
pub(crate) fn our_sessions(keys: Vec<String>) -> Vec<String> {
    keys.into_iter().filter(|k| Session::named(&k.to_ascii_lowercase()).is_some()).collect()
}

/// Bytes for people: `1.5 GB`, `300 MB`.
pub fn size(bytes: u64) -> String {
    const MB: u64 = 1 << 20;
    if bytes >= GB {
        let tenths = bytes / (GB / 10);
        format!("{}.{} GB", tenths / 10, tenths % 10)
    } else if bytes >= MB {
        format!("{} MB", bytes / MB)
    } else if bytes >= 1024 {
        format!("{} KB", bytes / 1024)
    } else {
        format!("{bytes} bytes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn severities(facts: &Facts, options: &Options) -> Vec<(Severity, String)> {
        let plan = crate::plan::build(options, facts).unwrap();
        preflight(facts, options, &plan).into_iter().map(|f| (f.severity, f.text)).collect()
    }

    fn blocked_by(facts: &Facts, options: &Options, word: &str) -> bool {
        severities(facts, options).iter().any(|(s, text)| *s == Severity::Blocker && text.contains(word))
    }

    #[test]
    fn each_blocker_blocks_and_says_what_to_do() {
        let options = Options::default();
        let good = Facts {
            free_bytes: Some(500 * GB),
            administrator: Some(true),
            build: Some(17763),
            ..Facts::default()
        };
        assert!(severities(&good, &options).iter().all(|(s, _)| *s != Severity::Blocker));
        assert!(blocked_by(
            &Facts { administrator: Some(false), ..good.clone() },
            &options,
            "Run as administrator"
        ));
        assert!(blocked_by(&Facts { build: Some(9600), ..good.clone() }, &options, "Windows 10 1607"));
        assert!(blocked_by(&Facts { free_bytes: Some(GB), ..good.clone() }, &options, "fewer --boots"));
        assert!(blocked_by(
            &Facts { autologgers: vec!["bootrace-file".into()], ..good.clone() },
            &options,
            "delete them"
        ));
        let procmon = Options { procmon: Some(r"C:\T\Procmon64.exe".into()), ..options };
        assert!(blocked_by(&good, &procmon, "--accept-eula"));
    }

    #[test]
    fn warnings_do_not_block() {
        let facts = Facts {
            fast_startup: Some(true),
            bitlocker: Some(true),
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
        let found = severities(&facts, &Options::default());
        for word in ["Fast Startup", "BitLocker", "AppReadiness is disabled", "pending state is broken"] {
            assert!(
                found.iter().any(|(s, t)| *s == Severity::Warning && t.contains(word)),
                "{word}: {found:?}"
            );
        }
        assert!(found.is_sorted_by(|a, b| a.0 >= b.0));
    }

    #[test]
    fn sizes_read_well() {
        assert_eq!(size(0), "0 bytes");
        assert_eq!(size(3 << 20), "3 MB");
        assert_eq!(size(3 * GB / 2), "1.5 GB");
    }
}
