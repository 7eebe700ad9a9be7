//! The database for other programs. Nothing here needs a network.

mod jsonl;
mod ocsf;
#[cfg(feature = "parquet")]
mod parquet;

pub use jsonl::jsonl;
pub use ocsf::ocsf;
#[cfg(feature = "parquet")]
pub use parquet::parquet;

use serde_json::{Map, Value};

use crate::{FleetError, Store};

/// A case with its answer and its signature, by the names of the columns below.
type Flat = Map<String, Value>;

/// What the exports with one line a case are made of.
const CASES: &str = "
    SELECT c.*, v.outcome, v.phase, v.hresult, v.hresult_name, v.confidence, v.headline_en, v.summary_en,
           v.missing_en, v.kb, v.update_identity, v.update_version, v.ending, v.ending_time, v.process, v.operation,
           v.path, v.target_path, v.result, v.status, v.remedy_rule, v.remedy_en, v.remedy_command,
           v.next_capture_en, s.id AS signature, s.text AS signature_text, s.version AS signature_version
    FROM cases c LEFT JOIN verdicts v USING (case_id) LEFT JOIN signatures s USING (case_id)
    ORDER BY c.case_id";

/// Calls for each case, in the order of their ids.
fn each_case(store: &Store, mut case: impl FnMut(Flat) -> Result<(), FleetError>) -> Result<(), FleetError> {
    let mut statement = store.connection.prepare(CASES).map_err(store.failed())?;
    let names: Vec<String> = statement.column_names().map(ToOwned::to_owned).collect();
    let mut rows = statement.query([]).map_err(store.failed())?;
    while let Some(row) = rows.next().map_err(store.failed())? {
        let mut flat = Flat::new();
        for (at, name) in names.iter().enumerate() {
            let value: rusqlite::types::Value = row.get(at).map_err(store.failed())?;
            flat.insert(name.clone(), json(value));
        }
        case(flat)?;
    }
    Ok(())
}

fn json(value: rusqlite::types::Value) -> Value {
    use rusqlite::types::Value as Sql;
    match value {
        Sql::Null | Sql::Blob(_) => Value::Null,
        Sql::Integer(number) => number.into(),
        Sql::Real(number) => number.into(),
        Sql::Text(text) => text.into(),
    }
}

/// The text of a column; empty where there is none.
fn text<'f>(flat: &'f Flat, column: &str) -> &'f str {
    flat.get(column).and_then(Value::as_str).unwrap_or_default()
}
