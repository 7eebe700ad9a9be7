//! What stood in the update's way, if that is known.

use timeline::{Mark, Place, StartType, Timeline};

use crate::{Diagnosis, Lack, RuleHit};

/// What stood in the update's way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Culprit {
    /// A service that servicing needs is disabled.
    Disabled {
        /// Its name.
        service: String,
        /// Where the start type is recorded.
        place: Option<Place>,
    },
    /// A library that is not Windows' own is loaded into a servicing process.
    Inside {
        /// The process.
        process: String,
        /// Path of the library.
        image: String,
        /// The event that loads it.
        place: Option<Place>,
    },
    /// Another process holds the file open.
    Holder {
        /// The process, with its company if that is known.
        process: String,
        /// Its open.
        place: Option<Place>,
    },
    /// A service did not answer.
    NoAnswer {
        /// Its name.
        service: String,
        /// What shows that.
        place: Option<Place>,
    },
}

impl Culprit {
    /// Where it is recorded.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Disabled { place, .. }
            | Self::Inside { place, .. }
            | Self::Holder { place, .. }
            | Self::NoAnswer { place, .. } => *place,
        }
    }
}

/// The culprits of a failed update. Each is tied to the failure by a rule, by the open file or by what is missing.
pub(super) fn find(timeline: &Timeline<'_>, diagnosis: &Diagnosis) -> Vec<Culprit> {
    let mut culprits = Vec::new();
    let about_first = |hit: &&RuleHit| hit.fault.is_none() || hit.fault == diagnosis.faults.primary;
    let rules = || diagnosis.rules.iter().filter(about_first).map(|hit| &hit.rule.matches);
    let lacks = || diagnosis.verdict.missing.iter().flat_map(|missing| &missing.lacks);

    let by_rule = rules().flat_map(|m| &m.disabled);
    let by_lack = lacks().filter(|(lack, _)| *lack == Lack::Service).map(|(_, name)| name);
    for name in by_rule.chain(by_lack) {
        let service = diagnosis.services.iter().find(|s| s.name.eq_ignore_ascii_case(name));
        let start = service.and_then(|s| Some((s, s.start_type.as_ref()?)));
        if let Some((service, (StartType::Disabled, evidence))) = start {
            culprits.push(Culprit::Disabled { service: service.name.clone(), place: evidence.place });
        }
    }
    if rules().any(|m| !m.inside.is_empty()) {
        culprits.extend(inside(timeline, diagnosis));
    }
    let holder = diagnosis.verdict.failing.and_then(|at| diagnosis.candidates.get(at)?.holder);
    if let Some(holder) = holder.filter(|holder| holder.explains)
        && let Some(process) = timeline.process(holder.process)
    {
        let place = Some(holder.event.into());
        culprits.push(Culprit::Holder { process: process.with_company(), place });
    }
    let shown = diagnosis.verdict.missing.iter().flat_map(|missing| &missing.evidence);
    let place = shown.filter_map(|evidence| evidence.place).next();
    let silent = lacks().filter(|(lack, name)| *lack == Lack::Answer && !name.is_empty());
    culprits.extend(silent.map(|(_, name)| Culprit::NoAnswer { service: name.clone(), place }));
    if culprits.is_empty() {
        culprits.extend(awaited(diagnosis));
    }
    let mut seen: Vec<Culprit> = Vec::new();
    culprits.retain(|culprit| {
        let new = !seen.contains(culprit);
        seen.push(culprit.clone());
        new
    });
    culprits
}

/// The service that the first fitting rule says the failed installer waited for.
fn awaited(diagnosis: &Diagnosis) -> Option<Culprit> {
    let hit =
        diagnosis.rules.iter().find(|hit| hit.fault.is_some() && hit.fault == diagnosis.faults.primary)?;
    let fault = diagnosis.faults.all.get(hit.fault?)?;
    let service = hit.rule.awaited.clone();
    (!service.is_empty()).then_some(Culprit::NoAnswer { service, place: Some(fault.place) })
}

/// The first foreign library in each process that a matching rule looks into.
fn inside(timeline: &Timeline<'_>, diagnosis: &Diagnosis) -> Vec<Culprit> {
    let wanted = |name: &str| {
        let rules = diagnosis.rules.iter().flat_map(|hit| &hit.rule.matches.inside);
        rules.into_iter().any(|process| process.eq_ignore_ascii_case(name))
    };
    let loads = timeline.marked(|mark| mark == Mark::ForeignImage);
    let mut named = loads.iter().filter_map(|(_, event)| Some((timeline.process_of(event)?, event)));
    let first = named.find(|(process, _)| wanted(&process.name));
    let culprit = first.map(|(process, event)| Culprit::Inside {
        process: process.name.clone(),
        image: event.path.clone(),
        place: Some(event.id.into()),
    });
    culprit.into_iter().collect()
}
