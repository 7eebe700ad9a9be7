//! Rows by column: what one thread gathers of some rows, and how that becomes an Arrow batch.

use std::{ops::Range, sync::Arc};

use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int64Array, PrimitiveArray, RecordBatch, StringArray,
    TimestampNanosecondArray, types::Int32Type,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, Field as ArrowField, Schema, SchemaRef, TimeUnit};
use reports::export::{Field, FieldKind, Gather};
use timeline::query::Row;

use crate::shared_texts::{NONE, SharedTexts};

const UTC: &str = "UTC";

/// The columns as Arrow declares them.
pub(crate) fn schema(fields: &[Field]) -> SchemaRef {
    let declared = |field: &Field| ArrowField::new(field.name(), data_type(field.kind()), true);
    Arc::new(Schema::new(fields.iter().map(declared).collect::<Vec<_>>()))
}

fn data_type(kind: FieldKind) -> DataType {
    match kind {
        FieldKind::Number => DataType::Int64,
        FieldKind::Time => DataType::Timestamp(TimeUnit::Nanosecond, Some(UTC.into())),
        FieldKind::Seconds => DataType::Float64,
        FieldKind::Text => DataType::Utf8,
        FieldKind::SharedText => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
    }
}

/// Gathers rows by column.
pub(crate) struct Columns<'f>(pub(crate) &'f [Field]);

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
            if let Err(error) = values.push(*field, row) {
                damage = Err(error);
            }
        }
        damage
    }
}

/// The values of some rows.
#[derive(Debug, Default)]
pub(crate) struct Group {
    columns: Vec<Values>,
    rows: usize,
}

/// The values of a column, one for each row.
#[derive(Debug)]
enum Values {
    Numbers(Vec<i64>, Vec<bool>),
    Reals(Vec<f64>, Vec<bool>),
    /// Texts one after the other, and where each of them ends. An empty one stands for none.
    Texts(String, Vec<usize>),
    /// For each row the code of its text, or [`NONE`].
    Shared(Vec<i32>, SharedTexts),
}

impl Values {
    #[inline]
    fn push<R: Row>(&mut self, field: Field, row: &R) -> Result<(), R::Damage> {
        match self {
            Self::Numbers(values, there) => {
                let number = field.number(row);
                values.push(number.unwrap_or_default());
                there.push(number.is_some());
            }
            Self::Reals(values, there) => {
                let seconds = field.seconds(row);
                values.push(seconds.unwrap_or_default());
                there.push(seconds.is_some());
            }
            Self::Texts(text, ends) => {
                let pushed = field.push_text(row, text);
                ends.push(text.len());
                return pushed;
            }
            Self::Shared(codes, texts) => {
                let key = field.key(row);
                if let Some(code) = key.and_then(|key| texts.answer(key)) {
                    codes.push(code);
                    return Ok(());
                }
                let (code, pushed) = texts.code_of(|text| field.push_text(row, text));
                codes.push(code);
                // What is damaged is found in every row that has it.
                if let (Some(key), Ok(())) = (key, &pushed) {
                    texts.remember(key, code);
                }
                return pushed;
            }
        }
        Ok(())
    }

    /// Appends some rows of another; `codes` are those here of its shared texts.
    fn append(&mut self, other: &Self, rows: Range<usize>, codes: &[i32]) {
        match (self, other) {
            (Self::Numbers(values, there), Self::Numbers(others, others_there)) => {
                values.extend_from_slice(others.get(rows.clone()).unwrap_or_default());
                there.extend_from_slice(others_there.get(rows).unwrap_or_default());
            }
            (Self::Reals(values, there), Self::Reals(others, others_there)) => {
                values.extend_from_slice(others.get(rows.clone()).unwrap_or_default());
                there.extend_from_slice(others_there.get(rows).unwrap_or_default());
            }
            (Self::Texts(text, ends), Self::Texts(other, other_ends)) => {
                let start = end_of(other_ends, rows.start);
                let before = text.len();
                text.push_str(other.get(start..end_of(other_ends, rows.end)).unwrap_or_default());
                let added = other_ends.get(rows).unwrap_or_default();
                ends.extend(added.iter().map(|end| before + (end - start)));
            }
            (Self::Shared(all, _), Self::Shared(others, _)) => {
                let here = |code: &i32| usize::try_from(*code).ok().and_then(|code| codes.get(code));
                let added = others.get(rows).unwrap_or_default();
                all.extend(added.iter().map(|code| here(code).copied().unwrap_or(NONE)));
            }
            // Groups are made of the same fields.
            _ => {}
        }
    }

