//! The data that a boot read: values of the registry, sizes and attributes of files, sizes and versions of images.
//!
//! Data belongs to its object, whoever reads it. A size is the same fact whichever operation gives it.

use std::collections::{HashMap, hash_map::Entry as Slot};

use timeline::{
    Done, EventId, FileTime, ProcessId, Timeline,
    query::{Column, Row, Style},
};

use crate::text_hash::hash;

/// Data that is remembered of a boot. Servicing of real logs of 50,000 events reads some thousand.
const MAX_READINGS: usize = 1 << 18;
/// Characters of a datum that are shown.
const MAX_SHOWN: usize = 200;

/// What a datum tells of its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Property {
    /// Type, length and data of a registry value.
    Value,
    /// Size of a file.
    Size,
    /// Attributes of a file.
    Attributes,
    /// Size of an image in memory.
    ImageSize,
    /// Version in the resources of an image.
    Version,
}

/// Operations that read data, and the fields of their details. Times, handles and counts of handles are not among them.
const READINGS: &[(&str, &[(&str, Property)])] = &[
    ("RegQueryValue", &[("Type", Property::Value)]),
    ("RegEnumValue", &[("Type", Property::Value)]),
    ("QueryStandardInformationFile", &[("EndOfFile", Property::Size)]),
    ("QueryBasicInformationFile", &[("FileAttributes", Property::Attributes)]),
    ("QueryAllInformationFile", &[("EndOfFile", Property::Size), ("FileAttributes", Property::Attributes)]),
    (
        "QueryNetworkOpenInformationFile",
        &[("EndOfFile", Property::Size), ("FileAttributes", Property::Attributes)],
    ),
    ("QueryOpen", &[("EndOfFile", Property::Size), ("FileAttributes", Property::Attributes)]),
    ("Load Image", &[("Image Size", Property::ImageSize)]),
];

/// A property of an object, by the hash of its path in lower case.
pub(super) type Key = (Property, u64);

/// A datum as a boot read it first.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub(super) path: String,
    /// As Process Monitor's detail has it, cut where it is long.
    pub(super) text: String,
    /// Hash of the whole text.
    pub(super) hash: u64,
    pub(super) operation: &'static str,
    pub(super) process: Option<ProcessId>,
    /// When, and which event; absent of what a list of modules tells.
    pub(super) first: Option<(FileTime, EventId)>,
    /// Whether the boot read other data there at another time.
    pub(super) varies: bool,
}

/// The data of a boot.
#[derive(Debug, Default)]
pub(super) struct Data {
    pub(super) readings: HashMap<Key, Reading>,
    /// Data that found no room.
    pub(super) left_out: u64,
    detail: String,
}

impl Data {
    /// Takes what an operation that succeeded has read.
    pub(super) fn take<R: Row>(&mut self, done: &Done<'_, R>, process: ProcessId) {
        let name = done.name();
        let Some((operation, fields)) = READINGS.iter().find(|(operation, _)| *operation == name) else {
            return;
        };
        let mut detail = std::mem::take(&mut self.detail);
        detail.clear();
        if done.push(Column::Detail, Style::default(), &mut detail).is_ok() {
            for (field, property) in *fields {
                let Some((inside, text)) = datum(&detail, field, *property) else { continue };
                let mut path = done.path();
                if !inside.is_empty() {
                    path.push('\\');
                    path.push_str(inside);
                }
                self.add(
                    *property,
                    Reading {
                        path,
                        hash: hash(text),
                        text: cut(text),
                        operation,
                        process: Some(process),
                        first: Some((done.time(), done.id)),
                        varies: false,
                    },
                );
            }
        }
        self.detail = detail;
    }

    /// Takes the versions that the lists of modules tell: of the kernel and of the processes that `wanted` names.
    pub(super) fn take_versions(&mut self, timeline: &Timeline<'_>, wanted: impl Fn(ProcessId) -> bool) {
        for (process, module) in timeline.modules(wanted) {
            if module.version.is_empty() || module.path.is_empty() {
                continue;
            }
            let text = format!("Version: {}", module.version);
            let reading = Reading {
                path: module.path.clone(),
                hash: hash(&text),
                text: cut(&text),
                operation: "Load Image",
                process: Some(process),
                first: None,
                varies: false,
            };
            self.add(Property::Version, reading);
        }
    }

    fn add(&mut self, property: Property, reading: Reading) {
        let key = (property, hash(&reading.path.to_lowercase()));
        let full = self.readings.len() >= MAX_READINGS;
        match self.readings.entry(key) {
            Slot::Occupied(mut slot) => slot.get_mut().join(reading),
            Slot::Vacant(_) if full => self.left_out += 1,
            Slot::Vacant(slot) => {
                slot.insert(reading);
            }
        }
    }

