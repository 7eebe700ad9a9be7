//! Raw boot logs, made from Process Monitor's logs by the public description, become those logs again.

use std::{collections::HashMap, io::Cursor};

use pml_reader::{Column, EventClass, PmlEvent, PmlFile, Style, pmb};
use sample_traces::{Options, SCENARIOS, make, pmb as made};

fn converted(raw: &[u8]) -> (PmlFile, pmb::Pmb) {
    let (out, found) = pmb::convert(raw, Cursor::new(Vec::new())).unwrap();
    (PmlFile::from_vec(out.into_inner()).unwrap(), found)
}

/// The columns that a raw boot log holds: of the process all but what its image's file says, the account's name among it.
const HELD: [Column; 17] = [
    Column::DateAndTime,
    Column::ProcessName,
    Column::Pid,
    Column::Operation,
    Column::Result,
    Column::Duration,
    Column::CompletionTime,
    Column::EventClass,
    Column::ImagePath,
    Column::AuthenticationId,
    Column::Session,
    Column::CommandLine,
    Column::Tid,
    Column::Virtualized,
    Column::Category,
    Column::ParentPid,
    Column::Architecture,
];

fn text(event: &PmlEvent<'_>, column: Column) -> String {
    let mut out = String::new();
    Style::default().push(event, column, &mut out);
    out
}

/// Paths as a raw log has them once it is converted. Names of the current user's keys are another's. Classes have the
/// name that Process Monitor gives them in every real log.
fn path(event: &PmlEvent<'_>) -> String {
    let path = text(event, Column::Path);
    let user = made::USER_KEYS.replace(r"\REGISTRY\USER", "HKU");
    match path.strip_prefix("HKCU") {
        Some(rest) => format!("{user}{rest}"),
        None => path,
    }
    .to_lowercase()
    .replace(r"hklm\software\classes", "hkcr")
}

fn compare(name: &str, original: &PmlFile, raw: &[u8]) {
    let (back, found) = converted(raw);
    assert_eq!(found.is_64bit, original.header().wide(), "{name}");
    assert_eq!((found.gap_bytes, found.ends_alone, found.older), (0, 0, 0), "{name}: {found:?}");
    // The same operation by sequence number; the driver's own records of its start have the number 0.
    let rows: HashMap<(u32, u64), usize> =
        back.events().map(Result::unwrap).map(|e| ((e.sequence(), e.time().0), e.index())).collect();
    let mut compared = 0;
    for was in original.events().map(Result::unwrap) {
        if was.class() == Some(EventClass::Network) {
            continue;
        }
        let is = back.event(rows[&(was.sequence(), was.time().0)]).unwrap();
        compared += 1;
        assert_eq!(HELD.map(|c| text(&is, c)), HELD.map(|c| text(&was, c)), "{name}, event {}", was.index());
        assert_eq!(path(&is), path(&was), "{name}, event {}", was.index());
        assert_eq!(is.frames().collect::<Vec<_>>(), was.frames().collect::<Vec<_>>(), "{name}");
        assert_eq!(text(&is, Column::Detail), text(&was, Column::Detail), "{name}, event {}", was.index());
    }
    let defined = back.events().flatten().filter(|e| e.sequence() == 0 && e.raw_operation() == 0).count();
    assert!(compared + defined >= back.len(), "{name}: {compared} of {}", back.len());
    assert!(compared > 100, "{name}");
}

#[test]
fn real_logs_come_back_with_their_rows() {
    for name in ["LogfileTests64bitUTC", "LogfileTests32bitUTC", "LogFileUTC64Filesystem"] {
        let Some(bytes) = test_data::bytes(&format!("pml/{name}.PML")) else { continue };
        let original = PmlFile::from_vec(bytes).unwrap();
        compare(name, &original, &made::write(&original));
    }
}

