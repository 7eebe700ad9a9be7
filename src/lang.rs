//! The language of the command line: what `--lang` says, else the user interface's.

use std::{ffi::OsString, sync::OnceLock};

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
fn tag(text: &str) -> Result<Lang, String> {
    of_locale(text).ok_or_else(|| crate::words::said::NO_LANGUAGE.with(&[&text]))
}

static CHOSEN: OnceLock<Lang> = OnceLock::new();

/// Chooses the language for as long as the program runs, and gives it.
pub(crate) fn choose(arguments: &[OsString]) -> Lang {
    *CHOSEN.get_or_init(|| asked(arguments).unwrap_or_else(of_system))
}

/// The language that was chosen.
pub(crate) fn chosen() -> Lang {
    choose(&[])
}

/// A text in the language that was chosen.
pub(crate) fn of(words: &timeline::Words) -> String {
    match chosen() {
        Lang::En => words.en.clone(),
        Lang::Zh => words.zh.clone(),
    }
}

/// What `--lang` says; what stands behind `--` is another program's.
fn asked(arguments: &[OsString]) -> Option<Lang> {
    let own = || {
        arguments.iter().skip(1).map(|arg| arg.to_str().unwrap_or_default()).take_while(|arg| *arg != "--")
    };
    let behind = own().zip(own().skip(1)).filter(|(name, _)| *name == "--lang").map(|(_, value)| value);
    let joined = own().filter_map(|arg| arg.strip_prefix("--lang="));
    behind.chain(joined).next().and_then(of_locale)
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
fn of_system() -> Lang {
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
    fn the_option_is_found_before_the_arguments_are_read() {
        let asked = |text: &str| asked(&text.split(' ').map(OsString::from).collect::<Vec<_>>());
        assert_eq!(asked("bootrace report a.pml --lang zh"), Some(Lang::Zh));
        assert_eq!(asked("bootrace --lang=en report"), Some(Lang::En));
        assert_eq!(asked("bootrace capture live -- dism --lang zh"), None);
        assert_eq!(asked("bootrace report --lang"), None);
        assert_eq!(asked("bootrace report --lang de"), None);
    }

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
