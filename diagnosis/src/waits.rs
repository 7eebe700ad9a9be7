//! Waiting: a servicing process that does nothing for long, and the services that were asked for when it fell silent.

use crate::{services, signs::Sign};
use timeline::{
    Event, EventId, Evidence, FileTime, Mark, Place, ProcessId, Role, Silence, Ticks, Timeline, Words,
};

/// A service is asked for within this time of the beginning of the silence.
const NEAR: Ticks = Ticks::seconds(2);
/// The failure follows within this time of the end of the silence.
const SOON: Ticks = Ticks::seconds(60);
/// Services that are named.
const MAX_ASKED: usize = 4;

/// Services that are looked at.
const MAX_LOOKED_UP: usize = 64;
/// Values that the service control manager reads of a service that it starts.
const TO_START: &[&str] = &["ImagePath", "DependOnService", "ObjectName"];
/// Events around its first look, among which it does.
const AROUND: u64 = 64;

/// A silence before the failure.
#[derive(Debug, Clone)]
pub(crate) struct Wait {
    pub(crate) process: ProcessId,
    /// The thread, if the process's others went on.
    pub(crate) thread: Option<u32>,
    pub(crate) from: FileTime,
    pub(crate) to: FileTime,
    /// Services whose start type the service control manager read when the silence began: name, event.
    pub(crate) asked: Vec<(String, EventId)>,
}

/// The longest silence of a servicing process that ends shortly before the first sign of failure, or lasts until then;
/// or of the thread that shows the sign, which is the one that waited.
pub(crate) fn before(timeline: &Timeline<'_>, sign: &Sign) -> Option<Wait> {
    let failed = sign.time;
    let silences = || {
        let all = timeline.scans.iter().flat_map(|s| &s.silences);
        all.filter(|s| s.from < failed && s.to <= failed.plus(SOON) && failed.since(s.to) <= SOON)
    };
    let longest = |of: &dyn Fn(&Silence) -> bool| {
        silences().filter(|s| of(s)).max_by_key(|s| s.to.since(s.from)).copied()
    };
    let shown = match sign.place {
        Some(Place::Event(id)) => timeline.event(id),
        _ => None,
    };
    let of_thread = || {
        let event = shown?;
        longest(&|s| Some(s.process) == event.process && s.thread == Some(event.tid))
    };
    let Silence { process, thread, from, to } = longest(&|s| s.thread.is_none()).or_else(of_thread)?;
    let near = |e: &Event| e.time.plus(NEAR) >= from && e.time <= from.plus(NEAR);
    let mut asked: Vec<(String, EventId)> = Vec::new();
    let reads = timeline.marked(|mark| matches!(mark, Mark::ServiceStart | Mark::ServiceLookUp));
    for (_, event) in reads.iter().filter(|(_, event)| !event.failed() && near(event)) {
        let is_manager = timeline.process_of(event).is_some_and(|p| p.role == Role::ServiceControl);
        let Some(name) = services::name_in(&event.path).filter(|_| is_manager) else { continue };
        if asked.len() < MAX_LOOKED_UP && asked.iter().all(|(known, _)| !known.eq_ignore_ascii_case(name)) {
            asked.push((name.to_owned(), event.id));
        }
    }
    // The service control manager looks at many services; to start one it reads how.
    let about_to_start = |(_, id): &(String, EventId)| {
        let Some(event) = timeline.event(*id) else { return false };
        let Some((key, _)) = event.path.rsplit_once('\\') else { return false };
        timeline.near(&event, AROUND).iter().any(|e| {
            let value = e.path.rsplit_once('\\').filter(|(of, _)| of.eq_ignore_ascii_case(key));
            value.is_some_and(|(_, value)| TO_START.iter().any(|name| value.eq_ignore_ascii_case(name)))
        })
    };
    let starting: Vec<_> = asked.iter().filter(|a| about_to_start(a)).cloned().collect();
    let mut asked = if starting.is_empty() { asked } else { starting };
    asked.truncate(MAX_ASKED);
    Some(Wait { process, thread, from, to, asked })
}

impl Wait {
    /// What is missing, and by what that is known.
    pub(crate) fn words(&self, timeline: &Timeline<'_>) -> (Words, Vec<Evidence>) {
        let process =
            timeline.process(self.process).map_or_else(String::new, |p| format!("{} ({})", p.name, p.pid));
        let who = match self.thread {
            Some(tid) => format!("{process} thread {tid}"),
            None => process,
        };
        let seconds = self.to.since(self.from).as_seconds();
        let names = self.asked.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        let what = if names.is_empty() {
            Words::new(
                format!("what {who} waited for: it did nothing for {seconds:.0} s before the failure"),
                format!("{who} 所等待的对象：失败前它有 {seconds:.0} 秒没有任何操作"),
            )
        } else {
            Words::new(
                format!(
                    "the answer of a service, perhaps {names}: {who} did nothing for {seconds:.0} s before the failure"
                ),
                format!("服务的响应，可能是 {names}：失败前 {who} 有 {seconds:.0} 秒没有任何操作"),
            )
        };
        let asked = self.asked.iter().map(|(name, event)| {
            let words = Words::new(
                format!("services.exe looks up {name} when the silence begins"),
                format!("停止活动时 services.exe 查询 {name}"),
            );
            Evidence::at(*event, words)
        });
        (what, asked.collect())
    }
}
