//! Something that failed in an attempt.

use timeline::{Evidence, Words};

/// What kind of thing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ThingKind {
    /// A file or a key.
    Object,
    /// An error worth a look, where no operation is named.
    Lead,
    /// An operation.
    Operation,
    /// A code.
    Code,
    /// A part of servicing.
    Component,
    /// An advanced installer or a program that one ran.
    Installer,
    /// A driver, by its INF.
    Driver,
    /// A service.
    Service,
    /// A driver or a library of another product.
    Module,
}

/// Each kind with its name in reports and its words.
const THINGS: &[(ThingKind, &str, &str, &str)] = &[
    (ThingKind::Object, "object", "object", "对象"),
    (ThingKind::Lead, "lead", "lead", "线索"),
    (ThingKind::Operation, "operation", "operation", "操作"),
    (ThingKind::Code, "code", "code", "代码"),
    (ThingKind::Component, "component", "servicing component", "服务堆栈组件"),
    (ThingKind::Installer, "installer", "installer", "安装程序"),
    (ThingKind::Driver, "driver", "driver", "驱动程序"),
    (ThingKind::Service, "service", "service", "服务"),
    (ThingKind::Module, "module", "other product's module", "其他产品的模块"),
];

impl ThingKind {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        THINGS.iter().find(|row| row.0 == self).map_or("", |row| row.1)
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> Words {
        THINGS.iter().find(|row| row.0 == self).map_or_else(Words::default, |row| Words::new(row.2, row.3))
    }
}

/// Something that failed.
#[derive(Debug, Clone)]
pub struct Thing {
    /// What kind.
    pub kind: ThingKind,
    /// As the attempt has it.
    pub value: String,
    /// The same without what differs between machines and versions: things with one key are one thing.
    pub key: String,
    /// Where that is recorded.
    pub evidence: Evidence,
}
