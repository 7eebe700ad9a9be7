//! The events of CBS.log that carry a code: `cargo run --release --example codes -- CBS.log`.

use servicing_logs::cbs::CbsLog;

fn main() -> std::io::Result<()> {
    for path in std::env::args_os().skip(1) {
        let bytes = std::fs::read(path)?;
        for kept in CbsLog::new(&bytes).events().kept {
            if let Some((code, _)) = kept.code {
                println!("{code:?}  {:?}", kept.event);
            }
        }
    }
    Ok(())
}
