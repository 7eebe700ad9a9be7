//! Process Monitor's own CSV exports, compared row by row with the logs they were saved from. Also exports in other
//! shapes than Process Monitor's.

use crate::common;

use pml_reader::{
    COLUMNS, Column, EventClass, PmlFile, Style,
    detail::filesystem,
    file_operation,
    import::{DateEvidence, DateOrder, ImportFile},
    process_operation, registry_operation,
};

fn rows_equal_events(name: &str, rows: u64, ahead_minutes: i64) {
    let Some((pml, csv)) = common::data(&format!("{name}.PML")).zip(common::data(&format!("{name}.csv")))
    else {
        return;
    };
    let pml = PmlFile::from_vec(pml).unwrap();
    let csv = ImportFile::from_held(csv).unwrap();
    assert_eq!(csv.len(), rows);
    let mut events = pml.events();
    let (mut opens, mut values) = (0, 0);
    // What the export shows otherwise than the log has it.
    let mut others = 0;
    for (index, row) in csv.rows() {
        let (row, event) = (row.unwrap(), events.next().unwrap().unwrap());
        assert_eq!(row.index(), index);
        if index % 97 == 0 {
            assert_eq!(csv.row(index).unwrap().offset(), row.offset());
        }
        let local = row.time().unwrap().0;
        if csv.clock().evidence == DateEvidence::NoDates {
            let day = 864_000_000_000;
            let shown = (event.time().0 + day).wrapping_add_signed(ahead_minutes * 600_000_000);
            assert_eq!(local % day, shown % day);
        } else {
            assert_eq!(local, event.time().0, "row {index}");
        }
        let (named, known) = (row.operation(), event.operation());
        if named.code == u16::MAX {
            assert_eq!(row.raw(Column::Operation), pml_reader::UNKNOWN);
            others += 1;
        } else {
            assert_eq!(named.name(), known.name(), "row {index}");
            assert_eq!(named.class, known.class, "row {index}");
        }
        if row.status() != Some(event.status()) {
            assert_eq!(row.raw(Column::Result), "OFFLOAD READ FILE NOT SUPPORTED", "row {index}");
            others += 1;
        }
        assert_eq!(row.get(Column::Path).unwrap(), event.path(), "row {index}");
        assert_eq!(row.get(Column::ProcessName).unwrap(), event.process().unwrap().name().to_string());
        assert_eq!(row.number(Column::Pid), event.process().map(|p| p.raw.pid));
        if csv.has(Column::Tid) {
            assert_eq!(row.number(Column::Tid), Some(event.tid()));
        }
        if csv.has(Column::Duration) {
            assert_eq!(row.duration(), event.duration(), "row {index}");
        }
        match (event.class(), event.raw_operation()) {
            (Some(EventClass::FileSystem), file_operation::CREATE) => {
                let (asked, create) = (row.open().unwrap(), filesystem::create_file(&event).unwrap());
                let shown = (asked.disposition, asked.share, asked.options);
                assert_eq!(shown, (create.disposition, create.share.into(), create.options & 0xFF_FFFF));
                opens += 1;
            }
            (Some(EventClass::Registry), registry_operation::SET_VALUE | registry_operation::QUERY_VALUE) => {
                let value = pml_reader::detail::registry::value(&event);
                if let Some(number) = value.filter(|v| v.kind == 4).and_then(|v| v.number()) {
                    assert_eq!(row.value(), Some(number), "row {index}");
                    values += 1;
                }
            }
            (Some(EventClass::Process), process_operation::EXIT) => {
                let ended = pml_reader::detail::process::ended(&event).unwrap();
                assert_eq!(row.exit_status(), Some(ended.status));
            }
            (Some(EventClass::Process), process_operation::CREATE) => {
                let created = pml_reader::detail::process::created(&event).unwrap();
                assert_eq!(row.created(), Some((created.pid, created.command_line.to_string())));
            }
            _ => {}
        }
    }
    assert!(events.next().is_none());
    eprintln!("{name}: {opens} opens and {values} numbers read back, {others} rows shown otherwise");
}

#[test]
fn x64_all_classes() {
    rows_equal_events("pml/LogfileTests64bitUTC", 53_214, 0);
}

#[test]
fn x86_all_classes() {
    rows_equal_events("pml/LogfileTests32bitUTC", 32_930, 0);
}

