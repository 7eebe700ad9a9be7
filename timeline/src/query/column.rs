//! Columns by the names that people type: Process Monitor's headings in lower case, with hyphens.

use pml_reader::{COLUMNS, Column};

use crate::model::Words;

/// A column that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no column {name:?}; {}", hint(nearest))]
pub struct ColumnError {
    /// What was asked for.
    pub name: String,
    nearest: Vec<String>,
}

impl ColumnError {
    /// The error in both languages.
    #[must_use]
    pub fn words(&self) -> Words {
        let hint = match self.nearest.as_slice() {
            [] => {
                "可用的列有 process-name、pid、operation、path、result、detail，以及 Process Monitor 的其他列"
                    .to_owned()
            }
            names => format!("是否为 {}？", names.join(" 或 ")),
        };
        Words::new(self.to_string(), format!("没有名为 {:?} 的列；{hint}", self.name))
    }
}

fn hint(nearest: &[String]) -> String {
    match nearest {
        [] => {
            "columns are process-name, pid, operation, path, result, detail and Process Monitor's other ones"
                .to_owned()
        }
        names => format!("did you mean {}?", names.join(" or ")),
    }
}

/// The name of a column: `process-name`, `date-and-time`.
#[must_use]
pub fn column_name(column: Column) -> String {
    column.heading().to_lowercase().replace(" & ", "-and-").replace(' ', "-")
}

/// The column with this name, be it with hyphens or with underscores.
///
/// # Errors
/// [`ColumnError`], with the nearest names.
pub fn column_named(name: &str) -> Result<Column, ColumnError> {
    let lower = name.to_lowercase().replace('_', "-");
    let names = || COLUMNS.iter().map(|(column, _)| (*column, column_name(*column)));
    if let Some((column, _)) = names().find(|(_, known)| *known == lower) {
        return Ok(column);
    }
    let near = |known: &String| {
        known.contains(&lower) || lower.contains(known.as_str()) || distance(known, &lower) <= 2
    };
    let nearest = names().map(|(_, known)| known).filter(near).take(3).collect();
    Err(ColumnError { name: name.to_owned(), nearest })
}

/// How many letters must be changed, put in or taken out to make one word the other. Of long words the first 64 count.
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(64).enumerate() {
        let mut last = i;
        let mut next = vec![i + 1];
        for (y, above) in b.iter().zip(row.iter().skip(1)) {
            let left = next.last().copied().unwrap_or(0);
            next.push((last + usize::from(x != *y)).min(above + 1).min(left + 1));
            last = *above;
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_name_and_is_found_by_it() {
        for (column, _) in COLUMNS {
            assert_eq!(column_named(&column_name(column)), Ok(column));
        }
        assert_eq!(column_name(Column::DateAndTime), "date-and-time");
        assert_eq!(column_named("Process-Name"), Ok(Column::ProcessName));
        assert_eq!(column_named("date_and_time"), Ok(Column::DateAndTime));
    }

    #[test]
    fn a_wrong_name_gets_the_nearest_ones() {
        assert_eq!(
            column_named("procesname").unwrap_err().to_string(),
            "there is no column \"procesname\"; did you mean process-name?"
        );
        assert!(column_named("zzz").unwrap_err().to_string().contains("columns are"));
    }
}
