//! Every real file gives what an independent scanner counted in it.

use crate::support;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use etl_reader::{EtlFile, PointerWidth, RecordKind, Summary, in_order};
use serde_json::{Value, json};

fn kind(kind: RecordKind, width: PointerWidth) -> String {
    let name = match kind {
        RecordKind::System => "SYS",
        RecordKind::Compact => "COMPACT",
        RecordKind::PerfInfo => "PERF",
        RecordKind::Full => "FULL",
        RecordKind::Instance => "INST",
        RecordKind::Event => "EVT",
        RecordKind::Message => return "MSG".into(),
        RecordKind::Other => return "OTHER".into(),
    };
    format!("{name}{}", width.bytes() * 8)
}

fn group(number: u8) -> &'static str {
    match number {
        0 => "Header",
        1 => "DiskIo",
        2 => "Memory",
        3 => "Process",
        4 => "FileIo",
        5 => "Thread",
        6 => "TcpIp",
        8 => "UdpIp",
        11 => "Config",
        15 => "PerfInfo",
        20 => "Image",
        24 => "StackWalk",
        _ => "?",
    }
}

fn count<K: ToString>(keys: impl Iterator<Item = K>) -> Value {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    keys.for_each(|key| *counts.entry(key.to_string()).or_default() += 1);
    json!(counts)
}

fn header(file: &EtlFile<'_>) -> Value {
    let h = file.header();
    let names: Vec<&String> = [&h.session_name, &h.file_name].into_iter().filter(|n| !n.is_empty()).collect();
    json!({
        "BootTime": h.boot_time.0, "BufferSize": h.buffer_size, "BuffersLost": h.buffers_lost,
        "BuffersWritten": h.buffers_written, "Build": h.build, "ClockType": h.clock_type.number(),
        "CpuMHz": h.cpu_mhz, "EndTime": h.end_time.0, "EventsLost": h.events_lost,
        "LogFileMode": format!("{:#x}", h.log_file_mode), "MaxFile": h.maximum_file_size, "Names": names,
        "NumCPU": h.processors, "OS": h.os_version.map(|n| n.to_string()).join("."),
        "PerfFreq": h.perf_freq, "PtrSize": h.pointer_size, "StartBuffers": h.start_buffers,
        "StartTime": h.start_time.0, "TimerRes": h.timer_resolution,
    })
}

fn providers(summary: &Summary, expected: &Value) -> Value {
    let found = |name: &str| match name.strip_prefix("MOF:") {
        Some(class) => summary.classes.get(&class.parse().unwrap()).copied(),
        None => summary.providers.get(&name.parse().unwrap()).copied(),
    };
    let pairs = expected.as_array().unwrap();
    pairs.iter().map(|pair| json!([pair[0], found(pair[0].as_str().unwrap())])).collect()
}

#[test]
fn real_files_give_the_counted_values() {
    let Some(expected) = support::json("expected.json") else { return };
    for name in support::FILES {
        let Some(bytes) = support::bytes(name) else { continue };
        let want = &expected[name];
        let file = EtlFile::from_bytes(&bytes).unwrap();
        let check = |what: &str, found: Value| assert_eq!(found, want[what], "{name}: {what}");

        let buffers = || file.buffers().iter().map(|entry| entry.header);
        check("hdr", header(&file));
        check("hdr_ts", json!(file.header().first_ticks.0));
        check("bytes", json!(file.size()));
        check("n_buffers", json!(file.buffers().len()));
        check("buf_flags", count(buffers().map(|b| format!("{:#x}", b.buffer_flag))));
        check("buf_states", count(buffers().map(|b| format!("{:#x}", b.state))));
        check("buf_types", count(buffers().map(|b| b.buffer_type)));
        check("clock_bits", count(buffers().map(|b| b.clock & 7)));
        check("loggers", count(buffers().map(|b| b.logger_id)));
        check("compressed", json!(buffers().filter(|b| b.is_compressed()).count()));
        check("first_state", json!(format!("{:#x}", file.buffers()[0].header.state)));
        check("cpus", json!(buffers().map(|b| b.cpu()).collect::<BTreeSet<_>>().len()));
        for (size, number) in want["buf_sizes"].as_object().unwrap() {
            let size: u32 = size.parse().unwrap();
            assert_eq!(json!(buffers().filter(|b| b.buffer_size == size).count()), *number, "{name}: {size}");
        }

        let summary = Summary::of(&file);
        assert_eq!(summary.damaged, 0, "{name}");
        check("events", json!(summary.records));
        let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
        for (&(k, width), n) in &summary.kinds {
            *kinds.entry(kind(k, width)).or_default() += n;
        }
        check("kinds", json!(kinds));
        let extended: BTreeMap<String, u64> =
            summary.extended.iter().map(|(k, n)| (k.to_string(), *n)).collect();
        check("ext_types", json!(extended));
        let mut events = BTreeMap::new();
        let mut groups: BTreeMap<&str, u64> = BTreeMap::new();
        for (key, n) in &summary.kernel {
            let header = kind(key.kind, key.width);
            events.insert(format!("{}/{} v{} {header}", group(key.group), key.opcode, key.version), *n);
            *groups.entry(group(key.group)).or_default() += n;
        }
        check("kernel_events", json!(events));
        check("kernel_groups", json!(groups));
        check("top_providers", providers(&summary, &want["top_providers"]));
    }
}

#[test]
fn real_files_merge_by_time() {
    for name in support::FILES {
        let Some(bytes) = support::bytes(name) else { continue };
        let file = EtlFile::from_bytes(&bytes).unwrap();
        let (mut records, mut last) = (0, None);
        let _ = in_order(&[&file], |_, record| {
            let record = record.unwrap();
            records += 1;
            let time = record.time();
            assert!(time >= last, "{name}: {time:?} after {last:?}");
            last = time.or(last);
            ControlFlow::<()>::Continue(())
        });
        assert_eq!(records, Summary::of(&file).records, "{name}");
    }
}
