//! pending.xml: the plan of the reboot's operations.
//!
//! The shape of versions 2.0 and 3.1 is known from published descriptions of the TxF structures and from a public
//! generator of such files. No pending.xml of a failing machine is public. So elements are recognised by name alone,
//! at any place. Those with unknown names are counted.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::error::Error;
use crate::text::LogText;
use crate::xml::{Element, Step, walk};

/// The kinds of primitive operations, with the number each has in poqexec, and their element name.
///
/// Names and numbers are those of the operation library that poqexec.exe and wcp.dll share; 5, 16 and 18 are unknown.
pub const PRIMITIVES: &[(PrimitiveKind, u8, &str)] = &[
    (PrimitiveKind::CopyFile, 1, "CopyFile"),
    (PrimitiveKind::MoveFile, 2, "MoveFile"),
    (PrimitiveKind::DeleteFile, 3, "DeleteFile"),
    (PrimitiveKind::HardlinkFile, 4, "HardlinkFile"),
    (PrimitiveKind::CreateFile, 6, "CreateFile"),
    (PrimitiveKind::CreateDirectory, 7, "CreateDirectory"),
    (PrimitiveKind::SetFileInformation, 8, "SetFileInformation"),
    (PrimitiveKind::CreateKey, 9, "CreateKey"),
    (PrimitiveKind::DeleteKey, 10, "DeleteKey"),
    (PrimitiveKind::SetKeyValue, 11, "SetKeyValue"),
    (PrimitiveKind::DeleteKeyValue, 12, "DeleteKeyValue"),
    (PrimitiveKind::SetKeySecurity, 13, "SetKeySecurity"),
    (PrimitiveKind::BeginTransaction, 14, "BeginTransaction"),
    (PrimitiveKind::FlushFileBuffers, 15, "FlushFileBuffers"),
    (PrimitiveKind::DecompressFile, 17, "DecompressFile"),
    (PrimitiveKind::SetKeyInfos, 19, "SetKeyInfos"),
];

/// A kind of primitive operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // The names are the field's own; the table above lists them.
pub enum PrimitiveKind {
    CopyFile,
    MoveFile,
    DeleteFile,
    HardlinkFile,
    CreateFile,
    CreateDirectory,
    SetFileInformation,
    CreateKey,
    DeleteKey,
    SetKeyValue,
    DeleteKeyValue,
    SetKeySecurity,
    BeginTransaction,
    FlushFileBuffers,
    DecompressFile,
    SetKeyInfos,
}

impl PrimitiveKind {
    /// The kind of that name, in any case of letters: both `HardlinkFile` and `HardLinkFile` are printed.
    #[must_use]
    pub fn of_name(name: &str) -> Option<PrimitiveKind> {
        PRIMITIVES.iter().find(|(_, _, known)| known.eq_ignore_ascii_case(name)).map(|(kind, _, _)| *kind)
    }

    /// The element's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        PRIMITIVES.iter().find(|(kind, _, _)| *kind == self).map_or("", |(_, _, name)| name)
    }
}

/// One primitive operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Primitive {
    /// Its place among all primitives of the file, from zero.
    pub index: u64,
    /// Its POQ block, from zero. Version 3.1 has two.
    pub block: u32,
    /// Offset of the element in the text.
    pub offset: u64,
    /// Its kind.
    pub kind: PrimitiveKind,
    /// `source`, a native path.
    pub source: Option<String>,
    /// `destination`, or the `path` of an operation with one object.
    pub destination: Option<String>,
    /// `name` of a registry value, `id` of a transaction.
    pub name: Option<String>,
}

/// One action of the installer queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallerAction {
    /// Its place in the queue, from zero.
    pub index: u64,
    /// Offset of the element in the text.
    pub offset: u64,
    /// `Installer`
    pub installer: Option<String>,
    /// `Mode`
    pub mode: Option<String>,
    /// `Phase`
    pub phase: Option<String>,
    /// `Family`
    pub family: Option<String>,
    /// `Old`
    pub old: Option<String>,
    /// `New`
    pub new: Option<String>,
}

/// A transaction the file carries, or an installation inside one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingTransactionEntry {
    /// Offset of the element in the text.
    pub offset: u64,
    /// Element and attributes, in their order.
    pub attributes: Vec<(String, String)>,
}

/// An item of the file, as it comes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PendingItem {
    /// A primitive operation.
    Primitive(Primitive),
    /// An action of the installer queue.
    Installer(InstallerAction),
    /// `Transaction`
    Transaction(PendingTransactionEntry),
    /// `Install` inside a transaction.
    Install(PendingTransactionEntry),
    /// `Change` of the change list.
    Change(PendingTransactionEntry),
}

