//! The one place that takes bytes out of the input. It is checked, little-endian, and has file offsets in its errors.

use crate::PmlError;

/// A checked reader over a part of the file. Nothing else in this crate slices input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    /// File offset of `bytes[0]`.
    base: u64,
    what: &'static str,
}

impl<'a> Cursor<'a> {
    #[inline]
    pub(crate) fn new(bytes: &'a [u8], base: u64, what: &'static str) -> Self {
        Self { bytes, at: 0, base, what }
    }

    /// The bytes of `file` from `from` up to `to`, as a cursor.
    #[inline]
    pub(crate) fn over(file: &'a [u8], from: u64, to: u64, what: &'static str) -> Result<Self, PmlError> {
        let range = usize::try_from(from).ok().zip(usize::try_from(to).ok());
        match range.and_then(|(from, to)| file.get(from..to)) {
            Some(bytes) => Ok(Self::new(bytes, from, what)),
            None => Err(Self::outside(file, from, to, what)),
        }
    }

    #[cold]
    fn outside(file: &[u8], from: u64, to: u64, what: &'static str) -> PmlError {
        let have = (file.len() as u64).saturating_sub(from);
        PmlError::Truncated { what, offset: from, need: to.saturating_sub(from), have }
    }

    pub(crate) fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    pub(crate) fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    #[cold]
    pub(crate) fn truncated(&self, need: usize) -> PmlError {
        PmlError::Truncated {
            what: self.what,
            offset: self.offset(),
            need: need as u64,
            have: self.remaining() as u64,
        }
    }

    #[inline]
    pub(crate) fn take(&mut self, n: usize) -> Result<&'a [u8], PmlError> {
        let end = self.at.checked_add(n).ok_or_else(|| self.truncated(n))?;
        let out = self.bytes.get(self.at..end).ok_or_else(|| self.truncated(n))?;
        self.at = end;
        Ok(out)
    }

    #[inline]
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], PmlError> {
        match self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<N>()) {
            Some(chunk) => {
                self.at += N;
                Ok(*chunk)
            }
            None => Err(self.truncated(N)),
        }
    }

    #[inline]
    pub(crate) fn skip(&mut self, n: usize) -> Result<(), PmlError> {
        self.take(n).map(drop)
    }

    /// Goes to `at`, counted from where this cursor began.
    pub(crate) fn seek(&mut self, at: usize) -> Result<(), PmlError> {
        if at > self.bytes.len() {
            self.at = self.bytes.len();
            return Err(self.truncated(at - self.bytes.len()));
        }
        self.at = at;
        Ok(())
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    pub(crate) fn u8(&mut self) -> Result<u8, PmlError> {
        self.array::<1>().map(|[b]| b)
    }
    pub(crate) fn u16(&mut self) -> Result<u16, PmlError> {
        self.array().map(u16::from_le_bytes)
    }
    pub(crate) fn u32(&mut self) -> Result<u32, PmlError> {
        self.array().map(u32::from_le_bytes)
    }
    pub(crate) fn u64(&mut self) -> Result<u64, PmlError> {
        self.array().map(u64::from_le_bytes)
    }
    pub(crate) fn i64(&mut self) -> Result<i64, PmlError> {
        self.array().map(i64::from_le_bytes)
    }

    /// A pointer-sized value: 8 bytes if `wide`, otherwise 4.
    pub(crate) fn pointer(&mut self, wide: bool) -> Result<u64, PmlError> {
        if wide { self.u64() } else { self.u32().map(u64::from) }
    }
}
