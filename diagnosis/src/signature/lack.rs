//! The parts of a cause that is an absence, as a trace shows it: a disabled service, an answer that never came, a
//! library of another product in poqexec, a program that failed.

use timeline::{Mark, Role};

use super::{facts::Facts, identity::PartName, parts::Parts, why::Why};
use crate::{
    missing::{self, Lack},
    services, waits,
};

/// Adds what is missing. Returns whether a trace shows it.
pub(super) fn parts(facts: &Facts<'_>, parts: &mut Parts) -> bool {
    parts.add(PartName::Outcome, "failure without operation", Why::Same);
    parts.add(PartName::Phase, facts.phase(), Why::Shaky);
    if let Some(module) = in_poqexec(facts) {
        parts.add(PartName::Lack, "library of another product in poqexec", Why::Same);
        parts.add(PartName::Component, "primitives", Why::Same);
        parts.add(PartName::Module, module, Why::OfMachine);
        return true;
    }
    let disabled = disabled(facts);
    if !disabled.is_empty() {
        parts.add(PartName::Lack, "service that is not disabled", Why::Same);
        parts.add(PartName::Service, disabled.join(", "), Why::Named);
        return true;
    }
    if let Some(service) = unanswered(facts) {
        parts.add(PartName::Lack, "answer of a service", Why::Same);
        parts.add(PartName::Service, service, Why::Named);
        return true;
    }
    let lacks = facts.verdict.missing.iter().flat_map(|missing| &missing.lacks);
    if let Some((_, program)) = lacks.clone().find(|(lack, _)| *lack == Lack::Program) {
        parts.add(PartName::Lack, "success of a program", Why::Same);
        parts.add(PartName::Installer, program.to_lowercase(), Why::Named);
        return true;
    }
    false
}

/// Services that are disabled and should not be, lower case, in order.
pub(super) fn disabled(facts: &Facts<'_>) -> Vec<String> {
    let mut names: Vec<String> =
        missing::disabled_services(facts.services).into_iter().map(|(_, name)| name.to_lowercase()).collect();
    names.sort();
    names.dedup();
    names
}

/// The library of another product in a poqexec that ended with an error.
fn in_poqexec(facts: &Facts<'_>) -> Option<String> {
    let is_poqexec = |id| facts.timeline.process(id).is_some_and(|p| p.role == Role::Poqexec);
    facts.signs.iter().find(|sign| sign.place.is_none() && sign.process.is_some_and(is_poqexec))?;
    let mut loads = facts.marked.iter().filter(|(mark, _)| *mark == Mark::ForeignImage);
    let (_, load) = loads.find(|(_, event)| event.process.is_some_and(is_poqexec))?;
    load.path.rsplit('\\').next().map(str::to_lowercase)
}

/// The service that was asked for and never answered: the one that a trace shows, else the one that the installer needs
/// which a log says waited in vain.
fn unanswered(facts: &Facts<'_>) -> Option<String> {
    let sign = facts.signs.iter().find(|sign| sign.process.is_some()).or(facts.signs.first());
    let wait = sign.and_then(|sign| waits::before(facts.timeline, sign));
    let fault = facts.faults.first().filter(|fault| fault.waited_in_vain());
    let needed = fault.and_then(|fault| services::needed_by(&fault.item)).map(str::to_lowercase);
    let mut asked: Vec<String> =
        wait.into_iter().flat_map(|wait| wait.asked).map(|(name, _)| name.to_lowercase()).collect();
    asked.sort();
    (!asked.is_empty()).then(|| asked.join(", ")).or(needed)
}
