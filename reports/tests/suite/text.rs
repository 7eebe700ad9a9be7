//! The text verdict: as it is seen, in its bounds, and harmless.

use crate::made;

use reports::Lang;
use reports::text::{MAX_LINES, TextOptions, render};

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
    let text =
        render(&made::boot_poq(), &TextOptions { colour: true, width: Some(80), ..TextOptions::default() });
    insta::assert_snapshot!(text.replace('\u{1b}', "ESC"));
}

#[test]
fn never_more_than_fifteen_lines_nor_wider_than_asked() {
    for (name, mut report) in made::all() {
        let link = report.chain.first().cloned().unwrap_or_default();
        report.chain.extend(std::iter::repeat_n(link, 30));
        for width in [60, 61, 79, 116, 240] {
            for lang in Lang::ALL {
                let text = render(&report, &TextOptions { lang, width: Some(width), colour: false });
                assert!(text.lines().count() <= MAX_LINES, "{name} {width}:\n{text}");
                for line in text.lines() {
                    let columns = unicode_width::UnicodeWidthStr::width(line);
                    assert!(columns <= width, "{name} {width} < {columns}: {line}");
                }
            }
        }
    }
}

#[test]
fn no_control_character_of_the_trace_reaches_the_terminal() {
    let text = english(&made::hostile());
    let bad = text.chars().find(|&c| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c));
    assert_eq!(bad, None, "{text}");
}
