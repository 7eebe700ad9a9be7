//! The purpose of an open. ETW does not record the access that it asked for. What is done with the file until it is
//! closed shows some of it.

use std::collections::HashMap;

use crate::model::{Event, FileTime, Kind, ProcessId, Ticks};

/// FILE_READ_ATTRIBUTES.
const READ_ATTRIBUTES: u32 = 0x80;
/// An open that only looks is closed within this time; one that is kept keeps others out.
const LOOK: Ticks = Ticks::seconds(1);

/// Gives the opens that only looked at a file the access that this needs: those whose process asked for what the file is,
/// did nothing else with it, and closed it at once. `events` are all that touch some files, in order of time.
///
/// A program that maps a file without reading it looks the same; one that loads it as an image does not.
pub(super) fn infer(events: &mut [Event]) {
    let mut opens: HashMap<(Option<ProcessId>, String), Open> = HashMap::new();
    let mut looks = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let key = (event.process, event.path.to_ascii_lowercase());
        match event.kind {
            Kind::FileOpen if !event.failed() => {
                opens.insert(key, Open { at, time: event.time, asked: false });
            }
            Kind::FileQuery if event.name != LISTS && event.name.starts_with("Query") => {
                opens.entry(key).and_modify(|open| open.asked = true);
            }
            Kind::FileClose => {
                let open = opens.remove(&key).filter(|open| open.asked);
                looks.extend(open.filter(|o| event.time.since(o.time) <= LOOK).map(|o| o.at));
            }
            _ => drop(opens.remove(&key)),
        }
    }
    for at in looks {
        if let Some(facts) = events.get_mut(at).and_then(|event| event.open.as_mut()) {
            facts.desired_access = READ_ATTRIBUTES;
        }
    }
}

/// An open that did nothing but look, so far.
struct Open {
    at: usize,
    time: FileTime,
    asked: bool,
}

/// Listing a folder is reading it.
const LISTS: &str = "QueryDirectory";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::OpenFacts;
    use status_codes::status;

    fn event(time: u64, process: u32, kind: Kind, name: &'static str) -> Event {
        let open = (kind == Kind::FileOpen).then_some(OpenFacts { desired_access: 0, share: 7, options: 0 });
        Event {
            time: FileTime(time),
            process: Some(ProcessId(process)),
            kind,
            name,
            path: r"C:\a".to_owned(),
            open,
            ..Event::blank()
        }
    }

    fn accesses(mut events: Vec<Event>) -> Vec<u32> {
        infer(&mut events);
        events.iter().filter_map(|e| e.open).map(|open| open.desired_access).collect()
    }

    #[test]
    fn opens_that_only_look() {
        let open = |time, process| event(time, process, Kind::FileOpen, "CreateFile");
        let query = |time, process| event(time, process, Kind::FileQuery, "QueryBasicInformationFile");
        let close = |time, process| event(time, process, Kind::FileClose, "CloseFile");
        assert_eq!(accesses(vec![open(1, 1), query(2, 1), close(3, 1)]), [READ_ATTRIBUTES]);
        // Another process's read in between is none of this one's.
        let read = |process| event(2, process, Kind::FileRead, "ReadFile");
        assert_eq!(accesses(vec![open(1, 1), read(2), query(2, 1), close(3, 1)]), [READ_ATTRIBUTES]);
        assert_eq!(accesses(vec![open(1, 1), read(1), query(2, 1), close(3, 1)]), [0]);
        let list = event(2, 1, Kind::FileQuery, "QueryDirectory");
        assert_eq!(accesses(vec![open(1, 1), list, close(3, 1)]), [0]);
        let load = event(2, 1, Kind::ImageLoad, "Load Image");
        assert_eq!(accesses(vec![open(1, 1), query(2, 1), load, close(3, 1)]), [0]);
        // Kept open, for long or for good; never asked.
        assert_eq!(accesses(vec![open(1, 1), query(2, 1), close(30_000_000, 1)]), [0]);
        assert_eq!(accesses(vec![open(1, 1), query(2, 1)]), [0]);
        assert_eq!(accesses(vec![open(1, 1), close(2, 1)]), [0]);
        let failed = Event { status: status::ACCESS_DENIED, ..open(1, 1) };
        assert_eq!(accesses(vec![failed, query(2, 1), close(3, 1)]), [0]);
    }
}
