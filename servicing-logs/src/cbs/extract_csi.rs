//! Reads the fields of CSI lines.

use super::event::*;
use super::extract::{Message, optional, text};
use super::failed::{Failed, InstallerNote, Part, Repair};
use super::line::number_after;
use super::object::{Object, counted_path};
use crate::codes;
use crate::text::{between, split_once};

/// The inside of a counted string: `[l:18 ml:19]'CorruptPayloadFile'`, or `[ml:26{13},l:24{12}]"SetupExecute"` of
/// older builds; other text as it is.
fn counted(bytes: &[u8]) -> Option<Text<'_>> {
    let bytes = bytes.trim_ascii();
    let Some(rest) = bytes.strip_prefix(b"[") else { return optional(bytes) };
    let (_, quoted) = split_once(rest, b"]")?;
    let quote = *quoted.first().filter(|byte| matches!(byte, b'\'' | b'"'))?;
    let inside = quoted.get(1..)?;
    let end = memchr::memchr(quote, inside).unwrap_or(inside.len());
    optional(inside.get(..end)?)
}

/// A labelled line of the body.
fn body<'a>(whole: &'a [u8], label: &[u8]) -> Option<Text<'a>> {
    let value = between(whole, label, b"\n")?.trim_ascii();
    match value.strip_prefix(b"'").and_then(|value| value.strip_suffix(b"'")) {
        Some(value) => optional(value),
        None => counted(value),
    }
}

pub(crate) fn installer_begin<'a>(message: &Message<'a>) -> Option<CbsEvent<'a>> {
    Some(CbsEvent::InstallerBegin(InstallerBegin {
        phase: number_after(message.text, b"phase "),
        index: number_after(message.text, b"index "),
        sequence: number_after(message.text, b"(sequence ")?,
        old_component: body(message.whole, b"Old component: "),
        new_component: body(message.whole, b"New component: "),
        mode: body(message.whole, b"Install mode: "),
        id: body(message.whole, b"Installer ID: "),
        name: body(message.whole, b"Installer name: "),
    }))
}

/// `CSIPERF:AIDONE;{id};component;Nus`: the unit is missing in logs of Windows 7.
pub(crate) fn installer_time<'a>(message: &Message<'a>) -> Option<CbsEvent<'a>> {
    let line = between(message.whole, b"CSIPERF:AIDONE;", b"\n")?.trim_ascii();
    let (id, rest) = split_once(line, b";")?;
    let last = memchr::memrchr(b';', rest)?;
    let digits = rest.get(last + 1..)?;
    let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let microseconds = std::str::from_utf8(digits.get(..length)?).ok()?.parse().ok()?;
    Some(CbsEvent::InstallerTime { id: text(id), component: optional(rest.get(..last)?), microseconds })
}

pub(crate) fn installer_end<'a>(message: &Message<'a>) -> Option<CbsEvent<'a>> {
    let status = between(message.whole, b"Completion status: ", b"\n").and_then(codes::leading_status);
    Some(CbsEvent::InstallerEnd { sequence: number_after(message.text, b"(sequence ")?, status })
}

/// `Container Installer ({guid}) with HRESULT HRESULT_FROM_WIN32(1753).  Failure will not be ignored: …`
pub(crate) fn installer_failed<'a>(_: &Message<'a>, rest: &'a [u8]) -> Option<CbsEvent<'a>> {
    let (name, rest) = split_once(rest, b" (")?;
    let id = split_once(rest, b")").and_then(|(id, _)| optional(id));
    let status = split_once(rest, b"with HRESULT ").and_then(|(_, status)| codes::leading_status(status));
    let ignored = memchr::memmem::find(rest, b"Failure will be ignored").is_some();
    Some(CbsEvent::InstallerFailed { name: text(name), id, status, ignored })
}

/// `Installer: Container Installer<TAB>Binary Name: containerai.dll<TAB>ErrorCode: 800706d9<TAB>Phase: 39<TAB>…`
///
/// The fields are found by their labels, because copies of logs turn the tabs into spaces.
pub(crate) fn error_summary_item<'a>(message: &Message<'a>) -> Option<CbsEvent<'a>> {
    let line = split_once(message.text, b"[gle=").map_or(message.text, |(line, _)| line);
    let installer = between(line, b"Installer: ", b"Binary Name: ")?;
    let (_, code) = split_once(line, b"ErrorCode: ")?;
    Some(CbsEvent::ErrorSummaryItem(ErrorSummaryItem {
        installer: text(installer),
        binary: between(line, b"Binary Name: ", b"ErrorCode: ").and_then(optional),
        code: codes::leading_status(code),
        phase: number_after(line, b"Phase:"),
        mode: between(line, b"Mode: ", b"Component: ").and_then(optional),
        component: split_once(line, b"Component: ").and_then(|(_, component)| optional(component)),
    }))
}

