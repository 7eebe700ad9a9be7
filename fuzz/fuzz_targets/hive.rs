//! Any bytes as a registry hive: what a report asks of each kind.
#![no_main]

use std::hint::black_box;

use libfuzzer_sys::fuzz_target;
use servicing_logs::{
    hive::Hive,
    registry::{cbs_state, components_state, software_state, system_state},
};

fuzz_target!(|bytes: &[u8]| {
    let Ok(hive) = Hive::open(bytes) else { return };
    black_box((cbs_state(&hive), components_state(&hive), software_state(&hive), system_state(&hive)));
    if let Ok(root) = hive.root() {
        black_box((root.subkeys().count(), root.values().count()));
    }
});
