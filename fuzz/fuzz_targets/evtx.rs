//! Any bytes as a Windows event log.
#![no_main]

use libfuzzer_sys::fuzz_target;
use servicing_logs::event_log;

fuzz_target!(|bytes: &[u8]| drop(event_log::read(bytes, drop)));
