//! How a service is set to start.

/// How a service is set to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum StartType {
    Boot,
    System,
    Automatic,
    Manual,
    Disabled,
}

impl StartType {
    /// The start type with this number in the registry.
    #[must_use]
    pub fn new(value: u64) -> Option<Self> {
        Some(match value {
            0 => Self::Boot,
            1 => Self::System,
            2 => Self::Automatic,
            3 => Self::Manual,
            4 => Self::Disabled,
            _ => return None,
        })
    }

    /// The start type that an event names in English; other languages are not told.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        let words = [
            ("boot start", Self::Boot),
            ("system start", Self::System),
            ("auto start", Self::Automatic),
            ("demand start", Self::Manual),
            ("disabled", Self::Disabled),
        ];
        words.iter().find(|(w, _)| w.eq_ignore_ascii_case(word)).map(|(_, start)| *start)
    }

    /// The word in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Boot => "boot",
            Self::System => "system",
            Self::Automatic => "automatic",
            Self::Manual => "manual",
            Self::Disabled => "disabled",
        }
    }
}
