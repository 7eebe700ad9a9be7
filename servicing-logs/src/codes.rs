//! Status codes as servicing logs print them, in a dozen forms.
//!
//! [`find_codes`] gives every code of a line, with the form it was written in and its place. [`primary_code`] picks
//! the one that the line is about. What a code means is not decided here. In particular:
//!
//! - `0x80070bc2` (ERROR_SUCCESS_REBOOT_REQUIRED) keeps its failure severity: in `Startup: Processing complete.` it
//!   ends both a good boot that needs another one and a boot that just began its rollback.
//! - `gle=0x80004005` is what CSI prints when the thread's last error was never set. It is reported as
//!   [`CodeForm::GleFiller`] and is never the primary code.
//! - `gle=0xd…` is an NTSTATUS with the bit of HRESULT_FROM_NT set; the bit is cleared.

use status_codes::results;
use std::ops::Range;

use status_codes::{NtStatus, Win32Error};

use crate::text::{leading_hex, leading_number};

/// A status, in the numbering it was printed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CodeValue<'a> {
    /// An HRESULT, including setup codes such as `0xe0000100`.
    Hresult(u32),
    /// An NTSTATUS, without the bit of HRESULT_FROM_NT.
    Ntstatus(u32),
    /// A Win32 error.
    Win32(u32),
    /// A Win32 error given by a name that has no known number.
    Win32Name(&'a str),
    /// An NTSTATUS given by a name that has no known number.
    NtstatusName(&'a str),
}

impl CodeValue<'_> {
    /// The HRESULT this is or maps to by the transforms of winerror.h; `None` if the number is unknown.
    ///
    /// Win32 n is `0x8007xxxx`; an NTSTATUS gets the bit of HRESULT_FROM_NT, but `0xC007xxxx`, the
    /// NTSTATUS_FROM_WIN32 of a Win32 error, maps back to that error.
    #[must_use]
    pub fn hresult(self) -> Option<u32> {
        match self {
            CodeValue::Hresult(value) => Some(value),
            CodeValue::Ntstatus(value) if value >> 16 == 0xC007 => Some(results::from_win32(value)),
            CodeValue::Ntstatus(value) => Some(value | 0x1000_0000),
            CodeValue::Win32(0) => Some(0),
            CodeValue::Win32(value) => Some(results::from_win32(value)),
            CodeValue::Win32Name(_) | CodeValue::NtstatusName(_) => None,
        }
    }

    /// Whether the code has the failure severity of its numbering; a bare name counts unless it says SUCCESS.
    #[must_use]
    pub fn is_failure(self) -> bool {
        match self {
            CodeValue::Hresult(value) => value >> 31 == 1,
            CodeValue::Ntstatus(value) => value >> 30 >= 2,
            CodeValue::Win32(value) => value != 0,
            CodeValue::Win32Name(name) | CodeValue::NtstatusName(name) => !name.ends_with("SUCCESS"),
        }
    }
}

/// How a code was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CodeForm {
    /// `[HRESULT = 0x80070003 - ERROR_PATH_NOT_FOUND]`
    BracketHresult,
    /// `HRESULT_FROM_WIN32(1058)`, `HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND)`
    HresultFromWin32,
    /// `NTSTATUS_FROM_WIN32(ERROR_INVALID_DATA)`
    NtstatusFromWin32,
    /// `800f0207 [Error,Facility=(000f),Code=519 (0x0207)]`
    ErrorFacility,
    /// `ErrorCode: 800706d9`, `Error C0190003`: eight hexadecimal digits without `0x`.
    BareHex,
    /// `hr: 0x80070005`, `status: 0x800f0922`, `result: 0x80070003`
    Keyed,
    /// `[0x80071a91 ERROR_RM_NOT_ACTIVE]`, `[0x80070490]`
    Bracket,
    /// `, result 13` of a driver queue item, `with error code 2`: a Win32 error in decimal.
    DecimalWin32,
    /// `[gle=0xd00000bb]`
    Gle,
    /// `[gle=0x80004005]`: the last error was never set.
    GleFiller,
    /// `-2147023143`: a code printed as a signed number.
    Decimal,
    /// `STATUS_NOT_SUPPORTED #14706236# from …`
    Name,
    /// `0x80040154` anywhere else, failure severity only.
    Hex,
}

