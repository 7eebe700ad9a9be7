//! What an input to [`explain`](crate::explain) can mean.

use thiserror::Error;

use crate::said::{Said, made};
use crate::setup;
use crate::space::Space;
use crate::{HResult, NtStatus, Win32Error, ntstatuses_of_procmon_text, procmon_result_text};

/// Why an input could not be explained.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ExplainError {
    /// Nothing but blanks, quotes or brackets.
    #[error("no code given: expected a number, a name or a Process Monitor result")]
    Empty,
    /// A number that no NTSTATUS, Win32 code or HRESULT can be: they have 32 bits.
    #[error("{input}: a code has 32 bits, this number has more")]
    TooLarge {
        /// The input.
        input: String,
    },
    /// Neither a number nor a known name or text.
    #[error(
        "{input}: not a number (0x80070005, 80070005, 5, -2147024891), a known name (ERROR_…, STATUS_…, CBS_E_…), \
         a Process Monitor result (\"ACCESS DENIED\") or a message of a Chinese Windows (拒绝访问)"
    )]
    Unknown {
        /// The input.
        input: String,
    },
}

impl ExplainError {
    /// The error in Chinese.
    #[must_use]
    pub fn chinese(&self) -> String {
        match self {
            Self::Empty => "没有给出代码：需要数字、名称或 Process Monitor 的结果".to_owned(),
            Self::TooLarge { input } => format!("{input}：代码为 32 位，该数字超出范围"),
            Self::Unknown { input } => format!(
                "{input}：不是数字 (0x80070005、80070005、5、-2147024891)、已知名称 (ERROR_…、STATUS_…、CBS_E_…)、\
                 Process Monitor 的结果 (\"ACCESS DENIED\")，也不是中文版 Windows 的消息（拒绝访问）"
            ),
        }
    }

    /// A short stable name: `empty`, `too-large` or `unknown`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too-large",
            Self::Unknown { .. } => "unknown",
        }
    }
}

/// A code in one space. It says how the input came to mean the code, if that is not plain.
pub(crate) type Candidate = (Space, u32, Option<Said<String>>);

/// Every code that `input` can mean, the likeliest first. Never empty.
pub(crate) fn candidates(input: &str) -> Result<Vec<Candidate>, ExplainError> {
    let text = bare(input);
    if text.is_empty() {
        return Err(ExplainError::Empty);
    }
    if let Some(found) = whole(text) {
        return found;
    }
    // A piece of a log line: "[HRESULT = 0x800f0922 - CBS_E_INSTALLERS_FAILED]", "gle=0xd000042a".
    let words = text.split(|c: char| c.is_whitespace() || "=[]:;,\"'".contains(c));
    let code = words.map(|word| bare(word.trim_end_matches('.'))).find_map(|word| {
        let marked = word.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("0x")) || is_call(word);
        if marked { whole(word).and_then(Result::ok) } else { None }
    });
    code.ok_or_else(|| ExplainError::Unknown { input: shown(input) })
}

/// `text` without blanks around it and the quotes or brackets that enclose it.
fn bare(text: &str) -> &str {
    let mut text = text.trim();
    for (open, close) in [('"', '"'), ('\'', '\''), ('[', ']'), ('(', ')'), ('“', '”')] {
        if let Some(inner) = text.strip_prefix(open).and_then(|inner| inner.strip_suffix(close)) {
            text = inner.trim();
        }
    }
    text
}

/// An input to name in an error, not longer than a line.
fn shown(input: &str) -> String {
    const LONGEST: usize = 80;
    let mut short: String = input.trim().chars().take(LONGEST).collect();
    if short.len() < input.trim().len() {
        short.push('…');
    }
    short
}

fn whole(text: &str) -> Option<Result<Vec<Candidate>, ExplainError>> {
    if let Some((result, said)) = setup::split(text) {
        let found = number(result).flatten().map(of_number).unwrap_or_default();
        let found: Vec<Candidate> =
            found.into_iter().map(|(space, code, _)| (space, code, Some(said.clone()))).collect();
        return (!found.is_empty()).then_some(Ok(found));
    }
    if let Some(code) = text.strip_prefix("%%").and_then(|digits| digits.parse().ok()) {
        let how = made("as event logs write a Win32 message", "事件日志中 Win32 消息的写法");
        return Some(Ok(vec![(Space::Win32, code, Some(how))]));
    }
    if let Some(found) = call(text) {
        return Some(Ok(vec![found]));
    }
    match number(text) {
        Some(Some(code)) => return Some(Ok(of_number(code))),
        Some(None) => return Some(Err(ExplainError::TooLarge { input: shown(text) })),
        None => {}
    }
    if let Some(code) = Win32Error::from_message(text) {
        let how = made("the message that Windows prints", "Windows 显示的消息");
        return Some(Ok(vec![(Space::Win32, code.0, Some(how))]));
    }
    let found = of_text(text);
    (!found.is_empty()).then_some(Ok(found))
}

