//! What each file and registry event stands for, from `data/operations.txt`.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::shape::Family;

const SOURCE: &str = include_str!("../../data/operations.txt");

/// What an event does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Does {
    /// A file operation without more.
    Operation,
    /// Opens a file: the path is that of the file object from now on.
    Create,
    /// The file object ends.
    Close,
    /// Named by its information class.
    Set,
    Query,
    /// The file has a new name afterwards.
    Rename,
    /// Tells the path of an operation recorded by another event.
    Path,
    /// Tells the new name of such an operation.
    Target,
    /// An operation ends.
    End,
    /// A registry operation on a key.
    Key,
    /// The same, and it makes a key object.
    CreateKey,
    /// The same, and the key object ends.
    CloseKey,
    /// A registry operation on a value.
    KeyValue,
}

/// An event's meaning and Process Monitor's name of the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) does: Does,
    pub(super) name: &'static str,
}

/// All meanings.
#[derive(Debug)]
pub(super) struct Meanings {
    /// By family and number of the event.
    events: [Vec<Option<Meaning>>; 4],
    set: HashMap<u32, &'static str>,
    query: HashMap<u32, &'static str>,
}

impl Meanings {
    pub(super) fn get() -> &'static Meanings {
        static MEANINGS: OnceLock<Meanings> = OnceLock::new();
        MEANINGS.get_or_init(|| read(SOURCE).expect("a test reads the table"))
    }

    #[inline]
    pub(super) fn of(&self, family: Family, id: u8) -> Option<Meaning> {
        *self.events[family as usize].get(usize::from(id))?
    }

    /// The name of an operation with this information class.
    pub(super) fn named(&self, meaning: Meaning, class: Option<u32>) -> &'static str {
        let names = match meaning.does {
            Does::Set | Does::Rename | Does::Path | Does::Target => &self.set,
            Does::Query => &self.query,
            _ => return meaning.name,
        };
        class.and_then(|class| names.get(&class)).copied().unwrap_or(meaning.name)
    }
}

fn read(source: &'static str) -> Option<Meanings> {
    let mut meanings = Meanings {
        events: std::array::from_fn(|_| vec![None; 256]),
        set: HashMap::new(),
        query: HashMap::new(),
    };
    for line in source.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let words: Vec<&'static str> = line.split(' ').collect();
        match *words.as_slice() {
            ["query", class, name] => drop(meanings.query.insert(class.parse().ok()?, name)),
            ["set", class, name] => drop(meanings.set.insert(class.parse().ok()?, name)),
            [kind, kernel, provider, does, name] => {
                let (kernel_family, provider_family) = match kind {
                    "file" => (Family::KernelFile, Family::FileProvider),
                    "registry" => (Family::KernelRegistry, Family::RegistryProvider),
                    _ => return None,
                };
                let does = does_of(kind, does)?;
                for (family, number) in [(kernel_family, kernel), (provider_family, provider)] {
                    if number != "-" {
                        let place =
                            meanings.events[family as usize].get_mut(number.parse::<usize>().ok()?)?;
                        *place = Some(Meaning { does, name });
                    }
                }
            }
            _ => return None,
        }
    }
    Some(meanings)
}

fn does_of(kind: &str, word: &str) -> Option<Does> {
    Some(match (kind, word) {
        ("file", "operation") => Does::Operation,
        ("file", "create") => Does::Create,
        ("file", "close") => Does::Close,
        ("file", "set") => Does::Set,
        ("file", "query") => Does::Query,
        ("file", "rename") => Does::Rename,
        ("file", "path") => Does::Path,
        ("file", "target") => Does::Target,
        ("file", "end") => Does::End,
        ("registry", "key") => Does::Key,
        ("registry", "create") => Does::CreateKey,
        ("registry", "close") => Does::CloseKey,
        ("registry", "value") => Does::KeyValue,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let meanings = read(SOURCE).unwrap();
        let of = |family, id| meanings.of(family, id).unwrap();
        assert_eq!(of(Family::KernelFile, 64).name, "CreateFile");
        assert_eq!(of(Family::FileProvider, 24).does, Does::End);
        let delete = of(Family::KernelFile, 70);
        assert_eq!(meanings.named(delete, Some(64)), "SetDispositionInformationEx");
        assert_eq!(meanings.named(delete, Some(999)), "SetDispositionInformationFile");
        assert_eq!(of(Family::KernelRegistry, 16).name, "RegQueryValue");
        assert!(meanings.of(Family::RegistryProvider, 200).is_none());
    }

    #[test]
    fn mistakes_are_told() {
        for source in ["file 64 12 open CreateFile", "query x A", "files 1 2 key A", "file 1 2"] {
            assert!(read(source).is_none(), "{source}");
        }
    }
}
