//! Checks reports against docs/report.schema.json.

#![allow(dead_code, unreachable_pub)]

use std::{path::PathBuf, process::Command};

use reports::model::Time;
use serde_json::Value;

fn path() -> PathBuf {
    // This file is used by tests of more than one package.
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let file = "docs/report.schema.json";
    [package.join(file), package.join("..").join(file)].into_iter().find(|path| path.exists()).unwrap()
}

fn schema() -> Value {
    serde_json::from_str(&std::fs::read_to_string(path()).unwrap()).unwrap()
}

/// Panics if a report holds what the schema does not describe.
pub fn hold(reports: &[(String, String)]) {
    for (name, json) in reports {
        let wrong = wrong(json);
        assert!(wrong.is_empty(), "{name}: {wrong:#?}");
    }
}

/// What a report holds that the schema does not describe, with its place. A key that is not described is wrong here: a
/// later version's reader must bear it, but this version has no reason to write it.
pub fn wrong(json: &str) -> Vec<String> {
    let schema = schema();
    let mut wrong = Vec::new();
    check(&schema, &schema, &serde_json::from_str(json).unwrap(), "", &mut wrong);
    wrong
}

fn check(root: &Value, schema: &Value, value: &Value, place: &str, wrong: &mut Vec<String>) {
    for (keyword, says) in schema.as_object().unwrap() {
        let mut say = |what: &str| wrong.push(format!("{place}: {what}"));
        match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" => {}
            "$ref" => {
                let target = root.pointer(says.as_str().unwrap().trim_start_matches('#')).unwrap();
                check(root, target, value, place, wrong);
            }
            "type" => {
                let kind = says.as_str().unwrap();
                let fits = match kind {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "number" => value.is_number(),
                    "integer" => value.is_i64() || value.is_u64(),
                    kind => panic!("a type {kind}"),
                };
                if !fits {
                    say(&format!("is no {kind}"));
                }
            }
            "format" => {
                assert_eq!(says, "date-time");
                if value.as_str().is_some_and(|text| Time::parse(text).is_none()) {
                    say("is no date-time");
                }
            }
            "minimum" => {
                if value.as_f64().is_some_and(|number| number < says.as_f64().unwrap()) {
                    say(&format!("is below {says}"));
                }
            }
            "maximum" => {
                if value.as_f64().is_some_and(|number| number > says.as_f64().unwrap()) {
                    say(&format!("is above {says}"));
                }
            }
            "const" => {
                if value != says {
                    say(&format!("is not {says}"));
                }
            }
            "anyOf" => {
                let fits = says.as_array().unwrap().iter().any(|schema| {
                    let mut wrong = Vec::new();
                    check(root, schema, value, place, &mut wrong);
                    wrong.is_empty()
                });
                if !fits {
                    say("is none of those that are described");
                }
            }
            "items" => {
                for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(root, says, item, &format!("{place}/{number}"), wrong);
                }
            }
            "properties" => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    let place = format!("{place}/{key}");
                    match says.get(key) {
                        Some(schema) => check(root, schema, value, &place, wrong),
                        None => wrong.push(format!("{place}: is not described")),
                    }
                }
            }
            keyword => panic!("the checker does not know {keyword}"),
        }
    }
}

const PYTHON: &str = r#"
import json, pathlib, sys
from jsonschema import Draft202012Validator as Validator
schema = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
Validator.check_schema(schema)
validator = Validator(schema)
files = sorted(pathlib.Path(sys.argv[2]).iterdir())
for file in files:
    for error in validator.iter_errors(json.loads(file.read_text(encoding="utf-8"))):
        sys.exit(f"{file.name}: {error.json_path}: {error.message}")
wrong = {"verdict": {"failing_operation": {"pid": "4"}}}
assert not validator.is_valid(wrong), "nothing is wrong to this validator"
print(len(files))
"#;

/// The same by Python's jsonschema, which also holds the schema against the standard.
pub fn hold_by_python(reports: &[(String, String)]) {
    if !test_data::python_module("jsonschema") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, json) in reports {
        std::fs::write(folder.path().join(format!("{name}.json")), json).unwrap();
    }
    let out =
        Command::new(test_data::PYTHON).args(["-c", PYTHON]).arg(path()).arg(folder.path()).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert_eq!(String::from_utf8_lossy(&out.stdout).trim(), reports.len().to_string());
}
