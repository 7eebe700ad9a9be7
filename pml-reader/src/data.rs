//! The bytes of a log, whoever holds them.

use bytes::Bytes;

/// The bytes of a file.
pub(crate) struct Data(Bytes);

impl Data {
    /// The bytes that `owner` holds: a map, a member of an archive.
    pub(crate) fn of(owner: impl AsRef<[u8]> + Send + 'static) -> Self {
        Self(Bytes::from_owner(owner))
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}
