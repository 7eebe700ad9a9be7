//! The class of an object, without what differs from machine to machine; and the name that people call the object by.

use timeline::Kind;

use crate::{compare::normalise::normalise, path_class::path_class, store_folder::ARCHITECTURES};

/// Endings of files that hold code: an update brings them all alike.
const IMAGES: &[&str] = &["dll", "sys", "exe", "ocx", "cpl", "drv", "ax", "tlb", "mui"];
/// What stands for the ending of such a file.
const IMAGE: &str = "*.<image>";
/// Below this key each key is a service.
const SERVICES: &str = r"hklm\system\currentcontrolset\services\";

/// What stands for the folder of a language.
const LANGUAGE: &str = "<language>";

/// The class: [`path_class`] without the letter of a drive, without the language of a folder, and without the difference
/// between files of code.
pub(super) fn class(path: &str, kind: Kind) -> String {
    let class = path_class(path, kind);
    let parts: Vec<&str> =
        class.split('\\').map(|part| if is_language(part) { LANGUAGE } else { part }).collect();
    let class = if kind.is_registry() { class } else { parts.join("\\") };
    let mut letter = class.chars();
    let class = match (letter.next(), letter.next()) {
        (Some('a'..='z'), Some(':')) => format!("<drive>{}", letter.as_str()),
        _ => class,
    };
    let ending = class.rsplit_once(r"\*.").filter(|(_, ending)| IMAGES.contains(ending));
    match ending {
        Some((folder, _)) => format!(r"{folder}\{IMAGE}"),
        None => class,
    }
}

/// Whether a folder is of a language: `de-de`, `040c`, or the `<n>` that stands for `0409` already.
fn is_language(part: &str) -> bool {
    let is_word = |text: &str, most: usize| {
        (2..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let tag = part.split_once('-').is_some_and(|(language, place)| is_word(language, 3) && is_word(place, 4));
    let number =
        part.len() == 4 && part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    tag || number || part == "<n>"
}

/// The name of a component in lower case, without version, architecture and hash.
pub(crate) fn component(identity: &str) -> String {
    let name = identity.split(',').next().unwrap_or(identity).trim();
    let known = |name: &&str| ARCHITECTURES.contains(name);
    let name = name.split_once('_').filter(|(first, _)| known(first)).map_or(name, |(_, rest)| {
        // `amd64_name_token_version_language_hash`
        rest.rsplitn(5, '_').last().unwrap_or(rest)
    });
    normalise(name, 0).text
}

/// The INF, or the service whose key it is.
pub(crate) fn name(path: &str) -> Option<String> {
    let lower = path.to_lowercase();
    let service = || {
        let key = lower.replace(r"\controlset001\", r"\currentcontrolset\");
        let behind = key.strip_prefix(SERVICES)?;
        behind.split('\\').next().filter(|name| !name.is_empty()).map(str::to_owned)
    };
    inf(&lower).map(str::to_owned).or_else(service)
}

/// The INF in a path in lower case: the name of a file, or of its folder in the driver store.
fn inf(path: &str) -> Option<&str> {
    const ENDING: &str = ".inf";
    path.rsplit('\\').find_map(|part| {
        let (at, _) = part.match_indices(ENDING).next()?;
        let (name, behind) = part.split_at_checked(at + ENDING.len())?;
        (behind.is_empty() || behind.starts_with('_')).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::{class, component, name};
    use timeline::Kind;

    #[test]
    fn files_of_code_are_one_class_on_any_drive() {
        for path in [
            r"C:\Windows\System32\mshtml.dll",
            r"\Device\HarddiskVolume3\Windows\System32\win32kfull.sys",
            r"E:\Windows\System32\x.EXE",
        ] {
            assert_eq!(class(path, Kind::FileCreate), r"<windows>\system32\*.<image>");
        }
        for path in [r"R:\Temp\mof1.tmp", r"S:\Temp\mof22.tmp"] {
            assert_eq!(class(path, Kind::FileCreate), class(r"T:\Temp\mof3.tmp", Kind::FileCreate), "{path}");
        }
        assert_ne!(
            class(r"C:\Windows\System32\a.dll", Kind::FileCreate),
            class(r"C:\Windows\System32\a.inf", Kind::FileCreate)
        );
    }

    #[test]
    fn a_folder_of_a_language_is_one_in_all_languages() {
        for path in [
            r"C:\Windows\INF\.NET\0409\a.ini",
            r"C:\Windows\INF\.NET\040C\b.ini",
            r"C:\Windows\INF\.NET\de-DE\c.ini",
        ] {
            assert_eq!(class(path, Kind::FileCreate), r"<windows>\inf\.net\<language>\*.ini");
        }
    }

    #[test]
    fn a_component_is_its_name() {
        for identity in [
            "amd64_microsoft-windows-win32k_31bf3856ad364e35_10.0.17763.4131_none_0d1a2b3c4d5e6f70",
            "x86_microsoft-windows-win32k_31bf3856ad364e35_10.0.19041.1_de-de_ffeeddccbbaa0099",
            "microsoft-windows-win32k, version = 10.0.17763.1, arch= amd64, culture= neutral",
        ] {
            assert_eq!(component(identity), "microsoft-windows-win32k");
        }
    }

    #[test]
    fn an_inf_and_a_service_have_names() {
        for (path, wanted) in [
            (
                r"C:\Windows\System32\DriverStore\FileRepository\cpu.inf_amd64_58ad293bce5709bc",
                Some("cpu.inf"),
            ),
            (r"C:\Windows\System32\DriverStore\FileRepository\cpu.inf_amd64_1\x.sys", Some("cpu.inf")),
            (r"C:\Windows\INF\Keyboard.inf", Some("keyboard.inf")),
            (r"HKLM\SYSTEM\ControlSet001\Services\HTTP\Start", Some("http")),
            (r"HKLM\System\CurrentControlSet\Services", None),
            (r"C:\x\information.txt", None),
            (r"C:\x\a.info", None),
        ] {
            assert_eq!(name(path).as_deref(), wanted, "{path}");
        }
    }
}
