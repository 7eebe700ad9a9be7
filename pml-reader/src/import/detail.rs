//! Reads back what the Detail column says in words: `Desired Access: Generic Read, Disposition: Open, …`.

use crate::detail::{DISPOSITIONS, masks};

/// What an open asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedOpen {
    /// Access mask. Generic rights become the rights that they stand for.
    pub access: u32,
    /// 0 supersede, 1 open, 2 create, 3 open-if, 4 overwrite, 5 overwrite-if.
    pub disposition: u8,
    /// FILE_* create options.
    pub options: u32,
    /// Share mode: 1 read, 2 write, 4 delete; 0 is exclusive.
    pub share: u32,
}

/// The fields that are read, and those that can follow them. A value ends before the next of them, or with the text:
/// values hold commas themselves.
const NAMES: &[&str] = &[
    "Desired Access",
    "Disposition",
    "Options",
    "Attributes",
    "ShareMode",
    "AllocationSize",
    "Impersonating",
    "OpenResult",
    "ReplaceIfExists",
    "FileName",
    "Type",
    "Length",
    "Data",
    "PID",
    "Parent PID",
    "Command line",
    "Current directory",
    "Environment",
    "Exit Status",
    "User Time",
];

/// The last field of an operation. Its value is free text and goes to the end.
const LAST: &[&str] = &["FileName", "Data"];

/// The value of a field.
pub(crate) fn field<'t>(detail: &'t str, name: &str) -> Option<&'t str> {
    let mut from = 0;
    let value = loop {
        let at = from + detail.get(from..)?.find(name)?;
        let begins = at == 0 || detail.get(..at).is_some_and(|before| before.ends_with(", "));
        let rest = detail.get(at + name.len()..)?;
        match rest.strip_prefix(": ").or_else(|| rest.strip_prefix(':')) {
            Some(value) if begins => break value,
            _ => from = at + name.len(),
        }
    };
    if LAST.contains(&name) {
        return Some(value);
    }
    let mut end = value.len();
    for (at, _) in value.match_indices(", ") {
        let next = value.get(at + 2..).unwrap_or_default();
        let named = NAMES.iter().any(|n| next.strip_prefix(n).is_some_and(|rest| rest.starts_with(':')));
        // A command line may hold such words too; what follows it is the current directory.
        if named && (name != "Command line" || next.starts_with("Current directory:")) {
            end = at;
            break;
        }
    }
    value.get(..end)
}

pub(crate) fn open(detail: &str) -> Option<AskedOpen> {
    let disposition = field(detail, "Disposition")?;
    let disposition = DISPOSITIONS.iter().position(|name| *name == disposition)?;
    Some(AskedOpen {
        access: masks::read_file_access(field(detail, "Desired Access")?)?,
        disposition: u8::try_from(disposition).ok()?,
        options: masks::read_create_options(field(detail, "Options")?)?,
        share: masks::read_share(field(detail, "ShareMode")?)?,
    })
}

/// The number of a REG_DWORD, or of a REG_QWORD if the export has it. Process Monitor's own export has not.
pub(crate) fn value(detail: &str) -> Option<u64> {
    let kind = field(detail, "Type")?;
    matches!(kind, "REG_DWORD" | "REG_QWORD").then(|| field(detail, "Data")?.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: &str = "Desired Access: Generic Read/Write, Delete, Disposition: OverwriteIf, Options: Synchronous IO \
        Non-Alert, Non-Directory File, Attributes: n/a, ShareMode: Read, Write, AllocationSize: 0, OpenResult: Created";

    #[test]
    fn an_open_is_read_back() {
        let asked = open(OPEN).unwrap();
        assert_eq!(
            asked,
            AskedOpen { access: 0x12_019F | 0x1_0000, disposition: 5, options: 0x60, share: 3 }
        );
        let exclusive = "Desired Access: None 0x0, Disposition: Open, Options: , Attributes: n/a, ShareMode: None, AllocationSize: n/a";
        assert_eq!(open(exclusive).unwrap(), AskedOpen { access: 0, disposition: 1, options: 0, share: 0 });
        assert_eq!(open("Desired Access: Something New, Disposition: Open"), None);
        assert_eq!(open(""), None);
    }

    #[test]
    fn values_hold_commas_and_the_words_of_other_fields() {
        let rename = r"ReplaceIfExists: True, FileName: C:\a, Type: b.txt";
        assert_eq!(field(rename, "FileName"), Some(r"C:\a, Type: b.txt"));
        let created = "PID: 12, Command line: x.exe Environment: 1, PID: 9";
        assert_eq!(field(created, "PID"), Some("12"));
        assert_eq!(field(created, "Command line"), Some("x.exe Environment: 1, PID: 9"));
        let started =
            "Parent PID: 4, Command line: x, Type: 1, Current directory: C:\\, Environment: \r;\ta=b";
        assert_eq!(field(started, "Parent PID"), Some("4"));
        assert_eq!(field(started, "Command line"), Some("x, Type: 1"));
        assert_eq!(field(started, "PID"), None);
    }

    #[test]
    fn numbers_of_the_registry() {
        assert_eq!(value("Type: REG_DWORD, Length: 4, Data: 3"), Some(3));
        assert_eq!(
            value("Index: 0, Name: a, Type: REG_DWORD, Length: 4, Data: 4294967295"),
            Some(u32::MAX.into())
        );
        assert_eq!(value("Type: REG_SZ, Length: 4, Data: 3"), None);
        assert_eq!(value("Type: REG_QWORD, Length: 8, Data: "), None);
    }
}
