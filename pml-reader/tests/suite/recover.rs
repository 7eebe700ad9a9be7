//! Logs that were not closed cleanly, cut off or damaged. bootrace reads what it can, and says what was lost.

use crate::common;

use std::{collections::HashMap, io::Cursor};

use pml_reader::{COLUMNS, Column, HEADER_SIZE, PmlError, PmlFile, Style, UNKNOWN_PID, write::write_subset};

const REAL: [&str; 4] =
    ["LogfileTests64bitUTC", "LogfileTests32bitUTC", "LogFileUTC64Filesystem", "Noriben-v7-xp32"];

/// The five table offsets, and the one of the host table.
const OFFSETS: std::ops::Range<usize> = 0x248..0x268;
const HOSTS: std::ops::Range<usize> = 0x3A0..0x3A8;

fn unclean(log: &[u8]) -> Vec<u8> {
    let mut log = log.to_vec();
    log[OFFSETS].fill(0);
    log[HOSTS].fill(0);
    log
}

fn real() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    REAL.into_iter().filter_map(|name| Some((name, common::data(&format!("pml/{name}.PML"))?)))
}

fn open(log: Vec<u8>) -> PmlFile {
    PmlFile::from_vec(log).unwrap()
}

/// The columns that a record itself holds.
const OF_RECORDS: [Column; 8] = [
    Column::DateAndTime,
    Column::Tid,
    Column::EventClass,
    Column::Operation,
    Column::Result,
    Column::Duration,
    Column::Path,
    Column::Detail,
];
/// If the table of host names is lost, the path of a network event has addresses.
const WITHOUT_PATH: usize = 6;

fn network(event: &pml_reader::PmlEvent<'_>) -> bool {
    event.class() == Some(pml_reader::EventClass::Network)
}

fn row(file: &PmlFile, index: usize, columns: &[Column]) -> Vec<String> {
    let event = file.event(index).unwrap();
    let text = |column: &Column| {
        let mut out = String::new();
        Style::default().push(&event, *column, &mut out);
        out
    };
    columns.iter().map(text).collect()
}

#[test]
fn a_log_without_its_offsets_reads_as_before() {
    let all = COLUMNS.map(|(column, _)| column);
    for (name, log) in real() {
        let (before, after) = (open(log.clone()), open(unclean(&log)));
        let recovered = after.recovered().unwrap();
        assert!(matches!(recovered.reason, Some(PmlError::Unclean { what: "event offsets", .. })), "{name}");
        assert!(recovered.listed && recovered.names.is_none() && after.problems().is_empty(), "{name}");
        assert_eq!((recovered.gap_bytes, recovered.tail), (0, None), "{name}");
        assert_eq!((after.len(), recovered.events), (before.len(), before.len() as u64), "{name}");
        for index in 0..before.len() {
            assert_eq!(row(&after, index, &all), row(&before, index, &all), "{name}, event {index}");
        }
        assert_eq!(after.processes().len(), before.processes().len(), "{name}");
        assert_eq!(after.hosts().count(), before.hosts().count(), "{name}");
    }
}

#[test]
fn the_empty_log_without_its_offsets_is_empty() {
    let Some(log) = common::data("pml/empty-0-events.PML") else { return };
    let file = open(unclean(&log));
    assert!(file.is_empty() && file.recovered().is_some());
}

/// The log as Process Monitor leaves it when it is killed: no tables, and unused room after the events.
fn killed(log: &[u8]) -> Vec<u8> {
    let end = usize::try_from(open(log.to_vec()).header().offsets_offset).unwrap();
    let mut log = unclean(log);
    log[0x234..0x238].fill(0);
    log.truncate(end);
    log.resize(end + (3 << 20), 0);
    log
}

