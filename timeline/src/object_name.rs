//! One name for one file or key, however a trace or a log spells it.

/// Keys that the registry also shows at another place, lower case: the other place, and the key itself.
const ALIASES: &[(&str, &str)] = &[
    ("hkcr", r"hklm\software\classes"),
    (r"hku\.default", r"hku\s-1-5-18"),
    ("hkcc", r"hklm\system\currentcontrolset\hardware profiles\current"),
    (r"hklm\software\wow6432node\classes", r"hklm\software\classes\wow6432node"),
];

/// Ends of a path that name the data of a file or the index of a folder itself, lower case.
const OWN_STREAMS: &[&str] = &["::$data", "::$index_allocation", ":$i30:$index_allocation"];

/// Beginnings that stand for the system volume or a hive, lower case.
const ROOTS: &[(&str, &str)] = &[
    (r"\??\", ""),
    (r"\\?\", ""),
    (r"\\.\", ""),
    (r"\systemroot\", r"windows\"),
    (r"%systemroot%\", r"windows\"),
    (r"%windir%\", r"windows\"),
    (r"\registry\machine\", r"hklm\"),
    (r"\registry\user\", r"hku\"),
    (r"hkey_local_machine\", r"hklm\"),
    (r"hkey_users\", r"hku\"),
    (r"hkey_classes_root\", r"hkcr\"),
    (r"hkey_current_config\", r"hkcc\"),
];

/// The 8.3 names that Windows gives to its own folders while it is installed, lower case.
const SHORT_FOLDERS: &[(&str, &str)] =
    &[("progra~1", "program files"), ("progra~2", "program files (x86)"), ("progra~3", "programdata")];

/// A unit of a name as NTFS and the registry compare it: each letter by itself, without case.
pub(crate) fn fold_unit(unit: u16) -> u16 {
    match u8::try_from(unit) {
        Ok(byte) if byte.is_ascii() => byte.to_ascii_lowercase().into(),
        _ => char::from_u32(unit.into())
            .map(fold_char)
            .and_then(|c| u16::try_from(u32::from(c)).ok())
            .unwrap_or(unit),
    }
}

/// One letter stays one letter: `ß` is never `ss`, and a letter beyond ASCII is never one of ASCII.
fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) if !one.is_ascii() && one.len_utf16() == c.len_utf16() => one,
        _ => c,
    }
}

/// A name without case, as NTFS and the registry compare names. ASCII letters become lower case.
#[must_use]
pub fn fold(name: &str) -> String {
    if name.is_ascii() { name.to_ascii_lowercase() } else { name.chars().map(fold_char).collect() }
}

/// The name of the object at a path: without case, without the stream that is the object itself, and of a key that the
/// registry shows at two places, at the one where it is kept.
#[must_use]
pub fn object_name(path: &str) -> String {
    let mut name = fold(path);
    if let Some(stream) = OWN_STREAMS.iter().find(|stream| name.ends_with(*stream)) {
        name.truncate(name.len() - stream.len());
    }
    for (alias, kept) in ALIASES {
        if let Some(below) = below(&name, alias) {
            name = format!("{kept}{below}");
        }
    }
    name
}

/// Every spelling of the object at a path that an event can have, folded: its own name first.
pub(crate) fn spellings(path: &str) -> Vec<String> {
    let name = object_name(path);
    let mut all = vec![name];
    for (alias, kept) in ALIASES.iter().rev() {
        let others: Vec<String> =
            all.iter().filter_map(|name| Some(format!("{alias}{}", below(name, kept)?))).collect();
        all.extend(others);
    }
    if !is_key(path) {
        let streams: Vec<String> =
            OWN_STREAMS.iter().filter_map(|stream| Some(format!("{}{stream}", all.first()?))).collect();
        all.extend(streams);
    }
    all
}

/// Whether a path is that of a registry key or value.
pub(crate) fn is_key(path: &str) -> bool {
    let begins = |root: &str| path.get(..root.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(root));
    begins("hk") || begins(r"\registry\")
}

/// What follows a key in a name, if the name is the key or lies below it.
fn below<'a>(name: &'a str, key: &str) -> Option<&'a str> {
    name.strip_prefix(key).filter(|rest| rest.is_empty() || rest.starts_with('\\'))
}

/// The name of an object without what names its volume or hive: native and DOS forms of one object are equal.
#[must_use]
pub fn bare_path(path: &str) -> String {
    let folded = fold(path);
    let mut bare = folded.as_str();
    let mut prefix = "";
    for (root, stands_for) in ROOTS {
        if let Some(rest) = bare.strip_prefix(root) {
            (bare, prefix) = (rest, stands_for);
            break;
        }
    }
    // \Device\HarddiskVolume3\Windows, \\?\GLOBALROOT\Device\HarddiskVolume3\Windows, \\?\Volume{…}\Windows
    bare = bare.strip_prefix("globalroot").unwrap_or(bare);
    let volume = bare.strip_prefix(r"\device\").filter(|rest| rest.starts_with("harddiskvolume"));
    let volume = volume.or(Some(bare).filter(|bare| bare.starts_with("volume{")));
    if let Some((_, rest)) = volume.and_then(|volume| volume.split_once('\\')) {
        bare = rest;
    }
    // A drive letter.
    if bare.as_bytes().get(1) == Some(&b':') {
        bare = bare.get(2..).unwrap_or_default().trim_start_matches('\\');
    }
    for (short, long) in SHORT_FOLDERS {
        if let Some(rest) = below(bare, short) {
            return object_name(&format!("{prefix}{long}{rest}"));
        }
    }
    object_name(&format!("{prefix}{bare}"))
}

/// Whether a folded path with parts in 8.3 form may be that of `long`: `c:\\progra~1\\wi54fb~1` of
/// `c:\\program files\\windows media player`.
#[must_use]
pub fn is_short_path_of(short: &str, long: &str) -> bool {
    let (mut short, mut long) = (short.split('\\'), long.split('\\'));
    loop {
        match (short.next(), long.next()) {
            (None, None) => return true,
            (Some(short), Some(long)) if short == long || is_short_name_of(short, long) => {}
            _ => return false,
        }
    }
}

/// Whether NTFS may have given a name this 8.3 form: six of its letters, or two and four hexadecimal digits, then `~` and a
/// number, then three letters of its extension.
fn is_short_name_of(short: &str, long: &str) -> bool {
    fn parts(name: &str) -> (&str, &str) {
        name.rsplit_once('.').unwrap_or((name, ""))
    }
    let (stem, extension) = parts(short);
    let Some((begin, number)) = stem.split_once('~') else { return false };
    let (long_stem, long_extension) = parts(long);
    let kept = || long_stem.chars().filter(|c| !matches!(c, ' ' | '.'));
    let begins_with = |begin: &str| kept().take(begin.chars().count()).eq(begin.chars());
    let hashed = || match begin.split_at_checked(2) {
        Some((two, hash)) => {
            hash.len() == 4 && hash.bytes().all(|b| b.is_ascii_hexdigit()) && begins_with(two)
        }
        None => false,
    };
    !number.is_empty()
        && number.bytes().all(|b| b.is_ascii_digit())
        && !begin.is_empty()
        && (begins_with(begin) || hashed())
        && long_extension.chars().take(3).eq(extension.chars())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_object_has_one_name() {
        for (a, b, same) in [
            (r"C:\Windows\A.sys", r"c:\WINDOWS\a.SYS", true),
            (r"C:\Users\José", r"C:\users\JOSÉ", true),
            (r"C:\Prüfung\Ä", r"C:\PRÜFUNG\ä", true),
            // NTFS keeps them apart.
            (r"C:\Maße", r"C:\MASSE", false),
            (r"C:\Öl", r"C:\Ol", false),
            (r"C:\ı", r"C:\I", false),
            (r"C:\x.ini", r"C:\x.ini::$DATA", true),
            (r"C:\x.ini", r"C:\x.ini:Zone.Identifier", false),
            (r"C:\folder", r"C:\folder:$I30:$INDEX_ALLOCATION", true),
            (r"HKCR\CLSID\{1}", r"HKLM\SOFTWARE\Classes\CLSID\{1}", true),
            (r"HKCR\CLSID\{1}", r"HKCU\SOFTWARE\Classes\CLSID\{1}", false),
            (r"HKCR\Wow6432Node\CLSID", r"HKLM\SOFTWARE\Wow6432Node\Classes\CLSID", true),
            (r"HKU\.DEFAULT\Software", r"HKU\S-1-5-18\Software", true),
            (r"HKU\.DEFAULT\Software", r"HKU\S-1-5-19\Software", false),
            (r"HKCC\System", r"HKLM\SYSTEM\CurrentControlSet\Hardware Profiles\Current\System", true),
            (r"HKCRX\a", r"HKLM\SOFTWARE\ClassesX\a", false),
        ] {
            assert_eq!(object_name(a) == object_name(b), same, "{a} {b}");
            assert_eq!(spellings(a).iter().any(|name| *name == fold(b)), same, "{a} {b}");
            assert_eq!(spellings(b).iter().any(|name| *name == fold(a)), same, "{b} {a}");
        }
    }

    #[test]
    fn native_and_dos_forms_are_one_object() {
        for (a, b) in [
            (r"\??\C:\Windows\System32\cpu.inf", r"C:\windows\system32\CPU.inf"),
            (r"\\?\C:\Windows\x", r"C:\Windows\x"),
            (r"\SystemRoot\x", r"C:\Windows\x"),
            (r"%windir%\x", r"C:\Windows\x"),
            (r"\Device\HarddiskVolume3\Windows\x", r"C:\Windows\x"),
            (r"\\?\GLOBALROOT\Device\HarddiskVolume3\Windows\x", r"C:\Windows\x"),
            (r"\??\Volume{0a1b}\Windows\x", r"C:\Windows\x"),
            (r"C:\PROGRA~1\Contoso\x.dll", r"C:\Program Files\Contoso\x.dll"),
            (r"\\?\C:\PROGRA~2\Contoso\x.dll", r"C:\Program Files (x86)\Contoso\x.dll"),
            (r"\Registry\Machine\SYSTEM\X", r"HKLM\System\X"),
            (r"HKEY_CLASSES_ROOT\.txt", r"HKLM\SOFTWARE\Classes\.txt"),
        ] {
            assert_eq!(bare_path(a), bare_path(b), "{a} {b}");
        }
        for (a, b) in
            [(r"C:\PROGRA~1\x", r"C:\Program Files (x86)\x"), (r"C:\PROGRA~11\x", r"C:\Program Files1\x")]
        {
            assert_ne!(bare_path(a), bare_path(b), "{a} {b}");
        }
    }

    #[test]
    fn a_short_name_fits_the_names_that_ntfs_makes_it_of() {
        for (short, long, fits) in [
            ("wi54fb~1", "windows media player", true),
            ("wi54fb~1", "wordpad", false),
            ("contos~1.dll", "contosoagent.dll", true),
            ("contos~1.dll", "contosoagent.exe", false),
            ("contos~1.htm", "contoso agent.html", true),
            ("contos~x.dll", "contosoagent.dll", false),
            ("micros~1", "microsoft.net", false),
            (r"program files\wi54fb~1\a.dll", r"program files\windows media player\a.dll", true),
            (r"program files\wi54fb~1\a.dll", r"program files (x86)\windows media player\a.dll", false),
            (r"program files\wi54fb~1", r"program files\windows media player\a.dll", false),
        ] {
            assert_eq!(is_short_path_of(short, long), fits, "{short} {long}");
        }
    }

    #[test]
    fn units_fold_as_the_whole_name_does() {
        for name in [r"C:\Users\José ÄÖÜ äöü ß ÿ ı Ж ж 王伟 😀", "ABC"] {
            let folded: Vec<u16> = name.encode_utf16().map(fold_unit).collect();
            assert_eq!(String::from_utf16_lossy(&folded), fold(name));
        }
    }
}
