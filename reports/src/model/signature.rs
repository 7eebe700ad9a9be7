//! What identifies a cause across machines.

use super::parts::{Text, open_struct};

open_struct! {
    /// What identifies a cause across machines.
    pub struct Signature {
        /// Version of the signature, `1` now. Ids of different versions are not comparable.
        pub version: Option<u32>,
        /// `BS`, the version, and twelve hex digits of a hash of the parts that contribute: `BS1-7f3a09c2d1e4`.
        pub id: String,
        /// The parts that contribute, for people; the same in every language.
        pub text: String,
        /// All parts, in the order in which they are hashed.
        pub parts: Vec<SignaturePart>,
    }

    /// A part of a signature.
    pub struct SignaturePart {
        /// Which: `outcome`, `phase`, `component`, `operation`, `status`, `code`, `object-class`, `object-name`, `installer`, `lack`, `service`, `module`, or another word.
        pub name: String,
        /// Its value, the same in every language.
        pub value: String,
        /// True if the id is made of it.
        pub contributes: bool,
        /// Why it contributes, or why not.
        pub why: Text,
    }
}
