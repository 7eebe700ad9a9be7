//! Adds the rows of cases: all rows of a case or none.

use std::collections::HashSet;

use rusqlite::{ToSql, types::Null};
use serde_json::Value;

use super::Store;
use crate::{FleetError, protocol::CaseRows, tables};

impl Store {
    /// The cases that it holds, by the hashes of their contents.
    pub(crate) fn known_cases(&self) -> Result<HashSet<String>, FleetError> {
        let mut statement = self.connection.prepare("SELECT case_id FROM cases").map_err(self.failed())?;
        let found = statement.query_map([], |row| row.get(0)).map_err(self.failed())?;
        found.collect::<Result<_, _>>().map_err(self.failed())
    }

    /// Adds cases in one transaction.
    pub(crate) fn insert(&mut self, cases: &[CaseRows]) -> Result<(), FleetError> {
        let path = self.path.clone();
        let failed = |source| FleetError::Database { path: path.clone(), source };
        let transaction = self.connection.transaction().map_err(failed)?;
        for case in cases {
            // The row that the others refer to comes first.
            let in_order = tables().iter().filter(|t| t.each.is_empty());
            for table in in_order.chain(tables().iter().filter(|t| !t.each.is_empty())) {
                let rows = case.get(&table.name).map(Vec::as_slice).unwrap_or_default();
                if rows.is_empty() {
                    continue;
                }
                let places = vec!["?"; table.columns.len()].join(", ");
                let sql = format!("INSERT INTO \"{}\" VALUES ({places})", table.name);
                let mut statement = transaction.prepare_cached(&sql).map_err(failed)?;
                for row in rows {
                    let values: Vec<Box<dyn ToSql>> = row.iter().map(value).collect();
                    statement.execute(rusqlite::params_from_iter(values)).map_err(failed)?;
                }
            }
        }
        transaction.commit().map_err(failed)
    }
}

fn value(value: &Value) -> Box<dyn ToSql> {
    match value {
        Value::Null => Box::new(Null),
        Value::Bool(yes) => Box::new(i64::from(*yes)),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Box::new(number),
            None => Box::new(number.as_f64()),
        },
        Value::String(text) => Box::new(text.clone()),
        Value::Array(_) | Value::Object(_) => Box::new(value.to_string()),
    }
}
