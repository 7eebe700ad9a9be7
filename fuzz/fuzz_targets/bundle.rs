//! Any bytes as an archive or a single file: kinds and members, each unpacked.
#![no_main]

use std::hint::black_box;

use libfuzzer_sys::fuzz_target;
use servicing_logs::bundle::Bundle;

fuzz_target!(|bytes: &[u8]| {
    let bundle = Bundle::of_bytes("input", bytes.to_vec());
    for member in bundle.members() {
        black_box(bundle.read(member).map(|read| read.bytes.len()).ok());
    }
});
