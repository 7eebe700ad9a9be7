//! Services that ended with an error, as an event log or the installer that needed one tells: a refusal right before may
//! be why.

use status_codes::HResult;
use timeline::{Event, FileTime, LogLine, Place, Process, Role, Ticks, Timeline};

use super::{by_service::Called, functions, kin::is_win32_of};
use crate::{faults::Fault, services::only_service, signs::LINE_GRAIN};

/// The service control manager notes the end of a service soon after the error that made it end.
const SOON: Ticks = Ticks::seconds(5);

/// The function that starts a service, without `A` and `W`.
const START: &str = "StartService";

/// Those services.
pub(super) struct EndedServices(Vec<Ended>);

struct Ended {
    /// In lower case, without spaces: the log gives the display name, which often differs in these alone.
    name: String,
    time: FileTime,
    win32: u32,
    /// A line says that it could not be started. Whether its process ended then, the trace must show.
    at_start: bool,
}

impl EndedServices {
    /// `called` is the function that the installer which failed first says failed, `fault` that failure.
    pub(super) fn new(timeline: &Timeline<'_>, called: Option<&Called>, fault: Option<&Fault>) -> Self {
        let win32 = |place: Option<Place>| {
            let Some(Place::Line { source, line }) = place else { return None };
            let lines = &timeline.scans.get(usize::from(source.0))?.lines;
            let own = |known: &&LogLine| known.line == line && known.source == source;
            Some(HResult(lines.iter().find(own)?.code?).win32()?.0)
        };
        let facts = timeline.scans.iter().flat_map(|scan| &scan.known.services).filter(|fact| fact.failed);
        let ended = facts.filter_map(|fact| {
            let (time, _) = fact.state?;
            Some(Ended { name: plain(&fact.name), time, win32: win32(fact.evidence.place)?, at_start: false })
        });
        let started = called.zip(fault).and_then(|(called, fault)| {
            let name = called.argument.as_deref().filter(|_| functions::bare(&called.function) == START)?;
            let (time, win32) = (fault.time?.plus(LINE_GRAIN), fault.win32()?);
            Some(Ended { name: plain(name), time, win32, at_start: true })
        });
        Self(ended.chain(started).collect())
    }

    /// Whether the service that a process hosts alone ended with the code of an error, right after it.
    pub(super) fn end_with(&self, event: &Event, process: &Process) -> bool {
        if self.0.is_empty() || process.role != Role::ServiceHost {
            return false;
        }
        only_service(process).map(plain).is_some_and(|name| {
            self.0.iter().any(|ended| {
                ended.name == name
                    && is_win32_of(event.status, ended.win32)
                    && event.time <= ended.time
                    && ended.time.since(event.end()) <= SOON
                    && (!ended.at_start
                        || process.end.is_some_and(|end| end >= event.time && end <= ended.time))
            })
        })
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::{Ended, EndedServices};
    use status_codes::status;
    use timeline::{Event, FileTime, Process, Role};

    #[test]
    fn a_service_ended_with_what_its_host_was_refused() {
        const SECOND: u64 = 10_000_000;
        let ended = |win32| {
            let time = FileTime(100 * SECOND);
            EndedServices(vec![Ended { name: "appreadiness".to_owned(), time, win32, at_start: false }])
        };
        let host = |command_line: &str| Process {
            role: Role::ServiceHost,
            command_line: command_line.to_owned(),
            ..Process::blank()
        };
        let at = |second: u64| Event {
            time: FileTime(second * SECOND),
            status: status::ACCESS_DENIED,
            ..Event::blank()
        };
        let own = host(r"C:\Windows\System32\svchost.exe -k AppReadiness -p -s AppReadiness");
        assert!(ended(5).end_with(&at(99), &own));
        assert!(!ended(2).end_with(&at(99), &own), "another code");
        assert!(!ended(5).end_with(&at(101), &own), "after its end");
        assert!(!ended(5).end_with(&at(90), &own), "long before");
        assert!(!ended(5).end_with(&at(99), &host("svchost.exe -k netsvcs -p -s Schedule")));
        assert!(!ended(5).end_with(&at(99), &host("svchost.exe -k netsvcs")), "a host of many");
        let mut not_started = ended(5);
        not_started.0.iter_mut().for_each(|ended| ended.at_start = true);
        assert!(!not_started.end_with(&at(99), &own), "its process runs on");
        let gone = Process { end: Some(FileTime(99 * SECOND + 1)), ..own };
        assert!(not_started.end_with(&at(99), &gone));
        assert!(!not_started.end_with(&at(100), &gone), "after its end");
    }
}
