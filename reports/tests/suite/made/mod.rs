//! What the diagnosis says of made traces, one for each outcome, and one of hostile names.

#![allow(dead_code, unreachable_pub)]

use std::sync::LazyLock;

use diagnosis::{Baseline, Rules, diagnose, diagnose_beside};
use reports::model::*;
use sample_traces::{Made, Options, make, scenario};
use timeline::{Case, Timeline};

fn made(name: &str) -> Made {
    make(scenario(name).expect("a scenario"), Options { noise: 0, ..Options::default() }).expect("makes")
}

fn case(files: Vec<(&str, Vec<u8>)>) -> Case {
    Case::from_bytes(files.into_iter().map(|(name, bytes)| (name.to_owned(), Ok(bytes))).collect())
}

fn report(files: Vec<(&str, Vec<u8>)>) -> Report {
    let case = case(files);
    let timeline = Timeline::new(&case);
    reports::report(&timeline, &diagnose(&timeline, &Rules::built_in()))
}

/// A driver's file is held by a third-party product; compared with a boot that went well.
pub fn failing_operation() -> Report {
    static REPORT: LazyLock<Report> = LazyLock::new(|| {
        let (good, bad) = (made("healthy-uninstall"), made("driver-queue-access-denied"));
        let (good, bad) = (
            case(vec![("good.pml", good.pml)]),
            case(vec![("boot.pml", bad.pml), ("CBS.log", bad.cbs_log.into())]),
        );
        let (good, bad) = (Timeline::new(&good), Timeline::new(&bad));
        let rules = Rules::built_in();
        let said = diagnose(&good, &rules);
        reports::report(&bad, &diagnose_beside(&bad, &rules, Some(&Baseline::new(good, said))))
    });
    REPORT.clone()
}

/// An installer waited for a service that never answered: no operation failed.
pub fn absent_service() -> Report {
    static REPORT: LazyLock<Report> = LazyLock::new(|| {
        let made = made("service-never-answers");
        report(vec![("boot.pml", made.pml), ("CBS.log", made.cbs_log.into())])
    });
    REPORT.clone()
}

/// A healthy boot.
pub fn no_failure() -> Report {
    static REPORT: LazyLock<Report> = LazyLock::new(|| report(vec![("boot.pml", made("healthy").pml)]));
    REPORT.clone()
}

/// Nothing but the head of a log.
pub fn not_enough_evidence() -> Report {
    let log = made("healthy").cbs_log;
    let end = log.match_indices('\n').nth(2).map_or(log.len(), |(end, _)| end - 40);
    report(vec![("CBS.log", log.into_bytes().into_iter().take(end).collect())])
}

/// Names that attack a page, a terminal and a layout.
pub fn hostile() -> Report {
    let script = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>.exe";
    let quotes = r#"C:\"'`<b>&amp;&#60;{{7*7}}</td></svg>\x.txt"#;
    let direction = "C:\\gpj\u{202e}exe.tnemucod\u{200f}\u{2066}\\\u{0}nul\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}2J\r\nnext";
    let long = format!("C:\\{}", "长name\\".repeat(32_764 / 6));
    let mut report = failing_operation();
    for (position, row) in report.evidence.iter_mut().enumerate() {
        match position % 4 {
            0 => row.path = direction.into(),
            1 => row.path = quotes.into(),
            2 => row.path = long.clone(),
            _ => row.process = script.into(),
        }
        row.detail = format!("{script} {direction}");
    }
    if let Some(operation) = &mut report.verdict.failing_operation {
        operation.process = script.into();
        operation.operation = format!("Set<i>{direction}");
        operation.path = direction.into();
        operation.target_path = long.clone();
        operation.result = "DENIED\u{1b}[0m".into();
        operation.command_line = quotes.into();
    }
    report.verdict.leads = report.verdict.failing_operation.iter().cloned().collect();
    report.verdict.phase = Some(Phase::from("boot-<b>\u{202e}"));
    report.verdict.summary = Text::new(script, direction);
    report.machine.get_or_insert_default().name = script.into();
    report.inputs.push(Input { path: direction.into(), kind: script.into(), ..Input::default() });
    report.chain.iter_mut().for_each(|link| link.what = Text::plain(format!("{script}{direction}")));
    report.processes.iter_mut().for_each(|process| process.name = format!("{script}{}", process.name));
    report.services.iter_mut().for_each(|service| service.name = direction.into());
    report.findings.iter_mut().for_each(|finding| finding.reference = "javascript:alert(1)".into());
    if let Some(graph) = &mut report.graph {
        graph.nodes.iter_mut().for_each(|node| node.label = Text::plain(script));
        graph.nodes.iter_mut().for_each(|node| node.detail = long.clone());
    }
    report
}

/// The report as it comes back from JSON, which leaves out how the headline was made.
pub fn without_headline_mark(mut report: Report) -> Report {
    report.incident.iter_mut().for_each(|incident| incident.headline_says_summary = false);
    report
}

/// The same with a few rows of each long list, for a snapshot of the whole.
pub fn short(mut report: Report) -> Report {
    let failing = report.verdict.failing_operation.as_ref().and_then(|operation| operation.index);
    let before = report.evidence.iter().take_while(|row| row.index < failing).count();
    report.evidence.drain(..before.saturating_sub(2));
    report.evidence.truncate(4);
    report.evidence.iter_mut().for_each(|row| row.stack.truncate(2));
    report.findings.truncate(3);
    report.processes.truncate(4);
    report.failures.truncate(3);
    report.services.truncate(2);
    if let Some(graph) = &mut report.graph {
        graph.nodes.truncate(8);
        let has = |id: &str| graph.nodes.iter().any(|node| node.id == id);
        graph.edges.retain(|edge| has(&edge.from) && has(&edge.to));
    }
    report
}

/// Every made report with a name for its folder.
pub fn all() -> Vec<(&'static str, Report)> {
    vec![
        ("failing-operation", failing_operation()),
        ("absent-service", absent_service()),
        ("no-failure", no_failure()),
        ("not-enough-evidence", not_enough_evidence()),
        ("hostile", hostile()),
    ]
}
