//! What can go wrong, and what the person at the machine does about it.

/// An error of this crate. Its text is one line: what, which object, why, and what to do next.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// Only Windows can be armed.
    #[error(
        "capture works on Windows only; here `bootrace capture plan` shows what it would do: run bootrace.exe on the failing machine"
    )]
    NotWindows,
    /// The process has no administrator rights.
    #[error(
        "not running as administrator: open the Start menu, type cmd, choose 'Run as administrator', and run the same command there"
    )]
    NotAdministrator,
    /// Preflight found what forbids arming. The texts come from [`crate::preflight`].
    #[error("not armed, nothing was changed: {}", .0.join("; "))]
    Blocked(Vec<String>),
    /// A journal is there already.
    #[error(
        "this machine is already {state}: `bootrace capture status` shows how, `bootrace capture disarm` puts everything back"
    )]
    AlreadyArmed {
        /// `armed` or `half armed`.
        state: &'static str,
    },
    /// There is no journal.
    #[error("this machine is not armed: run `bootrace capture arm` first, or collect with `--unarmed`")]
    NotArmed,
    /// A file operation failed.
    #[error("cannot {what} {path}: {source}{}", advice_io(.source))]
    Io {
        /// The operation, as a verb.
        what: &'static str,
        /// The file or folder.
        path: String,
        /// The system's error.
        source: std::io::Error,
    },
    /// A path is, or goes through, a link or junction that somebody may have planted.
    #[error(
        "{path} is a link or junction, which bootrace does not follow as administrator: look at where it leads, remove it, and try again"
    )]
    Planted {
        /// The path.
        path: String,
    },
    /// A folder that must be for administrators only belongs to somebody else.
    #[error("{path} exists and its owner is neither Administrators nor SYSTEM: remove it and try again")]
    ForeignFolder {
        /// The path.
        path: String,
    },
    /// A registry operation failed.
    #[error(
        "cannot {what} {key}: {why}: run as administrator; if it stays, a policy or security product protects the key"
    )]
    Registry {
        /// The operation, as a verb.
        what: &'static str,
        /// The key.
        key: String,
        /// The system's error.
        why: String,
    },
    /// An ETW function failed.
    #[error("ETW session {session}: cannot {what}: error {code}{}", advice_etw(*.code))]
    Etw {
        /// Session name.
        session: String,
        /// The operation, as a verb.
        what: &'static str,
        /// Win32 error code.
        code: u32,
    },
    /// A program could not be started.
    #[error("cannot start {program}: {source}: check that the file is there and that no policy blocks it")]
    Start {
        /// The program's path.
        program: String,
        /// The system's error.
        source: std::io::Error,
    },
    /// A program ended with a failure.
    #[error("{program} ended with exit code {code}: {advice}")]
    Exit {
        /// The program's path.
        program: String,
        /// Its exit code.
        code: i32,
        /// What to do.
        advice: &'static str,
    },
    /// A program did not end.
    #[error("{program} did not end within {seconds} s and was stopped: {advice}")]
    TimedOut {
        /// The program's path.
        program: String,
        /// The time-out in seconds.
        seconds: u64,
        /// What to do.
        advice: &'static str,
    },
    /// Process Monitor's driver is not set to log the next boot, whatever Process Monitor said.
    #[error(
        "Process Monitor did not arm boot logging ({outcome}; {why}): a window nobody sees may wait for an answer, or a policy or security product forbids its driver: start it once by hand, close it, disarm and arm again; ETW alone still captures the boot"
    )]
    BootLogNotArmed {
        /// How Process Monitor ended, which is not to be trusted either way.
        outcome: String,
        /// What is missing.
        why: String,
    },
    /// A program is not what it must be to be run as administrator.
    #[error("{program} is not run: {why}: get it anew from its maker, and arm again")]
    NotTrusted {
        /// The program's path.
        program: String,
        /// Why.
        why: String,
    },
    /// Something can be done only in the Windows that it is part of.
    #[error(
        "{what} of the offline Windows stays: no program of that disk is run; start that Windows and run `bootrace capture disarm` there"
    )]
    OfflineWindows {
        /// What is to be done.
        what: String,
    },
    /// A path or key that bootrace has no business with.
    #[error(
        "{name} is not a place of bootrace's: a journal or a bundle that names it was not written by bootrace"
    )]
    ForeignPlace {
        /// The path or key.
        name: String,
    },
    /// The Service Control Manager refused.
    #[error("cannot read the services: {0}: run as administrator, and check that the RPC service runs")]
    Services(String),
    /// Something was put back only in part.
    #[error(
        "not everything could be put back: {}: the journal is kept, so run `bootrace capture disarm` again after solving this",
        .0.join("; ")
    )]
    NotRestored(Vec<String>),
    /// The bundle could not be written.
    #[error(
        "cannot write the bundle {path}: {why}: free some space or name another place with -o, then run the same command again: it goes on where it stopped"
    )]
    Bundle {
        /// The bundle's path.
        path: String,
        /// What failed.
        why: String,
    },
    /// Bad options.
    #[error("{0}")]
    Usage(String),
    /// The system refused something else.
    #[error("cannot {what}: {why}: {advice}")]
    System {
        /// The operation, as a verb.
        what: &'static str,
        /// The system's error.
        why: String,
        /// What to do.
        advice: &'static str,
    },
}

/// The result of this crate's functions.
pub type Result<T, E = CaptureError> = std::result::Result<T, E>;

impl CaptureError {
    /// For `map_err`: a failed file operation.
    pub fn io(what: &'static str, path: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { what, path, source }
    }
}

fn advice_io(source: &std::io::Error) -> &'static str {
    use std::io::ErrorKind::{NotFound, PermissionDenied, StorageFull};
    match source.kind() {
        PermissionDenied => ": run as administrator, and close the program that holds it open",
        StorageFull => ": free some space on that volume and try again",
        NotFound => ": check the path",
        _ => ": try again, and check the volume with chkdsk /scan if it stays",
    }
}

/// What to do about the Win32 codes that the documentation of `StartTrace` and `EnableTraceEx2` names.
fn advice_etw(code: u32) -> &'static str {
    match code {
        5 | 1314 => ": run as administrator",
        3 | 161 => ": the folder of the trace file is missing: disarm, then arm again",
        39 | 112 => ": the volume is full: free some space and arm again",
        183 => {
            ": a session of that name runs already: stop it with `logman stop NAME -ets` if it is no longer needed"
        }
        1450 => {
            ": too many trace sessions run already: `logman query -ets` lists them; stop one that is not needed"
        }
        _ => ": `net helpmsg CODE` explains the code; the other sessions go on without this one",
    }
}
