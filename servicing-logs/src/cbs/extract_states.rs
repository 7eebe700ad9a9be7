//! Reads the fields of lines that report how work ends: features, checks and repairs of the store, restarts.

use super::event::*;
use super::extract::{Message, end_status, optional, text, token};
use super::failed::*;
use super::headless::is_mof_error;
use super::object::{self, Object};
use super::stage::{Stage, Step};
use crate::codes;
use crate::text::{between, decode, leading_number, lines, split_once, whole_number};
use status_codes::results;

pub(crate) fn restart<'a>(restart: Restart) -> Option<CbsEvent<'a>> {
    Some(CbsEvent::Restart(restart))
}

pub(crate) fn store<'a>(fixed: bool) -> Option<CbsEvent<'a>> {
    Some(CbsEvent::Repair(Repair::Store { fixed }))
}

pub(crate) fn flow(rest: &[u8]) -> Option<CbsEvent<'_>> {
    Some(CbsEvent::Flow { stage: text(rest) })
}

/// `Startup: Failed while processing [non-critical ]driver operations queue.` or `… primitive operations queue.`
pub(crate) fn queue_failed<'a>(stage: Stage, message: &Message<'a>) -> Option<CbsEvent<'a>> {
    let primitives = memchr::memmem::find(message.text, b"primitive").is_some();
    let step = if primitives { Step::PrimitivesFailed } else { Step::DriverQueueFailed };
    Some(CbsEvent::Stage { stage, step })
}

/// A line that ends with a result. It is a failure if the result is one.
pub(crate) fn result<'a>(part: Part, message: &Message<'a>, rest: &'a [u8]) -> Option<CbsEvent<'a>> {
    let code = codes::leading_status(rest)?;
    code.is_failure().then(|| CbsEvent::Failed(Failed { part, objects: object::all(message.text) }))
}

/// `Created NT transaction (seq 1) result 0x00000000, handle @0x334`
pub(crate) fn transaction<'a>(message: &Message<'a>) -> Option<CbsEvent<'a>> {
    result(Part::Call, message, split_once(message.text, b" result ")?.1)
}

/// `SetProgressMessage: …, ExecuteState: CbsExecuteStateStageDrivers | CbsExecuteStateFlagRollback, SubStage: 0`
pub(crate) fn progress_message<'a>(message: &Message<'a>) -> Option<CbsEvent<'a>> {
    memchr::memmem::find(message.text, b"Rollback")?;
    Some(CbsEvent::Stage { stage: Stage::Other, step: Step::Rollback })
}

/// `DpxException hr=0x80070002 code=0x020217`: an optional file that is missing is no failure.
pub(crate) fn unpacking<'a>(message: &Message<'a>) -> Option<CbsEvent<'a>> {
    let (value, _) = crate::text::leading_hex(split_once(message.text, b"hr=0x")?.1)?;
    let code =
        u32::try_from(value).ok().filter(|code| code >> 31 == 1 && *code != results::ERROR_FILE_NOT_FOUND)?;
    let failed = Failed { part: Part::Unpacking, objects: object::all(message.text) };
    (code != 0).then_some(CbsEvent::Failed(failed))
}

/// `FC:   CFCAcquirerWUClient::Download(134): Result = 0x8024402C`, and steps that only report their progress.
pub(crate) fn download_step<'a>(message: &Message<'a>) -> Option<CbsEvent<'a>> {
    let failed = codes::primary_code(message.text).is_some_and(|code| code.value.is_failure());
    failed.then(|| CbsEvent::Failed(Failed { part: Part::Download, objects: Vec::new() }))
}

/// `Failed to get uup features from WU, sessionData: {"Features":[{"name":"Language.Basic~fa-ir~1.0"},…]}`
pub(crate) fn download<'a>(message: &Message<'a>) -> Option<CbsEvent<'a>> {
    const MOST: usize = 4;
    let mut objects = Vec::new();
    let mut rest = message.text;
    while let Some((_, tail)) = split_once(rest, b"\"name\":\"").filter(|_| objects.len() < MOST) {
        let (name, after) = split_once(tail, b"\"").unwrap_or((tail, b""));
        objects.push(Object::Feature(decode(name)));
        rest = after;
    }
    Some(CbsEvent::Failed(Failed { part: Part::Download, objects }))
}

/// `… package: X, update: Y, start: …, overall result:0x800f0922 (CBS_E_INSTALLERS_FAILED)`
pub(crate) fn feature(rest: &[u8]) -> Option<CbsEvent<'_>> {
    let feature = between(rest, b"update: ", b",").and_then(optional)?;
    let status = split_once(rest, b"overall result:").and_then(|(_, status)| codes::leading_status(status));
    let state = |label: &[u8]| between(rest, label, b",").unwrap_or_default().trim_ascii();
    let removal = state(b"start: ") == b"Installed" && !matches!(state(b"target: "), b"" | b"Installed");
    Some(CbsEvent::Feature(FeatureChange { package: Some(token(rest)), feature, removal, status }))
}

