//! Reads the fields of CBS lines.

use super::event::*;
use super::failed::{Failed, Part};
use super::line::number_after;
use super::stage::{Stage, Step};
use crate::codes::{self, CodeValue};
use crate::text::{between, decode, leading_hex, leading_number, split_once, whole_number};
use crate::time::{parse_local, parse_utc};

/// A message: its first line, and all of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message<'a> {
    /// The first line, without header and CSI prefix.
    pub(crate) text: &'a [u8],
    /// The first line and the lines that follow it.
    pub(crate) whole: &'a [u8],
}

/// Bytes of a message that the extractors look at. An installer's begin has 500.
pub(crate) const MAX_MESSAGE: usize = 64 * 1024;

pub(crate) fn text(bytes: &[u8]) -> Text<'_> {
    decode(bytes.trim_ascii())
}

/// A string field; absent if it is empty, `(null)`, `NONE` or `N/A`.
pub(crate) fn optional(bytes: &[u8]) -> Option<Text<'_>> {
    let bytes = bytes.trim_ascii();
    (!matches!(bytes, b"" | b"(null)" | b"NONE" | b"N/A")).then(|| decode(bytes))
}

/// The name up to the next comma, space or bracket: package identities and file names of INFs hold none.
pub(crate) fn token(bytes: &[u8]) -> Text<'_> {
    let end = bytes.iter().position(|byte| matches!(byte, b',' | b' ' | b'[' | b'\r' | b'\n'));
    text(bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default())
}

fn field<'a>(bytes: &'a [u8], label: &[u8]) -> Option<Text<'a>> {
    let value = between(bytes, label, b",")?;
    let value = split_once(value, b" [HRESULT").map_or(value, |(value, _)| value);
    optional(value.trim_ascii_end().strip_suffix(b".").unwrap_or(value))
}

fn status_field<'a>(bytes: &'a [u8], label: &[u8]) -> Option<CodeValue<'a>> {
    let (value, _) = leading_hex(split_once(bytes, label)?.1)?;
    u32::try_from(value).ok().map(CodeValue::Hresult)
}

/// The status at the end of a line: `[HRESULT = …]`, or `hr: 0x…` of Windows 7 and before.
pub(crate) fn end_status(rest: &[u8]) -> Option<CodeValue<'_>> {
    codes::trailing_hresult(rest)
        .map(CodeValue::Hresult)
        .or_else(|| codes::primary_code(rest).map(|code| code.value))
}

fn yes(value: Option<Text<'_>>) -> Option<bool> {
    match value.as_deref()? {
        "yes" | "True" | "true" => Some(true),
        "no" | "False" | "false" => Some(false),
        _ => None,
    }
}

pub(crate) fn session(step: SessionStep, rest: &[u8]) -> Option<CbsEvent<'_>> {
    // The id is all digits and an underscore behind `Session…: `; the bracketed name before the colon may hold commas.
    let id = [&b"): "[..], b"Session: ", b"session: "].iter().find_map(|label| {
        let (_, id) = split_once(rest, label)?;
        id.first().is_some_and(u8::is_ascii_digit).then(|| token(id))
    })?;
    let client = field(rest, b"Client: ");
    let package = between(rest, b"Package: ", b",").map(token);
    let identifier = field(rest, b"Identifier: ");
    let purpose = split_once(rest, b"): ")
        .and_then(|(before, _)| before.get(memchr::memrchr(b'(', before)? + 1..))
        .and_then(optional);
    let status = end_status(rest);
    let reboot_required = None;
    Some(CbsEvent::Session(Session {
        step,
        id,
        client,
        package,
        identifier,
        purpose,
        reboot_required,
        status,
    }))
}

/// `Session: <id> initialized by client <name>, …` and `Session: <id> finalized. Reboot required: yes [HRESULT = …]`.
pub(crate) fn session_line(rest: &[u8]) -> Option<CbsEvent<'_>> {
    let (id, tail) = split_once(rest, b" ")?;
    let (step, client) = if let Some(client) = tail.strip_prefix(b"initialized by client ") {
        (SessionStep::Initialized, optional(split_once(client, b",").map_or(client, |(client, _)| client)))
    } else if tail.starts_with(b"finalized.") {
        (SessionStep::Finalized, None)
    } else if tail.starts_with(b"failed to perform store corruption detect and repair") {
        return Some(CbsEvent::Failed(Failed { part: Part::Repair, objects: Vec::new() }));
    } else {
        return None;
    };
    Some(CbsEvent::Session(Session {
        step,
        id: text(id),
        client,
        package: None,
        identifier: None,
        purpose: None,
        reboot_required: yes(field(tail, b"Reboot required: ")),
        status: if step == SessionStep::Finalized { end_status(tail) } else { None },
    }))
}

