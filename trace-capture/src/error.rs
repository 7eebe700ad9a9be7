//! What can go wrong, and what the person at the machine does about it.

use std::fmt;
use std::io::ErrorKind;

use crate::messages::{Message, Text, errors as say};

/// An error of this crate. Its text is one line: what, which object, why, and what to do next. It displays as English, and
/// with `{:#}` as Chinese.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// Only Windows can be armed.
    NotWindows,
    /// The process has no administrator rights.
    NotAdministrator,
    /// Preflight found what forbids arming. The texts come from [`crate::preflight`].
    Blocked(Vec<Message>),
    /// A journal is there already.
    AlreadyArmed {
        /// `armed` or `half armed`.
        state: Text,
    },
    /// There is no journal.
    NotArmed,
    /// A file operation failed.
    Io {
        /// The operation, as a verb.
        what: Text,
        /// The file or folder.
        path: String,
        /// The system's error.
        source: std::io::Error,
    },
    /// A path is, or goes through, a link or junction that somebody may have planted.
    Planted {
        /// The path.
        path: String,
    },
    /// A folder that must be for administrators only belongs to somebody else.
    ForeignFolder {
        /// The path.
        path: String,
    },
    /// A registry operation failed.
    Registry {
        /// The operation, as a verb.
        what: Text,
        /// The key.
        key: String,
        /// The system's error.
        why: Message,
    },
    /// An ETW function failed.
    Etw {
        /// Session name.
        session: String,
        /// The operation, as a verb.
        what: Text,
        /// Win32 error code.
        code: u32,
    },
    /// A program could not be started.
    Start {
        /// The program's path.
        program: String,
        /// The system's error.
        source: std::io::Error,
    },
    /// A program ended with a failure.
    Exit {
        /// The program's path.
        program: String,
        /// Its exit code.
        code: i32,
        /// What to do.
        advice: Text,
    },
    /// A program did not end.
    TimedOut {
        /// The program's path.
        program: String,
        /// The time-out in seconds.
        seconds: u64,
        /// What to do.
        advice: Text,
    },
    /// Process Monitor's driver is not set to log the next boot, whatever Process Monitor said.
    BootLogNotArmed {
        /// How Process Monitor ended, which is not to be trusted either way.
        outcome: Message,
        /// What is missing.
        why: Message,
    },
    /// A program is not what it must be to be run as administrator.
    NotTrusted {
        /// The program's path.
        program: String,
        /// Why.
        why: Message,
    },
    /// Something can be done only in the Windows that it is part of.
    OfflineWindows {
        /// What is to be done.
        what: Message,
    },
    /// A path or key that bootrace has no business with.
    ForeignPlace {
        /// The path or key.
        name: String,
    },
    /// The Service Control Manager refused.
    Services(String),
    /// Something was put back only in part.
    NotRestored(Vec<Message>),
    /// The bundle could not be written.
    Bundle {
        /// The bundle's path.
        path: String,
        /// What failed.
        why: String,
    },
    /// Bad options.
    Usage(Message),
    /// The system refused something else.
    System {
        /// The operation, as a verb.
        what: Text,
        /// The system's error.
        why: Message,
        /// What to do.
        advice: Text,
    },
}

/// The result of this crate's functions.
pub type Result<T, E = CaptureError> = std::result::Result<T, E>;

impl CaptureError {
    /// For `map_err`: a failed file operation.
    pub fn io(what: Text, path: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { what, path, source }
    }
}

impl fmt::Display for CaptureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}

impl CaptureError {
    /// The error in both languages.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::NotWindows => say::NOT_WINDOWS.plain(),
            Self::NotAdministrator => say::NOT_ADMINISTRATOR.plain(),
            Self::Blocked(why) => say::BLOCKED.with(&[&Message::list(why)]),
            Self::AlreadyArmed { state } => say::ALREADY_ARMED.with(&[state]),
            Self::NotArmed => say::NOT_ARMED.plain(),
            Self::Io { what, path, source } => say::IO.with(&[what, path, source, &advice_io(source)]),
            Self::Planted { path } => say::PLANTED.with(&[path]),
            Self::ForeignFolder { path } => say::FOREIGN_FOLDER.with(&[path]),
            Self::Registry { what, key, why } => say::REGISTRY.with(&[what, key, why]),
            Self::Etw { session, what, code } => say::ETW.with(&[session, what, code, &advice_etw(*code)]),
            Self::Start { program, source } => say::START.with(&[program, source]),
            Self::Exit { program, code, advice } => say::EXIT.with(&[program, code, advice]),
            Self::TimedOut { program, seconds, advice } => say::TIMED_OUT.with(&[program, seconds, advice]),
            Self::BootLogNotArmed { outcome, why } => say::BOOT_LOG_NOT_ARMED.with(&[outcome, why]),
            Self::NotTrusted { program, why } => say::NOT_TRUSTED.with(&[program, why]),
            Self::OfflineWindows { what } => say::OFFLINE_WINDOWS.with(&[what]),
            Self::ForeignPlace { name } => say::FOREIGN_PLACE.with(&[name]),
            Self::Services(why) => say::SERVICES.with(&[why]),
            Self::NotRestored(what) => say::NOT_RESTORED.with(&[&Message::list(what)]),
            Self::Bundle { path, why } => say::BUNDLE.with(&[path, why]),
            Self::Usage(why) => why.clone(),
            Self::System { what, why, advice } => say::SYSTEM.with(&[what, why, advice]),
        }
    }
}

fn advice_io(source: &std::io::Error) -> Text {
    match source.kind() {
        ErrorKind::PermissionDenied => say::IO_DENIED,
        ErrorKind::StorageFull => say::IO_FULL,
        ErrorKind::NotFound => say::IO_NOT_FOUND,
        _ => say::IO_OTHER,
    }
}

/// What to do about the Win32 codes that the documentation of `StartTrace` and `EnableTraceEx2` names.
fn advice_etw(code: u32) -> Text {
    match code {
        5 | 1314 => say::ETW_DENIED,
        3 | 161 => say::ETW_NO_FOLDER,
        39 | 112 => say::ETW_FULL,
        183 => say::ETW_EXISTS,
        1450 => say::ETW_TOO_MANY,
        _ => say::ETW_OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_same_in_both_languages() {
        let denied = || std::io::Error::from(ErrorKind::PermissionDenied);
        let errors = [
            CaptureError::Io { what: say::WRITE, path: r"C:\a.txt".to_owned(), source: denied() },
            CaptureError::Etw { session: "bootrace-kernel".to_owned(), what: say::CREATE, code: 183 },
            CaptureError::Blocked(vec!["first".into(), "second".into()]),
            CaptureError::Bundle { path: r"D:\b.zip".to_owned(), why: "full".to_owned() },
        ];
        let named = [r"C:\a.txt", "bootrace-kernel", "second", r"D:\b.zip"];
        for (error, name) in errors.iter().zip(named) {
            let (english, chinese) = (error.to_string(), format!("{error:#}"));
            assert!(english.contains(name) && chinese.contains(name), "{english} {chinese}");
            assert!(english.is_ascii() && chinese.contains('：'), "{english} {chinese}");
        }
    }
}