/// What the file is, and how much it holds.
#[derive(Debug, Default)]
pub struct PendingSummary {
    /// `PendingTransaction @Version`: 2.0 or 3.1.
    pub version: Option<String>,
    /// `@WcpVersion`
    pub wcp_version: Option<String>,
    /// `@Identifier`: what the COMPONENTS hive's PendingXmlIdentifier must equal.
    pub identifier: Option<String>,
    /// `postAction` of each POQ block.
    pub blocks: Vec<Option<String>>,
    /// `Length` of the installer queue, as printed.
    pub installer_queue_length: Option<String>,
    /// Primitives in all.
    pub primitives: u64,
    /// Primitives of each kind.
    pub kinds: BTreeMap<PrimitiveKind, u64>,
    /// Actions of the installer queue.
    pub installers: u64,
    /// Transactions.
    pub transactions: u64,
    /// Elements inside a POQ block whose name is no primitive's.
    pub unknown_primitives: u64,
    /// What stopped the reader before the end of the root element.
    pub stopped: Option<Error>,
}

/// Blocks of primitives that are remembered; version 3.1 has two.
pub const MAX_BLOCKS: usize = 64;

/// Reads a pending.xml. Every item goes to `visit` as it comes. None is kept.
pub fn read(data: &[u8], mut visit: impl FnMut(PendingItem)) -> PendingSummary {
    let text = LogText::new(data);
    let mut summary = PendingSummary::default();
    let mut depth = 0u32;
    let mut queue_depth = None;
    let stopped = walk(text.bytes(), |step| match step {
        Step::Text(_) => {}
        Step::Close => {
            depth = depth.saturating_sub(1);
            if queue_depth == Some(depth) {
                queue_depth = None;
            }
        }
        Step::Open { element, empty } => {
            if let Some(item) = summary.element(&element, queue_depth.is_some()) {
                visit(item);
            }
            if !empty {
                if element.is("POQ") {
                    queue_depth = Some(depth);
                }
                depth = depth.saturating_add(1);
            }
        }
    });
    summary.stopped = stopped;
    summary
}

impl PendingSummary {
    fn element(&mut self, element: &Element<'_>, in_queue: bool) -> Option<PendingItem> {
        if in_queue {
            return self.primitive(element).map(PendingItem::Primitive);
        }
        if element.is("PendingTransaction") {
            self.version = element.attribute("Version");
            self.wcp_version = element.attribute("WcpVersion");
            self.identifier = element.attribute("Identifier");
        } else if element.is("POQ") {
            if self.blocks.len() < MAX_BLOCKS {
                self.blocks.push(element.attribute("postAction"));
            }
        } else if element.is("InstallerQueue") {
            self.installer_queue_length = element.attribute("Length");
        } else if element.is("Action") {
            let index = self.installers;
            self.installers += 1;
            return Some(PendingItem::Installer(InstallerAction {
                index,
                offset: element.offset,
                installer: element.attribute("Installer"),
                mode: element.attribute("Mode"),
                phase: element.attribute("Phase"),
                family: element.attribute("Family"),
                old: element.attribute("Old"),
                new: element.attribute("New"),
            }));
        } else if element.is("Transaction") {
            self.transactions += 1;
            return Some(PendingItem::Transaction(entry(element)));
        } else if element.is("Install") {
            return Some(PendingItem::Install(entry(element)));
        } else if element.is("Change") {
            return Some(PendingItem::Change(entry(element)));
        }
        None
    }

    fn primitive(&mut self, element: &Element<'_>) -> Option<Primitive> {
        let Some(kind) = PrimitiveKind::of_name(element.name()) else {
            self.unknown_primitives += 1;
            return None;
        };
        let index = self.primitives;
        self.primitives += 1;
        *self.kinds.entry(kind).or_default() += 1;
        let mut primitive = Primitive {
            index,
            block: u32::try_from(self.blocks.len().saturating_sub(1)).unwrap_or(u32::MAX),
            offset: element.offset,
            kind,
            source: None,
            destination: None,
            name: None,
        };
        for (key, value) in element.attributes() {
            let field = match key {
                "source" => &mut primitive.source,
                "destination" | "path" => &mut primitive.destination,
                "name" | "id" => &mut primitive.name,
                _ => continue,
            };
            *field = Some(Cow::into_owned(value));
        }
        Some(primitive)
    }
}

fn entry(element: &Element<'_>) -> PendingTransactionEntry {
    let attributes = element.attributes().map(|(key, value)| (key.to_owned(), value.into_owned())).collect();
    PendingTransactionEntry { offset: element.offset, attributes }
}
