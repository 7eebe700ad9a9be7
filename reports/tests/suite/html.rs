//! The page: its skeleton, safety, size and sameness.

use crate::made;

use reports::Lang;
use reports::html::render;
use reports::model::{Coverage, FailureGroup, Omission, Process, Report};

fn page(report: &Report) -> String {
    render(report, Lang::En).expect("renders")
}

/// The text between two marks replaced by `…`, for all pairs of marks.
fn without(mut html: String, pairs: &[(&str, &str)]) -> String {
    for (open, close) in pairs {
        let mut kept = String::new();
        let mut rest = html.as_str();
        while let Some((before, after)) = rest.split_once(open) {
            let (_, after) = after.split_once(close).expect("closed");
            kept = kept + before + open + "…" + close;
            rest = after;
        }
        html = kept + rest;
    }
    html
}

#[test]
fn the_page_looks_like_this() {
    for (name, report) in made::all().into_iter().filter(|(name, _)| *name != "hostile") {
        let pairs =
            [("<style>", "</style>"), ("<script>", "</script>"), ("<svg ", "</svg>"), ("sha256-", "'")];
        let pairs = [pairs.as_slice(), &[("id=\"report\">", "</script>")]].concat();
        insta::assert_snapshot!(format!("{name}.html"), without(page(&made::short(report)), &pairs));
    }
}

#[test]
fn drawings_look_like_this() {
    let html = page(&made::failing_operation());
    let drawings = [
        ("timeline", "timeline-wide-screen"),
        ("timeline-narrow", "timeline-narrow-screen"),
        ("graph", "graph"),
        ("results", "results"),
    ];
    for (name, id) in drawings {
        let (_, svg) = html.split_once(&format!("<svg id=\"svg-{id}-en\"")).expect("drawn");
        let (svg, _) = svg.split_once("</svg>").expect("closed");
        insta::assert_snapshot!(format!("{name}.svg"), svg);
    }
}

#[test]
fn two_renders_are_the_same_bytes() {
    for (name, report) in made::all() {
        assert!(page(&report) == page(&report), "{name}");
    }
}

#[test]
fn hostile_text_stays_text() {
    let html = page(&made::hostile());
    assert_eq!(html.matches("<script").count(), 2, "the data and the script");
    assert_eq!(html.matches("</script").count(), 2);
    for bad in ["<img", "<b>", "<i>", "href=\"javascript:", "\u{202e}", "\u{0}", "\u{1b}", "\u{9b}"] {
        assert!(!html.contains(bad), "{bad:?} stands in the page");
    }
    assert!(html.contains("default-src 'none'"));
}

#[test]
fn the_page_holds_the_report_as_json() {
    for (name, report) in made::all() {
        let html = page(&report);
        let (_, json) = html.split_once("id=\"report\">").expect("the data");
        let (json, _) = json.split_once("</script>").expect("closed");
        let read: Report = serde_json::from_str(json).expect("reads");
        let mut held = made::without_headline_mark(report);
        // What lies far from the failure is not drawn.
        if let Some(graph) = &mut held.graph {
            graph.nodes.truncate(graph.near.map_or(usize::MAX, |near| near.try_into().unwrap()));
            let has = |id: &str| graph.nodes.iter().any(|node| node.id == id);
            graph.edges.retain(|edge| has(&edge.from) && has(&edge.to));
        }
        assert_eq!(read, held, "{name}");
    }
}

#[test]
fn the_usual_page_is_small_and_every_page_is_bounded() {
    let usual = page(&made::failing_operation());
    assert!(usual.len() <= 1024 * 1024, "{} bytes", usual.len());

    let long = "\\\u{202e}<长&".repeat(32_767 / 5);
    let mut report = made::failing_operation();
    report.evidence.iter_mut().for_each(|row| row.path = long.clone());
    let rows = report.evidence.clone();
    report.evidence = rows.iter().cycle().take(700).cloned().collect();
    report.processes =
        vec![Process { name: long.clone(), command_line: long.clone(), ..Process::default() }; 600];
    report.failures = vec![FailureGroup { process: long.clone(), ..FailureGroup::default() }; 600];
    report.coverage = vec![Coverage { input: long.clone(), ..Coverage::default() }; 600];
    report.omitted = vec![Omission {
        section: "evidence".into(),
        shown: Some(22),
        total: Some(1_846),
        ..Omission::default()
    }];
    let operation = report.verdict.failing_operation.as_mut().unwrap();
    operation.path = long.clone();
    let name = operation.operation.clone();
    let html = page(&report);
    assert!(html.len() <= 5 * 1024 * 1024, "{} bytes", html.len());
    assert!(html.contains("of 1,846 rows are shown"), "the report's own count stays");
    assert!(html.contains("of 600 rows are shown"), "what was cut is told");
    assert!(html.contains(&name), "the verdict stays");
}
