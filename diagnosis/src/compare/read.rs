//! Data that both boots read and that differs, without what differs between any two boots.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use timeline::{PhaseName, ProcessId, Timeline};

use super::{
    comparison::{Boot, DataCounts, Difference, DifferenceKind},
    data::{Data, Key, Property, Reading},
    normalise::{Normal, normalise},
    operations::weight,
    volatile::is_volatile,
};

/// By property and masked path: the readings of the good boot.
type Masked = HashMap<(Property, String), Vec<Key>>;

/// What came of a datum of the failing boot.
enum Found<'a> {
    Alone,
    Same,
    Noise,
    Differs(&'a Reading),
}

/// Compares the data that two boots read.
pub(super) fn compare(good: (&Data, Boot<'_>), bad: (&Data, Boot<'_>)) -> (Vec<Difference>, DataCounts) {
    let ((good, good_boot), (data, bad_boot)) = (good, bad);
    let masked: Masked = index(good, good_boot.timeline);
    let found: Vec<(&Key, &Reading, Found<'_>)> = data
        .readings
        .par_iter()
        .map(|(key, reading)| (key, reading, beside(good, &masked, key, reading, bad_boot.timeline)))
        .collect();
    let mut counts = DataCounts { left_out: good.left_out + data.left_out, ..DataCounts::default() };
    let mut rows = Vec::new();
    for (_, reading, found) in found {
        match found {
            Found::Alone => continue,
            Found::Same => {}
            Found::Noise => counts.noise += 1,
            Found::Differs(good) => rows.push(row(good, reading, bad_boot)),
        }
        counts.compared += 1;
    }
    (grouped(rows), counts)
}

/// Equal differences from which on they become one row: the files of one version, for instance.
const MANY: usize = 4;

/// Makes one row of many that differ in nothing but their objects.
fn grouped(rows: Vec<Difference>) -> Vec<Difference> {
    let mut groups: BTreeMap<(String, String, String), Vec<Difference>> = BTreeMap::new();
    for row in rows {
        let same = (row.operation.clone(), row.good.clone(), row.bad.clone());
        groups.entry(same).or_default().push(row);
    }
    let mut rows = Vec::new();
    for mut group in groups.into_values() {
        if group.len() < MANY {
            rows.append(&mut group);
            continue;
        }
        let count = group.len();
        let folder =
            |row: &Difference| row.path.rsplit_once('\\').map_or("", |(folder, _)| folder).to_lowercase();
        let one_folder =
            group.iter().all(|row| group.first().is_some_and(|first| folder(first) == folder(row)));
        let first = group.into_iter().min_by(|a, b| {
            (a.time.is_none(), a.time, a.event, &a.path).cmp(&(b.time.is_none(), b.time, b.event, &b.path))
        });
        rows.extend(first.map(|row| {
            let folder = row.path.rsplit_once('\\').map_or("", |(folder, _)| folder).to_owned();
            let path = if one_folder {
                format!(r"{folder}\* ({count})")
            } else {
                format!("{} (1/{count})", row.path)
            };
            Difference { path, ..row }
        }));
    }
    rows
}

fn index(good: &Data, timeline: &Timeline<'_>) -> Masked {
    let named: Vec<((Property, String), Key)> = good
        .readings
        .par_iter()
        .filter_map(|(key, reading)| {
            let normal = normal(timeline, reading);
            normal.same_object.then_some(((key.0, normal.text), *key))
        })
        .collect();
    let mut masked = Masked::new();
    for (name, key) in named {
        masked.entry(name).or_default().push(key);
    }
    masked
}

fn normal(timeline: &Timeline<'_>, reading: &Reading) -> Normal {
    normalise(&reading.path, pid(timeline, reading.process))
}

fn pid(timeline: &Timeline<'_>, process: Option<ProcessId>) -> u32 {
    process.and_then(|id| timeline.process(id)).map_or(0, |p| p.pid)
}

fn beside<'g>(
    good: &'g Data,
    masked: &Masked,
    key: &Key,
    reading: &Reading,
    bad: &Timeline<'_>,
) -> Found<'g> {
    if let Some(known) = good.readings.get(key) {
        return judge(known, reading, key.0, pid(bad, reading.process));
    }
    let normal = normal(bad, reading);
    if !normal.same_object {
        return Found::Alone;
    }
    let of_version = normal.text.contains("<version>") || normal.text.contains("<hash>");
    let Some(keys) = masked.get(&(key.0, normal.text)) else { return Found::Alone };
    let known: Vec<&Reading> = keys.iter().filter_map(|key| good.readings.get(key)).collect();
    match known[..] {
        _ if known.iter().any(|known| known.hash == reading.hash) => Found::Same,
        // Another version of a file has another size, and which of several versions is meant is not known.
        [known] if !of_version => judge(known, reading, key.0, pid(bad, reading.process)),
        _ => Found::Noise,
    }
}

