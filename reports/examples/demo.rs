//! Renders the reports of the tests into a folder: `cargo run -p reports --example demo -- FOLDER`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure ends the program")]

#[path = "../tests/suite/made/mod.rs"]
mod made;

use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("demo-reports"), PathBuf::from);
    for (name, report) in made::all() {
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("report.html"), reports::html::render(&report, reports::Lang::En)?)?;
        for lang in reports::Lang::ALL {
            std::fs::write(folder.join(format!("{lang}.png")), reports::png::render(&report, lang)?.bytes)?;
        }
    }
    Ok(())
}
