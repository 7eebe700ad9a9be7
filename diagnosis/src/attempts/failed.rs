//! What failed in one attempt: the named operation with all that belongs to it, and what the logs name.

use timeline::{Event, Evidence, Object, PhaseName, Timeline, Words};

use super::thing::{Thing, ThingKind};
use crate::{
    compare::normalise::normalise,
    diagnosis::Diagnosis,
    faults::Fault,
    signature::{self, Item, PartName},
    verdict::Outcome,
};

/// Things of an attempt at most.
const MOST: usize = 200;

/// What failed, the named operation first. Nothing if the update did not fail.
pub(super) fn things(timeline: &Timeline<'_>, diagnosis: &Diagnosis) -> Vec<Thing> {
    let verdict = &diagnosis.verdict;
    if !matches!(verdict.outcome, Outcome::FailingOperation | Outcome::FailureWithoutOperation) {
        return Vec::new();
    }
    let mut things = Things::default();
    if let Some(event) = diagnosis.failing() {
        things.operation(timeline, event);
    }
    for lead in verdict.leads.iter().filter_map(|at| diagnosis.candidates.get(*at)) {
        things.path(ThingKind::Lead, &lead.event.path, evidence_of(timeline, &lead.event));
    }
    things.signature(timeline, diagnosis);
    let attempt = diagnosis.faults.first().map(|fault| fault.attempt);
    let forward = |fault: &&Fault| fault.kind.of_servicing() && fault.phase != PhaseName::Rollback;
    let faults = diagnosis.faults.all.iter().filter(|fault| Some(fault.attempt) == attempt).filter(forward);
    for fault in faults {
        things.fault(fault);
    }
    things.0
}

#[derive(Default)]
struct Things(Vec<Thing>);

impl Things {
    fn add(&mut self, kind: ThingKind, value: &str, key: String, evidence: Evidence) {
        let known = self.0.iter().any(|thing| thing.kind == kind && thing.key == key);
        if !key.is_empty() && !known && self.0.len() < MOST {
            self.0.push(Thing { kind, value: value.to_owned(), key, evidence });
        }
    }

    fn name(&mut self, kind: ThingKind, name: &str, evidence: Evidence) {
        self.add(kind, name, name.to_lowercase(), evidence);
    }

    fn path(&mut self, kind: ThingKind, path: &str, evidence: Evidence) {
        self.add(kind, path, normalise(path, 0).text, evidence);
    }

    fn operation(&mut self, timeline: &Timeline<'_>, event: &Event) {
        let evidence = || evidence_of(timeline, event);
        self.path(ThingKind::Object, &event.path, evidence());
        self.name(ThingKind::Operation, signature::operation_name(event.kind), evidence());
        // In servicing's own numbering, as the logs have it.
        let made = status_codes::NtStatus(event.status).to_win32().map(|made| made.win32.to_hresult().0);
        self.name(ThingKind::Code, &signature::code(made.unwrap_or(event.status)), evidence());
        let inf = signature::object_name(&event.path).filter(|name| name.ends_with(".inf"));
        self.name(ThingKind::Driver, &inf.unwrap_or_default(), evidence());
    }

    /// The parts of the signature that name something.
    fn signature(&mut self, timeline: &Timeline<'_>, diagnosis: &Diagnosis) {
        let Some(signature) = &diagnosis.signature else { return };
        let operation = diagnosis.failing().map(|event| evidence_of(timeline, event));
        let shown = operation.or_else(|| diagnosis.faults.first().map(evidence_in));
        for (part, kind) in [
            (PartName::Component, ThingKind::Component),
            (PartName::Service, ThingKind::Service),
            (PartName::Module, ThingKind::Module),
        ] {
            let missing = || diagnosis.verdict.missing.as_ref().map(|missing| missing.what.clone());
            let evidence = shown
                .clone()
                .unwrap_or_else(|| Evidence { place: None, words: missing().unwrap_or_default() });
            self.name(kind, signature.part(part).unwrap_or_default(), evidence);
        }
    }

    fn fault(&mut self, fault: &Fault) {
        let evidence = || evidence_in(fault);
        if let Some(code) = fault.code {
            self.name(ThingKind::Code, &signature::code(code), evidence());
        }
        match signature::item_of(fault.kind) {
            Item::Installer => self.name(ThingKind::Installer, &fault.item, evidence()),
            Item::Program => {
                let program = signature::program(&fault.item.to_lowercase()).to_owned();
                self.name(ThingKind::Installer, &program, evidence());
            }
            Item::Driver => self.name(ThingKind::Driver, &fault.item, evidence()),
            Item::Component => {
                let key = signature::component_name(&fault.item.to_lowercase());
                self.add(ThingKind::Object, &fault.item, key, evidence());
            }
            Item::Named | Item::Package | Item::Nothing => {}
        }
        for object in &fault.names {
            match object {
                Object::Path(path) => self.path(ThingKind::Object, path, evidence()),
                Object::File { file, .. } => self.name(ThingKind::Object, file, evidence()),
                Object::Component(component) => {
                    let key = signature::component_name(&component.to_lowercase());
                    self.add(ThingKind::Object, component, key, evidence());
                }
                Object::Service(service) => self.name(ThingKind::Service, service, evidence()),
                Object::Driver(driver) => self.name(ThingKind::Driver, driver, evidence()),
                _ => {}
            }
        }
    }
}

/// The line of a fault as evidence.
fn evidence_in(fault: &Fault) -> Evidence {
    Evidence::at(fault.place, Words::new(fault.text.clone(), fault.text.clone()))
}

/// The operation as evidence.
fn evidence_of(timeline: &Timeline<'_>, event: &Event) -> Evidence {
    let process = timeline.process_of(event).map_or("?", |process| process.name.as_str());
    let result = status_codes::NamedResult(event.status);
    let words = format!("{process} {} {} {result}", event.name, event.path);
    Evidence::at(event.id, Words::new(words.clone(), words))
}