    /// Joins what later events read.
    pub(super) fn join(&mut self, later: Self) {
        self.left_out += later.left_out;
        for ((property, _), reading) in later.readings {
            self.add(property, reading);
        }
    }
}

impl Reading {
    fn join(&mut self, other: Self) {
        let varies = self.varies || other.varies || self.hash != other.hash;
        let earlier = |a: &Self, b: &Self| match (a.first, b.first) {
            (Some(a), Some(b)) => a < b,
            (a, b) => a.is_some() && b.is_none(),
        };
        if earlier(&other, self) {
            *self = other;
        }
        self.varies = varies;
    }
}

/// A datum in a detail, and the part of its object's name that only the detail has.
fn datum<'d>(detail: &'d str, field: &str, property: Property) -> Option<(&'d str, &'d str)> {
    if property == Property::Value {
        let at = if detail.starts_with("Type: ") { 0 } else { detail.find(", Type: REG_")? + 2 };
        let (head, text) = detail.split_at_checked(at)?;
        let inside = head.split_once("Name: ").map_or("", |(_, name)| name.trim_end_matches(", "));
        // Without its data a value tells only that it is there.
        return text.contains(", Data: ").then_some((inside, text));
    }
    let behind = |text: &'d str| text.strip_prefix(field)?.strip_prefix(": ");
    let text = detail.match_indices(", ").map(|(at, _)| at + 2).chain([0]).find_map(|at| {
        let rest = detail.get(at..)?;
        let value = behind(rest)?;
        let end = value.find(", ").unwrap_or(value.len());
        rest.get(..field.len() + 2 + end)
    })?;
    // An export of Process Monitor prints some sizes as dates.
    let is_size = |text: &str| text.chars().all(|c| c.is_ascii_digit() || c == ',');
    let sound = property != Property::Size || behind(text).is_some_and(is_size);
    sound.then_some(("", text))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_gives_its_data_and_no_times() {
        let value = "Type: REG_SZ, Length: 8, Data: a, Type: REG_SZ, Data: b";
        assert_eq!(datum(value, "Type", Property::Value), Some(("", value)));
        let listed = "Index: 3, Name: Start, Type: REG_DWORD, Length: 4, Data: 2";
        assert_eq!(
            datum(listed, "Type", Property::Value),
            Some(("Start", "Type: REG_DWORD, Length: 4, Data: 2"))
        );
        assert_eq!(datum("Type: REG_SZ, Length: 8", "Type", Property::Value), None);
        assert_eq!(datum("Length: 144", "Type", Property::Value), None);
        let open = "CreationTime: 01.02.2024 10:00:00, AllocationSize: 4,096, EndOfFile: 1,024, FileAttributes: ANCI";
        assert_eq!(datum(open, "EndOfFile", Property::Size), Some(("", "EndOfFile: 1,024")));
        assert_eq!(datum(open, "FileAttributes", Property::Attributes), Some(("", "FileAttributes: ANCI")));
        assert_eq!(datum("EndOfFile: 01/01/1601 00:00:00", "EndOfFile", Property::Size), None);
        assert_eq!(datum("", "EndOfFile", Property::Size), None);
    }

    #[test]
    fn data_that_varies_within_one_boot_is_marked_whichever_part_has_it() {
        let reading = |text: &str| Reading {
            path: r"C:\Windows\Logs\CBS\CBS.log".to_owned(),
            text: text.to_owned(),
            hash: hash(text),
            operation: "QueryOpen",
            process: None,
            first: None,
            varies: false,
        };
        let of = |texts: &[&str]| {
            let mut data = Data::default();
            texts.iter().for_each(|text| data.add(Property::Size, reading(text)));
            data
        };
        for (earlier, later, varies) in [
            (&["1", "1"][..], &["1"][..], false),
            (&["1", "2"], &[], true),
            (&["1"], &["2"], true),
            (&[], &["1", "2"], true),
        ] {
            let mut data = of(earlier);
            data.join(of(later));
            let kept: Vec<bool> = data.readings.values().map(|reading| reading.varies).collect();
            assert_eq!(kept, [varies], "{earlier:?} {later:?}");
        }
    }

    #[test]
    fn long_data_is_cut_for_show_and_compared_whole() {
        let long = format!("Data: {}", "ü".repeat(400));
        assert_eq!(cut(&long).chars().count(), MAX_SHOWN + 1);
        assert_ne!(hash(&long), hash(&format!("{long}x")));
    }
}
