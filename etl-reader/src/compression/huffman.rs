//! LZ77 with Huffman codes, `[MS-XCA]` 2.1 and 2.2: blocks of 64 KiB, each with its own table of codes.

use std::cmp::Reverse;

use super::matches::{Match, Matches, push_whole_length};
use super::sink::{Damage, Sink};
use crate::cursor::Cursor;

const SYMBOLS: usize = 512;
/// The symbol that says, at the end of the input, that the stream is over.
const END: usize = 256;
const BLOCK: usize = 65_536;
const LONGEST_CODE: usize = 15;
const CUT: Damage = Damage("the stream is cut");
const BAD_TABLE: Damage = Damage("the table of codes is not complete");
const BAD_LENGTH: Damage = Damage("a long match states a short length");

/// For each value of the next 15 bits: the symbol and the bits of its code.
struct Codes(Vec<(u16, u8)>);

impl Codes {
    fn read(table: &[u8; SYMBOLS / 2]) -> Result<Codes, Damage> {
        let lengths = table.iter().flat_map(|byte| [byte & 15, byte >> 4]);
        let mut by_length: [Vec<u16>; LONGEST_CODE + 1] = Default::default();
        for (symbol, length) in (0..).zip(lengths) {
            if let Some(symbols) = by_length.get_mut(usize::from(length)) {
                symbols.push(symbol);
            }
        }
        let mut codes = Vec::with_capacity(1 << LONGEST_CODE);
        for (length, symbols) in (0_u8..).zip(&by_length).skip(1) {
            for &symbol in symbols {
                let repeat = 1 << (LONGEST_CODE - usize::from(length));
                if codes.len() + repeat > 1 << LONGEST_CODE {
                    return Err(BAD_TABLE);
                }
                codes.resize(codes.len() + repeat, (symbol, length));
            }
        }
        if codes.len() == 1 << LONGEST_CODE { Ok(Codes(codes)) } else { Err(BAD_TABLE) }
    }
}

/// Bits come in words of two bytes, most significant first; lengths lie between the words as whole bytes.
struct Bits<'a> {
    cursor: Cursor<'a>,
    next: u32,
    extra: i32,
    missing: u32,
}

