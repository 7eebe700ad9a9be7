//! Takes the names of the machine and of its users out of a report, so that it can be shown to others.

use crate::model::Report;
use serde_json::Value;

/// The replacement for a name.
const MACHINE: &str = "MACHINE";

/// Folders below `Users` that every Windows has and that name nobody.
const COMMON_PROFILES: [&str; 5] = ["public", "default", "default user", "all users", "defaultaccount"];

/// The report with replacements in every text for the machine's name, the names of profile folders and the security
/// identifiers of accounts. The same name gets the same stand-in everywhere: `USER1`, `USER2`, `SID1` in order of
/// appearance.
///
/// Names of people inside other texts, such as file names, look like any other words and remain.
///
/// # Errors
/// A report that cannot be written as JSON and read again.
pub fn redact(report: &Report) -> Result<Report, serde_json::Error> {
    redact_with(report, |names| {
        let numbered =
            |word: &str, count: usize| (1..=count).map(|number| format!("{word}{number}")).collect();
        StandIns {
            machine: MACHINE.to_owned(),
            users: numbered("USER", names.users.len()),
            sids: numbered("SID", names.sids.len()),
        }
    })
}

/// The same with stand-ins of the caller's choice. It is given the kind (`machine`, `user`, `sid`) and the name.
///
/// # Errors
/// A report that cannot be written as JSON and read again.
pub fn redact_as(
    report: &Report,
    stand_in: &dyn Fn(&str, &str) -> String,
) -> Result<Report, serde_json::Error> {
    redact_with(report, |names| StandIns {
        machine: names.machine.iter().map(|name| stand_in("machine", name)).collect(),
        users: names.users.iter().map(|name| stand_in("user", name)).collect(),
        sids: names.sids.iter().map(|sid| stand_in("sid", sid)).collect(),
    })
}

fn redact_with(report: &Report, choose: impl Fn(&Names) -> StandIns) -> Result<Report, serde_json::Error> {
    let mut value = serde_json::to_value(report)?;
    let machine = report.machine.as_ref().map(|machine| machine.name.clone()).filter(|name| !name.is_empty());
    let mut names = Names { machine, users: Vec::new(), sids: Vec::new() };
    collect(&value, &mut |text| names.note(text));
    let stand_ins = choose(&names);
    replace(&mut value, &|text| names.redacted(text, &stand_ins));
    let mut redacted: Report = serde_json::from_value(value)?;
    redacted.redacted = true;
    // What the JSON does not hold; it names nobody.
    if let (Some(to), Some(from)) = (&mut redacted.incident, &report.incident) {
        to.headline_says_summary = from.headline_says_summary;
    }
    Ok(redacted)
}

/// What stands for each name.
struct StandIns {
    machine: String,
    users: Vec<String>,
    sids: Vec<String>,
}

struct Names {
    machine: Option<String>,
    users: Vec<String>,
    sids: Vec<String>,
}

fn collect(value: &Value, note: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => note(text),
        Value::Array(items) => items.iter().for_each(|item| collect(item, note)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, note)),
        _ => {}
    }
}

fn replace(value: &mut Value, redacted: &impl Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(redacted) = redacted(text) {
                *text = redacted;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, redacted)),
        Value::Object(fields) => fields.values_mut().for_each(|field| replace(field, redacted)),
        _ => {}
    }
}

impl Names {
    fn note(&mut self, text: &str) {
        for name in profiles(text) {
            let known = self.users.iter().any(|user| user.eq_ignore_ascii_case(name));
            if !known && !COMMON_PROFILES.iter().any(|common| common.eq_ignore_ascii_case(name)) {
                self.users.push(name.to_owned());
            }
        }
        for sid in account_sids(text) {
            if !self.sids.iter().any(|known| known == sid) {
                self.sids.push(sid.to_owned());
            }
        }
    }

