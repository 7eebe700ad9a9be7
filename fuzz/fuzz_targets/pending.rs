//! Any bytes as pending.xml.
#![no_main]

use libfuzzer_sys::fuzz_target;
use servicing_logs::pending;

fuzz_target!(|bytes: &[u8]| drop(pending::read(bytes, drop)));
