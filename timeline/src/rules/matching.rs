//! Matching rules against a diagnosis.

use super::{Match, Rule, Rules};
use crate::{
    Candidate, Service, StartType, Timeline,
    diagnosis::{Fault, FaultKind, Faults},
    phases::PhaseName,
};

/// What rules look at.
pub(crate) struct Facts<'a> {
    pub(crate) timeline: &'a Timeline<'a>,
    pub(crate) faults: &'a Faults,
    pub(crate) failing: Option<&'a Candidate>,
    pub(crate) services: &'a [Service],
}

/// A rule that holds.
pub(crate) struct Hit<'r> {
    pub(crate) rule: &'r Rule,
    /// Position of the fault it holds for, where it looks at faults.
    pub(crate) fault: Option<usize>,
    /// How many conditions it makes: the more, the more it says.
    conditions: usize,
}

/// The rules that hold: those for the first fault first, then the more specific.
pub(crate) fn hits<'r>(rules: &'r Rules, facts: &Facts<'_>) -> Vec<Hit<'r>> {
    let mut hits: Vec<Hit<'r>> = rules.all().iter().filter_map(|rule| hit(rule, facts)).collect();
    let first = facts.faults.primary;
    hits.sort_by_key(|h| {
        let other_fault = h.fault.is_some() && h.fault != first;
        (other_fault, std::cmp::Reverse(h.conditions), h.rule.id.clone())
    });
    hits
}

fn hit<'r>(rule: &'r Rule, facts: &Facts<'_>) -> Option<Hit<'r>> {
    let m = &rule.matches;
    if !m.text.is_empty() && !text_holds(m, facts) {
        return None;
    }
    let about_operation = !(m.process.is_empty() && m.path.is_empty() && m.status.is_empty());
    if about_operation && !operation_holds(m, facts) {
        return None;
    }
    let disabled = |name: &String| {
        let named = |s: &&Service| s.name.eq_ignore_ascii_case(name);
        let start = facts.services.iter().find(named).and_then(|s| s.start_type.as_ref());
        start.is_some_and(|(start, _)| *start == StartType::Disabled)
    };
    if !m.disabled.is_empty() && !m.disabled.iter().any(disabled) {
        return None;
    }
    let about_faults = !(m.fault.is_empty() && m.item.is_empty() && m.phase.is_empty() && m.code.is_empty());
    let mut fault = None;
    if about_faults {
        let first = facts.faults.primary;
        let holds = |at: &usize| {
            // What only tells of the first failure again is looked at where it is all there is.
            let fault = facts.faults.all.get(*at).filter(|f| first == Some(*at) || f.kind.names_a_cause());
            fault.is_some_and(|f| fault_holds(m, f, facts.faults.reported))
        };
        let order = first.into_iter().chain(0..facts.faults.all.len());
        fault = Some(order.into_iter().find(holds)?);
    }
    Some(Hit { rule, fault, conditions: m.conditions() })
}

fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

fn text_holds(m: &Match, facts: &Facts<'_>) -> bool {
    let lines = facts.timeline.scans.iter().flat_map(|s| &s.lines);
    let mut texts = lines.filter(|l| l.failed).map(|l| l.text.as_str());
    texts.any(|text| m.text.iter().any(|part| contains(text, part)))
}

fn operation_holds(m: &Match, facts: &Facts<'_>) -> bool {
    let Some(candidate) = facts.failing else { return false };
    let event = &candidate.event;
    let process = facts.timeline.process_of(event).map_or("", |p| p.name.as_str());
    (m.process.is_empty() || m.process.iter().any(|name| name.eq_ignore_ascii_case(process)))
        && (m.path.is_empty() || m.path.iter().any(|part| contains(&event.path, part)))
        && (m.status.is_empty()
            || m.status.iter().filter_map(|s| number(s)).any(|status| status == event.status))
}

fn fault_holds(m: &Match, fault: &Fault, reported: Option<u32>) -> bool {
    let codes = || [fault.code, reported].into_iter().flatten();
    let win32 = || codes().filter_map(|c| status_codes::HResult(c).win32()).map(|w| w.0).chain(fault.win32());
    let code_holds = |wanted: &String| match number(wanted) {
        Some(code) if code >> 31 == 1 => codes().any(|c| c == code),
        Some(code) => win32().any(|w| w == code),
        None => false,
    };
    (m.fault.is_empty() || m.fault.iter().any(|kind| kind == fault.kind.name()))
        && (m.phase.is_empty() || m.phase.iter().any(|phase| phase == fault.phase.name()))
        && (m.item.is_empty()
            || m.item.iter().any(|part| contains(&fault.item, part) || contains(&fault.text, part)))
        && (m.code.is_empty() || m.code.iter().any(code_holds))
}

/// `0x…` in hex, else decimal.
fn number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

/// Whether a rule's numbers and words are such that it could ever hold.
pub(super) fn check(rule: &Rule) -> Result<(), &'static str> {
    let m = &rule.matches;
    if m.code.iter().chain(&m.status).any(|text| number(text).is_none()) {
        return Err("a code is a number: 0x… in hex, or a decimal Win32 error");
    }
    if m.fault.iter().any(|name| FaultKind::named(name).is_none()) {
        return Err("an unknown kind of fault");
    }
    if m.phase.iter().any(|name| PhaseName::named(name).is_none()) {
        return Err("an unknown phase");
    }
    Ok(())
}
