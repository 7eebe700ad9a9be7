//! Lists the events of log files: how many of each, and how well their payloads are understood.
//!
//! `cargo run --example survey -- FILE.etl`
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure ends the program")]

use std::collections::BTreeMap;

use etl_reader::{Decoder, EtlFile, EtlRecord, EventId, Source};

fn key(record: &EtlRecord<'_>) -> String {
    match record.event {
        EventId::Kernel { group, opcode, version } => format!("kernel {group}/{opcode} v{version}"),
        EventId::Class { class, opcode, version, .. } => format!("class {class}/{opcode} v{version}"),
        EventId::Provider { provider, id, version, .. } => format!("provider {provider}/{id} v{version}"),
        EventId::Message { number, .. } => format!("message {number}"),
        EventId::Unknown { header_type } => format!("unknown {header_type:#x}"),
    }
}

#[derive(Default)]
struct Row {
    count: u64,
    exact: u64,
    errors: u64,
    name: String,
    source: Option<Source>,
    sample: String,
}

fn main() -> Result<(), etl_reader::EtlError> {
    for path in std::env::args().skip(1) {
        let file = EtlFile::open(&path)?;
        let mut decoder = Decoder::new();
        decoder.learn(&file);
        let mut rows: BTreeMap<String, Row> = BTreeMap::new();
        for entry in file.buffers() {
            for record in file.read(entry).records() {
                let record = match record {
                    Ok(record) => record,
                    Err(error) => {
                        println!("{error}");
                        continue;
                    }
                };
                let decoded = decoder.decode(&record);
                let row = rows.entry(key(&record)).or_default();
                row.count += 1;
                row.exact += u64::from(decoded.is_exact());
                row.errors += u64::from(decoded.error.is_some());
                if row.count == 1 || (row.errors == 1 && decoded.error.is_some()) {
                    row.name = format!("{}/{}", decoded.provider, decoded.event);
                    row.source = Some(decoded.source);
                    let fields = decoded.fields.iter().map(|(name, value)| format!("{name}={value}"));
                    row.sample = fields.collect::<Vec<_>>().join(" ");
                    row.sample += &format!(" +{} {}", decoded.rest.len(), decoded.error.unwrap_or_default());
                }
            }
        }
        println!("{path}");
        for (key, row) in rows {
            let sample: String = row.sample.chars().take(300).collect();
            println!(
                "{key}: {} of {} exact, {} errors, {:?} {} {sample}",
                row.exact, row.count, row.errors, row.source, row.name
            );
        }
    }
    Ok(())
}
