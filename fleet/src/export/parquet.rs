//! Every table as a Parquet file, for DuckDB, pandas, Spark and ClickHouse.

use std::{fs::File, path::Path, sync::Arc};

use parquet::{
    basic::Compression,
    column::writer::ColumnWriter,
    data_type::ByteArray,
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};
use rusqlite::types::Value;

use crate::{FleetError, Kind, Store, Table, tables};

/// Rows that are held at a time.
const ROWS: usize = 50_000;

/// Writes `TABLE.parquet` for each table into a folder.
///
/// # Errors
/// The database cannot be read, or a file cannot be written.
pub fn parquet(store: &Store, folder: &Path) -> Result<(), FleetError> {
    std::fs::create_dir_all(folder).map_err(FleetError::io(folder))?;
    tables().iter().try_for_each(|table| write(store, table, &folder.join(format!("{}.parquet", table.name))))
}

fn write(store: &Store, table: &Table, path: &Path) -> Result<(), FleetError> {
    let column = |column: &crate::Column| {
        let kind = match column.kind {
            Kind::Text | Kind::Day => format!("binary {} (UTF8)", column.name),
            Kind::Integer => format!("int64 {}", column.name),
            Kind::Real => format!("double {}", column.name),
        };
        format!("optional {kind};")
    };
    let columns: String = table.columns.iter().map(column).collect();
    let schema = Arc::new(parse_message_type(&format!("message {} {{ {columns} }}", table.name))?);
    let properties = Arc::new(WriterProperties::builder().set_compression(Compression::SNAPPY).build());
    let file = File::create(path).map_err(FleetError::io(path))?;
    let mut writer = SerializedFileWriter::new(file, schema, properties)?;
    let keys = if table.is_list() { "case_id, number" } else { "case_id" };
    let sql = format!("SELECT * FROM \"{}\" ORDER BY {keys}", table.name);
    let mut statement = store.connection.prepare(&sql).map_err(store.failed())?;
    let mut rows = statement.query([]).map_err(store.failed())?;
    loop {
        let mut columns: Vec<Vec<Value>> = vec![Vec::new(); table.columns.len()];
        while columns.first().is_some_and(|column| column.len() < ROWS) {
            let Some(row) = rows.next().map_err(store.failed())? else { break };
            for (at, column) in columns.iter_mut().enumerate() {
                column.push(row.get(at).map_err(store.failed())?);
            }
        }
        if columns.first().is_none_or(Vec::is_empty) {
            break;
        }
        let mut group = writer.next_row_group()?;
        for values in &columns {
            let Some(mut column) = group.next_column()? else { break };
            fill(column.untyped(), values)?;
            column.close()?;
        }
        group.close()?;
    }
    writer.close()?;
    Ok(())
}

fn fill(writer: &mut ColumnWriter<'_>, values: &[Value]) -> Result<(), FleetError> {
    let levels: Vec<i16> = values.iter().map(|value| i16::from(*value != Value::Null)).collect();
    let levels = Some(levels.as_slice());
    match writer {
        ColumnWriter::ByteArrayColumnWriter(writer) => {
            let text = |value: &Value| match value {
                Value::Text(text) => Some(ByteArray::from(text.clone().into_bytes())),
                _ => None,
            };
            writer.write_batch(&values.iter().filter_map(text).collect::<Vec<_>>(), levels, None)?;
        }
        ColumnWriter::Int64ColumnWriter(writer) => {
            let number =
                |value: &Value| if let Value::Integer(number) = value { Some(*number) } else { None };
            writer.write_batch(&values.iter().filter_map(number).collect::<Vec<_>>(), levels, None)?;
        }
        ColumnWriter::DoubleColumnWriter(writer) => {
            let number = |value: &Value| if let Value::Real(number) = value { Some(*number) } else { None };
            writer.write_batch(&values.iter().filter_map(number).collect::<Vec<_>>(), levels, None)?;
        }
        // The schema above asks for no other.
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use serde_json::json;

    #[test]
    fn another_reader_finds_the_rows_with_their_kinds_and_gaps() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(&folder.path().join("fleet.db")).unwrap();
        let case =
            json!({"case_id": "c1", "name": "名", "healthy": 1, "redacted": 0, "state": "ok", "bytes": 7});
        let report = json!({"candidates": [{"score": 1.5, "path": "a"}, {"path": "b"}], "verdict": {}});
        store.insert(&[schema::rows(&case, &report)]).unwrap();
        parquet(&store, &folder.path().join("out")).unwrap();
        let read = |name: &str| -> Vec<String> {
            let file = File::open(folder.path().join(format!("out/{name}.parquet"))).unwrap();
            let reader = SerializedFileReader::new(file).unwrap();
            let rows = reader.get_row_iter(None).unwrap();
            rows.map(|row| row.unwrap().to_string()).collect()
        };
        let candidates = read("candidates");
        assert_eq!(candidates.len(), 2);
        assert!(
            candidates[0].contains("score: 1.5") && candidates[0].contains("number: 1"),
            "{candidates:?}"
        );
        assert!(candidates[1].contains("score: null"), "{candidates:?}");
        assert!(read("cases")[0].contains("name: \"名\""), "{:?}", read("cases"));
        assert!(read("services").is_empty());
    }
}
