//! Records as rows with tabs or commas: what Event Viewer saves, what it copies of several records, what
//! `Export-Csv` writes. Only rows of providers that are looked at count, so no heading is needed.

use super::{ListedEvent, message, stamp};
use crate::event_log::{EventRecord, is_known_provider};
use crate::text::decode;

/// Bytes in which a table shows itself.
const SAMPLE: usize = 16 * 1024;
/// The columns of `Get-WinEvent | Export-Csv` that are read.
const POWERSHELL: [&str; 4] = ["ProviderName", "Id", "TimeCreated", "Message"];

/// Whether a text has rows of records.
pub(super) fn is_table(text: &[u8]) -> bool {
    let head = decode(text.get(..text.len().min(SAMPLE)).unwrap_or_default());
    let mut found = false;
    read(&head, &mut |_| found = true);
    found
}

pub(super) fn read(text: &str, visit: &mut impl FnMut(ListedEvent)) {
    // The position of a row behind a carriage return would be that of the row before.
    let text = text.replace('\r', "");
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.contains('\t') { b'\t' } else { b',' };
    if !first.contains(char::from(delimiter)) {
        return;
    }
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .quoting(delimiter == b',')
        .from_reader(text.as_bytes());
    let mut columns = None;
    for row in rows.records().map_while(Result::ok) {
        let line = row.position().map_or(0, csv::Position::line);
        if columns.is_none() {
            columns =
                Some(POWERSHELL.map(|name| row.iter().position(|field| field.eq_ignore_ascii_case(name))));
        }
        if let Some(event) = event(&row, columns.unwrap_or_default(), line) {
            visit(event);
        }
    }
}

fn event(row: &csv::StringRecord, columns: [Option<usize>; 4], line: u64) -> Option<ListedEvent> {
    let at = row.iter().position(is_known_provider)?;
    let field = |at: Option<usize>| at.and_then(|at| row.get(at)).unwrap_or_default();
    let (id, date, text) = match columns {
        [Some(provider), Some(id), time, message] if provider == at => {
            (row.get(id)?.parse().ok()?, field(time), field(message))
        }
        // Event Viewer: level, date, source, number, category, message; some columns are left out.
        _ => {
            let id = row
                .iter()
                .skip(at + 1)
                .take(2)
                .chain(row.iter().take(at))
                .find_map(|f| f.trim().parse().ok())?;
            let text = row.iter().skip(at + 1).max_by_key(|f| f.len()).unwrap_or_default();
            let date = row.iter().find(|f| stamp::local(f).is_some()).unwrap_or_default();
            (id, date, text)
        }
    };
    let provider = row.get(at)?.to_owned();
    let values = message::values(&provider, id, text);
    let record = EventRecord { record_id: line, provider, event_id: id, values, ..EventRecord::default() };
    Some(ListedEvent { record, local: stamp::local(date), line })
}
