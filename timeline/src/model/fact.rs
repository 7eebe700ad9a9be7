//! How a fact is known.

use super::EventId;

/// What stands behind a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trust {
    /// A rule or an order of events says so.
    Inferred,
    /// Two sources agree: code, path, time.
    Correlated,
    /// A record or a line says so.
    Recorded,
}

/// A sentence in the report's two languages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// English.
    pub en: String,
    /// 简体中文.
    pub zh: String,
}

impl Words {
    /// Both languages.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }
}

/// Where a fact comes from: an event, and a sentence that says what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The event, where there is one.
    pub event: Option<EventId>,
    /// What it shows.
    pub words: Words,
}

/// A value with what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// How it is known.
    pub trust: Trust,
    /// By what.
    pub evidence: Evidence,
}
