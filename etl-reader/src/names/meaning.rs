//! What each file and registry event means, from `data/operations.txt`.

use std::fmt;
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

/// Process Monitor's name of an operation, by its number among [`OperationName::all`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OperationName(u8);

impl OperationName {
    /// Every name that an operation can have.
    pub fn all() -> impl Iterator<Item = OperationName> {
        (0..).take(Meanings::get().names.len()).map(OperationName)
    }

    /// Its number, from 0.
    #[must_use]
    pub fn index(self) -> usize {
        self.0.into()
    }

    /// The name, for example `CreateFile`.
    #[must_use]
    pub fn text(self) -> &'static str {
        Meanings::get().names.get(self.index()).copied().unwrap_or_default()
    }
}

impl fmt::Display for OperationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// An event's meaning and Process Monitor's name of the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) does: Does,
    pub(super) name: OperationName,
}

/// All meanings.
#[derive(Debug)]
pub(super) struct Meanings {
    /// By family and number of the event.
    events: [Vec<Option<Meaning>>; 4],
    /// By information class.
    set: Vec<Option<OperationName>>,
    query: Vec<Option<OperationName>>,
    names: Vec<&'static str>,
    /// The operation that opens a file.
    pub(super) create: OperationName,
    /// The operation whose information class is a control code.
    pub(super) control: OperationName,
    /// The operation that gives a file a second name and leaves it its first.
    pub(super) link: OperationName,
}

impl Meanings {
    #[expect(clippy::expect_used, reason = "a test reads the table")]
    pub(super) fn get() -> &'static Meanings {
        static MEANINGS: OnceLock<Meanings> = OnceLock::new();
        MEANINGS.get_or_init(|| read(SOURCE).expect("a test reads the table"))
    }

    #[inline]
    pub(super) fn of(&self, family: Family, id: u8) -> Option<Meaning> {
        *self.events.get(family as usize)?.get(usize::from(id))?
    }

    /// The name of an operation with this information class.
    #[inline]
    pub(super) fn named(&self, meaning: Meaning, class: Option<u32>) -> OperationName {
        let names = match meaning.does {
            Does::Set | Does::Rename | Does::Path | Does::Target => &self.set,
            Does::Query => &self.query,
            _ => return meaning.name,
        };
        let named = class.and_then(|class| *names.get(usize::try_from(class).ok()?)?);
        named.unwrap_or(meaning.name)
    }
}

fn read(source: &'static str) -> Option<Meanings> {
    let mut meanings = Meanings {
        events: std::array::from_fn(|_| vec![None; 256]),
        set: vec![None; CLASSES],
        query: vec![None; CLASSES],
        names: Vec::new(),
        create: OperationName(0),
        control: OperationName(0),
        link: OperationName(0),
    };
    for line in source.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let words: Vec<&'static str> = line.split(' ').collect();
        match *words.as_slice() {
            ["query", class, name] => {
                *meanings.query.get_mut(class.parse::<usize>().ok()?)? =
                    Some(number(&mut meanings.names, name)?);
            }
            ["set", class, name] => {
                *meanings.set.get_mut(class.parse::<usize>().ok()?)? =
                    Some(number(&mut meanings.names, name)?);
            }
            [kind, kernel, provider, does, name] => {
                let (kernel_family, provider_family) = match kind {
                    "file" => (Family::KernelFile, Family::FileProvider),
                    "registry" => (Family::KernelRegistry, Family::RegistryProvider),
                    _ => return None,
                };
                let does = does_of(kind, does)?;
                // An end names nothing.
                let name =
                    if does == Does::End { OperationName(0) } else { number(&mut meanings.names, name)? };
                for (family, number) in [(kernel_family, kernel), (provider_family, provider)] {
                    if number != "-" {
                        let events = meanings.events.get_mut(family as usize)?;
                        *events.get_mut(number.parse::<usize>().ok()?)? = Some(Meaning { does, name });
                    }
                }
            }
            _ => return None,
        }
    }
    meanings.create = number(&mut meanings.names, CREATE)?;
    meanings.control = number(&mut meanings.names, CONTROL)?;
    meanings.link = number(&mut meanings.names, LINK)?;
    Some(meanings)
}

/// The number of a name, which is new or known.
fn number(names: &mut Vec<&'static str>, name: &'static str) -> Option<OperationName> {
    let place = names.iter().position(|known| *known == name).unwrap_or_else(|| {
        names.push(name);
        names.len() - 1
    });
    u8::try_from(place).ok().map(OperationName)
}

/// Information classes have smaller numbers.
const CLASSES: usize = 256;
const CREATE: &str = "CreateFile";
const CONTROL: &str = "FileSystemControl";
const LINK: &str = "SetLinkInformationFile";

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
        assert_eq!(of(Family::KernelFile, 64).name.text(), "CreateFile");
        assert_eq!(of(Family::FileProvider, 24).does, Does::End);
        let delete = of(Family::KernelFile, 70);
        assert_eq!(meanings.named(delete, Some(64)).text(), "SetDispositionInformationEx");
        assert_eq!(meanings.named(delete, Some(999)).text(), "SetDispositionInformationFile");
        assert_eq!(of(Family::KernelRegistry, 16).name.text(), "RegQueryValue");
        assert!(meanings.of(Family::RegistryProvider, 200).is_none());
    }

    #[test]
    fn mistakes_are_told() {
        for source in ["file 64 12 open CreateFile", "query x A", "files 1 2 key A", "file 1 2"] {
            assert!(read(source).is_none(), "{source}");
        }
    }
}
