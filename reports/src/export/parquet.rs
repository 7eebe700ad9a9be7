//! Parquet, for DuckDB, pandas and other programs that query millions of rows: columns with types, times as
//! timestamps.

use std::{
    io::{self, Write},
    ops::Range,
    sync::Arc,
};

use bytes::Bytes;
use parquet::{
    basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical},
    column::writer::ColumnWriter,
    data_type::ByteArray,
    errors::ParquetError,
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::types::{Type, TypePtr},
};
use pml_reader::Column;
use timeline::query::{Filter, Row, Rows};

use super::{Exported, Field, FieldKind, Gather, walk};

/// Rows of a group: readers take a group as a whole, and the writer holds one.
const GROUP: usize = 1 << 17;
/// Bytes of text in a group, where rows are long.
const GROUP_BYTES: usize = 64 << 20;

/// Writes the events of the sources that `filter` selects, at most `limit`, as one Parquet file. It has the event's
/// number, its status in hex, and these columns, named with underscores. `progress` gets the number of events
/// examined.
///
/// Times are nanoseconds in UTC, spans are seconds. What a trace does not record is null.
///
/// # Errors
/// Those of `out`.
pub fn export_parquet<S: Rows, W: Write + Send>(
    sources: &[&S],
    filter: &Filter,
    limit: Option<u64>,
    columns: &[Column],
    out: W,
    progress: impl Fn(u64),
) -> io::Result<Exported> {
    let fields: Vec<Field> = Field::of(columns.iter().copied()).collect();
    let schema =
        fields.iter().copied().map(declaration).collect::<Result<Vec<TypePtr>, _>>().map_err(failed)?;
    let schema = Type::group_type_builder("events").with_fields(schema).build().map_err(failed)?;
    let properties = WriterProperties::builder()
        .set_created_by(format!("bootrace {}", env!("CARGO_PKG_VERSION")))
        .set_compression(Compression::SNAPPY)
        .build();
    let mut writer =
        SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties)).map_err(failed)?;
    let mut group = Group::of(&fields);
    let write = |mut part: Group, wanted: usize| {
        part.truncate(wanted);
        group.append(part, &fields);
        if group.rows >= GROUP || group.text_bytes() >= GROUP_BYTES {
            std::mem::replace(&mut group, Group::of(&fields)).write(&mut writer)?;
        }
        Ok(())
    };
    let done = walk(sources, filter, limit, Columns(&fields), write, progress)?;
    if group.rows > 0 {
        group.write(&mut writer)?;
    }
    writer.close().map_err(failed)?;
    Ok(done)
}

/// The writer's error, as the error of its output if it is one.
fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(error) => io::Error::other(error),
        },
        error => io::Error::other(error),
    }
}