#[test]
fn x64_file_system() {
    rows_equal_events("pml/LogFileUTC64Filesystem", 31_569, 0);
}

#[test]
fn seven_columns_without_dates() {
    rows_equal_events("pml/Noriben-v7-xp32", 623, -300);
}

/// A row with a text that has quotes, commas, line breaks and what looks like a row.
fn tricky() -> Vec<Vec<String>> {
    let heading = ["Operation", "Path", "Detail", "Time of Day", "Date & Time", "Result", "PID"];
    let row = |path: &str, detail: &str, second: u32| {
        let time = format!("13:18:{second:02}.7752429");
        let date = format!("12.07.2020 13:18:{second:02}");
        ["RegSetValue", path, detail, &time, &date, "SUCCESS", "4"].map(str::to_owned).to_vec()
    };
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    let texts = [
        "",
        "\"",
        "a\r\nb",
        "\r\n",
        "\r\n\"",
        "\"\r\n\"\r\n\"RegSetValue\",\"x\",\"\",\"13:18:10.7752429\"\r\n\"RegSetValue\"",
        "Type: REG_SZ, Data: a\n;\"b\"\n;",
        "\n\",\"\"\n",
        "系统,🖥",
    ];
    rows.extend((0..).zip(texts).map(|(second, text)| row("HKLM\\a", text, second)));
    rows.extend((9..).zip(texts).map(|(second, text)| row(text, "", second)));
    rows
}

fn write(rows: &[Vec<String>]) -> String {
    let field = |text: &String| format!("\"{}\"", text.replace('"', "\"\""));
    let line = |row: &Vec<String>| row.iter().map(field).collect::<Vec<_>>().join(",") + "\r\n";
    rows.iter().map(line).collect()
}

fn check(file: &ImportFile, rows: &[Vec<String>]) {
    assert_eq!(file.len() as usize, rows.len() - 1);
    for (index, row) in file.rows() {
        let row = row.unwrap();
        let expected = &rows[index as usize + 1];
        assert_eq!(row.get(Column::Path).unwrap(), expected[1]);
        assert_eq!(row.get(Column::Detail).unwrap(), expected[2]);
        // 2020-07-12T13:18:00.7752429Z
        assert_eq!(row.time().unwrap().0, 132_390_334_907_752_429 - 100_000_000 + index * 10_000_000);
        assert_eq!(row.operation().name(), "RegSetValue");
        assert_eq!(row.get(Column::User), None);
    }
}

#[test]
fn quoted_line_breaks_in_every_encoding() {
    let rows = tricky();
    let text = write(&rows);
    let utf16 = |big: bool, mark: bool| {
        let units = mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
        let bytes = units.flat_map(|u: u16| if big { u.to_be_bytes() } else { u.to_le_bytes() });
        bytes.collect::<Vec<u8>>()
    };
    let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    for bytes in [
        text.clone().into_bytes(),
        marked,
        utf16(false, true),
        utf16(true, true),
        utf16(false, false),
        utf16(true, false),
    ] {
        let file = ImportFile::from_held(bytes).unwrap();
        assert_eq!(file.clock().order, DateOrder::DayMonthYear);
        check(&file, &rows);
    }
    let unix = ImportFile::from_held(
        text.replace("\"\r\n\"RegSetValue\",\"", "\"\n\"RegSetValue\",\"").into_bytes(),
    );
    assert_eq!(unix.unwrap().len() as usize, rows.len() - 1);
}

#[test]
fn columns_in_any_order_with_strangers_among_them() {
    let mut rows = tricky();
    for (number, row) in rows.iter_mut().enumerate() {
        row.reverse();
        row.insert(2, if number == 0 { "Notes".to_owned() } else { "\"".to_owned() });
    }
    let file = ImportFile::from_held(write(&rows).into_bytes()).unwrap();
    let straight = tricky();
    check(&file, &straight);
    assert_eq!(file.columns().len(), 7);
}

#[test]
fn a_damaged_row_is_one_damaged_row() {
    let rows = tricky();
    let text = write(&rows);
    let lines = ImportFile::from_held(text.clone().into_bytes()).unwrap();
    let third = lines.row(3).unwrap().offset() as usize;
    for damage in ["\"", "x", ",", "\",\"", "\r\n"] {
        let mut broken = text.clone();
        broken.insert_str(third + 3, damage);
        let file = ImportFile::from_held(broken.into_bytes()).unwrap();
        let good: Vec<u64> = file.rows().filter(|(_, row)| row.is_ok()).map(|(index, _)| index).collect();
        assert!(good.len() + 1 >= rows.len() - 1, "{damage:?}: {good:?}");
    }
}

