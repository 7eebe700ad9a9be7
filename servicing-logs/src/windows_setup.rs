//! The logs of Windows Setup, which upgrades or installs Windows: setupact.log, setuperr.log, setupact_rollback.log in
//! the Panther folders, and BlueBox.log. Their lines have the form of CBS.log's, with other components.
//!
//! ```text
//! 2024-03-28 11:55:48, Error                 MOUPG  CSetupHost::Execute(433): Result = 0x800704C7
//! ```

use crate::cbs::{CbsRecords, Header, Level, Text};
use crate::codes::{self, CodeValue, is_of_windows_setup};
use crate::counts::RecordCounts;
use crate::text::{LogText, decode, leading_hex};

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SetupStep {
    /// Setup reports its result: the line that decides.
    Result,
    /// A call failed; the failure may be made good.
    Failure,
    /// An error that good upgrades have too.
    Noise,
    /// The error before it ends the upgrade.
    Fatal,
    /// Setup begins to take the upgrade back.
    Rollback,
    /// A step of taking the upgrade back.
    RollbackStep,
    /// Setup enters a phase.
    Phase,
}

/// Parts of messages that decide what they say, at any level.
const STEPS: &[(&[u8], SetupStep)] = &[
    (b"Reporting result value: ", SetupStep::Result),
    (b"Will add an extra error", SetupStep::Fatal),
    (b"Initiating rollback/uninstall", SetupStep::Rollback),
    (b"RollbackExecuteSequence in progress", SetupStep::Rollback),
    (b"ExecuteRollbackSequence: Checkpoint(", SetupStep::RollbackStep),
    (b"Checkpoint::Rollback: ", SetupStep::RollbackStep),
    (b"Setup phase change: ", SetupStep::Phase),
];

/// Errors that good upgrades have too: migration plug-ins, the compatibility check without a network, a query that some
/// drives do not know.
const HARMLESS: &[&[u8]] = &[b"MIG", b"CONX", b"CMXMIG", b"[SetupHost.exe]"];

/// A record that says something.
#[derive(Clone, Debug, PartialEq)]
pub struct SetupMessage<'a> {
    /// Number of its first line, from one.
    pub line: u64,
    /// Offset of its first line.
    pub offset: u64,
    /// Time, level and component.
    pub header: Header<'a>,
    /// What it says.
    pub step: SetupStep,
    /// The message.
    pub text: Text<'a>,
    /// The code it names.
    pub code: Option<CodeValue<'a>>,
    /// The second code, which gives phase and operation: `0x20017` of `0xC1900101 - 0x20017`.
    pub extended: Option<ExtendCode>,
    /// A program of the recovery environment says it, in ReAgent.log, and not Windows Setup.
    pub recovery: bool,
}

/// Where Setup was: the second part of a result code. Microsoft, "Windows upgrade error codes".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExtendCode(pub u32);

/// Phases by the first digit.
const PHASES: &[(u32, &str)] = &[
    (0, "SP_EXECUTION_UNKNOWN"),
    (1, "SP_EXECUTION_DOWNLEVEL"),
    (2, "SP_EXECUTION_SAFE_OS"),
    (3, "SP_EXECUTION_FIRST_BOOT"),
    (4, "SP_EXECUTION_OOBE_BOOT"),
    (5, "SP_EXECUTION_UNINSTALL"),
];

