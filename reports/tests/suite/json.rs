//! report.json: its look, reading it back, its openness.

use crate::made;

use reports::json::render;
use reports::model::{Outcome, Report};

#[test]
fn the_report_looks_like_this() {
    insta::assert_snapshot!(render(&made::short(made::failing_operation())).expect("renders"));
}

#[test]
fn every_report_comes_back_as_it_went() {
    for (name, report) in made::all() {
        let json = render(&report).expect("renders");
        assert_eq!(json, render(&report).expect("renders"), "{name}: two renders differ");
        let again: Report = serde_json::from_str(&json).expect("reads its own JSON");
        assert_eq!(again, made::without_headline_mark(report), "{name}");
    }
}

#[test]
fn strange_keys_and_values_are_borne() {
    let json =
        r#"{"schema_version":"1","novel":[1],"verdict":{"outcome":"half_failed","phase":"boot-firmware"}}"#;
    let report: Report = serde_json::from_str(json).expect("reads");
    assert_eq!(report.verdict.outcome, Some(Outcome::Other("half_failed".into())));
    let again = serde_json::to_string(&report).expect("writes");
    assert!(again.contains(r#""outcome":"half_failed","phase":"boot-firmware""#), "{again}");
    assert_eq!(serde_json::from_str::<Report>("{}").expect("reads"), Report::default());
}

#[test]
fn no_hidden_character_stands_raw_in_the_json() {
    let json = render(&made::hostile()).expect("renders");
    let bad = json.chars().find(|&c| (c.is_control() && c != '\n') || ('\u{200b}'..='\u{202e}').contains(&c));
    assert_eq!(bad, None);
}
