//! Any bytes as an export of Process Monitor: all rows, in order and by number, and what is told from their texts.
#![no_main]

use std::hint::black_box;

use libfuzzer_sys::fuzz_target;
use pml_reader::{COLUMNS, import::ImportFile};

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = ImportFile::from_held(bytes.to_vec()) else { return };
    let mut count = 0;
    for (index, row) in file.rows() {
        assert_eq!(index, count);
        count += 1;
        let Ok(row) = row else { continue };
        black_box((row.time(), row.duration(), row.status(), row.operation(), row.open(), row.target()));
        black_box((row.value(), row.exit_status(), row.created(), row.started()));
        black_box(COLUMNS.iter().filter_map(|(column, _)| row.get(*column)).map(|text| text.len()).sum::<usize>());
        if index % 7 == 0 {
            assert_eq!(file.row(index).map(|again| again.offset()).ok(), Some(row.offset()));
        }
    }
    assert_eq!(count, file.len());
});
