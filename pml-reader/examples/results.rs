//! How often each result occurs in a log: `cargo run --release --example results -- boot.pml`.

use std::collections::BTreeMap;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args_os().skip(1) {
        let log = pml_reader::PmlFile::open(path)?;
        let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
        for event in log.events() {
            *counts.entry(event?.status()).or_default() += 1;
        }
        for (status, count) in counts {
            let text = status_codes::procmon_result_text(status).unwrap_or("?");
            println!("{count:>10}  0x{status:08X}  {text}");
        }
    }
    Ok(())
}