    fn into_array(self, kind: FieldKind) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Numbers(values, there) if kind == FieldKind::Time => {
                let times = TimestampNanosecondArray::try_new(values.into(), nulls(there))?;
                Arc::new(times.with_timezone(UTC))
            }
            Self::Numbers(values, there) => Arc::new(Int64Array::try_new(values.into(), nulls(there))?),
            Self::Reals(values, there) => Arc::new(Float64Array::try_new(values.into(), nulls(there))?),
            Self::Texts(text, ends) => Arc::new(texts(text, &ends, true)?),
            Self::Shared(codes, shared) => {
                let there = nulls(codes.iter().map(|code| *code != NONE).collect());
                let codes: ScalarBuffer<i32> = codes.into_iter().map(|code| code.max(0)).collect();
                let (text, ends) = shared.into_texts();
                let keys = PrimitiveArray::<Int32Type>::try_new(codes, there)?;
                Arc::new(DictionaryArray::try_new(keys, Arc::new(texts(text, &ends, false)?))?)
            }
        })
    }
}

/// Where the text of the row before `row` ends.
fn end_of(ends: &[usize], row: usize) -> usize {
    row.checked_sub(1).and_then(|last| ends.get(last)).copied().unwrap_or(0)
}

fn nulls(there: Vec<bool>) -> Option<NullBuffer> {
    let nulls = NullBuffer::new(BooleanBuffer::from(there));
    (nulls.null_count() > 0).then_some(nulls)
}

/// Texts that stand one after the other; empty ones are null where `may_lack`.
fn texts(text: String, ends: &[usize], may_lack: bool) -> Result<StringArray, ArrowError> {
    let offsets: Result<Vec<i32>, _> =
        std::iter::once(&0).chain(ends).map(|end| i32::try_from(*end)).collect();
    let offsets = offsets.map_err(|_| {
        ArrowError::ExternalError(
            "the text of an event is longer than 2 GiB, so no Arrow string holds it".into(),
        )
    })?;
    let there = may_lack.then(|| offsets.windows(2).map(|ends| ends.first() != ends.last()).collect());
    let offsets = OffsetBuffer::new(offsets.into());
    StringArray::try_new(offsets, Buffer::from_vec(text.into_bytes()), there.and_then(nulls))
}

impl Group {
    /// A group without rows.
    pub(crate) fn of(fields: &[Field]) -> Self {
        let values = |field: &Field| match field.kind() {
            FieldKind::Number | FieldKind::Time => Values::Numbers(Vec::new(), Vec::new()),
            FieldKind::Seconds => Values::Reals(Vec::new(), Vec::new()),
            FieldKind::Text => Values::Texts(String::new(), Vec::new()),
            FieldKind::SharedText => Values::Shared(Vec::new(), SharedTexts::default()),
        };
        Self { columns: fields.iter().map(values).collect(), rows: 0 }
    }

    /// How many rows it has.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Appends the rows of another from `from` on, until it has `most` rows, or a column `bytes` of text. Returns the
    /// first that was not taken.
    pub(crate) fn append(&mut self, other: &Self, from: usize, most: usize, bytes: usize) -> usize {
        let mut to = other.rows.min(from + most.saturating_sub(self.rows));
        for (own, others) in self.columns.iter().zip(&other.columns) {
            if let (Values::Texts(text, _), Values::Texts(_, ends)) = (own, others) {
                let room = end_of(ends, from) + bytes.saturating_sub(text.len());
                to = to.min(ends.partition_point(|end| *end <= room));
            }
        }
        // A row that is longer than a batch stands alone.
        if self.rows == 0 && to <= from {
            to = other.rows.min(from + 1);
        }
        let rows = from..to.max(from);
        self.rows += rows.len();
        for (own, others) in self.columns.iter_mut().zip(&other.columns) {
            let codes = match (&mut *own, others) {
                (Values::Shared(_, texts), Values::Shared(_, others)) => texts.take(others),
                _ => Vec::new(),
            };
            own.append(others, rows.clone(), &codes);
        }
        rows.end
    }

    /// The group as a batch.
    ///
    /// # Errors
    /// A text that is too long for Arrow.
    pub(crate) fn into_batch(self, fields: &[Field], schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
        let columns = self.columns.into_iter().zip(fields);
        let arrays: Result<Vec<ArrayRef>, _> =
            columns.map(|(values, field)| values.into_array(field.kind())).collect();
        RecordBatch::try_new(schema.clone(), arrays?)
    }
}
