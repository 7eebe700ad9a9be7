//! Process Monitor's exports and the log that they were saved from give the same report, as far as the columns go.

use std::path::PathBuf;

use diagnosis::Rules;
use pml_reader::{COLUMNS, Column, PmlFile};
use reports::export::{ProcmonCsv, export};
use sample_traces::{Made, Options, SCENARIOS, XmlExport, make};
use serde_json::{Value, json};
use timeline::{Case, Timeline, query::Filter};

/// The report of some files, as JSON.
fn report(files: &[(&str, &[u8])]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = files
        .iter()
        .map(|(name, bytes)| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        })
        .collect();
    let case = Case::open(&paths);
    assert!(case.unreadable.is_empty(), "{:?}", case.unreadable);
    let timeline = Timeline::new(&case);
    let diagnosis = diagnosis::diagnose(&timeline, &Rules::built_in());
    serde_json::to_value(reports::report(&timeline, &diagnosis)).unwrap()
}

fn csv(pml: &[u8], utc_offset: i32, columns: Option<&[Column]>) -> Vec<u8> {
    let file = PmlFile::from_vec(pml.to_vec()).unwrap();
    let format = match columns {
        Some(columns) => ProcmonCsv::with_columns(utc_offset, columns.to_vec()),
        None => ProcmonCsv::new(utc_offset),
    };
    let mut out = Vec::new();
    export(&[&file], &Filter::default(), None, &format, &mut out, |_| {}).unwrap();
    out
}

fn xml(pml: &[u8], export: &XmlExport<'_>) -> Vec<u8> {
    export.write(&PmlFile::from_vec(pml.to_vec()).unwrap()).into_bytes()
}

fn all() -> Vec<Column> {
    COLUMNS.iter().map(|(column, _)| *column).collect()
}

/// What a process table says of the processes that have events. Starts before the log, and of whom the parents are
/// that have no rows, no column tells.
fn processes(report: &Value, times: bool) -> Vec<Value> {
    let list = report["processes"].as_array().unwrap();
    let mut list: Vec<Value> = list
        .iter()
        .filter(|p| p["events"].as_u64() > Some(0))
        .map(|p| {
            let mut p = p.clone();
            let fields = p.as_object_mut().unwrap();
            if !times {
                fields.remove("start");
                fields.remove("end");
            }
            p
        })
        .collect();
    list.sort_by_key(|p| (p["pid"].as_u64(), p.to_string()));
    list
}

/// The words beside the verdict that only an export has.
fn of_export(words: &Value) -> bool {
    let en = words["en"].as_str().unwrap();
    let of_clock = ["are local, of a zone that nothing tells", "has times of day and no date"];
    en.contains(" has no column ") || of_clock.iter().any(|words| en.contains(words))
}

/// What must be equal whatever a report was made from.
fn essence(report: &Value) -> Value {
    let mut verdict = report["verdict"].clone();
    if let Some(words) = verdict["not_covered"].as_array_mut() {
        words.retain(|words| !of_export(words));
    }
    // The file's name, and the detail in Process Monitor's own spelling.
    if let Some(failing) = verdict["failing_operation"].as_object_mut() {
        failing.remove("source");
        failing.remove("detail");
    }
    let failures: Vec<Value> = report["failures"].as_array().unwrap().clone();
    let mut clock = report["clock"].clone();
    if let Some(evidence) = clock["origin_evidence"].as_object_mut() {
        evidence.remove("source");
    }
    json!({
        "verdict": verdict,
        "failures": failures,
        "histogram": report["histogram"],
        "clock": clock,
        "phases": report["phases"],
        "records": report["inputs"][0]["records"],
        "first": report["inputs"][0]["first"],
        "last": report["inputs"][0]["last"],
    })
}

fn coverage(report: &Value) -> String {
    let rows = report["coverage"].as_array().unwrap().iter();
    rows.map(|row| row["what"]["en"].as_str().unwrap().to_owned() + "\n").collect()
}

