//! A log that is to be written anew: one of Process Monitor, or a raw boot log.

use std::path::Path;

use crate::words::said as say;
use anyhow::Context as _;
use pml_reader::{PmlFile, pmb::Pmb};

/// Opens the log and says on stderr what is wrong with it; of a raw boot log what it is turned into, in a temporary file
/// without a name.
pub(crate) fn open(path: &Path) -> anyhow::Result<PmlFile> {
    let input = path.display();
    let (file, raw) = timeline::open_log(path).with_context(|| say::CANNOT_READ.with(&[&input]))?;
    if let Some(words) = words(&file, raw.as_ref()) {
        tell!("bootrace: {input}: {words}");
    }
    // What a raw boot log is turned into has no tables that could be damaged.
    let problems = if raw.is_some() { &[] } else { file.problems() };
    for problem in problems {
        tell!("bootrace: {input}: {problem}");
    }
    Ok(file)
}

/// What to say of a log that was raw, or had to be recovered.
pub(crate) fn words(file: &PmlFile, raw: Option<&Pmb>) -> Option<String> {
    raw.map(of_raw_log).or_else(|| recovered(file))
}

fn recovered(file: &PmlFile) -> Option<String> {
    let recovered = file.recovered()?;
    let mut text = match &recovered.reason {
        Some(reason) => format!("recovered {} events: {reason}", recovered.events),
        None => "its tables are damaged".to_owned(),
    };
    let lost = recovered.gap_bytes + recovered.tail.map_or(0, |tail| tail.bytes);
    if lost > 0 {
        text.push_str(&format!("; {lost} bytes are no record"));
    }
    if let Some(names) = recovered.names {
        let all = names.of_table + names.of_events + names.inferred + names.unknown;
        text.push_str(&format!(
            "; {} of {all} processes have no name; they have {} events",
            names.unknown, names.unknown_events
        ));
    }
    Some(text)
}

fn of_raw_log(pmb: &Pmb) -> String {
    let drives: Vec<_> = pmb.drives.iter().map(|(volume, drive)| format!("{volume} = {drive}:")).collect();
    let assumed = if pmb.assumed_drive { " (assumed)" } else { "" };
    format!(
        "a raw boot log of a {}-bit system, read by a public description of its layout that no real file was held against: {} operations, \
         {} joined to their end; {}{assumed}; {} bytes are no record",
        if pmb.is_64bit { 64 } else { 32 },
        pmb.operations,
        pmb.joined,
        drives.join(", "),
        pmb.gap_bytes
    )
}
