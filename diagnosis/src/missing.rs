//! What is missing, if the update failed and no operation explains it.

use crate::services::{Assessment, Service};
use timeline::{Event, Evidence, FileTime, Role, StartType, Ticks, Timeline, Words};

/// What is missing, and how that is known.
#[derive(Debug, Clone)]
pub struct Missing {
    /// What.
    pub what: Words,
    /// How that is known.
    pub evidence: Vec<Evidence>,
    /// The same for rules: what kind of thing is missing, and its name if it has one.
    pub lacks: Vec<(Lack, String)>,
}

/// Kinds of things whose absence makes an update fail, as rules name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lack {
    /// The answer of a service that was asked for.
    Answer,
    /// A service that is disabled and that an installer needs.
    Service,
    /// The success of a program that servicing started.
    Program,
}

const LACKS: &[(Lack, &str)] =
    &[(Lack::Answer, "answer"), (Lack::Service, "service"), (Lack::Program, "program")];

impl Lack {
    /// The kind with this name in rules.
    pub(crate) fn named(name: &str) -> Option<Self> {
        LACKS.iter().find(|(_, known)| *known == name).map(|(lack, _)| *lack)
    }
}

/// Exit codes that say no failure: success, a restart is wanted or begun, ended by the shutdown.
const FINE: &[u32] = &[0, 1641, 3010, 0x4001_0004];

/// If a program's end explains a failure, it is within this time before the failure.
const SHORTLY: Ticks = Ticks::seconds(60);

/// A program that servicing started and that ended with an error shortly before the first sign of failure, and the
/// open question.
pub(super) fn program_failed(timeline: &Timeline<'_>, sign: FileTime) -> Option<(String, Words)> {
    let before = |end: FileTime| end <= sign && sign.since(end) <= SHORTLY;
    let ended = timeline.processes.iter().filter(|p| p.role == Role::ServicingChild);
    let ended = ended.filter_map(|p| Some((p.end.filter(|end| before(*end))?, p.exit_status?, p)));
    let (_, status, program) =
        ended.filter(|(_, status, _)| !FINE.contains(status)).max_by_key(|(end, ..)| *end)?;
    let parent = program.parent.and_then(|id| timeline.process(id)).map_or("?", |p| p.name.as_str());
    let words = Words::new(
        format!("why {}, which {parent} started, ended with 0x{status:X} ({status})", program.name),
        format!("由 {parent} 启动的 {} 以 0x{status:X} ({status}) 结束的原因", program.name),
    );
    Some((program.name.clone(), words))
}

/// A library that is not Windows' own in poqexec.
pub(super) fn foreign_image(event: &Event) -> Evidence {
    let words =
        Words::new(format!("poqexec.exe loads {}", event.path), format!("poqexec.exe 加载 {}", event.path));
    Evidence::at(event.id, words)
}

/// Services that are disabled and should not be.
pub(super) fn disabled_services(services: &[Service]) -> Vec<(Lack, String)> {
    let is_disabled = |s: &&Service| {
        s.assessment == Assessment::Suspicious
            && s.start_type.as_ref().is_some_and(|(start, _)| *start == StartType::Disabled)
    };
    services.iter().filter(is_disabled).map(|s| (Lack::Service, s.name.clone())).collect()
}

/// What makes a service suspicious.
pub(super) fn suspicious(services: &[Service]) -> impl Iterator<Item = Evidence> {
    services
        .iter()
        .filter(|s| s.assessment == Assessment::Suspicious)
        .map(|s| Evidence { place: s.start_type.as_ref().and_then(|(_, e)| e.place), words: s.words.clone() })
}