pub(crate) fn generic_command<'a>(message: &Message<'a>, rest: &'a [u8]) -> Option<CbsEvent<'a>> {
    let number = crate::text::leading_number(rest, 10)?.0;
    let success = match between(message.whole, b"resulted in success? ", b"\n").map(<[u8]>::trim_ascii) {
        Some(b"TRUE") => Some(true),
        Some(b"FALSE") => Some(false),
        _ => None,
    };
    // `[l:22 [22]"Failed = 0x80004002"][gle=0x80004005]`
    let output = between(message.whole, b"Process output: ", b"[gle=").and_then(|output| {
        let quoted = split_once(output, b"\"").map_or(output, |(_, quoted)| quoted);
        optional(quoted.strip_suffix(b"\"]").unwrap_or(quoted))
    });
    let exit_code = number_after(message.whole, b"exit code ");
    Some(CbsEvent::GenericCommand { number, exit_code, success, output })
}

/// `Calling generic command executable (sequence 2): [40]"C:\…\iissetup.exe"`, with `CmdLine: [151]"…"` in the body.
pub(crate) fn generic_command_begin<'a>(message: &Message<'a>, rest: &'a [u8]) -> Option<CbsEvent<'a>> {
    let (_, path) = split_once(rest, b"): ")?;
    let path = split_once(path, b" CmdLine:").map_or(path, |(path, _)| path);
    let line = between(message.whole, b"CmdLine: ", b"\n").map(<[u8]>::trim_ascii);
    let command_line = line.and_then(|line| {
        let (_, quoted) = split_once(line, b"]")?;
        optional(quoted.get(1..quoted.len().checked_sub(1)?)?)
    });
    let sequence = number_after(rest, b"sequence ")?;
    Some(CbsEvent::InstallerNote(InstallerNote::Program { sequence, path: counted(path)?, command_line }))
}

/// `Failed in StartService for [30]"clr_optimization_v4.0.30319_32" with error code 2`
pub(crate) fn start_service(rest: &[u8]) -> Option<CbsEvent<'_>> {
    let service = split_once(rest, b" with error").map_or(rest, |(service, _)| service);
    let objects = vec![Object::Service(counted(service)?)];
    Some(CbsEvent::Failed(Failed { part: Part::ServiceStart, objects }))
}

/// `Over-removing a TLC, s/b internal error 0e471c…, Version = 6.1.7601.23455, pA = …`: the store's entry of a
/// deployment is incomplete.
pub(crate) fn over_removed(rest: &[u8]) -> Option<CbsEvent<'_>> {
    Some(CbsEvent::IncompleteEntry { component: optional(rest)? })
}

pub(crate) fn network_driver(rest: &[u8]) -> Option<CbsEvent<'_>> {
    Some(CbsEvent::InstallerNote(InstallerNote::Driver(optional(rest)?)))
}

pub(crate) fn library(rest: &[u8]) -> Option<CbsEvent<'_>> {
    Some(CbsEvent::InstallerNote(InstallerNote::Library(optional(rest)?)))
}

/// `Regenerating payload files from delta files on component: [l:91 ml:140]'amd64_x_31bf3856ad364e35_…'`
pub(crate) fn regenerating(rest: &[u8]) -> Option<CbsEvent<'_>> {
    Some(CbsEvent::Regenerating { component: counted(rest)? })
}

/// `[l:92{46}]"C:\Windows\System32\Macromed\Flash\activex.vch"`: the file that an installer is to copy.
pub(crate) fn destination(rest: &[u8]) -> Option<CbsEvent<'_>> {
    Some(CbsEvent::InstallerNote(InstallerNote::File(counted(rest)?)))
}

/// The package of a failing call that installs or pins a deployment: `…ICSITransaction_PinDeployment(…, rid = 'X', …)`.
pub(super) fn deployment<'a>(message: &Message<'a>) -> Option<CbsEvent<'a>> {
    let (_, call) = split_once(message.text, b"::ICSITransaction")?;
    let (_, rid) = split_once(call, b", rid = ")?;
    let package = match rid.strip_prefix(b"'") {
        Some(quoted) => optional(split_once(quoted, b"'")?.0)?,
        None => counted(rid)?,
    };
    let named = package.matches('~').count() >= 3;
    named
        .then(|| CbsEvent::Failed(Failed { part: Part::Deployment, objects: vec![Object::Package(package)] }))
}

