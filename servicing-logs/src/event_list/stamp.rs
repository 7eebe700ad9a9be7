//! The date of a record as the machine's language prints it.

use crate::time::{Civil, LocalTime};

/// `6/30/2010 3:03:25 AM`, `30.06.2010 03:03:25`, `2010/06/30 3:03:25`. `None` for a date with strokes
/// whose day and month could be either.
pub(super) fn local(text: &str) -> Option<LocalTime> {
    let text = text.trim().trim_start_matches(['\u{200e}', '\u{200f}']);
    let (date, time) = text.split_once([' ', 'T', ','])?;
    let separator = date.chars().find(|c| !c.is_ascii_digit() && *c != '\u{200e}')?;
    let numbers: Vec<u32> = parts(date, separator)?;
    let [a, b, c] = numbers.try_into().ok()?;
    let time = time.trim_start_matches([',', ' ']);
    let (clock, half) = time.split_once(' ').unwrap_or((time, ""));
    let american = half.eq_ignore_ascii_case("am") || half.eq_ignore_ascii_case("pm");
    let (year, month, day) = match separator {
        _ if a > 31 => (a, b, c),
        '/' if american || b > 12 => (c, a, b),
        '/' if a > 12 => (c, b, a),
        '.' | '-' => (c, b, a),
        _ => return None,
    };
    let clock = clock.split(['.', '+', 'Z', '-']).next()?;
    let clock = parts(clock, ':')?;
    let (hour, minute, second) = match clock.as_slice() {
        [hour, minute] => (*hour, *minute, 0),
        [hour, minute, second] => (*hour, *minute, *second),
        _ => return None,
    };
    let hour = match (american, half.eq_ignore_ascii_case("pm")) {
        (true, true) => hour % 12 + 12,
        (true, false) => hour % 12,
        _ => hour,
    };
    Civil { year, month, day, hour, minute, second, ticks: 0 }.to_ticks().map(LocalTime)
}

fn parts(text: &str, separator: char) -> Option<Vec<u32>> {
    text.split(separator).map(|part| part.trim_matches('\u{200e}').parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_several_languages() {
        let same = "2010-06-30T15:03:25";
        for text in [
            "6/30/2010 3:03:25 PM",
            "30.06.2010 15:03:25",
            "30/06/2010 15:03:25",
            "2010-06-30 15:03:25",
            "2010/6/30 15:03:25",
            "6/30/2010, 3:03:25 PM",
            "2010-06-30T15:03:25.1234567Z",
        ] {
            assert_eq!(local(text).map(|t| t.to_string()[..19].to_owned()).as_deref(), Some(same), "{text}");
        }
        assert_eq!(local("6/30/2010 12:00:01 AM").map(|t| t.civil().hour), Some(0));
        for text in ["", "<Datetime>", "05/06/2010 15:03:25", "yyyy/mm/dd hh:mm:ss", "2010-13-30 15:03:25"] {
            assert_eq!(local(text), None, "{text}");
        }
    }
}
