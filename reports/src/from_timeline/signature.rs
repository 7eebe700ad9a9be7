//! The signature of the cause.

use super::{View, text};
use crate::model::{Signature, SignaturePart};

impl View<'_> {
    pub(super) fn signature(&self) -> Option<Signature> {
        let signature = self.diagnosis.signature.as_ref()?;
        Some(Signature {
            version: Some(signature.version),
            id: signature.id.clone(),
            text: signature.text.clone(),
            parts: signature
                .parts
                .iter()
                .map(|part| SignaturePart {
                    name: part.name.name().to_owned(),
                    value: part.value.clone(),
                    contributes: part.contributes,
                    why: text(&part.why),
                })
                .collect(),
        })
    }
}
