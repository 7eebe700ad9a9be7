//! Every view of the committed sample's report, and every export of its events: how they look, and that a second run
//! writes the same bytes. `INSTA_UPDATE=always cargo test --test suite exports` after a change that was meant.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

const SAMPLE: &str = "driver-queue-access-denied";
/// What is text, or holds text; and what is not.
const TEXTS: &str = "html,json,text,dot,mermaid,chrome,brief,triage";
const OTHERS: &str = "png,perfetto,pmc";

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-traces/samples").join(name)
}

/// Standard output, with line ends as they are in snapshots.
fn bootrace(args: &[&str]) -> Vec<u8> {
    let out = Command::new(env!("CARGO_BIN_EXE_bootrace")).args(args).env("NO_COLOR", "1").output().unwrap();
    assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}

/// The samples by name.
fn samples() -> Vec<String> {
    let names =
        std::fs::read_dir(sample("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> =
        names.filter_map(|name| name.strip_suffix(".pml").map(str::to_owned)).collect();
    names.sort();
    assert!(names.iter().any(|name| name == SAMPLE));
    names
}

/// The report of a sample with its log.
fn report(name: &str, folder: &Path, formats: &str, lang: &str) -> Vec<(String, Vec<u8>)> {
    let inputs = ["pml", "CBS.log"].map(|ending| sample(&format!("{name}.{ending}")));
    let inputs = inputs.iter().map(|path| path.to_str().unwrap());
    let options = ["-o", folder.to_str().unwrap(), "--format", formats, "--lang", lang];
    let args: Vec<&str> = ["report"].into_iter().chain(inputs).chain(options).collect();
    bootrace(&args);
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn a_second_run_writes_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let formats = [TEXTS, OTHERS].join(",");
    for lang in ["en", "zh-CN"] {
        same_again(SAMPLE, &folder.path().join(lang), &formats, lang);
    }
    for name in samples() {
        same_again(&name, &folder.path().join(&name), TEXTS, "en");
    }
}

fn same_again(sample: &str, folder: &Path, formats: &str, lang: &str) {
    let [first, second] = ["first", "second"].map(|run| report(sample, &folder.join(run), formats, lang));
    assert_eq!(first.len(), formats.split(',').count());
    for ((name, first), (other, second)) in first.iter().zip(&second) {
        assert!(name == other && first == second, "{sample}: {name} differs");
    }
}

#[test]
fn the_samples_report_looks_like_this() {
    let folder = tempfile::tempdir().unwrap();
    let files = report(SAMPLE, folder.path(), TEXTS, "en");
    let text = |name: &str| {
        let (_, bytes) = files.iter().find(|(file, _)| file == name).unwrap();
        String::from_utf8(bytes.clone()).unwrap()
    };
    for name in ["report.dot", "report.mmd"] {
        insta::assert_snapshot!(name, text(name));
    }
    insta::assert_snapshot!("report.json", skeleton(&text("report.json")));
    insta::assert_snapshot!("report.trace.json", tracks(&text("report.trace.json")));
    insta::assert_snapshot!("report.html", outline(&text("report.html")));
}

/// `UPDATE_REPORTS=1 cargo test --test suite kept` after a change that was meant; then look at them.
#[test]
fn the_kept_reports_of_the_samples_are_what_is_written_now() {
    let folder = tempfile::tempdir().unwrap();
    let update = std::env::var_os("UPDATE_REPORTS").is_some();
    for name in samples() {
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-traces/reports").join(&name);
        // The picture is kept for people: its letters are those of the machine that drew it.
        for (lang, formats) in [("en", "html,json,text,png,brief,triage"), ("zh-CN", "text,brief")] {
            let kept = kept.join(lang);
            if update {
                report(&name, &kept, formats, lang);
            }
            for (file, bytes) in report(&name, &folder.path().join(&name).join(lang), formats, lang) {
                let known = std::fs::read(kept.join(&file)).unwrap_or_default();
                let same =
                    if file.ends_with(".png") { known.get(..8) == bytes.get(..8) } else { known == bytes };
                assert!(same, "{name}: {lang}/{file} is not the one that is kept");
            }
        }
    }
}

#[test]
fn the_samples_events_look_like_this() {
    let trace = sample(&format!("{SAMPLE}.pml"));
    let choice = ["events", trace.to_str().unwrap(), "--from", "+14.1s", "--to", "+15s"];
    let choice = [&choice[..], &["--where", "result is-not SUCCESS"]].concat();
    for (name, format) in [
        ("events.table", &["--format", "table"][..]),
        ("events.csv", &["--format", "csv"]),
        ("events.procmon.csv", &["--format", "procmon-csv"]),
        ("events.jsonl", &["--format", "jsonl"]),
        ("events.timesketch.jsonl", &["--profile", "timesketch"]),
    ] {
        let args = [&choice[..], format].concat();
        let first = bootrace(&args);
        assert!(first == bootrace(&args), "{name} differs");
        // Snapshots hold no carriage returns and no mark of the byte order.
        let text = String::from_utf8(first).unwrap().replace("\r\n", "\n");
        insta::assert_snapshot!(name, text.trim_start_matches('\u{feff}'));
    }
}

/// The JSON with the first two items of each list and how many there are.
fn skeleton(json: &str) -> String {
    fn cut(value: &mut Value) {
        match value {
            Value::Array(items) => {
                let count = items.len();
                items.truncate(2);
                items.iter_mut().for_each(cut);
                if count > 2 {
                    items.push(format!("… {count} in all").into());
                }
            }
            Value::Object(fields) => fields.values_mut().for_each(cut),
            _ => {}
        }
    }
    let mut value = serde_json::from_str(json).unwrap();
    cut(&mut value);
    serde_json::to_string_pretty(&value).unwrap()
}

/// The tracks with how many slices each has, and how many arrows there are.
fn tracks(json: &str) -> String {
    let trace: Value = serde_json::from_str(json).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    let of = |event: &Value| (event["pid"].clone(), event["tid"].clone());
    let mut text = String::new();
    for event in events.iter().filter(|event| event["ph"] == "M" && event["args"]["name"].is_string()) {
        let slices =
            events.iter().filter(|e| matches!(e["ph"].as_str(), Some("X" | "i")) && of(e) == of(event));
        let _ = writeln!(
            text,
            "{} {}: {} slices",
            event["name"].as_str().unwrap(),
            event["args"]["name"],
            slices.count()
        );
    }
    let arrows = events.iter().filter(|event| event["ph"] == "s").count();
    let _ = writeln!(text, "{arrows} arrows");
    text
}

/// The page's sections with their headings and the rows of their tables.
fn outline(html: &str) -> String {
    let mut text = String::new();
    for section in html.split("<section ").skip(1) {
        let (section, _) = section.split_once("</section>").unwrap();
        let id = section.split('"').nth(1).unwrap();
        let _ = writeln!(text, "{id}");
        for table in section.split("<table").skip(1) {
            let (table, _) = table.split_once("</table>").unwrap();
            let rows = table.split_once("<tbody>").map_or(0, |(_, body)| body.matches("<tr").count());
            let _ =
                writeln!(text, "  table of {} columns, {rows} rows", table.matches("scope=\"col\"").count());
        }
        for drawing in section.split("<svg ").skip(1) {
            let id = drawing.split('"').nth(1).unwrap();
            let (drawing, _) = drawing.split_once("</svg>").unwrap();
            let _ = writeln!(text, "  drawing {id}, {} texts", drawing.matches("<text").count());
        }
        let items = section.matches("<li").count();
        if items > 0 {
            let _ = writeln!(text, "  {items} items");
        }
    }
    text
}
