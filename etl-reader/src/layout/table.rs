//! The tables of known events in `data/`, read once when first needed.
//!
//! Grammar, one statement a line, `#` starts a comment:
//! ```text
//! provider GUID NAME          the events that follow are of this manifest provider
//! kernel GROUP GUID NAME      … of this kernel group, and of this class in files that use classes
//! class GUID NAME             … of this class only
//! event IDS vVERSION NAMES(TYPE FIELD, …)
//! ```
//! IDS are event numbers (types of kernel and class events), NAMES their names, both with commas; `-` is no name.
//! A type may be followed by `[4]` (an array, or a string or binary field of that length), `[FIELD]` (as long as
//! an earlier field says) or `[*]` (to the end of the payload). `?` after a field's name: may be left out.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::{Extent, Field, FieldType, Layout};
use crate::guid::Guid;
use crate::record::EventId;

const SOURCES: [&str; 12] = [
    include_str!("../../data/kernel.txt"),
    include_str!("../../data/merged.txt"),
    include_str!("../../data/kernel-file.txt"),
    include_str!("../../data/kernel-registry.txt"),
    include_str!("../../data/kernel-process.txt"),
    include_str!("../../data/session-manager.txt"),
    include_str!("../../data/services.txt"),
    include_str!("../../data/servicing.txt"),
    include_str!("../../data/appx.txt"),
    include_str!("../../data/plug-and-play.txt"),
    include_str!("../../data/boot-and-shutdown.txt"),
    include_str!("../../data/windows-update.txt"),
];

/// The known events of one provider, kernel group or class.
#[derive(Clone, Debug)]
pub(crate) struct Provider {
    /// Name of the provider or group.
    pub(crate) name: &'static str,
    /// The kernel group, for kernel events.
    pub(crate) group: Option<u8>,
    guid: Guid,
    manifest: bool,
    /// Versions in rising order.
    events: HashMap<u16, Vec<Layout>>,
}

impl Provider {
    /// The layout of an event: of its version, else of the newest one before it. Later versions of an event
    /// mostly add fields at the end. The flag tells whether the version is the very one.
    pub(crate) fn layout(&self, id: u16, version: u16) -> Option<(&Layout, bool)> {
        let versions = self.events.get(&id)?;
        let layout = versions.iter().rev().find(|layout| layout.version <= version)?;
        Some((layout, layout.version == version))
    }
}

/// All known events.
#[derive(Debug)]
pub(crate) struct Tables {
    providers: HashMap<Guid, Provider>,
    classes: HashMap<Guid, Provider>,
    groups: HashMap<u8, Guid>,
}

impl Tables {
    /// The tables of this crate.
    pub(crate) fn get() -> &'static Tables {
        static TABLES: OnceLock<Tables> = OnceLock::new();
        TABLES.get_or_init(|| {
            let mut tables =
                Tables { providers: HashMap::new(), classes: HashMap::new(), groups: HashMap::new() };
            for source in SOURCES {
                #[expect(clippy::expect_used, reason = "a test reads every table")]
                for provider in parse(source).expect("the tests read every table") {
                    tables.add(provider);
                }
            }
            tables
        })
    }

    fn add(&mut self, provider: Provider) {
        if let Some(group) = provider.group {
            self.groups.insert(group, provider.guid);
        }
        let map = if provider.manifest { &mut self.providers } else { &mut self.classes };
        map.insert(provider.guid, provider);
    }

    /// A manifest provider.
    pub(crate) fn provider(&self, guid: Guid) -> Option<&Provider> {
        self.providers.get(&guid)
    }

    /// A class, of the kernel or not.
    pub(crate) fn class(&self, guid: Guid) -> Option<&Provider> {
        self.classes.get(&guid)
    }

    /// A kernel group.
    pub(crate) fn group(&self, group: u8) -> Option<&Provider> {
        self.classes.get(self.groups.get(&group)?)
    }
}

/// Where an event stands in the tables: its provider, group or class, its number and version.
pub(crate) fn key(tables: &Tables, event: EventId) -> Option<(&Provider, u16, u16)> {
    Some(match event {
        EventId::Kernel { group, opcode, version } => (tables.group(group)?, opcode.into(), version),
        EventId::Class { class, opcode, version, .. } => (tables.class(class)?, opcode.into(), version),
        EventId::Provider { provider, id, version, .. } => (tables.provider(provider)?, id, version.into()),
        EventId::Message { .. } | EventId::Unknown { .. } => return None,
    })
}

fn parse(source: &'static str) -> Result<Vec<Provider>, String> {
    let mut providers: Vec<Provider> = Vec::new();
    for (number, line) in source.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |what: &str| format!("line {}: {what}: {line}", number + 1);
        let (word, rest) = line.split_once(' ').ok_or_else(|| wrong("no statement"))?;
        if word == "event" {
            let provider = providers.last_mut().ok_or_else(|| wrong("no provider"))?;
            event(rest, provider).map_err(|what| wrong(&what))?;
        } else {
            providers.push(head(word, rest).ok_or_else(|| wrong("not a provider"))?);
        }
    }
    for provider in &mut providers {
        provider.events.values_mut().for_each(|versions| versions.sort_by_key(|layout| layout.version));
    }
    Ok(providers)
}

