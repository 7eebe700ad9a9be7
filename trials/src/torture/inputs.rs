//! The files that are damaged, and where the records of each lie.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hasher as _},
    io::Cursor,
    ops::Range,
    path::Path,
    process::Command,
};

use anyhow::{Context as _, Result};
use etl_reader::EtlFile;
use pml_reader::{Column, PmlFile, import::ImportFile, write::write_subset};
use timeline::Source;

use sample_traces::{EtlForm, Options, SCENARIOS, XmlExport, etl_twin, make, pmb};

/// A file to be damaged.
pub(super) struct Original {
    /// The row of the table that it is counted in.
    pub(super) kind: &'static str,
    /// Its name in the case.
    pub(super) file: &'static str,
    pub(super) bytes: Vec<u8>,
    /// Its records, in the order of the file; none if they are not counted.
    records: Vec<(Range<u64>, u64)>,
}

impl Original {
    fn new(kind: &'static str, file: &'static str, bytes: Vec<u8>) -> Self {
        Self { kind, file, bytes, records: Vec::new() }
    }

    pub(super) fn counts(&self) -> bool {
        !self.records.is_empty()
    }

    /// The records that lie unbroken in `stretches`, as often as they do.
    pub(super) fn present(&self, stretches: &[Range<u32>]) -> HashMap<u64, u64> {
        let mut present = HashMap::new();
        for stretch in stretches {
            let (start, end) = (u64::from(stretch.start), u64::from(stretch.end));
            let first = self.records.partition_point(|(range, _)| range.start < start);
            for (range, key) in self.records.iter().skip(first) {
                if range.end > end {
                    break;
                }
                *present.entry(*key).or_default() += 1;
            }
        }
        present
    }
}

/// What distinguishes a record from others, whatever reads it.
fn key(parts: impl std::hash::Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}

/// The keys of the records that a source gives.
pub(super) fn found(source: &Source) -> Vec<u64> {
    match source {
        Source::Pml(log) if log.raw_boot_log().is_some() => {
            log.file.events().flatten().map(|e| operation_key(&e)).collect()
        }
        Source::Pml(log) => log.file.events().flatten().map(|e| record_key(e.raw_record())).collect(),
        Source::Import(source) => {
            source.file.rows().filter_map(|(_, row)| row.ok()).map(|r| row_key(&r)).collect()
        }
        Source::Etl(_) => EtlFile::from_bytes(source.bytes())
            .map_or_else(|_| Vec::new(), |file| etl_records(&file).into_iter().map(|(_, key)| key).collect()),
        Source::Log(_) => Vec::new(),
    }
}

/// A record except for where its completion data lies, which is a place in the file.
fn record_key(record: &[u8]) -> u64 {
    key((record.get(..0x30), record.get(0x34..)))
}

fn operation_key(event: &pml_reader::PmlEvent<'_>) -> u64 {
    key((event.sequence(), event.time().0, event.raw_class(), event.raw_operation()))
}

fn row_key(row: &pml_reader::import::ImportRow<'_>) -> u64 {
    let columns =
        [Column::TimeOfDay, Column::Pid, Column::Operation, Column::Path, Column::Result, Column::Detail];
    key(columns.map(|column| row.raw(column).to_owned()))
}

fn etl_records(file: &EtlFile<'_>) -> Vec<(Range<u64>, u64)> {
    let mut records: Vec<(Range<u64>, u64)> = Vec::new();
    for entry in file.buffers() {
        let buffer = file.read(entry);
        for record in buffer.records().flatten() {
            let at = record.offset;
            if let Some((last, _)) = records.last_mut()
                && last.end == u64::MAX
            {
                last.end = at;
            }
            let key = key((record.ticks.map(|t| t.0), record.pid, record.tid, record.payload));
            records.push((at..u64::MAX, key));
        }
        // The header of the buffer and the last record's room.
        let end = entry.offset + 0x48 + buffer.data().len() as u64;
        if let Some((last, _)) = records.last_mut() {
            last.end = last.end.min(end);
        }
    }
    records
}

