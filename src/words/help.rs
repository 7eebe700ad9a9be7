//! Puts the Chinese catalogue into the commands.

use clap::{Arg, Command};

use super::{Page, capture, fleet, reading};

/// The parts of a page. Clap itself would end a heading with a colon of half width.
fn template(command: &Command) -> String {
    let commands = command.get_subcommands().any(|part| !part.is_hide_set());
    let arguments = command.get_positionals().any(|arg| !arg.is_hide_set());
    let part = |there: bool, part: &'static str| if there { part } else { "" };
    [
        "{before-help}{about-with-newline}\n用法：{usage}\n\n",
        part(commands, "命令：\n{subcommands}\n\n"),
        part(arguments, "参数：\n{positionals}\n\n"),
        "选项：\n{options}{after-help}",
    ]
    .concat()
}

fn pages() -> impl Iterator<Item = &'static Page> {
    reading::PAGES.iter().chain(fleet::PAGES).chain(capture::PAGES)
}

/// What arguments of several commands mean.
fn shared() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    reading::SHARED.iter().chain(fleet::SHARED).chain(capture::SHARED)
}

/// The command and all below it, with their help in Chinese.
pub(crate) fn chinese(mut command: Command) -> Command {
    // Adds what clap itself brings: the help and the version.
    command.build();
    translated(command, "")
}

fn translated(mut command: Command, path: &str) -> Command {
    for part in command.get_subcommands_mut() {
        let path = format!("{path} {}", part.get_name());
        *part = translated(std::mem::take(part), path.trim());
    }
    let Some(page) = pages().find(|page| page.path == path) else {
        let is_help = command.get_name() == "help";
        return if is_help { command.about("显示此帮助，或某个命令的帮助") } else { command };
    };
    let template = template(&command);
    let command = command.about(page.about).help_template(template).mut_args(|arg| argument(arg, page));
    let command = match page.more {
        "" => command,
        more => command.long_about(format!("{}\n\n{more}", page.about)),
    };
    if page.after.is_empty() { command } else { command.after_help(page.after) }
}

fn argument(arg: Arg, page: &Page) -> Arg {
    let Some(words) = words(page, arg.get_id().as_str()) else { return arg };
    let first = words.split("\n\n").next().unwrap_or(words);
    // The words name the values and what holds without them.
    arg.help(first).long_help(words).hide_possible_values(true).hide_default_value(true)
}

fn words(page: &Page, id: &str) -> Option<&'static str> {
    page.arguments.iter().chain(shared()).find(|(of, _)| *of == id).map(|(_, words)| *words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{ArgAction, CommandFactory as _};
    use std::collections::BTreeSet;

    fn is_chinese(text: &str) -> bool {
        text.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c))
    }

    /// The commands of bootrace with their paths, without the hidden ones and clap's own `help`.
    fn commands(command: &Command, path: &str, found: &mut Vec<(String, Command)>) {
        found.push((path.to_owned(), command.clone()));
        let shown = |part: &&Command| !part.is_hide_set() && part.get_name() != "help";
        for part in command.get_subcommands().filter(shown) {
            commands(part, format!("{path} {}", part.get_name()).trim(), found);
        }
    }

    fn all() -> Vec<(String, Command)> {
        let mut command = crate::Cli::command();
        command.build();
        let mut found = Vec::new();
        commands(&command, "", &mut found);
        found
    }

    /// The lines of an example that a person types.
    fn typed(text: &str) -> Vec<String> {
        let lines = text.lines().filter_map(|line| line.strip_prefix("  bootrace "));
        lines.map(|line| line.split("  ").next().unwrap_or(line).trim().to_owned()).collect()
    }

    #[test]
    fn every_command_and_argument_is_in_both_languages() {
        let mut used = BTreeSet::new();
        for (path, command) in all() {
            let page =
                pages().find(|page| page.path == path).unwrap_or_else(|| panic!("no page of {path:?}"));
            assert!(is_chinese(page.about), "{path}: {}", page.about);
            assert_eq!(page.more.is_empty(), command.get_long_about().is_none(), "{path}: more than a line");
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert_eq!(page.after.is_empty(), after.is_empty(), "{path}: below the options");
            assert_eq!(typed(page.after), typed(&after), "{path}: the examples");
            for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
                let id = arg.get_id().as_str();
                let chinese = words(page, id).unwrap_or_else(|| panic!("{path}: {id} has no Chinese"));
                assert!(is_chinese(chinese), "{path}: {id}: {chinese}");
                let is_choice = arg.get_action().takes_values() && !matches!(id, "shell" | "lang");
                for value in arg.get_possible_values().iter().filter(|_| is_choice) {
                    assert!(
                        chinese.contains(value.get_name()),
                        "{path}: {id} does not name {}",
                        value.get_name()
                    );
                }
                used.insert((
                    page.arguments.iter().any(|(of, _)| *of == id).then(|| path.clone()),
                    id.to_owned(),
                ));
            }
        }
        for page in pages() {
            for (id, _) in page.arguments {
                assert!(
                    used.contains(&(Some(page.path.to_owned()), (*id).to_owned())),
                    "{}: {id}: of nothing",
                    page.path
                );
            }
        }
        for (id, _) in shared() {
            assert!(used.contains(&(None, (*id).to_owned())), "{id}: of nothing");
        }
        assert_eq!(pages().count(), all().len());
    }

    #[test]
    fn the_help_is_chinese_and_takes_the_same_arguments() {
        let mut command = chinese(crate::Cli::command());
        let mut found = Vec::new();
        commands(&command, "", &mut found);
        for (path, mut command) in found {
            let help = command.render_long_help().to_string();
            for english in [
                "Usage:",
                "Options:",
                "Arguments:",
                "Commands:",
                "Print help",
                "Examples",
                "[default",
                "[possible",
            ] {
                assert!(!help.contains(english), "{path}: {english}: {help}");
            }
        }
        let arguments = ["bootrace", "report", "a.pml", "--format", "html", "--lang", "zh"];
        let matches = command.try_get_matches_from_mut(arguments).unwrap();
        assert_eq!(matches.subcommand_name(), Some("report"));
        let help = command.get_arguments().find(|arg| arg.get_id() == "help").unwrap();
        assert!(matches!(help.get_action(), ArgAction::Help | ArgAction::HelpLong | ArgAction::HelpShort));
    }
}
