//! The command that begins a remedy, with the path, service or library of the case.
//!
//! A person pastes it. So it uses a name of the trace only if a command line can read it as nothing but a name.

use status_codes::status;
use timeline::{Event, Mark};

use crate::{missing::Lack, remedy::Remedy, rules::Rule};

/// Remedies that a report gives.
const MOST: usize = 3;

/// The values of the placeholders of commands.
pub(crate) struct Names<'a> {
    pub(crate) failing: Option<&'a Event>,
    pub(crate) lacks: &'a [(Lack, String)],
    /// What the first fault of the logs names.
    pub(crate) item: Option<&'a str>,
    pub(crate) marked: &'a [(Mark, Event)],
    /// The service that the failed installer waited for.
    pub(crate) awaited: Option<&'a str>,
}

impl Names<'_> {
    /// A rule's command with its placeholders filled; empty if one of them has no safe value.
    pub(crate) fn command(&self, rule: &Rule) -> String {
        let mut command = String::new();
        let mut rest = rule.command.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { return String::new() };
            let Some(value) = self.value(name, rule) else { return String::new() };
            command.push_str(before);
            command.push_str(&value);
            rest = after;
        }
        command + rest
    }

    fn value(&self, name: &str, rule: &Rule) -> Option<String> {
        let path = self.failing.map(|event| event.path.as_str());
        let value = match name {
            "path" => path?,
            "folder" => path?.rsplit_once('\\')?.0,
            "permissions" => return permissions(self.failing?),
            "item" => {
                let item = for_command_line(self.item?);
                return is_safe(&item).then_some(item);
            }
            "service" => {
                let named = rule.matches.disabled.iter().chain(&rule.matches.service).next();
                let lacking = || self.lacks.iter().map(|(_, name)| name).find(|name| !name.is_empty());
                named.or_else(lacking).map(String::as_str).or(self.awaited)?
            }
            "library" => {
                let mut loads = self.marked.iter().filter(|(mark, _)| *mark == Mark::ForeignImage);
                &loads.next()?.1.path
            }
            _ => return None,
        };
        is_safe(value).then(|| value.to_owned())
    }
}