#[track_caller]
fn equal(what: &str, pml: &Value, other: &Value) {
    let (Value::Object(pml), Value::Object(other)) = (pml, other) else { panic!("{what}") };
    for (key, value) in pml {
        let (a, b) = (serde_json::to_string_pretty(value), serde_json::to_string_pretty(&other[key]));
        assert_eq!(a.unwrap(), b.unwrap(), "{what}: {key}");
    }
}

const WHOLE: [&str; 3] = ["LogfileTests64bitUTC", "LogfileTests32bitUTC", "LogFileUTC64Filesystem"];

#[test]
fn process_monitors_own_csv_gives_the_report_of_its_log() {
    for name in WHOLE {
        let files =
            test_data::bytes(&format!("pml/{name}.PML")).zip(test_data::bytes(&format!("pml/{name}.csv")));
        let Some((pml, csv)) = files else { continue };
        let (pml, csv) = (report(&[("a.pml", &pml)]), report(&[("a.csv", &csv)]));
        let said = coverage(&csv);
        let (mut a, mut b) = (essence(&pml), essence(&csv));
        if name == "LogFileUTC64Filesystem" {
            // Of file events alone; the table of processes knows when TiWorker.exe started, no row of the export does.
            for essence in [&mut a, &mut b] {
                let verdict = essence["verdict"].as_object_mut().unwrap();
                assert!(verdict.remove("covered").is_some() && verdict.remove("not_covered").is_some());
            }
        }
        equal(name, &a, &b);
        assert_eq!(processes(&pml, false), processes(&csv, false), "{name}");
        assert_eq!(csv["inputs"][0]["kind"], "procmon-csv");
        assert!(said.contains("results are texts") && said.contains("no list of processes"), "{said}");
        assert!(!said.contains("has no column"), "{said}");
    }
}

#[test]
fn seven_columns_give_what_they_hold_and_the_rest_is_named() {
    let name = "pml/Noriben-v7-xp32";
    let Some((pml, csv)) =
        test_data::bytes(&format!("{name}.PML")).zip(test_data::bytes(&format!("{name}.csv")))
    else {
        return;
    };
    let (pml, csv) = (report(&[("a.pml", &pml)]), report(&[("a.csv", &csv)]));
    let counts = |report: &Value| -> Vec<Value> {
        let groups = report["failures"].as_array().unwrap().iter();
        groups
            .map(|g| json!([g["process"], g["operation"], g["status"], g["count"], g["example_path"]]))
            .collect()
    };
    assert_eq!(counts(&pml), counts(&csv));
    assert_eq!(pml["histogram"]["events"], csv["histogram"]["events"]);
    assert_eq!(pml["verdict"]["outcome"], csv["verdict"]["outcome"]);
    let by_process = |report: &Value| -> Vec<Value> {
        let list = processes(report, false).into_iter();
        list.map(|p| json!([p["pid"], p["name"], p["events"], p["failures"], p["exit_status"]])).collect()
    };
    assert_eq!(by_process(&pml), by_process(&csv));
    let said = coverage(&csv);
    for what in ["TID", "Duration", "Parent PID", "Command Line", "Image Path", "Company"] {
        assert!(said.contains(&format!("no column {what}\n")), "{what}: {said}");
    }
    assert!(said.contains("no dates") && said.contains("time zone"), "{said}");
    let beside = csv["verdict"]["not_covered"].as_array().unwrap().iter().filter(|words| of_export(words));
    let beside: Vec<&str> = beside.map(|words| words["en"].as_str().unwrap()).collect();
    assert_eq!(
        beside,
        [
            "a.csv has no column TID, Duration, Parent PID, Command Line, Image Path, Company",
            "a.csv has times of day and no date"
        ]
    );
}

