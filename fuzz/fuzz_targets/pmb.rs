//! Any bytes as a raw boot log: what it is turned into is a log whose events can all be read.
#![no_main]

use std::{hint::black_box, io::Cursor};

use libfuzzer_sys::fuzz_target;
use pml_reader::{PmlFile, pmb};

fuzz_target!(|bytes: &[u8]| {
    let Ok((out, found)) = pmb::convert(bytes, Cursor::new(Vec::new())) else { return };
    let log = PmlFile::from_vec(out.into_inner()).expect("what is written is a log");
    assert_eq!(log.len() as u64, found.operations);
    let mut last = 0;
    for event in log.events() {
        let event = event.expect("what is written can be read");
        assert!(event.time().0 >= last);
        last = event.time().0;
        black_box((event.path(), event.detail()));
    }
});
