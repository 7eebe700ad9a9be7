//! The language of the command line: what `--lang` says, else the user interface's.

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use reports::Lang;

/// Reads `--lang`: a tag in any spelling. Completions offer the two that the help names.
#[derive(Debug, Clone)]
pub(crate) struct LangParser;

impl TypedValueParser for LangParser {
    type Value = Lang;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<Lang, clap::Error> {
        StringValueParser::new().try_map(|text| tag(&text)).parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(["en", "zh-CN"].into_iter().map(PossibleValue::new)))
    }
}

/// Reads a tag such as `zh`, `zh_CN`, `zh-cn` or `en`, as `--lang` takes it.
pub(crate) fn tag(text: &str) -> Result<Lang, String> {
    of_locale(text).ok_or_else(|| format!("{text:?} is no language of bootrace; give en or zh-CN"))
}

/// The language of a locale: `zh_CN.UTF-8`, `zh-Hans-CN`, `en-US`.
fn of_locale(locale: &str) -> Option<Lang> {
    let tag = locale.split(['.', '@']).next().unwrap_or_default().replace('_', "-").to_ascii_lowercase();
    match tag.split('-').next()? {
        "zh" => Some(Lang::Zh),
        "en" => Some(Lang::En),
        _ => None,
    }
}

/// The language of the user interface; English where it is neither.
pub(crate) fn of_system() -> Lang {
    let mut named = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    let first = named.find(|locale| !locale.is_empty());
    first.or_else(of_windows).and_then(|locale| of_locale(&locale)).unwrap_or_default()
}

#[cfg(windows)]
fn of_windows() -> Option<String> {
    let desktop = windows_registry::CURRENT_USER.open(r"Control Panel\Desktop").ok();
    let preferred = desktop.and_then(|key| key.get_multi_string("PreferredUILanguages").ok());
    let first = preferred.and_then(|languages| languages.into_iter().next());
    first.or_else(|| {
        let machine = windows_registry::LOCAL_MACHINE
            .open(r"SYSTEM\CurrentControlSet\Control\MUI\Settings")
            .and_then(|key| key.get_multi_string("PreferredUILanguages"));
        machine.ok()?.into_iter().next()
    })
}

#[cfg(not(windows))]
fn of_windows() -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_locales_name_the_language() {
        for text in ["zh", "zh_CN", "zh-cn", "zh-CN", "ZH-Hans-CN", "zh_CN.UTF-8"] {
            assert_eq!(tag(text), Ok(Lang::Zh), "{text}");
        }
        for text in ["en", "en-US", "en_GB.UTF-8"] {
            assert_eq!(tag(text), Ok(Lang::En), "{text}");
        }
        for text in ["", "de", "zhx", "C.UTF-8"] {
            assert!(tag(text).is_err(), "{text}");
        }
    }
}