/// A name without the prefixes of the kernel and of long paths, which command lines do not know.
fn for_command_line(name: &str) -> String {
    const PREFIXES: [(&str, &str); 4] =
        [(r"\??\", ""), (r"\\?\", ""), (r"\Registry\Machine\", r"HKLM\"), (r"\SystemRoot\", r"C:\Windows\")];
    let known = |(prefix, plain): &(&str, &str)| {
        let begin = name.get(..prefix.len())?;
        let rest = begin.eq_ignore_ascii_case(prefix).then(|| name.get(prefix.len()..))??;
        Some(format!("{plain}{rest}"))
    };
    PREFIXES.iter().find_map(known).unwrap_or_else(|| name.to_owned())
}

/// Whether a text stays one name between the quotes of cmd.exe and of PowerShell.
fn is_safe(text: &str) -> bool {
    let acts = |c: char| {
        c.is_control() || matches!(c, '"' | '\'' | '`' | '%' | '|' | '<' | '>' | '\u{2018}'..='\u{201F}')
    };
    !text.is_empty() && text.len() < 1024 && !text.contains(acts) && !text.contains("$(")
}

/// Whether commands can reach a path as it is.
fn is_file(path: &str) -> bool {
    path.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) && path.get(1..3) == Some(":\\")
}

fn is_key(path: &str) -> bool {
    ["HKLM\\", "HKU\\", "HKCR\\", "HKCU\\"].iter().any(|hive| path.starts_with(hive))
}

/// Shows the permissions of the object.
fn permissions(event: &Event) -> Option<String> {
    let path = event.path.as_str();
    match path {
        path if !is_safe(path) => None,
        path if is_file(path) => Some(format!("icacls \"{path}\"")),
        path if is_key(path) => {
            Some(format!("powershell \"Get-Acl -LiteralPath 'Registry::{path}' | Format-List\""))
        }
        _ => None,
    }
}

/// Shows whether the object is there.
fn look(event: &Event) -> Option<String> {
    let path = event.path.as_str();
    match path {
        path if !is_safe(path) => None,
        path if is_file(path) => Some(format!("dir /a \"{path}\"")),
        path if is_key(path) => Some(format!("reg query \"{path}\"")),
        _ => None,
    }
}

/// Shows who else uses the object in the trace.
fn users(event: &Event) -> Option<String> {
    is_safe(&event.path).then(|| format!("bootrace events boot.pml --where \"path is {}\"", event.path))
}

/// The command for a failing operation by its status.
pub(crate) fn of_status(event: &Event) -> String {
    let drive = event.path.get(..2).filter(|_| is_file(&event.path)).unwrap_or("C:");
    let command = match event.status {
        status::ACCESS_DENIED | status::CANNOT_DELETE => permissions(event),
        status::SHARING_VIOLATION | status::DELETE_PENDING | status::OBJECT_NAME_COLLISION => users(event),
        status::DISK_FULL => Some(format!("fsutil volume diskfree {drive}")),
        status::CRC_ERROR
        | status::IO_DEVICE_ERROR
        | status::DEVICE_DATA_ERROR
        | status::DISK_CORRUPT_ERROR
        | status::FILE_CORRUPT_ERROR
        | status::REGISTRY_CORRUPT => Some(format!("chkdsk {drive} /scan")),
        code if matches!(code >> 16, 0xC019 | 0xC01A) => Some(format!("fsutil resource info {drive}\\")),
        _ => look(event),
    };
    command.unwrap_or_default()
}

/// Shows the services of a process.
pub(crate) fn of_process(name: &str) -> String {
    if is_safe(name) { format!("tasklist /svc /fi \"imagename eq {name}\"") } else { String::new() }
}

/// The first three remedies, without those that begin as an earlier one does. Quotes do not make another command.
pub(crate) fn without_repeats(remedies: Vec<Remedy>) -> Vec<Remedy> {
    let mut kept: Vec<Remedy> = Vec::new();
    for remedy in remedies {
        let plain = |command: &str| command.replace('"', "");
        let repeats = |other: &Remedy| {
            let same = !remedy.command.is_empty() && plain(&other.command) == plain(&remedy.command);
            other.title == remedy.title || same
        };
        if kept.len() < MOST && !kept.iter().any(repeats) {
            kept.push(remedy);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_acts_on_a_command_line_is_never_in_a_command() {
        for path in [
            r#"C:\a" & del /q C:\ & ".txt"#,
            r"C:\$(calc)",
            "C:\\a`b",
            "C:\\%PATH%",
            "C:\\a'b",
            "C:\\a\r\nb",
            "C:\\a\u{201d}b",
        ] {
            let event = Event { path: path.to_owned(), status: status::ACCESS_DENIED, ..Event::blank() };
            assert_eq!(of_status(&event), "", "{path}");
        }
    }

    #[test]
    fn names_of_the_kernel_are_written_as_command_lines_know_them() {
        let cases = [
            (r"\??\C:\a b", r"C:\a b"),
            (r"\registry\machine\Software\X", r"HKLM\Software\X"),
            (r"\SystemRoot\WinSxS\x", r"C:\Windows\WinSxS\x"),
            ("vms_pp", "vms_pp"),
        ];
        for (name, written) in cases {
            assert_eq!(for_command_line(name), written);
        }
    }

    #[test]
    fn the_command_holds_the_path_of_the_case() {
        let of = |path: &str, status| of_status(&Event { path: path.to_owned(), status, ..Event::blank() });
        assert_eq!(of(r"D:\x\cpu.inf", status::ACCESS_DENIED), r#"icacls "D:\x\cpu.inf""#);
        assert_eq!(of(r"D:\x\cpu.inf", status::DISK_FULL), "fsutil volume diskfree D:");
        assert_eq!(of(r"HKLM\SYSTEM\X", status::OBJECT_NAME_NOT_FOUND), r#"reg query "HKLM\SYSTEM\X""#);
        assert_eq!(of(r"\Device\Mup", status::ACCESS_DENIED), "");
    }
}
