//! How fast records are counted, put in order, decoded and resolved. The traces are synthetic, so that it runs
//! anywhere. `examples/measure.rs` does the same for large files.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::cast_sign_loss,
    reason = "a failure ends the program"
)]

use std::hint::black_box;
use std::ops::ControlFlow;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use etl_reader::names::Trace;
use etl_reader::write::{EtlWriter, NewRecord, Session, encode};
use etl_reader::{
    Compression, Decoder, EtlFile, EventId, FileTime, PointerWidth, RecordKind, Summary, Value, in_order,
};

const OPERATIONS: u64 = 50_000;

/// Openings and their ends on two processors.
fn trace(compression: Option<Compression>) -> Vec<u8> {
    let session = Session { compression, ..Session::default() };
    let start = session.start.0;
    let mut writer = EtlWriter::new(session).expect("a default session fits");
    for number in 0..OPERATIONS {
        let path = format!("\\Device\\HarddiskVolume3\\Windows\\WinSxS\\file{}.dll", number % 5_000);
        let irp = ("Irp", Value::Pointer(0xffff_a000_0000_0000 + number % 16 * 0x100));
        let object = ("FileObject", Value::Pointer(0xffff_b000_0000_0000 + number % 5_000 * 0x40));
        let open = [irp.clone(), object, ("OpenPath", path.as_str().into())];
        let end = [irp, ("NtStatus", Value::Hex(0))];
        for (opcode, values, after) in [(64, &open[..], 0), (76, &end[..], 9)] {
            let event = EventId::Kernel { group: 4, opcode, version: 3 };
            let payload = encode(event, PointerWidth::Bits64, values).expect("the event is in the tables");
            let mut record = NewRecord::new(event, FileTime(start + number as i64 * 20 + after), &payload);
            (record.cpu, record.pid, record.tid) = (((number + after as u64) % 2) as u16, Some(4), Some(8));
            record.kind = RecordKind::System;
            writer.write(&record).expect("the record fits");
        }
    }
    writer.finish()
}

fn read(criterion: &mut Criterion) {
    for (name, compression) in [("plain", None), ("xpress", Some(Compression::Xpress))] {
        let bytes = trace(compression);
        let file = EtlFile::from_bytes(&bytes).expect("the writer writes files");
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(2 * OPERATIONS));
        group.bench_function("counts", |bencher| bencher.iter(|| Summary::of(black_box(&file)).records));
        group.bench_function("in order", |bencher| {
            bencher.iter(|| {
                let mut records = 0;
                let _ = in_order(&[&file], |_, record| {
                    records += u64::from(record.is_ok());
                    ControlFlow::<()>::Continue(())
                });
                records
            });
        });
        group.bench_function("decode", |bencher| {
            let decoder = Decoder::new();
            bencher.iter(|| {
                let buffers = file.buffers().iter().map(|entry| file.read(entry));
                let fields = |buffer: etl_reader::EtlBuffer<'_>| -> usize {
                    buffer.records().flatten().map(|record| decoder.decode(&record).fields.len()).sum()
                };
                buffers.map(fields).sum::<usize>()
            });
        });
        group.throughput(Throughput::Elements(OPERATIONS));
        group.bench_function("operations", |bencher| {
            bencher.iter(|| {
                let trace = Trace::read(&[&file]);
                let mut failures = 0;
                let _ = trace.operations(&[&file], |operation| {
                    failures += u64::from(operation.status != Some(0));
                    ControlFlow::<()>::Continue(())
                });
                failures
            });
        });
        group.finish();
    }
}

criterion_group!(benches, read);
criterion_main!(benches);
