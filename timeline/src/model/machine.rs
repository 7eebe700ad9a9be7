//! The machine that a source was recorded on, and what could not be read.

/// What a source says of the machine it was recorded on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Machine {
    /// Computer name.
    pub name: String,
    /// Operating system, for example `Windows 10`.
    pub os: String,
    /// Build number.
    pub build: String,
    /// `x64`, `x86`.
    pub architecture: &'static str,
    /// Name of its time zone, for example `W. Europe Standard Time`.
    pub time_zone: String,
}

impl Machine {
    /// Its name without a domain, in lower case, where it has one.
    #[must_use]
    pub fn host(&self) -> Option<String> {
        let host = self.name.split('.').next().unwrap_or_default().to_lowercase();
        (!host.is_empty()).then_some(host)
    }
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What, in words.
    pub what: String,
    /// Where in the file, in bytes.
    pub offset: Option<u64>,
}
