//! Names of a report's values in both languages.

use crate::lang::Lang;
use crate::messages::{self as m, Message};
use crate::model::{ConfidenceLevel, Phase, Severity, Text, Trust};

/// A name in both languages. A value that this version does not know stays as it is.
fn name(known: Option<Message>, raw: &str) -> Text {
    known.map_or_else(|| Text::plain(raw), |message| message.text(&[]))
}

pub(crate) fn trust_name(trust: &Trust) -> Text {
    let known = match trust {
        Trust::Recorded => Some(m::RECORDED),
        Trust::Correlated => Some(m::CORRELATED),
        Trust::Inferred => Some(m::INFERRED),
        Trust::Other(_) => None,
    };
    name(known, trust.as_str())
}

/// What an edge of the graph says.
pub(crate) fn edge_name(kind: &str) -> Text {
    const NAMES: [Message; 14] = [
        m::EDGE_PERFORMED_BY,
        m::EDGE_ON,
        m::EDGE_TO,
        m::EDGE_DURING,
        m::EDGE_SPAWNED,
        m::EDGE_HOSTS,
        m::EDGE_NAMES,
        m::EDGE_PRECEDES,
        m::EDGE_RETRIES,
        m::EDGE_RESOLVES,
        m::EDGE_CONFLICTS_WITH,
        m::EDGE_WAITS_FOR,
        m::EDGE_REPORTED_BY,
        m::EDGE_CAUSED,
    ];
    name(NAMES.into_iter().find(|message| message.get(Lang::En) == kind), kind)
}

/// A state of a service or a package, or how a service starts, by its word in the report.
pub(crate) fn state_name(word: &str) -> Text {
    const NAMES: [Message; 18] = [
        m::STATE_RUNNING,
        m::STATE_STOPPED,
        m::STATE_START_PENDING,
        m::STATE_STOP_PENDING,
        m::START_BOOT,
        m::START_SYSTEM,
        m::START_AUTOMATIC,
        m::START_MANUAL,
        m::START_DISABLED,
        m::PACKAGE_INSTALLED,
        m::PACKAGE_INSTALL_PENDING,
        m::PACKAGE_UNINSTALL_PENDING,
        m::PACKAGE_STAGED,
        m::PACKAGE_SUPERSEDED,
        m::PACKAGE_REMOVED,
        m::PACKAGE_PARTIALLY_INSTALLED,
        m::PACKAGE_ABSENT,
        m::PACKAGE_UNKNOWN,
    ];
    name(NAMES.into_iter().find(|message| message.get(Lang::En) == word), word)
}

pub(crate) fn confidence_name(level: &ConfidenceLevel) -> Text {
    let known = match level {
        ConfidenceLevel::High => Some(m::HIGH),
        ConfidenceLevel::Medium => Some(m::MEDIUM),
        ConfidenceLevel::Low => Some(m::LOW),
        ConfidenceLevel::Other(_) => None,
    };
    name(known, level.as_str())
}

pub(crate) fn severity_name(severity: &Severity) -> Text {
    let known = match severity {
        Severity::Cause => Some(m::CAUSE),
        Severity::Warning => Some(m::WARNING),
        Severity::Note => Some(m::NOTE),
        Severity::Ok => Some(m::OK),
        Severity::Other(_) => None,
    };
    name(known, severity.as_str())
}

pub(crate) fn phase_name(phase: &Phase) -> Text {
    let known = match phase {
        Phase::Staging => Some(m::PHASE_STAGING),
        Phase::Shutdown => Some(m::PHASE_SHUTDOWN),
        Phase::BootRenames => Some(m::PHASE_BOOT_RENAMES),
        Phase::BootPoq => Some(m::PHASE_BOOT_POQ),
        Phase::StartupDrivers => Some(m::PHASE_STARTUP_DRIVERS),
        Phase::StartupInstallers => Some(m::PHASE_STARTUP_INSTALLERS),
        Phase::Rollback => Some(m::PHASE_ROLLBACK),
        Phase::Unknown => Some(m::PHASE_UNKNOWN),
        Phase::Other(_) => None,
    };
    name(known, phase.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use timeline::graph::EdgeKind as E;

    #[test]
    fn every_kind_of_edge_has_a_name_in_both_languages() {
        let kinds = [
            E::PerformedBy,
            E::On,
            E::To,
            E::During,
            E::Spawned,
            E::Hosts,
            E::Names,
            E::Precedes,
            E::Retries,
            E::Resolves,
            E::ConflictsWith,
            E::WaitsFor,
            E::ReportedBy,
            E::Caused,
        ];
        for kind in kinds {
            let name = edge_name(kind.name());
            assert_eq!(name.en, kind.name());
            assert!(!name.zh.is_empty(), "{}", kind.name());
        }
        assert_eq!(edge_name("novel"), Text::plain("novel"));
    }
}