/// `0x8024402c, client id: …, capabilities: Language.Basic~fa-ir~1.0;Language.Fonts.Arab~und-Arab~1.0, state: …`
pub(crate) fn capability(rest: &[u8]) -> Option<CbsEvent<'_>> {
    let feature = between(rest, b"capabilities: ", b",").and_then(optional)?;
    let status = codes::leading_status(rest);
    Some(CbsEvent::Feature(FeatureChange { package: None, feature, removal: false, status }))
}

/// `Package "X" requires Servicing Stack v10.0.14393.5285 but current Servicing Stack is v10.0.14393.4349.`
pub(crate) fn stack_too_old(rest: &[u8]) -> Option<CbsEvent<'_>> {
    let (package, rest) = split_once(rest, b"\"")?;
    let version = |bytes| token(bytes).trim_end_matches('.').to_owned();
    let needed = version(split_once(rest, b"requires Servicing Stack v")?.1);
    let present = version(split_once(rest, b"current Servicing Stack is v")?.1);
    Some(CbsEvent::StackTooOld(StackTooOld {
        package: text(package),
        needed: needed.into(),
        present: present.into(),
    }))
}

pub(crate) fn service_end(rest: &[u8]) -> Option<CbsEvent<'_>> {
    let end = match rest.trim_ascii() {
        reason if reason.ends_with(b"PRESHUTDOWN") => ServiceEnd::Preshutdown,
        reason if reason.ends_with(b"AUTOSTOP") => ServiceEnd::Autostop,
        _ => ServiceEnd::Stopped,
    };
    Some(CbsEvent::ServiceEnd(end))
}

pub(crate) fn detected(rest: &[u8]) -> Option<CbsEvent<'_>> {
    Some(CbsEvent::Repair(Repair::Detected(whole_number(rest)?)))
}

pub(crate) fn repaired(rest: &[u8]) -> Option<CbsEvent<'_>> {
    Some(CbsEvent::Repair(Repair::Repaired(whole_number(rest)?)))
}

/// `Found 6856 errors`, `Fixed 175 errors`: the summary of CheckSUR.log.
pub(crate) fn counted_errors<'a>(rest: &'a [u8], says: fn(u32) -> Repair<Text<'a>>) -> Option<CbsEvent<'a>> {
    let (count, taken) = leading_number(rest, 10)?;
    rest.get(taken..)?.starts_with(b" error").then(|| CbsEvent::Repair(says(count)))
}

/// The summary of a check begins. Older stacks write it as one message.
pub(crate) fn check_begins<'a>(message: &Message<'a>) -> Option<CbsEvent<'a>> {
    summary(message).or(Some(CbsEvent::Repair(Repair::CheckBegins)))
}

/// The summary of a check in one message: `Total Detected Corruption: 5 … Total Repaired Corruption: 0`.
pub(crate) fn summary<'a>(message: &Message<'a>) -> Option<CbsEvent<'a>> {
    let total = |label: &[u8]| {
        let (value, _) = leading_number(split_once(message.whole, label)?.1.trim_ascii_start(), 10)?;
        Some(value)
    };
    let (detected, repaired) = (total(b"Total Detected Corruption:")?, total(b"Total Repaired Corruption:")?);
    let entry = |line: &'a [u8]| listed_object(LISTS.iter().find_map(|list| line.strip_prefix(*list))?);
    let listed = lines(message.whole).filter_map(|(_, line)| entry(line.bytes)).take(MAX_LISTED).collect();
    Some(CbsEvent::Repair(Repair::Summary { detected, repaired, listed }))
}

/// `(p)<TAB>CSI Payload Corrupt<TAB>(n)<TAB>(Fixed)<TAB>component\file`. Copies of logs turn the tabs into spaces.
pub(crate) fn listed(rest: &[u8]) -> Option<CbsEvent<'_>> {
    let (object, fixed) = listed_object(rest)?;
    Some(CbsEvent::Repair(Repair::Listed { object, fixed }))
}

/// What begins an entry of a check's list: payload, and what could not be repaired, warned of, or was.
const LISTS: &[&[u8]] = &[b"(p)", b"(f)", b"(w)", b"(fix)"];

/// What an entry says is wrong.
const DAMAGES: &[&[u8]] = &[
    b" Corrupt",
    b" Missing",
    b" All Zeros",
    b" Registry Error",
    b" Failed Catalog Check",
    b" Do Not Match",
    b" Version Incorrect",
];