fn pml(kind: &'static str, bytes: Vec<u8>) -> Result<Original> {
    let mut original = Original::new(kind, "boot.pml", bytes);
    let file = PmlFile::from_vec(original.bytes.clone())?;
    original.records = file
        .events()
        .flatten()
        .map(|e| {
            let record = e.raw_record();
            (e.offset()..e.offset() + record.len() as u64, record_key(record))
        })
        .collect();
    original.records.sort_by_key(|(range, _)| range.start);
    Ok(original)
}

/// As Process Monitor leaves a log when the power goes.
fn unclean(mut bytes: Vec<u8>) -> Result<Vec<u8>> {
    let end = PmlFile::from_vec(bytes.clone())?.header().offsets_offset;
    bytes.truncate(usize::try_from(end)?);
    for zero in [0x234..0x238, 0x248..0x268, 0x3A0..0x3A8] {
        bytes.get_mut(zero).context("a log without its header")?.fill(0);
    }
    Ok(bytes)
}

/// The words that a record of a raw log begins with.
fn head(record: &[u8]) -> Option<[u32; 13]> {
    Some(record.as_chunks().0.first_chunk()?.map(u32::from_le_bytes))
}

fn raw(log: &PmlFile) -> Result<Original> {
    let mut original = Original::new("PMB", "Procmon.pmb", pmb::write(log));
    let (out, _) = pml_reader::pmb::convert(&original.bytes, Cursor::new(Vec::new()))?;
    let back = PmlFile::from_vec(out.into_inner())?;
    // The beginnings of operations, by walking the file as described.
    let known: std::collections::HashSet<u64> = back.events().flatten().map(|e| operation_key(&e)).collect();
    let wide = log.header().wide();
    let bytes = &original.bytes;
    let mut at = 0;
    while let Some(head) = bytes.get(at..).and_then(head) {
        let [_, _, class, operation, sequence, _, _, low, high, _, frames, data, _] = head;
        let size = 0x34 + (frames & 0xFFFF) as usize * if wide { 8 } else { 4 } + data as usize;
        let time = u64::from(low) | u64::from(high) << 32;
        let key = key((sequence, time, class, (operation & 0xFFFF) as u16));
        if class != 0 {
            anyhow::ensure!(known.contains(&key), "a record of the raw log at {at:#x} is not read back");
            original.records.push((at as u64..(at + size) as u64, key));
        }
        at += size;
    }
    Ok(original)
}

fn export(kind: &'static str, file: &'static str, bytes: Vec<u8>) -> Result<Original> {
    let mut original = Original::new(kind, file, bytes);
    let read = ImportFile::from_held(original.bytes.clone())?;
    let rows: Vec<(u64, u64)> =
        read.rows().filter_map(|(_, row)| row.ok()).map(|r| (r.offset(), row_key(&r))).collect();
    let ends = rows.iter().skip(1).map(|(at, _)| *at).chain([original.bytes.len() as u64]);
    original.records = rows.iter().zip(ends).map(|((at, key), end)| (*at..end, *key)).collect();
    Ok(original)
}

fn etl(bytes: Vec<u8>) -> Result<Original> {
    let mut original = Original::new("ETL", "boot.etl", bytes);
    original.records = etl_records(&EtlFile::from_bytes(&original.bytes)?);
    Ok(original)
}

/// A file of the folder of real traces, unpacked; nothing if it is absent.
fn real(folder: Option<&Path>, name: &str) -> Option<Vec<u8>> {
    let folder = folder?;
    std::fs::read(folder.join(name)).ok().or_else(|| {
        let packed = folder.join(format!("{name}.xz"));
        let out = Command::new("xz").arg("-dkc").arg(packed).output().ok()?;
        out.status.success().then_some(out.stdout)
    })
}

/// Columns of the synthetic exports: Process Monitor's own default, and those that distinguish processes.
const COLUMNS: [Column; 9] = [
    Column::TimeOfDay,
    Column::ProcessName,
    Column::Pid,
    Column::Operation,
    Column::Path,
    Column::Result,
    Column::Detail,
    Column::Tid,
    Column::ParentPid,
];

