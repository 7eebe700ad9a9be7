//! The signature itself: its parts, its id and its text.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use timeline::Words;

/// The version of the signatures that are made now.
pub const SIGNATURE_VERSION: u32 = 1;

/// Bytes of the hash that an id shows.
const ID_BYTES: usize = 6;

/// What identifies a cause across machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Which function made it.
    pub version: u32,
    /// `BS`, the version, and twelve hex digits of a hash of the parts that contribute: `BS1-7f3a09c2d1e4`.
    pub id: String,
    /// The parts that contribute, for people.
    pub text: String,
    /// All parts, in the order of [`PartName`].
    pub parts: Vec<SignaturePart>,
}

/// A part of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignaturePart {
    /// Which.
    pub name: PartName,
    /// Its value, the same in all languages.
    pub value: String,
    /// Whether the id is made of it.
    pub contributes: bool,
    /// Why it contributes, or why not.
    pub why: Words,
}

/// The parts of a signature, in the order in which they are printed and hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartName {
    /// The outcome of the diagnosis.
    Outcome,
    /// The phase of the reboot.
    Phase,
    /// The part of servicing that was at work.
    Component,
    /// The kind of operation.
    Operation,
    /// The status of the operation.
    Status,
    /// The code that a log names.
    Code,
    /// The class of the object.
    ObjectClass,
    /// The name of the object, where the class has one that people know.
    ObjectName,
    /// The advanced installer or the program that failed.
    Installer,
    /// What never came: an answer, a success.
    Lack,
    /// The service that was asked for, or that is disabled.
    Service,
    /// Another product's driver or library that is involved.
    Module,
}

/// Each part with its name in reports and its words.
const PART_NAMES: &[(PartName, &str, &str, &str)] = &[
    (PartName::Outcome, "outcome", "outcome", "结论"),
    (PartName::Phase, "phase", "phase", "阶段"),
    (PartName::Component, "component", "servicing component", "服务堆栈组件"),
    (PartName::Operation, "operation", "operation", "操作"),
    (PartName::Status, "status", "status", "状态"),
    (PartName::Code, "code", "code of the log", "日志中的代码"),
    (PartName::ObjectClass, "object-class", "class of object", "对象类别"),
    (PartName::ObjectName, "object-name", "name of object", "对象名称"),
    (PartName::Installer, "installer", "installer", "安装程序"),
    (PartName::Lack, "lack", "what is missing", "缺少的内容"),
    (PartName::Service, "service", "service", "服务"),
    (PartName::Module, "module", "other product's module", "其他产品的模块"),
];

impl PartName {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        PART_NAMES.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// The part with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        PART_NAMES.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> Words {
        PART_NAMES
            .iter()
            .find(|row| row.0 == self)
            .map_or_else(Words::default, |row| Words::new(row.2, row.3))
    }
}

impl Signature {
    /// Makes id and text of the parts.
    pub(super) fn new(version: u32, mut parts: Vec<SignaturePart>) -> Self {
        parts.sort_by_key(|part| part.name);
        let mut hashed = format!("bootrace signature {version}\n");
        for part in parts.iter().filter(|part| part.contributes) {
            // Writing to a String cannot fail.
            let _ = writeln!(hashed, "{}={}", part.name.name(), part.value);
        }
        let digest = Sha256::digest(hashed.as_bytes());
        let mut id = format!("BS{version}-");
        for byte in digest.iter().take(ID_BYTES) {
            let _ = write!(id, "{byte:02x}");
        }
        let said = parts.iter().filter(|part| part.contributes && part.name != PartName::Outcome);
        let text = said.map(|part| part.value.as_str()).collect::<Vec<_>>().join(" · ");
        Self { version, id, text, parts }
    }

    /// The value of a part.
    #[must_use]
    pub fn part(&self, name: PartName) -> Option<&str> {
        self.parts.iter().find(|part| part.name == name).map(|part| part.value.as_str())
    }
}
