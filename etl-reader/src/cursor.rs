//! The only place that takes bytes out of the input.

use crate::error::EtlError;
use crate::guid::Guid;

/// Bytes of a pointer in a record, which may differ from the pointer size of the file: a 32-bit process of a
/// 64-bit system writes 32-bit records (seen in net.4.5.2.x64-9200-compressed.etl).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PointerWidth {
    /// Four bytes.
    Bits32,
    /// Eight bytes.
    Bits64,
}

impl PointerWidth {
    /// Bytes of one pointer.
    #[must_use]
    pub const fn bytes(self) -> usize {
        self.size() as usize
    }

    /// The same as the byte that field types hold.
    pub(crate) const fn size(self) -> u8 {
        match self {
            PointerWidth::Bits32 => 4,
            PointerWidth::Bits64 => 8,
        }
    }
}

/// The first `N` bytes of a structure. Offsets are checked when the crate is compiled.
#[derive(Clone, Copy)]
pub(crate) struct Fixed<'a, const N: usize>(&'a [u8; N]);

impl<'a, const N: usize> Fixed<'a, N> {
    /// The `N` bytes at `at`, if they are all there.
    pub(crate) fn at(data: &'a [u8], at: usize) -> Option<Fixed<'a, N>> {
        data.get(at..)?.first_chunk::<N>().map(Fixed)
    }

    fn array<const AT: usize, const M: usize>(self) -> [u8; M] {
        const { assert!(AT + M <= N) }
        let mut out = [0; M];
        out.copy_from_slice(&self.0[AT..AT + M]);
        out
    }

    pub(crate) fn u8<const AT: usize>(self) -> u8 {
        let [byte] = self.array::<AT, 1>();
        byte
    }

    pub(crate) fn u16<const AT: usize>(self) -> u16 {
        u16::from_le_bytes(self.array::<AT, 2>())
    }

    pub(crate) fn u32<const AT: usize>(self) -> u32 {
        u32::from_le_bytes(self.array::<AT, 4>())
    }

    pub(crate) fn u64<const AT: usize>(self) -> u64 {
        u64::from_le_bytes(self.array::<AT, 8>())
    }

    pub(crate) fn i64<const AT: usize>(self) -> i64 {
        i64::from_le_bytes(self.array::<AT, 8>())
    }

    pub(crate) fn guid<const AT: usize>(self) -> Guid {
        Guid::from_bytes(self.array::<AT, 16>())
    }
}

/// A reader of little-endian values that never leaves its bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    data: &'a [u8],
    at: usize,
    base: u64,
}

impl<'a> Cursor<'a> {
    /// A cursor at the start of `data`, which stands at `base` in the file.
    pub(crate) fn new(data: &'a [u8], base: u64) -> Cursor<'a> {
        Cursor { data, at: 0, base }
    }

    /// Bytes read so far.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Where the cursor stands in the file.
    pub(crate) fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Everything not yet read.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.data.get(self.at..).unwrap_or_default()
    }

