//! What capture says to people, in English and Chinese: one catalogue, and how its gaps are filled.
//!
//! Everything displays as English, and with `{:#}` as Chinese.

use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

/// A text in both languages. `{0}`, `{1}` … are gaps for names and numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// Simplified Chinese.
    pub zh: &'static str,
}

/// A text with its gaps filled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Message {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

/// How a message stands in a journal. Earlier versions wrote English alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Both { en: String, zh: String },
    English(String),
}

impl From<Stored> for Message {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Both { en, zh } => Self { en, zh },
            Stored::English(text) => text.into(),
        }
    }
}

/// What the system says: the same in both languages.
impl From<String> for Message {
    fn from(text: String) -> Self {
        Self { zh: text.clone(), en: text }
    }
}

/// A name, or what the system says: the same in both languages.
impl From<&str> for Message {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if f.alternate() { &self.zh } else { &self.en })
    }
}

impl Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if f.alternate() { self.zh } else { self.en })
    }
}

impl Message {
    /// What has a text in both languages, such as an error.
    pub fn of(said: &dyn Display) -> Self {
        Self { en: format!("{said}"), zh: format!("{said:#}") }
    }

    /// Several, one after the other.
    #[must_use]
    pub fn list(messages: &[Self]) -> Self {
        let join =
            |pick: fn(&Self) -> &str, between| messages.iter().map(pick).collect::<Vec<_>>().join(between);
        Self { en: join(|m| &m.en, "; "), zh: join(|m| &m.zh, "；") }
    }
}

impl Text {
    /// Fills the gaps. A value that has both languages stands in each in its own.
    pub fn with(&self, values: &[&dyn Display]) -> Message {
        let fill = |text: &str, write: fn(&dyn Display) -> String| {
            let mut filled = String::new();
            let mut rest = text;
            while let Some((before, gap)) = rest.split_once('{') {
                filled.push_str(before);
                let (number, after) = gap.split_once('}').unwrap_or((gap, ""));
                let value = number.parse().ok().and_then(|n: usize| values.get(n));
                filled.push_str(&value.map_or_else(String::new, |value| write(*value)));
                rest = after;
            }
            filled + rest
        };
        Message {
            en: fill(self.en, |value| format!("{value}")),
            zh: fill(self.zh, |value| format!("{value:#}")),
        }
    }

    /// A text without gaps.
    #[must_use]
    pub fn plain(&self) -> Message {
        self.with(&[])
    }
}

/// A part of the catalogue: each text by its name, and all of them for the tests.
macro_rules! texts {
    ($($(#[$built:meta])* $name:ident: $en:literal, $zh:literal;)*) => {
        $($(#[$built])* /// A text of the catalogue.
        pub const $name: Text = Text { en: $en, zh: $zh };)*

        #[cfg(test)]
        pub(super) const ALL: &[(&str, Text)] = &[$($(#[$built])* (stringify!($name), $name)),*];
    };
}

pub mod errors;
mod found;
mod plan;
mod said;
mod script;

pub use found::*;
pub use plan::*;
pub use said::*;
pub use script::*;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::{KERNEL, STANDARD};

    #[test]
    fn gaps_are_filled_in_both_languages() {
        let message = FILE_FULL.with(&[&"a.etl", &"1 GB", &"noon"]);
        assert_eq!(message.en, "a.etl reached its limit of 1 GB: what came after noon is not in it");
        assert!(message.zh.contains("a.etl") && message.zh.contains("noon"));
        let nested = FACT_UNKNOWN.with(&[&NO_RIGHTS]);
        assert!(nested.en.ends_with(NO_RIGHTS.en) && nested.zh.ends_with(NO_RIGHTS.zh));
    }

    #[test]
    fn a_message_of_an_earlier_journal_reads() {
        let read: Message = serde_json::from_str(r#""access denied""#).unwrap();
        assert_eq!(read, "access denied".into());
        let both = FAST_STARTUP.plain();
        assert_eq!(serde_json::from_str::<Message>(&serde_json::to_string(&both).unwrap()).unwrap(), both);
    }

    #[test]
    fn every_text_is_in_both_languages_with_the_same_gaps_and_commands() {
        let mut all: Vec<(&str, Text)> =
            [errors::ALL, found::ALL, plan::ALL, said::ALL, script::ALL].concat();
        for session in STANDARD.iter().chain([&KERNEL]) {
            all.push((session.name, session.why));
            all.extend(session.providers.iter().map(|provider| (provider.name, provider.why)));
        }
        assert!(all.len() > 150, "{}", all.len());
        for (name, text) in all {
            for gap in ["{0}", "{1}", "{2}", "{3}"] {
                assert_eq!(text.en.contains(gap), text.zh.contains(gap), "{name} {gap}");
            }
            let commands = |t: &'static str| {
                let mut all: Vec<_> = t.split('`').skip(1).step_by(2).collect();
                all.sort_unstable();
                all
            };
            assert_eq!(commands(text.en), commands(text.zh), "{name}");
            assert!(!text.en.is_empty() && text.en.is_ascii(), "{name} is not English");
            let has = |text: &str, of: fn(char) -> bool| text.chars().any(of);
            let chinese = has(text.zh, |c| ('\u{4E00}'..='\u{9FFF}').contains(&c));
            assert!(chinese || !has(text.en, char::is_alphabetic), "{name} is not Chinese");
        }
    }
}
