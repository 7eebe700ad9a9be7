//! One process of cases. It makes each file, runs the whole way to a report, and says what became of it.

use std::{
    fs,
    io::Write as _,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Mutex,
    time::Instant,
};

use anyhow::{Context as _, Result};
use diagnosis::Rules;
use reports::{Lang, text::TextOptions};
use timeline::{Case, Timeline};

use super::{
    Outcome, Torture,
    damage::Damaged,
    inputs::{self, Original},
};
use sample_traces::Rng;

/// Every so many cases the picture is drawn too.
const PICTURES: u64 = 64;

static PANIC: Mutex<Option<String>> = Mutex::new(None);

pub(super) fn run(torture: &Torture, step: u64) -> Result<()> {
    std::panic::set_hook(Box::new(|info| {
        if let Ok(mut said) = PANIC.lock() {
            said.get_or_insert_with(|| info.to_string());
        }
    }));
    let originals = inputs::originals(torture.data.as_deref())?;
    let folder = tempfile::tempdir()?;
    let rules = Rules::built_in();
    println!("ready");
    let mut case = torture.from;
    while case < torture.cases {
        let outcome = one(torture.seed, case, &originals, folder.path(), &rules)?;
        println!("{}", serde_json::to_string(&outcome)?);
        std::io::stdout().flush()?;
        case += step;
    }
    Ok(())
}

/// The damaged file of a case.
fn damaged(seed: u64, case: u64, originals: &[Original]) -> Result<(&Original, Damaged)> {
    let mut rng = Rng::new(seed ^ case.wrapping_mul(0x9E37_79B9_7F4A_7C15)).fork("damage");
    let turn = usize::try_from(case % originals.len() as u64)?;
    let original = originals.get(turn).context("no file to damage")?;
    let mut file = Damaged::new(&original.bytes);
    for _ in 0..rng.between(1, 4) {
        let other = rng.choose(originals);
        file.harm(&mut rng, &other.bytes);
    }
    Ok((original, file))
}

fn one(seed: u64, case: u64, originals: &[Original], folder: &Path, rules: &Rules) -> Result<Outcome> {
    let (original, file) = damaged(seed, case, originals)?;
    let path = folder.join(original.file);
    fs::write(&path, &file.bytes)?;
    let began = Instant::now();
    let read = catch_unwind(AssertUnwindSafe(|| way(&path, rules, case.is_multiple_of(PICTURES))));
    let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let peak = peak();
    let panic = PANIC.lock().ok().and_then(|mut said| said.take());
    let (opened, given) = read.unwrap_or_default();
    fs::remove_file(&path)?;
    let records = original.counts().then(|| {
        let mut present = original.present(&file.stretches());
        let all = present.values().sum();
        let mut hits = 0;
        for key in given {
            if let Some(left) = present.get_mut(&key).filter(|left| **left > 0) {
                *left -= 1;
                hits += 1;
            }
        }
        (all, hits)
    });
    let size = file.bytes.len() as u64;
    Ok(Outcome {
        case,
        kind: original.kind.to_owned(),
        damage: file.done.join(", "),
        size,
        records,
        opened,
        panic,
        milliseconds,
        peak,
    })
}

/// From the file to all that is printed. Returns whether anything was read, and the keys of the records.
#[expect(clippy::expect_used, reason = "the torture counts a panic")]
fn way(path: &Path, rules: &Rules, picture: bool) -> (bool, Vec<u64>) {
    let case = Case::open(&[path.to_owned()]);
    let timeline = Timeline::new(&case);
    let report = reports::report(&timeline, &diagnosis::diagnose(&timeline, rules));
    reports::json::render(&report).expect("every report is JSON");
    for lang in [Lang::En, Lang::Zh] {
        drop(reports::text::render(&report, &TextOptions { lang, ..TextOptions::default() }));
        reports::html::render(&report, lang).expect("every report is a page");
    }
    if picture {
        reports::png::render(&report, Lang::En).expect("every report is a picture");
    }
    (!case.inputs.is_empty(), case.inputs.iter().flat_map(|input| inputs::found(&input.source)).collect())
}

/// The most memory that this process has taken, in KiB, as Linux reports it.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

/// Writes the file of a case, to be looked at.
pub(super) fn keep(torture: &Torture, case: u64, folder: &Path) -> Result<()> {
    let originals = inputs::originals(torture.data.as_deref())?;
    let (original, file) = damaged(torture.seed, case, &originals)?;
    fs::create_dir_all(folder)?;
    let path = folder.join(format!("{case}-{}", original.file));
    fs::write(&path, file.bytes).with_context(|| path.display().to_string())
}

/// Writes the files of all cases whose records are counted, and how many of them each holds.
pub(super) fn write(torture: &Torture, folder: &Path) -> Result<()> {
    let originals = inputs::originals(torture.data.as_deref())?;
    fs::create_dir_all(folder)?;
    let mut manifest = String::new();
    for case in torture.from..torture.cases {
        let (original, file) = damaged(torture.seed, case, &originals)?;
        if !original.counts() {
            continue;
        }
        let name = format!("{case}-{}", original.file);
        fs::write(folder.join(&name), &file.bytes)?;
        let present: u64 = original.present(&file.stretches()).values().sum();
        let line = serde_json::json!({ "file": name, "kind": original.kind, "present": present });
        manifest.push_str(&format!("{line}\n"));
    }
    Ok(fs::write(folder.join("manifest.jsonl"), manifest)?)
}
