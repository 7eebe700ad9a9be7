//! A registry key's contents as data: exact types, exact bytes, values in their order.

use std::fmt;

use serde::{Deserialize, Serialize};

/// `REG_SZ`, `REG_EXPAND_SZ`, `REG_BINARY`, `REG_DWORD`, `REG_MULTI_SZ`, `REG_QWORD` (winnt.h).
pub mod kind {
    /// Text.
    pub const SZ: u32 = 1;
    /// Text with %VARIABLES%.
    pub const EXPAND_SZ: u32 = 2;
    /// Bytes.
    pub const BINARY: u32 = 3;
    /// 32-bit number.
    pub const DWORD: u32 = 4;
    /// Several texts.
    pub const MULTI_SZ: u32 = 7;
    /// 64-bit number.
    pub const QWORD: u32 = 11;
}

/// One value's data as the registry holds it: no text is decoded, so that what is put back is what was there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Data {
    /// The `REG_*` type.
    #[serde(rename = "type")]
    pub kind: u32,
    /// The bytes.
    #[serde(with = "hex")]
    pub bytes: Vec<u8>,
}

impl Data {
    /// A `REG_DWORD`.
    #[must_use]
    pub fn dword(number: u32) -> Self {
        Self { kind: kind::DWORD, bytes: number.to_le_bytes().to_vec() }
    }

    /// A `REG_QWORD`.
    #[must_use]
    pub fn qword(number: u64) -> Self {
        Self { kind: kind::QWORD, bytes: number.to_le_bytes().to_vec() }
    }

    /// A `REG_BINARY`.
    #[must_use]
    pub fn binary(bytes: Vec<u8>) -> Self {
        Self { kind: kind::BINARY, bytes }
    }

    /// A `REG_SZ` with its terminating NUL.
    pub fn text(text: &str) -> Self {
        let bytes = text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        Self { kind: kind::SZ, bytes }
    }

    /// The number of a `REG_DWORD`.
    pub fn as_dword(&self) -> Option<u32> {
        (self.kind == kind::DWORD).then_some(())?;
        self.bytes.as_slice().try_into().ok().map(u32::from_le_bytes)
    }

    /// The texts of a `REG_SZ`, `REG_EXPAND_SZ` or `REG_MULTI_SZ`, without NULs; empty texts are left out.
    pub fn as_texts(&self) -> Vec<String> {
        if !matches!(self.kind, kind::SZ | kind::EXPAND_SZ | kind::MULTI_SZ) {
            return Vec::new();
        }
        let units: Vec<u16> =
            self.bytes.chunks_exact(2).filter_map(|b| b.try_into().ok().map(u16::from_le_bytes)).collect();
        units.split(|u| *u == 0).filter(|t| !t.is_empty()).map(String::from_utf16_lossy).collect()
    }
}

impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |size: usize| {
            (self.bytes.len() == size)
                .then(|| self.bytes.iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte)))
        };
        match self.kind {
            kind::DWORD if let Some(n) = number(4) => write!(f, "REG_DWORD 0x{n:X}"),
            kind::QWORD if let Some(n) = number(8) => write!(f, "REG_QWORD 0x{n:X}"),
            kind::SZ => write!(f, "REG_SZ {}", self.as_texts().join(" ")),
            kind::EXPAND_SZ => write!(f, "REG_EXPAND_SZ {}", self.as_texts().join(" ")),
            kind::MULTI_SZ => write!(f, "REG_MULTI_SZ {}", self.as_texts().join(" | ")),
            kind::BINARY => write!(f, "REG_BINARY {}", hex::encode(&self.bytes)),
            other => write!(f, "type {other} {}", hex::encode(&self.bytes)),
        }
    }
}

/// A key's values and subkeys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tree {
    /// Name and data, in the registry's order. The order counts: `reg export` shows it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<(String, Data)>,
    /// Name and contents of each subkey.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<(String, Tree)>,
}

impl Tree {
    /// The data of a value. Names ignore case, as the registry does.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Data> {
        self.values.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, data)| data)
    }

    /// Number of values in the key and below.
    #[must_use]
    pub fn count(&self) -> usize {
        self.values.len() + self.keys.iter().map(|(_, tree)| tree.count()).sum::<usize>()
    }

    /// Whether all values and keys of `planned` are in `self`; ETW adds some of its own beside them.
    #[must_use]
    pub fn holds(&self, planned: &Self) -> bool {
        planned.values.iter().all(|(name, data)| self.value(name) == Some(data))
            && planned.keys.iter().all(|(name, below)| {
                self.keys.iter().any(|(n, tree)| n.eq_ignore_ascii_case(name) && tree.holds(below))
            })
    }
}

mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn encode(bytes: &[u8]) -> String {
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits: Option<Vec<u8>> =
            text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
        let digits = digits.filter(|d| d.len() % 2 == 0).ok_or_else(|| D::Error::custom("not hex"))?;
        Ok(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_survives_json_and_shows_itself() {
        for (data, shown) in [
            (Data::dword(0x7344), "REG_DWORD 0x7344"),
            (Data::qword(0x1CD0), "REG_QWORD 0x1CD0"),
            (Data::text("%SystemRoot%\\x.etl"), "REG_SZ %SystemRoot%\\x.etl"),
            (Data::binary(vec![1, 0xab]), "REG_BINARY 01ab"),
            (Data { kind: kind::DWORD, bytes: vec![1, 2] }, "type 4 0102"),
        ] {
            let json = serde_json::to_string(&data).unwrap();
            assert_eq!(serde_json::from_str::<Data>(&json).unwrap(), data);
            assert_eq!(data.to_string(), shown);
        }
        assert!(serde_json::from_str::<Data>(r#"{"type":3,"bytes":"0"}"#).is_err());
        assert!(serde_json::from_str::<Data>(r#"{"type":3,"bytes":"0g"}"#).is_err());
    }

    #[test]
    fn a_key_holds_what_was_planned_even_when_more_was_added() {
        let planned = Tree {
            values: vec![("Start".into(), Data::dword(1))],
            keys: vec![(
                "{A}".into(),
                Tree { values: vec![("Enabled".into(), Data::dword(1))], keys: vec![] },
            )],
        };
        let mut there = planned.clone();
        there.values.push(("Status".into(), Data::dword(0)));
        assert!(there.holds(&planned));
        there.keys[0].1.values[0].1 = Data::dword(0);
        assert!(!there.holds(&planned));
        assert_eq!(planned.count(), 2);
    }
}
