//! What a line names: paths, components, packages, services. Each is found by its own shape and kept whole.

use std::borrow::Cow;

use super::event::Text;
use crate::text::decode;

/// A thing that a line names. `S` is a string: borrowed from the log, or owned.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Object<S> {
    /// A file, folder or registry key with its path: `\??\C:\ProgramData\…\System Tools`.
    Path(S),
    /// A file of a component in the store.
    File {
        /// The component: `amd64_microsoft-windows-scripting-vbscript_31bf3856ad364e35_…`.
        component: S,
        /// The file's name: `vbscript.dll`.
        file: S,
    },
    /// A component of the store.
    Component(S),
    /// A package's identity: `Package_for_KB5012170~31bf3856ad364e35~amd64~~14393.5285.1.4`.
    Package(S),
    /// A Windows feature or capability: `Tools.Graphics.DirectX~~1.0`.
    Feature(S),
    /// A service: `clr_optimization_v4.0.30319_32`.
    Service(S),
    /// A driver by its name or INF: `vms_pp`, `ntprint4.inf`.
    Driver(S),
}

impl<S: AsRef<str>> Object<S> {
    /// The name as a report prints it.
    pub fn name(&self) -> &str {
        match self {
            Object::File { file, .. } => file.as_ref(),
            Object::Path(name)
            | Object::Component(name)
            | Object::Package(name)
            | Object::Feature(name)
            | Object::Service(name)
            | Object::Driver(name) => name.as_ref(),
        }
    }

    /// The last part of a path, the file of a component, or the whole name.
    pub fn file_name(&self) -> &str {
        let name = self.name();
        match self {
            Object::Path(_) => name.rsplit(['\\', '/']).find(|part| !part.is_empty()).unwrap_or(name),
            _ => name,
        }
    }

    /// The same object with its own strings.
    pub fn to_owned(&self) -> Object<String> {
        let own = |s: &S| s.as_ref().to_owned();
        match self {
            Object::Path(s) => Object::Path(own(s)),
            Object::File { component, file } => Object::File { component: own(component), file: own(file) },
            Object::Component(s) => Object::Component(own(s)),
            Object::Package(s) => Object::Package(own(s)),
            Object::Feature(s) => Object::Feature(own(s)),
            Object::Service(s) => Object::Service(own(s)),
            Object::Driver(s) => Object::Driver(own(s)),
        }
    }
}

/// Objects that one line may name. The richest real line at hand names three.
const MAX_OBJECTS: usize = 8;

/// Places of a line that are looked at as objects, repetitions included.
const MAX_LOOKS: usize = 64;

/// Bytes of a path that is kept. A path of Windows has at most 32,767 characters; the longest real one at hand has 260.
const MAX_PATH: usize = 2048;

/// Beginnings of paths, compared without regard to case.
const ROOTS: &[&[u8]] = &[
    br"\??\",
    br"\\?\",
    br"\systemroot\",
    br"\registry\",
    br"\device\",
    br"hkey_",
    br"hklm\",
    br"%windir%\",
    br"%systemroot%\",
];

/// Beginnings of a component's key name: the architectures.
const ARCHITECTURES: &[&[u8]] =
    &[b"amd64_", b"x86_", b"wow64_", b"arm64_", b"arm_", b"msil_", b"ia64_", b"dual_"];

/// What ends a path without quotes. Names of files may hold spaces, so words do not end it.
const PATH_ENDS: &[&[u8]] = &[
    b"\"",
    b"'",
    b" [",
    b"[HRESULT",
    b"[gle",
    b", ",
    b"; ",
    b": ",
    b" from ",
    b" to ",
    b" is ",
    b" do not ",
    b" failed",
    b" because ",
    b" with ",
    b" and ",
    b"\t",
    b"\r",
    b"\n",
];

/// All objects that `text` names by their shape, in order, each once.
pub(crate) fn all(text: &[u8]) -> Vec<Object<Text<'_>>> {
    let mut found: Vec<Object<Text<'_>>> = Vec::new();
    let (mut at, mut looks) = (0, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty() && looks < MAX_LOOKS) {
        // A name begins where a word begins.
        let begins = at == 0
            || text.get(at - 1).is_some_and(|before| {
                !(before.is_ascii_alphanumeric() || matches!(before, b'_' | b'-' | b'.' | b'\\' | b'~'))
            });
        let Some((object, taken)) = begins.then(|| object_at(rest)).flatten() else {
            at += 1;
            continue;
        };
        at += taken.max(1);
        looks += 1;
        if !found.contains(&object) {
            found.push(object);
            if found.len() == MAX_OBJECTS {
                break;
            }
        }
    }
    found
}

