//! A log above 4 GiB, sparse. It is synthetic, because none was ever seen. The array has five bytes for each offset,
//! and the header eight for each table. Completion data is counted from its record on.

use std::{
    fs::File,
    io::{Seek as _, SeekFrom, Write as _},
    path::Path,
};

use pml_reader::{COLUMNS, HEADER_SIZE, PmlFile, Style};

/// Where the second copy of the records lies.
const FAR: u64 = 0x1_2000_0000;

fn row(file: &PmlFile, index: usize) -> Vec<String> {
    let event = file.event(index).unwrap();
    let text = |column| {
        let mut text = String::new();
        Style::default().push(&event, column, &mut text);
        text
    };
    COLUMNS.iter().map(|(column, _)| text(*column)).collect()
}

#[test]
fn records_behind_4_gib_are_read() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../sample-traces/samples/driver-queue-access-denied.pml");
    let log = std::fs::read(path).unwrap();
    let near = PmlFile::from_vec(log.clone()).unwrap();
    let count = near.len();
    let array = usize::try_from(near.header().offsets_offset).unwrap();
    let places: Vec<u64> = near.events().map(|e| e.unwrap().offset()).collect();
    let records = &log[HEADER_SIZE as usize..array];
    let tables = &log[array + count * 5..];

    let far_array = (FAR + records.len() as u64).next_multiple_of(4);
    let far_tables = far_array + 2 * 5 * count as u64;
    let mut header = log[..HEADER_SIZE as usize].to_vec();
    let events = u32::try_from(2 * count).unwrap();
    header[0x234..0x238].copy_from_slice(&events.to_le_bytes());
    let moved = far_tables - (array + count * 5) as u64;
    for at in [0x250usize, 0x258, 0x260, 0x3A0] {
        let offset = u64::from_le_bytes(header[at..at + 8].try_into().unwrap()) + moved;
        header[at..at + 8].copy_from_slice(&offset.to_le_bytes());
    }
    header[0x248..0x250].copy_from_slice(&far_array.to_le_bytes());

    let mut file = tempfile::NamedTempFile::new().unwrap();
    let write = |file: &mut File, at: u64, bytes: &[u8]| {
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(bytes).unwrap();
    };
    let out = file.as_file_mut();
    write(out, 0, &header);
    write(out, HEADER_SIZE, records);
    write(out, FAR, records);
    let shift = FAR - HEADER_SIZE;
    let entries = places.iter().copied().chain(places.iter().map(|at| at + shift));
    let entries: Vec<u8> = entries.flat_map(|at| at.to_le_bytes()[..5].to_vec()).collect();
    write(out, far_array, &entries);
    write(out, far_tables, tables);

    let far = PmlFile::open(file.path()).unwrap();
    assert!(
        far.recovered().is_none() && far.problems().is_empty(),
        "{:?} {:?}",
        far.recovered(),
        far.problems()
    );
    assert_eq!(far.len(), 2 * count);
    for (index, place) in places.iter().enumerate() {
        assert_eq!(far.event(count + index).unwrap().offset(), place + shift);
        assert_eq!(row(&far, index), row(&near, index));
        assert_eq!(row(&far, count + index), row(&near, index));
    }
}