#[test]
fn a_log_without_tables_has_all_events_and_the_names_that_events_tell() {
    for (name, log) in real() {
        let (before, after) = (open(log.clone()), open(killed(&log)));
        let recovered = after.recovered().unwrap();
        assert!(!recovered.listed && recovered.gap_bytes == 0, "{name}: {recovered:?}");
        assert!(recovered.tail.is_some_and(|tail| tail.bytes >= 3 << 20), "{name}: {:?}", recovered.tail);
        // Records that the log does not list come on top.
        let known: HashMap<u64, usize> =
            after.events().map(|e| e.unwrap()).map(|e| (e.offset(), e.index())).collect();
        assert!(after.len() - before.len() <= 1, "{name}: {} of {}", after.len(), before.len());
        let mut named = [0u64; 2];
        for event in before.events().map(Result::unwrap) {
            let index = known[&event.offset()];
            let columns = if network(&event) { &OF_RECORDS[..WITHOUT_PATH] } else { &OF_RECORDS[..] };
            assert_eq!(row(&after, index, columns), row(&before, event.index(), columns), "{name}");
            let (was, is) = (event.process().unwrap(), after.event(index).unwrap().process().unwrap());
            if is.name().to_string().starts_with("unknown (") {
                named[0] += 1;
                assert!(is.raw.pid == UNKNOWN_PID || is.raw.pid == was.raw.pid, "{name}");
            } else {
                named[1] += 1;
                let facts = |p: pml_reader::PmlProcess<'_>| {
                    let texts = [p.name(), p.image_path(), p.command_line(), p.integrity()];
                    (
                        texts.map(|t| t.to_string()),
                        p.raw.pid,
                        p.raw.parent_pid,
                        p.start(),
                        p.end(),
                        p.raw.is_64bit,
                    )
                };
                assert_eq!(facts(is), facts(was), "{name}");
            }
        }
        let names = recovered.names.unwrap();
        let more = (after.len() - before.len()) as u64;
        assert!((named[0]..=named[0] + more).contains(&names.unknown_events), "{name}: {names:?}");
        assert!(
            names.of_table == 0 && (names.of_events > 0 || name == "LogFileUTC64Filesystem"),
            "{name}: {names:?}"
        );
        println!("{name}: {named:?} {names:?}");
    }
}

/// Modules of processes that begin within the log.
#[test]
fn modules_are_rebuilt_from_the_images_that_were_loaded() {
    let Some(log) = common::data("pml/LogfileTests64bitUTC.PML") else { return };
    let (before, after) = (open(log.clone()), open(killed(&log)));
    let mut compared = 0;
    for is in after.processes().filter(|p| p.start().is_some() && p.modules().count() > 5) {
        let was = before.process(is.raw.index).unwrap();
        let modules = |p: &pml_reader::PmlProcess<'_>| {
            p.modules().map(|m| (m.base, m.size, m.path.to_string(), m.loaded)).collect::<Vec<_>>()
        };
        let theirs = modules(&was);
        assert!(modules(&is).iter().all(|m| theirs.contains(m)), "{}", is.name());
        compared += 1;
    }
    assert!(compared >= 2);
}

#[test]
fn a_cut_log_has_every_whole_record_before_the_cut() {
    for (name, log) in real() {
        let before = open(log.clone());
        for tenth in 1..10 {
            for make in [<[u8]>::to_vec, unclean] {
                let cut = log.len() / 10 * tenth + tenth;
                let after = open(make(&log)[..cut].to_vec());
                let found: HashMap<u64, usize> =
                    (0..after.len()).map(|index| (after.event(index).unwrap().offset(), index)).collect();
                let mut whole = 0;
                for event in before.events().map(Result::unwrap) {
                    let end = event.offset() + event.raw_record().len() as u64;
                    if end > cut as u64 {
                        continue;
                    }
                    whole += 1;
                    let index = *found.get(&event.offset()).unwrap_or_else(|| panic!("{name}, {cut}"));
                    // What the operation's completion added may be behind the cut.
                    let complete = event.extra_whole(cut) && !network(&event);
                    let columns = if complete { &OF_RECORDS[..] } else { &OF_RECORDS[..WITHOUT_PATH] };
                    if whole % 13 == 0 {
                        assert_eq!(
                            row(&after, index, columns),
                            row(&before, event.index(), columns),
                            "{name}"
                        );
                    }
                }
                assert!(after.len() - whole <= 1, "{name} at {cut}: {} found, {whole} whole", after.len());
                assert!(whole > 0 && after.recovered().is_some());
            }
        }
    }
}

trait ExtraWhole {
    fn extra_whole(&self, cut: usize) -> bool;
}

impl ExtraWhole for pml_reader::PmlEvent<'_> {
    /// Whether the completion data ends ahead of the cut.
    fn extra_whole(&self, cut: usize) -> bool {
        let Some(extra) = self.raw_extra() else { return true };
        let from = self.file().bytes().as_ptr().addr();
        extra.as_ptr().addr() - from + extra.len() <= cut
    }
}

