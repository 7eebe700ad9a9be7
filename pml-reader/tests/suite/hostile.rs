//! Logs that are cut off, changed, or no logs at all. Each gives a result, or an error that says what, where and how
//! much.

use crate::common;

use common::made::{Numbers, logs, long_log, walk};
use pml_reader::{HEADER_SIZE, PmlError, PmlFile};
use rayon::prelude::*;

/// Opens the first `length` bytes and walks what opens. Returns how many of the first `events` events could be read.
fn walk_prefix(log: &[u8], length: usize, events: usize) -> Option<usize> {
    let file = PmlFile::from_vec(log[..length].to_vec()).ok()?;
    // Few events are enough where only the tables behind them are cut.
    Some(walk(&file, 0..file.len().min(events)))
}

/// Where the first `count` records end.
fn ends(file: &PmlFile, count: usize) -> Vec<usize> {
    let events = file.events().take(count).map(Result::unwrap);
    events.map(|e| e.offset() as usize + e.raw_record().len()).collect()
}

#[test]
fn every_prefix_of_a_log_is_a_log_or_an_error() {
    let log = long_log(300);
    let whole = PmlFile::from_vec(log.clone()).unwrap();
    assert!(whole.problems().is_empty());
    assert_eq!(walk(&whole, 0..300), 300);
    let ends = ends(&whole, 6);
    let opened = (0..log.len()).into_par_iter().map(|length| {
        let read = walk_prefix(&log, length, 6);
        let there = ends.iter().filter(|end| **end <= length).count();
        let header = length >= HEADER_SIZE as usize;
        assert_eq!(read, header.then_some(there), "the first {length} bytes of {}", log.len());
        usize::from(header)
    });
    assert_eq!(opened.sum::<usize>(), log.len() - HEADER_SIZE as usize);
}

#[test]
fn prefixes_of_a_capture_are_logs_or_errors() {
    let sample =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../sample-traces/samples/driver-queue-access-denied.pml");
    let log = std::fs::read(sample).unwrap();
    let whole = PmlFile::from_vec(log.clone()).unwrap();
    let tables = usize::try_from(whole.header().processes_offset).unwrap();
    // Everything is walked once; a prefix then differs in its tables alone.
    assert_eq!(walk(&whole, 0..whole.len()), whole.len());
    let coarse = (HEADER_SIZE as usize..tables).step_by(1997);
    let fine = (tables..log.len()).step_by(173);
    let lengths: Vec<usize> = coarse.chain(fine).collect();
    let ends = ends(&whole, 20);
    lengths.par_iter().for_each(|length| {
        let there = ends.iter().filter(|end| **end <= *length).count();
        assert_eq!(walk_prefix(&log, *length, 20), Some(there), "the first {length} bytes");
    });
}

#[test]
fn a_hundred_thousand_changed_bytes_do_no_harm() {
    const CHANGES: usize = 100_000;
    let logs = logs(3);
    let each = CHANGES.div_ceil(logs.len());
    let (opened, refused) = logs
        .par_iter()
        .enumerate()
        .map(|(i, log)| {
            let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15 ^ (i as u64 + 1));
            let mut counts = (0, 0);
            for _ in 0..each {
                let mut changed = log.clone();
                let at = numbers.below(log.len());
                changed[at] ^= numbers.below(255) as u8 + 1;
                match PmlFile::from_vec(changed) {
                    Ok(file) => {
                        walk(&file, 0..file.len());
                        counts.0 += 1;
                    }
                    Err(error) => {
                        assert!(
                            at < HEADER_SIZE as usize,
                            "byte 0x{at:x} of the body refused the log: {error}"
                        );
                        counts.1 += 1;
                    }
                }
            }
            counts
        })
        .reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    assert!(opened + refused >= CHANGES);
    assert!(opened > refused && refused > 0, "{opened} opened, {refused} refused");
}

