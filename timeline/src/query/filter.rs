//! Filters in Process Monitor's way. Several on one column are alternatives. All columns must hold. A filter that
//! excludes always excludes. Texts compare without case.

use memchr::memmem::Finder;
use pml_reader::{Column, Relation, Style};

use super::{
    column::column_name,
    error::FilterError,
    expression,
    row::{Glimpse, Row},
    time::{TimeError, TimePoint},
    value::Value,
};
use crate::model::FileTime;

#[derive(Debug, Clone)]
struct Predicate {
    column: Column,
    relation: Relation,
    /// In lower case.
    text: String,
    /// Finds the text.
    finder: Finder<'static>,
    /// What the column's numbers are held against, where it holds numbers.
    value: Option<Value>,
}

/// Which events are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    predicates: Vec<Predicate>,
    /// Positions of predicates of which one must hold, a list for each column.
    alternatives: Vec<Vec<usize>>,
    /// Positions of predicates that must hold, because they exclude.
    exclusions: Vec<usize>,
    from: Option<TimePoint>,
    to: Option<TimePoint>,
    /// Ticks that both ends lie further out.
    margin: u64,
    /// How columns are printed that are compared.
    pub style: Style,
}

/// What one thread remembers while it filters: what a predicate said of a process, a status, an operation.
#[derive(Debug, Default)]
pub struct Scratch {
    text: String,
    known: Vec<Known>,
    glimpses: Known,
    bounds: Option<(u64, u64)>,
}

/// Answers by key: a small table in which a new key takes the place of another, so that no log can make it grow.
#[derive(Debug, Clone)]
struct Known {
    answers: Vec<Option<(u128, bool)>>,
}

/// Answers that are remembered; a log has some hundred processes, statuses and operations.
const ANSWERS: usize = 1 << 10;

impl Default for Known {
    fn default() -> Self {
        Self { answers: vec![None; ANSWERS] }
    }
}

impl Known {
    fn place(key: u128) -> usize {
        let folded = (key & 0xFFFF_FFFF_FFFF_FFFF) as u64 ^ ((key >> 64) as u64).rotate_left(17);
        (folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 54) as usize % ANSWERS
    }

    #[inline]
    fn answer(&self, key: u128) -> Option<bool> {
        let (known, holds) = (*self.answers.get(Self::place(key))?)?;
        (known == key).then_some(holds)
    }

    fn remember(&mut self, key: u128, holds: bool) {
        if let Some(answer) = self.answers.get_mut(Self::place(key)) {
            *answer = Some((key, holds));
        }
    }
}

impl Filter {
    /// A filter of expressions `COLUMN RELATION VALUE`; quotes around the value are optional.
    ///
    /// # Errors
    /// [`FilterError`], for the first expression that is wrong.
    pub fn parse<S: AsRef<str>>(expressions: &[S]) -> Result<Self, FilterError> {
        let mut filter = Self::default();
        let mut columns: Vec<Column> = Vec::new();
        for (at, expression) in expressions.iter().enumerate() {
            let predicate = predicate(expression.as_ref())?;
            if predicate.excludes() {
                filter.exclusions.push(at);
            } else if let Some(list) = columns.iter().position(|c| *c == predicate.column) {
                filter.alternatives.get_mut(list).into_iter().for_each(|list| list.push(at));
            } else {
                columns.push(predicate.column);
                filter.alternatives.push(vec![at]);
            }
            filter.predicates.push(predicate);
        }
        Ok(filter)
    }

    /// The same filter between two moments, both included.
    ///
    /// # Errors
    /// [`FilterError::Time`]; [`FilterError::Reversed`].
    pub fn between(mut self, from: Option<&str>, to: Option<&str>) -> Result<Self, FilterError> {
        self.from = from.map(TimePoint::parse).transpose()?;
        self.to = to.map(TimePoint::parse).transpose()?;
        let reversed = self.from.zip(self.to).is_some_and(|(from, to)| from.is_after(to));
        match (reversed, from, to) {
            (true, Some(from), Some(to)) => {
                Err(FilterError::Reversed { from: from.to_owned(), to: to.to_owned() })
            }
            _ => Ok(self),
        }
    }