/// The object at the very start of `text`, and how many bytes it takes.
fn object_at(text: &[u8]) -> Option<(Object<Text<'_>>, usize)> {
    if is_path(text) {
        let text = text.get(..text.len().min(MAX_PATH))?;
        let end = PATH_ENDS.iter().filter_map(|end| memchr::memmem::find(text, end)).min();
        let path = within_parentheses(text.get(..end.unwrap_or(text.len()))?).trim_ascii_end();
        let path = path.strip_suffix(b".").unwrap_or(path);
        // The source file of the servicing stack that tells of an error is nothing that servicing works on.
        if memchr::memmem::find(path, b".cpp(").is_some() {
            return None;
        }
        return Some((Object::Path(decode(path)), path.len()));
    }
    if !text.first().is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let end = text.iter().position(|byte| {
        byte.is_ascii_whitespace() || matches!(byte, b':' | b',' | b'"' | b'\'' | b'[' | b'(' | b')' | b';')
    });
    let word = text.get(..end.unwrap_or(text.len()))?;
    let bare = word.strip_suffix(b".").unwrap_or(word);
    if bare.iter().filter(|byte| **byte == b'~').count() >= 3 {
        return Some((Object::Package(decode(bare)), word.len()));
    }
    let object = component(bare)?;
    Some((object, word.len()))
}

/// A path up to the parenthesis that was opened before it: it is the argument of a call.
fn within_parentheses(path: &[u8]) -> &[u8] {
    let mut open = 0_usize;
    for (at, byte) in path.iter().enumerate() {
        match byte {
            b'(' => open += 1,
            b')' if open == 0 => return path.get(..at).unwrap_or(path),
            b')' => open -= 1,
            _ => {}
        }
    }
    path
}

/// A component's key, or a file in it: `amd64_name_token_version_language_hash\file`.
pub(crate) fn component(word: &[u8]) -> Option<Object<Text<'_>>> {
    let starts =
        |start: &&[u8]| word.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
    if !ARCHITECTURES.iter().any(starts) {
        return None;
    }
    let (key, file) = match memchr::memchr(b'\\', word) {
        Some(at) => (word.get(..at)?, word.get(at + 1..).filter(|file| !file.is_empty())),
        None => glued(word),
    };
    // Architecture, name, token, version, language and hash.
    if key.iter().filter(|byte| **byte == b'_').count() < 5 {
        return None;
    }
    Some(match file {
        Some(file) => Object::File { component: decode(key), file: decode(file) },
        None => Object::Component(decode(key)),
    })
}

/// Bytes of the hash that ends a component's key.
const HASH: usize = 16;

/// A component's key and its file, between which a copy lost the backslash.
fn glued(word: &[u8]) -> (&[u8], Option<&[u8]>) {
    let hash = memchr::memrchr(b'_', word).map_or(word.len(), |at| at + 1);
    let end = hash.saturating_add(HASH);
    match (word.get(hash..end), word.split_at_checked(end)) {
        (Some(digits), Some((key, file)))
            if digits.iter().all(u8::is_ascii_hexdigit) && file.contains(&b'.') =>
        {
            (key, Some(file))
        }
        _ => (word, None),
    }
}

pub(crate) fn is_path(text: &[u8]) -> bool {
    let root = |root: &&[u8]| text.get(..root.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(root));
    ROOTS.iter().any(root) || matches!(text, [drive, b':', b'\\', ..] if drive.is_ascii_alphabetic())
}

/// A path that a line prints in counted parts: `[ml:520{260},l:98{49}]"\??\C:\Windows"\[l:34{17}]"System.dll"`, or
/// plain. Doubled backslashes of the log become one.
pub(crate) fn counted_path(text: &[u8]) -> Option<Text<'_>> {
    let text = text.trim_ascii();
    if !text.contains(&b'[') {
        let plain = decode(text);
        let doubled = plain.get(4..).is_some_and(|tail| tail.contains(r"\\"));
        return match plain.as_ref() {
            "" => None,
            _ if doubled => Some(Cow::Owned(single(&plain))),
            _ => Some(plain),
        };
    }
    let mut path = String::new();
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        let counted = (*first == b'[').then(|| memchr::memchr(b']', rest)).flatten().and_then(|end| {
            let quoted = rest.get(end + 1..)?;
            let quote = *quoted.first().filter(|byte| matches!(byte, b'\'' | b'"'))?;
            let inside = quoted.get(1..)?;
            let length = memchr::memchr(quote, inside).unwrap_or(inside.len());
            Some((inside.get(..length)?, inside.get(length + 1..).unwrap_or_default()))
        });
        match counted {
            Some((inside, after)) => {
                path.push_str(&decode(inside));
                rest = after;
            }
            // Plain text up to the next counted part.
            None => {
                let end = memchr::memchr(b'[', tail).map_or(rest.len(), |at| at + 1);
                let (plain, after) = rest.split_at_checked(end).unwrap_or((rest, b""));
                path.push_str(&decode(plain));
                rest = after;
            }
        }
    }
    (!path.is_empty()).then(|| Cow::Owned(single(&path)))
}

