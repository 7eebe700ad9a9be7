//! Real logs through the writer: the copy reads back as the original.

use crate::common;

use std::io::Cursor;

use pml_reader::{
    COLUMNS, Column, HEADER_SIZE, PmlError, PmlEvent, PmlFile, PmlHeader, PmlProcess, Style,
    write::write_subset,
};

const LOGS: [&str; 5] = [
    "LogfileTests64bitUTC",
    "LogfileTests32bitUTC",
    "LogFileUTC64Filesystem",
    "Noriben-v7-xp32",
    "empty-0-events",
];

fn real(name: &str) -> Option<PmlFile> {
    common::data(&format!("pml/{name}.PML")).map(|bytes| PmlFile::from_vec(bytes).unwrap())
}

fn copy(file: &PmlFile, events: impl IntoIterator<Item = usize>) -> (PmlFile, pml_reader::write::Subset) {
    let (out, subset) = write_subset(file, events, Cursor::new(Vec::new())).unwrap();
    let copy = PmlFile::from_vec(out.into_inner()).unwrap();
    assert!(copy.problems().is_empty(), "{:?}", copy.problems());
    (copy, subset)
}

/// The header without what changes from log to log: count and offsets.
fn facts(header: &PmlHeader) -> PmlHeader {
    PmlHeader {
        event_count: 0,
        offsets_offset: 0,
        processes_offset: 0,
        strings_offset: 0,
        icons_offset: 0,
        hosts_offset: 0,
        ..header.clone()
    }
}

fn assert_same_event(ours: &PmlEvent<'_>, theirs: &PmlEvent<'_>, columns: &[Column]) {
    let number = theirs.index();
    assert_eq!(ours.sequence(), theirs.sequence(), "sequence of event {number}");
    assert_eq!(ours.raw_duration(), theirs.raw_duration(), "duration of event {number}");
    assert!(ours.frames().eq(theirs.frames()), "stack of event {number}");
    assert!(ours.raw_detail() == theirs.raw_detail(), "detail of event {number}");
    assert!(ours.raw_extra() == theirs.raw_extra(), "completion data of event {number}");
    for style in [Style::default(), Style::procmon(0)] {
        for column in columns {
            let text = |event: &PmlEvent<'_>| {
                let mut out = String::new();
                style.push(event, *column, &mut out);
                out
            };
            assert_eq!(text(ours), text(theirs), "{} of event {number}", column.heading());
        }
    }
}

/// Everything of a process but its string and icon indexes.
fn assert_same_process(ours: &PmlProcess<'_>, theirs: &PmlProcess<'_>) {
    let numbers = |p: &PmlProcess<'_>| {
        let r = p.raw;
        (
            r.index,
            r.pid,
            r.parent_pid,
            r.parent_index,
            r.authentication_id,
            r.session,
            r.start,
            r.end,
            r.virtualized,
            r.is_64bit,
        )
    };
    assert_eq!(numbers(ours), numbers(theirs));
    let texts = |p: &PmlProcess<'_>| {
        [
            p.name(),
            p.image_path(),
            p.command_line(),
            p.user(),
            p.integrity(),
            p.company(),
            p.version(),
            p.description(),
        ]
        .map(|t| t.to_string())
    };
    assert_eq!(texts(ours), texts(theirs));
    let modules = |p: &PmlProcess<'_>| {
        let text = |m: pml_reader::PmlModule<'_>| {
            [m.path, m.version, m.company, m.description].map(|t| t.to_string())
        };
        let own =
            p.modules().map(|m| ((m.loaded, m.base, m.size), (m.time_date_stamp, m.size_of_image), text(m)));
        own.collect::<Vec<_>>()
    };
    assert_eq!(modules(ours).len(), theirs.module_count() as usize);
    assert_eq!(modules(ours), modules(theirs));
}

fn assert_same_icons(ours: (&PmlFile, &PmlProcess<'_>), theirs: (&PmlFile, &PmlProcess<'_>)) {
    for (a, b) in
        [(ours.1.raw.small_icon, theirs.1.raw.small_icon), (ours.1.raw.big_icon, theirs.1.raw.big_icon)]
    {
        assert_eq!(ours.0.icon(a).unwrap(), theirs.0.icon(b).unwrap());
    }
}

