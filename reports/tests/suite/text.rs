//! The text verdict: its look, its bounds, and that it is harmless.

use crate::made;

use reports::Lang;
use reports::text::{DEFAULT_WIDTH, MAX_LINES, TextOptions, render};

fn english(report: &reports::model::Report) -> String {
    render(report, &TextOptions::default())
}

#[test]
fn each_outcome_looks_like_this() {
    for (name, report) in made::all() {
        insta::assert_snapshot!(format!("{name}.en"), english(&report));
        insta::assert_snapshot!(
            format!("{name}.zh-CN"),
            render(&report, &TextOptions { lang: Lang::Zh, ..TextOptions::default() })
        );
    }
}

#[test]
fn colours_stand_in_escapes() {
    let text = render(
        &made::failing_operation(),
        &TextOptions { colour: true, width: Some(80), ..TextOptions::default() },
    );
    insta::assert_snapshot!(text.replace('\u{1b}', "ESC"));
}

#[test]
fn fifteen_lines_at_a_hundred_columns_and_nothing_wider_than_asked() {
    for (name, mut report) in made::all() {
        let link = report.chain.first().cloned().unwrap_or_default();
        report.chain.extend(std::iter::repeat_n(link, 30));
        for width in [40, 60, 61, 79, 100, 116, 240] {
            for lang in Lang::ALL {
                let options = TextOptions { lang, width: Some(width), ..TextOptions::default() };
                let text = render(&report, &options);
                let lines = text.lines().count();
                assert!(lines <= MAX_LINES || width < DEFAULT_WIDTH, "{name} {width}: {lines} lines\n{text}");
                // A command is never broken, so that it can be pasted.
                let is_command = |line: &&str| !line.starts_with("           ");
                for line in text.lines().filter(is_command) {
                    let columns = unicode_width::UnicodeWidthStr::width(line);
                    assert!(columns <= width, "{name} {width} < {columns}: {line}");
                }
            }
        }
    }
}

#[test]
fn a_narrow_terminal_wraps_what_a_wide_one_shows() {
    let words = |width| {
        let options = TextOptions { width: Some(width), ..TextOptions::default() };
        let text = render(&made::failing_operation(), &options);
        text.replace(char::is_whitespace, "").replace('…', "")
    };
    let operation = made::failing_operation().verdict.failing_operation.unwrap();
    let file: Vec<&str> = operation.path.rsplit('\\').take(2).collect();
    let process = format!("{}({})", operation.process, operation.pid.unwrap());
    let narrow = words(60);
    for part in [process, operation.operation, format!(r"{}\{}", file[1], file[0]), operation.status] {
        assert!(narrow.contains(&part), "{part}: {narrow}");
    }
}

#[test]
fn no_control_character_of_the_trace_reaches_the_terminal() {
    let text = english(&made::hostile());
    let bad = text.chars().find(|&c| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c));
    assert_eq!(bad, None, "{text}");
}
