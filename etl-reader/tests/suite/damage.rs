//! Damaged, cut, synthetic and unusual files.

use crate::support;

use std::ops::ControlFlow;

use etl_reader::names::Trace;
use etl_reader::write::{EtlWriter, NewRecord, Session};
use etl_reader::{
    BUFFER_HEADER, ClockType, Compression, Decoder, EtlError, EtlFile, EventId, FileTime, Summary, in_order,
};

/// Everything a caller may do with a file. Returns the records and the errors.
fn exercise(bytes: &[u8]) -> Option<(u64, u64)> {
    let file = EtlFile::from_bytes(bytes).ok()?;
    let summary = Summary::of(&file);
    let mut decoder = Decoder::new();
    decoder.learn(&file);
    let (mut records, mut errors) = (0, 0);
    let _ = in_order(&[&file], |_, record| {
        match record {
            Ok(record) => {
                records += 1;
                let decoded = decoder.decode(record);
                for (name, value) in &decoded.fields {
                    let _ = (name.len(), value.to_string());
                }
            }
            Err(error) => {
                errors += 1;
                assert!(!error.to_string().is_empty());
            }
        }
        ControlFlow::<()>::Continue(())
    });
    assert_eq!((records, errors), (summary.records, summary.damaged), "both walks see the same");
    let trace = Trace::read(&[&file]);
    let _ = trace.operations(&[&file], |operation| {
        let _ = trace.names().volumes().dos_path(&operation.path().to_string()).len();
        ControlFlow::<()>::Continue(())
    });
    Some((records, errors))
}

/// A small file with one event in each of `cpus` processors' buffers, `each` events a processor.
fn made(cpus: u16, each: i64, session: Session) -> Vec<u8> {
    let start = session.start;
    let mut writer = EtlWriter::new(session).unwrap();
    for number in 0..each {
        for cpu in 0..cpus {
            let event = EventId::Kernel { group: 15, opcode: 46, version: 2 };
            let time = FileTime(start.0 + number * 100 + i64::from(cpu));
            let mut record = NewRecord::new(event, time, &[7; 24]);
            record.cpu = cpu;
            writer.write(&record).unwrap();
        }
    }
    writer.finish()
}

fn small() -> Session {
    Session { buffer_size: 0x1000, ..Session::default() }
}

fn samples() -> Vec<(String, Vec<u8>)> {
    let mut samples: Vec<(String, Vec<u8>)> = Vec::new();
    for name in ["SelfDescribingSingleEvent-22000-compressed.etl", "WindowsUpdate-22631.etl"] {
        samples.extend(support::bytes(name).map(|bytes| (name.to_owned(), bytes)));
    }
    for compression in [None, Some(Compression::Xpress), Some(Compression::XpressHuffman)] {
        let bytes = made(2, 60, Session { compression, ..small() });
        samples.push((format!("made {compression:?}"), bytes));
    }
    samples
}

#[test]
fn every_prefix_gives_a_result() {
    for (name, bytes) in samples() {
        let whole = exercise(&bytes).unwrap();
        assert_eq!(whole.1, 0, "{name}");
        let step = bytes.len().div_ceil(150);
        let mut last = 0;
        for length in (0..bytes.len()).step_by(step) {
            let prefix = &bytes[..length];
            if let Some((records, errors)) = exercise(prefix) {
                assert!(records >= last, "{name}: {length} bytes give fewer records than less did");
                assert!(records < whole.0 || errors <= 1, "{name}: {length}");
                last = records;
            }
        }
        assert!(last + 70 > whole.0, "{name}: {last} of {} before the end", whole.0);
    }
}

#[test]
fn random_changes_give_a_result() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % below
    };
    for (name, bytes) in samples() {
        let whole = exercise(&bytes).unwrap().0;
        let (mut opened, mut fewer) = (0, 0);
        for _ in 0..150 {
            let mut changed = bytes.clone();
            for _ in 0..1 + random(8) {
                let at = random(changed.len());
                changed[at] = match random(4) {
                    0 => 0,
                    1 => 0xff,
                    _ => random(256) as u8,
                };
            }
            if let Some((records, _)) = exercise(&changed) {
                opened += 1;
                fewer += u32::from(records < whole);
            }
        }
        assert!(opened > 100, "{name}: only {opened} could be opened");
        assert!(fewer > 0, "{name}: no change did any harm");
    }
}

