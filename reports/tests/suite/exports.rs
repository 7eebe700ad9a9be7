//! The views of a report for other programs: graph, tracks, Process Monitor's filter. The tests check how they look,
//! what other readers find in them, and that hostile names stay names.

use crate::made;

use std::{collections::BTreeSet, path::Path, process::Command};

use reports::{Lang, diagram, model::Report, procmon_filter, tracks};

/// Runs a script over a file that holds `bytes`; `None` where Python or the module is missing.
fn other_reader(module: &str, script: &str, bytes: &[u8]) -> Option<String> {
    if !test_data::python_module(module) {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export");
    std::fs::write(&path, bytes).unwrap();
    let out = Command::new(test_data::PYTHON).arg("-c").arg(script).arg(&path).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    Some(String::from_utf8(out.stdout).unwrap())
}

#[test]
fn graphs_look_like_this() {
    for (name, report) in made::all() {
        let report = made::short(report);
        insta::assert_snapshot!(format!("{name}.dot"), diagram::dot(&report, Lang::En));
        insta::assert_snapshot!(format!("{name}.mmd"), diagram::mermaid(&report, Lang::Zh));
    }
}

#[test]
fn chrome_traces_look_like_this() {
    for (name, report) in made::all() {
        let json = tracks::chrome(&report, Lang::En).unwrap();
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert!(read["traceEvents"].is_array(), "{name}");
        if name != "hostile" {
            let short = tracks::chrome(&made::short(report), Lang::En).unwrap();
            insta::assert_snapshot!(format!("{name}.trace.json"), short);
        }
    }
}

#[test]
fn two_renders_are_the_same_bytes() {
    for (name, report) in made::all() {
        for lang in Lang::ALL {
            assert_eq!(diagram::dot(&report, lang), diagram::dot(&report, lang), "{name}");
            assert_eq!(diagram::mermaid(&report, lang), diagram::mermaid(&report, lang), "{name}");
            assert!(tracks::perfetto(&report, lang) == tracks::perfetto(&report, lang), "{name}");
            assert_eq!(
                tracks::chrome(&report, lang).unwrap(),
                tracks::chrome(&report, lang).unwrap(),
                "{name}"
            );
        }
        assert!(procmon_filter::pmc(&report) == procmon_filter::pmc(&report), "{name}");
    }
}

/// An empty report has nothing to show, and says so in each format's own way.
#[test]
fn a_report_of_nothing_can_be_exported() {
    let nothing = Report::new();
    assert_eq!(diagram::mermaid(&nothing, Lang::En).lines().next(), Some("flowchart LR"));
    assert!(diagram::dot(&nothing, Lang::En).ends_with("}\n"));
    assert!(tracks::chrome(&nothing, Lang::En).unwrap().contains("\"traceEvents\":[\n\n]"));
    assert!(!tracks::perfetto(&nothing, Lang::En).is_empty());
    assert!(!procmon_filter::pmc(&nothing).is_empty());
}

/// Prints what Perfetto's published schema finds: packets by kind, names of tracks, balance of slices, flows.
const PERFETTO: &str = r#"
import collections, json, sys
from perfetto.protos.perfetto.trace import perfetto_trace_pb2 as schema
trace = schema.Trace()
trace.ParseFromString(open(sys.argv[1], "rb").read())
def unknown(message):
    from google.protobuf import unknown_fields
    count = len(unknown_fields.UnknownFieldSet(message))
    for field, value in message.ListFields():
        if field.type == field.TYPE_MESSAGE:
            count += sum(map(unknown, value if field.is_repeated else [value]))
    return count
tracks, depth, flows = {}, collections.Counter(), collections.defaultdict(list)
events, last = [], 0
for packet in trace.packet:
    if packet.HasField("track_descriptor"):
        track = packet.track_descriptor
        tracks[track.uuid] = track
    if packet.HasField("track_event"):
        events.append((packet.timestamp, len(events), packet.track_event))
events.sort(key=lambda event: event[:2])
kinds = collections.Counter()
for time, _, event in events:
    assert event.track_uuid in tracks, event
    kinds[event.type] += 1
    depth[event.track_uuid] += {1: 1, 2: -1}.get(event.type, 0)
    assert depth[event.track_uuid] >= 0, "a slice ends that has not begun"
    for flow in event.flow_ids:
        flows[flow].append("begin")
    for flow in event.terminating_flow_ids:
        flows[flow].append("end")
assert not any(depth.values()), "a slice does not end"
assert all(ends == ["begin", "end"] for ends in flows.values()), flows
assert all(track.parent_uuid in tracks for track in tracks.values() if track.HasField("parent_uuid"))
print(json.dumps({
    "unknown": unknown(trace), "tracks": len(tracks), "flows": len(flows),
    "slices": kinds[1], "instants": kinds[3],
    "processes": sum(track.HasField("process") for track in tracks.values()),
    "threads": sum(track.HasField("thread") for track in tracks.values()),
    "failing": [e.name for _, _, e in events if "failing operation" in e.categories],
    "paths": [a.string_value for _, _, e in events for a in e.debug_annotations if a.name == "path"],
}))
"#;

#[test]
fn perfettos_schema_finds_tracks_slices_and_flows() {
    for (name, report) in made::all() {
        let trace = tracks::perfetto(&report, Lang::En);
        let Some(found) = other_reader("perfetto.protos.perfetto.trace.perfetto_trace_pb2", PERFETTO, &trace)
        else {
            return;
        };
        let found: serde_json::Value = serde_json::from_str(&found).unwrap();
        let count = |key: &str| usize::try_from(found[key].as_u64().unwrap()).unwrap();
        assert_eq!(count("unknown"), 0, "{name}: fields that the schema does not know");
        assert_eq!(count("processes"), distinct_pids(&report), "{name}");
        let states =
            report.services.iter().flat_map(|s| &s.states).filter(|state| state.time.is_some()).count();
        let phases = report.phases.iter().filter(|phase| phase.start.is_some()).count();
        assert!(count("slices") >= states + phases, "{name}: {found}");
        let failing = report.verdict.failing_operation.as_ref().map(|operation| operation.operation.as_str());
        assert_eq!(found["failing"].as_array().unwrap().len(), usize::from(failing.is_some()), "{name}");
        if let Some(graph) = &report.graph {
            let timed: BTreeSet<&str> =
                graph.nodes.iter().filter(|node| node.time.is_some()).map(|node| node.id.as_str()).collect();
            let edges = graph.edges.iter().filter(|e| timed.contains(&*e.from) && timed.contains(&*e.to));
            assert_eq!(count("flows"), edges.count(), "{name}");
        }
        let paths = found["paths"].as_array().unwrap();
        let events = report.evidence.iter().filter(|row| row.line.is_none() && !row.path.is_empty());
        assert!(paths.len() >= events.count(), "{name}");
    }
}

/// Processes whose id no other one has.
fn distinct_pids(report: &Report) -> usize {
    let pids: Vec<u32> = report.processes.iter().filter_map(|process| process.pid).collect();
    pids.iter().filter(|pid| pids.iter().filter(|other| other == pid).count() == 1).count()
}

/// Prints the rules that procmon-parser reads, and whether its writer gives the same bytes.
const PMC: &str = r#"
import json, sys
import procmon_parser
data = open(sys.argv[1], "rb").read()
config = procmon_parser.loads_configuration(data)
rules = lambda key: [[r.column.name, r.relation.name, r.value, r.action.name] for r in config[key]]
print(json.dumps({
    "keys": list(config), "filter": rules("FilterRules"), "highlight": rules("HighlightRules"),
    "same": procmon_parser.dumps_configuration(config) == data,
}))
"#;

#[test]
fn procmon_parser_reads_the_filter() {
    for (name, report) in made::all() {
        let pmc = procmon_filter::pmc(&report);
        let Some(found) = other_reader("procmon_parser", PMC, &pmc) else { return };
        let found: serde_json::Value = serde_json::from_str(&found).unwrap();
        assert_eq!(found["keys"], serde_json::json!(["FilterRules", "HighlightRules"]), "{name}");
        assert_eq!(found["same"], true, "{name}: its writer gives other bytes");
        let rules = |key: &str, column: &str| -> BTreeSet<String> {
            let rules = found[key].as_array().unwrap().iter().filter(|rule| rule[0] == column);
            rules.map(|rule| rule[2].as_str().unwrap().to_owned()).collect()
        };
        let failing = report.verdict.failing_operation.iter();
        // A zero cannot stand in a rule: the value ends there.
        let whole = |path: &str| path.split('\0').next().unwrap_or_default().to_owned();
        let paths: BTreeSet<String> = report
            .evidence
            .iter()
            .filter(|row| row.line.is_none())
            .map(|row| &row.path)
            .chain(failing.clone().map(|operation| &operation.path))
            .filter(|path| !path.is_empty())
            .map(|path| whole(path))
            .collect();
        assert_eq!(rules("filter", "PATH"), paths, "{name}");
        let wanted: BTreeSet<String> = failing.map(|operation| whole(&operation.path)).collect();
        assert_eq!(rules("highlight", "PATH"), wanted, "{name}");
    }
}

#[test]
fn hostile_names_stay_names() {
    let report = made::hostile();
    let texts = [
        diagram::dot(&report, Lang::En),
        diagram::mermaid(&report, Lang::En),
        tracks::chrome(&report, Lang::En).unwrap(),
    ];
    for text in &texts {
        let bad = |c: char| {
            (c.is_control() && c != '\n') || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        };
        assert_eq!(text.chars().find(|c| bad(*c)), None);
    }
    // A label of Mermaid is HTML: nothing of a name may be a tag, and none may end the label.
    for line in texts[1].lines().filter(|line| line.contains("[\"") || line.contains("|\"")) {
        assert_eq!(line.matches('"').count(), 2, "{line}");
        let tags = line.replace("<br/>", "").replace("-->", "");
        assert!(!tags.contains(['<', '>', '\\', '&']), "{line}");
    }
    let trace = tracks::perfetto(&report, Lang::En);
    for bad in ["\u{202e}".as_bytes(), b"\x1b["] {
        assert!(!trace.windows(bad.len()).any(|window| window == bad));
    }
}

/// Graphviz takes the hostile graph and shows each name as it is.
#[test]
fn graphviz_draws_the_graphs() {
    if !test_data::program("dot", &["-V"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, report) in made::all() {
        let path = folder.path().join("graph.dot");
        std::fs::write(&path, diagram::dot(&report, Lang::Zh)).unwrap();
        let out = draw(&path);
        assert!(
            out.status.success() && out.stderr.is_empty(),
            "{name}: {}",
            String::from_utf8_lossy(&out.stderr)
        );
        let svg = String::from_utf8(out.stdout).unwrap();
        let nodes = report.graph.as_ref().map_or(0, |graph| graph.nodes.len());
        assert_eq!(svg.matches("class=\"node\"").count(), nodes, "{name}");
        let edges = report.graph.as_ref().map_or(0, |graph| graph.edges.len());
        assert_eq!(svg.matches("class=\"edge\"").count(), edges, "{name}");
    }
}

fn draw(path: &Path) -> std::process::Output {
    Command::new("dot").arg("-Tsvg").arg(path).output().unwrap()
}
