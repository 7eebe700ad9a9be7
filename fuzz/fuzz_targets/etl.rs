//! Any bytes as an ETW trace.
#![no_main]

use etl_reader::{EtlFile, Summary};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| drop(EtlFile::from_bytes(bytes).map(|file| Summary::of(&file))));