/// A code found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeMatch<'a> {
    /// The code.
    pub value: CodeValue<'a>,
    /// How it was written.
    pub form: CodeForm,
    /// The bytes of the text it takes.
    pub span: Range<usize>,
}

type Parse = for<'a> fn(&'a [u8], usize) -> Option<CodeMatch<'a>>;

/// What announces a code, and what reads it. If two overlap, the earlier row wins. The parsers get the whole text and
/// the offset just after the announcing bytes.
const FORMS: &[(&[u8], Parse)] = &[
    (b"[HRESULT = 0x", |text, at| hex_of(text, at, CodeForm::BracketHresult, 1)),
    (b"NTSTATUS_FROM_WIN32(", |text, at| from_win32(text, at, CodeForm::NtstatusFromWin32)),
    (b"HRESULT_FROM_WIN32(", |text, at| from_win32(text, at, CodeForm::HresultFromWin32)),
    (b"gle=0x", gle),
    (b" [Error,Facility=(", error_facility),
    (b"ErrorCode: ", bare_hex),
    (b"HRESULT=", bare_hex),
    (b"rror C", |text, at| bare_hex(text, at - 1)),
    (b"rror 8", |text, at| bare_hex(text, at - 1)),
    (b"!! c", |text, at| bare_hex(text, at - 1)),
    (b", result ", decimal_win32),
    (b"with error code ", decimal_win32),
    (b"0x", prefixed_hex),
    (b"0X", prefixed_hex),
    (b"-", decimal),
    (b"STATUS_", name),
];

/// Whether a byte begins a row of [`FORMS`].
#[expect(clippy::indexing_slicing, reason = "runs when compiled")]
const BEGINS: [bool; 256] = {
    let mut begins = [false; 256];
    let mut row = 0;
    while row < FORMS.len() {
        begins[FORMS[row].0[0] as usize] = true;
        row += 1;
    }
    begins
};

/// Every code in `text`, in order of place.
pub fn find_codes(text: &[u8]) -> Vec<CodeMatch<'_>> {
    let text = text.get(..text.len().min(MAX_TEXT)).unwrap_or_default();
    // One pass finds where codes may be: a search for each row of the table would cost ten times as much.
    let mut places: Vec<(usize, usize)> = Vec::new();
    for (at, byte) in text.iter().enumerate() {
        if BEGINS.get(usize::from(*byte)).is_some_and(|begins| *begins) {
            let rest = text.get(at..).unwrap_or_default();
            let rows = FORMS.iter().enumerate().filter(|(_, (announce, _))| rest.starts_with(announce));
            places.extend(rows.map(|(row, _)| (row, at)));
        }
    }
    places.sort_unstable();
    let mut found: Vec<CodeMatch<'_>> = Vec::new();
    for (row, at) in places {
        if found.len() >= MAX_CODES {
            break;
        }
        let Some((announce, parse)) = FORMS.get(row) else { continue };
        let Some(code) = parse(text, at + announce.len()) else { continue };
        let overlaps =
            |other: &CodeMatch<'_>| other.span.start < code.span.end && code.span.start < other.span.end;
        if !found.iter().any(overlaps) {
            found.push(code);
        }
    }
    found.sort_by_key(|code| code.span.start);
    found
}

/// Most codes read from one text. The richest real line at hand, a CSI line of 22621, holds two.
pub const MAX_CODES: usize = 64;

/// Bytes of a text that are searched for codes. The longest real line at hand has 524.
pub const MAX_TEXT: usize = 64 * 1024;

/// The code that `text` is about: the best form, the first where two are equal; never a filler.
#[must_use]
pub fn primary_code(text: &[u8]) -> Option<CodeMatch<'_>> {
    find_codes(text)
        .into_iter()
        .filter(|code| code.form != CodeForm::GleFiller)
        .min_by_key(|code| rank(code.form))
}

