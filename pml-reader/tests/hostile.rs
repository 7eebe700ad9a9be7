//! Logs that are cut off, changed, or no logs at all: a result or an error that says what, where and how much.

mod common {
    pub(crate) mod made;
}

use common::made::{Numbers, logs, long_log, walk};
use pml_reader::{HEADER_SIZE, PmlError, PmlFile};
use rayon::prelude::*;

/// Opens the first `length` bytes and walks what opens; gives how many events could be read.
fn walk_prefix(log: &[u8], length: usize, events: usize) -> Option<usize> {
    let file = PmlFile::from_vec(log[..length].to_vec()).ok()?;
    // Few events are enough where only the tables behind them are cut.
    Some(walk(&file, 0..file.len().min(events)))
}

#[test]
fn every_prefix_of_a_log_is_a_log_or_an_error() {
    let log = long_log(300);
    let whole = PmlFile::from_vec(log.clone()).unwrap();
    assert!(whole.problems().is_empty());
    assert_eq!(walk(&whole, 0..300), 300);
    let tables = usize::try_from(whole.header().processes_offset).unwrap();
    let opened = (0..log.len()).into_par_iter().filter_map(|length| {
        let read = walk_prefix(&log, length, 6);
        assert_eq!(read.is_some(), length >= tables, "the first {length} bytes of {}", log.len());
        read
    });
    assert!(opened.all(|read| read == 6), "events lie ahead of the tables and are whole");
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
    let coarse = (0..tables).step_by(997);
    let fine = (tables..log.len()).step_by(61);
    let lengths: Vec<usize> = coarse.chain(fine).collect();
    let opened = lengths.par_iter().filter(|length| walk_prefix(&log, **length, 20) == Some(20)).count();
    assert_eq!(opened, (tables..log.len()).step_by(61).count());
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
        (b"PML", "no kind known"),
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
    let cuts = [
        (4, "header", 0, HEADER_SIZE, 4),
        (HEADER_SIZE - 1, "header", 0, HEADER_SIZE, HEADER_SIZE - 1),
        (HEADER_SIZE, "event offsets", header.offsets_offset, 250, 0),
        (header.offsets_offset + 7, "event offsets", header.offsets_offset, 250, 7),
    ];
    for (length, what, offset, need, have) in cuts {
        let error = refused(&log[..usize::try_from(length).unwrap()]);
        assert_eq!(error.name(), "truncated");
        assert_eq!(error.offset(), Some(offset));
        assert_eq!(
            error.to_string(),
            format!("{what} at offset 0x{offset:x}: needs {need} bytes, {have} are there")
        );
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
        if let Err(error @ PmlError::Unclean { what, offset }) = PmlFile::from_vec(unclean)
            && offset == at as u64
        {
            let text = error.to_string();
            assert!(
                text.contains("not closed cleanly") && text.contains(&format!("offset 0x{at:x} ({what})")),
                "{text}"
            );
            field_offsets.push(what);
        }
    }
    field_offsets.sort_unstable();
    assert_eq!(
        field_offsets,
        ["event block", "event offsets", "host table", "icon table", "process table", "string table"]
    );
}