/// `Package_2_for_KB943899~31bf3856ad364e35~x86~~6.0.2.1~943899-4_RTM_neutral_GDR` of Windows Vista: the package, and the
/// update in it that has the driver.
pub(crate) fn driver_package(kind: PackageChangeKind, rest: &[u8]) -> Option<CbsEvent<'_>> {
    const TILDES_OF_IDENTITY: usize = 4;
    let end = memchr::memchr_iter(b'~', rest).nth(TILDES_OF_IDENTITY).unwrap_or(rest.len());
    package(kind, rest.get(..end)?)
}

/// Any line that begins with a package and goes on with `, label: value`.
pub(crate) fn package(kind: PackageChangeKind, rest: &[u8]) -> Option<CbsEvent<'_>> {
    let states = PackageStates {
        current: field(rest, b", current: "),
        pending: field(rest, b", pending: "),
        start: field(rest, b", start: ")
            .or_else(|| field(rest, b", original: "))
            .or_else(|| field(rest, b", start state: ")),
        applicable: field(rest, b", applicable: "),
        target: field(rest, b", target: ")
            .or_else(|| field(rest, b", targeted: "))
            .or_else(|| field(rest, b", target state: ")),
        limit: field(rest, b", limit: "),
    };
    Some(CbsEvent::Package(PackageChange {
        kind,
        package: token(rest),
        update: field(rest, b", Update: "),
        states,
        // With the `0x`, for `hotpatch status: StillGoing` stands before it.
        status: status_field(rest, b"status: 0x"),
        failure_source: field(rest, b", failure source: "),
        client: field(rest, b", client id: "),
        reboot_required: yes(field(rest, b", reboot required: ")),
    }))
}

pub(crate) fn package_at_startup(rest: &[u8]) -> Option<CbsEvent<'_>> {
    split_once(rest, b" completed startup processing")?;
    let states = PackageStates {
        current: field(rest, b", new state: "),
        start: field(rest, b", original: "),
        target: between(rest, b", targeted: ", b".").and_then(optional),
        ..PackageStates::default()
    };
    Some(CbsEvent::Package(PackageChange {
        kind: PackageChangeKind::CompletedAtStartup,
        package: token(rest),
        update: None,
        states,
        status: status_field(rest, b"hr = 0x").or_else(|| end_status(rest)),
        failure_source: None,
        client: None,
        reboot_required: None,
    }))
}

fn state(bytes: &[u8]) -> ExecuteState<'_> {
    // `CbsExecuteStatePrimitives [2]`: the number behind the name is not explained anywhere.
    let bytes = bytes.trim_ascii();
    let name = split_once(bytes, b" ").map_or(bytes, |(name, _)| name);
    let short = name.strip_prefix(b"Cbs").unwrap_or(name);
    let short = short.strip_prefix(b"ExecuteState").unwrap_or(short);
    let has = |flag: &[u8]| memchr::memmem::find(bytes, flag).is_some();
    ExecuteState {
        text: decode(bytes),
        state: decode(short),
        rollback: has(b"FlagRollback") || short == b"InitiateRollback",
        drivers_failed: has(b"FlagDriversFailed"),
        advanced_installers_failed: has(b"FlagAdvancedInstallersFailed"),
    }
}

pub(crate) fn execute_state(stored: Stored, rest: &[u8]) -> Option<CbsEvent<'_>> {
    Some(CbsEvent::ExecuteState { stored, state: state(rest) })
}

pub(crate) fn original_failure(stored: Stored, rest: &[u8]) -> Option<CbsEvent<'_>> {
    let (status, _) = leading_hex(rest.strip_prefix(b"0x")?)?;
    let last_forward = split_once(rest, b"last forward execute state: ").map(|(_, rest)| state(rest));
    Some(CbsEvent::OriginalFailure { stored, status: u32::try_from(status).ok()?, last_forward })
}

pub(crate) fn hang(stored: Stored, rest: &[u8]) -> Option<CbsEvent<'_>> {
    Some(CbsEvent::HangDetect { stored, value: leading_number(rest, 10).map(|(value, _)| value) })
}

