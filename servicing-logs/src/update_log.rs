//! The logs of the update client: WindowsUpdate.log in both its forms, and ReportingEvents.log. What they say becomes
//! records of the client's own events, which say the same in an event log. `client_log` reads those of other clients.
//!
//! ```text
//! 2016-10-31<TAB>11:25:11:755<TAB>1384<TAB>1174<TAB>Handler<TAB>FATAL: CBS called Error with 0x80070308,
//! 2019/06/05 11:07:50.0950566 21136   9740  Agent           LogHistory called. … resultMapped=80070643
//! {GUID}<TAB>2017-12-12 19:46:19:636+0900<TAB>1<TAB>182 [AGENT_INSTALLING_FAILED]<TAB>101<TAB>{GUID}<TAB>203<TAB>80242015<TAB>…
//! ```

mod words;

use crate::client_log;
use crate::event_list::ListedEvent;
use crate::event_log::{EventRecord, EventValue};
use crate::text::{LogText, decode, lines};
use crate::time::{LocalTime, parse_local};
use crate::update_client::{DOWNLOAD_FAILED, EVALUATION_FAILED, FAILED, INSTALLED, PROVIDER, SEARCH_FAILED};
use words::{
    BEGUN, COMPONENTS, EVALUATES, FAILED_WITH, GOES_WELL, MAX_HEAD_WORDS, NUMBERED, REPORTED, SEARCH, STATED,
    TRIED_AGAIN, UNTIMED, UPDATE_IDS,
};

/// Lines that show which client wrote a log.
const FIRST_LINES: usize = 400;

/// Whether a line is one of these logs.
pub(crate) fn is_line(line: &[u8]) -> bool {
    if client_log::is_line(line) {
        return true;
    }
    let line = decode(line);
    let tells = |line: &str| is_broken(line) || stated(line, "").is_some() || evaluated(line).is_some();
    split(&line).is_some() || untimed(&line).is_some_and(tells)
}

