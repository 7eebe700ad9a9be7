//! The three compression formats of Windows that a log file's buffers may use, as \[MS-XCA\] describes them.
//!
//! All real files seen use plain LZ77 (`XPRESS`). The other two are here because the file format names them. They are
//! tested on the examples of \[MS-XCA\] and by round trips.

mod huffman;
mod lznt1;
mod matches;
mod sink;
mod xpress;

pub use sink::Damage;
use sink::Sink;

/// How the buffers of a file are compressed. The low 16 bits of `State` in the first buffer's header say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compression {
    /// `COMPRESSION_FORMAT_LZNT1`, 2.
    Lznt1,
    /// `COMPRESSION_FORMAT_XPRESS`, 3: plain LZ77.
    Xpress,
    /// `COMPRESSION_FORMAT_XPRESS_HUFF`, 4: LZ77 with Huffman codes.
    XpressHuffman,
}

impl Compression {
    /// The format with this number.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Compression> {
        match number {
            2 => Some(Compression::Lznt1),
            3 => Some(Compression::Xpress),
            4 => Some(Compression::XpressHuffman),
            _ => None,
        }
    }

    /// The number of the format in a buffer header.
    #[must_use]
    pub fn number(self) -> u16 {
        match self {
            Compression::Lznt1 => 2,
            Compression::Xpress => 3,
            Compression::XpressHuffman => 4,
        }
    }

    /// The name of the format.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Compression::Lznt1 => "LZNT1",
            Compression::Xpress => "XPRESS",
            Compression::XpressHuffman => "XPRESS Huffman",
        }
    }

    /// Decompresses `input` into `out`, which is emptied first and never grows beyond `want` bytes.
    ///
    /// # Errors
    /// Where the stream is damaged or ends before `want` bytes, what it held up to there is in `out`.
    pub fn decompress(self, input: &[u8], want: usize, out: &mut Vec<u8>) -> Result<(), Damage> {
        out.clear();
        let mut sink = Sink::new(out, want);
        // Most buffers shrink to between a half and an eighth. What is not used is not paid for: a made stream
        // may be short and its stated size large.
        sink.grow(input.len().saturating_mul(8));
        let result = match self {
            Compression::Lznt1 => lznt1::decompress(input, &mut sink),
            Compression::Xpress => xpress::decompress(input, &mut sink),
            Compression::XpressHuffman => huffman::decompress(input, &mut sink),
        };
        let made = sink.made();
        out.truncate(made);
        match result {
            Err(damage) => Err(damage),
            Ok(()) if made < want => Err(Damage("the stream ends early")),
            Ok(()) => Ok(()),
        }
    }

    /// Compresses `input`.
    #[must_use]
    pub fn compress(self, input: &[u8]) -> Vec<u8> {
        match self {
            Compression::Lznt1 => lznt1::compress(input),
            Compression::Xpress => xpress::compress(input),
            Compression::XpressHuffman => huffman::compress(input),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Compression; 3] = [Compression::Lznt1, Compression::Xpress, Compression::XpressHuffman];

    #[expect(clippy::cast_possible_truncation, reason = "the low bits are as random")]
    fn samples() -> Vec<Vec<u8>> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let noise: Vec<u8> = (0..100_000).map(|_| random() as u8).collect();
        let words: Vec<u8> = (0..30_000).flat_map(|_| [0, 0xff, (random() % 7) as u8, 3]).collect();
        let mut mixed = noise.clone();
        mixed.truncate(20_000);
        mixed.extend_from_slice(&words);
        let skewed: Vec<u8> = (0..70_000).map(|_| random().leading_zeros() as u8).collect();
        let text = b"abcdefghijklmnopqrstuvwxyz".to_vec();
        vec![vec![], vec![7], text, vec![0; 200_000], b"abc".repeat(100), noise, words, mixed, skewed]
    }

    #[test]
    fn what_is_compressed_comes_back() {
        for format in ALL {
            for (number, sample) in samples().iter().enumerate() {
                let packed = format.compress(sample);
                let mut out = Vec::new();
                let result = format.decompress(&packed, sample.len(), &mut out);
                assert_eq!(result, Ok(()), "{} sample {number}", format.name());
                assert!(out == *sample, "{} sample {number}", format.name());
            }
        }
    }

    #[test]
    fn cut_and_changed_streams_end_in_a_result() {
        for format in ALL {
            for sample in samples().iter().filter(|s| s.len() < 1000) {
                let packed = format.compress(sample);
                let mut out = Vec::new();
                for length in 0..packed.len() {
                    let cut = packed.get(..length).unwrap();
                    if format.decompress(cut, sample.len(), &mut out).is_ok() {
                        assert_eq!(out.len(), sample.len());
                    }
                }
                for at in 0..packed.len() {
                    for bit in 0..8 {
                        let mut changed = packed.clone();
                        changed[at] ^= 1 << bit;
                        let _ = format.decompress(&changed, sample.len(), &mut out);
                        assert!(out.len() <= sample.len());
                    }
                }
            }
        }
    }

    #[test]
    fn repeats_shrink() {
        for format in ALL {
            assert!(format.compress(&vec![0; 65_536]).len() < 2_000, "{}", format.name());
        }
    }
}
