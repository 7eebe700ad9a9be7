//! A process of an XML export's list, and the columns that it fills for its events.

use std::borrow::Cow;

use crate::{Column, FileTime};

/// A process of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportProcess {
    /// The number that events name.
    pub index: u32,
    /// Process id.
    pub pid: u32,
    /// Parent's process id.
    pub parent_pid: u32,
    /// The parent's number.
    pub parent_index: Option<u32>,
    /// Start, UTC.
    pub start: Option<FileTime>,
    /// End, UTC.
    pub end: Option<FileTime>,
    /// File name of the image.
    pub name: String,
    /// Path of the image.
    pub image_path: String,
    /// Command line.
    pub command_line: String,
    /// Account.
    pub user: String,
    /// Company of the image.
    pub company: String,
    /// Version of the image.
    pub version: String,
    /// Description of the image.
    pub description: String,
    /// Logon session, `00000000:0004efd7`.
    pub authentication_id: String,
    /// Integrity level, in the language of the machine.
    pub integrity: String,
    /// Whether UAC redirects its writes.
    pub is_virtualized: Option<bool>,
    /// Whether it is a 64-bit process.
    pub is_64bit: Option<bool>,
}

/// An element of the list, and the column it fills.
pub(crate) const ELEMENTS: &[(&str, Option<Column>)] = &[
    ("ProcessIndex", None),
    ("ParentProcessIndex", None),
    ("CreateTime", None),
    ("FinishTime", None),
    ("ProcessId", Some(Column::Pid)),
    ("ParentProcessId", Some(Column::ParentPid)),
    ("ProcessName", Some(Column::ProcessName)),
    ("ImagePath", Some(Column::ImagePath)),
    ("CommandLine", Some(Column::CommandLine)),
    ("Owner", Some(Column::User)),
    ("CompanyName", Some(Column::Company)),
    ("Version", Some(Column::Version)),
    ("Description", Some(Column::Description)),
    ("AuthenticationId", Some(Column::AuthenticationId)),
    ("Integrity", Some(Column::Integrity)),
    ("IsVirtualized", Some(Column::Virtualized)),
    ("Is64bit", Some(Column::Architecture)),
];

impl ImportProcess {
    /// Takes the text of one of its elements.
    pub(crate) fn set(&mut self, element: &str, value: &str) {
        let number = || value.trim().parse::<u32>().ok();
        let moment = || value.trim().parse().ok().filter(|ticks| *ticks != 0).map(FileTime);
        let flag = || number().map(|flag| flag != 0);
        match element {
            "ProcessIndex" => self.index = number().unwrap_or_default(),
            "ProcessId" => self.pid = number().unwrap_or_default(),
            "ParentProcessId" => self.parent_pid = number().unwrap_or_default(),
            "ParentProcessIndex" => self.parent_index = number(),
            "CreateTime" => self.start = moment(),
            "FinishTime" => self.end = moment(),
            "ProcessName" => value.clone_into(&mut self.name),
            "ImagePath" => value.clone_into(&mut self.image_path),
            "CommandLine" => value.clone_into(&mut self.command_line),
            "Owner" => value.clone_into(&mut self.user),
            "CompanyName" => value.clone_into(&mut self.company),
            "Version" => value.clone_into(&mut self.version),
            "Description" => value.clone_into(&mut self.description),
            "AuthenticationId" => value.clone_into(&mut self.authentication_id),
            "Integrity" => value.clone_into(&mut self.integrity),
            "IsVirtualized" => self.is_virtualized = flag(),
            "Is64bit" => self.is_64bit = flag(),
            _ => {}
        }
    }

    /// The text that a column has for every event of the process. `None` if the list does not have it.
    #[must_use]
    pub fn text(&self, column: Column) -> Option<Cow<'_, str>> {
        Some(match column {
            Column::Pid => self.pid.to_string().into(),
            Column::ParentPid => self.parent_pid.to_string().into(),
            Column::ProcessName => self.name.as_str().into(),
            Column::ImagePath => self.image_path.as_str().into(),
            Column::CommandLine => self.command_line.as_str().into(),
            Column::User => self.user.as_str().into(),
            Column::Company => self.company.as_str().into(),
            Column::Version => self.version.as_str().into(),
            Column::Description => self.description.as_str().into(),
            Column::AuthenticationId => self.authentication_id.as_str().into(),
            Column::Integrity => self.integrity.as_str().into(),
            Column::Virtualized => (if self.is_virtualized? { "True" } else { "False" }).into(),
            Column::Architecture => (if self.is_64bit? { "64-bit" } else { "32-bit" }).into(),
            _ => return None,
        })
    }
}
