//! Reports agree with docs/report.schema.json, by a checker in this crate and by Python's.

use crate::made;
use crate::schema_check;

use reports::json::render;

#[test]
fn every_made_report_is_what_the_schema_says() {
    let reports = made::all().into_iter().map(|(name, report)| (name.to_owned(), render(&report).unwrap()));
    let reports: Vec<_> = reports.collect();
    schema_check::hold(&reports);
    schema_check::hold_by_python(&reports);
}

/// The checker finds what is wrong.
#[test]
fn wrong_reports_are_found() {
    for (json, wrong) in [
        (r#"{"tool":5}"#, "/tool: is no object"),
        (r#"{"verdict":{"failing_operation":{"pid":"4"}}}"#, "/verdict/failing_operation/pid: is no integer"),
        (r#"{"inputs":{}}"#, "/inputs: is no array"),
        (r#"{"clock":{"origin":"yesterday"}}"#, "/clock/origin: is no date-time"),
        (r#"{"gaps":[{"lost":-1}]}"#, "/gaps/0/lost: is below 0"),
        (r#"{"novel":1}"#, "/novel: is not described"),
        (r#"{"machine":null}"#, "/machine: is no object"),
        (r#"{"verdict":{"outcome":1}}"#, "/verdict/outcome: is none of those that are described"),
    ] {
        assert_eq!(schema_check::wrong(json), [wrong], "{json}");
    }
}