#[test]
fn a_hole_in_the_events_takes_only_what_lies_in_it() {
    for (name, log) in real() {
        let before = open(log.clone());
        let end = before.header().offsets_offset;
        for hole in 1..8 {
            let from = HEADER_SIZE + (end - HEADER_SIZE) / 8 * hole;
            let to = from + 9_000;
            for mend in [killed, unclean] {
                let mut log = mend(&log);
                log[from as usize..to as usize].fill(if hole % 2 == 0 { 0 } else { 0xA5 });
                let after = open(log);
                let found: Vec<u64> = after
                    .events()
                    .filter_map(Result::ok)
                    .filter(|e| e.class().is_some())
                    .map(|e| e.offset())
                    .collect();
                let known: std::collections::HashSet<u64> = found.into_iter().collect();
                let whole = |e: &pml_reader::PmlEvent<'_>| {
                    e.offset() + e.raw_record().len() as u64 + e.raw_extra().map_or(0, |x| 2 + x.len() as u64)
                        <= from
                        || e.offset() >= to
                };
                let lost =
                    before.events().map(Result::unwrap).filter(|e| whole(e) && !known.contains(&e.offset()));
                assert_eq!(lost.count(), 0, "{name}, hole at 0x{from:x}");
            }
        }
    }
}

#[test]
fn a_damaged_string_table_costs_no_more_than_its_strings() {
    let Some(log) = common::data("pml/LogfileTests64bitUTC.PML") else { return };
    let before = open(log.clone());
    let (strings, icons) = (before.header().strings_offset as usize, before.header().icons_offset as usize);
    let mut cut = log.clone();
    cut.truncate(strings + (icons - strings) / 2);
    let after = open(cut);
    let names = after.recovered().unwrap().names.unwrap();
    assert!(!after.problems().is_empty());
    assert!(names.of_table > 0 && names.of_table < before.processes().len() as u32, "{names:?}");
    assert_eq!(after.len(), before.len());
    for event in after.events().map(Result::unwrap) {
        let (is, was) = (event.process().unwrap(), before.process(event.process_index()).unwrap());
        assert_eq!(is.raw.pid, was.raw.pid);
        assert!(is.name() == was.name() || is.name().to_string().starts_with("unknown ("));
    }
}

#[test]
fn a_mended_log_is_a_clean_log_with_the_same_rows() {
    let all = COLUMNS.map(|(column, _)| column);
    for (name, log) in real() {
        for broken in [unclean(&log), killed(&log)] {
            let broken = open(broken);
            let (out, subset) = write_subset(&broken, 0..broken.len(), Cursor::new(Vec::new())).unwrap();
            let mended = open(out.into_inner());
            assert!(mended.recovered().is_none() && mended.problems().is_empty(), "{name}");
            assert_eq!(
                (subset.events, subset.damaged, mended.len()),
                (broken.len(), 0, broken.len()),
                "{name}"
            );
            for index in (0..mended.len()).step_by(7) {
                assert_eq!(row(&mended, index, &all), row(&broken, index, &all), "{name}");
            }
        }
    }
}

/// Damage that moves records leaves header and tables as they are. The offsets then lead into the middle of records.
#[test]
fn records_that_were_moved_are_found_by_walking() {
    for (name, log) in real().take(3) {
        let before = open(log.clone());
        let array = before.header().offsets_offset as usize;
        // The second quarter of the records changes places with the third.
        let quarter = |n: usize| HEADER_SIZE as usize + (array - HEADER_SIZE as usize) / 4 * n;
        let mut moved = log.clone();
        moved[quarter(1)..quarter(3)].rotate_left(quarter(2) - quarter(1) + 2);
        let after = open(moved);
        let recovered = after.recovered().unwrap();
        assert!(!recovered.listed && recovered.names.is_none(), "{name}: {recovered:?}");
        let read = after.events().filter_map(Result::ok).filter(|e| e.class().is_some()).count();
        assert!(read + 6 >= before.len() && read <= before.len() + 3, "{name}: {read} of {}", before.len());
        let first = after.event(0).unwrap();
        assert_eq!(
            first.process().unwrap().name().to_string(),
            before.event(0).unwrap().process().unwrap().name().to_string()
        );
    }
}