/// `Loaded 427 pending advanced installer operations`
pub(crate) fn loaded(rest: &[u8]) -> Option<CbsEvent<'_>> {
    split_once(rest, b" pending advanced installer operations")?;
    let count = crate::text::leading_number(rest, 10)?.0;
    Some(CbsEvent::InstallerNote(InstallerNote::Loaded(count)))
}

/// `IAdvancedInstallerAwareStore_ResolvePendingTransactions call 1 loaded 0 pending advanced installer operations`
pub(crate) fn loaded_by_call<'a>(message: &Message<'a>) -> Option<CbsEvent<'a>> {
    loaded(split_once(message.text, b" loaded ")?.1)
}

/// `[SR] Repairing file \??\C:\…\Appx.psd1 from store`
pub(crate) fn file_repaired(rest: &[u8]) -> Option<CbsEvent<'_>> {
    const ENDS: [&[u8]; 3] = [b" by copying", b" from store", b" from backup"];
    let end = ENDS.iter().find_map(|end| memchr::memmem::rfind(rest, end));
    let path = rest.get(..end.unwrap_or(rest.len()))?;
    Some(CbsEvent::Repair(Repair::FileRepaired(counted_path(path)?)))
}

/// `[SR] Repairing 1 components`: SFC begins to repair what it has listed.
pub(crate) fn repairing(rest: &[u8]) -> Option<CbsEvent<'_>> {
    crate::text::leading_number(rest, 10)?;
    Some(CbsEvent::Repair(Repair::TransactionBegins))
}

pub(crate) fn transaction_done<'a>() -> Option<CbsEvent<'a>> {
    Some(CbsEvent::Repair(Repair::TransactionDone))
}

pub(crate) fn waits<'a>() -> Option<CbsEvent<'a>> {
    Some(CbsEvent::Repair(Repair::WaitsForRestart))
}

pub(crate) fn poqexec_registered(rest: &[u8]) -> Option<CbsEvent<'_>> {
    Some(CbsEvent::PoqexecRegistered { location: counted(rest)? })
}

pub(crate) fn store_corrupt(rest: &[u8]) -> Option<CbsEvent<'_>> {
    Some(CbsEvent::StoreCorrupt { category: counted(rest)? })
}

pub(crate) fn hydration_failed(rest: &[u8]) -> Option<CbsEvent<'_>> {
    let component = between(rest, b" for component ", b" on file ").and_then(optional);
    let file = between(rest, b" on file ", b" with NTSTATUS").and_then(optional);
    let base = between(rest, b"Matching Component = ", b". FileHas").and_then(optional);
    Some(CbsEvent::HydrationFailed { component, file, base })
}

/// `Hashes for file member [l:10]'Chakra.dll' do not match.`, or `… member \??\C:\…\x.dll do not match actual file …`
/// of Windows 7 and 8.
pub(crate) fn hash_mismatch(rest: &[u8]) -> Option<CbsEvent<'_>> {
    let file = split_once(rest, b" do not match").map_or(rest, |(file, _)| file);
    Some(CbsEvent::HashMismatch { file: counted_path(file)? })
}

/// `[SR] Cannot repair member file [l:18{9}]"img11.jpg" of Microsoft-Windows-Shell, Version = 6.0, … hash mismatch`
pub(crate) fn cannot_repair(rest: &[u8]) -> Option<CbsEvent<'_>> {
    let component = between(rest, b" of ", b", pkt ").or_else(|| between(rest, b" of ", b", pA"));
    Some(CbsEvent::CannotRepair { file: counted(rest)?, component: component.and_then(optional) })
}

pub(crate) fn cannot_reproject(rest: &[u8]) -> Option<CbsEvent<'_>> {
    let path = split_once(rest, b"; ").map_or(rest, |(path, _)| path);
    Some(CbsEvent::CannotReproject { path: counted_path(path)? })
}

pub(crate) fn component_deleted(rest: &[u8]) -> Option<CbsEvent<'_>> {
    let component = split_once(rest, b"[gle=").map_or(rest, |(component, _)| component);
    Some(CbsEvent::ComponentDeleted { component: counted(component)? })
}

pub(crate) fn corruption_count(rest: &[u8]) -> Option<CbsEvent<'_>> {
    Some(CbsEvent::CorruptionCount { count: number_after(rest, b"numCorruptions =")? })
}
