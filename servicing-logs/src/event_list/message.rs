//! From the message of a record back to its values. Codes, KB numbers and percent numbers are the same in every
//! language; the names of services are cut from the English sentences.

use crate::event_log::EventValue;
use crate::update_client::PROVIDER;

/// Bytes of a message that are kept.
pub(super) const MAX_MESSAGE: usize = 8 * 1024;

const SERVICES: &str = "Service Control Manager";
/// The Windows Update Standalone Installer, which installs .msu files.
const STANDALONE: &str = "Microsoft-Windows-WUSA";

/// What writes that a program crashed.
const CRASHES: &str = "Application Error";

/// English sentences of the service control manager: number of the event, and what stands around each value.
const SENTENCES: &[(u32, &[&str])] = &[
    (7000, &["The ", " service failed to start due to the following error:", ""]),
    (
        7001,
        &[
            "The ",
            " service depends on the ",
            " service which failed to start because of the following error:",
            "",
        ],
    ),
    (7009, &["A timeout was reached (", " milliseconds) while waiting for the ", " service to connect."]),
    (
        7011,
        &[
            "A timeout (",
            " milliseconds) was reached while waiting for a transaction response from the ",
            " service.",
        ],
    ),
    (7023, &["The ", " service terminated with the following error:", ""]),
    (7024, &["The ", " service terminated with the following service-specific error:", ""]),
    (7031, &["The ", " service terminated unexpectedly.  It has done this ", " time(s)."]),
    (7034, &["The ", " service terminated unexpectedly.  It has done this ", " time(s)."]),
    (7036, &["The ", " service entered the ", " state."]),
];

/// The values of a record, from its message.
pub(super) fn values(provider: &str, id: u32, message: &str) -> Vec<EventValue> {
    if provider.eq_ignore_ascii_case(SERVICES) {
        return service(id, message);
    }
    if provider.eq_ignore_ascii_case(STANDALONE) {
        return standalone(message);
    }
    if provider.eq_ignore_ascii_case(CRASHES) {
        return crash(message);
    }
    let mut values = Vec::new();
    let mut add = |name: &str, value: &str| {
        values.push(EventValue { name: name.to_owned(), value: value.trim().to_owned() });
    };
    let code = code(message);
    if let Some((code, _)) = code {
        add("errorCode", code);
    }
    match provider {
        PROVIDER => add("updateTitle", title(message, code.map(|(_, rest)| rest))),
        "Microsoft-Windows-Servicing" => {
            let package = words(message).find(|word| is_package(word));
            if let Some(package) = package {
                add("PackageIdentifier", package);
            }
            let target =
                message.split_once("changed to the ").and_then(|(_, rest)| rest.split_once(" state"));
            if let Some((target, _)) = target {
                add("IntendedPackageState", target);
            }
            let feature = message.split_once("pdate ").and_then(|(_, rest)| rest.split_once(" of package "));
            if let Some((feature, _)) = feature.filter(|(feature, _)| !feature.contains(' ')) {
                add("UpdateName", feature);
            }
        }
        "Microsoft-Windows-Bits-Client" => {
            let of = |before: &str, after: &str| {
                message
                    .split_once(before)
                    .and_then(|(_, rest)| rest.split_once(after))
                    .map(|(value, _)| value)
            };
            add("name", of("transferring the ", " transfer job").unwrap_or_default());
            add("url", of("associated with the ", " URL").unwrap_or_default());
        }
        _ => add("", message.lines().next().unwrap_or_default()),
    }
    values
}

