//! Searches that end well: what the thread misses or cannot write in one place, it finds or writes in another.

use timeline::{Event, Kind, Ticks, Timeline};

use super::{candidate::Candidate, link::Objection};
use crate::needed::is_missing;

/// Events that are looked at after an error.
const AHEAD: u64 = 200;
/// A search goes on within this time.
const SOON: Ticks = Ticks::seconds(2);

/// Adds an objection to each candidate whose object the thread found in another place right after, unless a log names it
/// with its code.
pub(super) fn judge(timeline: &Timeline<'_>, candidates: &mut [Candidate]) {
    for candidate in candidates {
        if candidate.is_eligible() && !candidate.is_told() && is_found(timeline, &candidate.event) {
            candidate.objections.push(Objection::Found);
            candidate.objections.sort_unstable();
        }
    }
}

fn is_found(timeline: &Timeline<'_>, error: &Event) -> bool {
    // What cannot be written in one place may be written in another.
    let makes = error.kind == Kind::FileCreate;
    if !(is_missing(error.status) || makes) || name(error).is_none() {
        return false;
    }
    timeline.near(error, AHEAD).iter().any(|next| {
        let soon = next.time >= error.time && next.time.since(error.end()) <= SOON;
        soon && (next.process, next.tid) == (error.process, error.tid)
            && next.kind.is_registry() == error.kind.is_registry()
            && !next.failed()
            && (!makes || next.kind == Kind::FileCreate)
            && !next.path.eq_ignore_ascii_case(&error.path)
            && name(next) == name(error)
    })
}

/// The name of an event's object, without where it is.
fn name(event: &Event) -> Option<String> {
    Some(event.path.rsplit_once('\\')?.1.to_ascii_lowercase()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::name;
    use timeline::Event;

    #[test]
    fn an_object_has_one_name_wherever_it_lies() {
        let at = |path: &str| name(&Event { path: path.to_owned(), ..Event::blank() });
        assert_eq!(
            at(r"C:\Windows\INF\A.inf"),
            at(r"C:\Windows\System32\DriverStore\FileRepository\a\a.INF")
        );
        assert_eq!(at("C:"), None);
        assert_eq!(at(r"C:\"), None);
    }
}