/// What an entry names, and whether it was repaired.
fn listed_object(rest: &[u8]) -> Option<(Object<Text<'_>>, bool)> {
    DAMAGES.iter().find(|word| memchr::memmem::find(rest, word).is_some())?;
    let fixed =
        [&b"(Fixed)"[..], b"File Replaced"].iter().any(|word| memchr::memmem::find(rest, word).is_some());
    let words = || rest.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty());
    // What follows the name is the reason.
    let named =
        words().find(|word| word.contains(&b'\\') || word.contains(&b'~')).or_else(|| words().next_back())?;
    let object = object::component(named).unwrap_or_else(|| match named.contains(&b'\\') {
        false if named.contains(&b'~') => Object::Package(decode(named)),
        _ => Object::Path(decode(named)),
    });
    Some((object, fixed))
}

/// `Repr: Not able to find replacement file for component X, file Y from any local source`
pub(crate) fn no_source(rest: &[u8]) -> Option<CbsEvent<'_>> {
    let component = text(between(rest, b"for component ", b", file ")?);
    let file = text(between(rest, b", file ", b" from ")?);
    Some(CbsEvent::Repair(Repair::NoSource(Object::File { component, file })))
}

/// A line that says that `part` failed. A code of success takes the line's word back.
pub(crate) fn failed<'a>(part: Part, message: &Message<'a>) -> Option<CbsEvent<'a>> {
    if end_status(message.text).is_some_and(|code| !code.is_failure()) {
        return None;
    }
    Some(CbsEvent::Failed(Failed { part, objects: object::all(message.text) }))
}

/// Words in the failing calls of the component store that say more than that a call failed.
const CALLS: &[(&[u8], Part)] = &[
    (b"InitializeSmartInstaller", Part::InstallerSetup),
    (b"RegenerateComponentPayload", Part::Payload),
    (b"originated in function", Part::Call),
];

/// A failing line of the component store that begins with a status or a source file, or any other failing line.
pub(crate) fn other<'a>(csi: bool, message: &Message<'a>) -> CbsEvent<'a> {
    if let Some(deployment) = csi.then(|| super::extract_csi::deployment(message)).flatten() {
        return deployment;
    }
    if csi && is_mof_error(message.text) {
        return CbsEvent::Failed(Failed { part: Part::Mof, objects: object::all(message.text) });
    }
    let known = CALLS.iter().find(|(word, _)| memchr::memmem::find(message.text, word).is_some());
    let call = csi && memchr::memmem::find(message.text, b"# ").is_some();
    let part = known.map_or(if call { Part::Call } else { Part::Other }, |(_, part)| *part);
    CbsEvent::Failed(Failed { part, objects: object::all(message.text) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_a_check() {
        let read = |text: &'static str| listed(text.as_bytes().strip_prefix(b"(p)").unwrap());
        let key = "amd64_microsoft-windows-x_31bf3856ad364e35_10.0.1.1_none_0123456789abcdef";
        let file = |fixed| {
            let object = Object::File { component: key.into(), file: "a.dll".into() };
            Some(CbsEvent::Repair(Repair::Listed { object, fixed }))
        };
        let tabs = format!("(p)\tCSI Payload Corrupt\t(n)\t\t\t{key}\\a.dll").leak();
        assert_eq!(read(tabs), file(false));
        let spaces = format!("(p) CSI Payload Corrupt (w) (Fixed) {key}\\a.dll").leak();
        assert_eq!(read(spaces), file(true));
        assert_eq!(read("(p) something else"), None);
        let manifest = "Microsoft-Windows-X-Package~31bf3856ad364e35~amd64~~10.0.1.1";
        let zeros = "(p) CSI Manifest All Zeros\t0x00000000\twinsxs\\Manifests\\x86_a_b.manifest\tx86_a";
        assert!(matches!(read(zeros), Some(CbsEvent::Repair(Repair::Listed { fixed: false, .. }))));
        let registry =
            format!("(p) CBS Registry Error\t0x80070002\t{}", "A-Package~31bf3856ad364e35~amd64~~1.0.0.0");
        assert!(read(registry.leak()).is_some());
        assert_eq!(
            counted_errors(b"10 errors", Repair::Detected),
            Some(CbsEvent::Repair(Repair::Detected(10)))
        );
        assert_eq!(counted_errors(b"10 packages", Repair::Detected), None);
        let missing = format!("(p) CBS MUM Missing (n) {manifest}").leak();
        let object = Object::Package(manifest.into());
        assert_eq!(read(missing), Some(CbsEvent::Repair(Repair::Listed { object, fixed: false })));
    }
}
