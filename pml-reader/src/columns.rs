//! Process Monitor's columns: their names, their order in an export, and their text for an event.

use status_codes::procmon_result_text;

use crate::{
    Dialect, FileTime, PmlError, PmlEvent, Style, UNKNOWN_PID, detail,
    text::push_decimal,
    time::{push_relative, push_seconds},
};

/// A column of Process Monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Column {
    TimeOfDay,
    ProcessName,
    Pid,
    Operation,
    Path,
    Result,
    Detail,
    DateAndTime,
    RelativeTime,
    Duration,
    CompletionTime,
    EventClass,
    Sequence,
    ImagePath,
    Company,
    Description,
    Version,
    User,
    AuthenticationId,
    Session,
    CommandLine,
    Tid,
    Virtualized,
    Integrity,
    Category,
    ParentPid,
    Architecture,
}

/// The columns in the order of Process Monitor's CSV export, with their headings.
#[rustfmt::skip]
pub const COLUMNS: [(Column, &str); 27] = [
    (Column::TimeOfDay, "Time of Day"), (Column::ProcessName, "Process Name"), (Column::Pid, "PID"),
    (Column::Operation, "Operation"), (Column::Path, "Path"), (Column::Result, "Result"),
    (Column::Detail, "Detail"), (Column::DateAndTime, "Date & Time"), (Column::RelativeTime, "Relative Time"),
    (Column::Duration, "Duration"), (Column::CompletionTime, "Completion Time"),
    (Column::EventClass, "Event Class"), (Column::Sequence, "Sequence"), (Column::ImagePath, "Image Path"),
    (Column::Company, "Company"), (Column::Description, "Description"), (Column::Version, "Version"),
    (Column::User, "User"), (Column::AuthenticationId, "Authentication ID"), (Column::Session, "Session"),
    (Column::CommandLine, "Command Line"), (Column::Tid, "TID"), (Column::Virtualized, "Virtualized"),
    (Column::Integrity, "Integrity"), (Column::Category, "Category"), (Column::ParentPid, "Parent PID"),
    (Column::Architecture, "Architecture"),
];

impl Column {
    /// The heading, `Process Name`.
    #[must_use]
    pub fn heading(self) -> &'static str {
        COLUMNS.iter().find(|(c, _)| *c == self).map_or("", |(_, heading)| heading)
    }

    /// Whether the column says the same for all events of a process.
    #[must_use]
    pub fn is_of_process(self) -> bool {
        matches!(
            self,
            Self::ProcessName
                | Self::Pid
                | Self::ImagePath
                | Self::Company
                | Self::Description
                | Self::Version
                | Self::User
                | Self::AuthenticationId
                | Self::Session
                | Self::CommandLine
                | Self::Virtualized
                | Self::Integrity
                | Self::ParentPid
                | Self::Architecture
        )
    }

    /// Whether the column holds numbers, spans or times.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(
            self,
            Self::TimeOfDay
                | Self::DateAndTime
                | Self::RelativeTime
                | Self::Duration
                | Self::CompletionTime
                | Self::Pid
                | Self::ParentPid
                | Self::Tid
                | Self::Session
        )
    }
}

impl Style {
    /// Appends the text of `column` for `event`, as Process Monitor shows it (en-US). Of damaged data it appends what
    /// can be read.
    pub fn push(&self, event: &PmlEvent<'_>, column: Column, out: &mut String) {
        let _ = self.try_push(event, column, out);
    }

    /// [`Self::push`] that reports damage.
    ///
    /// # Errors
    /// What is damaged in the event's path or detail. The readable part has been appended.
    pub fn try_push(&self, event: &PmlEvent<'_>, column: Column, out: &mut String) -> Result<(), PmlError> {
        match column {
            Column::Path => return detail::push_path(event, out),
            Column::Detail => return detail::push_detail(event, *self, out),
            Column::EventClass => out.push_str(event.class().map_or(crate::UNKNOWN, |c| c.name())),
            Column::Operation => out.push_str(match self.dialect {
                Dialect::Plain => event.operation().name(),
                Dialect::Procmon => event.operation().procmon_name(event.file().header().version),
            }),
            Column::Result => push_result(event.status(), out),
            Column::Sequence => out.push_str(NO_NUMBER),
            Column::Category => out.push_str(event.category().name()),
            _ if column.is_number() => {
                if let Some(number) = event.number(column) {
                    self.push_number(column, number, out);
                }
            }
            _ => push_process_column(event, column, out),
        }
        Ok(())
    }

    /// Appends a number as a column that holds numbers shows it: spans in ticks, times as FILETIME in UTC.
    pub fn push_number(&self, column: Column, number: u64, out: &mut String) {
        let shown = || FileTime(number).shifted(self.utc_offset_minutes);
        match column {
            Column::TimeOfDay | Column::CompletionTime => shown().push_time_of_day(out, true),
            Column::DateAndTime => shown().push_date_time(out),
            Column::RelativeTime => push_relative(out, number),
            Column::Duration => push_seconds(out, number),
            _ => push_decimal(out, number),
        }
    }
}

/// The Sequence column: Process Monitor numbers rows as they are shown and exports no number.
pub const NO_NUMBER: &str = "n/a";

impl PmlEvent<'_> {
    /// The number in a column that holds one: spans in ticks, times as FILETIME. `None` if the cell is empty or holds
    /// text.
    #[inline]
    pub fn number(&self, column: Column) -> Option<u64> {
        let process = || self.process().map(|p| p.raw);
        match column {
            Column::Tid => Some(self.tid().into()),
            Column::Duration => self.duration(),
            Column::RelativeTime => Some(self.time().0.saturating_sub(self.file().first_time().0)),
            Column::TimeOfDay | Column::DateAndTime => Some(self.time().0),
            Column::CompletionTime => self.completion().map(|t| t.0),
            // What no record tells stays empty.
            Column::Pid => process().map(|p| p.pid).filter(|pid| *pid != UNKNOWN_PID).map(u64::from),
            Column::ParentPid => {
                process().map(|p| p.parent_pid).filter(|pid| *pid != UNKNOWN_PID).map(u64::from)
            }
            Column::Session => process().map(|p| p.session.into()),
            _ => None,
        }
    }
}

/// Appends the Result column's text of a status: Process Monitor's words, or the number in hex.
pub fn push_result(status: u32, out: &mut String) {
    match procmon_result_text(status) {
        Some(text) => out.push_str(text),
        None => {
            use std::fmt::Write as _;
            let _ = write!(out, "0x{status:X}");
        }
    }
}

fn push_process_column(event: &PmlEvent<'_>, column: Column, out: &mut String) {
    let Some(process) = event.process() else { return };
    let raw = process.raw;
    match column {
        Column::ProcessName => process.name().push_to(out),
        Column::ImagePath => process.image_path().push_to(out),
        Column::Company => process.company().push_to(out),
        Column::Description => process.description().push_to(out),
        Column::Version => process.version().push_to(out),
        Column::User => process.user().push_to(out),
        Column::AuthenticationId => {
            use std::fmt::Write as _;
            let _ = write!(
                out,
                "{:08x}:{:08x}",
                raw.authentication_id >> 32,
                raw.authentication_id & 0xFFFF_FFFF
            );
        }
        Column::CommandLine => process.command_line().push_to(out),
        Column::Virtualized => out.push_str(match raw.virtualized {
            0 => "False",
            1 => "True",
            _ => "n/a",
        }),
        Column::Integrity => process.integrity().push_to(out),
        Column::Architecture => out.push_str(if raw.is_64bit == 1 { "64-bit" } else { "32-bit" }),
        _ => {}
    }
}