#[test]
fn a_full_copy_reads_back_equal() {
    for name in LOGS {
        let Some(original) = real(name) else { continue };
        let (copy, subset) = copy(&original, 0..original.len());
        assert_eq!((subset.events, subset.damaged), (original.len(), 0), "{name}");
        assert_eq!(facts(copy.header()), facts(original.header()), "{name}");
        assert_eq!(copy.len(), original.len());
        let columns = COLUMNS.map(|(column, _)| column);
        for (ours, theirs) in copy.events().zip(original.events()) {
            assert_same_event(&ours.unwrap(), &theirs.unwrap(), &columns);
        }
        assert_eq!(subset.processes, copy.processes().len());
        // A log that Process Monitor saved is as long again, and the same byte for byte up to the process table, whose
        // texts may be numbered otherwise. A live backing file has its records in another order.
        if name != "Noriben-v7-xp32" {
            assert_eq!(copy.bytes().len(), original.bytes().len(), "{name}");
            let records = HEADER_SIZE as usize..original.header().processes_offset as usize;
            assert!(
                copy.bytes()[records.clone()] == original.bytes()[records],
                "{name}: records and offsets"
            );
            assert_eq!(copy.processes().len(), original.processes().len(), "{name}");
        }
        for ours in copy.processes() {
            let theirs = original.process(ours.raw.index).unwrap();
            assert_same_process(&ours, &theirs);
            assert_same_icons((&copy, &ours), (&original, &theirs));
        }
        let names = |file: &PmlFile| {
            let mut hosts: Vec<_> = file.hosts().map(|(ip, name)| (ip, name.to_string())).collect();
            let mut ports: Vec<_> = file.ports().map(|(port, name)| (port, name.to_string())).collect();
            hosts.sort();
            ports.sort();
            (hosts, ports)
        };
        assert_eq!(names(&copy), names(&original), "{name}");
    }
}

#[test]
fn the_empty_log_is_copied_byte_for_byte() {
    let Some(original) = real("empty-0-events") else { return };
    let (copy, _) = copy(&original, 0..0);
    assert!(copy.bytes() == original.bytes());
}

#[test]
fn a_subset_has_what_its_events_need() {
    let Some(original) = real("LogFileUTC64Filesystem") else { return };
    let chosen: Vec<usize> = original
        .events()
        .map(|e| e.unwrap())
        .filter(|e| e.process().is_some_and(|p| p.name().eq_ignore_ascii_case("TiWorker.exe")))
        .map(|e| e.index())
        .collect();
    assert_eq!(chosen.len(), 5368);
    let (copy, subset) = copy(&original, chosen.iter().copied());
    assert_eq!((subset.events, copy.len()), (5368, 5368));
    // "Relative Time" counts from the first event of the log, whichever that is.
    let columns: Vec<Column> =
        COLUMNS.map(|(c, _)| c).into_iter().filter(|c| *c != Column::RelativeTime).collect();
    for (ours, index) in copy.events().zip(&chosen) {
        assert_same_event(&ours.unwrap(), &original.event(*index).unwrap(), &columns);
    }
    // TiWorker, its parent (svchost -k DcomLaunch), that one's (services.exe; wininit.exe is not in the log), System.
    let names: Vec<String> = copy.processes().map(|p| p.name().to_string()).collect();
    assert_eq!(names, ["System", "services.exe", "svchost.exe", "TiWorker.exe"]);
    for ours in copy.processes() {
        assert_same_process(&ours, &original.process(ours.raw.index).unwrap());
    }
}

#[test]
fn listings_of_64_kib_keep_their_saturated_length() {
    let Some(original) = real("LogFileUTC64Filesystem") else { return };
    let saturated = |e: &PmlEvent<'_>| e.raw_extra().is_some_and(|x| x.len() == 0xFFFF);
    let chosen: Vec<usize> =
        original.events().map(|e| e.unwrap()).filter(saturated).map(|e| e.index()).collect();
    assert_eq!(chosen.len(), 53);
    let (copy, _) = copy(&original, chosen.iter().copied());
    for (ours, index) in copy.events().zip(&chosen) {
        assert!(ours.unwrap().raw_extra() == original.event(*index).unwrap().raw_extra());
    }
}

#[test]
fn what_cannot_be_copied_is_refused() {
    let Some(original) = real("Noriben-v7-xp32") else { return };
    let refuse = |events: &[usize]| {
        write_subset(&original, events.iter().copied(), Cursor::new(Vec::new())).map(|_| ()).unwrap_err()
    };
    assert!(matches!(refuse(&[original.len()]), PmlError::Value { what: "event number", .. }));
    assert!(matches!(refuse(&[20, 3]), PmlError::Value { what: "start of an event", .. }));
    let again = vec![5; 10_000];
    assert!(matches!(refuse(&again), PmlError::Value { expected: "not overlapping other records", .. }));
}