#[test]
fn only_the_header_can_fail_the_opening() {
    let good = made(1, 10, small());
    let error = EtlFile::from_bytes(&[]).unwrap_err();
    assert!(matches!(error, EtlError::Truncated { what: "buffer header", need: 72, have: 0, .. }), "{error}");
    let mut bad = good.clone();
    bad[BUFFER_HEADER + 6] = 9;
    let error = EtlFile::from_bytes(&bad).unwrap_err();
    assert!(matches!(error, EtlError::Invalid { what: "first record", offset: 72, .. }), "{error}");
    let error = EtlFile::from_bytes(&good[..0x100]).unwrap_err();
    assert!(matches!(error, EtlError::Truncated { .. }), "{error}");
    assert_eq!(error.name(), "truncated");
    assert!(EtlFile::open("no such file").is_err_and(|error| error.name() == "io"));
}

/// A buffer whose header is gone costs its own records only, where buffers lie on a grid.
#[test]
fn a_lost_buffer_header() {
    let Some(good) = support::bytes("WindowsUpdate-22631.etl") else { return };
    let whole = exercise(&good).unwrap().0;
    let lost = {
        let file = EtlFile::from_bytes(&good).unwrap();
        file.read(&file.buffers()[3]).records().count() as u64
    };
    let mut bad = good.clone();
    bad[3 * 4096..3 * 4096 + 8].fill(0xee);
    assert_eq!(exercise(&bad), Some((whole - lost, 1)));
    let file = EtlFile::from_bytes(&bad).unwrap();
    assert_eq!(file.damage().len(), 1);
    assert_eq!(file.damage()[0].offset(), Some(3 * 4096));
}

/// A stretch that is missing, or put between, costs the rest of its buffer: the buffers behind it are found where
/// they are now.
#[test]
fn buffers_that_moved() {
    for (name, good) in samples() {
        let (whole, _) = exercise(&good).unwrap();
        let file = EtlFile::from_bytes(&good).unwrap();
        let of =
            |place: usize| file.read(&file.buffers()[place]).records().filter(Result::is_ok).count() as u64;
        for (place, entry) in file.buffers().iter().enumerate().skip(1) {
            let begin = usize::try_from(entry.offset).unwrap();
            let inside = begin + BUFFER_HEADER + 13;
            let mut missing = good.clone();
            missing.drain(inside..(inside + 101).min(good.len()));
            let mut between = good.clone();
            between.splice(inside..inside, [0x5a; 37]);
            let mut before = good.clone();
            before.splice(begin..begin, [0x5a; 37]);
            for (what, bad, lost) in
                [("missing", missing, of(place)), ("between", between, of(place)), ("before", before, 0)]
            {
                let (records, errors) = exercise(&bad).unwrap();
                assert!(
                    records >= whole - lost && records <= whole,
                    "{name} {place} {what}: {records} of {whole}"
                );
                assert!(errors > 0, "{name} {place} {what}: nothing is told");
            }
        }
    }
}

/// The size of a buffer stands in the first buffer's header and in the log file's header, too: where one of them is
/// wrong, the other buffers tell it.
#[test]
fn wrong_sizes_in_the_headers() {
    let good = made(2, 600, small());
    let whole = exercise(&good).unwrap().0;
    for (at, size) in [(0, 0x7fff_0000_u32), (0, 0), (0x68, 0x2000), (0x68, 0x40), (0x68, 0)] {
        let mut bad = good.clone();
        bad[at..at + 4].copy_from_slice(&size.to_le_bytes());
        let (records, _) = exercise(&bad).unwrap();
        assert_eq!(records, whole, "{size:#x} at {at:#x}");
    }
}

