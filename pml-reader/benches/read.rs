//! Opening a log, walking its records, and printing all columns: `cargo bench -p pml-reader`.
//!
//! The log is the committed sample, or the one that `BOOTRACE_BENCH_PML` names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure ends the program")]

use std::{hint::black_box, path::PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pml_reader::{COLUMNS, PmlFile, Style};

fn log() -> PathBuf {
    std::env::var_os("BOOTRACE_BENCH_PML").map_or_else(
        || {
            PathBuf::from(env!("CARGO_MANIFEST_DIR"))
                .join("../sample-traces/samples/driver-queue-access-denied.pml")
        },
        PathBuf::from,
    )
}

fn read(c: &mut Criterion) {
    let path = log();
    c.bench_function("open", |b| b.iter(|| PmlFile::open(black_box(&path)).unwrap().len()));
    let file = PmlFile::open(&path).unwrap();
    let mut group = c.benchmark_group("events");
    group.throughput(Throughput::Elements(file.len() as u64));
    group.bench_function("scan", |b| {
        b.iter(|| file.events().filter(|e| e.as_ref().is_ok_and(|e| e.status() != 0)).count());
    });
    group.bench_function("decode", |b| {
        let style = Style::default();
        let mut text = String::new();
        b.iter(|| {
            for event in file.events().flatten() {
                text.clear();
                COLUMNS.iter().for_each(|(column, _)| style.push(&event, *column, &mut text));
                black_box(text.len());
            }
        });
    });
    group.finish();
}

criterion_group!(benches, read);
criterion_main!(benches);
