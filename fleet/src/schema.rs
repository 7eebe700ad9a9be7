//! The tables, read from `schema/tables.json`: where in a report each column comes from. `spark/bootrace_fleet.py` reads the
//! same file.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use crate::protocol::CaseRows;

/// The file that describes the tables.
pub const TABLES: &str = include_str!("../schema/tables.json");

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Real,
    /// The day of a time, such as `2026-11-29`: text.
    Day,
}

impl Kind {
    /// Its type in SQLite.
    #[must_use]
    pub const fn sql(self) -> &'static str {
        match self {
            Self::Text | Self::Day => "TEXT",
            Self::Integer => "INTEGER",
            Self::Real => "REAL",
        }
    }
}

/// A column.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "(String, Kind, Vec<String>, String)")]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Where its value stands: the first of these ways that leads to one.
    pub from: Vec<String>,
    /// What it means.
    pub about: String,
}

impl From<(String, Kind, Vec<String>, String)> for Column {
    fn from((name, kind, from, about): (String, Kind, Vec<String>, String)) -> Self {
        Self { name, kind, from, about }
    }
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub about: String,
    /// The list whose elements are its rows; for a table with one row a case, the object that is the row.
    pub each: String,
    /// All its columns, those of its key first.
    pub columns: Vec<Column>,
}

impl Table {
    /// Whether a case may have several rows.
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.each.ends_with(".*")
    }
}

#[derive(Deserialize)]
struct Described {
    about: String,
    each: String,
    columns: Vec<Column>,
}

/// The tables, in the order of their names.
#[must_use]
pub fn tables() -> &'static [Table] {
    static ALL: LazyLock<Vec<Table>> = LazyLock::new(read);
    &ALL
}

#[expect(clippy::expect_used, reason = "the file is built in, and a test reads it")]
fn read() -> Vec<Table> {
    let described: serde_json::Map<String, Value> =
        serde_json::from_str(TABLES).expect("tables.json is JSON");
    let table = |(name, value): (String, Value)| {
        let mut described: Described = serde_json::from_value(value).expect("tables.json describes tables");
        let key = |name: &str, kind, from: &str, about: &str| Column {
            name: name.into(),
            kind,
            from: vec![from.into()],
            about: about.into(),
        };
        let mut columns = Vec::new();
        if !described.each.is_empty() {
            columns.push(key("case_id", Kind::Text, "case.case_id", "The case."));
        }
        if described.each.ends_with(".*") {
            columns.push(key("number", Kind::Integer, "number", "Its place in the report's list, from 1."));
        }
        columns.append(&mut described.columns);
        Table { name, about: described.about, each: described.each, columns }
    };
    described.into_iter().map(table).collect()
}

/// The rows of a case. `case` holds what is known without the report; a case that failed has no report.
pub(crate) fn rows(case: &Value, report: &Value) -> CaseRows {
    let none = Value::Null;
    let mut all = CaseRows::new();
    for table in tables() {
        let list: Vec<&Value> = match table.each.strip_suffix(".*") {
            Some(way) => Roots { case, report, row: &none, number: 0 }
                .at(way)
                .and_then(Value::as_array)
                .map_or_else(Vec::new, |list| list.iter().collect()),
            None if table.each.is_empty() => vec![&none],
            None => Roots { case, report, row: &none, number: 0 }.at(&table.each).into_iter().collect(),
        };
        let row = |(row, number): (&Value, u64)| {
            let roots = Roots { case, report, row, number };
            table.columns.iter().map(|column| roots.value(column)).collect()
        };
        all.insert(table.name.clone(), list.into_iter().zip(1..).map(row).collect());
    }
    all
}

/// What a way may begin with.
struct Roots<'a> {
    case: &'a Value,
    report: &'a Value,
    row: &'a Value,
    number: u64,
}

impl<'a> Roots<'a> {
    fn value(&self, column: &Column) -> Value {
        if column.from.iter().any(|way| way == "number") {
            return self.number.into();
        }
        let mut found = column.from.iter().filter_map(|way| self.at(way));
        let value = found.find(|value| value.as_str() != Some("")).cloned().unwrap_or(Value::Null);
        match (column.kind, value) {
            (Kind::Day, Value::String(time)) => time.get(..10).map_or(Value::Null, Value::from),
            (Kind::Integer, Value::Bool(is)) => u8::from(is).into(),
            (_, value) => value,
        }
    }

    /// What a way such as `report.machine.name` or `row.states.-1.state` leads to.
    fn at(&self, way: &str) -> Option<&'a Value> {
        let mut parts = way.split('.');
        let root = match parts.next()? {
            "case" => self.case,
            "report" => self.report,
            "row" => self.row,
            _ => return None,
        };
        let found = parts.try_fold(root, |value, part| match (value, part) {
            (Value::Array(list), "-1") => list.last(),
            (Value::Array(list), number) => list.get(number.parse::<usize>().ok()?),
            (value, key) => value.get(key),
        })?;
        (!found.is_null()).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_report_becomes_rows() {
        let report = json!({
            "verdict": {"outcome": "no_failure"},
            "clock": {"end": "2026-11-29T10:00:00.0000000Z"},
            "services": [{"name": "A", "states": [{"state": "stopped"}, {"state": "running"}]}, {"name": "B"}],
        });
        let rows = rows(&json!({"case_id": "c1", "name": "x"}), &report);
        let column = |table: &str, column: &str| -> Vec<Value> {
            let about = tables().iter().find(|t| t.name == table).unwrap();
            let place = about.columns.iter().position(|c| c.name == column).unwrap();
            rows[table].iter().map(|row| row[place].clone()).collect()
        };
        assert_eq!(column("cases", "day"), [json!("2026-11-29")]);
        assert_eq!(column("verdicts", "outcome"), [json!("no_failure")]);
        assert_eq!(column("services", "number"), [json!(1), json!(2)]);
        assert_eq!(column("services", "last_state"), [json!("running"), Value::Null]);
        assert_eq!(column("services", "case_id"), [json!("c1"), json!("c1")]);
        assert!(rows["candidates"].is_empty());
    }

    #[test]
    fn a_case_without_a_report_has_one_row() {
        let rows = rows(&json!({"case_id": "c1"}), &Value::Null);
        let filled: Vec<_> = rows.iter().filter(|(_, rows)| !rows.is_empty()).collect();
        assert_eq!(filled.len(), 1);
        assert_eq!(filled[0].0, "cases");
    }

    /// The tables as docs/FLEET.md prints them.
    fn described() -> String {
        let mut page = String::new();
        for table in tables() {
            let key = if table.is_list() { "`case_id`, `number`" } else { "`case_id`" };
            page += &format!(
                "### {}\n\n{} Key: {key}.\n\n| column | type | what |\n|---|---|---|\n",
                table.name, table.about
            );
            for column in &table.columns {
                page += &format!("| `{}` | {} | {} |\n", column.name, column.kind.sql(), column.about);
            }
            page.push('\n');
        }
        page
    }

    #[test]
    fn the_page_describes_the_tables() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/FLEET.md");
        let page = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
        let (before, rest) = page.split_once("<!-- tables -->\n\n").unwrap();
        let (tables, after) = rest.split_once("<!-- /tables -->").unwrap();
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            let page = format!("{before}<!-- tables -->\n\n{}<!-- /tables -->{after}", described());
            std::fs::write(path, page).unwrap();
            return;
        }
        assert_eq!(tables, described(), "run: UPDATE_SCHEMA=1 cargo test -p fleet --lib schema");
    }
}
