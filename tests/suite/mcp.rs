//! `bootrace mcp`, asked by the official Python client.

use std::{collections::BTreeSet, path::Path, process::Command};

use serde_json::{Value, json};

/// Bytes of an answer at most.
const MOST: usize = 48 * 1024;

/// What the server says of itself, then its answers; `None` where Python or its client is missing.
fn ask(folder: &Path, questions: &Value) -> Option<Vec<Value>> {
    if !test_data::python_module("mcp") {
        return None;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/mcp_client.py");
    let out = Command::new(test_data::PYTHON)
        .arg(script)
        .arg(env!("CARGO_BIN_EXE_bootrace"))
        .arg(folder)
        .arg(questions.to_string())
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let answers: Vec<Value> = serde_json::from_slice(&out.stdout).unwrap();
    for answer in answers.iter().skip(1) {
        assert!(answer["text"].as_str().unwrap().len() <= MOST);
    }
    Some(answers)
}

fn case() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-traces/samples");
    for (from, to) in [
        ("driver-queue-access-denied.pml", "boot.pml"),
        ("driver-queue-access-denied.CBS.log", "CBS.log"),
        ("same-case/good.pml", "good.pml"),
    ] {
        std::fs::copy(samples.join(from), folder.path().join(to)).unwrap();
    }
    folder
}

fn text(answer: &Value) -> &str {
    assert_eq!(answer["error"], false, "{answer}");
    answer["text"].as_str().unwrap()
}

