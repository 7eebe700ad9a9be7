//! The list of file system filters that `fltmc filters` prints.

use servicing_logs::filters::read_filters;

use super::known::Filter;
use crate::scan::Scan;

/// Reads a list.
pub(crate) fn read(bytes: &[u8]) -> Scan {
    let (filters, bad) = read_filters(bytes);
    let mut scan = Scan { events: filters.len() as u64, bad, ..Scan::default() };
    if bad > 0 {
        scan.first_bad = Some("no line of the list that fltmc prints".to_owned());
    }
    scan.known.filters = filters
        .into_iter()
        .map(|filter| Filter { name: filter.name, altitude: filter.altitude, ..Filter::default() })
        .collect();
    scan
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_becomes_filters_and_what_is_no_list_is_counted() {
        let list = b"Filter Name  Num Instances  Altitude  Frame
------------------------------  -------------  ------------  -----
WdFilter  5  328010  0
?";
        let scan = read(list);
        assert_eq!((scan.events, scan.bad), (1, 1));
        assert_eq!(
            (scan.known.filters[0].name.as_str(), scan.known.filters[0].altitude.as_deref()),
            ("WdFilter", Some("328010"))
        );
        assert_eq!(read(b"nothing").events, 0);
    }
}
