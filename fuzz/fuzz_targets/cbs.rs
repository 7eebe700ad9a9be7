//! Any bytes as CBS.log.
#![no_main]

use libfuzzer_sys::fuzz_target;
use servicing_logs::cbs::CbsLog;

fuzz_target!(|bytes: &[u8]| drop(CbsLog::new(bytes).events()));