pub(crate) fn progress(previous: bool, rest: &[u8]) -> Option<CbsEvent<'_>> {
    Some(CbsEvent::GlobalProgress {
        previous,
        current: number_after(rest, b"Current:")?,
        limit: number_after(rest, b"Limit:")?,
    })
}

/// `Progress: UI message updated. Operation type: Update. Stage: 1 out of 1. Rollback.`
pub(crate) fn rollback_screen<'a>(message: &Message<'a>) -> Option<CbsEvent<'a>> {
    memchr::memmem::find(message.text, b"Rollback.")?;
    Some(CbsEvent::Stage { stage: Stage::Other, step: Step::Rollback })
}

/// A flag set to 0 is the end of a good rollback, or of a good change.
pub(crate) fn rollback_failed(rest: &[u8]) -> Option<CbsEvent<'_>> {
    let step = if leading_number(rest, 10)?.0 == 0 { Step::Other } else { Step::RollbackFailed };
    Some(CbsEvent::Stage { stage: Stage::Other, step })
}

/// `INSTALL index: 69, phase: 1, result 3, inf: ntprint4.inf`
pub(crate) fn driver_item<'a>(message: &Message<'a>) -> Option<CbsEvent<'a>> {
    let (operation, rest) = split_once(message.text, b" index:")?;
    let (_, inf) = split_once(rest, b"inf: ")?;
    Some(CbsEvent::DriverItem(DriverItem {
        operation: text(operation),
        index: leading_number(rest.trim_ascii_start(), 10)?.0,
        phase: number_after(rest, b"phase:"),
        result: number_after(rest, b"result"),
        inf: text(inf),
    }))
}

pub(crate) fn driver_result(rest: &[u8]) -> Option<CbsEvent<'_>> {
    let status = codes::leading_status(rest)?;
    Some(CbsEvent::DriverResult { status, inf: text(split_once(rest, b"for Inf: ")?.1) })
}

pub(crate) fn driver_batch(rest: &[u8]) -> Option<CbsEvent<'_>> {
    let other = Some(CbsEvent::Stage { stage: Stage::DriverQueueRun, step: Step::Other });
    let Some((action, count)) = split_once(rest, b", Count ") else { return other };
    let Some(count) = whole_number(count) else { return other };
    let (direction, action) = match action.strip_prefix(b"[").and_then(|rest| split_once(rest, b"] ")) {
        Some((direction, action)) => (Some(text(direction)), action),
        None => (None, action),
    };
    Some(CbsEvent::DriverBatch { direction, action: text(action), count })
}

pub(crate) fn driver_call<'a>(message: &Message<'a>) -> Option<CbsEvent<'a>> {
    let (function, _) = split_once(message.text, b" failed")?;
    function.iter().all(u8::is_ascii_alphanumeric).then(|| CbsEvent::DriverCall { function: text(function) })
}

pub(crate) fn driver_identity<'a>(message: &Message<'a>) -> Option<CbsEvent<'a>> {
    Some(CbsEvent::DriverIdentity { sequence: number_after(message.text, b"sequenceID")? })
}

pub(crate) fn poqexec_run(rest: &[u8]) -> Option<CbsEvent<'_>> {
    Some(CbsEvent::PoqexecRun { command_line: text(rest), transaction: number_after(rest, b"/transaction ") })
}

pub(crate) fn attachment<'a>(rest: &'a [u8], end: &[u8], added: bool) -> Option<CbsEvent<'a>> {
    let (file, _) = split_once(rest, end)?;
    Some(CbsEvent::ReportAttachment { file: text(file), added })
}

pub(crate) fn stack(rest: &[u8]) -> Option<CbsEvent<'_>> {
    let core = split_once(rest, b"with Core: ").and_then(|(_, core)| optional(core));
    Some(CbsEvent::ServicingStack { version: token(rest), core })
}

pub(crate) fn universal_time(rest: &[u8]) -> Option<CbsEvent<'_>> {
    Some(CbsEvent::UniversalTime { utc: parse_utc(rest)?.0 })
}

pub(crate) fn last_boot(rest: &[u8]) -> Option<CbsEvent<'_>> {
    Some(CbsEvent::LastBoot { time: parse_local(rest)?.0 })
}

pub(crate) fn reboot_state(rest: &[u8]) -> Option<CbsEvent<'_>> {
    Some(CbsEvent::RebootFlag { set: leading_number(rest, 10)?.0 != 0 })
}

pub(crate) fn driver_file(rest: &[u8], repaired: bool) -> Option<CbsEvent<'_>> {
    Some(CbsEvent::DriverFile { path: text(rest), repaired })
}
