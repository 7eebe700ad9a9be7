//! Protocol buffers, written by hand. A message is its fields. A field is its number, its wire type and its value.

/// A message under construction.
#[derive(Debug, Default, Clone)]
pub(crate) struct Message(Vec<u8>);

const VARINT: u64 = 0;
const FIXED64: u64 = 1;
const LENGTH: u64 = 2;

impl Message {
    /// The bytes written so far.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn raw(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7F) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push((value & 0x7F) as u8);
    }

    /// An integer, a boolean or an enum.
    pub(crate) fn varint(&mut self, field: u64, value: u64) {
        self.raw(field << 3 | VARINT);
        self.raw(value);
    }

    /// A `fixed64`.
    pub(crate) fn fixed64(&mut self, field: u64, value: u64) {
        self.raw(field << 3 | FIXED64);
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// A string.
    pub(crate) fn text(&mut self, field: u64, text: &str) {
        self.raw(field << 3 | LENGTH);
        self.raw(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    /// A message inside this one.
    pub(crate) fn message(&mut self, field: u64, fill: impl FnOnce(&mut Self)) {
        let mut inner = Self::default();
        fill(&mut inner);
        self.raw(field << 3 | LENGTH);
        self.raw(inner.0.len() as u64);
        self.0.extend_from_slice(&inner.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(fill: impl FnOnce(&mut Message)) -> Vec<u8> {
        let mut message = Message::default();
        fill(&mut message);
        message.0
    }

    /// The examples of the encoding's specification.
    #[test]
    fn fields_are_written_as_specified() {
        assert_eq!(written(|m| m.varint(1, 150)), [0x08, 0x96, 0x01]);
        assert_eq!(written(|m| m.text(2, "testing")), b"\x12\x07testing");
        assert_eq!(written(|m| m.message(3, |inner| inner.varint(1, 150))), [0x1A, 0x03, 0x08, 0x96, 0x01]);
        assert_eq!(written(|m| m.fixed64(47, 1)), [0xF9, 0x02, 1, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(written(|m| m.varint(1, u64::MAX)).len(), 11);
    }
}