fn head(word: &str, rest: &'static str) -> Option<Provider> {
    let (group, rest) = match word {
        "kernel" => {
            let (group, rest) = rest.split_once(' ')?;
            (Some(group.parse().ok()?), rest)
        }
        "class" | "provider" => (None, rest),
        _ => return None,
    };
    let (guid, name) = rest.split_once(' ')?;
    let guid = guid.parse().ok()?;
    Some(Provider { name, group, guid, manifest: word == "provider", events: HashMap::new() })
}

fn event(rest: &'static str, provider: &mut Provider) -> Result<(), String> {
    let mut parts = rest.splitn(3, ' ');
    let (ids, version, rest) = match (parts.next(), parts.next(), parts.next()) {
        (Some(ids), Some(version), Some(rest)) => (ids, version, rest),
        _ => return Err("an event has numbers, a version, names and fields".into()),
    };
    let version = version.strip_prefix('v').and_then(|v| v.parse().ok()).ok_or("no version")?;
    let (names, rest) = rest.split_once('(').ok_or("no fields")?;
    let fields: Arc<[Field]> = fields(rest.strip_suffix(')').ok_or("no end of the fields")?)?.into();
    let (ids, names) = (ids.split(','), names.split(','));
    if ids.clone().count() != names.clone().count() {
        return Err("as many numbers as names".into());
    }
    for (id, name) in ids.zip(names) {
        let id = id.parse().map_err(|_| format!("{id} is no number"))?;
        let name = if name == "-" { "" } else { name };
        let versions = provider.events.entry(id).or_default();
        if versions.iter().any(|layout: &Layout| layout.version == version) {
            return Err(format!("event {id} v{version} twice"));
        }
        versions.push(Layout { version, name: Cow::Borrowed(name), fields: fields.clone() });
    }
    Ok(())
}

fn fields(text: &'static str) -> Result<Vec<Field>, String> {
    let mut fields: Vec<Field> = Vec::new();
    for field in text.split(',').map(str::trim).filter(|field| !field.is_empty()) {
        let (kind, name) = field.split_once(' ').ok_or("a field has a type and a name")?;
        let (kind, extent) = match kind.strip_suffix(']').and_then(|kind| kind.split_once('[')) {
            None => (kind, Extent::Natural),
            Some((kind, "*")) => (kind, Extent::Rest),
            Some((kind, extent)) => match extent.parse() {
                Ok(number) => (kind, Extent::Fixed(number)),
                Err(_) => {
                    let place = fields.iter().position(|field| field.name == extent);
                    (kind, Extent::Field(place.ok_or_else(|| format!("no field {extent}"))?))
                }
            },
        };
        let (name, optional) = name.strip_suffix('?').map_or((name, false), |name| (name, true));
        let kind = field_type(kind).ok_or_else(|| format!("no type {kind}"))?;
        let is_text = matches!(kind, FieldType::Utf16 | FieldType::Ansi | FieldType::Bytes);
        let (length, count) = if is_text { (extent, Extent::Natural) } else { (Extent::Natural, extent) };
        fields.push(Field { name: Cow::Borrowed(name), kind, length, count, optional });
    }
    Ok(fields)
}

fn field_type(name: &str) -> Option<FieldType> {
    use FieldType::*;
    Some(match name {
        "u8" => Unsigned(1),
        "u16" => Unsigned(2),
        "u32" => Unsigned(4),
        "u64" => Unsigned(8),
        "i8" => Signed(1),
        "i16" => Signed(2),
        "i32" => Signed(4),
        "i64" => Signed(8),
        "x32" => Hex(4),
        "x64" => Hex(8),
        "f32" => Float(4),
        "f64" => Float(8),
        "ptr" => Pointer,
        "bool" => Bool,
        "guid" => Guid,
        "filetime" => FileTime,
        "sid" => Sid,
        "usersid" => UserSid,
        "wstr" => Utf16,
        "astr" => Ansi,
        "bytes" => Bytes,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_read() {
        let mut seen = std::collections::HashSet::new();
        for source in SOURCES {
            for provider in parse(source).unwrap() {
                assert!(seen.insert(provider.guid), "{} twice", provider.name);
                assert!(!provider.events.is_empty(), "{}", provider.name);
            }
        }
        assert_eq!(seen.len(), Tables::get().providers.len() + Tables::get().classes.len());
    }

    #[test]
    fn versions_fall_back_to_the_one_before() {
        let process = Tables::get().group(3).unwrap();
        assert_eq!(process.layout(1, 9).map(|(layout, exact)| (layout.version, exact)), Some((4, false)));
        assert_eq!(process.layout(1, 3).map(|(layout, exact)| (layout.version, exact)), Some((3, true)));
        assert!(process.layout(1, 0).is_none());
        assert!(process.layout(200, 3).is_none());
    }

    #[test]
    fn mistakes_in_a_table_are_told() {
        for source in [
            "event 1 v1 A()",
            "provider 1 A",
            "provider edd08927-9cc4-4e65-b970-c2560fb5c289 A\nevent 1,2 v1 A()",
            "provider edd08927-9cc4-4e65-b970-c2560fb5c289 A\nevent 1 v1 A(u33 B)",
            "provider edd08927-9cc4-4e65-b970-c2560fb5c289 A\nevent 1 v1 A(wstr[C] B)",
            "provider edd08927-9cc4-4e65-b970-c2560fb5c289 A\nevent 1 v1 A()\nevent 1 v1 B()",
        ] {
            assert!(parse(source).is_err(), "{source}");
        }
    }
}
