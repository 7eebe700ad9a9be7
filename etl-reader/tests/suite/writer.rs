//! What is written reads back.

use crate::support;

use etl_reader::write::{EtlWriter, NewRecord, Session, encode};
use etl_reader::{
    Compression, Decoder, EtlError, EtlFile, EtlRecord, EventId, FileTime, Guid, PointerWidth, RecordKind,
    Sid, Summary, Value, item,
};

const FILE_CREATE: EventId = EventId::Kernel { group: 4, opcode: 64, version: 3 };

fn compressions() -> [Option<Compression>; 4] {
    [None, Some(Compression::Xpress), Some(Compression::XpressHuffman), Some(Compression::Lznt1)]
}

fn records<'f>(buffers: &'f [etl_reader::EtlBuffer<'f>]) -> Vec<EtlRecord<'f>> {
    buffers.iter().flat_map(|buffer| buffer.records().map(Result::unwrap)).collect()
}

/// Every record of a real file, written and read again, is the same record.
#[test]
fn real_files_survive_a_round_trip() {
    for name in support::FILES {
        let Some(bytes) = support::bytes(name) else { continue };
        let file = EtlFile::from_bytes(&bytes).unwrap();
        for compression in compressions() {
            let header = file.header();
            let session = Session {
                name: header.session_name.clone(),
                file_name: header.file_name.clone(),
                start: header.start_time,
                end: Some(header.end_time),
                boot: header.boot_time,
                first_ticks: header.first_ticks,
                perf_freq: header.perf_freq,
                clock_type: header.clock_type,
                processors: header.processors,
                build: header.build,
                compression,
                ..Session::default()
            };
            let mut writer = EtlWriter::new(session).unwrap();
            let buffers: Vec<_> = file.buffers().iter().map(|entry| file.read(entry)).collect();
            let mut last = FileTime::default();
            let mut old = records(&buffers);
            // Compressing all of a large file takes long without optimization.
            old.truncate(if compression.is_some() { 3_000 } else { usize::MAX });
            for record in old.iter().skip(1) {
                last = record.time().unwrap_or(last);
                writer.write(&NewRecord::copy_of(record, last)).unwrap();
            }
            let written = writer.finish();
            let again = EtlFile::from_bytes(&written).unwrap();
            assert_eq!(again.header().start_time, header.start_time, "{name}");
            assert_eq!(again.header().session_name, header.session_name, "{name}");
            let again_buffers: Vec<_> = again.buffers().iter().map(|entry| again.read(entry)).collect();
            let mut new = records(&again_buffers);
            assert_eq!(old.len(), new.len(), "{name} {compression:?}");
            // The writer orders by processor; within one the order is the same.
            old.sort_by_key(|record| record.cpu);
            new.sort_by_key(|record| record.cpu);
            let first = (old.remove(0).event, new.remove(0).event);
            assert_eq!(first.0, first.1, "{name}");
            for (old, new) in old.iter().zip(&new) {
                let place = format!("{name} {compression:?} {old:?} {new:?}");
                assert_eq!((old.kind, old.width, old.event), (new.kind, new.width, new.event), "{place}");
                assert_eq!((old.time(), old.pid, old.tid), (new.time(), new.pid, new.tid), "{place}");
                assert_eq!((old.activity, old.flags), (new.activity, new.flags), "{place}");
                assert!(old.extended.iter().eq(new.extended.iter()), "{place}");
                // Records are padded to eight bytes; PERFINFO extensions are not written.
                assert!(old.payload == new.payload, "{place}");
            }
        }
    }
}

#[test]
fn all_kinds_of_headers() {
    let provider: Guid = "edd08927-9cc4-4e65-b970-c2560fb5c289".parse().unwrap();
    let class = Guid::new(1, 2, 3, [4; 8]);
    let events = [
        EventId::Kernel { group: 3, opcode: 10, version: 2 },
        EventId::Class { class, opcode: 7, level: 4, version: 3 },
        EventId::Provider {
            provider,
            id: 12,
            version: 1,
            channel: 16,
            level: 4,
            opcode: 1,
            task: 9,
            keyword: 0xa0,
        },
        EventId::Message { message: Some(class), component: None, number: 10, sequence: Some(7) },
        EventId::Message { message: None, component: Some(3), number: 11, sequence: None },
    ];
    let kinds = [RecordKind::System, RecordKind::Compact, RecordKind::PerfInfo];
    let activity = [5; 16];
    for compression in compressions() {
        for width in [PointerWidth::Bits32, PointerWidth::Bits64] {
            let session = Session { compression, width, ..Session::default() };
            let start = session.start;
            let mut writer = EtlWriter::new(session).unwrap();
            let mut wanted = Vec::new();
            for (n, (event, kind)) in events.iter().flat_map(|e| kinds.map(|k| (*e, k))).enumerate() {
                let mut record = NewRecord::new(event, FileTime(start.0 + n as i64), b"payload");
                record.kind = kind;
                record.width = width;
                record.pid = Some(4);
                record.tid = Some(8);
                if matches!(event, EventId::Provider { .. }) {
                    record.activity = class;
                    record.extended = vec![(item::RELATED_ACTIVITY, &activity), (item::SID, b"123")];
                }
                writer.write(&record).unwrap();
                wanted.push(record);
            }
            let bytes = writer.finish();
            let file = EtlFile::from_bytes(&bytes).unwrap();
            assert_eq!(Summary::of(&file).damaged, 0);
            let buffers: Vec<_> = file.buffers().iter().map(|entry| file.read(entry)).collect();
            let found = records(&buffers);
            assert_eq!(found.len(), wanted.len() + 1);
            for (record, wanted) in found.iter().skip(1).zip(&wanted) {
                assert_eq!(record.event, wanted.event);
                assert_eq!(record.time(), Some(wanted.time));
                assert_eq!(record.payload, wanted.payload);
                assert_eq!(record.activity, wanted.activity);
                assert_eq!(record.width, width);
                assert_eq!(record.extended.iter().collect::<Vec<_>>(), wanted.extended);
                let ids = if record.kind == RecordKind::PerfInfo { (None, None) } else { (Some(4), Some(8)) };
                assert_eq!((record.pid, record.tid), ids);
            }
        }
    }
}

#[test]
fn payloads_by_name() {
    let user = [1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0];
    let start = EventId::Kernel { group: 3, opcode: 1, version: 4 };
    for width in [PointerWidth::Bits32, PointerWidth::Bits64] {
        let values = [
            ("ProcessId", Value::from(1234_u32)),
            ("ExitStatus", Value::Signed(-1)),
            ("UserSID", Value::Sid(Sid::at(&user).unwrap())),
            ("ImageFileName", Value::from("TiWorker.exe")),
            ("CommandLine", Value::from("TiWorker.exe -Embedding 日本")),
        ];
        let payload = encode(start, width, &values).unwrap();
        let mut writer = EtlWriter::new(Session::default()).unwrap();
        let mut record = NewRecord::new(start, Session::default().start, &payload);
        record.width = width;
        writer.write(&record).unwrap();
        let bytes = writer.finish();
        let file = EtlFile::from_bytes(&bytes).unwrap();
        let buffer = file.read(&file.buffers()[1]);
        let record = buffer.records().next().unwrap().unwrap();
        let decoder = Decoder::new();
        let decoded = decoder.decode(&record);
        assert!(decoded.is_exact(), "{decoded:?}");
        assert_eq!(decoded.event, "Start");
        assert_eq!(decoded.u32("ProcessId"), Some(1234));
        assert_eq!(decoded.u32("ExitStatus"), Some(u32::MAX));
        assert_eq!(decoded.get("UserSID").unwrap().to_string(), "S-1-5-18");
        assert_eq!(decoded.text("CommandLine").unwrap(), "TiWorker.exe -Embedding 日本");
        assert_eq!(decoded.text("PackageFullName").unwrap(), "");
    }
}

#[test]
fn counted_strings_write_their_length() {
    let provider = "43e63da5-41d1-4fbf-aded-1bbed98fdd1d".parse().unwrap();
    let event = EventId::Provider {
        provider,
        id: 1,
        version: 0,
        channel: 0,
        level: 4,
        opcode: 1,
        task: 1,
        keyword: 0,
    };
    let payload = encode(event, PointerWidth::Bits64, &[("ImageName", Value::from("poqexec"))]).unwrap();
    assert_eq!(payload.len(), 4 + 2 + 14);
    assert_eq!(payload[4..6], [7, 0]);
}

#[test]
fn mistakes_of_the_caller_are_told() {
    let width = PointerWidth::Bits64;
    let unknown = EventId::Kernel { group: 4, opcode: 64, version: 9 };
    assert_eq!(encode(unknown, width, &[]).unwrap_err().name(), "field");
    let error = encode(FILE_CREATE, width, &[("Path", Value::from("x"))]).unwrap_err();
    assert_eq!(error.to_string(), "Path is not a field of the event");
    let error = encode(FILE_CREATE, width, &[("OpenPath", Value::from(1_u32))]).unwrap_err();
    assert_eq!(error.to_string(), "OpenPath has a value of another type");
    let mut writer = EtlWriter::new(Session { buffer_size: 0x1000, ..Session::default() }).unwrap();
    let large = vec![0; 0x1000];
    let record = NewRecord::new(FILE_CREATE, FileTime(0), &large);
    assert!(matches!(writer.write(&record), Err(EtlError::TooLarge { .. })));
    assert!(EtlWriter::new(Session { buffer_size: 100, ..Session::default() }).is_err());
    // It fits the buffer, but the header's 16 bits cannot say how long it is.
    let session = Session { name: "n".repeat(40_000), buffer_size: 1 << 20, ..Session::default() };
    assert!(matches!(EtlWriter::new(session), Err(EtlError::TooLarge { limit: 0xffff, .. })));
}
