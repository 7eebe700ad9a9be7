//! The incident: the facts of the headline in the report's types.

use diagnosis::{
    BootStart, Culprit as Found, Ending as Ended, FailingBoot, Fault, FaultKind, UpdateKind as Kind,
};
use timeline::Place;

use crate::model::{Culprit, CulpritKind, Ending, Evidence, Incident, Text, Time, Trust, Update, UpdateKind};

use super::{View, headline, time, trust};

/// What the headline names as the cause, in words.
enum Cause {
    /// What the logs name first.
    Fault(Text),
    /// Anything else: an operation, the end of a process, a phase.
    Other(Text),
}

impl Cause {
    fn words(self) -> Text {
        match self {
            Self::Fault(words) | Self::Other(words) => words,
        }
    }
}

impl View<'_> {
    pub(super) fn incident(&self) -> Option<Incident> {
        let found = &self.headline;
        let update = found.update.as_ref().map(|update| Update {
            identity: update.identity.clone(),
            kb: update.kb.clone().unwrap_or_default(),
            version: update.version.clone(),
            kind: Some(match update.kind {
                Kind::Cumulative => UpdateKind::Cumulative,
                Kind::ServicingStack => UpdateKind::ServicingStack,
                Kind::DotNet => UpdateKind::DotNet,
                Kind::Other => UpdateKind::Update,
            }),
            evidence: Some(self.place(Some(update.place))),
        });
        let (ending, ending_time, ending_evidence) = match found.ending {
            Some(Ended::RolledBack { time: at, place, trust: how }) => {
                let evidence = Evidence { trust: trust(how), ..self.place(place) };
                (Some(Ending::RolledBack), at.map(time), Some(evidence))
            }
            Some(Ended::NotInstalled { time: at }) => (Some(Ending::NotInstalled), at.map(time), None),
            Some(Ended::NotRemoved { time: at }) => (Some(Ending::NotRemoved), at.map(time), None),
            Some(Ended::Pending) => (Some(Ending::Pending), None, None),
            None => (None, None, None),
        };
        let incident = Incident {
            update,
            boot_start: found.boot.as_ref().map(|boot| time(boot.start)),
            boot_end: found.boot.as_ref().map(|boot| time(boot.end)),
            why: self.why(),
            ending,
            ending_time,
            ending_evidence,
            culprits: found.culprits.iter().map(|culprit| self.culprit(culprit)).collect(),
            ..Incident::default()
        };
        let cause = self.cause();
        let headline_says_summary =
            matches!(cause, Some(Cause::Fault(_))) && self.diagnosis.verdict.summary_says_fault;
        let headline = match cause.map(Cause::words) {
            Some(cause) if incident.update.is_none() && incident.ending.is_none() && !self.is_of_update() => {
                headline::alone(&cause)
            }
            cause => headline::sentence(&incident, cause),
        };
        let incident = Incident { headline, headline_says_summary, ..incident };
        (incident != Incident::default()).then_some(incident)
    }

    fn culprit(&self, found: &Found) -> Culprit {
        let (kind, name, process, how, place) = match found {
            Found::Disabled { service, place } => {
                (CulpritKind::ServiceDisabled, service, "", Trust::Recorded, place)
            }
            Found::Inside { process, image, place } => {
                (CulpritKind::LibraryInside, image, process.as_str(), Trust::Recorded, place)
            }
            Found::Holder { process, place } => {
                (CulpritKind::FileHolder, process, "", Trust::Correlated, place)
            }
            Found::NoAnswer { service, place } => {
                (CulpritKind::ServiceNoAnswer, service, "", Trust::Inferred, place)
            }
        };
        Culprit {
            kind: Some(kind),
            name: name.clone(),
            process: process.to_owned(),
            trust: Some(how),
            evidence: Some(self.place(*place)),
        }
    }

    /// The cause that the first rule names, and the suspects.
    fn why(&self) -> Vec<Evidence> {
        let diagnosis = self.diagnosis;
        let primary = diagnosis.faults.primary;
        let mut why = Vec::new();
        let about_first = |hit: &&diagnosis::RuleHit| hit.fault.is_none() || hit.fault == primary;
        if let Some(hit) = diagnosis.rules.iter().find(about_first) {
            let fault = hit.fault.and_then(|at| diagnosis.faults.all.get(at)).map(|fault| fault.place);
            let place = fault.or_else(|| Some(diagnosis.failing()?.id.into()));
            let text = Text::new(hit.rule.cause.en.clone(), hit.rule.cause.zh.clone());
            why.push(Evidence { trust: Some(Trust::Inferred), text, ..self.place(place) });
        }
        for found in &self.headline.culprits {
            let culprit = self.culprit(found);
            let evidence = culprit.evidence.clone().unwrap_or_default();
            // The headline names it. Its own record is worth a line.
            if why.iter().any(|other| {
                (&other.source, other.line, other.index) == (&evidence.source, evidence.line, evidence.index)
            }) {
                continue;
            }
            let text = headline::culprit(&culprit).unwrap_or_default();
            why.push(Evidence { trust: culprit.trust, text, ..evidence });
        }
        let holder = diagnosis.verdict.failing.and_then(|at| diagnosis.candidates.get(at)?.holder);
        if let Some(holder) = holder.filter(|holder| !holder.explains)
            && let Some(process) = self.timeline.process(holder.process)
        {
            let text = crate::messages::SUSPECT_HOLDER.text(&[&process.with_company()]);
            let place = self.place(Some(holder.event.into()));
            why.push(Evidence { trust: Some(Trust::Inferred), text, ..place });
        }
        let named = |name: &str| self.headline.culprits.iter().any(|c| self.culprit(c).name == name);
        let suspicious = diagnosis.services.iter().filter(|service| {
            service.assessment == diagnosis::Assessment::Suspicious && !named(&service.name)
        });
        why.extend(suspicious.map(|service| {
            let place = service.start_type.as_ref().and_then(|(_, evidence)| evidence.place);
            Evidence { trust: Some(Trust::Recorded), text: super::text(&service.words), ..self.place(place) }
        }));
        let fault = primary.and_then(|at| diagnosis.faults.all.get(at));
        // The headline says what names a cause.
        if let Some(fault) = fault.filter(|fault| why.is_empty() && !fault.kind.names_a_cause()) {
            let text = super::text(&fault.words());
            why.push(Evidence { trust: Some(Trust::Recorded), text, ..self.place(Some(fault.place)) });
        }
        why
    }

    /// What failed, without its consequence: the operation, otherwise what the logs name first, otherwise the phase.
    /// If only the phase is known, a culprit is used.
    fn cause(&self) -> Option<Cause> {
        if let Some(event) = self.diagnosis.failing() {
            let process = self.timeline.process_of(event).map_or("", |process| process.name.as_str());
            return Some(Cause::Other(headline::operation(process, event)));
        }
        let faults = &self.diagnosis.faults;
        let fault = faults.first();
        if let Some(fault) = fault.filter(|fault| fault.kind.names_a_cause()) {
            return Some(Cause::Fault(super::text(&fault.words())));
        }
        if let Some(ended) = self.headline.culprits.first().and_then(|culprit| self.ended(culprit)) {
            return Some(Cause::Other(ended));
        }
        let known = !self.headline.culprits.is_empty();
        let fault = fault?;
        if self.names_more(fault) {
            return Some(Cause::Fault(super::text(&fault.words())));
        }
        let phase = || headline::phase(self.diagnosis.verdict.phase, faults.reported.or(fault.code));
        (!known).then(|| Cause::Other(phase()))
    }

    /// Whether what failed is an update, and not a repair or another command of dism.
    fn is_of_update(&self) -> bool {
        let faults = &self.diagnosis.faults;
        let fault = faults.primary.and_then(|at| faults.all.get(at));
        let other = |fault: &Fault| matches!(fault.kind, FaultKind::Repair | FaultKind::Dism);
        self.diagnosis.failing().is_some() || !fault.is_some_and(other)
    }

    /// Whether a fault that names no cause still names more than the phase and the code do: a package that is not the
    /// update itself, a repair, a command of dism.
    fn names_more(&self, fault: &Fault) -> bool {
        let update = self.headline.update.as_ref().map(|update| update.identity.as_str());
        match fault.kind {
            FaultKind::Package => update.is_none_or(|update| update != fault.item),
            FaultKind::Repair | FaultKind::Dism | FaultKind::Restart => true,
            _ => fault.is_removal(),
        }
    }

    /// How the process ended that a foreign library is loaded inside.
    fn ended(&self, culprit: &Found) -> Option<Text> {
        let Found::Inside { process: name, place: Some(Place::Event(id)), .. } = culprit else { return None };
        let process = self.timeline.process_of(&self.timeline.event(*id)?)?;
        let status = process.exit_status.filter(|status| *status != 0)?;
        Some(crate::messages::HEAD_ENDED.text(&[name, &super::status(status)]))
    }

    /// The zero of the report's times, and what happened then.
    pub(super) fn origin(&self) -> Option<(Time, Text, Evidence)> {
        let FailingBoot { start, shown_by, .. } = self.headline.boot.as_ref()?;
        let (what, place) = match shown_by {
            BootStart::Trace(source) => {
                let text = Text::new("the first event of the boot's trace", "该次启动的跟踪中的首个事件");
                (text, Evidence { source: self.source(*source), ..Evidence::default() })
            }
            BootStart::Line(place) => (boot_began(), self.place(Some(*place))),
            BootStart::Phase => (boot_began(), self.place(None::<Place>)),
            BootStart::Session(place) => {
                let text = Text::new("the start of the session that failed", "失败会话的开始时间");
                (text, self.place(Some(*place)))
            }
            BootStart::Failure => {
                let text = Text::new("the failure, as its log records it", "日志所记录的失败时间");
                (text, self.place(None::<Place>))
            }
        };
        Some((time(*start), what, place))
    }
}

fn boot_began() -> Text {
    Text::new("the begin of the boot", "该次启动的开始时间")
}
