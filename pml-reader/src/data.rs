//! The bytes of a log: mapped, or held by another owner.

/// The bytes of a file.
pub(crate) enum Data {
    Map(memmap2::Mmap),
    Held(Box<dyn AsRef<[u8]> + Send + Sync>),
}

impl Data {
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Map(map) => map,
            Self::Held(held) => held.as_ref().as_ref(),
        }
    }
}

impl std::fmt::Debug for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.bytes().len())
    }
}
