//! Process Monitor's columns: their names, their order in an export, and their text for an event.

use status_codes::procmon_result_text;

use crate::{
    Dialect, PmlError, PmlEvent, Style, UNKNOWN_PID, detail,
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
    pub fn heading(self) -> &'static str {
        COLUMNS.iter().find(|(c, _)| *c == self).map_or("", |(_, heading)| heading)
    }

    /// Whether the column says the same for all events of a process.
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
}

impl Style {
    /// Appends the text of `column` for `event`, as Process Monitor shows it (en-US); of damaged data as far as it can
    /// be read.
    pub fn push(&self, event: &PmlEvent<'_>, column: Column, out: &mut String) {
        let _ = self.try_push(event, column, out);
    }

    /// [`Self::push`], which tells of damage.
    ///
    /// # Errors
    /// What is damaged in the event's path or detail; what can be read of it has been appended.
    pub fn try_push(&self, event: &PmlEvent<'_>, column: Column, out: &mut String) -> Result<(), PmlError> {
        match column {
            Column::Path => return detail::push_path(event, out),
            Column::Detail => return detail::push_detail(event, *self, out),
            Column::TimeOfDay => event.time().shifted(self.utc_offset_minutes).push_time_of_day(out, true),
            Column::DateAndTime => event.time().shifted(self.utc_offset_minutes).push_date_time(out),
            Column::RelativeTime => {
                push_relative(out, event.time().0.saturating_sub(event.file().first_time().0));
            }
            Column::Duration => {
                if let Some(ticks) = event.duration() {
                    push_seconds(out, ticks);
                }
            }
            Column::CompletionTime => {
                if let Some(time) = event.completion() {
                    time.shifted(self.utc_offset_minutes).push_time_of_day(out, true);
                }
            }
            Column::EventClass => out.push_str(event.class().map_or(crate::UNKNOWN, |c| c.name())),
            Column::Operation => out.push_str(match self.dialect {
                Dialect::Plain => event.operation().name(),
                Dialect::Procmon => event.operation().procmon_name(event.file().header().version),
            }),
            Column::Result => push_result(event.status(), out),
            // Process Monitor numbers rows as they are shown and exports no number.
            Column::Sequence => out.push_str("n/a"),
            Column::Tid => push_decimal(out, event.tid().into()),
            Column::Category => out.push_str(event.category().name()),
            _ => push_process_column(event, column, out),
        }
        Ok(())
    }
}

/// Appends the Result column's text of a status: Process Monitor's words, else the number in hex.
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
        // What no record tells stays empty.
        Column::Pid | Column::ParentPid => {
            let pid = if column == Column::Pid { raw.pid } else { raw.parent_pid };
            if pid != UNKNOWN_PID {
                push_decimal(out, pid.into());
            }
        }
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
        Column::Session => push_decimal(out, raw.session.into()),
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
