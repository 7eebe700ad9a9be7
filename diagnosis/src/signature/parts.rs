//! The parts of a signature as they are collected.

use super::{
    identity::{PartName, SignaturePart},
    why::Why,
};

/// The parts that are collected.
#[derive(Default)]
pub(super) struct Parts(pub(super) Vec<SignaturePart>);

impl Parts {
    /// Whether a part is there already.
    pub(super) fn has(&self, name: PartName) -> bool {
        self.0.iter().any(|part| part.name == name)
    }

    /// Adds a part, unless it has no value.
    pub(super) fn add(&mut self, name: PartName, value: impl Into<String>, why: Why) {
        let value = value.into();
        if !value.is_empty() {
            self.0.push(SignaturePart { name, value, contributes: why.contributes(), why: why.words() });
        }
    }
}
