//! How a fact is known.

use super::Place;

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

/// Where a fact comes from: an event or a line, and a sentence that says what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The event or line, where there is one.
    pub place: Option<Place>,
    /// What it shows.
    pub words: Words,
}

impl Evidence {
    /// A sentence on a place.
    pub fn at(place: impl Into<Place>, words: Words) -> Self {
        Self { place: Some(place.into()), words }
    }

    /// A sentence on no single place.
    #[must_use]
    pub fn said(words: Words) -> Self {
        Self { place: None, words }
    }
}

/// A number with commas between groups of three digits.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 boot`, `2 boots`: a number and an English noun that takes an s.
#[must_use]
pub fn counted(number: usize, noun: &str) -> String {
    format!("{} {noun}{}", thousands(number as u64), if number == 1 { "" } else { "s" })
}
