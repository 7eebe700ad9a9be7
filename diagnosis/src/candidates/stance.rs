//! How a candidate relates to what the logs say failed first. It may be what they mean, or something else.

use super::{by_service, candidate::LogReport, kin::is_kin, log_reports::STORE_CODES};
use crate::faults::{Fault, FaultKind, Faults};
use timeline::{Event, PhaseName, Process, Role, Ticks};

/// What speaks against a candidate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct LogStance {
    /// It lies in another phase, or at another time, than what the logs say failed.
    pub(crate) elsewhere: bool,
    /// What failed has another code than its result maps to.
    pub(crate) contradicted: bool,
    /// The code that the logs give can be that of such an operation.
    pub(crate) can_be_meant: bool,
    /// What failed had waited for an answer that never came.
    pub(crate) waiting: bool,
}

/// A log writes a line soon after what it reports.
const GRAIN: Ticks = Ticks::seconds(3);

impl LogStance {
    pub(crate) fn new(event: &Event, process: &Process, report: Option<&LogReport>, faults: &Faults) -> Self {
        let can_be_meant = by_service::can_be_meant(process.role, &event.path, faults.first());
        let open = Self { can_be_meant, ..Self::default() };
        let Some(fault) = faults.first() else { return open };
        let contradicted = contradicts(fault, event.status) && process.role != Role::ServicingChild;
        // A stage or a package only tells that something failed in it.
        if !fault.kind.names_a_cause() {
            return Self { contradicted: contradicted && fault.kind.of_servicing(), ..open };
        }
        let meant = report.is_some_and(|r| r.same_name && (r.code.is_some() || r.close));
        if meant {
            // Another code for the same object is another failure of it. What failed in the end may have a code of its own.
            let in_passing = report.is_some_and(|r| r.place != fault.place);
            let other_code = report.is_some_and(|r| r.other_code) || in_passing && contradicted;
            return Self { contradicted: other_code && process.role != Role::ServicingChild, ..open };
        }
        let is_poqexec = matches!(process.role, Role::Poqexec | Role::SessionManager);
        let by_poqexec = matches!(fault.kind, FaultKind::Poqexec | FaultKind::Primitive);
        let other_part = match fault.phase {
            PhaseName::StartupDrivers | PhaseName::StartupInstallers | PhaseName::Shutdown => {
                is_poqexec && !by_poqexec
            }
            PhaseName::BootPoq => !is_poqexec,
            _ => false,
        };
        // poqexec.log has the time of the run, not of the primitive.
        let time = fault.time.filter(|_| !by_poqexec);
        let other_time = time.is_some_and(|time| {
            let began = fault.took.map(|took| time.0.saturating_sub(took.0 + GRAIN.0));
            event.time > time.plus(GRAIN) || began.is_some_and(|began| event.end().0 < began)
        });
        Self {
            // poqexec.log names the primitive's objects.
            elsewhere: other_part || other_time || fault.kind == FaultKind::Primitive,
            // A program's own error becomes another one on its way.
            contradicted,
            can_be_meant,
            waiting: fault.waited_in_vain() && report.is_none_or(|r| r.code.is_none()),
        }
    }
}

/// Win32 errors that functions give for whatever failed below them: ERROR_GEN_FAILURE, ERROR_INTERNAL_ERROR,
/// ERROR_INSTALL_FAILURE, ERROR_FUNCTION_FAILED.
const ANY_ERROR: [u32; 4] = [31, 1359, 1603, 1627];

/// Whether what failed has the code of another error than a status. Codes of the component store say that something is
/// missing in it, not which error an operation met.
fn contradicts(fault: &Fault, status: u32) -> bool {
    let win32 = fault.win32().filter(|code| !STORE_CODES.contains(code)).filter(|_| {
        fault.code.is_some_and(|code| matches!(code >> 16, 0x8007 | 0x8001) || code >> 28 == 0xD)
    });
    win32.is_some_and(|win32| !is_kin(status, win32) && !ANY_ERROR.contains(&win32)) || fault.is_of_content()
}
