//! `bootrace FILE`: what a file that is dropped onto the program asks for.

use std::{ffi::OsString, path::Path};

use clap::Command;

/// The arguments with `report` before the files, where the first one is a file and no command; and whether that is so.
pub(crate) fn as_report(mut arguments: Vec<OsString>, program: &Command) -> (Vec<OsString>, bool) {
    let is_command = |first: &OsString| {
        first.to_str().is_some_and(|name| program.get_subcommands().any(|command| command.get_name() == name))
    };
    let dropped = arguments.get(1).is_some_and(|first| {
        !is_command(first)
            && first.to_str().is_none_or(|name| !name.starts_with('-'))
            && Path::new(first).exists()
    });
    if dropped {
        arguments.insert(1, "report".into());
    }
    (arguments, dropped)
}

/// Keeps the window open that Windows opened for the program. A program that Explorer starts has no prompt of a shell.
pub(crate) fn wait_for_key() {
    use std::io::IsTerminal as _;
    let own_window = cfg!(windows) && std::env::var_os("PROMPT").is_none();
    if own_window && std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        tell!("{}", crate::words::said::PRESS_ENTER.plain());
        let _ = std::io::stdin().read_line(&mut String::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_asks_for_its_report_and_a_command_stays_one() {
        let program = Command::new("bootrace").subcommand(Command::new("report"));
        let arguments = |first: &str| vec![OsString::from("bootrace"), first.into()];
        let (made, dropped) = as_report(arguments("Cargo.toml"), &program);
        assert!(dropped);
        assert_eq!(made, ["bootrace", "report", "Cargo.toml"]);
        for first in ["report", "--help", "no-such-file"] {
            assert_eq!(as_report(arguments(first), &program), (arguments(first), false));
        }
    }
}
