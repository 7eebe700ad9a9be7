//! Work that ends well under another name: what a thread misses or may not open in one place, servicing finds or makes in
//! another; what is in use is entered for the next restart.

use status_codes::status;
use timeline::{Event, Kind, Ticks, Timeline, fold, object_name};

use super::{
    candidate::Candidate,
    features,
    link::{Link, Objection},
};
use crate::needed::is_missing;

/// Results at a share that cannot be reached.
const UNREACHABLE: [u32; 3] =
    [status::BAD_NETWORK_PATH, status::BAD_NETWORK_NAME, status::NETWORK_UNREACHABLE];

/// Events that are looked at after an error.
const AHEAD: u64 = 200;
/// Events around a hive's error among which another load of that hive is looked for.
const FAR: u64 = 5000;
/// A search goes on within this time.
const SOON: Ticks = Ticks::seconds(2);

/// Adds an objection to each candidate whose object servicing found or made in another place right after, or left to the
/// next restart, unless a log names it with its code.
pub(super) fn judge(timeline: &Timeline<'_>, candidates: &mut [Candidate]) {
    for candidate in candidates {
        if !candidate.is_eligible() || candidate.is_told() {
            continue;
        }
        let named = candidate.links.contains(&Link::LogObjectAndCode);
        let near = timeline.near(&candidate.event, AHEAD);
        let found = near.iter().any(|next| {
            is_found(timeline, &candidate.event, next, named)
                || is_name_within(timeline, &candidate.event, next)
        }) || is_loaded_already(timeline, &candidate.event);
        let left = near.iter().any(|next| is_left_to_restart(timeline, &candidate.event, next));
        candidate.objections.extend(found.then_some(Objection::Found));
        candidate.objections.extend(left.then_some(Objection::MadeUpFor));
        candidate.objections.sort_unstable();
    }
}

/// Whether a success is that of another name for what an error was at. The thread itself looks for what is missing, or
/// makes it elsewhere. If no log names the object with its code, another thread of servicing may also open it elsewhere.
fn is_found(timeline: &Timeline<'_>, error: &Event, next: &Event, named: bool) -> bool {
    let own = (next.process, next.tid) == (error.process, error.tid);
    let searches = is_missing(error.status) && next.kind.is_registry() == error.kind.is_registry();
    let makes = error.kind == Kind::FileCreate && next.kind == Kind::FileCreate;
    let writes = matches!(error.kind, Kind::FileCreate | Kind::FileWrite) && next.kind == Kind::FileCreate;
    let reads = matches!(error.kind, Kind::FileOpen | Kind::FileRead)
        && matches!(next.kind, Kind::FileOpen | Kind::FileRead);
    let stops = features::is_hard(error.status) || UNREACHABLE.contains(&error.status);
    let refused = !named && stops && (writes || reads);
    (own && (searches || makes) || refused && is_of_servicing(timeline, next))
        && !next.failed()
        && follows(error, next)
        && object_name(&next.path) != object_name(&error.path)
        && (name(error).is_some_and(|own| name(next) == Some(own)) || is_catalog_of(error, next))
}

/// Whether a text that is no name was tried as one, and a success is at the name within it: a command line has quotation
/// marks and arguments around it.
fn is_name_within(timeline: &Timeline<'_>, error: &Event, next: &Event) -> bool {
    let (text, name) = (fold(&error.path), fold(&next.path));
    error.status == status::OBJECT_NAME_INVALID
        && !next.failed()
        && follows(error, next)
        && text.rfind(&name).is_some_and(|at| at > 0 && name.len() >= SHORTEST)
        && is_of_servicing(timeline, next)
}

/// A shorter path, such as that of a volume, is in many texts.
const SHORTEST: usize = 5;

/// Whether a success is at a catalog in the store of catalogs, and a catalog is what was missing beside an INF.
fn is_catalog_of(error: &Event, next: &Event) -> bool {
    let stem = |event: &Event| Some(name(event)?.strip_suffix(".cat")?.to_owned());
    let in_store = || next.path.to_ascii_lowercase().contains(r"\system32\catroot\");
    let wanted = stem(error).filter(|_| is_missing(error.status));
    wanted.is_some_and(|wanted| stem(next).is_some_and(|found| found.starts_with(&wanted)) && in_store())
}

/// Whether a hive that could not be loaded was there already under another name, and servicing changed it there.
fn is_loaded_already(timeline: &Timeline<'_>, error: &Event) -> bool {
    if error.kind != Kind::KeyLoad {
        return false;
    }
    let hive = timeline.detail(error.id).to_lowercase();
    let around = timeline.near(error, FAR);
    let is_mount = |e: &&Event| {
        e.kind == Kind::KeyLoad
            && !e.failed()
            && e.path != error.path
            && timeline.detail(e.id).to_lowercase() == hive
    };
    let mounts: Vec<String> =
        around.iter().filter(is_mount).map(|e| format!("{}\\", e.path.to_ascii_lowercase())).collect();
    around.iter().any(|next| {
        let path = next.path.to_ascii_lowercase();
        next.kind.mutates()
            && next.kind.is_registry()
            && !next.failed()
            && follows(error, next)
            && mounts.iter().any(|mount| path.starts_with(mount))
            && is_of_servicing(timeline, next)
    })
}

/// Whether servicing entered the object for the renames that smss makes at the next start.
fn is_left_to_restart(timeline: &Timeline<'_>, error: &Event, next: &Event) -> bool {
    let of_renames = || next.path.to_ascii_lowercase().ends_with(RENAMES);
    let names_it = || {
        let detail = fold(&timeline.detail(next.id));
        name(error).is_some_and(|own| detail.contains(&own))
    };
    next.kind == Kind::ValueSet
        && !next.failed()
        && !error.kind.is_registry()
        && follows(error, next)
        && of_renames()
        && is_of_servicing(timeline, next)
        && names_it()
}

/// The value from which smss takes the files that it renames.
const RENAMES: &str = r"\session manager\pendingfilerenameoperations";

fn follows(error: &Event, next: &Event) -> bool {
    next.time >= error.time && next.time.since(error.end()) <= SOON
}

fn is_of_servicing(timeline: &Timeline<'_>, event: &Event) -> bool {
    timeline.process_of(event).is_some_and(|process| process.role.services_updates())
}

/// The name of an event's object, without where it is.
fn name(event: &Event) -> Option<String> {
    let path = object_name(&event.path);
    path.rsplit_once('\\').map(|(_, name)| name.to_owned()).filter(|name| !name.is_empty())
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