#[test]
fn xml_gives_the_report_of_its_log() {
    let columns = all();
    for name in WHOLE {
        let Some(pml) = test_data::bytes(&format!("pml/{name}.PML")) else { continue };
        let export = XmlExport { columns: &columns, utc_offset_minutes: 120, stacks: name == WHOLE[1] };
        let xml = xml(&pml, &export);
        let (pml, xml) = (report(&[("a.pml", &pml)]), report(&[("a.xml", &xml)]));
        let starts = coverage(&xml).contains("120 minutes ahead");
        // Where no process starts within the log, its local times cannot be told from UTC.
        if starts {
            equal(name, &essence(&pml), &essence(&xml));
            assert_eq!(processes(&pml, true), processes(&xml, true), "{name}");
        }
        assert_eq!(starts, name != "LogFileUTC64Filesystem", "{name}");
        assert_eq!(xml["inputs"][0]["kind"], "procmon-xml");
    }
}

#[test]
fn seven_columns_of_xml_have_their_dates_and_processes_from_its_list() {
    let columns = &all()[..7];
    let Some(pml) = test_data::bytes("pml/LogfileTests64bitUTC.PML") else { return };
    let xml = xml(&pml, &XmlExport { columns, utc_offset_minutes: -420, stacks: false });
    let (pml, xml) = (report(&[("a.pml", &pml)]), report(&[("a.xml", &xml)]));
    equal("xml", &essence(&pml), &essence(&xml));
    assert_eq!(processes(&pml, true), processes(&xml, true));
    assert!(coverage(&xml).contains("no column Duration"));
    assert!(!coverage(&xml).contains("no column Parent PID"));
}

#[test]
fn every_scenario_has_the_verdict_of_its_log_as_csv_and_as_xml() {
    let columns = all();
    for (number, scenario) in SCENARIOS.iter().step_by(test_data::stride()).enumerate() {
        let name = scenario.name;
        let options = Options { seed: 5, is_64bit: number % 3 != 0, noise: 200 };
        let Made { pml, cbs_log, .. } = make(scenario, options).unwrap();
        let (csv, xml) = (
            csv(&pml, 0, None),
            xml(&pml, &XmlExport { columns: &columns, utc_offset_minutes: 540, stacks: number % 2 == 0 }),
        );
        for log in [false, true] {
            let of = |trace: (&str, &[u8])| {
                let log = log.then_some(("CBS.log", cbs_log.as_bytes()));
                report(&[trace].into_iter().chain(log).collect::<Vec<_>>())
            };
            let from_pml = of(("boot.pml", &pml));
            for other in [of(("boot.csv", &csv)), of(("boot.xml", &xml))] {
                let kind = &other["inputs"][0]["kind"];
                let what = format!("{name}, {kind}, with CBS.log: {log}");
                let pick = |report: &Value| {
                    let verdict = &report["verdict"];
                    let failing = &verdict["failing_operation"];
                    let keys =
                        ["index", "time", "process", "pid", "tid", "command_line", "image_path", "operation"];
                    let keys = keys.iter().chain(&["path", "target_path", "result", "status", "duration"]);
                    let failing: Vec<_> = keys.map(|key| failing[*key].clone()).collect();
                    // Without a log, the call stacks of Process Monitor's own log may raise low to medium.
                    let level = verdict["confidence"]["level"].as_str().unwrap_or_default();
                    let level = if !log && level == "medium" { "low" } else { level };
                    json!({
                        "outcome": verdict["outcome"],
                        "phase": verdict["phase"],
                        "hresult": verdict["hresult"],
                        "level": level,
                        "summary": verdict["summary"],
                        "failing": failing,
                        "failures": report["failures"],
                        "histogram": report["histogram"],
                        "services": report["services"].as_array().map(Vec::len),
                    })
                };
                equal(&what, &pick(&from_pml), &pick(&other));
            }
        }
    }
}