fn judge<'g>(good: &'g Reading, bad: &Reading, property: Property, pid: u32) -> Found<'g> {
    if good.varies || bad.varies {
        return if good.varies && bad.varies && good.hash == bad.hash { Found::Same } else { Found::Noise };
    }
    if good.hash == bad.hash {
        return Found::Same;
    }
    if property == Property::Value && is_volatile(&bad.path, &good.text, &bad.text, pid) {
        return Found::Noise;
    }
    Found::Differs(good)
}

fn row(good: &Reading, bad: &Reading, boot: Boot<'_>) -> Difference {
    let phase = bad.first.map_or(PhaseName::Unknown, |(time, _)| boot.aligned.at(time));
    let process = bad.process.and_then(|id| boot.timeline.process(id));
    Difference {
        kind: DifferenceKind::DifferentData,
        // Two healthy boots differ in some data too.
        weight: weight(phase, false),
        phase,
        process: process.map_or_else(String::new, |p| p.name.clone()),
        operation: bad.operation.to_owned(),
        path: bad.path.clone(),
        good: good.text.clone(),
        bad: bad.text.clone(),
        time: bad.first.map(|(time, _)| time),
        event: bad.first.map(|(_, event)| event),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(path: &str, text: &str, varies: bool) -> Reading {
        Reading {
            path: path.to_owned(),
            text: text.to_owned(),
            hash: crate::text_hash::hash(text),
            operation: "RegQueryValue",
            process: None,
            first: None,
            varies,
        }
    }

    #[test]
    fn what_differs_counts_unless_it_varies_or_is_volatile() {
        let value = |name: &str, data: u32, varies| {
            reading(
                &format!(r"HKLM\System\X\{name}"),
                &format!("Type: REG_DWORD, Length: 4, Data: {data}"),
                varies,
            )
        };
        let judged = |good: &Reading, bad: &Reading| match judge(good, bad, Property::Value, 4) {
            Found::Alone => "alone",
            Found::Same => "same",
            Found::Noise => "noise",
            Found::Differs(_) => "differs",
        };
        assert_eq!(judged(&value("Start", 2, false), &value("Start", 4, false)), "differs");
        assert_eq!(judged(&value("Start", 2, false), &value("Start", 2, false)), "same");
        assert_eq!(judged(&value("Start", 2, true), &value("Start", 4, false)), "noise");
        assert_eq!(judged(&value("Start", 2, false), &value("Start", 4, true)), "noise");
        assert_eq!(judged(&value("LastBootTime", 2, false), &value("LastBootTime", 4, false)), "noise");
    }

    #[test]
    fn many_equal_differences_are_one_row() {
        let row = |path: &str| Difference {
            kind: DifferenceKind::DifferentData,
            weight: weight(PhaseName::Unknown, false),
            phase: PhaseName::Unknown,
            process: String::new(),
            operation: "Load Image".to_owned(),
            path: path.to_owned(),
            good: "Version: 1".to_owned(),
            bad: "Version: 2".to_owned(),
            time: None,
            event: None,
        };
        let paths = |rows: Vec<Difference>| rows.into_iter().map(|row| row.path).collect::<Vec<_>>();
        let few = [r"C:\a\1", r"C:\a\2", r"C:\a\3"];
        assert_eq!(paths(grouped(few.map(row).to_vec())), few);
        assert_eq!(paths(grouped([few[0], few[1], few[2], r"C:\A\4"].map(row).to_vec())), [r"C:\A\* (4)"]);
        assert_eq!(paths(grouped([few[0], few[1], few[2], r"C:\b\4"].map(row).to_vec())), [r"C:\a\1 (1/4)"]);
    }
}
