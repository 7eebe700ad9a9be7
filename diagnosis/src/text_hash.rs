//! A number for a text.

use std::hash::{DefaultHasher, Hash, Hasher};

/// The same for equal texts, in all threads and runs of one build.
pub(crate) fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
