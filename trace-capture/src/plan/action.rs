//! One change to a machine, as data.

use serde::{Deserialize, Serialize};

use crate::messages::Message;
use crate::tree::Tree;

/// One change to a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Action {
    /// Creates a folder that only Administrators and SYSTEM can open.
    MakeFolder {
        /// The folder.
        path: String,
    },
    /// Copies a file to a new name.
    CopyFile {
        /// The file.
        from: String,
        /// The new name.
        to: String,
    },
    /// Moves a file to a new name on the same volume, where it is there.
    SetAside {
        /// The file.
        from: String,
        /// The new name.
        to: String,
    },
    /// Writes the list of services with their states.
    RecordServices {
        /// The file.
        to: String,
    },
    /// Writes a registry key with all below it.
    WriteKey {
        /// The key.
        key: String,
        /// Its contents.
        tree: Tree,
    },
    /// Starts a trace session that is to run until the shutdown, into a circular file.
    StartSession {
        /// The session's name, one of [`crate::sessions`].
        session: String,
        /// Its trace file.
        file: String,
        /// The size at which new events replace the oldest, MB.
        max_file_mb: u32,
    },
    /// Has Process Monitor set its driver to log the next boot.
    EnableBootLog {
        /// Process Monitor.
        procmon: String,
    },
    /// Has Process Monitor convert the boot log.
    ConvertBootLog {
        /// Process Monitor.
        procmon: String,
        /// The PML file.
        to: String,
    },
    /// Registers a task that runs bootrace some minutes after each start of Windows.
    CreateTask {
        /// The task's name.
        name: String,
        /// The program.
        program: String,
        /// Its arguments.
        arguments: String,
        /// Minutes between the start of Windows and the task.
        minutes: u32,
    },
}

impl Action {
    /// The file that must be the copy that an earlier step made: nothing else of that name is run.
    #[must_use]
    pub fn runs(&self) -> Option<&str> {
        match self {
            Self::EnableBootLog { procmon } => Some(procmon),
            Self::CreateTask { program, .. } => Some(program),
            _ => None,
        }
    }
}

/// A step: an action and why it is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is changed.
    pub action: Action,
    /// Why.
    pub why: Message,
    /// Whether arming fails without it. The others are undone and left out where they fail.
    pub required: bool,
}
