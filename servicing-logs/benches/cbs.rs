//! Reads CBS.log: all events, on all cores and on one.
//!
//! The log repeats real ones from the data folder to 128 MiB. `BOOTRACE_DATA` names that folder.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failure ends the program"
)]
#![allow(clippy::cast_possible_truncation, reason = "small numbers go into narrow fields")]
#[path = "../tests/suite/common/mod.rs"]
mod common;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use servicing_logs::cbs::CbsLog;

fn cbs(c: &mut Criterion) {
    let names = [
        "cbs-22621-hydration-errors.log",
        "cbs-2025-clean-setupexecute.log",
        "cbs-26100-container-installer-rollback.log",
    ];
    let mut once = Vec::new();
    for name in names {
        let Some(data) = common::real(name) else { return };
        once.extend_from_slice(data.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&data));
    }
    let data = once.repeat((128 << 20) / once.len());
    let mut group = c.benchmark_group("cbs");
    group.sample_size(10).throughput(Throughput::Bytes(data.len() as u64));
    let log = CbsLog::new(&data);
    group.bench_function("scan, all cores", |b| {
        b.iter(|| {
            log.scan(|item| item.code.is_some_and(|(code, _)| code.is_failure()).then_some(item.line))
                .counts
                .events
        });
    });
    group.bench_function("events kept, all cores", |b| b.iter(|| log.events().kept.len()));
    group.bench_function("records, one core", |b| {
        b.iter(|| log.records().flatten().filter(|record| record.event().is_some()).count());
    });
    group.finish();
}

criterion_group!(benches, cbs);
criterion_main!(benches);
