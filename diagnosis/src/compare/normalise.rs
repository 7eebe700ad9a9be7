//! Masks in names what differs from boot to boot and from machine to machine: volumes, users, component versions and
//! hashes, GUIDs, temporary names, process ids.

use crate::store_folder::StoreFolder;

/// A path in which what varies is masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Normal {
    /// The path in lower case, with masks such as `<guid>`.
    pub(crate) text: String,
    /// Whether everything masked only distinguishes machines and versions. Equal texts then mean the same object. A
    /// masked GUID or number may have distinguished different objects.
    pub(crate) same_object: bool,
}

/// Beginnings that mean the same, lower case: what is found, and its replacement.
const ROOTS: &[(&str, &str)] = &[
    (r"\??\", ""),
    (r"\\?\", ""),
    (r"\\.\", ""),
    (r"\systemroot\", r"<windows>\"),
    (r"\registry\machine\", r"hklm\"),
    (r"\registry\user\", r"hku\"),
];
/// A volume by its number.
const DEVICE: &str = r"\device\harddiskvolume";
/// A volume by its GUID, after `\\?\` or `\??\`.
const VOLUME: &str = "volume{";
/// Microsoft's public key token in names of components and packages.
const MICROSOFT: &str = "31bf3856ad364e35";
/// Folders below `Users` that every machine has.
const COMMON_USERS: &[&str] = &["public", "default", "all users", "default user"];
/// Folders whose files have invented names.
const TEMPORARY: &[&str] = &["temp", "tmp", "pendingrenames", "pendingdeletes"];
/// Digits from which a hexadecimal word counts as made up; half of that in folders of temporary files.
const LONG_HEX: usize = 8;
/// Digits from which a number counts as made up: build numbers, ids, times.
const LONG_NUMBER: usize = 4;

/// Masks what varies in `path`, touched by a process with this id.
pub(crate) fn normalise(path: &str, pid: u32) -> Normal {
    let lower = path.to_lowercase();
    let mut masked = Masked { out: String::with_capacity(lower.len()), same_object: true };
    let rest = masked.root(&lower);
    let pid = pid.to_string();
    let mut before: [&str; 2] = ["", ""];
    for (number, part) in rest.split('\\').enumerate() {
        if number > 0 {
            masked.out.push('\\');
        }
        masked.part(part, before, &pid);
        before = [before[1], part];
    }
    Normal { text: masked.out, same_object: masked.same_object }
}

struct Masked {
    out: String,
    same_object: bool,
}

impl Masked {
    /// Writes the replacement for the beginning of a path. Returns the rest.
    fn root<'p>(&mut self, path: &'p str) -> &'p str {
        let mut rest = path;
        for (root, stands_for) in ROOTS {
            if let Some(behind) = rest.strip_prefix(root) {
                self.out.push_str(stands_for);
                rest = behind;
            }
        }
        if !self.out.is_empty() {
            return rest;
        }
        let behind = if let Some(numbered) = rest.strip_prefix(DEVICE) {
            Some(numbered.trim_start_matches(|c: char| c.is_ascii_digit()))
        } else if let Some(guid) = rest.strip_prefix(VOLUME) {
            guid.split_once('}').map(|(_, behind)| behind)
        } else {
            None
        };
        let windows = |path: &'p str| path.strip_prefix(r"\windows\");
        let mut letter = rest.chars();
        let drive = matches!((letter.next(), letter.next()), (Some('a'..='z'), Some(':')));
        match behind {
            Some(behind) => match windows(behind) {
                Some(behind) => {
                    self.out.push_str(r"<windows>\");
                    behind
                }
                None => {
                    self.out.push_str("<volume>");
                    behind
                }
            },
            None if drive && let Some(behind) = windows(letter.as_str()) => {
                self.out.push_str(r"<windows>\");
                behind
            }
            None => rest,
        }
    }

    /// A part of a path between backslashes, after `before`.
    fn part(&mut self, part: &str, before: [&str; 2], pid: &str) {
        if let Some(behind) = part.strip_prefix("s-1-5-21-") {
            self.out.push_str("<sid>");
            self.out.push_str(behind.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-'));
            return;
        }
        if before[1] == "users" && !COMMON_USERS.contains(&part) {
            self.out.push_str("<user>");
            return;
        }
        if before[1] == "system" && part.strip_prefix("controlset").is_some_and(is_number) {
            self.out.push_str("currentcontrolset");
            return;
        }
        if self.component(part) || self.driver(part) {
            return;
        }
        let temporary = TEMPORARY.contains(&before[1]);
        if part.starts_with('~') || part.rsplit_once('.').is_some_and(|(_, ending)| ending == "tmp") {
            self.mask(r"<temp>");
            return;
        }
        self.words(part, temporary || part.starts_with("$$deleteme"), pid);
    }

    /// `amd64_name_31bf3856ad364e35_10.0.17763.1_none_0123456789abcdef`, with what follows the hash.
    fn component(&mut self, part: &str) -> bool {
        let Some(folder) = StoreFolder::parse(part) else { return false };
        for text in [folder.head, "_", folder.token, "_<version>_", folder.language, "_<hash>", folder.ending]
        {
            self.out.push_str(text);
        }
        true
    }

    /// `cpu.inf_amd64_0123456789abcdef` and `oem7.inf`.
    fn driver(&mut self, part: &str) -> bool {
        if let Some((head, hash)) = part.rsplit_once('_')
            && head.contains(".inf_")
            && is_hex(hash, 16)
        {
            self.out.push_str(head);
            self.out.push_str("_<hash>");
            return true;
        }
        let Some((stem, ending)) = part.rsplit_once('.') else { return false };
        let oem = stem.strip_prefix("oem").is_some_and(is_number);
        if oem {
            // The number is given in the order of installation; it says nothing of which driver it is.
            self.mask("oem<n>.");
            self.out.push_str(ending);
        }
        oem
    }

    fn mask(&mut self, mask: &str) {
        self.same_object = false;
        self.out.push_str(mask);
    }

    /// Words of letters and digits, and the characters between them.
    fn words(&mut self, part: &str, temporary: bool, pid: &str) {
        let long_hex = if temporary { LONG_HEX / 2 } else { LONG_HEX };
        let mut rest = part;
        while let Some(first) = rest.chars().next() {
            if let Some(behind) = after_guid(rest) {
                self.mask("<guid>");
                rest = behind;
                continue;
            }
            if let Some(behind) = after_version(rest) {
                self.out.push_str("<version>");
                rest = behind;
                continue;
            }
            let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            let (word, behind) = rest.split_at(if end == 0 { first.len_utf8() } else { end });
            let number = is_number(word);
            if word == pid && number {
                self.mask("<pid>");
            } else if number && word.len() >= LONG_NUMBER {
                self.mask("<n>");
            } else if word.len() >= long_hex
                && word != MICROSOFT
                && is_hex(word, word.len())
                && word.contains(|c: char| c.is_ascii_digit())
            {
                self.mask("<hex>");
            } else {
                self.out.push_str(word);
            }
            rest = behind;
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && length > 0 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// What follows a GUID at the begin of `text`.
fn after_guid(text: &str) -> Option<&str> {
    let mut rest = text;
    for (number, digits) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        if number > 0 {
            rest = rest.strip_prefix('-')?;
        }
        rest = is_hex(rest.get(..digits)?, digits).then(|| rest.get(digits..)).flatten()?;
    }
    Some(rest)
}

/// What follows a version of four numbers at the begin of `text`.
fn after_version(text: &str) -> Option<&str> {
    let mut rest = text;
    for number in 0..4 {
        if number > 0 {
            rest = rest.strip_prefix('.')?;
        }
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest = rest.get(end..).filter(|_| end > 0)?;
    }
    (!rest.starts_with(|c: char| c.is_alphanumeric())).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(a: &str, b: &str, same_object: bool) {
        let (a, b) = (normalise(a, 7), normalise(b, 8));
        assert_eq!(a.text, b.text);
        assert_eq!((a.same_object, b.same_object), (same_object, same_object), "{}", a.text);
    }

    #[test]
    fn one_object_on_two_machines_is_one() {
        for (a, b) in [
            (r"C:\Windows\System32\cpu.inf", r"\Device\HarddiskVolume4\windows\system32\CPU.INF"),
            (r"\SystemRoot\System32\smss.exe", r"\??\D:\Windows\System32\smss.exe"),
            (
                r"\Device\HarddiskVolume1\pagefile.sys",
                r"\\?\Volume{7c1b9ad3-0000-0000-0000-100000000000}\pagefile.sys",
            ),
            (
                r"C:\Windows\WinSxS\amd64_microsoft-windows-win32k_31bf3856ad364e35_10.0.17763.4131_none_0d1a2b3c4d5e6f70\win32k.sys",
                r"C:\Windows\WinSxS\amd64_microsoft-windows-win32k_31bf3856ad364e35_10.0.17763.6189_none_ffeeddccbbaa0099\win32k.sys",
            ),
            (
                r"C:\Windows\System32\DriverStore\FileRepository\cpu.inf_amd64_58ad293bce5709bc\cpu.inf",
                r"C:\Windows\System32\DriverStore\FileRepository\cpu.inf_amd64_0123456789abcdef\cpu.inf",
            ),
            (r"HKLM\System\CurrentControlSet\Services\cpu", r"HKLM\SYSTEM\ControlSet001\Services\cpu"),
            (r"HKU\S-1-5-21-1-2-3-1001_Classes\x", r"\Registry\User\S-1-5-21-99-5-12-500_Classes\x"),
            (r"C:\Users\anna\NTUSER.DAT", r"C:\Users\bernd\ntuser.dat"),
            (
                r"C:\Windows\servicing\Packages\Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.5000.1.8.mum",
                r"C:\Windows\servicing\Packages\Package_for_RollupFix~31bf3856ad364e35~amd64~~17763.6189.1.9.mum",
            ),
        ] {
            same(a, b, true);
        }
    }

    #[test]
    fn made_up_names_are_alike_and_not_the_same_object() {
        for (a, b) in [
            (
                r"HKCR\CLSID\{11111111-2222-3333-4444-555555555555}\x",
                r"HKCR\CLSID\{a1b2c3d4-2222-3333-4444-555555555555}\x",
            ),
            (r"C:\Windows\Temp\tmp00A1.tmp", r"C:\Windows\Temp\tmpBEEF.tmp"),
            (
                r"C:\Windows\WinSxS\Temp\PendingDeletes\$$DeleteMe.http.sys.01d0",
                r"C:\Windows\WinSxS\Temp\PendingDeletes\$$DeleteMe.http.sys.77f1",
            ),
            (r"C:\Windows\Prefetch\CMD.EXE-0BD30981.pf", r"C:\Windows\Prefetch\CMD.EXE-A1B2C3D4.pf"),
            (r"C:\Windows\INF\oem7.inf", r"C:\Windows\INF\oem12.inf"),
            (r"C:\ProgramData\log-7-x.txt", r"C:\ProgramData\log-8-x.txt"),
        ] {
            same(a, b, false);
        }
    }

    #[test]
    fn what_tells_objects_apart_stays() {
        for (a, b) in [
            (r"C:\Windows\System32\d3d9.dll", r"C:\Windows\System32\d3d8.dll"),
            (r"C:\Windows\System32\cpu.inf", r"D:\Program Files\cpu.inf"),
            (r"C:\Users\Public\x", r"C:\Users\Default\x"),
            (r"HKU\S-1-5-18\x", r"HKU\S-1-5-19\x"),
            (r"C:\a\b", r"C:\a\b\"),
            (
                r"C:\Windows\WinSxS\amd64_a_31bf3856ad364e35_10.0.17763.1_none_0d1a2b3c4d5e6f70",
                r"C:\Windows\WinSxS\x86_a_31bf3856ad364e35_10.0.17763.1_none_0d1a2b3c4d5e6f70",
            ),
        ] {
            assert_ne!(normalise(a, 0).text, normalise(b, 0).text);
        }
        assert_eq!(normalise("", 0), Normal { text: String::new(), same_object: true });
        assert_eq!(normalise(r"C:\Ünï\日本.txt", 0).text, r"c:\ünï\日本.txt");
    }
}
