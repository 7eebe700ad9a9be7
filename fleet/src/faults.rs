//! Faults on purpose, for tests. They are in debug builds only, and only where `BOOTRACE_FLEET_FAULTS` names them.

use std::{hint::black_box, path::Path};

/// Such as `panic:a.zip,loop:b.zip,allocate:c.zip`.
const NAMES: &str = "BOOTRACE_FLEET_FAULTS";

/// Panics, loops or allocates where the variable says so for a case of this name.
pub(crate) fn strike(path: &Path) {
    let Ok(wanted) = std::env::var(NAMES) else { return };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let here = |(_, of): &(&str, &str)| *of == name;
    for (fault, _) in wanted.split(',').filter_map(|entry| entry.split_once(':')).filter(here) {
        match fault {
            "loop" => loop {
                std::thread::yield_now();
            },
            "allocate" => drop(black_box(vec![1_u8; 10 << 30])),
            #[expect(clippy::panic, reason = "that is what the test asks for")]
            _ => panic!("a panic on purpose"),
        }
    }
}