/// Makes doubled backslashes one. Those of a path's root stay as they are.
fn single(path: &str) -> String {
    let (root, tail) = path.split_at_checked(4).unwrap_or((path, ""));
    format!("{root}{}", tail.replace(r"\\", r"\"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<Object<String>> {
        all(text.as_bytes()).iter().map(Object::to_owned).collect()
    }

    #[test]
    fn objects_of_real_lines() {
        let path = |s: &str| Object::Path(s.to_owned());
        let cases: &[(&str, Vec<Object<String>>)] = &[
            (
                r#"SysCreateFile(flags = (AllowSharingViolation), oa = @0xa1->OBJECT_ATTRIBUTES {s:48; rd:NULL; on:[69]"\??\C:\ProgramData\Microsoft\Windows\Start Menu\Programs\System Tools"; a:(OBJ_CASE_INSENSITIVE)}"#,
                vec![path(r"\??\C:\ProgramData\Microsoft\Windows\Start Menu\Programs\System Tools")],
            ),
            (
                r"RegFlushKey(HKEY_LOCAL_MACHINE\SOFTWARE) failed",
                vec![path(r"HKEY_LOCAL_MACHINE\SOFTWARE")],
            ),
            (
                r"CopyFileW(C:\Program Files (x86)\A\b.dll) failed. HR=0x80070005.",
                vec![path(r"C:\Program Files (x86)\A\b.dll")],
            ),
            (
                r"Failed to find file: amd64_microsoft-windows-scripting-vbscript_31bf3856ad364e35_6.1.7600.21238_none_a51187a7608a895d\vbscript.dll [HRESULT = 0x80070002 - ERROR_FILE_NOT_FOUND]",
                vec![Object::File {
                    component: "amd64_microsoft-windows-scripting-vbscript_31bf3856ad364e35_6.1.7600.21238_none_a51187a7608a895d".to_owned(),
                    file: "vbscript.dll".to_owned(),
                }],
            ),
            (
                "Failed to resolve package 'Package_2074_for_KB4088876~31bf3856ad364e35~amd64~~6.3.1.4' [HRESULT = 0x800f0831]",
                vec![Object::Package("Package_2074_for_KB4088876~31bf3856ad364e35~amd64~~6.3.1.4".to_owned())],
            ),
            (
                r"Failed to verify if catalog file \\?\C:\Windows\Servicing\Packages\A Package.cat is valid. [HRESULT = 0x80092004]",
                vec![path(r"\\?\C:\Windows\Servicing\Packages\A Package.cat")],
            ),
            (
                "pin deployment for package:Wrapper-DDDA~31bf3856ad364e35~amd64~~10.0.20348.3081 [HRESULT = 0x80073712]",
                vec![Object::Package("Wrapper-DDDA~31bf3856ad364e35~amd64~~10.0.20348.3081".to_owned())],
            ),
            (r"d:\example\base\wcp\analysis.cpp(1186): Error STATUS_X originated in function F expression: (null)", vec![]),
            ("Failed to process single phase execution. [HRESULT = 0x80070002]", vec![]),
            ("the word Package, and amd64_short", vec![]),
        ];
        for (text, wanted) in cases {
            assert_eq!(names(text), *wanted, "{text}");
        }
    }

    #[test]
    fn counted_paths() {
        let cases = [
            (
                r#"[ml:520{260},l:98{49}]"\??\C:\Windows\Microsoft.NET\Framework\v2.0.50727"\[l:34{17}]"System.Design.dll""#,
                r"\??\C:\Windows\Microsoft.NET\Framework\v2.0.50727\System.Design.dll",
            ),
            (r"\??\C:\WINDOWS\System32\pt-BR\\Appx.psd1", r"\??\C:\WINDOWS\System32\pt-BR\Appx.psd1"),
            (r"[l:9]'Appx.psd1'", "Appx.psd1"),
            (
                r"\SystemRoot\WinSxS\amd64_dns_31bf3856ad364e35_10.0.1_none_0\\[l:10]'dnsapi.dll'",
                r"\SystemRoot\WinSxS\amd64_dns_31bf3856ad364e35_10.0.1_none_0\dnsapi.dll",
            ),
            (r"\\?\C:\x\\y", r"\\?\C:\x\y"),
        ];
        for (text, wanted) in cases {
            assert_eq!(counted_path(text.as_bytes()).as_deref(), Some(wanted));
        }
    }

    #[test]
    fn any_bytes_end() {
        for text in [&b"["[..], b"[l:1]", b"[l:1]'", b"C:\\", br"\??\", b"~~~", b"amd64_a_b_c_d_e\\"] {
            all(text);
            counted_path(text);
        }
    }
}
