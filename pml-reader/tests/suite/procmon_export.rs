//! Process Monitor's own exports, row by row, on all of their columns.

use crate::common;

use std::collections::{BTreeMap, HashMap};

use pml_reader::{COLUMNS, Column, PmlFile, Style};

/// Row, our text, theirs.
type Example = (usize, String, String);

/// What differs in one column.
#[derive(Default)]
struct Differences {
    rows: usize,
    different: usize,
    /// By column and operation: how many, and the first few.
    kinds: BTreeMap<(String, String), (usize, Vec<Example>)>,
}

fn compare(name: &str, utc_offset_minutes: i32) -> Option<Differences> {
    let file = PmlFile::from_vec(common::data(&format!("{name}.PML"))?).unwrap();
    let csv = common::data(&format!("{name}.csv"))?;
    assert!(file.problems().is_empty(), "{name}: {:?}", file.problems());
    let mut reader = csv::ReaderBuilder::new().from_reader(csv.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&csv));
    let headings = reader.headers().unwrap().clone();
    let columns: Vec<Column> = headings
        .iter()
        .map(|h| COLUMNS.iter().find(|(_, heading)| *heading == h).unwrap_or_else(|| panic!("column {h}")).0)
        .collect();
    let mut found = Differences::default();
    let style = Style::procmon(utc_offset_minutes);
    let mut events = file.events();
    let mut details: HashMap<u128, String> = HashMap::new();
    for (row, record) in reader.records().enumerate() {
        let record = record.unwrap();
        let event = events.next().expect("an event for each row").unwrap();
        if let Some(error) = event.detail_error() {
            panic!("{name} row {row}: {} {error}: {record:?}", event.operation().name());
        }
        let mut differs = false;
        for (column, theirs) in columns.iter().zip(record.iter()) {
            let mut ours = String::new();
            style.push(&event, *column, &mut ours);
            if *column == Column::Detail
                && let Some(key) = event.detail_key()
            {
                let known = details.entry(key).or_insert_with(|| ours.clone());
                assert_eq!(*known, ours, "{name} row {row}: the number of its detail stands for another one");
            }
            if ours != theirs {
                differs = true;
                let key = (column.heading().to_owned(), event.operation().name().to_owned());
                let (count, examples) = found.kinds.entry(key).or_default();
                *count += 1;
                if examples.len() < 3 {
                    examples.push((row, ours, theirs.to_owned()));
                }
            }
        }
        found.rows += 1;
        found.different += usize::from(differs);
    }
    assert_eq!(events.count(), 0, "{name}: every event has its row");
    eprintln!("{name}: {} of {} rows differ", found.different, found.rows);
    for ((column, operation), (count, examples)) in &found.kinds {
        eprintln!("  {count} {column} of {operation}");
        for (row, ours, theirs) in examples {
            eprintln!("    row {row}\n      ours   {ours:?}\n      theirs {theirs:?}");
        }
    }
    Some(found)
}

#[test]
fn x64_all_classes() {
    let Some(found) = compare("pml/LogfileTests64bitUTC", 0) else { return };
    assert_eq!(found.rows, 53_214);
    assert!(found.different * 1000 <= found.rows * 5, "{}", found.different);
}

#[test]
fn x86_all_classes() {
    let Some(found) = compare("pml/LogfileTests32bitUTC", 0) else { return };
    assert_eq!(found.rows, 32_930);
    assert!(found.different * 1000 <= found.rows * 5, "{}", found.different);
}

#[test]
fn x64_file_system() {
    let Some(found) = compare("pml/LogFileUTC64Filesystem", 0) else { return };
    assert_eq!(found.rows, 31_569);
    assert!(found.different * 1000 <= found.rows * 5, "{}", found.different);
}

#[test]
fn version_7_live_backing_file() {
    let Some(found) = compare("pml/Noriben-v7-xp32", -300) else { return };
    assert_eq!((found.rows, found.different), (623, 0));
}
