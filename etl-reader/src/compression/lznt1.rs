//! LZNT1, `[MS-XCA]` 2.5: chunks of 4096 bytes, each with a header of two bytes.

use super::matches::{Match, Matches, push_half};
use super::sink::{Damage, Sink};
use crate::cursor::Cursor;

const CHUNK: usize = 4096;
/// How far back in its chunk a match may reach.
const WINDOW: u16 = 4096;
const COMPRESSED: u16 = 0x8000;
const SIGNATURE: u16 = 3 << 12;
const CUT: Damage = Damage("the stream is cut");

/// Bits of a match word that hold the length, when `done` bytes of the chunk are made.
fn length_bits(done: usize) -> u32 {
    let mut distance_bits = 4;
    while (1 << distance_bits) < done {
        distance_bits += 1;
    }
    16 - distance_bits.min(12)
}

pub(super) fn decompress(input: &[u8], sink: &mut Sink<'_>) -> Result<(), Damage> {
    let mut cursor = Cursor::new(input, 0);
    while sink.room() > 0 {
        let Ok(header) = cursor.u16("chunk header") else { return Ok(()) };
        if header == 0 {
            return Ok(());
        }
        let size = usize::from(header & 0xfff) + 1;
        let body = cursor.bytes("chunk", size.min(cursor.rest().len())).map_err(|_| CUT)?;
        let start = sink.made();
        if header & COMPRESSED == 0 {
            sink.literals(body);
        } else {
            chunk(body, start, sink)?;
        }
        if body.len() < size {
            return Err(CUT);
        }
    }
    Ok(())
}

fn chunk(body: &[u8], start: usize, sink: &mut Sink<'_>) -> Result<(), Damage> {
    let mut cursor = Cursor::new(body, 0);
    while let Ok(flags) = cursor.u8("flags") {
        for bit in 0..8 {
            if cursor.rest().is_empty() || sink.room() == 0 {
                return Ok(());
            }
            if flags & (1 << bit) == 0 {
                sink.literal(cursor.u8("literal").map_err(|_| CUT)?);
                continue;
            }
            let word = usize::from(cursor.u16("match").map_err(|_| CUT)?);
            let done = sink.made() - start;
            let bits = length_bits(done);
            let distance = (word >> bits) + 1;
            if distance > done {
                return Err(super::sink::BEFORE_START);
            }
            sink.copy(distance, (word & ((1 << bits) - 1)) + 3)?;
        }
    }
    Ok(())
}

pub(super) fn compress(input: &[u8]) -> Vec<u8> {
    let mut matches = Matches::new(input);
    let mut out = Vec::new();
    let mut start = 0;
    for piece in input.chunks(CHUNK) {
        let end = start + piece.len();
        let mut body = Vec::new();
        let (mut at, mut flags_at, mut used) = (start, 0, 8);
        while let Some(&byte) = input.get(at).filter(|_| at < end) {
            if used == 8 {
                (flags_at, used) = (body.len(), 0);
                body.push(0);
            }
            let bits = length_bits(at - start);
            let longest = ((1 << bits) + 2).min(end - at);
            match matches.find(at, start, WINDOW, longest) {
                Some(Match { distance, length }) => {
                    let word = (u32::from(distance) - 1) << bits | (length - 3);
                    if let Some(flags) = body.get_mut(flags_at) {
                        *flags |= 1 << used;
                    }
                    push_half(&mut body, word);
                    at += length as usize;
                }
                None => {
                    body.push(byte);
                    at += 1;
                }
            }
            used += 1;
        }
        let (header, body) = if body.len() < piece.len() { (COMPRESSED, &body[..]) } else { (0, piece) };
        #[expect(clippy::cast_possible_truncation, reason = "a body has at most the 4096 bytes of its chunk")]
        let size = body.len() as u16;
        out.extend_from_slice(&(header | SIGNATURE | (size - 1)).to_le_bytes());
        out.extend_from_slice(body);
        start = end;
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::Compression::Lznt1;

    /// The example of `[MS-XCA]` 3.3.
    #[test]
    fn specification_example() {
        let packed = [
            0x38, 0xb0, 0x88, 0x46, 0x23, 0x20, 0x00, 0x20, 0x47, 0x20, 0x41, 0x00, 0x10, 0xa2, 0x47, 0x01,
            0xa0, 0x45, 0x20, 0x44, 0x00, 0x08, 0x45, 0x01, 0x50, 0x79, 0x00, 0xc0, 0x45, 0x20, 0x05, 0x24,
            0x13, 0x88, 0x05, 0xb4, 0x02, 0x4a, 0x44, 0xef, 0x03, 0x58, 0x02, 0x8c, 0x09, 0x16, 0x01, 0x48,
            0x45, 0x00, 0xbe, 0x00, 0x9e, 0x00, 0x04, 0x01, 0x18, 0x90, 0x00,
        ];
        let plain = "F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D E E F# D E F# G F# \
                     D E F# G F# E D E A F# F# G A A G F# E D D E F# E D D\0";
        let mut out = Vec::new();
        assert_eq!(Lznt1.decompress(&packed, plain.len(), &mut out), Ok(()));
        assert_eq!(String::from_utf8(out).unwrap(), plain);
    }
}