#[test]
fn made_logs_of_both_pointer_sizes_come_back_with_their_rows() {
    for (scenario, is_64bit) in SCENARIOS.iter().step_by(7).zip([true, false].into_iter().cycle()) {
        let log = make(scenario, Options { seed: 5, is_64bit, noise: 400 }).unwrap().pml;
        let original = PmlFile::from_vec(log).unwrap();
        compare(scenario.name, &original, &made::write(&original));
    }
}

fn raw() -> (PmlFile, Vec<u8>) {
    let log = make(&SCENARIOS[0], Options { seed: 2, is_64bit: true, noise: 300 }).unwrap().pml;
    let log = PmlFile::from_vec(log).unwrap();
    let raw = made::write(&log);
    (log, raw)
}

#[test]
fn a_cut_tail_costs_what_lies_behind_it() {
    let (_, raw) = raw();
    let whole = converted(&raw).1;
    for part in 1..10 {
        let cut = raw.len() * part / 10 + part;
        let (file, found) = converted(&raw[..cut]);
        assert!(
            found.operations <= whole.operations
                && found.operations * 10 + 400 > whole.operations * (part as u64 - 1)
        );
        assert!(found.gaps.iter().all(|gap| gap.offset + gap.bytes == cut as u64), "{:?}", found.gaps);
        assert_eq!(file.len() as u64, found.operations);
    }
}

#[test]
fn a_file_that_was_begun_anew_has_its_older_records_told_apart() {
    let (_, raw) = raw();
    // The disk was full at the end; the driver went back to the beginning and wrote a fifth of the file again.
    let shift = 600 * 10_000_000u64;
    let mut newer = raw[..raw.len() / 5 + 3].to_vec();
    let whole = converted(&raw[..raw.len() / 5]).1.operations;
    let mut at = 0;
    while let Some(head) = newer.get(at..at + 0x34) {
        let word = |o: usize| u32::from_le_bytes(head[o..o + 4].try_into().unwrap()) as usize;
        let size = 0x34 + (word(0x28) & 0xFFFF) * 8 + word(0x2C);
        if at + size > newer.len() {
            break;
        }
        let time = u64::from_le_bytes(head[0x1C..0x24].try_into().unwrap()) + shift;
        newer[at + 0x1C..at + 0x24].copy_from_slice(&time.to_le_bytes());
        at += size;
    }
    newer.truncate(at);
    // A record that the newer data cuts in two.
    newer.extend([0xFF; 0x30]);
    let mut file = raw.clone();
    file[..newer.len()].copy_from_slice(&newer);
    let (log, found) = converted(&file);
    assert!(found.older > 100 && found.gaps.len() == 1, "{found:?}");
    assert!(found.operations > whole);
    let times: Vec<u64> = log.events().map(|e| e.unwrap().time().0).collect();
    assert!(times.is_sorted());
}

#[test]
fn what_contradicts_the_description_is_refused() {
    let refused = |bytes: &[u8]| pmb::convert(bytes, Cursor::new(Vec::new())).unwrap_err().to_string();
    for bytes in [
        &b"no records at all, and long enough to hold one: 0123456789012345678901234567890123456789"[..],
        &[0; 4096],
    ] {
        let said = refused(bytes);
        assert!(
            said.contains("no records follow each other") && said.contains("save the boot log as .PML"),
            "{said}"
        );
    }
    // Numbers that fall are no kernel's.
    let (_, raw) = raw();
    let mut backwards = raw.clone();
    let (mut at, mut number) = (0, u32::MAX);
    while let Some(head) = raw.get(at..at + 0x34) {
        let word = |o: usize| u32::from_le_bytes(head[o..o + 4].try_into().unwrap()) as usize;
        backwards[at + 0x10..at + 0x14].copy_from_slice(&number.to_le_bytes());
        number -= 1;
        at += 0x34 + (word(0x28) & 0xFFFF) * 8 + word(0x2C);
    }
    assert!(refused(&backwards).contains("do not rise"));
}