fn declaration(field: Field) -> Result<TypePtr, ParquetError> {
    let (physical, logical) = match field.kind() {
        FieldKind::Number => (Physical::INT64, None),
        FieldKind::Time => {
            let nanoseconds = LogicalType::timestamp(true, TimeUnit::NANOS);
            (Physical::INT64, Some(nanoseconds))
        }
        FieldKind::Seconds => (Physical::DOUBLE, None),
        FieldKind::Text | FieldKind::SharedText => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    let name = field.name();
    let builder = Type::primitive_type_builder(&name, physical).with_logical_type(logical);
    builder.with_repetition(Repetition::OPTIONAL).build().map(Arc::new)
}

/// The values of some rows.
#[derive(Debug, Default)]
struct Group {
    columns: Vec<Values>,
    rows: usize,
}

/// The values of a column that are there, and for each row whether it has one (1) or not (0).
#[derive(Debug)]
struct Values {
    there: Vec<i16>,
    cells: Cells,
}

#[derive(Debug)]
enum Cells {
    Numbers(Vec<i64>),
    Reals(Vec<f64>),
    /// Texts one after the other, and where each of them ends.
    Texts(String, Vec<usize>),
}

impl Group {
    fn of(fields: &[Field]) -> Self {
        let cells = |field: &Field| match field.kind() {
            FieldKind::Number | FieldKind::Time => Cells::Numbers(Vec::new()),
            FieldKind::Seconds => Cells::Reals(Vec::new()),
            FieldKind::Text | FieldKind::SharedText => Cells::Texts(String::new(), Vec::new()),
        };
        let columns = fields.iter().map(|field| Values { there: Vec::new(), cells: cells(field) });
        Self { columns: columns.collect(), rows: 0 }
    }

    fn text_bytes(&self) -> usize {
        let bytes = |values: &Values| if let Cells::Texts(text, _) = &values.cells { text.len() } else { 0 };
        self.columns.iter().map(bytes).sum()
    }

    /// Keeps the first rows.
    fn truncate(&mut self, rows: usize) {
        if rows >= self.rows {
            return;
        }
        self.rows = rows;
        for values in &mut self.columns {
            values.there.truncate(rows);
            let count = values.there.iter().filter(|there| **there == 1).count();
            match &mut values.cells {
                Cells::Numbers(numbers) => numbers.truncate(count),
                Cells::Reals(reals) => reals.truncate(count),
                Cells::Texts(text, ends) => {
                    ends.truncate(count);
                    text.truncate(ends.last().copied().unwrap_or(0));
                }
            }
        }
    }

    fn append(&mut self, part: Self, fields: &[Field]) {
        if self.rows == 0 && !part.columns.is_empty() {
            *self = part;
            return;
        }
        debug_assert_eq!(self.columns.len(), fields.len());
        self.rows += part.rows;
        for (all, mut values) in self.columns.iter_mut().zip(part.columns) {
            all.there.append(&mut values.there);
            match (&mut all.cells, values.cells) {
                (Cells::Numbers(all), Cells::Numbers(mut numbers)) => all.append(&mut numbers),
                (Cells::Reals(all), Cells::Reals(mut reals)) => all.append(&mut reals),
                (Cells::Texts(all, all_ends), Cells::Texts(text, ends)) => {
                    let before = all.len();
                    all.push_str(&text);
                    all_ends.extend(ends.into_iter().map(|end| before + end));
                }
                // Parts are made of the same fields.
                _ => {}
            }
        }
    }

    fn write<W: Write + Send>(self, writer: &mut SerializedFileWriter<W>) -> io::Result<()> {
        let mut group = writer.next_row_group().map_err(failed)?;
        for values in self.columns {
            let Some(mut column) = group.next_column().map_err(failed)? else { break };
            let there = Some(values.there.as_slice());
            let written = match (column.untyped(), values.cells) {
                (ColumnWriter::Int64ColumnWriter(to), Cells::Numbers(numbers)) => {
                    to.write_batch(&numbers, there, None)
                }
                (ColumnWriter::DoubleColumnWriter(to), Cells::Reals(reals)) => {
                    to.write_batch(&reals, there, None)
                }
                (ColumnWriter::ByteArrayColumnWriter(to), Cells::Texts(text, ends)) => {
                    to.write_batch(&texts(text, &ends), there, None)
                }
                // The writer's columns are those that were declared.
                _ => Ok(0),
            };
            written.map_err(failed)?;
            column.close().map_err(failed)?;
        }
        group.close().map_err(failed)?;
        Ok(())
    }
}

/// Views of texts that stand one after the other.
fn texts(text: String, ends: &[usize]) -> Vec<ByteArray> {
    let bytes = Bytes::from(text);
    let mut start = 0;
    let ranges = ends.iter().map(|end| Range { start: std::mem::replace(&mut start, *end), end: *end });
    ranges.map(|range| ByteArray::from(bytes.slice(range))).collect()
}

/// Gathers rows by column.
struct Columns<'f>(&'f [Field]);

impl Gather for Columns<'_> {
    type Memory = ();
    type Part = Group;

    fn row<R: Row>(&self, row: &R, (): &mut (), part: &mut Group) -> Result<(), R::Damage> {
        if part.columns.is_empty() {
            *part = Group::of(self.0);
        }
        let mut damage = Ok(());
        part.rows += 1;
        for (field, values) in self.0.iter().zip(&mut part.columns) {
            let there = match &mut values.cells {
                Cells::Numbers(numbers) => {
                    let number = field.number(row);
                    numbers.extend(number);
                    number.is_some()
                }
                Cells::Reals(reals) => {
                    let seconds = field.seconds(row);
                    reals.extend(seconds);
                    seconds.is_some()
                }
                Cells::Texts(text, ends) => {
                    let before = text.len();
                    if let Err(error) = field.push_text(row, text) {
                        damage = Err(error);
                    }
                    let there = text.len() > before;
                    ends.extend(there.then_some(text.len()));
                    there
                }
            };
            values.there.push(i16::from(there));
        }
        damage
    }
}
