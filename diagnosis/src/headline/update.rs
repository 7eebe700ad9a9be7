//! Which update failed.

use timeline::{Fact, FileTime, LogLine, Place, Ticks, Timeline};

use crate::Diagnosis;

/// An update, as servicing names its package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// Full identity of its package; empty if only its KB number is known.
    pub identity: String,
    /// `KB` number, where something names one.
    pub kb: Option<String>,
    /// Version of the package, such as `17763.6252.1.8`.
    pub version: String,
    /// What kind of update it is.
    pub kind: UpdateKind,
    /// Where it is named.
    pub place: Place,
}

/// Kinds of updates, recognised by the name of the package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UpdateKind {
    /// `Package_for_RollupFix`.
    Cumulative,
    /// `Package_for_ServicingStack`.
    ServicingStack,
    /// `Package_for_DotNetRollup`.
    DotNet,
    /// Any other package of an update.
    Other,
}

/// Beginnings of package names, in lower case.
const KINDS: &[(&str, UpdateKind)] = &[
    ("package_for_rollupfix", UpdateKind::Cumulative),
    ("package_for_servicingstack", UpdateKind::ServicingStack),
    ("package_for_dotnetrollup", UpdateKind::DotNet),
];

impl UpdateKind {
    fn of(identity: &str) -> Self {
        let lower = identity.to_ascii_lowercase();
        KINDS.iter().find(|(name, _)| lower.starts_with(name)).map_or(Self::Other, |(_, kind)| *kind)
    }
}

/// A package that a line names within this time of the failure belongs to the same attempt.
const ATTEMPT: Ticks = Ticks::seconds(2 * 3600);

/// The update of the attempt that failed at `at`, in the boot that began at `start`.
///
/// An error report names it. Otherwise it is the one update whose state changed around the failure. If several are
/// equally likely, none is named.
pub(super) fn find(
    timeline: &Timeline<'_>,
    diagnosis: &Diagnosis,
    start: Option<FileTime>,
    at: Option<FileTime>,
) -> Option<Update> {
    let from = start.into_iter().chain(at).min().map_or(0, |time| time.0.saturating_sub(ATTEMPT.0));
    let to = at.map_or(u64::MAX, |at| at.0.saturating_add(ATTEMPT.0));
    let near = |line: &&LogLine| line.time.is_none_or(|time| (from..=to).contains(&time.0));
    let lines = || timeline.scans.iter().flat_map(|scan| &scan.lines).filter(near);
    let packages = |reports: bool| {
        lines().filter_map(move |line| match &line.fact {
            Fact::Package(package) if package.failure_source.is_some() == reports => {
                Some((package.identity.as_str(), line))
            }
            _ => None,
        })
    };
    let sessions = || {
        lines().filter_map(|line| match &line.fact {
            Fact::Session(session) => Some((session.package.as_deref().filter(|p| is_update(p))?, line)),
            _ => None,
        })
    };
    let primary = diagnosis.faults.primary.and_then(|at| diagnosis.faults.all.get(at));
    let of_fault = lines().filter(|line| {
        primary.is_some_and(|f| f.place == Place::Line { source: line.source, line: line.line })
    });
    let of_fault = of_fault.filter_map(|line| match &line.fact {
        Fact::Package(package) => Some((package.identity.as_str(), line)),
        _ => Some((primary?.package().filter(|package| is_update(package))?, line)),
    });
    let (identity, line) = only(of_fault)
        .or_else(|| only(packages(true)))
        .or_else(|| only(packages(false).filter(|(identity, _)| is_update(identity))))
        .or_else(|| only(sessions()))
        .or_else(|| only(parts(timeline)))
        .unzip();
    let named =
        lines().filter(|line| !diagnosis.faults.settled.has(line)).find_map(|line| match &line.fact {
            Fact::UpdateFailed { update, .. } => Some((kb(update)?, line)),
            _ => None,
        });
    let place = |line: &LogLine| Place::Line { source: line.source, line: line.line };
    match (identity, line, named) {
        (Some(identity), Some(line), named) => Some(Update {
            identity: identity.to_owned(),
            kb: kb(identity).or_else(|| named.map(|(kb, _)| kb)),
            version: identity.rsplit('~').next().filter(|_| identity.contains('~')).unwrap_or("").to_owned(),
            kind: UpdateKind::of(identity),
            place: place(line),
        }),
        (_, _, Some((kb, line))) => Some(Update {
            identity: String::new(),
            kb: Some(kb),
            version: String::new(),
            kind: UpdateKind::Other,
            place: place(line),
        }),
        _ => None,
    }
}

/// The package that all lines name, or the one cumulative update among them.
fn only<'a>(named: impl Iterator<Item = (&'a str, &'a LogLine)>) -> Option<(&'a str, &'a LogLine)> {
    let mut named: Vec<(&str, &LogLine)> = named.collect();
    named.sort_by_key(|(identity, line)| (*identity, line.source, line.line));
    named.dedup_by_key(|(identity, _)| *identity);
    if named.len() > 1 {
        named.retain(|(identity, _)| UpdateKind::of(identity) == UpdateKind::Cumulative);
    }
    if let [one] = named.as_slice() { Some(*one) } else { None }
}

fn is_update(identity: &str) -> bool {
    identity.to_ascii_lowercase().starts_with("package_for_")
}

/// The parts of updates that all lines name, `Package_2_for_KB943899`. A driver may take hours, so no time bounds them.
fn parts<'a>(timeline: &'a Timeline<'a>) -> impl Iterator<Item = (&'a str, &'a LogLine)> {
    timeline.scans.iter().flat_map(|scan| &scan.lines).filter_map(|line| match &line.fact {
        Fact::Package(package) if package.identity.starts_with("Package_") => {
            kb(&package.identity).map(|_| (package.identity.as_str(), line))
        }
        _ => None,
    })
}

/// The first `KB` number with six or seven digits in a text.
fn kb(text: &str) -> Option<String> {
    text.match_indices("KB").find_map(|(at, _)| {
        let digits: String = text.get(at + 2..)?.chars().take_while(char::is_ascii_digit).take(8).collect();
        matches!(digits.len(), 6 | 7).then(|| format!("KB{digits}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kb_number_has_six_or_seven_digits() {
        for (text, expected) in [
            ("Package_for_KB5043050~31bf3856ad364e35~amd64~~10.0.1.2", Some("KB5043050")),
            ("2024-09 Cumulative Update for Windows (KB976932)", Some("KB976932")),
            ("4 KB of KB12 and KB123456789", None),
            ("KB", None),
        ] {
            assert_eq!(kb(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn the_kind_is_told_by_the_package_name() {
        assert_eq!(UpdateKind::of("Package_for_RollupFix~31bf~amd64~~1.2"), UpdateKind::Cumulative);
        assert_eq!(UpdateKind::of("package_for_servicingstack_3081~x"), UpdateKind::ServicingStack);
        assert_eq!(UpdateKind::of("Package_for_KB5012170~x"), UpdateKind::Other);
    }
}
