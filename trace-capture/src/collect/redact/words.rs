//! Words to mask, in every encoding that logs and traces are written in.

use encoding_rs::{BIG5, EUC_KR, Encoding, GBK, SHIFT_JIS, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252};

/// Words that mean something else too often; they are masked behind `\Users\` only.
const COMMON: &[&str] = &[
    "admin",
    "administrator",
    "all",
    "computer",
    "default",
    "desktop",
    "guest",
    "home",
    "local",
    "machine",
    "microsoft",
    "owner",
    "public",
    "server",
    "service",
    "services",
    "system",
    "test",
    "user",
    "users",
    "windows",
    "workgroup",
];
/// Code pages of logs that are not Unicode.
const CODE_PAGES: &[&Encoding] = &[WINDOWS_1252, WINDOWS_1250, WINDOWS_1251, GBK, BIG5, SHIFT_JIS, EUC_KR];
/// Letters of code pages 437 and 850, which console programs print in Western Europe.
const CONSOLE: &[(char, u8)] = &[
    ('Ç', 0x80),
    ('ü', 0x81),
    ('é', 0x82),
    ('â', 0x83),
    ('ä', 0x84),
    ('à', 0x85),
    ('å', 0x86),
    ('ç', 0x87),
    ('ê', 0x88),
    ('ë', 0x89),
    ('è', 0x8A),
    ('ï', 0x8B),
    ('î', 0x8C),
    ('ì', 0x8D),
    ('Ä', 0x8E),
    ('Å', 0x8F),
    ('É', 0x90),
    ('æ', 0x91),
    ('Æ', 0x92),
    ('ô', 0x93),
    ('ö', 0x94),
    ('ò', 0x95),
    ('û', 0x96),
    ('ù', 0x97),
    ('ÿ', 0x98),
    ('Ö', 0x99),
    ('Ü', 0x9A),
    ('á', 0xA0),
    ('í', 0xA1),
    ('ó', 0xA2),
    ('ú', 0xA3),
    ('ñ', 0xA4),
    ('Ñ', 0xA5),
    ('ß', 0xE1),
];
/// Where scripts begin that are written without spaces between words.
const FIRST_UNSPACED: char = '\u{2E80}';

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Utf8,
    Utf16,
    CodePage,
}

/// A word in one encoding.
#[derive(Clone, Debug)]
pub(super) struct Word {
    form: Form,
    /// The bytes that each character may be, in either case.
    characters: Vec<Vec<Vec<u8>>>,
    /// Whether a letter before or after makes it another word.
    bounded: (bool, bool),
}

/// The words that are worth masking, the longest first: a part must not hide the whole.
pub(super) fn compile(words: &[String]) -> Vec<Word> {
    let mut words: Vec<_> = words.iter().map(|w| w.trim().to_lowercase()).filter(|w| is_telling(w)).collect();
    words.sort_by_key(|w| std::cmp::Reverse(w.len()));
    words.dedup();
    words.iter().flat_map(|word| forms(word)).collect()
}

fn is_telling(word: &str) -> bool {
    let count = word.chars().count();
    let least = if word.is_ascii() { 3 } else { 2 };
    (least..=64).contains(&count) && !COMMON.contains(&word)
}

fn forms(word: &str) -> Vec<Word> {
    let utf8 = |c: char| Some(c.to_string().into_bytes());
    let utf16 = |c: char| Some(c.encode_utf16(&mut [0; 2]).iter().flat_map(|u| u.to_le_bytes()).collect());
    let mut forms = vec![Word::new(word, Form::Utf16, utf16), Word::new(word, Form::Utf8, utf8)];
    if !word.is_ascii() {
        forms.extend(CODE_PAGES.iter().map(|page| Word::new(word, Form::CodePage, |c| encode(page, c))));
        forms.push(Word::new(word, Form::CodePage, console));
    }
    forms.into_iter().flatten().collect()
}

fn encode(page: &'static Encoding, c: char) -> Option<Vec<u8>> {
    let text = c.to_string();
    let (bytes, _, unmappable) = page.encode(&text);
    (!unmappable).then(|| bytes.into_owned())
}

fn console(c: char) -> Option<Vec<u8>> {
    if c.is_ascii() {
        return Some(c.to_string().into_bytes());
    }
    CONSOLE.iter().find(|(letter, _)| *letter == c).map(|(_, byte)| vec![*byte])
}

fn joins(c: char) -> bool {
    c.is_alphanumeric() && c < FIRST_UNSPACED
}

impl Word {
    /// The word in an encoding; none where the encoding lacks one of its characters.
    fn new(word: &str, form: Form, encode: impl Fn(char) -> Option<Vec<u8>>) -> Option<Self> {
        let characters = word.chars().map(|c| {
            let mut either: Vec<_> = c.to_lowercase().chain(c.to_uppercase()).filter_map(&encode).collect();
            either.dedup();
            (!either.is_empty()).then_some(either)
        });
        let edges = (word.chars().next()?, word.chars().next_back()?);
        let bounded = (joins(edges.0), joins(edges.1));
        Some(Self { form, characters: characters.collect::<Option<_>>()?, bounded })
    }

    /// Bytes that it may start with.
    pub(super) fn first_bytes(&self) -> impl Iterator<Item = u8> {
        self.characters.first().into_iter().flatten().filter_map(|bytes| bytes.first().copied())
    }

    /// Bytes of one unit of its encoding.
    pub(super) fn unit(&self) -> usize {
        if self.form == Form::Utf16 { 2 } else { 1 }
    }

    /// How many bytes it has at `at`, where it is there as a whole word. What is before `masked_until` was masked.
    pub(super) fn length_at(&self, buffer: &[u8], at: usize, masked_until: usize) -> Option<usize> {
        let mut rest = buffer.get(at..)?;
        for either in &self.characters {
            rest = either.iter().find_map(|bytes| rest.strip_prefix(bytes.as_slice()))?;
        }
        let length = buffer.len() - at - rest.len();
        let before = buffer.get(masked_until.min(at)..at)?;
        let joined = (self.bounded.0 && self.last(before).is_some_and(joins))
            || (self.bounded.1 && self.first(rest).is_some_and(joins));
        (!joined).then_some(length)
    }

    fn first(&self, bytes: &[u8]) -> Option<char> {
        match self.form {
            Form::Utf16 => utf16_unit(bytes.get(..2)?),
            Form::Utf8 => (1..=4).find_map(|n| std::str::from_utf8(bytes.get(..n)?).ok()?.chars().next()),
            Form::CodePage => bytes.first().filter(|b| b.is_ascii()).map(|b| char::from(*b)),
        }
    }

    fn last(&self, bytes: &[u8]) -> Option<char> {
        let tail = |n: usize| bytes.get(bytes.len().checked_sub(n)?..);
        match self.form {
            Form::Utf16 => utf16_unit(tail(2)?),
            Form::Utf8 => (1..=4).find_map(|n| std::str::from_utf8(tail(n)?).ok()?.chars().next()),
            Form::CodePage => bytes.last().filter(|b| b.is_ascii()).map(|b| char::from(*b)),
        }
    }
}

fn utf16_unit(bytes: &[u8]) -> Option<char> {
    char::from_u32(u32::from(u16::from_le_bytes(bytes.try_into().ok()?)))
}
