//! Filter expressions as Process Monitor's users type them. Columns have its headings or bootrace's names. Relations
//! are its words, words with hyphens, or signs.

use std::collections::BTreeSet;

use etl_reader::names::OperationName;
use pml_reader::{COLUMNS, Column, Operation, Relation, UNKNOWN};
use status_codes::{NtStatus, ProcmonResult, ntstatuses_of_procmon_text};

use super::{
    column::{column_name, column_named, distance},
    error::{CLASSES, FilterError},
};

/// The relations by what people type; those that begin as another one does come before it.
const RELATIONS: &[(&str, Relation)] = &[
    ("is not", Relation::IsNot),
    ("is-not", Relation::IsNot),
    ("isn't", Relation::IsNot),
    ("!=", Relation::IsNot),
    ("<>", Relation::IsNot),
    ("is", Relation::Is),
    ("==", Relation::Is),
    ("=", Relation::Is),
    ("less than", Relation::LessThan),
    ("less-than", Relation::LessThan),
    ("<", Relation::LessThan),
    ("more than", Relation::MoreThan),
    ("more-than", Relation::MoreThan),
    ("greater than", Relation::MoreThan),
    (">", Relation::MoreThan),
    ("begins with", Relation::BeginsWith),
    ("begins-with", Relation::BeginsWith),
    ("starts with", Relation::BeginsWith),
    ("ends with", Relation::EndsWith),
    ("ends-with", Relation::EndsWith),
    ("contains", Relation::Contains),
    ("does not contain", Relation::Excludes),
    ("excludes", Relation::Excludes),
];

/// An expression in its parts: column, relation, value without its quotes.
pub(super) fn read(expression: &str) -> Result<(Column, Relation, String), FilterError> {
    let (column, rest) = column(expression.trim())?;
    if rest.is_empty() {
        return Err(FilterError::Form(expression.to_owned()));
    }
    let (relation, rest) = relation(rest)?;
    let value = rest.trim();
    let inside = |quote| value.strip_prefix(quote).and_then(|v| v.strip_suffix(quote));
    let value = inside('"').or_else(|| inside('\'')).unwrap_or(value);
    let whole = matches!(relation, Relation::Is | Relation::IsNot) && !value.is_empty();
    let value = match column {
        Column::Result => result(relation, value)?,
        Column::Operation if whole => operation(value)?,
        Column::EventClass if whole => event_class(value)?,
        _ => value.to_owned(),
    };
    Ok((column, relation, value))
}

/// The column that an expression begins with, and the rest: `"Process Name"`, `Process Name` or `process-name`.
fn column(expression: &str) -> Result<(Column, &str), FilterError> {
    for quote in ['"', '\''] {
        if let Some((name, rest)) = expression.strip_prefix(quote).and_then(|rest| rest.split_once(quote)) {
            return Ok((column_named(&name.trim().replace(' ', "-"))?, rest.trim_start()));
        }
    }
    let headings = COLUMNS.iter().flat_map(|(column, _)| {
        [column.heading().to_lowercase(), column_name(*column)].map(|name| (*column, name))
    });
    let whole =
        headings.filter_map(|(column, name)| Some((column, after_word(expression, &name)?, name.len())));
    if let Some((column, rest, _)) = whole.max_by_key(|(.., length)| *length) {
        return Ok((column, rest));
    }
    let end = expression.find(|c: char| c.is_whitespace() || "=<>!".contains(c));
    let (name, rest) = end.and_then(|at| expression.split_at_checked(at)).unwrap_or((expression, ""));
    match column_named(name) {
        Ok(column) => Ok((column, rest.trim_start())),
        Err(_) if rest.is_empty() => Err(FilterError::Form(expression.to_owned())),
        Err(error) => Err(error.into()),
    }
}

/// What follows a word at the begin of a text, whatever its case; `None` where the text begins otherwise.
fn after_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (begin, rest) = text.split_at_checked(word.len())?;
    let ends = rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || "=<>!".contains(c));
    (begin.eq_ignore_ascii_case(word) && ends).then(|| rest.trim_start())
}

fn relation(text: &str) -> Result<(Relation, &str), FilterError> {
    let known = RELATIONS.iter().find_map(|(name, relation)| {
        let is_sign = !name.starts_with(|c: char| c.is_ascii_alphabetic());
        let rest = if is_sign { text.strip_prefix(name) } else { after_word(text, name) };
        Some((*relation, rest?))
    });
    let wrong = || FilterError::Relation(text.split_whitespace().next().unwrap_or_default().to_owned());
    known.ok_or_else(wrong)
}

