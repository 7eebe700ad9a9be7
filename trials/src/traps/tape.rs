//! A log that can be edited. Rows can be taken out, added and moved in time. Then it is written again.

use std::{collections::HashMap, io::Cursor};

use super::programs::Program;
use anyhow::{Context as _, Result};
use pml_reader::{
    EventClass, FileTime, NETWORK_SEQUENCE, PmlFile, PmlText, RawModule, RawProcess, STATUS_PENDING,
    detail::process::Ended,
    process_operation,
    write::{
        EventRecord, PmlWriter,
        encode::{Layout, Payload, ProcessEvent},
    },
};

/// A thread of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Actor {
    /// Index of the process, as events carry it.
    pub(crate) process: u32,
    pub(crate) tid: u32,
}

/// An event.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) time: u64,
    pub(crate) duration: u64,
    pub(crate) status: u32,
    pub(crate) actor: Actor,
    frames: Vec<u64>,
    pub(crate) payload: Payload,
    /// Its number in the log that the tape is of; `None` if it was added.
    pub(crate) number: Option<usize>,
}

/// A process of the log.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) raw: RawProcess,
    pub(super) modules: Vec<RawModule>,
    /// What the texts say if the process was added. The others have theirs in the original.
    pub(super) added: Option<Program>,
}

/// The log. A copy shares the original. So a copy is cheap compared with making it again.
#[derive(Debug, Clone)]
pub(crate) struct Tape {
    original: std::sync::Arc<PmlFile>,
    rows: Vec<Row>,
    pub(super) processes: Vec<Listed>,
}

impl Tape {
    /// The log of these bytes.
    pub(crate) fn new(log: Vec<u8>) -> Result<Self> {
        let file = PmlFile::from_vec(log)?;
        let mut rows = Vec::with_capacity(file.len());
        for event in file.events() {
            let event = event?;
            rows.push(Row {
                time: event.time().0,
                duration: event.raw_duration(),
                status: event.status(),
                actor: Actor { process: event.process_index(), tid: event.tid() },
                frames: event.frames().collect(),
                payload: Payload {
                    class: event.raw_class(),
                    operation: event.raw_operation(),
                    detail: event.raw_detail().to_vec(),
                    extra: event.raw_extra().map(<[u8]>::to_vec),
                },
                number: Some(event.index()),
            });
        }
        let processes = file
            .processes()
            .map(|p| Listed { raw: p.raw, modules: p.raw_modules().collect(), added: None })
            .collect();
        Ok(Self { original: std::sync::Arc::new(file), rows, processes })
    }

