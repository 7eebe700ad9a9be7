//! One event of OCSF 1.3.0 a case: Operating System Patch State (class 5004), for cases that name an update, a build and a
//! time. The class requires the version of the system, and every event its time.

use std::io::Write;

use reports::model::Time;
use serde_json::{Value, json};

use super::{Flat, each_case, text};
use crate::{FleetError, Store};

const CLASS: u32 = 5004;
/// The discovered information is from a log.
const ACTIVITY_LOG: u32 = 1;
/// FILETIME of 1970-01-01.
const UNIX: u64 = 116_444_736_000_000_000;

/// Writes an event for each case for which the class fits, and returns for how many it does not.
///
/// # Errors
/// The database cannot be read, or the events cannot be written.
pub fn ocsf(store: &Store, out: &mut dyn Write) -> Result<u64, FleetError> {
    let mut left_out = 0;
    each_case(store, |flat| {
        let Some(event) = event(&flat) else {
            left_out += 1;
            return Ok(());
        };
        let mut bytes = serde_json::to_vec(&event)?;
        bytes.push(b'\n');
        out.write_all(&bytes).map_err(FleetError::io("the events"))
    })?;
    Ok(left_out)
}

fn event(flat: &Flat) -> Option<Value> {
    let of = |column: &str| text(flat, column);
    let (kb, build) = (of("kb"), of("build"));
    let time = [of("ending_time"), of("boot_start")].into_iter().find_map(Time::parse)?;
    if kb.is_empty() || build.is_empty() {
        return None;
    }
    let milliseconds = time.filetime().checked_sub(UNIX)? / 10_000;
    // Severity: 4 is high, 1 informational. Status: 2 is failure, 1 success, 0 unknown.
    let (severity, status) = match of("outcome") {
        "failing_operation" | "failure_without_operation" => (4, 2),
        "no_failure" => (1, 1),
        _ => (0, 0),
    };
    Some(json!({
        "activity_id": ACTIVITY_LOG,
        "category_uid": 5,
        "class_uid": CLASS,
        "type_uid": CLASS * 100 + ACTIVITY_LOG,
        "severity_id": severity,
        "time": milliseconds,
        "message": of("headline_en"),
        "status_id": status,
        "status_code": of("hresult"),
        "status_detail": of("signature_text"),
        "metadata": {
            "version": "1.3.0",
            "uid": of("case_id"),
            "product": { "name": "bootrace", "vendor_name": "bootrace", "version": of("tool_version") },
        },
        "device": {
            "type_id": 0,
            "hostname": of("machine"),
            "os": { "name": of("os"), "type_id": 100, "type": "Windows", "version": build },
        },
        "kb_article_list": [{ "uid": kb }],
        "unmapped": {
            "signature": of("signature"),
            "operation": of("operation"),
            "path": of("path"),
            "recommendation": of("remedy_en"),
        },
    }))
}