#[test]
fn midnight_is_passed_in_a_file_without_dates() {
    let mut rows = vec![vec!["Time of Day".to_owned(), "Operation".to_owned(), "Result".to_owned()]];
    for time in ["11:59:59.9 PM", "12:00:00.1 AM", "11:59:59.95 PM", "12:00:00.2 AM", "1:00:00.0 PM"] {
        rows.push(vec![time.to_owned(), "RegOpenKey".to_owned(), "SUCCESS".to_owned()]);
    }
    let file = ImportFile::from_held(write(&rows).into_bytes()).unwrap();
    let times: Vec<u64> = file.rows().map(|(_, row)| row.unwrap().time().unwrap().0 / 1_000_000).collect();
    assert_eq!(times, [863_999, 864_001, 863_999, 864_002, 1_332_000]);
}

#[test]
fn a_column_that_is_needed_and_absent_is_named() {
    for (absent, heading) in [
        ("Result", "\"Time of Day\",\"Operation\"\r\n"),
        ("Operation", "\"Time of Day\",\"Result\"\r\n"),
        ("Time of Day", "\"Operation\",\"Result\"\r\n"),
        ("Operation", ""),
    ] {
        let error = ImportFile::from_held(heading.as_bytes().to_vec()).unwrap_err().to_string();
        assert!(error.contains(&format!("no column \"{absent}\"")), "{error}");
    }
}

#[test]
fn what_bootrace_exports_it_reads_back() {
    let Some(pml) = common::data("pml/LogfileTests64bitUTC.PML") else { return };
    let pml = PmlFile::from_vec(pml).unwrap();
    let mut text = String::new();
    let style = Style::procmon(0);
    let all = |push: &mut dyn FnMut(Column, &str, &mut String), text: &mut String| {
        for (number, (column, heading)) in COLUMNS.iter().enumerate() {
            text.push_str(if number > 0 { ",\"" } else { "\"" });
            push(*column, heading, text);
            text.push('"');
        }
        text.push_str("\r\n");
    };
    all(&mut |_, heading, text| text.push_str(heading), &mut text);
    for event in pml.events().map(Result::unwrap) {
        all(
            &mut |column, _, text| {
                let start = text.len();
                style.push(&event, column, text);
                let field = text.split_off(start);
                text.push_str(&field.replace('"', "\"\""));
            },
            &mut text,
        );
    }
    let file = ImportFile::from_held(text.into_bytes()).unwrap();
    assert_eq!(file.len(), 53_214);
    for (index, row) in file.rows() {
        let (row, event) = (row.unwrap(), pml.event(index as usize).unwrap());
        for (column, _) in COLUMNS {
            let mut expected = String::new();
            style.push(&event, column, &mut expected);
            assert_eq!(row.get(column).unwrap(), expected, "row {index} {column:?}");
        }
    }
}

/// Any damage gives rows or errors, and the same rows by number as in order.
#[test]
fn hostile_exports() {
    let rows = tricky();
    let text = write(&rows);
    let mut bytes: Vec<Vec<u8>> = (0..text.len()).map(|end| text.as_bytes()[..end].to_vec()).collect();
    for at in 0..text.len() {
        for byte in [0, b'"', b',', b'\n', 0xFF] {
            let mut changed = text.as_bytes().to_vec();
            changed[at] = byte;
            bytes.push(changed);
        }
    }
    bytes.push(b"\n".repeat(100_000));
    bytes.push([text.as_bytes(), &b"\"".repeat(100_000)].concat());
    bytes.push([text.as_bytes(), &b"\n\"".repeat(100_000)].concat());
    for bytes in bytes {
        let Ok(file) = ImportFile::from_held(bytes) else { continue };
        let mut count = 0;
        for (index, row) in file.rows() {
            assert_eq!(index, count);
            count += 1;
            if let Ok(row) = row {
                let _ = (row.time(), row.status(), row.operation(), row.duration(), row.open(), row.target());
                let _ = (row.value(), row.exit_status(), row.created(), row.started());
            }
        }
        assert_eq!(count, file.len());
        assert!(file.row(count).is_err());
    }
}