/// Operations by the other digits, from 0 on.
const OPERATIONS: &[&str] = &[
    "SP_EXECUTION_OP_UNKNOWN",
    "SP_EXECUTION_OP_COPY_PAYLOAD",
    "SP_EXECUTION_OP_DOWNLOAD_UPDATES",
    "SP_EXECUTION_OP_INSTALL_UPDATES",
    "SP_EXECUTION_OP_INSTALL_RECOVERY_ENVIRONMENT",
    "SP_EXECUTION_OP_INSTALL_RECOVERY_IMAGE",
    "SP_EXECUTION_OP_REPLICATE_OC",
    "SP_EXECUTION_OP_INSTALL_DRIVERS",
    "SP_EXECUTION_OP_PREPARE_SAFE_OS",
    "SP_EXECUTION_OP_PREPARE_ROLLBACK",
    "SP_EXECUTION_OP_PREPARE_FIRST_BOOT",
    "SP_EXECUTION_OP_PREPARE_OOBE_BOOT",
    "SP_EXECUTION_OP_APPLY_IMAGE",
    "SP_EXECUTION_OP_MIGRATE_DATA",
    "SP_EXECUTION_OP_SET_PRODUCT_KEY",
    "SP_EXECUTION_OP_ADD_UNATTEND",
    "SP_EXECUTION_OP_ADD_DRIVER",
    "SP_EXECUTION_OP_ENABLE_FEATURE",
    "SP_EXECUTION_OP_DISABLE_FEATURE",
    "SP_EXECUTION_OP_REGISTER_ASYNC_PROCESS",
    "SP_EXECUTION_OP_REGISTER_SYNC_PROCESS",
    "SP_EXECUTION_OP_CREATE_FILE",
    "SP_EXECUTION_OP_CREATE_REGISTRY",
    "SP_EXECUTION_OP_BOOT",
    "SP_EXECUTION_OP_SYSPREP",
    "SP_EXECUTION_OP_OOBE",
    "SP_EXECUTION_OP_BEGIN_FIRST_BOOT",
    "SP_EXECUTION_OP_END_FIRST_BOOT",
    "SP_EXECUTION_OP_BEGIN_OOBE_BOOT",
    "SP_EXECUTION_OP_END_OOBE_BOOT",
    "SP_EXECUTION_OP_PRE_OOBE",
    "SP_EXECUTION_OP_POST_OOBE",
    "SP_EXECUTION_OP_ADD_PROVISIONING_PACKAGE",
];

impl ExtendCode {
    /// The name of the phase.
    #[must_use]
    pub fn phase(self) -> Option<&'static str> {
        PHASES.iter().find(|(number, _)| *number == self.0 >> 16).map(|(_, name)| *name)
    }

    /// The name of the operation.
    #[must_use]
    pub fn operation(self) -> Option<&'static str> {
        OPERATIONS.get(usize::try_from(self.0 & 0xFFFF).ok()?).copied()
    }

    /// The code after a result code of Setup: `0xC1900101 - 0x20017`, `0xC1900101, 0x30018`.
    fn after(text: &[u8]) -> Option<ExtendCode> {
        let result = memchr::memmem::find_iter(text, b"0xC1").chain(memchr::memmem::find_iter(text, b"0xc1"));
        result.into_iter().find_map(|at| {
            let (value, _) = leading_hex(text.get(at + 2..)?).filter(|(_, taken)| *taken == 8)?;
            is_of_windows_setup(u32::try_from(value).ok()?).then_some(())?;
            let rest = text.get(at + 10..)?;
            let rest = rest.get(..rest.len().min(EXTEND_WITHIN))?;
            let second = memchr::memmem::find(rest, b"0x")?;
            let (value, taken) = leading_hex(rest.get(second + 2..)?)?;
            let code = ExtendCode(u32::try_from(value).ok()?);
            (taken == 5 && code.phase().is_some()).then_some(code)
        })
    }
}

/// Bytes after a result code within which its second part begins.
const EXTEND_WITHIN: usize = 24;

