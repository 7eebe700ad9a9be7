//! A program that was written for the report.json of 0.1 finds its keys, or the upgrade notes name what changed.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

const KEYS: &str = include_str!("keys-0.1.tsv");

fn page(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)).unwrap()
}

/// `Type.key` and what it holds, `Type=value` for values of enums.
fn keys(schema: &Value) -> BTreeMap<String, String> {
    let types = schema["$defs"].as_object().unwrap().iter().map(|(name, def)| (name.as_str(), def));
    let mut found = BTreeMap::new();
    for (name, def) in types.chain([("Report", schema)]) {
        for (key, value) in def["properties"].as_object().into_iter().flatten() {
            let kind = value["type"].as_str().or_else(|| value["$ref"].as_str()?.rsplit('/').next());
            found.insert(format!("{name}.{key}"), kind.unwrap_or_default().to_owned());
        }
        for value in def["anyOf"].as_array().into_iter().flatten().filter_map(|value| value["const"].as_str())
        {
            found.insert(format!("{name}={value}"), "value".to_owned());
        }
    }
    found
}

#[test]
fn every_key_of_0_1_is_there_or_named_in_the_upgrade_notes() {
    let now = keys(&serde_json::from_str(&page("docs/report.schema.json")).unwrap());
    let changelog = page("CHANGELOG.md");
    let notes = changelog.split("### Upgrading programs that read report.json").nth(1).unwrap();
    let notes = notes.split("\n### ").next().unwrap();
    let rows = KEYS.lines().filter(|line| !line.starts_with('#'));
    let before: Vec<(&str, &str)> = rows.map(|line| line.split_once('\t').unwrap()).collect();
    assert!(before.len() > 250, "{}", before.len());
    let changed: Vec<_> =
        before.iter().filter(|(key, kind)| now.get(*key).is_none_or(|now| now != kind)).collect();
    for (key, kind) in &changed {
        let row = format!("`{key}`");
        assert!(
            notes.contains(&row),
            "{key} ({kind}) is {:?} now, and CHANGELOG.md does not say so",
            now.get(*key)
        );
    }
    // What the notes name has changed.
    let named = notes.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let named: Vec<&str> = named.collect();
    assert_eq!(named.len(), changed.len(), "{named:?} {changed:?}");
}
