//! Copies chosen events of a log, with everything they need, to a smaller log.

use std::{
    collections::{BTreeSet, HashMap},
    io::{Seek, Write},
};

use crate::{
    EventClass, PmlError, PmlEvent, PmlFile, PmlText, RawModule, detail, process_operation, write::PmlWriter,
};

/// PID of the System process. Its modules are the drivers, which hold the kernel frames of every stack.
const SYSTEM_PID: u32 = 4;

/// Bytes of a module entry with 4-byte pointers, the smaller one.
const SMALLEST_MODULE: u64 = 56;

/// What went into a subset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Subset {
    /// Events that were copied.
    pub events: usize,
    /// Events that are damaged in the source and were left out.
    pub damaged: usize,
    /// Events whose completion data was damaged in the source. The copy lacks that data.
    pub without_completion: usize,
    /// Processes that were copied.
    pub processes: usize,
}

/// Copies the events with these numbers, which must rise, from `file` to `out`.
///
/// It copies the records byte for byte, with their sequence numbers, stacks, details and completion data. It copies
/// the processes of these events, those that Process Create events name, and their ancestors. It also copies System,
/// whose modules resolve kernel frames. It copies all host and port names, as Process Monitor does when it saves a
/// filtered log.
///
/// # Errors
/// Those of [`PmlWriter`]. [`PmlError::Value`] for a number that the file does not have, and for a source whose
/// records or modules overlap so that the copy would outgrow it.
pub fn write_subset<W: Write + Seek>(
    file: &PmlFile,
    events: impl IntoIterator<Item = usize>,
    out: W,
) -> Result<(W, Subset), PmlError> {
    let header = file.header();
    let mut writer = PmlWriter::new(out, header)?;
    let mut subset = Subset::default();
    let mut slots = BTreeSet::new();
    for index in events {
        if index >= file.len() {
            let (offset, value) = (file.records_end(), index as u64);
            let expected = "less than the number of events";
            return Err(PmlError::Value { what: "event number", offset, value, expected });
        }
        let Ok(event) = file.event(index) else {
            subset.damaged += 1;
            continue;
        };
        let extra = event.extra().unwrap_or_else(|_| {
            subset.without_completion += 1;
            None
        });
        writer.raw_event(event.raw_record(), extra)?;
        if writer.position() > file.records_end() {
            let (offset, value) = (event.offset(), index as u64);
            let expected = "not overlapping other records";
            return Err(PmlError::Value { what: "event number", offset, value, expected });
        }
        slots.extend(file.process_slot(event.process_index()));
        slots.extend(created_process(&event).and_then(|index| file.process_slot(index)));
    }
    subset.events = writer.event_count();
    subset.processes = copy_processes(file, slots, &mut writer)?;
    for (ip, name) in file.hosts() {
        writer.host(ip, name)?;
    }
    for ((port, tcp), name) in file.ports() {
        writer.port(port, tcp, name)?;
    }
    Ok((writer.finish()?, subset))
}

/// The index of the process that a Process Create or Process Defined event speaks of.
fn created_process(event: &PmlEvent<'_>) -> Option<u32> {
    let creates = event.class() == Some(EventClass::Process)
        && matches!(event.raw_operation(), process_operation::CREATE | process_operation::DEFINED);
    creates.then(|| detail::process::created(event).ok().map(|c| c.index)).flatten()
}

/// Copies the processes at these positions of the table, their ancestors and System; says how many that were.
fn copy_processes<W: Write + Seek>(
    file: &PmlFile,
    mut slots: BTreeSet<usize>,
    writer: &mut PmlWriter<W>,
) -> Result<usize, PmlError> {
    if !slots.is_empty() {
        slots.extend(file.processes().filter(|p| p.raw.pid == SYSTEM_PID).map(|p| p.slot()));
    }
    let mut copied = BTreeSet::new();
    let mut icons = HashMap::from([(0, 0)]);
    let table_bytes = file.sections().strings - file.sections().processes;
    let mut modules_left = table_bytes / SMALLEST_MODULE;
    // What is open grows by parents; a parent that has been seen ends its line, also where a damaged table goes round.
    while let Some(slot) = slots.pop_first() {
        let Some(process) = file.process_at(slot).filter(|p| copied.insert(p.raw.index)) else { continue };
        slots.extend(
            file.process_slot(process.raw.parent_index)
                .filter(|_| !copied.contains(&process.raw.parent_index)),
        );
        let mut raw = process.raw;
        for index in raw.string_indexes() {
            *index = writer.string(file.string(*index).unwrap_or(PmlText::EMPTY))?;
        }
        for index in [&mut raw.small_icon, &mut raw.big_icon] {
            *index = match icons.get(index) {
                Some(known) => *known,
                None => {
                    // An icon that cannot be read becomes the placeholder.
                    let copy = file.icon(*index).map_or(Ok(0), |icon| writer.icon(icon))?;
                    icons.insert(*index, copy);
                    copy
                }
            };
        }
        let mut modules = Vec::new();
        for module in process.raw_modules() {
            modules_left = modules_left.checked_sub(1).ok_or(PmlError::Value {
                what: "modules of a process",
                offset: file.sections().processes,
                value: process.module_count().into(),
                expected: "not overlapping those of other processes",
            })?;
            modules.push(copy_module(file, module, writer)?);
        }
        writer.process(raw, &modules)?;
    }
    Ok(copied.len())
}

fn copy_module<W: Write + Seek>(
    file: &PmlFile,
    mut module: RawModule,
    writer: &mut PmlWriter<W>,
) -> Result<RawModule, PmlError> {
    for index in module.string_indexes() {
        *index = writer.string(file.string(*index).unwrap_or(PmlText::EMPTY))?;
    }
    Ok(module)
}