fn refused(bytes: &[u8]) -> PmlError {
    PmlFile::from_vec(bytes.to_vec()).expect_err("must be refused")
}

#[test]
fn other_files_are_told_as_what_they_are() {
    let mut etl = vec![0; 0x48];
    etl[..4].copy_from_slice(&0x1_0000_u32.to_le_bytes());
    etl[0x36] = 4;
    let cases: [(&[u8], &str); 8] = [
        (b"", "the file is empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "git lfs pull"),
        (b"PK\x03\x04\x14\0\0\0", "ZIP archive"),
        (b"\xEF\xBB\xBF\"Time of Day\",\"Process Name\"\r\n", "CSV export"),
        (b"<?xml version=\"1.0\"?><procmon>", "XML"),
        (b"ElfFile\0", "Windows event log"),
        (&etl, "ETW trace"),
        (b"PML", "no known kind"),
    ];
    for (bytes, words) in cases {
        let error = refused(bytes);
        let text = error.to_string();
        assert_eq!(error.name(), "not-pml", "{text}");
        assert!(text.contains(words) && text.contains("offset 0x0"), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
    }
}

#[test]
fn a_cut_log_says_what_is_missing_where_and_how_much() {
    let log = long_log(50);
    let header = PmlFile::from_vec(log.clone()).unwrap().header().clone();
    for length in [4, HEADER_SIZE - 1] {
        let error = refused(&log[..usize::try_from(length).unwrap()]);
        assert_eq!((error.name(), error.offset()), ("truncated", Some(0)));
        assert_eq!(error.to_string(), format!("header at offset 0x0: needs 936 bytes, {length} are there"));
    }
    for (length, have) in [(HEADER_SIZE, 0), (header.offsets_offset + 7, 7)] {
        let file = PmlFile::from_vec(log[..usize::try_from(length).unwrap()].to_vec()).unwrap();
        let reason = file.recovered().unwrap().reason.as_ref().unwrap();
        assert_eq!(
            reason.to_string(),
            format!(
                "event offsets at offset 0x{:x}: needs 250 bytes, {have} are there",
                header.offsets_offset
            )
        );
        assert_eq!(file.len(), if have == 0 { 0 } else { 50 });
    }
}

#[test]
fn a_cut_table_is_a_problem_and_the_events_stay() {
    let log = long_log(50);
    let header = PmlFile::from_vec(log.clone()).unwrap().header().clone();
    for (offset, what) in [
        (header.processes_offset, "process table"),
        (header.strings_offset, "string table"),
        (header.hosts_offset, "host"),
    ] {
        let file = PmlFile::from_vec(log[..usize::try_from(offset).unwrap() + 2].to_vec()).unwrap();
        let problem = file.problems().iter().find(|p| p.offset() == Some(offset));
        let text = problem.unwrap_or_else(|| panic!("{what}: {:?}", file.problems())).to_string();
        assert!(text.contains(what) && text.contains("2 are there"), "{text}");
        assert_eq!(walk(&file, 0..file.len()), 50);
    }
}

#[test]
fn a_log_that_was_never_closed_is_told() {
    let log = long_log(10);
    let mut field_offsets = Vec::new();
    for at in 0..log.len().min(HEADER_SIZE as usize - 7) {
        let mut unclean = log.clone();
        unclean[at..at + 8].fill(0);
        if let Ok(file) = PmlFile::from_vec(unclean)
            && let Some(error @ PmlError::Unclean { what, offset }) =
                file.recovered().and_then(|r| r.reason.as_ref())
            && *offset == at as u64
        {
            assert_eq!(file.len(), 10);
            let text = error.to_string();
            assert!(
                text.contains("not closed cleanly") && text.contains(&format!("offset 0x{at:x} ({what})")),
                "{text}"
            );
            field_offsets.push(*what);
        }
    }
    field_offsets.sort_unstable();
    assert_eq!(
        field_offsets,
        ["event block", "event offsets", "host table", "icon table", "process table", "string table"]
    );
}