    /// The text without the names; `None` if it holds none.
    fn redacted(&self, text: &str, stand_ins: &StandIns) -> Option<String> {
        let mut redacted = text.to_owned();
        // A longer identifier may begin with a shorter one.
        let mut sids: Vec<_> = stand_ins.sids.iter().zip(&self.sids).collect();
        sids.sort_by_key(|(_, sid)| std::cmp::Reverse(sid.len()));
        for (stand_in, sid) in sids {
            redacted = redacted.replace(sid.as_str(), stand_in);
        }
        for (stand_in, user) in stand_ins.users.iter().zip(&self.users) {
            redacted = replace_word(&redacted, user, stand_in);
        }
        if let Some(machine) = &self.machine {
            redacted = replace_word(&redacted, machine, &stand_ins.machine);
        }
        (redacted != text).then_some(redacted)
    }
}

/// The components that follow `\Users\` or `\Documents and Settings\`.
fn profiles(text: &str) -> Vec<&str> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for folder in ["\\users\\", "\\documents and settings\\"] {
        for (at, _) in lower.match_indices(folder) {
            let rest = text.get(at + folder.len()..).unwrap_or_default();
            let name = rest.split(['\\', '/', '"', ',', ';']).next().unwrap_or_default();
            if !name.is_empty() {
                found.push(name);
            }
        }
    }
    found
}

/// Identifiers of accounts (`S-1-5-21-…`, `S-1-12-1-…`). Well-known ones such as `S-1-5-18` name nobody.
fn account_sids(text: &str) -> Vec<&str> {
    let starts = text.match_indices("S-1-5-21-").chain(text.match_indices("S-1-12-1-"));
    let sid = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '-' && c != 'S').unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default().trim_end_matches('-')
    };
    starts.map(|(at, _)| sid(at)).collect()
}

/// Replaces a name if no letter or digit adjoins it. ASCII letters compare without case.
fn replace_word(text: &str, name: &str, with: &str) -> String {
    let (lower, name) = (text.to_ascii_lowercase(), name.to_ascii_lowercase());
    let mut replaced = String::with_capacity(text.len());
    let mut from = 0;
    for (at, _) in lower.match_indices(name.as_str()) {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|after| after.chars().next());
        if at < from || before.is_some_and(char::is_alphanumeric) || after.is_some_and(char::is_alphanumeric)
        {
            continue;
        }
        replaced.push_str(text.get(from..at).unwrap_or_default());
        replaced.push_str(with);
        from = at + name.len();
    }
    replaced.push_str(text.get(from..).unwrap_or_default());
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EvidenceRow, Incident, Machine, Text};

    #[test]
    fn names_are_replaced_everywhere_and_alike() {
        let row = |path: &str| EvidenceRow { path: path.into(), ..EvidenceRow::default() };
        let mut report = Report::new();
        report.machine = Some(Machine { name: "PC-7".into(), ..Machine::default() });
        report.verdict.summary = Text::new("On pc-7, not PC-70, ann failed", "PC-7 上失败");
        report.evidence = vec![
            row(r"C:\Users\Ann\NTUSER.DAT"),
            row(r"C:\users\ann\AppData"),
            row(r"C:\Users\王伟\桌面"),
            row(r"C:\Users\Public\x, HKU\S-1-5-21-1-2-3-1001\Software, S-1-5-18"),
            row(r"C:\Windows\Announce.dll"),
        ];
        report.incident = Some(Incident { headline_says_summary: true, ..Incident::default() });
        let redacted = redact(&report).expect("redacts");
        assert!(redacted.redacted);
        assert_eq!(redacted.incident, report.incident);
        assert_eq!(redacted.machine.as_ref().map(|machine| machine.name.as_str()), Some("MACHINE"));
        assert_eq!(
            redacted.verdict.summary,
            Text::new("On MACHINE, not PC-70, USER1 failed", "MACHINE 上失败")
        );
        let paths: Vec<_> = redacted.evidence.iter().map(|row| row.path.as_str()).collect();
        let expected = [
            r"C:\Users\USER1\NTUSER.DAT",
            r"C:\users\USER1\AppData",
            r"C:\Users\USER2\桌面",
            r"C:\Users\Public\x, HKU\SID1\Software, S-1-5-18",
            r"C:\Windows\Announce.dll",
        ];
        assert_eq!(paths, expected);
    }
}
