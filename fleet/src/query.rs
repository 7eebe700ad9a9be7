//! Any question to the database, in SQL.

use rusqlite::types::ValueRef;
use unicode_width::UnicodeWidthStr as _;

use crate::{FleetError, Store};

/// The answer to a question: text by row and column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

/// Asks one question. The database was opened for reading, so nothing can be changed.
///
/// # Errors
/// The SQL is wrong, holds several statements, or would write.
pub fn query(store: &Store, sql: &str) -> Result<Rows, FleetError> {
    let mut statement = store.connection.prepare(sql).map_err(FleetError::Query)?;
    let columns: Vec<String> = statement.column_names().map(ToOwned::to_owned).collect();
    let mut found = statement.query([]).map_err(FleetError::Query)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next().map_err(FleetError::Query)? {
        let cell = |at: usize| row.get_ref(at).map(shown);
        rows.push((0..columns.len()).map(cell).collect::<Result<_, _>>().map_err(FleetError::Query)?);
    }
    Ok(Rows { columns, rows })
}

fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02X}")).collect(),
    }
}

impl Rows {
    /// As CSV.
    ///
    /// # Errors
    /// None is known: it is written to memory.
    pub fn csv(&self) -> Result<Vec<u8>, FleetError> {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(&self.columns)?;
        self.rows.iter().try_for_each(|row| csv.write_record(row))?;
        csv.into_inner().map_err(|error| FleetError::Csv(error.into_error().into()))
    }

    /// As a table for people: aligned, and safe for a terminal.
    #[must_use]
    pub fn table(&self) -> String {
        let safe = |row: &Vec<String>| row.iter().map(|cell| reports::visible(cell).into_owned()).collect();
        let lines: Vec<Vec<String>> = std::iter::once(&self.columns).chain(&self.rows).map(safe).collect();
        let width =
            |column: usize| lines.iter().filter_map(|l| l.get(column)).map(|c| c.width()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let mut table = String::new();
        for line in lines {
            let cells = line
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())));
            table.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
            table.push('\n');
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_answered_as_table_and_csv_and_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fleet.db");
        drop(Store::create(&path).unwrap());
        let store = Store::open(&path).unwrap();
        let sql = "SELECT 1 AS n, 'a,\u{1b}b' AS text UNION ALL SELECT 22, NULL";
        let rows = query(&store, sql).unwrap();
        assert_eq!(rows.table(), "n   text\n1   a,\\u{001B}b\n22\n");
        assert_eq!(String::from_utf8(rows.csv().unwrap()).unwrap(), "n,text\n1,\"a,\u{1b}b\"\n22,\n");
        let masked = query(&store, r"SELECT masked('C:\Users\ann\x.dll') AS m").unwrap();
        assert!(masked.rows[0][0].contains("<user>"), "{masked:?}");
        for wrong in ["DELETE FROM cases", "SELEC 1", "SELECT 1; SELECT 2", "ATTACH 'x.db' AS x; SELECT 1"] {
            assert!(matches!(query(&store, wrong), Err(FleetError::Query(_))), "{wrong}");
        }
    }
}
