//! The independent generator of cases, in Python: `tests/independent`.

use std::{ops::Range, path::Path, process::Command};

use anyhow::{Context as _, Result};

/// Makes its cases with these seeds in `folder`.
///
/// # Errors
/// Where Python cannot be started, or the generator fails.
pub fn make(folder: &Path, seeds: &Range<u64>, events: u32) -> Result<()> {
    let generator = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/independent/make.py");
    let python = if cfg!(windows) { "python" } else { "python3" };
    let seeds = format!("{}..{}", seeds.start, seeds.end.saturating_sub(1));
    let out = Command::new(python)
        .arg(&generator)
        .arg(folder)
        .args(["--seeds", &seeds, "--events", &events.to_string()])
        .output()
        .with_context(|| format!("{python} does not start"))?;
    let said = String::from_utf8_lossy(&out.stderr);
    anyhow::ensure!(out.status.success(), "{}: {said}", generator.display());
    Ok(())
}
