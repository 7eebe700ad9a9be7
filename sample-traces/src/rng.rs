//! Numbers that look random and are the same for the same seed on every system: SplitMix64.

/// A stream of numbers.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// The stream of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A stream for `topic` that does not change when another topic takes more numbers.
    #[must_use]
    pub fn fork(&self, topic: &str) -> Self {
        // FNV-1a.
        let hash = topic
            .bytes()
            .fold(0xCBF2_9CE4_8422_2325, |h: u64, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01B3));
        let mut rng = Self(self.0 ^ hash);
        rng.number();
        rng
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.number() % end
    }

    /// A number of 32 bits below `end`, which is not 0.
    #[expect(clippy::cast_possible_truncation, reason = "what is below a number of 32 bits has 32 bits")]
    pub fn below32(&mut self, end: u32) -> u32 {
        self.below(end.into()) as u32
    }

    /// A place in a list of `length`, which is not 0.
    #[expect(clippy::cast_possible_truncation, reason = "what is below a `usize` is one")]
    pub fn place(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// A number from `from` up to but not including `to`.
    pub fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from)
    }

    /// A number of 32 bits from `from` up to but not including `to`.
    pub fn between32(&mut self, from: u32, to: u32) -> u32 {
        from + self.below32(to - from)
    }

    /// Picks one of `items`, which must not be empty.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        *self.choose(items)
    }

    /// Picks one of `items`, which must not be empty.
    #[expect(clippy::indexing_slicing, reason = "the place is below the length")]
    pub fn choose<'t, T>(&mut self, items: &'t [T]) -> &'t T {
        &items[self.place(items.len())]
    }

    /// Sixteen hex digits, as component and driver folders end.
    pub fn hash(&mut self) -> String {
        format!("{:016x}", self.number())
    }
}