    /// The same filter within so many ticks of a moment.
    ///
    /// # Errors
    /// [`FilterError::Time`].
    pub fn around(mut self, moment: &str) -> Result<Self, FilterError> {
        let (point, margin) = TimePoint::parse_around(moment)?;
        (self.from, self.to, self.margin) = (Some(point), Some(point), margin);
        Ok(self)
    }

    /// The columns that it looks at.
    pub fn columns(&self) -> impl Iterator<Item = Column> {
        self.predicates.iter().map(|predicate| predicate.column)
    }

    /// Texts of which the path of every row that passes holds one: of each alternative the longest part without a
    /// backslash. None where an alternative has no such part.
    #[must_use]
    pub fn path_has(&self) -> Vec<String> {
        let of_path = |list: &&Vec<usize>| {
            list.iter().filter_map(|at| self.predicates.get(*at)).all(|p| p.column == Column::Path)
        };
        let parts = self.alternatives.iter().find(of_path).and_then(|list| {
            list.iter().map(|at| self.predicates.get(*at).and_then(Predicate::longest_part)).collect()
        });
        parts.unwrap_or_default()
    }

    /// The texts, in lower case, of which a column must be one.
    pub fn wanted(&self, column: Column) -> impl Iterator<Item = &str> {
        let wanted =
            move |p: &&Predicate| p.column == column && p.relation == Relation::Is && p.value.is_none();
        self.predicates.iter().filter(wanted).map(|predicate| predicate.text.as_str())
    }

    /// Whether it looks at times by `from`, `to` or `around`.
    #[must_use]
    pub fn is_timed(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }

    /// Whether its range of times has a part of a log with these first and last times.
    #[must_use]
    pub fn meets(&self, log: (FileTime, FileTime)) -> bool {
        let (from, to) = self.bounds(log);
        from <= log.1.0 && log.0.0 <= to
    }

    /// Puts the times of events in the place of their numbers (`#1588`).
    ///
    /// # Errors
    /// [`FilterError::Time`], where the source has no such event.
    pub fn set_event_times(&mut self, time: impl Fn(u64) -> Option<FileTime>) -> Result<(), FilterError> {
        for point in [&mut self.from, &mut self.to].into_iter().flatten() {
            if let TimePoint::Event(number) = *point {
                let found = time(number).ok_or_else(|| TimeError(format!("#{number}")))?;
                *point = TimePoint::Absolute(found);
            }
        }
        Ok(())
    }