/// A record whose size is wrong costs the rest of its buffer, and is told once.
#[test]
fn a_damaged_record() {
    let good = made(1, 30, small());
    let file = EtlFile::from_bytes(&good).unwrap();
    let second = usize::try_from(file.buffers()[1].offset).unwrap() + BUFFER_HEADER + 10 * 56;
    let mut bad = good.clone();
    bad[second + 4..second + 6].copy_from_slice(&0xfff0_u16.to_le_bytes());
    assert_eq!(exercise(&bad), Some((11, 1)));
    let file = EtlFile::from_bytes(&bad).unwrap();
    let buffer = file.read(&file.buffers()[1]);
    let error = buffer.records().find_map(Result::err).unwrap();
    assert!(
        matches!(error, EtlError::Truncated { what: "record", offset, need: 0xfff0, .. } if offset == second as u64),
        "{error}"
    );
}

/// A circular file begins anywhere: its buffers are put in the order of their numbers.
#[test]
fn circular_files_are_put_in_order() {
    let good = made(2, 400, small());
    let rest = &good[0x1000..];
    let middle = rest.len() / 0x1000 / 2 * 0x1000;
    let turned: Vec<u8> = [&good[..0x1000], &rest[middle..], &rest[..middle]].concat();
    let times = |bytes: &[u8]| {
        let file = EtlFile::from_bytes(bytes).unwrap();
        let mut times = Vec::new();
        let _ = in_order(&[&file], |_, record| {
            times.push(record.unwrap().time());
            ControlFlow::<()>::Continue(())
        });
        times
    };
    assert_eq!(times(&turned), times(&good));
    assert!(times(&turned).is_sorted());
}

#[test]
fn the_walk_can_be_left() {
    let bytes = made(2, 100, small());
    let file = EtlFile::from_bytes(&bytes).unwrap();
    let mut seen = 0;
    let flow = in_order(&[&file], |_, _| {
        seen += 1;
        if seen == 7 { ControlFlow::Break("enough") } else { ControlFlow::Continue(()) }
    });
    assert_eq!((flow, seen), (ControlFlow::Break("enough"), 7));
}

#[test]
fn other_clocks_and_lost_events() {
    for (clock_type, cpu_mhz) in [(ClockType::SystemTime, 0), (ClockType::CpuCycles, 3_000)] {
        let session = Session { clock_type, cpu_mhz, events_lost: 41, ..small() };
        let start = session.start;
        let bytes = made(1, 5, session);
        let file = EtlFile::from_bytes(&bytes).unwrap();
        assert_eq!(file.header().clock_type, clock_type);
        assert_eq!(file.header().events_lost, 41);
        let buffer = file.read(&file.buffers()[1]);
        let times: Vec<_> = buffer.records().map(|r| r.unwrap().time().unwrap().0 - start.0).collect();
        assert_eq!(times, [0, 100, 200, 300, 400]);
    }
}

/// Three hundred processors that each claim a buffer of a megabyte: refused, not allocated.
#[test]
fn claims_of_memory_are_refused() {
    let compression = Some(Compression::Xpress);
    let session = Session { buffer_size: 1 << 20, compression, ..Session::default() };
    let start = session.start;
    let mut writer = EtlWriter::new(session).unwrap();
    let zeros = vec![0; 65_000];
    for _ in 0..16 {
        let event = EventId::Kernel { group: 15, opcode: 46, version: 2 };
        writer.write(&NewRecord::new(event, start, &zeros)).unwrap();
    }
    let mut bytes = writer.finish();
    let buffer = usize::try_from(EtlFile::from_bytes(&bytes).unwrap().buffers()[1].offset).unwrap();
    // A buffer of 65 KB of zeros takes a few bytes: pad it, so that its ratio is one that is allowed.
    let mut copy = bytes.split_off(buffer);
    copy.resize(0x1000, 0);
    copy[..4].copy_from_slice(&0x1000_u32.to_le_bytes());
    for cpu in 0..300_u16 {
        copy[0x28..0x2a].copy_from_slice(&cpu.to_le_bytes());
        bytes.extend_from_slice(&copy);
    }
    let file = EtlFile::from_bytes(&bytes).unwrap();
    let mut refused = 0;
    let _ = in_order(&[&file], |_, record| {
        if let Err(error) = record {
            assert!(matches!(error, EtlError::TooLarge { .. }), "{error}");
            refused += 1;
        }
        ControlFlow::<()>::Continue(())
    });
    assert_eq!(refused, 300);
}
