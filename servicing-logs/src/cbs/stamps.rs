//! Dates and times at the start of lines that a person copied out of a log, of which parts may be masked.

use crate::time::{Civil, parse_utc};

/// Bytes of a placeholder for a stamp.
const MAX_PLACEHOLDER: usize = 96;

/// Date and time of a line that has none.
pub(super) const UNDATED: Civil =
    Civil { year: 1601, month: 1, day: 1, hour: 0, minute: 0, second: 0, ticks: 0 };

/// Date and time at the start of a line, of which digits may be masked, and the rest of the line. Placeholders such as
/// `<DateTime>`, `\<Date> \<Time>` or `*\<DateTime>*` are none.
pub(super) fn stamped(line: &[u8]) -> (Option<Civil>, &[u8]) {
    let mut rest = line;
    while let Some(placeholder) = without(rest, b"*\\ \t").strip_prefix(b"<") {
        let Some(end) = placeholder.iter().take(MAX_PLACEHOLDER).position(|byte| *byte == b'>') else {
            break;
        };
        rest = without(placeholder.get(end + 1..).unwrap_or_default(), b"*, \t");
    }
    if let Some(civil) = masked(rest) {
        return (Some(civil), without(rest.get(STAMP..).unwrap_or_default(), b"*, \t"));
    }
    match clock(rest) {
        Some(civil) => (Some(civil), without(rest.get(CLOCK..).unwrap_or_default(), b"*, \t")),
        None => (None, rest),
    }
}

/// Bytes of `HH:MM:SS`.
const CLOCK: usize = 8;

/// The time of day of a line whose date was cut off.
fn clock(line: &[u8]) -> Option<Civil> {
    let time = line.get(..CLOCK)?;
    let dated = [b"1601-01-01 ", time].concat();
    let shaped = time.iter().enumerate().all(|(at, byte)| match at {
        2 | 5 => *byte == b':',
        _ => byte.is_ascii_digit(),
    });
    shaped.then(|| masked(&dated)).flatten()
}

/// The bytes after the first of these.
pub(super) fn without<'a>(line: &'a [u8], bytes: &[u8]) -> &'a [u8] {
    let start = line.iter().position(|byte| !bytes.contains(byte)).unwrap_or(line.len());
    line.get(start..).unwrap_or_default()
}

/// Bytes of `YYYY-MM-DD HH:MM:SS`.
pub(super) const STAMP: usize = 19;

/// The date and time of a stamp. What is masked is that of [`UNDATED`]; a masked year leaves the day alone.
pub(super) fn masked(line: &[u8]) -> Option<Civil> {
    let stamp = line.first_chunk::<STAMP>()?;
    for (at, byte) in stamp.iter().enumerate() {
        let fits = match at {
            4 | 7 => *byte == b'-',
            10 => *byte == b' ' || *byte == b'T',
            13 | 16 => *byte == b':',
            _ => byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'?' | b'#'),
        };
        if !fits {
            return None;
        }
    }
    let number = |from: usize, to: usize| {
        stamp
            .get(from..to)?
            .iter()
            .try_fold(0_u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
    };
    let year = number(0, 4).unwrap_or(UNDATED.year);
    let civil = Civil {
        year,
        month: number(5, 7).filter(|_| year != UNDATED.year).unwrap_or(1),
        day: number(8, 10).unwrap_or(1),
        hour: number(11, 13).unwrap_or_default(),
        minute: number(14, 16).unwrap_or_default(),
        second: number(17, 19).unwrap_or_default(),
        ticks: 0,
    };
    civil.to_ticks().map(|_| civil)
}

/// The time of the first `@2018/9/29:08:45:29.414`, which CSI writes in UTC.
pub(super) fn first_utc(text: &[u8]) -> Option<Civil> {
    let time = memchr::memchr_iter(b'@', text).find_map(|at| parse_utc(text.get(at + 1..)?))?.0;
    Some(Civil { ticks: 0, ..time.civil() })
}

/// A time whose year is masked, in the month of another.
pub(super) fn in_year_of(stamp: Civil, other: Civil) -> Civil {
    if stamp.year != UNDATED.year {
        return stamp;
    }
    let moved = Civil { year: other.year, month: other.month, ..stamp };
    if moved.to_ticks().is_some() { moved } else { other }
}

/// Writes a time as CBS does.
pub(super) fn write_stamp(out: &mut Vec<u8>, at: Civil) {
    let Civil { year, month, day, hour, minute, second, .. } = at;
    out.extend(format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}, ").into_bytes());
}