/// The code that `text` states; its last error (`gle=`) only if it states no other.
#[must_use]
pub fn stated_code(text: &[u8]) -> Option<CodeMatch<'_>> {
    let stated = find_codes(text).into_iter().filter(|code| code.form != CodeForm::Gle);
    let stated = stated.filter(|code| code.form != CodeForm::GleFiller).min_by_key(|code| rank(code.form));
    stated.or_else(|| primary_code(text))
}

fn rank(form: CodeForm) -> u8 {
    match form {
        CodeForm::BracketHresult => 0,
        CodeForm::HresultFromWin32 | CodeForm::NtstatusFromWin32 => 1,
        CodeForm::ErrorFacility | CodeForm::BareHex | CodeForm::DecimalWin32 => 2,
        CodeForm::Keyed | CodeForm::Bracket => 3,
        CodeForm::Gle => 4,
        CodeForm::Name | CodeForm::Decimal => 5,
        CodeForm::Hex | CodeForm::GleFiller => 6,
    }
}

/// The code in the brackets that end a CBS line: the cheap path for the many lines that have it.
pub(crate) fn trailing_hresult(text: &[u8]) -> Option<u32> {
    let inside = text.strip_suffix(b"]")?;
    let open = memchr::memrchr(b'[', inside)?;
    let digits = inside.get(open + 1..)?.strip_prefix(b"HRESULT = 0x")?;
    leading_hex(digits).and_then(|(value, _)| u32::try_from(value).ok())
}

/// The status at the very start of `text`: `S_OK`, `HRESULT_FROM_WIN32(1753)`, `800f0207 [Error,…`, `0x80070005`.
pub(crate) fn leading_status(text: &[u8]) -> Option<CodeValue<'_>> {
    let text = text.trim_ascii_start();
    if text.starts_with(b"S_OK") {
        return Some(CodeValue::Hresult(0));
    }
    let first = find_codes(text.get(..text.len().min(200))?).into_iter().find(|code| code.span.start == 0);
    if let Some(code) = first {
        return Some(code.value);
    }
    let (value, _) = leading_hex(text).filter(|(_, taken)| *taken == 8)?;
    u32::try_from(value).ok().map(CodeValue::Hresult)
}

fn hex_of(text: &[u8], at: usize, form: CodeForm, back: usize) -> Option<CodeMatch<'_>> {
    let (value, taken) = leading_hex(text.get(at..)?)?;
    let value = u32::try_from(value).ok().filter(|_| taken <= 8)?;
    Some(CodeMatch { value: numbered(value), form, span: at.checked_sub(back + 1)?..at + taken })
}

/// A number with the bit of HRESULT_FROM_NT is an NTSTATUS; `0xC…` is one without it, except for the codes of Windows
/// Setup, 0xC180… and 0xC190…, and those of mounting an image, 0xC142….
fn numbered<'a>(value: u32) -> CodeValue<'a> {
    match value >> 28 {
        0xC if is_of_windows_setup(value) || value >> 16 == MOUNT => CodeValue::Hresult(value),
        0xC => CodeValue::Ntstatus(value),
        0xD => CodeValue::Ntstatus(value & !0x1000_0000),
        _ => CodeValue::Hresult(value),
    }
}

/// Upper half of the codes of mounting an image, such as 0xC1420127.
const MOUNT: u32 = 0xC142;

/// Whether a code is one of Windows Setup's own, such as 0xC1900101.
#[must_use]
pub fn is_of_windows_setup(code: u32) -> bool {
    matches!(code >> 16, 0xC180 | 0xC190)
}

fn from_win32(text: &[u8], at: usize, form: CodeForm) -> Option<CodeMatch<'_>> {
    let rest = text.get(at..)?;
    let end = memchr::memchr(b')', rest.get(..rest.len().min(80))?)?;
    let inside = rest.get(..end)?;
    let value = match crate::text::whole_number(inside) {
        Some(number) => CodeValue::Win32(number),
        None => {
            let name = symbol(inside)?;
            Win32Error::named(name).next().map_or(CodeValue::Win32Name(name), |code| CodeValue::Win32(code.0))
        }
    };
    let start = at - if form == CodeForm::HresultFromWin32 { 19 } else { 20 };
    Some(CodeMatch { value, form, span: start..at + end + 1 })
}