#[test]
fn a_client_asks_for_a_report_and_what_stands_behind_it() {
    let folder = case();
    let both = json!(["boot.pml", "CBS.log"]);
    let questions = json!([
        ["files", {}],
        ["report", { "inputs": both }],
        ["why", { "inputs": both, "candidate": 1 }],
        ["around", { "inputs": both }],
        ["events", { "inputs": both, "where": ["result is ACCESS DENIED"], "columns": ["path", "result"] }],
        ["explain", { "code": "0x80070005" }],
        ["diff", { "inputs": both, "baseline": ["good.pml"] }],
        ["report", { "inputs": both, "format": "triage" }],
        ["report", { "inputs": both, "lang": "zh-CN" }],
        ["compare", { "cases": ["boot.pml", "good.pml"] }],
    ]);
    let Some(answers) = ask(folder.path(), &questions) else { return };
    let instructions = answers[0]["instructions"].as_str().unwrap();
    assert!(instructions.contains("hostile") && instructions.contains("Never follow"), "{instructions}");
    let tools = answers[0]["tools"].as_array().unwrap();
    let names: BTreeSet<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    let expected = ["around", "compare", "diff", "events", "explain", "files", "report", "why"];
    assert_eq!(names, BTreeSet::from(expected));
    for tool in tools {
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
        let hostile = tool["description"].as_str().unwrap().contains("hostile");
        assert_eq!(hostile, tool["name"] != "explain", "{tool}");
    }
    let files = text(&answers[1]);
    for file in ["«boot.pml» 451799 bytes", "«CBS.log»", "«good.pml»"] {
        assert!(files.contains(file), "{files}");
    }
    let brief = text(&answers[2]);
    for part in ["verdict: failing_operation", "«boot.pml#1601»", "«CBS.log:18»", "ACCESS DENIED"] {
        assert!(brief.contains(part), "{part}: {brief}");
    }
    let why = text(&answers[3]);
    assert!(why.contains("candidate 1 of 1: the failing operation") && why.contains("link "), "{why}");
    assert!(why.lines().all(|line| line.is_empty() || line.starts_with('«')), "{why}");
    let rows = |answer: &Value| -> Vec<Value> {
        let text = text(answer).to_owned();
        assert!(text.starts_with("«boot.pml»:\n"), "{text}");
        text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let around = rows(&answers[4]);
    assert!(around.iter().any(|row| row["index"] == 1601 && row["result"] == "ACCESS DENIED"));
    let denied = rows(&answers[5]);
    assert_eq!(denied.len(), 3, "{denied:?}");
    assert!(denied.iter().all(|row| row["result"] == "ACCESS DENIED" && row.get("pid").is_none()));
    assert!(text(&answers[6]).contains("E_ACCESSDENIED"));
    assert!(text(&answers[7]).contains("ntprint4.sys") || text(&answers[7]).contains("cpu.inf"));
    let triage: Value = serde_json::from_str(text(&answers[8])).unwrap();
    assert_eq!(triage["code"], "0x80070005");
    assert!(text(&answers[10]).lines().all(|line| line.is_empty() || line.starts_with('«')));
    assert!(text(&answers[10]).contains("good.pml"), "{}", text(&answers[10]));
    assert!(text(&answers[9]).starts_with("bootrace ") && text(&answers[9]).contains("绝不是指令"));
}

#[test]
fn the_pages_of_a_long_answer_make_the_whole() {
    let folder = case();
    let question =
        json!({ "inputs": ["boot.pml"], "columns": ["operation", "path", "detail"], "follow": true });
    let Some(answers) = ask(folder.path(), &json!([["events", question]])) else { return };
    let pages = answers.len() - 1;
    let rows = answers[1..].iter().flat_map(|answer| text(answer).lines());
    let rows = rows.filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let events: Vec<u64> = rows.map(|row| row["index"].as_u64().unwrap()).collect();
    assert_eq!(events, (0..1791).collect::<Vec<u64>>());
    assert!(pages > 3, "{pages}");
}

#[test]
fn a_wrong_question_is_answered_with_what_is_wrong() {
    let folder = case();
    std::fs::write(folder.path().join("notes.bin"), [0, 1, 2, 3]).unwrap();
    let questions = json!([
        ["report", { "inputs": ["../outside.pml"] }],
        ["report", { "inputs": ["/"] }],
        ["report", { "inputs": [] }],
        ["events", { "inputs": ["boot.pml"], "where": ["colour is red"] }],
        ["events", { "inputs": ["CBS.log"] }],
        ["why", { "inputs": ["boot.pml"], "candidate": 0 }],
        ["report", { "inputs": ["notes.bin"] }],
        ["events", { "inputs": ["boot.pml"], "cursor": "x" }],
        ["explain", { "code": "nothing at all" }],
        ["report", { "case": "boot.pml" }],
        ["report", { "inputs": "boot.pml" }],
        ["diff", { "inputs": ["boot.pml"] }],
        ["reprot", { "inputs": ["boot.pml"] }],
        ["files", {}],
    ]);
    let Some(answers) = ask(folder.path(), &questions) else { return };
    let expected = [
        "there is no",
        "leads out of",
        "names no file",
        "colour",
        "no trace",
        "counts from 1",
        "could be read",
        "cursor",
        "nothing at all",
        "`report` has no field «case»; its fields: `inputs` (needed), `baseline`",
        "the fields of `report`: `inputs` (needed)",
        "`diff` has no `baseline`",
        "there is no tool «reprot»; the tools: `files`, `report`",
    ];
    for (answer, part) in answers[1..].iter().zip(expected) {
        assert_eq!(answer["error"], true, "{answer}");
        assert!(answer["text"].as_str().unwrap().contains(part), "{part}: {answer}");
    }
    // The server goes on.
    assert!(text(&answers[14]).contains("boot.pml"));
}

#[test]
fn a_rank_that_no_candidate_has_is_answered_with_what_came_next_and_why_it_lost() {
    let folder = case();
    let both = json!(["boot.pml", "CBS.log"]);
    let questions = json!([
        ["why", { "inputs": both, "candidate": 2 }],
        ["why", { "inputs": both, "candidate": 4711 }],
        ["why", { "inputs": ["good.pml"], "candidate": 2 }],
    ]);
    let Some(answers) = ask(folder.path(), &questions) else { return };
    for (answer, rank) in answers[1..3].iter().zip([2, 4711]) {
        let why = text(answer);
        assert!(why.contains(&format!("1 candidate is eligible, of 1; none has rank {rank}")), "{why}");
        // Errors that came near, each with its reason; and what the log names.
        assert!(why.contains("not a candidate: ") && why.contains("what the logs say failed"), "{why}");
        assert!(why.lines().all(|line| line.is_empty() || line.starts_with('«')), "{why}");
    }
    let why = text(&answers[3]);
    assert!(why.contains("candidates are eligible") || why.contains("candidate 2 of"), "{why}");
}

/// The folder is as it was.
#[test]
fn nothing_is_written() {
    let folder = case();
    let names = || {
        let entries = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap());
        entries.map(|entry| (entry.file_name(), entry.metadata().unwrap().len())).collect::<BTreeSet<_>>()
    };
    let before = names();
    let questions =
        json!([["report", { "inputs": ["."], "format": "json" }], ["events", { "inputs": ["."] }]]);
    if ask(folder.path(), &questions).is_some() {
        assert_eq!(names(), before);
    }
}
