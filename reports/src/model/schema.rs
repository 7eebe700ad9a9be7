//! docs/report.schema.json, made from the model: the file and docs/REPORT.md are held against it.

use std::{borrow::Cow, collections::BTreeSet, path::PathBuf};

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, json_schema};
use serde_json::{Value, json};

use super::{Report, SCHEMA_VERSION, Span, Time};

/// Strings of which a later version may have more.
pub(super) fn open_enum(doc: &str, values: &[(&str, &str)]) -> Schema {
    let value = |(text, doc): &(&str, &str)| json!({ "const": text, "description": doc.trim() });
    let mut any: Vec<Value> = values.iter().map(value).collect();
    any.push(json!({ "type": "string", "description": "A value of a later version." }));
    json_schema!({ "description": doc.trim(), "anyOf": any })
}

impl JsonSchema for Time {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

impl JsonSchema for Span {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": 0 })
    }
}

/// Fields that are absent are not written: there is no `null`, and no default to tell.
fn tidy(schema: &mut Value) {
    if let Value::Object(keys) = schema {
        // Widths of Rust's integers are no business of the reader, and no standard formats.
        if keys.get("format").is_some_and(|format| format != "date-time") {
            keys.remove("format");
        }
        if let Some(Value::Array(types)) = keys.get_mut("type") {
            types.retain(|kind| kind != "null");
            if let [one] = types.as_slice() {
                let one = one.clone();
                keys.insert("type".to_owned(), one);
            }
        }
        if let Some(Value::Array(any)) = keys.get_mut("anyOf") {
            any.retain(|schema| schema != &json!({ "type": "null" }));
            if let [Value::Object(one)] = any.as_slice() {
                let one = one.clone();
                keys.remove("anyOf");
                keys.extend(one);
            }
        }
    }
    match schema {
        Value::Object(keys) => keys.values_mut().for_each(tidy),
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

fn generated() -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut made = generator.into_root_schema_for::<Report>().to_value();
    tidy(&mut made);
    let mut schema = json!({
        "$schema": made["$schema"],
        "title": format!("bootrace report.json, schema_version {SCHEMA_VERSION}"),
    });
    let keys =
        made.as_object().unwrap().iter().filter(|(key, _)| !matches!(key.as_str(), "$schema" | "title"));
    schema.as_object_mut().unwrap().extend(keys.map(|(key, value)| (key.clone(), value.clone())));
    schema
}

fn page(name: &str) -> (PathBuf, String) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    (path, text)
}

/// With `UPDATE_SCHEMA` set, writes the file instead.
#[test]
fn the_file_is_what_the_model_makes() {
    let made = generated();
    let (path, file) = page("report.schema.json");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(path, serde_json::to_string_pretty(&made).unwrap() + "\n").unwrap();
        return;
    }
    // The order of keys means nothing in a schema.
    assert!(
        serde_json::from_str::<Value>(&file).is_ok_and(|file| file == made),
        "docs/report.schema.json is not what the model makes: UPDATE_SCHEMA=1 cargo test -p reports --lib schema"
    );
}

#[test]
fn the_page_names_every_key_and_word_and_no_other() {
    let schema = generated();
    let (_, page) = page("REPORT.md");
    let mut described = BTreeSet::new();
    let mut kind = "";
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix('#') {
            kind = heading.trim_start_matches('#').trim();
        } else if let Some((key, _)) = line.strip_prefix("| `").and_then(|rest| rest.split_once("` |"))
            // Headings of several words are of other files than report.json.
            && !kind.contains(' ')
        {
            described.insert((kind.to_owned(), key.to_owned()));
        }
    }
    let mut declared = BTreeSet::new();
    let kinds = schema["$defs"].as_object().unwrap().iter().map(|(kind, schema)| (kind.as_str(), schema));
    for (kind, schema) in kinds.chain([("Report", &schema)]) {
        if kind == "Text" {
            // Described in words, since it is everywhere.
            assert!(page.contains("**Prose is `{en, zh}`**"));
            continue;
        }
        let keys = schema["properties"].as_object().into_iter().flatten().map(|(key, _)| key.as_str());
        let words =
            schema["anyOf"].as_array().into_iter().flatten().filter_map(|word| word["const"].as_str());
        declared.extend(keys.chain(words).map(|name| (kind.to_owned(), name.to_owned())));
    }
    assert!(declared.len() > 150, "{}", declared.len());
    // The page describes the candidate's own keys beside those of its operation.
    let operation: Vec<_> = declared.iter().filter(|(kind, _)| kind == "Operation").cloned().collect();
    for (_, key) in operation {
        assert!(declared.remove(&("Candidate".to_owned(), key)));
    }
    let differing: Vec<_> = declared.symmetric_difference(&described).collect();
    assert!(differing.is_empty(), "not in both: {differing:?}");
}