/// A line without its time, which a post left out or masked: from its component on.
fn untimed(line: &str) -> Option<&str> {
    let line = line.trim().trim_start_matches(['>', ' ']);
    if UNTIMED.iter().any(|begin| line.starts_with(begin)) {
        return Some(line);
    }
    let is_id = |word: &str| {
        matches!(word, "PID" | "TID") || word.len() <= 6 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    // The address of a word is where it begins in the line.
    let words: Vec<&str> = line.split_whitespace().take(MAX_HEAD_WORDS).collect();
    words.windows(3).find_map(|three| {
        let [first, second, name] = three else { return None };
        let ids = is_id(first) && is_id(second);
        let traced = second.contains("_cpp") && name.starts_with('[');
        let known = COMPONENTS.contains(&name.trim_matches(['[', ']']));
        (known && (ids || traced)).then(|| line.find(name).and_then(|at| line.get(at..)))?
    })
}

/// Whether a line has the address of a download, and its result is in the next line.
fn is_broken(line: &str) -> bool {
    line.starts_with("Windows failed to download from http") && !line.contains(" to local path = ")
}

/// Reads such a log. Each result goes to `visit`. The result is the number of its lines.
pub fn read(data: &[u8], mut visit: impl FnMut(ListedEvent)) -> u64 {
    let text = LogText::new(data);
    if lines(text.bytes()).take(FIRST_LINES).any(|(_, line)| client_log::is_line(line.bytes)) {
        return client_log::read(data, visit);
    }
    let mut records = 0;
    // The package that the handler works on, and the code that was told of it.
    let mut package = String::new();
    let mut told = None;
    let mut searching = false;
    // A search that failed, or a step that is tried again: a later one may go well.
    let mut open: Option<ListedEvent> = None;
    // What the search says of single updates counts where nothing else failed.
    let mut unevaluated: Option<ListedEvent> = None;
    let mut failed = false;
    // An address that a post broke off from its result.
    let mut begun = String::new();
    for (number, line) in lines(text.bytes()) {
        let text = decode(line.bytes);
        let text =
            if begun.is_empty() { text } else { format!("{} {text}", std::mem::take(&mut begun)).into() };
        let broken = untimed(&text).filter(|line| is_broken(line));
        if let Some(half) = broken.or_else(|| is_half_row(&text).then_some(&*text)) {
            half.clone_into(&mut begun);
            continue;
        }
        let timed = split(&text).map(|(local, message)| (Some(local), message));
        let Some((local, message)) = timed.or_else(|| Some((None, untimed(&text)?))) else { continue };
        records += 1;
        let [begins, ends] = SEARCH.map(|edge| message.contains(edge));
        // The line that ends a search may give its code.
        let in_search = searching || begins || ends;
        searching = begins || searching && !ends;
        if let Some(name) = worked_on(message) {
            (package, told) = (name, None);
        }
        if GOES_WELL.iter().any(|part| message.contains(part)) {
            open = None;
            continue;
        }
        let told_of = reported(message)
            .or_else(|| copied(message))
            .or_else(|| stated(message, &package))
            .or_else(|| evaluated(message));
        let Some((id, code, title)) = told_of else {
            continue;
        };
        let id = if in_search && id == FAILED { SEARCH_FAILED } else { id };
        let title = if id == SEARCH_FAILED { String::new() } else { title };
        // The agent ends a search with its code as it ends an installation.
        let again = told == Some((id, code)) || id == FAILED && told == Some((SEARCH_FAILED, code));
        if again && (title.is_empty() || title == package) {
            continue;
        }
        told = Some((id, code));
        let value = (code != 0).then(|| ("errorCode", format!("0x{code:08x}")));
        let values = value.into_iter().chain([("updateTitle", title)]);
        let record = EventRecord {
            record_id: number,
            provider: PROVIDER.to_owned(),
            event_id: id,
            values: values.map(|(name, value)| EventValue { name: name.to_owned(), value }).collect(),
            ..EventRecord::default()
        };
        let event = ListedEvent { record, local, line: number };
        if id == EVALUATION_FAILED {
            unevaluated.get_or_insert(event);
            continue;
        }
        failed |= id != INSTALLED;
        let again = id == SEARCH_FAILED || TRIED_AGAIN.iter().any(|part| message.contains(part));
        if again {
            // One that failed for another reason was no step of the same search.
            open.replace(event).into_iter().for_each(&mut visit);
        } else {
            visit(event);
        }
    }
    let unevaluated = unevaluated.filter(|_| !failed && open.is_none());
    open.into_iter().chain(unevaluated).for_each(visit);
    records
}

/// The update that a line says is being installed: its package, or its number.
fn worked_on(message: &str) -> Option<String> {
    if let Some((_, name)) = message.split_once("CBS package identity: ") {
        return Some(name.trim().to_owned());
    }
    if let Some(begun) = begun_of(message) {
        return Some(begun);
    }
    let setup = message.contains("Starting Windows Setup");
    let id = id_of(message).filter(|_| setup || message.contains("Preparing update for install"))?;
    // For a feature update the client only starts its program.
    Some(if setup { format!("{id} (Windows Setup)") } else { id.to_owned() })
}

/// The number of the update in a line.
fn id_of(message: &str) -> Option<&str> {
    let (_, rest) = UPDATE_IDS.iter().find_map(|key| message.split_once(key))?;
    rest.split_once('}').map(|(id, _)| id)
}

/// A line in its time and the rest of it.
fn split(line: &str) -> Option<(LocalTime, &str)> {
    let line = line.trim_start_matches(['>', ' ', '\u{feff}']);
    if line.starts_with('{') {
        let (_, rest) = line.split_once(['\t', ' '])?;
        let (time, taken) = parse_local(rest.as_bytes())?;
        let rest = rest.get(taken..)?;
        rest.contains("[AGENT_").then_some(())?;
        return Some((time, rest));
    }
    let (time, taken) = parse_local(line.replacen('\t', " ", 1).as_bytes())?;
    let rest = line.get(taken..)?;
    // `:755` of the old form is the milliseconds.
    let rest =
        rest.strip_prefix(':').map_or(rest, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let mut words = rest.split_whitespace();
    let is_hex =
        |word: &str| !word.is_empty() && word.len() <= 6 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let ids = words.next().is_some_and(is_hex) && words.next().is_some_and(is_hex);
    let component = words.next()?;
    let named = component.starts_with(|c: char| c.is_ascii_uppercase()) && component.len() <= 20;
    // `Unknown` is a message without its symbols.
    (ids && named && component != "Unknown").then_some((time, rest))
}

/// Whether a row of ReportingEvents.log, whose tabs a post turned into spaces, goes on in the next line.
fn is_half_row(line: &str) -> bool {
    let rest = line.split_once("[AGENT_").and_then(|(_, rest)| rest.split_once(']')).map(|(_, rest)| rest);
    line.starts_with('{')
        && rest.is_some_and(|rest| !rest.contains('\t') && words_of_row(rest).nth(3).is_none())
}

/// The words behind the name of the event: a number, the update, its revision, the code, then the text.
fn words_of_row(rest: &str) -> impl Iterator<Item = &str> {
    rest.split_whitespace()
}

/// A row of ReportingEvents.log, or the copy of one in WindowsUpdate.log.
fn reported(message: &str) -> Option<(u32, u32, String)> {
    let (_, rest) = message.split_once('[')?;
    let (name, rest) = rest.split_once(']')?;
    let (_, id) = REPORTED.iter().find(|(known, _)| *known == name)?;
    if !rest.contains('\t') {
        let code = words_of_row(rest).nth(3).and_then(|code| u32::from_str_radix(code, 16).ok())?;
        let named = rest.contains("error 0x") && rest.contains(": ");
        return Some((*id, code, if named { title(rest) } else { String::new() }));
    }
    let fields: Vec<&str> = rest.split('\t').collect();
    let code = fields.get(4).and_then(|code| u32::from_str_radix(code, 16).ok()).unwrap_or_default();
    let text = fields.iter().skip(5).max_by_key(|field| field.len()).unwrap_or(&"");
    Some((*id, code, title(text)))
}

/// `REPORT EVENT: {id}<TAB>time<TAB>1<TAB>182<TAB>101<TAB>{update}<TAB>200<TAB>80073712<TAB>…<TAB>text`
fn copied(message: &str) -> Option<(u32, u32, String)> {
    let (_, row) = message.split_once("REPORT EVENT: {")?;
    let fields: Vec<&str> = row.split('\t').collect();
    let (_, id) = NUMBERED.iter().find(|(number, _)| fields.get(3) == Some(number))?;
    let code = fields.get(7).and_then(|code| u32::from_str_radix(code, 16).ok()).unwrap_or_default();
    Some((*id, code, title(fields.get(8..)?.iter().max_by_key(|field| field.len())?)))
}

/// The update whose installation the copy of a report says begins.
fn begun_of(message: &str) -> Option<String> {
    let (_, row) = message.split_once("REPORT EVENT: {")?;
    let fields: Vec<&str> = row.split('\t').collect();
    (fields.get(3) == Some(&BEGUN)).then_some(())?;
    Some(title(fields.get(8..)?.iter().max_by_key(|field| field.len())?))
}

/// A line of a search that could not find out whether an update applies. The client's own codes, 0x8024xxxx, are
/// ordinary there: they are those of updates for what this machine does not have.
fn evaluated(message: &str) -> Option<(u32, u32, String)> {
    if !EVALUATES.iter().any(|part| message.contains(part)) {
        return None;
    }
    let code = message.rsplit_once("hr = ")?.1.trim_start_matches("0x").get(..8)?;
    let code = u32::from_str_radix(code, 16).ok().filter(|code| code >> 16 == 0x8007)?;
    let id = id_of(message).map(str::to_owned).unwrap_or_default();
    Some((EVALUATION_FAILED, code, id))
}

/// What follows `with error 0x80242015: `, or the last colon.
fn title(text: &str) -> String {
    let rest = text.split_once("error 0x").and_then(|(_, rest)| rest.split_once(": "));
    let title = rest.or_else(|| text.split_once("update: ")).or_else(|| text.rsplit_once(": "));
    title.map_or(text, |(_, title)| title).trim().trim_end_matches('.').to_owned()
}

/// A line of WindowsUpdate.log that states a failing result.
fn stated(message: &str, package: &str) -> Option<(u32, u32, String)> {
    if let Some(ended) = orchestrated(message) {
        return Some(ended);
    }
    if let Some((code, words)) = message.split_once("*FAILED* [").and_then(|(_, rest)| rest.split_once(']')) {
        let (begin, id) = FAILED_WITH.iter().find(|(begin, _)| words.trim_start().starts_with(begin))?;
        let code = u32::from_str_radix(code, 16).ok().filter(|code| code >> 31 == 1)?;
        let named = words.trim_start().get(begin.len()..).and_then(|rest| rest.split([' ', ';']).next());
        let title = named.filter(|_| *id == DOWNLOAD_FAILED).unwrap_or(package);
        return Some((*id, code, title.to_owned()));
    }
    STATED.iter().find_map(|(part, id)| {
        let (before, after) = message.split_once(part)?;
        let code = match *id {
            DOWNLOAD_FAILED if !after.contains("0x") => before.rsplit_once("0x").map(|(_, code)| code),
            DOWNLOAD_FAILED => after.rsplit_once("0x").map(|(_, code)| code),
            _ => Some(after.trim_start_matches("0x")),
        }?;
        let digits = code.get(..8).filter(|code| code.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let code = u32::from_str_radix(digits, 16).ok().filter(|code| code >> 31 == 1)?;
        let title = match *id {
            DOWNLOAD_FAILED => file_of(before).unwrap_or(package).to_owned(),
            _ => id_of(message).unwrap_or(package).to_owned(),
        };
        Some((*id, code, title))
    })
}

/// A line of the update orchestrator: `*Download finished* -> [Results] : {id}:2021-01 Update … (KB4589210):hr=0x8024001e;`
fn orchestrated(message: &str) -> Option<(u32, u32, String)> {
    let (step, rest) = message.split_once("* -> [Results] : {")?;
    let (title, code) = rest.split_once("}:")?.1.rsplit_once(":hr=0x")?;
    let code = u32::from_str_radix(code.get(..8)?, 16).ok().filter(|code| code >> 31 == 1)?;
    let id = if step.contains("Download") { DOWNLOAD_FAILED } else { FAILED };
    Some((id, code, title.to_owned()))
}

/// The last part of the address in a line: `…/winreupdateinstaller.exe`.
fn file_of(text: &str) -> Option<&str> {
    let (_, address) = text.split_once("http")?;
    address.split_whitespace().next()?.rsplit('/').next()
}

#[cfg(test)]
mod tests;
