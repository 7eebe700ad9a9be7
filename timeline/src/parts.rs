//! Parts of texts that are looked for in every operation.

use memchr::memmem::Finder;

/// Parts of texts. What is known of each helps to find it, so it is found out once.
#[derive(Debug)]
pub struct Parts(Vec<Finder<'static>>);

impl Parts {
    /// The set of these.
    #[must_use]
    pub fn new(parts: &[&'static str]) -> Self {
        Self(parts.iter().map(|part| Finder::new(*part)).collect())
    }

    /// Whether one of them is in a text; upper and lower case differ.
    #[must_use]
    pub fn are_in(&self, text: &str) -> bool {
        self.0.iter().any(|part| part.find(text.as_bytes()).is_some())
    }
}