/// A number in the forms that logs use. `Some(None)`: a number, of more than 32 bits.
fn number(text: &str) -> Option<Option<u32>> {
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let digits = hex.unwrap_or(text);
    let all =
        |digits: &str, test: fn(&u8) -> bool| !digits.is_empty() && digits.bytes().all(|byte| test(&byte));
    if let Some(digits) = text.strip_prefix('-').filter(|digits| all(digits, u8::is_ascii_digit)) {
        let signed = digits.parse::<i64>().ok().and_then(|value| i32::try_from(-value).ok());
        return Some(signed.map(i32::cast_unsigned));
    }
    if !all(digits, u8::is_ascii_hexdigit) {
        return None;
    }
    // CBS and CSI print HRESULTs as eight hexadecimal digits without 0x.
    let decimal = hex.is_none() && digits.len() != 8 && all(digits, u8::is_ascii_digit);
    if decimal {
        return Some(digits.parse().ok());
    }
    let value = match u64::from_str_radix(digits, 16) {
        // poqexec prints 64 bits; a sign extension of an HRESULT or NTSTATUS is still that code.
        Ok(value) if value >> 31 == 0x1_FFFF_FFFF => Some((value & 0xFFFF_FFFF) as u32),
        Ok(value) => u32::try_from(value).ok(),
        Err(_) => None,
    };
    Some(value)
}

const CALLS: [&str; 4] =
    ["HRESULT_FROM_WIN32", "HRESULT_FROM_NT", "HRESULT_FROM_SETUPAPI", "NTSTATUS_FROM_WIN32"];

fn is_call(text: &str) -> bool {
    CALLS.iter().any(|name| text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))
}

/// `HRESULT_FROM_WIN32(1753)` and its like, with a number or a name inside.
fn call(text: &str) -> Option<Candidate> {
    let (name, argument) = text.strip_suffix(')')?.split_once('(')?;
    let argument = argument.trim();
    let given = number(argument).flatten();
    let win32 = || given.or_else(|| Win32Error::named(argument).next().map(|code| code.0)).map(Win32Error);
    let name = name.trim().to_ascii_uppercase();
    match name.as_str() {
        "HRESULT_FROM_WIN32" | "HRESULT_FROM_SETUPAPI" => {
            Some((Space::HResult, win32()?.to_hresult().0, None))
        }
        "HRESULT_FROM_NT" => {
            let status = given.or_else(|| NtStatus::named(argument).next().map(|status| status.0))?;
            Some((Space::HResult, NtStatus(status).to_hresult().0, None))
        }
        "NTSTATUS_FROM_WIN32" => Some((Space::NtStatus, win32()?.0 & 0xFFFF | 0xC007_0000, None)),
        _ => None,
    }
}

/// The spaces in which a number means something: those that name it, in the order of its shape; if none does, the one
/// that its shape speaks for.
fn of_number(code: u32) -> Vec<Candidate> {
    let order = match code >> 28 {
        _ if code <= 0xFFFF => [Space::Win32, Space::NtStatus, Space::HResult],
        0xC => [Space::NtStatus, Space::HResult, Space::Win32],
        0xE | 0xF => [Space::Win32, Space::HResult, Space::NtStatus],
        4..8 => [Space::NtStatus, Space::HResult, Space::Win32],
        // Kernel warnings share their range with a few HRESULTs; one that Process Monitor knows is met there.
        8 if procmon_result_text(code).is_some() => [Space::NtStatus, Space::HResult, Space::Win32],
        _ => [Space::HResult, Space::NtStatus, Space::Win32],
    };
    let known = |space: &Space| match space {
        Space::NtStatus => NtStatus(code).name().is_some(),
        Space::Win32 => Win32Error(code).name().is_some(),
        Space::HResult => HResult(code).name().is_some() || (code != 0 && HResult(code).spelled().is_some()),
    };
    let mut spaces: Vec<Space> = order.into_iter().filter(known).collect();
    if spaces.is_empty() {
        spaces.extend(order.first());
    }
    spaces.into_iter().map(|space| (space, code, None)).collect()
}

/// What a name or a text of Process Monitor can mean.
fn of_text(text: &str) -> Vec<Candidate> {
    let mut found = of_name(text, false);
    for status in ntstatuses_of_procmon_text(text) {
        if !found.iter().any(|known| known.0 == Space::NtStatus && known.1 == status.0) {
            found.push((
                Space::NtStatus,
                status.0,
                Some(made("a result of Process Monitor", "Process Monitor 的结果")),
            ));
        }
    }
    if found.is_empty() {
        let stem: String = text.chars().map(|c| if c.is_whitespace() { '_' } else { c }).collect();
        for prefix in ["STATUS_", "ERROR_", "E_", "CBS_E_", "PSFX_E_", "SPAPI_E_", "WU_E_", "RPC_S_"] {
            found.extend(of_name(&format!("{prefix}{stem}"), true));
        }
    }
    found
}

fn of_name(name: &str, short: bool) -> Vec<Candidate> {
    let how = short.then(|| {
        let name = name.to_ascii_uppercase();
        made(format!("short for {name}"), format!("{name} 的简写"))
    });
    let statuses = NtStatus::named(name).map(|status| (Space::NtStatus, status.0));
    let win32 = Win32Error::named(name).map(|code| (Space::Win32, code.0));
    let hresults = HResult::named(name).map(|code| (Space::HResult, code.0));
    statuses.chain(win32).chain(hresults).map(|(space, code)| (space, code, how.clone())).collect()
}
