//! Filtering the events of a log: `cargo bench -p timeline`.
//!
//! The log is the committed sample, or the one that `BOOTRACE_BENCH_PML` names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure ends the program")]

use std::path::PathBuf;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pml_reader::PmlFile;
use timeline::query::{Filter, Scratch};

fn filter(c: &mut Criterion) {
    let sample = || {
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../sample-traces/samples/driver-queue-access-denied.pml")
    };
    let path = std::env::var_os("BOOTRACE_BENCH_PML").map_or_else(sample, PathBuf::from);
    let file = PmlFile::open(path).unwrap();
    let mut group = c.benchmark_group("filter");
    group.throughput(Throughput::Elements(file.len() as u64));
    for expression in ["result is ACCESS DENIED", "process-name is TiWorker.exe", r"path contains \WinSxS\"] {
        let filter = Filter::parse(&[expression]).unwrap();
        group.bench_function(expression, |b| {
            b.iter(|| {
                let mut scratch = Scratch::default();
                file.events().flatten().filter(|e| filter.wants(e, &mut scratch)).count()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, filter);
criterion_main!(benches);