impl<'a> Bits<'a> {
    fn new(cursor: Cursor<'a>) -> Bits<'a> {
        let mut bits = Bits { cursor, next: 0, extra: 16, missing: 0 };
        bits.next = bits.word() << 16 | bits.word();
        bits
    }

    /// The next word; zeros, counted, after the end.
    fn word(&mut self) -> u32 {
        match self.cursor.u16("bits") {
            Ok(word) => u32::from(word),
            Err(_) => {
                self.missing += 1;
                0
            }
        }
    }

    fn skip(&mut self, count: u32) {
        self.next = self.next.checked_shl(count).unwrap_or(0);
        self.extra -= count as i32;
        if self.extra < 0 {
            let word = self.word();
            self.next |= word << -self.extra;
            self.extra += 16;
        }
    }

    fn take(&mut self, count: u32) -> usize {
        let bits = if count == 0 { 0 } else { self.next >> (32 - count) };
        self.skip(count);
        bits as usize
    }

    fn symbol(&mut self, codes: &Codes) -> u16 {
        let (symbol, length) =
            codes.0.get((self.next >> (32 - LONGEST_CODE)) as usize).copied().unwrap_or_default();
        self.skip(u32::from(length));
        symbol
    }

    fn long_length(&mut self) -> Result<usize, Damage> {
        let byte = self.cursor.u8("length").map_err(|_| CUT)?;
        if byte < 255 {
            return Ok(usize::from(byte) + 15);
        }
        let mut length = u32::from(self.cursor.u16("length").map_err(|_| CUT)?);
        if length == 0 {
            length = self.cursor.u32("length").map_err(|_| CUT)?;
        }
        if length < 15 {
            return Err(BAD_LENGTH);
        }
        usize::try_from(length).map_err(|_| BAD_LENGTH)
    }
}

pub(super) fn decompress(input: &[u8], sink: &mut Sink<'_>) -> Result<(), Damage> {
    let mut cursor = Cursor::new(input, 0);
    while sink.room() > 0 {
        let Ok(table) = cursor.array::<{ SYMBOLS / 2 }>("table") else { return Ok(()) };
        let codes = Codes::read(&table)?;
        let mut bits = Bits::new(cursor);
        let end = sink.made() + BLOCK.min(sink.room());
        while sink.made() < end {
            // A whole stream never needs a word after its end; one is forgiven, as readers look ahead.
            if bits.missing > 1 {
                return Err(CUT);
            }
            let symbol = bits.symbol(&codes);
            if let Ok(literal) = u8::try_from(symbol) {
                sink.literal(literal);
                continue;
            }
            let mut length = usize::from(symbol & 15);
            if length == 15 {
                length = bits.long_length()?;
            }
            let distance_bits = u32::from(symbol >> 4 & 15);
            let distance = (1 << distance_bits) + bits.take(distance_bits);
            sink.copy(distance, length + 3)?;
        }
        cursor = bits.cursor;
    }
    Ok(())
}

enum Token {
    Literal(u8),
    Match(Match),
}

impl Token {
    fn symbol(&self) -> usize {
        match *self {
            Token::Literal(byte) => usize::from(byte),
            Token::Match(Match { distance, length }) => {
                256 + (distance.ilog2() * 16 + (length - 3).min(15)) as usize
            }
        }
    }
}

pub(super) fn compress(input: &[u8]) -> Vec<u8> {
    let mut matches = Matches::new(input);
    let mut out = Vec::new();
    let mut start = 0;
    loop {
        let end = input.len().min(start + BLOCK);
        let mut tokens = Vec::new();
        let mut at = start;
        while let Some(&byte) = input.get(at).filter(|_| at < end) {
            match matches.find(at, 0, u16::MAX, end - at) {
                Some(found) => {
                    tokens.push(Token::Match(found));
                    at += found.length as usize;
                }
                None => {
                    tokens.push(Token::Literal(byte));
                    at += 1;
                }
            }
        }
        block(&tokens, end == input.len(), &mut out);
        start = end;
        if start == input.len() {
            return out;
        }
    }
}

fn block(tokens: &[Token], last: bool, out: &mut Vec<u8>) {
    let mut counts = vec![0_u64; SYMBOLS];
    for symbol in tokens.iter().map(Token::symbol).chain(last.then_some(END)) {
        if let Some(count) = counts.get_mut(symbol) {
            *count += 1;
        }
    }
    let lengths = code_lengths(counts);
    let (pairs, _) = lengths.as_chunks::<2>();
    out.extend(pairs.iter().map(|[low, high]| low | high << 4));
    // Each symbol's code, and its bits.
    let mut codes = vec![(0, 0); SYMBOLS];
    let mut next = 0;
    for length in 1..=LONGEST_CODE {
        next <<= 1;
        for (code, &bits) in codes.iter_mut().zip(&lengths).filter(|(_, bits)| usize::from(**bits) == length)
        {
            *code = (next, u32::from(bits));
            next += 1;
        }
    }
    let mut bits = BitWriter::new(out);
    for token in tokens {
        bits.write_code(&codes, token.symbol());
        if let Token::Match(Match { distance, length }) = *token {
            if length - 3 >= 15 {
                bits.long_length(length - 3);
            }
            let count = distance.ilog2();
            bits.write(u32::from(distance) - (1 << count), count);
        }
    }
    if last {
        bits.write_code(&codes, END);
    }
    bits.finish();
}

/// Huffman code lengths of at most 15 bits. Where the tree is deeper, the counts are flattened until it fits.
fn code_lengths(mut counts: Vec<u64>) -> Vec<u8> {
    if counts.iter().filter(|&&count| count > 0).count() < 2 {
        // A complete table needs two codes.
        for count in counts.iter_mut().step_by(END).take(2) {
            *count = (*count).max(1);
        }
    }
    loop {
        let mut nodes: Vec<(u64, Vec<usize>)> =
            counts.iter().enumerate().filter(|&(_, &n)| n > 0).map(|(s, &n)| (n, vec![s])).collect();
        let mut lengths = vec![0_u8; SYMBOLS];
        while nodes.len() > 1 {
            nodes.sort_by_key(|node| Reverse(node.0));
            if let (Some(a), Some(b)) = (nodes.pop(), nodes.pop()) {
                let symbols: Vec<usize> = a.1.into_iter().chain(b.1).collect();
                for &symbol in &symbols {
                    if let Some(length) = lengths.get_mut(symbol) {
                        *length += 1;
                    }
                }
                nodes.push((a.0 + b.0, symbols));
            }
        }
        if lengths.iter().all(|&length| usize::from(length) <= LONGEST_CODE) {
            return lengths;
        }
        for count in counts.iter_mut().filter(|count| **count > 0) {
            *count = *count / 4 + 1;
        }
    }
}

/// Two words are always kept open, because the reader takes a word before the bytes that follow it.
struct BitWriter<'o> {
    out: &'o mut Vec<u8>,
    first: usize,
    second: usize,
    word: u32,
    free: u32,
}

