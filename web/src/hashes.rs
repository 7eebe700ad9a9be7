//! SHA-256 of the inputs, a piece at a time: what somebody asks of the case meanwhile need not wait for all of it.

use sha2::{Digest, Sha256};
use timeline::Input;

/// The hashes of the first inputs, and the next one as far as it is hashed.
#[derive(Debug, Default)]
pub(crate) struct Hashes {
    known: Vec<String>,
    next: Sha256,
    hashed: usize,
}

impl Hashes {
    /// Hashes so many more bytes at most; the hashes in hex, once those of all inputs are known.
    pub(crate) fn advance(&mut self, inputs: &[Input], bytes: usize) -> Option<&[String]> {
        let mut left = bytes;
        while let Some(input) = inputs.get(self.known.len()) {
            let rest = input.source.bytes().get(self.hashed..).unwrap_or_default();
            let piece = rest.get(..left).unwrap_or(rest);
            self.next.update(piece);
            if piece.len() < rest.len() {
                self.hashed += piece.len();
                return None;
            }
            left -= piece.len();
            self.hashed = 0;
            let hash = std::mem::take(&mut self.next).finalize();
            self.known.push(hash.iter().map(|byte| format!("{byte:02x}")).collect());
        }
        Some(&self.known)
    }
}