/// Reads a log of Windows Setup. Every record that says something goes to `visit`.
pub fn read<'t>(text: &'t LogText<'_>, mut visit: impl FnMut(SetupMessage<'t>)) -> RecordCounts {
    let mut counts = RecordCounts::default();
    for record in CbsRecords::new(text.bytes(), 0, text.file_offset()) {
        let Ok(record) = record else {
            counts.malformed += 1;
            continue;
        };
        let header = record.header;
        counts.add(&header);
        let row = STEPS.iter().find(|(part, _)| memchr::memmem::find(header.text, part).is_some());
        let harmless = HARMLESS.contains(&header.name);
        let step = if harmless { SetupStep::Noise } else { SetupStep::Failure };
        let recovery = is_of_recovery(header.name);
        let warns = recovery && header.level == Level::Warning && codes::stated_code(header.text).is_some();
        let error = (header.level == Level::Error || warns).then_some(step);
        let extended = ExtendCode::after(header.text);
        let Some(step) = row.map(|(_, step)| *step).or(error).or(extended.map(|_| SetupStep::Failure)) else {
            continue;
        };
        visit(SetupMessage {
            line: record.line,
            offset: record.offset,
            header,
            step,
            text: decode(header.text.trim_ascii()),
            // A long line goes on in the next.
            code: codes::stated_code(header.text)
                .or_else(|| codes::stated_code(record.whole))
                .map(|code| code.value),
            extended,
            recovery,
        });
    }
    counts
}

/// Whether a component is a program that works on the recovery environment, WinRE: `[ReAgentc.exe]`,
/// `[WinREUpdateInstaller.exe]`. ReAgent.log has the form of the logs of Setup.
fn is_of_recovery(component: &[u8]) -> bool {
    let name = component.to_ascii_lowercase();
    name.starts_with(b"[")
        && [&b"reagent"[..], b"winre"].iter().any(|part| memchr::memmem::find(&name, part).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\
2024-03-28 11:52:20, Info                  MOUPG  Setup phase change: [SetupPhaseUnpack] -> [SetupPhaseInstall]\r\n\
2024-03-28 11:52:21, Error      [0x0808fe] MIG    Plugin {x}: 0x80070005\r\n\
2024-03-28 11:52:21, Error                 CONX   pOpen (120): no network 0x80072EE7\r\n\
2024-03-28 11:52:22, Info                  SP     Prepared rollback of boot entries\r\n\
2024-03-28 11:54:45, Error                 SP     Operation failed: Add drivers. Error: 0xC1900101[gle=0x000000b7]\r\n\
2024-03-28 11:54:46, Info                  MOUPG  Install result: 0xC1900101 - 0x30018\r\n\
2024-03-28 11:54:47, Info                  SP     Initiating rollback/uninstall, phase = 3\r\n\
2024-03-28 11:55:48, Info                  MOUPG  Finalize: Reporting result value: [0xC1900101]\r\n";

    #[test]
    fn the_recovery_environment_is_not_windows_setup() {
        let log = "2024-01-10 08:14:05, Warning               [WinREUpdateInstaller.exe] Failed to service WinRE 0x80070070\r\n\
            2024-01-10 08:14:05, Error                 [SetupHost.exe] IOCTL failed: 0x1\r\n";
        let text = LogText::new(log.as_bytes());
        let mut found = Vec::new();
        read(&text, |message| found.push((message.line, message.step, message.recovery)));
        assert_eq!(found, [(1, SetupStep::Failure, true), (2, SetupStep::Noise, false)]);
    }

    #[test]
    fn what_decides_is_told_from_noise() {
        let text = LogText::new(LOG.as_bytes());
        let mut found = Vec::new();
        let counts = read(&text, |message| found.push((message.line, message.step, message.extended)));
        assert_eq!((counts.records, counts.errors, counts.warnings, counts.malformed), (8, 3, 0, 0));
        let at = ExtendCode(0x30018);
        assert_eq!(
            found,
            [
                (1, SetupStep::Phase, None),
                (2, SetupStep::Noise, None),
                (3, SetupStep::Noise, None),
                (5, SetupStep::Failure, None),
                (6, SetupStep::Failure, Some(at)),
                (7, SetupStep::Rollback, None),
                (8, SetupStep::Result, None),
            ]
        );
        assert_eq!(at.phase(), Some("SP_EXECUTION_FIRST_BOOT"));
        assert_eq!(at.operation(), Some("SP_EXECUTION_OP_SYSPREP"));
        assert_eq!((ExtendCode(0x90018).phase(), ExtendCode(0x3FFFF).operation()), (None, None));
    }
}
