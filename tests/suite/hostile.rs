//! Names that attack a page, a terminal, a table or another program's parser, in the operation that failed: from the log
//! through every exporter they stay names.

use std::{
    collections::HashMap,
    io::Cursor,
    path::Path,
    process::{Command, Output},
};

use pml_reader::{
    EventClass, PmlFile, PmlText,
    detail::filesystem::CreateFile,
    write::{
        EventRecord, PmlWriter,
        encode::{FileEvent, FileOperation, Layout, Payload},
    },
};

/// Stands in a made path for two high surrogates, which no text of Rust can hold.
const SURROGATES: &str = "\u{E123}\u{E456}";
/// What a reader sees instead.
const REPLACED: &str = "\u{FFFD}\u{FFFD}";

/// Paths by what is odd about them.
fn paths() -> Vec<(&'static str, String)> {
    let long = format!(r"C:\{}", r"长name\".repeat(32_764 / 6));
    vec![
        (
            "markup",
            r#"C:\</script><script>document.title='owned'</script><img src=x onerror=alert(1)>&amp;.inf"#
                .into(),
        ),
        ("quotes", r#"C:\"',;`<b>{{7*7}}</td></svg>"=cmd|' /c calc'!A0.inf"#.into()),
        ("direction", "C:\\gpj\u{202e}exe.tnemucod\u{200f}\u{2066}\u{2069}\\x.inf".into()),
        ("controls", "C:\\\u{0}nul\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}2J\r\nFAILED  next\ttab.inf".into()),
        ("surrogates", format!(r"C:\Windows\{SURROGATES}.inf")),
        ("long", long.chars().chain("x".repeat(32_767).chars()).take(32_767).collect()),
    ]
}

/// The committed sample, with another path in place of the one that could not be opened, and its text as the command
/// line, the company and the user of every process.
fn log(path: &str) -> Vec<u8> {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/sample-traces/samples/driver-queue-access-denied.pml");
    let sample = PmlFile::open(sample).unwrap();
    let failing = sample.events().map(Result::unwrap).find(|e| e.status() == 0xC000_0022).unwrap().path();
    let mut writer = PmlWriter::new(Cursor::new(Vec::new()), sample.header()).unwrap();
    // A long text in each row of the tables would be half a gigabyte.
    let units: Vec<u8> = path.encode_utf16().take(400).flat_map(u16::to_le_bytes).collect();
    let hostile = writer.string(PmlText::Utf16(&units)).unwrap();
    for process in sample.processes() {
        let mut raw = process.raw;
        raw.name = writer.string(process.name()).unwrap();
        raw.image_path = writer.string(process.image_path()).unwrap();
        (raw.integrity, raw.version, raw.small_icon, raw.big_icon) = (0, 0, 0, 0);
        (raw.user, raw.command_line, raw.company, raw.description) = (hostile, hostile, hostile, hostile);
        writer.process(raw, &[]).unwrap();
    }
    let layout = Layout { wide: true, version: 9 };
    for event in sample.events().map(Result::unwrap) {
        let payload = if event.class() == Some(EventClass::FileSystem) && event.path() == failing {
            let create = CreateFile {
                desired_access: 0x12_0089,
                disposition: 1,
                options: 0,
                attributes: 0,
                share: 7,
                allocation: 0,
                impersonating: &[],
                result: None,
            };
            let operation = FileOperation::Create(create);
            FileEvent { path, operation, fast_io: false }.encode(layout).unwrap()
        } else {
            Payload {
                class: event.raw_class(),
                operation: event.raw_operation(),
                detail: event.raw_detail().to_vec(),
                extra: event.raw_extra().map(<[u8]>::to_vec),
            }
        };
        let record = EventRecord {
            process_index: event.process_index(),
            tid: event.tid(),
            time: event.time(),
            duration: event.raw_duration(),
            status: event.status(),
            sequence: event.sequence(),
            frames: &[],
            payload: &payload,
        };
        writer.event(&record).unwrap();
    }
    let mut bytes = writer.finish().unwrap().into_inner();
    let marker: Vec<u8> = SURROGATES.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(4).position(|window| window == marker) {
        at += found;
        bytes[at..at + 4].copy_from_slice(&[0x00, 0xD8, 0x01, 0xD8]);
    }
    bytes
}

fn bootrace(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bootrace"));
    let out = command.current_dir(folder).env("NO_COLOR", "1").args(args).output().unwrap();
    assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
    out
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// Whether a character controls a terminal or the order of reading; the end of a line does neither here.
fn acts(c: char) -> bool {
    c != '\n' && c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn each(test: impl Fn(&'static str, &str, &Path)) {
    for (name, path) in paths() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("boot.pml"), log(&path)).unwrap();
        test(name, &path.replace(SURROGATES, REPLACED), folder.path());
    }
}

#[test]
fn rows_for_programs_hold_the_name_and_nothing_breaks_out() {
    each(|name, path, folder| {
        let log = PmlFile::open(folder.join("boot.pml")).unwrap();
        let events = |format: &[&str]| {
            text(bootrace(folder, &[&["events", "boot.pml", "--format"], format].concat()).stdout)
        };
        let failing = log.events().map(Result::unwrap).filter(|e| e.status() == 0xC000_0022).count();
        assert_eq!(failing, 3);
        for format in ["csv", "procmon-csv"] {
            let csv = events(&[format]);
            let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
            let column =
                reader.headers().unwrap().iter().position(|h| h.eq_ignore_ascii_case("path")).unwrap();
            let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            assert_eq!(rows.len(), log.len(), "{name} {format}");
            let found = rows
                .iter()
                .filter(|row| row.iter().any(|cell| cell == "ACCESS DENIED") && &row[column] == path);
            assert_eq!(found.count(), failing, "{name} {format}");
        }
        for (format, key) in
            [(&["jsonl"][..], "command-line"), (&["jsonl", "--profile", "timesketch"], "command_line")]
        {
            let lines = events(format);
            assert_eq!(lines.lines().count(), log.len(), "{name}");
            let rows = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
            let failed: Vec<_> = rows.filter(|row| row["result"] == "ACCESS DENIED").collect();
            assert_eq!(failed.len(), failing, "{name}");
            assert!(failed.iter().all(|row| row["path"] == path), "{name}");
            let path = path.chars().take(400).collect::<String>();
            // A text of the string table ends at its NUL.
            let text = path.split('\0').next().unwrap();
            assert!(failed.iter().all(|row| row[key] == text), "{name}: {}", failed[0][key]);
        }
        let table = events(&["table"]);
        assert_eq!(table.chars().find(|c| acts(*c)), None, "{name}");
        assert_eq!(table.lines().count(), log.len() + 1, "{name}: a row is a line");
    });
}

#[test]
fn a_slice_holds_the_name_unchanged() {
    each(|name, path, folder| {
        bootrace(folder, &["slice", "boot.pml", "-o", "small.pml", "--where", "result is ACCESS DENIED"]);
        let copy = PmlFile::open(folder.join("small.pml")).unwrap();
        let original = PmlFile::open(folder.join("boot.pml")).unwrap();
        assert!(copy.problems().is_empty() && copy.len() == 3, "{name}");
        let original: HashMap<u32, Vec<u8>> =
            original.events().map(|e| e.unwrap()).map(|e| (e.sequence(), e.raw_detail().to_vec())).collect();
        for event in copy.events().map(Result::unwrap) {
            assert_eq!(event.path(), path, "{name}");
            assert!(original[&event.sequence()] == event.raw_detail(), "{name}");
        }
    });
}

/// Prints the paths that procmon-parser finds in a configuration.
const PMC: &str = "import json, sys, procmon_parser
config = procmon_parser.loads_configuration(open(sys.argv[1], 'rb').read())
print(json.dumps([rule.value for rule in config['FilterRules'] if rule.column.name == 'PATH']))";

/// Prints the paths that Perfetto's schema finds in a trace.
const PERFETTO: &str = "import json, sys
from perfetto.protos.perfetto.trace import perfetto_trace_pb2 as schema
trace = schema.Trace()
trace.ParseFromString(open(sys.argv[1], 'rb').read())
print(json.dumps([a.string_value for p in trace.packet for a in p.track_event.debug_annotations if a.name == 'path']))";

/// What a script prints of a file; `None` where Python lacks the module.
fn python(module: &str, script: &str, file: &Path) -> Option<Vec<String>> {
    if !test_data::python_module(module) {
        return None;
    }
    let out = Command::new(test_data::PYTHON).args(["-c", script]).arg(file).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    Some(serde_json::from_slice(&out.stdout).unwrap())
}

/// A name as it is shown: what acts is written out.
fn shown(path: &str) -> String {
    path.chars()
        .map(|c| if c == '\n' || acts(c) { format!("\\u{{{:04X}}}", u32::from(c)) } else { c.to_string() })
        .collect()
}

#[test]
fn every_view_of_a_report_shows_the_name_as_text() {
    each(|name, path, folder| {
        let formats = "html,png,json,text,dot,mermaid,perfetto,chrome,pmc";
        let out = bootrace(folder, &["report", "boot.pml", "-o", "out", "--format", formats]);
        let said = text(out.stdout);
        assert!(said.contains("FAILED") && said.lines().count() <= 15, "{name}: {said}");
        assert_eq!(said.matches("FAILED  ").count(), 1 + usize::from(name == "controls"), "{name}: {said}");
        let read = |file: &str| text(std::fs::read(folder.join("out").join(file)).unwrap());

        let json: serde_json::Value = serde_json::from_str(&read("report.json")).unwrap();
        assert_eq!(json["verdict"]["failing_operation"]["path"], path, "{name}");
        for file in
            ["report.html", "report.json", "report.txt", "report.dot", "report.mmd", "report.trace.json"]
        {
            let text = read(file);
            assert_eq!(text.chars().find(|c| acts(*c)), None, "{name} {file}");
        }
        assert_eq!(said.chars().find(|c| acts(*c)), None, "{name}");

        let html = read("report.html");
        assert_eq!((html.matches("<script").count(), html.matches("</script").count()), (2, 2), "{name}");
        for bad in ["<img", "<b>", "</svg>\"", "onerror=alert(1)>"] {
            assert!(!html.contains(bad), "{name}: {bad}");
        }
        assert!(html.len() <= 5 << 20, "{name}: {} bytes", html.len());

        let trace: serde_json::Value = serde_json::from_str(&read("report.trace.json")).unwrap();
        let events = trace["traceEvents"].as_array().unwrap();
        assert!(events.iter().any(|e| e["args"]["path"] == shown(path)), "{name}");
        let mermaid = read("report.mmd");
        for line in mermaid.lines().filter(|line| line.contains("[\"") || line.contains("|\"")) {
            assert_eq!(line.matches('"').count(), 2, "{name}: {line}");
        }
        assert!(std::fs::read(folder.join("out/report.png")).unwrap().starts_with(b"\x89PNG"), "{name}");

        let of = |file: &str| folder.join("out").join(file);
        // A rule of Process Monitor cannot hold a NUL: the value ends there.
        let rule = path.split('\0').next().unwrap();
        if let Some(rules) = python("procmon_parser", PMC, &of("report.pmc")) {
            assert!(rules.iter().any(|value| value == rule), "{name}");
        }
        let module = "perfetto.protos.perfetto.trace.perfetto_trace_pb2";
        if let Some(paths) = python(module, PERFETTO, &of("report.pftrace")) {
            assert!(paths.contains(&shown(path)), "{name}: {paths:?}");
        }
    });
}