impl<'o> BitWriter<'o> {
    fn new(out: &'o mut Vec<u8>) -> BitWriter<'o> {
        let first = out.len();
        out.extend_from_slice(&[0; 4]);
        BitWriter { out, first, second: first + 2, word: 0, free: 16 }
    }

    fn write(&mut self, bits: u32, count: u32) {
        if count <= self.free {
            self.free -= count;
            self.word = self.word << count | bits;
            return;
        }
        let over = count - self.free;
        self.word = self.word << self.free | bits >> over;
        self.put(self.first, self.word);
        self.first = self.second;
        self.second = self.out.len();
        self.out.extend_from_slice(&[0; 2]);
        self.word = bits & ((1 << over) - 1);
        self.free = 16 - over;
    }

    fn write_code(&mut self, codes: &[(u32, u32)], symbol: usize) {
        let (code, count) = codes.get(symbol).copied().unwrap_or_default();
        self.write(code, count);
    }

    /// Puts the 16 bits of a word at its place.
    fn put(&mut self, at: usize, word: u32) {
        let [low, high, ..] = word.to_le_bytes();
        if let Some(place) = self.out.get_mut(at..).and_then(|rest| rest.first_chunk_mut()) {
            *place = [low, high];
        }
    }

    fn long_length(&mut self, length: u32) {
        match u8::try_from(length - 15) {
            Ok(short @ ..=254) => self.out.push(short),
            _ => {
                self.out.push(255);
                push_whole_length(self.out, length);
            }
        }
    }

    fn finish(mut self) {
        self.put(self.first, self.word << self.free);
    }
}

#[cfg(test)]
mod tests {
    use crate::Compression::XpressHuffman;

    /// The first example of `[MS-XCA]` 3.2.
    #[test]
    fn specification_example() {
        let mut packed = vec![0; 256];
        packed[48] = 0x50;
        packed[49..59].fill(0x55);
        packed[59..62].copy_from_slice(&[0x45, 0x44, 0x04]);
        packed[128] = 0x04;
        packed.extend_from_slice(&[
            0xd8, 0x52, 0x3e, 0xd7, 0x94, 0x11, 0x5b, 0xe9, 0x19, 0x5f, 0xf9, 0xd6, 0x7c, 0xdf, 0x8d, 0x04,
            0x00, 0x00, 0x00, 0x00,
        ]);
        let mut out = Vec::new();
        assert_eq!(XpressHuffman.decompress(&packed, 26, &mut out), Ok(()));
        assert_eq!(out, b"abcdefghijklmnopqrstuvwxyz");
    }
}