    /// Whether every event passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.predicates.is_empty() && self.from.is_none() && self.to.is_none()
    }

    /// Whether a row may pass of which only some cells are known. What `scratch` remembers is of one source.
    #[inline]
    pub fn may_want(&self, glimpse: &dyn Glimpse, scratch: &mut Scratch) -> bool {
        let key = u128::from(glimpse.key());
        if let Some(may) = scratch.glimpses.answer(key) {
            return may;
        }
        let mut may_hold = |at: &usize| {
            let Some(predicate) = self.predicates.get(*at) else { return true };
            if let Some(value) = &predicate.value {
                let has = |number| value.has(number, self.style.utc_offset_minutes) != predicate.excludes();
                return glimpse.number(predicate.column).is_none_or(has);
            }
            scratch.text.clear();
            !glimpse.push(predicate.column, &mut scratch.text) || predicate.compare(&mut scratch.text)
        };
        let may = self.exclusions.iter().all(&mut may_hold)
            && self.alternatives.iter().all(|list| list.iter().any(&mut may_hold));
        scratch.glimpses.remember(key, may);
        may
    }

    /// Whether a row passes. What `scratch` remembers is of one source.
    pub fn wants<R: Row>(&self, row: &R, scratch: &mut Scratch) -> bool {
        if self.from.is_some() || self.to.is_some() {
            // The span of a trace costs something.
            let bounds = *scratch.bounds.get_or_insert_with(|| self.bounds(row.span()));
            if !(bounds.0..=bounds.1).contains(&row.time().0) {
                return false;
            }
        }
        if scratch.known.len() < self.predicates.len() {
            scratch.known.resize_with(self.predicates.len(), Known::default);
        }
        self.exclusions.iter().all(|at| self.holds(*at, row, scratch))
            && self.alternatives.iter().all(|list| list.iter().any(|at| self.holds(*at, row, scratch)))
    }

    fn bounds(&self, log: (FileTime, FileTime)) -> (u64, u64) {
        let resolve =
            |point: Option<TimePoint>| point.map(|p| p.resolve(log, self.style.utc_offset_minutes).0);
        let from = resolve(self.from).map_or(0, |time| time.saturating_sub(self.margin));
        let to = resolve(self.to).map_or(u64::MAX, |time| time.saturating_add(self.margin));
        (from, to)
    }

    /// Whether one predicate holds, remembered by what the column depends on.
    #[inline]
    fn holds<R: Row>(&self, at: usize, row: &R, scratch: &mut Scratch) -> bool {
        let Some(predicate) = self.predicates.get(at) else { return true };
        let key = row.key(predicate.column);
        if let (Some(key), Some(known)) = (key, scratch.known.get(at))
            && let Some(holds) = known.answer(key)
        {
            return holds;
        }
        let holds = match &predicate.value {
            Some(value) => {
                value.holds(row, predicate.column, self.style.utc_offset_minutes) != predicate.excludes()
            }
            None => {
                scratch.text.clear();
                // Of a damaged cell what can be read is compared; the export tells of the damage.
                let _ = row.push(predicate.column, self.style, &mut scratch.text);
                predicate.compare(&mut scratch.text)
            }
        };
        if let (Some(key), Some(known)) = (key, scratch.known.get_mut(at)) {
            known.remember(key, holds);
        }
        holds
    }
}

fn predicate(expression: &str) -> Result<Predicate, FilterError> {
    let (column, relation, text) = expression::read(expression)?;
    let value = Value::read(column, relation, &text).map_err(|expected| FilterError::Value {
        column: column_name(column),
        expected,
        value: text.clone(),
    })?;
    let text = text.to_lowercase();
    let finder = Finder::new(&text).into_owned();
    Ok(Predicate { column, relation, text, finder, value })
}

impl Predicate {
    fn excludes(&self) -> bool {
        matches!(self.relation, Relation::IsNot | Relation::Excludes)
    }

    /// The longest part of ASCII without a backslash that every text holds which stands in the relation.
    fn longest_part(&self) -> Option<String> {
        if !matches!(
            self.relation,
            Relation::Is | Relation::Contains | Relation::BeginsWith | Relation::EndsWith
        ) {
            return None;
        }
        let parts = self.text.split(|letter: char| !letter.is_ascii() || letter == '\\');
        parts.max_by_key(|part| part.len()).filter(|part| !part.is_empty()).map(str::to_owned)
    }

