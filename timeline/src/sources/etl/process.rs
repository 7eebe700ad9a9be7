//! What a process tells of its rows before they are made.

use etl_reader::names::{self, Names};
use pml_reader::Column;

use crate::{model::Process, query::Glimpse};

/// A process id, and a process that had it.
pub(super) struct OfProcess<'p> {
    pid: Option<u32>,
    process: Option<(u32, &'p Process, &'p names::Process)>,
}

impl<'p> OfProcess<'p> {
    /// A process id with each process that had it, or alone where none did.
    pub(super) fn all(
        names: &'p Names,
        processes: &'p [Process],
        pid: Option<u32>,
    ) -> impl Iterator<Item = OfProcess<'p>> {
        let places = pid.map(|pid| names.places_of(pid)).unwrap_or_default();
        let alone = places.is_empty().then_some(OfProcess { pid, process: None });
        let found = places.filter_map(move |place| {
            let number = u32::try_from(place).ok()?;
            let process = (number, processes.get(place)?, names.processes().get(place)?);
            Some(OfProcess { pid, process: Some(process) })
        });
        alone.into_iter().chain(found)
    }
}

/// The text that a column of a process has.
pub(super) fn text(process: &Process, column: Column) -> &str {
    match column {
        Column::ProcessName => &process.name,
        Column::ImagePath => &process.image_path,
        Column::User => &process.user,
        Column::CommandLine => &process.command_line,
        // Not in a trace of ETW.
        _ => "",
    }
}

impl Glimpse for OfProcess<'_> {
    fn key(&self) -> u64 {
        match (self.process, self.pid) {
            (Some((place, ..)), _) => 8 << 56 | u64::from(place),
            (None, Some(pid)) => 9 << 56 | u64::from(pid),
            (None, None) => 10 << 56,
        }
    }

    fn push(&self, column: Column, out: &mut String) -> bool {
        // Numbers as texts depend on the style.
        if !column.is_of_process() || column.is_number() {
            return false;
        }
        if let Some((_, process, _)) = self.process {
            out.push_str(text(process, column));
        }
        true
    }

    fn number(&self, column: Column) -> Option<Option<u64>> {
        let process = self.process;
        Some(match column {
            Column::Pid => self.pid.map(u64::from),
            Column::ParentPid => process.map(|(_, process, _)| process.parent_pid.into()),
            Column::Session => process.and_then(|(.., recorded)| recorded.session).map(u64::from),
            _ => return None,
        })
    }
}
