//! The journal holds registry data as hex digits, in which no name is seen: they are masked as the bytes they are.

use std::io::Read;

use serde_json::Value;

use super::Redacted;
use crate::bundled::hex;

/// The largest journal that is masked, bytes.
const LARGEST: u64 = 64 << 20;

/// Masks a journal. A line that does not read is left out: what is in it cannot be masked for sure.
pub fn journal(reader: impl Read, words: &[String]) -> Vec<u8> {
    let mut text = Vec::new();
    if reader.take(LARGEST).read_to_end(&mut text).is_err() {
        return vec![];
    }
    let mut masked = Vec::new();
    for line in text.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
        if let Ok(mut line) = serde_json::from_slice::<Value>(line) {
            mask(&mut line, words);
            masked.extend(Redacted::of(line.to_string().as_bytes(), words));
        } else {
            masked.extend_from_slice(b"#left out: it does not read");
        }
        masked.push(b'\n');
    }
    masked
}

fn mask(value: &mut Value, words: &[String]) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                match value {
                    Value::String(digits) if name == "bytes" => {
                        if let Some(bytes) = bytes(digits) {
                            *digits = hex(&Redacted::of(&bytes, words));
                        }
                    }
                    value => mask(value, words),
                }
            }
        }
        Value::Array(all) => all.iter_mut().for_each(|value| mask(value, words)),
        _ => {}
    }
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        digits.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    let digits = digits.filter(|d| d.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_registry_data_are_masked_too() {
        let data: Vec<u8> = r"C:\x\王伟".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let line = format!(
            "{{\"at\":\"王伟\",\"keys\":[{{\"type\":1,\"bytes\":\"{}\"}}]}}\n{{torn 王伟",
            hex(&data)
        );
        let masked = String::from_utf8(journal(line.as_bytes(), &["王伟".to_owned()])).unwrap();
        let expected: Vec<u8> = r"C:\x\xx".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(masked.contains(&hex(&expected)) && !masked.contains(&hex(&data)), "{masked}");
        assert!(masked.ends_with("#left out: it does not read\n") && !masked.contains("王伟"), "{masked}");
    }
}