/// `Windows update "Title" could not be installed because of error 2149842967 "" (Command line: ""…wusa.exe" "a.msu"")`:
/// title, code, its words, and the command line, in the order in which the record has them.
fn standalone(message: &str) -> Vec<EventValue> {
    let title = message.split_once("update ").map_or("", |(_, rest)| rest);
    let title = title.strip_prefix('"').and_then(|rest| rest.split_once('"')).map_or("", |(title, _)| title);
    let command = message.split_once("(Command line: ").map_or("", |(_, line)| line.trim_end_matches(')'));
    let title = if title.is_empty() { update_of(command) } else { title.to_owned() };
    let code = message.split_once("because of error ").and_then(|(_, rest)| rest.split_whitespace().next());
    let values =
        [("updateTitle", title), ("errorCode", code.unwrap_or_default().trim_end_matches('.').to_owned())];
    values.into_iter().map(|(name, value)| EventValue { name: name.to_owned(), value }).collect()
}

/// Program, module and code of a crash, in every language: what stands after the colon of the first three lines, up to
/// the comma. `Faulting application name: TiWorker.exe, version: 10.0.17763.3641, time stamp: 0x5d1f3f1a`
fn crash(message: &str) -> Vec<EventValue> {
    let names = ["AppName", "ModuleName", "ExceptionCode"];
    let lines = message.lines().filter_map(|line| line.split_once([':', '：']));
    let value = |text: &str| text.split([',', '，']).next().unwrap_or_default().trim().to_owned();
    let values = names.iter().zip(lines);
    values.map(|(name, (_, text))| EventValue { name: (*name).to_owned(), value: value(text) }).collect()
}

/// The number in the name of the file that a command line installs: `KB1234567` of `…\windows10.0-kb1234567-x64.msu`.
fn update_of(command: &str) -> String {
    let lower = command.to_ascii_lowercase();
    let number = lower.match_indices("kb").find_map(|(at, _)| {
        let digits = lower.get(at + 2..)?;
        digits.get(..digits.bytes().take_while(u8::is_ascii_digit).count()).filter(|digits| digits.len() >= 6)
    });
    number.map_or_else(String::new, |number| format!("KB{number}"))
}

fn service(id: u32, message: &str) -> Vec<EventValue> {
    let Some((_, parts)) = SENTENCES.iter().find(|(number, _)| *number == id) else { return Vec::new() };
    let (first, between) = parts.split_first().unwrap_or((&"", &[]));
    let message = message.replace(".  It", ". It").replace(". It", ".  It");
    let Some(mut rest) = message.strip_prefix(first) else { return Vec::new() };
    let mut values = Vec::new();
    for part in between {
        let (value, after) = match *part {
            // The last value is a line; what follows was put between the records.
            "" => (rest.trim_start().lines().next().unwrap_or_default(), ""),
            part => match rest.split_once(part) {
                Some(split) => split,
                None => break,
            },
        };
        values.push(EventValue { name: String::new(), value: value.trim().to_owned() });
        rest = after;
    }
    values
}

/// The title of an update: what follows the code, or the last colon before it.
fn title<'a>(message: &'a str, after_code: Option<&'a str>) -> &'a str {
    let rest = match after_code {
        Some(rest) => rest.split_once([':', '：']).map_or("", |(_, title)| title),
        None => {
            message.split_once("update: ").or_else(|| message.rsplit_once([':', '：'])).map_or("", |(_, t)| t)
        }
    };
    rest.lines().next().unwrap_or_default().trim().trim_end_matches('.')
}

/// The first `0x` with eight digits, and what follows it.
fn code(message: &str) -> Option<(&str, &str)> {
    let (mut rest, mut at) = (message, 0);
    while let Some(found) = rest.find("0x") {
        let digits = rest.get(found + 2..)?;
        let length = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
        if length == 8 {
            let begin = at + found;
            return Some((message.get(begin..begin + 10)?, message.get(begin + 10..)?));
        }
        at += found + 2;
        rest = digits;
    }
    None
}

fn words(message: &str) -> impl Iterator<Item = &str> {
    message.split_whitespace().map(|word| word.trim_end_matches(['.', ',', ':', ';']))
}

/// `KB1234567`, or a package's identity.
fn is_package(word: &str) -> bool {
    let digits = word.strip_prefix("KB").unwrap_or_default();
    word.contains('~') || digits.len() >= 6 && digits.bytes().all(|byte| byte.is_ascii_digit())
}
