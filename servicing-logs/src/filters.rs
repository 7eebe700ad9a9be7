//! The list of file system filters that `fltmc filters` prints.

use crate::text::{LogText, decode, lines};

/// Widths of the columns, as the line below their heads rules them. The heads are in the language of Windows.
const RULES: [usize; 4] = [30, 13, 12, 5];

/// A filter of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFilter {
    /// Its name, that of its service.
    pub name: String,
    /// Where in the stack it sits, a decimal number as text; absent of a filter of the older kind.
    pub altitude: Option<String>,
}

/// The filters of a list, and how many lines have another form.
#[must_use]
pub fn read_filters(bytes: &[u8]) -> (Vec<ListedFilter>, u64) {
    let (mut filters, mut malformed, mut begun) = (Vec::new(), 0, false);
    let text = LogText::new(bytes);
    for (_, line) in lines(text.bytes()) {
        let line = line.bytes.trim_ascii();
        if is_rule(line) {
            begun = true;
        } else if begun && !line.is_empty() {
            match filter(&decode(line)) {
                Some(filter) => filters.push(filter),
                None => malformed += 1,
            }
        }
    }
    (filters, malformed)
}

/// Whether a line rules the columns of the list.
pub(crate) fn is_rule(line: &[u8]) -> bool {
    line.first() == Some(&b'-') && {
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        RULES
            .iter()
            .all(|width| words.next().is_some_and(|w| w.len() == *width && w.iter().all(|b| *b == b'-')))
            && words.next().is_none()
    }
}

/// `WdFilter   5   328010   0`, or with `<Legacy>` where the altitude stands.
fn filter(line: &str) -> Option<ListedFilter> {
    let (rest, frame) = last_word(line)?;
    let (rest, altitude) = last_word(rest)?;
    let (name, instances) = last_word(rest)?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_altitude = altitude
        .split_once('.')
        .map_or(is_number(altitude), |(whole, part)| is_number(whole) && is_number(part));
    let legacy = altitude == "<Legacy>" || frame == "<Legacy>";
    let sound = !name.is_empty() && is_number(instances) && (legacy || is_altitude && is_number(frame));
    sound.then(|| ListedFilter { name: name.to_owned(), altitude: is_altitude.then(|| altitude.to_owned()) })
}

fn last_word(line: &str) -> Option<(&str, &str)> {
    let (rest, word) = line.trim_end().rsplit_once(char::is_whitespace)?;
    Some((rest.trim_end(), word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::{Kind, sniff};

    const LIST: &str = "\r
Filter Name                     Num Instances    Altitude    Frame\r
------------------------------  -------------  ------------  -----\r
bindflt                                 1       409800         0\r
Contoso Guard                           5       328011.5       0\r
oldflt                                  1       <Legacy>       0\r
what is this\r
";

    #[test]
    fn a_list_gives_names_and_altitudes() {
        let (filters, malformed) = read_filters(LIST.as_bytes());
        let rows: Vec<_> = filters.iter().map(|f| (f.name.as_str(), f.altitude.as_deref())).collect();
        let expected = [("bindflt", Some("409800")), ("Contoso Guard", Some("328011.5")), ("oldflt", None)];
        assert_eq!((rows.as_slice(), malformed), (expected.as_slice(), 1));
        let wide: Vec<u8> = LIST.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let wide = [&[0xFF, 0xFE], &wide[..]].concat();
        assert_eq!(read_filters(&wide).0, filters);
        assert_eq!(read_filters(b"").0, []);
    }

    #[test]
    fn the_list_is_recognised_in_any_language_and_other_tables_are_not() {
        assert_eq!(sniff(LIST.as_bytes()), Kind::FilterList);
        let german = LIST.replace("Filter Name", "Filtername ").replace("Altitude", "H\u{f6}he    ");
        assert_eq!(sniff(german.as_bytes()), Kind::FilterList);
        let other = LIST.replace("------------------------------  ", "-----------------  ");
        assert_eq!(sniff(other.as_bytes()), Kind::Text);
        let instances =
            "Filter   Volume Name\r\n--------------------  -------------------------------------\r\n";
        assert_eq!(sniff(instances.as_bytes()), Kind::Text);
    }
}
