//! Any bytes as setupapi.dev.log.
#![no_main]

use libfuzzer_sys::fuzz_target;
use servicing_logs::{LogText, setupapi};

fuzz_target!(|bytes: &[u8]| drop(setupapi::read(&LogText::new(bytes), drop)));