    /// Whether a cell's text stands in the relation to the value. The text is made lower case on the way.
    fn compare(&self, text: &mut String) -> bool {
        if text.is_ascii() {
            text.make_ascii_lowercase();
        } else {
            *text = text.to_lowercase();
        }
        let value = self.text.as_str();
        match self.relation {
            Relation::Is => text == value,
            Relation::IsNot => text != value,
            Relation::LessThan => text.as_str() < value,
            Relation::MoreThan => text.as_str() > value,
            Relation::BeginsWith => text.starts_with(value),
            Relation::EndsWith => text.ends_with(value),
            Relation::Contains => self.finder.find(text.as_bytes()).is_some(),
            Relation::Excludes => self.finder.find(text.as_bytes()).is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(expression: &str, text: &str) -> bool {
        predicate(expression).unwrap().compare(&mut text.to_owned())
    }

    #[test]
    fn relations_compare_as_in_process_monitor() {
        assert!(holds("result is access denied", "ACCESS DENIED"));
        assert!(holds("result is \"ACCESS DENIED\"", "ACCESS DENIED"));
        assert!(holds("result is 'ACCESS DENIED'", "ACCESS DENIED"));
        assert!(holds("path begins-with c:\\windows", "C:\\Windows\\x"));
        assert!(holds("path ends-with .INF", "C:\\cpu.inf"));
        assert!(holds("path excludes temp", "C:\\Windows"));
        assert!(!holds("process-name is-not TiWorker.exe", "tiworker.exe"));
        assert!(holds("process-name more-than ti", "TiWorker.exe"));
        assert!(holds("path contains ПУТЬ", "C:\\путь"));
        assert!(holds("detail is", "") && holds("duration is ''", ""));
    }

    #[test]
    fn what_every_wanted_path_holds() {
        let has = |expressions: &[&str]| Filter::parse(expressions).unwrap().path_has();
        assert_eq!(has(&[r"path begins-with C:\Windows\INF"]), ["windows"]);
        assert_eq!(has(&["path ends-with cpu.INF", "pid is 4", "path is a"]), ["cpu.inf", "a"]);
        assert_eq!(has(&["path contains ПУТЬ.x"]), [".x"]);
        for any in ["path excludes a", "path is-not a", "path more-than a", "path is ''", "detail contains a"]
        {
            assert!(has(&[any]).is_empty(), "{any}");
        }
        assert!(has(&["path contains ПУТЬ", "path contains a"]).is_empty());
    }

    #[test]
    fn wrong_filters_teach() {
        let error = |e: &str| Filter::parse(&[e]).unwrap_err().to_string();
        assert!(error("result").contains("it takes a column"));
        assert!(error("reslt is x").contains("did you mean result?"));
        assert!(error("result equals x").contains("relations are is"));
        assert_eq!(error("pid is explorer.exe"), "pid takes a number, as 4 or 0x4, not \"explorer.exe\"");
        assert!(Filter::default().between(Some("soon"), None).is_err());
    }

    #[test]
    fn wrong_filters_teach_in_chinese() {
        let error = |e: &str| Filter::parse(&[e]).unwrap_err().words().zh;
        for (expression, said) in [
            ("result", "条件由列、关系和值组成"),
            ("reslt is x", "是否为 result？"),
            ("zzz is x", "没有名为 \"zzz\" 的列"),
            ("result equals x", "没有关系"),
            ("result is NOPE", "没有操作会返回结果 \"NOPE\""),
            ("operation is RegSetValu", "没有名为 \"RegSetValu\" 的操作；是否为 RegSetValue？"),
            ("operation is Frobnicate", "没有名为 \"Frobnicate\" 的操作；请用 Process Monitor 的操作名"),
            ("event class is Files", "没有事件类 \"Files\"；可用的事件类：Process、Registry"),
            ("pid is explorer.exe", "pid 需要数字，例如 4 或 0x4，而不是"),
            ("duration > soon", "duration 需要秒数或时长"),
        ] {
            assert!(error(expression).contains(said), "{expression}: {}", error(expression));
        }
        let reversed = Filter::default().between(Some("@2s"), Some("@1s")).unwrap_err().words();
        assert_eq!(reversed.zh, "--from @2s 晚于 --to @1s；请对调");
        assert!(Filter::default().around("soon").unwrap_err().words().zh.contains("不是此日志中的时间"));
    }

    #[test]
    fn a_filter_tells_what_it_asks_for() {
        let filter =
            Filter::parse(&["operation is CreateFile", "operation is-not ReadFile", "pid is 4"]).unwrap();
        assert_eq!(filter.wanted(Column::Operation).collect::<Vec<_>>(), ["createfile"]);
        assert_eq!(filter.wanted(Column::Pid).count(), 0);
        let log = (FileTime(1_000), FileTime(20_000_000));
        let later = Filter::default().between(Some("@5s"), None).unwrap();
        assert!(later.is_timed() && !later.meets(log));
        assert!(Filter::default().between(Some("@1s"), None).unwrap().meets(log));
    }
}
