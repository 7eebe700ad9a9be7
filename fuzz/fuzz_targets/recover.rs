//! Any bytes behind a header that leads nowhere: what is recovered can be read, and written as a log that needs no recovery.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use pml_reader::{HEADER_SIZE, PmlFile, write::write_subset};

fuzz_target!(|bytes: &[u8]| {
    let Some((how, events)) = bytes.split_first() else { return };
    let mut log = vec![0; HEADER_SIZE as usize];
    log[..4].copy_from_slice(b"PML_");
    log[4] = 9;
    log[8] = how & 1;
    log.extend(events);
    let Ok(file) = PmlFile::from_vec(log) else { return };
    assert!(file.recovered().is_some());
    let Ok((out, subset)) = write_subset(&file, 0..file.len(), Cursor::new(Vec::new())) else { return };
    let mended = PmlFile::from_vec(out.into_inner()).expect("what is written is a log");
    assert!(mended.recovered().is_none());
    assert_eq!(mended.len(), subset.events);
});