fn csv(log: &PmlFile) -> String {
    let style = pml_reader::Style::procmon(0);
    let mut out = String::from("\u{FEFF}");
    let row = |fields: &mut dyn Iterator<Item = String>, out: &mut String| {
        let quoted: Vec<String> = fields.map(|f| format!("\"{}\"", f.replace('"', "\"\""))).collect();
        out.push_str(&quoted.join(","));
        out.push_str("\r\n");
    };
    row(&mut COLUMNS.iter().map(|c| c.heading().to_owned()), &mut out);
    for event in log.events().flatten() {
        let text = |column: &Column| {
            let mut text = String::new();
            style.push(&event, *column, &mut text);
            text
        };
        row(&mut COLUMNS.iter().map(text), &mut out);
    }
    out
}

/// All files that are damaged: synthetic ones, and beginnings of the real ones if their folder is given.
pub(super) fn originals(folder: Option<&Path>) -> Result<Vec<Original>> {
    let mut all = Vec::new();
    let mut logs = Vec::new();
    for (scenario, is_64bit) in SCENARIOS.iter().step_by(SCENARIOS.len() / 4).zip([true, false, true, true]) {
        let made = make(scenario, Options { seed: 7, is_64bit, noise: 60 })?;
        all.push(Original::new("CBS.log", "CBS.log", made.cbs_log.into_bytes()));
        logs.push(made.pml);
    }
    for name in ["LogfileTests64bitUTC", "LogfileTests32bitUTC", "LogFileUTC64Filesystem", "Noriben-v7-xp32"]
    {
        let Some(bytes) = real(folder, &format!("pml/{name}.PML")) else { continue };
        let file = PmlFile::from_vec(bytes)?;
        let part = 0..file.len().min(1_200);
        logs.push(write_subset(&file, part, Cursor::new(Vec::new()))?.0.into_inner());
    }
    for bytes in logs {
        let log = PmlFile::from_vec(bytes.clone())?;
        all.push(raw(&log)?);
        all.push(export("CSV", "Logfile.CSV", csv(&log).into_bytes())?);
        let xml = XmlExport { columns: &COLUMNS, utc_offset_minutes: 0, stacks: false }.write(&log);
        all.push(export("XML", "Logfile.XML", xml.into_bytes())?);
        let twin = etl_twin(&log, EtlForm::Kernel).context("an ETL twin")?;
        all.push(etl(twin.bytes)?);
        all.push(pml("PML, not closed", unclean(bytes.clone())?)?);
        all.push(pml("PML", bytes)?);
    }
    all.push(Original::new("pending.xml", "pending.xml", include_bytes!("data/pending.xml").to_vec()));
    all.push(Original::new(
        "setupapi.dev.log",
        "setupapi.dev.log",
        include_bytes!("data/setupapi.dev.log").to_vec(),
    ));
    all.push(Original::new("poqexec.log", "poqexec.log", include_bytes!("data/poqexec.log").to_vec()));
    for (kind, file, name) in [
        ("event log", "System.evtx", "logs/System.evtx"),
        ("registry hive", "SYSTEM", "logs/SYSTEM-hive-corrupted"),
        ("CBS.log", "CBS.log", "logs/cbs-26100-container-installer-rollback.log"),
        ("ETL", "compressed.etl", "etl/SelfDescribingSingleEvent-22000-compressed.etl"),
        ("ETL", "Process.etl", "etl/Process-7600.etl"),
    ] {
        all.extend(real(folder, name).map(|bytes| Original::new(kind, file, bytes)));
    }
    let bundle = zipped(&all)?;
    all.push(Original::new("zip", "case.zip", bundle));
    Ok(all)
}

/// A bundle of a log and a trace.
fn zipped(all: &[Original]) -> Result<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for kind in ["CBS.log", "PML", "setupapi.dev.log"] {
        let member = all.iter().find(|o| o.kind == kind).context("a member of the bundle")?;
        zip.start_file(member.file, zip::write::SimpleFileOptions::default())?;
        std::io::Write::write_all(&mut zip, &member.bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}
