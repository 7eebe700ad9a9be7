//! One JSON line a case: the columns of UCUpdateAlert of Windows Update for Business reports, beside those of the database.
//!
//! The names are those of Microsoft's page on the schema of `UCUpdateAlert`. What bootrace does not know is left out.

use std::io::Write;

use serde_json::{Map, Value};

use super::{Flat, each_case, text};
use crate::{FleetError, Store};

/// Writes a line for each case.
///
/// # Errors
/// The database cannot be read, or the lines cannot be written.
pub fn jsonl(store: &Store, out: &mut dyn Write) -> Result<(), FleetError> {
    each_case(store, |flat| {
        let mut line = alert(&flat);
        line.extend(flat);
        let mut bytes = serde_json::to_vec(&line)?;
        bytes.push(b'\n');
        out.write_all(&bytes).map_err(FleetError::io("the lines"))
    })
}

fn alert(flat: &Flat) -> Map<String, Value> {
    let of = |column: &str| text(flat, column);
    let first = |columns: &[&str]| {
        columns.iter().map(|column| of(column)).find(|text| !text.is_empty()).unwrap_or_default().to_owned()
    };
    let failed = matches!(of("outcome"), "failing_operation" | "failure_without_operation");
    let classification = match of("outcome") {
        _ if failed => "Error",
        "no_failure" => "Informational",
        _ => "Warning",
    };
    let columns = [
        ("AlertClassification", classification.to_owned()),
        ("AlertId", first(&["case_id"])),
        ("AlertType", "ClientUpdateAlert".to_owned()),
        ("AlertSubtype", first(&["signature", "outcome", "error_kind"])),
        ("Description", first(&["headline_en", "summary_en", "error"])),
        ("DeviceName", first(&["machine"])),
        ("ErrorCode", if failed { first(&["hresult", "status"]) } else { String::new() }),
        ("ErrorSymName", if failed { first(&["hresult_name", "result"]) } else { String::new() }),
        ("Recommendation", first(&["remedy_en", "next_capture_en"])),
        ("StartTime", first(&["boot_start"])),
        ("TargetBuild", first(&["update_version"])),
        ("TargetKBNumber", first(&["kb"])),
        ("TimeGenerated", first(&["ending_time", "boot_start"])),
    ];
    let known = columns.into_iter().filter(|(_, value)| !value.is_empty());
    known.map(|(name, value)| (name.to_owned(), value.into())).collect()
}