    pub(crate) fn layout(&self) -> Layout {
        Layout::of(self.original.header())
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Keeps the rows for which `keep` holds.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&Row) -> bool) {
        self.rows.retain(keep);
    }

    /// Path of a row of the original; empty for one that was added.
    pub(crate) fn path(&self, row: &Row) -> String {
        row.number.and_then(|n| self.original.event(n).ok()).map_or_else(String::new, |e| e.path())
    }

    /// Name of the program of a process, in lower case.
    pub(crate) fn program(&self, process: u32) -> String {
        let added = self.processes.iter().find(|p| p.raw.index == process).and_then(|p| p.added.as_ref());
        let name = added.map(|program| program.name.to_owned());
        let name = name.or_else(|| Some(self.original.process(process)?.name().to_string()));
        name.unwrap_or_default().to_lowercase()
    }

    /// The original.
    pub(crate) fn original(&self) -> &PmlFile {
        &self.original
    }

    /// The threads of programs with these names that do something, and when each does its first and its last.
    pub(crate) fn threads(&self, programs: &[&str]) -> Vec<(Actor, u64, u64)> {
        let mut threads: Vec<(Actor, u64, u64)> = Vec::new();
        let mut known: HashMap<(u32, u32), usize> = HashMap::new();
        let mut fits: HashMap<u32, bool> = HashMap::new();
        for row in &self.rows {
            let process = row.actor.process;
            let is_program = *fits.entry(process).or_insert_with(|| {
                let name = self.program(process);
                programs.iter().any(|p| *p == name)
            });
            // Process Monitor's own samples have no thread.
            if !is_program || row.actor.tid == 0 || row.payload.class == EventClass::Profiling as u32 {
                continue;
            }
            let thread = known.get(&(process, row.actor.tid)).and_then(|at| threads.get_mut(*at));
            match thread {
                Some((.., last)) => *last = row.time,
                None => {
                    known.insert((process, row.actor.tid), threads.len());
                    threads.push((row.actor, row.time, row.time));
                }
            }
        }
        threads
    }

    /// Adds a row with the stack of the thread's nearest row of the same class.
    pub(crate) fn add(&mut self, time: u64, actor: Actor, status: u32, payload: Payload) {
        let at = self.rows.partition_point(|r| r.time <= time);
        let like = |r: &&Row| r.actor == actor && r.payload.class == payload.class;
        let (before, after) = self.rows.split_at(at);
        let near = before.iter().rev().find(like).or_else(|| after.iter().find(like));
        let frames = near.map_or_else(Vec::new, |r| r.frames.clone());
        let row = Row { time, duration: 150, status, actor, frames, payload, number: None };
        self.rows.insert(at, row);
    }

    /// Moves everything before `time` back by `ticks`, so that there is a silence before `time`.
    pub(crate) fn stretch(&mut self, time: u64, ticks: u64) {
        for row in self.rows.iter_mut().filter(|r| r.time < time) {
            row.time = row.time.saturating_sub(ticks);
        }
        for Listed { raw: process, modules, .. } in &mut self.processes {
            for stamp in [&mut process.start, &mut process.end] {
                if *stamp != 0 && *stamp < time {
                    *stamp = stamp.saturating_sub(ticks);
                }
            }
            for module in modules {
                let loaded = u64::from(module.loaded_high) << 32 | module.loaded_low & 0xFFFF_FFFF;
                if loaded < time {
                    let moved = loaded.saturating_sub(ticks);
                    (module.loaded_high, module.loaded_low) = ((moved >> 32) as u32, moved & 0xFFFF_FFFF);
                }
            }
        }
    }

    /// Lets a process that ended, end with this status.
    pub(crate) fn exit_with(&mut self, process: u32, status: u32) -> Result<()> {
        let layout = self.layout();
        let exits = |r: &&mut Row| {
            r.actor.process == process
                && r.payload.class == EventClass::Process as u32
                && r.payload.operation == process_operation::EXIT
        };
        if let Some(row) = self.rows.iter_mut().find(exits) {
            let ended = Ended { status, kernel: 0, user: 0, working_set: (0, 0), private: (0, 0) };
            row.payload = ProcessEvent::Exit(ended).encode(layout)?;
        }
        Ok(())
    }

    /// Where in the written log the rows of the original lie, by their numbers.
    pub(crate) fn places(&self) -> HashMap<usize, u64> {
        self.order().iter().zip(0..).filter_map(|(row, at)| Some((row.number?, at))).collect()
    }

    fn order(&self) -> Vec<&Row> {
        let mut order: Vec<&Row> = self.rows.iter().collect();
        order.sort_by_key(|r| r.time);
        order
    }

    /// The log.
    pub(crate) fn write(&self) -> Result<Vec<u8>> {
        let mut writer = PmlWriter::new(Cursor::new(Vec::new()), self.original.header())?;
        let (mut sequence, mut network) = (0, NETWORK_SEQUENCE);
        for row in self.order() {
            let counter =
                if row.payload.class == EventClass::Network as u32 { &mut network } else { &mut sequence };
            *counter += 1;
            writer.event(&EventRecord {
                process_index: row.actor.process,
                tid: row.actor.tid,
                time: FileTime(row.time),
                duration: if row.status == STATUS_PENDING { 0 } else { row.duration },
                status: row.status,
                sequence: *counter,
                frames: &row.frames,
                payload: &row.payload,
            })?;
        }
        let mut processes = Vec::new();
        for Listed { raw, modules, added } in &self.processes {
            let mut text = |index: u32| -> Result<u32> {
                let text = self.original.string(index).unwrap_or(PmlText::EMPTY);
                writer.string(text).context("a text of a process")
            };
            let mut process = RawProcess {
                integrity: text(raw.integrity)?,
                user: text(raw.user)?,
                name: text(raw.name)?,
                image_path: text(raw.image_path)?,
                command_line: text(raw.command_line)?,
                company: text(raw.company)?,
                version: text(raw.version)?,
                description: text(raw.description)?,
                small_icon: 0,
                big_icon: 0,
                ..*raw
            };
            let mut copies = Vec::new();
            for module in modules {
                copies.push(RawModule {
                    path: text(module.path)?,
                    version: text(module.version)?,
                    company: text(module.company)?,
                    description: text(module.description)?,
                    ..*module
                });
            }
            if let Some(program) = added {
                let mut new = |text: &str| {
                    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
                    writer.string(PmlText::Utf16(&units))
                };
                process.name = new(program.name)?;
                process.image_path = new(&program.image)?;
                process.command_line = new(&program.command_line)?;
            }
            processes.push((process, copies));
        }
        for (process, modules) in processes {
            writer.process(process, &modules)?;
        }
        Ok(writer.finish()?.into_inner())
    }
}