/// A result by its text, by the number of its status, or by the status' name.
fn result(relation: Relation, value: &str) -> Result<String, FilterError> {
    if !matches!(relation, Relation::Is | Relation::IsNot) || value.is_empty() {
        return Ok(value.to_owned());
    }
    let hex = value.strip_prefix("0x").or_else(|| value.strip_prefix("0X"));
    if let Some(status) = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok()) {
        return Ok(ProcmonResult(status).to_string());
    }
    if let Some(status) = NtStatus::named(&value.to_ascii_uppercase()).next() {
        return Ok(ProcmonResult(status.0).to_string());
    }
    let is_known =
        value.eq_ignore_ascii_case("SUCCESS") || ntstatuses_of_procmon_text(value).next().is_some();
    if is_known { Ok(value.to_owned()) } else { Err(FilterError::Result(value.to_owned())) }
}

/// The name of an operation. Those of ETW's other events, `PROVIDER/NUMBER`, are not known beforehand.
fn operation(value: &str) -> Result<String, FilterError> {
    let names = || Operation::names().chain(OperationName::all().map(OperationName::text)).chain([UNKNOWN]);
    if value.contains('/') || value.starts_with('{') || names().any(|name| name.eq_ignore_ascii_case(value)) {
        return Ok(value.to_owned());
    }
    let lower = value.to_lowercase();
    let far = 2.max(value.chars().count() / 5);
    let near = |name: &'static str| {
        let known = name.to_lowercase();
        let begins = lower.len() > 3 && known.starts_with(&lower);
        Some((distance(&known, &lower), name)).filter(|(letters, _)| *letters <= far || begins)
    };
    let nearest: BTreeSet<(usize, &'static str)> = names().filter_map(near).collect();
    let nearest = nearest.into_iter().take(3).map(|(_, name)| name.to_owned()).collect();
    Err(FilterError::Operation { name: value.to_owned(), nearest })
}

fn event_class(value: &str) -> Result<String, FilterError> {
    if CLASSES.iter().any(|class| class.eq_ignore_ascii_case(value)) {
        return Ok(value.to_owned());
    }
    Err(FilterError::EventClass(value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_people_type_them() {
        use Column::{Duration, Path, ProcessName, Result as Outcome};
        for (expression, column, relation, value) in [
            ("\"Process Name\" is not \"a b.exe\"", ProcessName, Relation::IsNot, "a b.exe"),
            ("Process Name begins with Ti", ProcessName, Relation::BeginsWith, "Ti"),
            ("process-name is-not poqexec.exe", ProcessName, Relation::IsNot, "poqexec.exe"),
            ("process_name=poqexec.exe", ProcessName, Relation::Is, "poqexec.exe"),
            ("duration > 5ms", Duration, Relation::MoreThan, "5ms"),
            ("Duration less than 1s", Duration, Relation::LessThan, "1s"),
            ("result != SUCCESS", Outcome, Relation::IsNot, "SUCCESS"),
            ("result=0xC0000022", Outcome, Relation::Is, "ACCESS DENIED"),
            ("result is STATUS_ACCESS_DENIED", Outcome, Relation::Is, "ACCESS DENIED"),
            ("path does not contain temp", Path, Relation::Excludes, "temp"),
            ("path is is not", Path, Relation::Is, "is not"),
        ] {
            assert_eq!(read(expression).unwrap(), (column, relation, value.to_owned()), "{expression}");
        }
    }

    #[test]
    fn what_can_match_nothing_is_an_error() {
        let error = |text| read(text).unwrap_err().to_string();
        assert!(error("result is DENIED").contains("ACCESS DENIED"), "{}", error("result is DENIED"));
        assert!(error("proces is x").contains("no column"));
        assert!(error("path likes x").contains("no relation \"likes\""));
        assert!(read("result contains DENIED").is_ok());
        assert_eq!(
            error("operation is RegSetValu"),
            "no operation is named \"RegSetValu\"; did you mean RegSetValue?"
        );
        assert_eq!(
            error("operation is Frobnicate"),
            "no operation is named \"Frobnicate\"; give Process Monitor's name (RegSetValue), or use contains"
        );
        assert!(error("event class is Registri").contains("classes are Process, Registry"));
        for known in [
            "operation is regsetvalue",
            "operation is-not 'Load Image'",
            "operation is Process Defined",
            "operation is Microsoft-Windows-Kernel-PnP/225",
            "operation is <Unknown>",
            "operation contains RegSetValu",
            "operation is ''",
            "event class is etw",
            "event-class is-not file system",
        ] {
            assert!(read(known).is_ok(), "{known}: {:?}", read(known));
        }
    }
}
