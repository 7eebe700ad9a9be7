//! Plain LZ77, `[MS-XCA]` 2.3 and 2.4.

use super::matches::{Match, Matches, push_half, push_whole_length};
use super::sink::{Damage, Sink};
use crate::cursor::Cursor;

const CUT: Damage = Damage("the stream is cut");
const BAD_LENGTH: Damage = Damage("a long match states a short length");

pub(super) fn decompress(input: &[u8], sink: &mut Sink<'_>) -> Result<(), Damage> {
    let mut cursor = Cursor::new(input, 0);
    // Lengths share bytes: the second half of one is kept for the next long match.
    let mut half: Option<u8> = None;
    while sink.room() > 0 {
        let Ok(mut flags) = cursor.u32("flags") else { return Ok(()) };
        let mut left = 32;
        while left > 0 && sink.room() > 0 {
            let run = flags.leading_zeros().min(left);
            if run > 0 {
                let wanted = run as usize;
                let have = cursor.rest().len().min(wanted);
                sink.literals(cursor.bytes("literals", have).map_err(|_| CUT)?);
                if have < wanted {
                    return Ok(());
                }
                left -= run;
                flags = flags.checked_shl(run).unwrap_or(0);
                continue;
            }
            if cursor.rest().is_empty() {
                return Ok(());
            }
            let word = usize::from(cursor.u16("match").map_err(|_| CUT)?);
            let mut length = word % 8;
            if length == 7 {
                length = long_length(&mut cursor, &mut half)?;
            }
            sink.copy(word / 8 + 1, length + 3)?;
            left -= 1;
            flags <<= 1;
        }
    }
    Ok(())
}

fn long_length(cursor: &mut Cursor<'_>, half: &mut Option<u8>) -> Result<usize, Damage> {
    let nibble = match half.take() {
        Some(byte) => byte >> 4,
        None => {
            let byte = cursor.u8("length").map_err(|_| CUT)?;
            *half = Some(byte);
            byte & 15
        }
    };
    if nibble < 15 {
        return Ok(usize::from(nibble) + 7);
    }
    let byte = cursor.u8("length").map_err(|_| CUT)?;
    if byte < 255 {
        return Ok(usize::from(byte) + 15 + 7);
    }
    let mut length = u32::from(cursor.u16("length").map_err(|_| CUT)?);
    if length == 0 {
        length = cursor.u32("length").map_err(|_| CUT)?;
    }
    if length < 15 + 7 {
        return Err(BAD_LENGTH);
    }
    usize::try_from(length).map_err(|_| BAD_LENGTH)
}

pub(super) fn compress(input: &[u8]) -> Vec<u8> {
    let mut matches = Matches::new(input);
    let mut out = vec![0; 4];
    let (mut flags_at, mut flags, mut used) = (0, 0_u32, 0);
    let mut half: Option<usize> = None;
    let mut at = 0;
    loop {
        if used == 32 {
            put(&mut out, flags_at, flags);
            (flags_at, flags, used) = (out.len(), 0, 0);
            out.extend_from_slice(&[0; 4]);
        }
        let Some(&byte) = input.get(at) else { break };
        used += 1;
        match matches.find(at, 0, 8192, usize::MAX) {
            Some(found) => {
                flags |= 1 << (32 - used);
                write_match(&mut out, &mut half, found);
                at += found.length as usize;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    // Unused flags are ones: a match that is not there ends the stream.
    if used < 32 {
        flags |= u32::MAX >> used;
    }
    put(&mut out, flags_at, flags);
    out
}

fn put(out: &mut [u8], at: usize, flags: u32) {
    if let Some(place) = out.get_mut(at..).and_then(|rest| rest.first_chunk_mut()) {
        *place = flags.to_le_bytes();
    }
}

fn write_match(out: &mut Vec<u8>, half: &mut Option<usize>, found: Match) {
    let rest = found.length - 3;
    push_half(out, (u32::from(found.distance) - 1) << 3 | rest.min(7));
    if rest < 7 {
        return;
    }
    let rest = rest - 7;
    let nibble = rest.min(15) as u8;
    match half.take().and_then(|place| out.get_mut(place)) {
        Some(shared) => *shared |= nibble << 4,
        None => {
            *half = Some(out.len());
            out.push(nibble);
        }
    }
    if rest < 15 {
        return;
    }
    let rest = rest - 15;
    match u8::try_from(rest) {
        Ok(short @ ..=254) => out.push(short),
        _ => {
            out.push(255);
            push_whole_length(out, rest + 15 + 7);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Compression::Xpress;

    /// The two examples of `[MS-XCA]` 3.1.
    #[test]
    fn specification_examples() {
        let mut alphabet = vec![0x3f, 0, 0, 0];
        alphabet.extend_from_slice(b"abcdefghijklmnopqrstuvwxyz");
        let abc = [0xff, 0xff, 0xff, 0x1f, 0x61, 0x62, 0x63, 0x17, 0x00, 0x0f, 0xff, 0x26, 0x01];
        let mut out = Vec::new();
        assert_eq!(Xpress.decompress(&alphabet, 26, &mut out), Ok(()));
        assert_eq!(out, b"abcdefghijklmnopqrstuvwxyz");
        assert_eq!(Xpress.decompress(&abc, 300, &mut out), Ok(()));
        assert_eq!(out, b"abc".repeat(100));
        assert_eq!(Xpress.compress(b"abcdefghijklmnopqrstuvwxyz"), alphabet);
        assert_eq!(Xpress.compress(&b"abc".repeat(100)), abc);
    }
}