fn symbol(text: &[u8]) -> Option<&str> {
    let plain = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    if text.is_empty() || !text.iter().all(plain) {
        return None;
    }
    std::str::from_utf8(text).ok()
}

fn gle(text: &[u8], at: usize) -> Option<CodeMatch<'_>> {
    let mut code = hex_of(text, at, CodeForm::Gle, 5)?;
    if code.value == CodeValue::Hresult(results::E_FAIL) {
        code.form = CodeForm::GleFiller;
    }
    Some(code)
}

fn error_facility(text: &[u8], at: usize) -> Option<CodeMatch<'_>> {
    let end = at - b" [Error,Facility=(".len();
    let start = end.checked_sub(8)?;
    let (value, taken) = leading_hex(text.get(start..end)?)?;
    let value = u32::try_from(value).ok().filter(|_| taken == 8)?;
    Some(CodeMatch { value: numbered(value), form: CodeForm::ErrorFacility, span: start..end })
}

fn bare_hex(text: &[u8], at: usize) -> Option<CodeMatch<'_>> {
    let (value, taken) = leading_hex(text.get(at..)?)?;
    let value = u32::try_from(value).ok().filter(|_| taken == 8)?;
    Some(CodeMatch { value: numbered(value), form: CodeForm::BareHex, span: at..at + taken })
}

fn decimal_win32(text: &[u8], at: usize) -> Option<CodeMatch<'_>> {
    let (value, taken) = leading_number(text.get(at..)?, 10)?;
    Some(CodeMatch { value: CodeValue::Win32(value), form: CodeForm::DecimalWin32, span: at..at + taken })
}

/// Words before a `0x` that make it a status of any severity.
const KEYS: &[&[u8]] = &[b"hr: ", b"hr = ", b"status: ", b"status = ", b"result: ", b"result ", b"error "];

fn prefixed_hex(text: &[u8], at: usize) -> Option<CodeMatch<'_>> {
    let before = text.get(..at - 2)?;
    let code = hex_of(text, at, CodeForm::Hex, 1)?;
    if before.ends_with(b"[") && code.span.len() == 10 {
        return Some(CodeMatch { form: CodeForm::Bracket, ..code });
    }
    if KEYS.iter().any(|key| before.len() >= key.len() && ends_with_ignore_case(before, key)) {
        return Some(CodeMatch { form: CodeForm::Keyed, ..code });
    }
    // `@0x…` is an address, and a number without failure severity is a flag or a size.
    (code.span.len() == 10 && code.value.is_failure() && !before.ends_with(b"@")).then_some(code)
}

fn ends_with_ignore_case(text: &[u8], end: &[u8]) -> bool {
    text.len()
        .checked_sub(end.len())
        .and_then(|at| text.get(at..))
        .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

fn decimal(text: &[u8], at: usize) -> Option<CodeMatch<'_>> {
    let before = text.get(..at - 1)?;
    let rest = text.get(at..)?;
    let (value, taken) = leading_number(rest, 11)?;
    // Ten digits: every failure from 0x80000000 to about 0xC4653600 has them, and little else that follows a minus.
    if taken != 10 || value > 1 << 31 || !matches!(before.last(), None | Some(b' ' | b'(' | b'=' | b':')) {
        return None;
    }
    let value = value.wrapping_neg();
    let value = if before.ends_with(b"NTSTATUS ") { CodeValue::Ntstatus(value) } else { numbered(value) };
    Some(CodeMatch { value, form: CodeForm::Decimal, span: at - 1..at + taken })
}

fn name(text: &[u8], at: usize) -> Option<CodeMatch<'_>> {
    let start = at - b"STATUS_".len();
    let before = text.get(..start)?;
    if before.last().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
        return None;
    }
    let rest = text.get(start..)?;
    let length =
        rest.iter().take(80).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let name = symbol(rest.get(..length)?)?;
    let value = NtStatus::named(name)
        .next()
        .map_or(CodeValue::NtstatusName(name), |status| CodeValue::Ntstatus(status.0));
    Some(CodeMatch { value, form: CodeForm::Name, span: start..start + length })
}

#[cfg(test)]
mod tests;
