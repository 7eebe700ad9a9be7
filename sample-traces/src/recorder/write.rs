//! Writes what was recorded as a log of Process Monitor.

use std::io::{Seek, Write};

use anyhow::{Context, Result};
use pml_reader::{
    FileTime, PmlText, RawModule, RawProcess,
    write::{EventRecord, PmlWriter},
};

use super::{Event, EventId, Process, Recorder, index_of};

impl Recorder {
    /// Writes the log. Returns the output and the number that `wanted` has in it.
    pub(crate) fn write<W: Write + Seek>(
        mut self,
        out: W,
        wanted: Option<EventId>,
    ) -> Result<(W, Option<usize>)> {
        if let Some(error) = self.error {
            return Err(error).context("a scenario says something that no log can hold");
        }
        let mut order: Vec<(usize, &Event)> = self.events.iter().enumerate().collect();
        order.sort_by_key(|(_, event)| event.time);
        let mut writer = PmlWriter::new(out, &self.machine.header())?;
        let mut sequence = 0;
        for (_, event) in &order {
            // What the driver numbers but Process Monitor does not keep leaves gaps.
            sequence += 1 + u32::from(self.rng.below(20) == 0);
            writer.event(&EventRecord {
                process_index: index_of(event.process),
                tid: event.tid,
                time: FileTime(event.time),
                duration: event.duration,
                status: event.status,
                sequence,
                frames: self.stacks.frames(event.stack),
                payload: &event.payload,
            })?;
        }
        for (slot, process) in self.processes.iter().enumerate() {
            write_process(&mut writer, slot, process, &self.processes, self.layout.wide)?;
        }
        let index = wanted.and_then(|id| order.iter().position(|(i, _)| *i == id.0));
        Ok((writer.finish()?, index))
    }
}

fn write_process<W: Write + Seek>(
    writer: &mut PmlWriter<W>,
    slot: usize,
    process: &Process,
    all: &[Process],
    wide: bool,
) -> Result<()> {
    let mut modules = Vec::new();
    for module in &process.modules {
        modules.push(RawModule {
            loaded_low: module.loaded & 0xFFFF_FFFF,
            base: module.base,
            size: module.size,
            path: string(writer, &module.path)?,
            version: string(writer, &module.version)?,
            company: string(writer, &module.company)?,
            description: string(writer, module.description)?,
            time_date_stamp: module.stamp,
            unknown: [0; 3],
            size_of_image: module.size,
            unknown2: 0,
            loaded_high: (module.loaded >> 32) as u32,
        });
    }
    modules.sort_by_key(|m| m.base);
    let parent = all.get(process.parent).filter(|_| slot != 0);
    let name = process.image.rsplit('\\').next().unwrap_or_default();
    let raw = RawProcess {
        index: index_of(slot),
        pid: process.pid,
        parent_pid: parent.map_or(0, |p| p.pid),
        parent_index: if slot == 0 { 0 } else { index_of(process.parent) },
        authentication_id: 0x3E7,
        session: process.session,
        start: process.start,
        end: process.end,
        is_64bit: wide.into(),
        integrity: string(writer, "System")?,
        user: string(writer, process.user)?,
        name: string(writer, name)?,
        image_path: string(writer, &process.image)?,
        command_line: string(writer, &process.command)?,
        company: string(writer, &process.company)?,
        version: string(writer, &process.version)?,
        description: string(writer, process.description)?,
        ..RawProcess::default()
    };
    Ok(writer.process(raw, &modules)?)
}

fn string<W: Write + Seek>(writer: &mut PmlWriter<W>, text: &str) -> Result<u32> {
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    Ok(writer.string(PmlText::Utf16(&utf16))?)
}
