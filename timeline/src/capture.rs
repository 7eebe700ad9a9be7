//! The files of `bootrace capture` beside its traces. They are recognised by their place in the bundle. They are JSON
//! of bootrace's own.

use serde::Deserialize;

use crate::sources::Source;

/// What tells the drive letters.
const MACHINE: &str = "capture/machine.json";
const PLACES: [&str; 3] = [MACHINE, "capture/services-before.json", "capture/services-after.json"];
/// A drive letter for each of these is more than any machine has.
const MOST_VOLUMES: usize = 256;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MachineFacts {
    /// NT device and drive letter of each volume: an ETW trace that was not merged names files by device only.
    volumes: Vec<(String, String)>,
}

/// Whether a member of a case is such a file.
pub(crate) fn is_place(path: &str) -> bool {
    PLACES.iter().any(|place| bundle_of(path, place).is_some())
}

/// Where the bundle of a member begins, where the member has that place in it.
fn bundle_of<'p>(path: &'p str, place: &str) -> Option<&'p str> {
    path.strip_suffix(place).filter(|before| before.is_empty() || before.ends_with('/'))
}

/// Tells each trace the drive letters of its bundle's machine. What does not read says nothing.
pub(crate) fn tell_volumes(inputs: &[(&str, &Source)]) {
    for (path, machine) in inputs {
        let Some(bundle) = bundle_of(path, MACHINE) else { continue };
        let facts: MachineFacts = serde_json::from_slice(machine.bytes()).unwrap_or_default();
        for (_, source) in inputs.iter().filter(|(path, _)| path.starts_with(bundle)) {
            if let Source::Etl(etl) = source {
                etl.set_volumes(facts.volumes.iter().take(MOST_VOLUMES));
            }
        }
    }
}