#[test]
fn a_csv_in_local_time_is_put_on_the_clock_of_cbs_log() {
    let undated: Vec<Column> = all().into_iter().filter(|column| *column != Column::DateAndTime).collect();
    for (number, scenario) in SCENARIOS.iter().step_by(test_data::stride()).enumerate() {
        let ahead = [-480, 60, 345, 780][number % 4];
        let Made { pml, cbs_log, .. } =
            make(scenario, Options { seed: 8, is_64bit: true, noise: 100 }).unwrap();
        let log = ("CBS.log", cbs_log.as_bytes());
        let from_pml = report(&[("boot.pml", &pml), log]);
        for columns in [None, Some(&undated[..])] {
            let csv = csv(&pml, ahead, columns);
            assert!(coverage(&report(&[("boot.csv", &csv)])).contains("nothing tells its time zone"));
            let from_csv = report(&[("boot.csv", &csv), log]);
            let said = coverage(&from_csv);
            let what = format!("{}, without dates: {}: {said}", scenario.name, columns.is_some());
            assert!(said.contains(&format!("show that they are {ahead} minutes ahead of UTC")), "{what}");
            let pick = |report: &Value| {
                let verdict = &report["verdict"];
                let failing = &verdict["failing_operation"];
                let failing = ["time", "pid", "operation", "path", "result"].map(|key| failing[key].clone());
                json!({
                    "first": report["inputs"][0]["first"],
                    "last": report["inputs"][0]["last"],
                    "failing": failing,
                    "phase": verdict["phase"],
                    "summary": verdict["summary"],
                    "level": verdict["confidence"]["level"],
                })
            };
            equal(&what, &pick(&from_pml), &pick(&from_csv));
        }
    }
}

/// The numbers of an attribute wherever a page has it.
fn numbers(page: &str, attribute: &str) -> Vec<f64> {
    let begin = format!("{attribute}=\"");
    let values = page.split(&begin).skip(1);
    values.map(|rest| rest.split('"').next().unwrap().parse().unwrap()).collect()
}

#[test]
fn an_export_without_dates_is_put_on_no_other_clock() {
    let name = "driver-queue-access-denied";
    let scenario = SCENARIOS.iter().find(|s| s.name == name).unwrap();
    let Made { pml, cbs_log, .. } = make(scenario, Options { noise: 200, ..Options::default() }).unwrap();
    let usual = [
        Column::TimeOfDay,
        Column::ProcessName,
        Column::Pid,
        Column::Operation,
        Column::Path,
        Column::Result,
        Column::Detail,
    ];
    let csv = String::from_utf8(csv(&pml, 0, Some(&usual))).unwrap();
    // Nothing tells when CBS.log was written, so nothing sets the clock.
    let rows: String = csv.split_inclusive('\n').filter(|row| !row.contains("CBS.log")).collect();
    let folder = tempfile::tempdir().unwrap();
    let paths = [("boot.csv", rows.as_bytes()), ("CBS.log", cbs_log.as_bytes())].map(|(name, bytes)| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    });
    let case = Case::open(&paths);
    let timeline = Timeline::new(&case);
    let diagnosis = diagnosis::diagnose(&timeline, &Rules::built_in());
    let report = reports::report(&timeline, &diagnosis);
    let json = serde_json::to_value(&report).unwrap();

    let banners: Vec<&str> =
        json["banners"].as_array().unwrap().iter().map(|banner| banner["en"].as_str().unwrap()).collect();
    assert!(
        banners.iter().any(|banner| banner.starts_with("boot.csv has times of day and no date")),
        "{banners:?}"
    );
    assert!(!banners.iter().any(|banner| banner.contains("another boot")), "{banners:?}");
    for end in ["origin", "start", "end"] {
        assert!(!json["clock"][end].as_str().unwrap().starts_with("1601"), "{end}: {}", json["clock"]);
    }
    let shown = |json: &Value| json["time"].as_str().is_some_and(|time| time.starts_with("1601"));
    assert!(json["evidence"].as_array().unwrap().iter().any(shown), "no row of the export is shown");

    let page = reports::html::render(&report, reports::Lang::En).unwrap();
    let read = page.split("<script type=\"application/json\"").next().unwrap();
    assert!(!read.contains("1601-01-01T"), "a time of day is shown as a date");
    for attribute in ["data-start", "data-end", "data-first", "data-last"] {
        for seconds in numbers(read, attribute) {
            assert!(seconds.abs() < 86_400.0, "{attribute}: {seconds} s");
        }
    }
}