    /// Takes everything not yet read.
    pub(crate) fn take_rest(&mut self) -> &'a [u8] {
        let rest = self.rest();
        self.at = self.data.len();
        rest
    }

    /// The next `need` bytes.
    pub(crate) fn bytes(&mut self, what: &'static str, need: usize) -> Result<&'a [u8], EtlError> {
        match self.rest().get(..need) {
            Some(bytes) => {
                self.at += need;
                Ok(bytes)
            }
            None => Err(self.truncated(what, need)),
        }
    }

    fn truncated(&self, what: &'static str, need: usize) -> EtlError {
        EtlError::Truncated { what, offset: self.offset(), need: need as u64, have: self.rest().len() as u64 }
    }

    pub(crate) fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], EtlError> {
        match self.rest().first_chunk::<N>() {
            Some(bytes) => {
                self.at += N;
                Ok(*bytes)
            }
            None => Err(self.truncated(what, N)),
        }
    }

    pub(crate) fn u8(&mut self, what: &'static str) -> Result<u8, EtlError> {
        self.array::<1>(what).map(|[byte]| byte)
    }

    pub(crate) fn u16(&mut self, what: &'static str) -> Result<u16, EtlError> {
        self.array(what).map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self, what: &'static str) -> Result<u32, EtlError> {
        self.array(what).map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self, what: &'static str) -> Result<u64, EtlError> {
        self.array(what).map(u64::from_le_bytes)
    }

    pub(crate) fn guid(&mut self, what: &'static str) -> Result<Guid, EtlError> {
        self.array(what).map(Guid::from_bytes)
    }

    pub(crate) fn pointer(&mut self, what: &'static str, width: PointerWidth) -> Result<u64, EtlError> {
        match width {
            PointerWidth::Bits32 => self.u32(what).map(u64::from),
            PointerWidth::Bits64 => self.u64(what),
        }
    }

    /// A UTF-16 string up to its NUL, which is read too. Without a NUL the string takes what is left: ETW
    /// cuts the payload of a record at 64 KiB, and the string with it. There must be at least one unit.
    pub(crate) fn utf16_nul(&mut self, what: &'static str) -> Result<&'a [u8], EtlError> {
        if self.rest().len() < 2 {
            return Err(self.truncated(what, 2));
        }
        let rest = self.rest();
        let length = before_nul(rest);
        self.at += (length + 2).min(rest.len());
        Ok(rest.get(..length).unwrap_or_default())
    }

    /// A string of single bytes up to its NUL, which is read too, or to the end. There must be at least one byte.
    pub(crate) fn bytes_nul(&mut self, what: &'static str) -> Result<&'a [u8], EtlError> {
        if self.rest().is_empty() {
            return Err(self.truncated(what, 1));
        }
        let rest = self.rest();
        let length = rest.iter().position(|&byte| byte == 0).unwrap_or(rest.len());
        self.at += (length + 1).min(rest.len());
        Ok(rest.get(..length).unwrap_or_default())
    }
}

/// The bytes before the first unit that is NUL, else before half a unit at the end. Four units are looked at at once.
fn before_nul(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0001_0001_0001_0001;
    let fours = bytes.chunks_exact(8);
    let rest = fours.remainder();
    for (number, four) in fours.enumerate() {
        let four = four.first_chunk().copied().map_or(0, u64::from_le_bytes);
        // The highest bit of each unit that is zero; above the first one it may be wrong.
        let zeros = four.wrapping_sub(ONES) & !four & (ONES << 15);
        if zeros != 0 {
            return number * 8 + zeros.trailing_zeros() as usize / 16 * 2;
        }
    }
    let units = rest.chunks_exact(2).take_while(|unit| *unit != [0, 0]).count();
    bytes.len() - rest.len() + units * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_stop_at_the_end() {
        let mut cursor = Cursor::new(&[1, 2, 3], 0x100);
        assert_eq!(cursor.u16("first").unwrap(), 0x201);
        let error = cursor.u32("second").unwrap_err();
        assert!(matches!(error, EtlError::Truncated { what: "second", offset: 0x102, need: 4, have: 1 }));
        assert_eq!(cursor.u8("third").unwrap(), 3);
        assert!(cursor.bytes("fourth", usize::MAX).is_err());
    }

    #[test]
    fn strings_end_at_nul_or_at_the_end() {
        let mut cursor = Cursor::new(b"a\0b\0\0\0c\0d", 0);
        assert_eq!(cursor.utf16_nul("text").unwrap(), b"a\0b\0");
        assert_eq!(cursor.utf16_nul("text").unwrap(), b"c\0");
        assert!(cursor.utf16_nul("text").is_err());
        for length in 0..40_usize {
            let text: Vec<u8> =
                (0..length).flat_map(|unit| [0x100_u16, 0x8000, 1][unit % 3].to_le_bytes()).collect();
            assert_eq!(before_nul(&text), 2 * length);
            assert_eq!(before_nul(&[text.as_slice(), &[7]].concat()), 2 * length);
            assert_eq!(before_nul(&[text.as_slice(), &[0; 11]].concat()), 2 * length);
        }
        let mut cursor = Cursor::new(b"ab\0cd", 0);
        assert_eq!(cursor.bytes_nul("text").unwrap(), b"ab");
        assert_eq!(cursor.bytes_nul("text").unwrap(), b"cd");
        assert!(cursor.bytes_nul("text").is_err());
    }
}
