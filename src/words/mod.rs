//! What the command line says in Chinese: its help and its own errors.

mod capture;
mod fleet;
mod help;
mod reading;
mod refused;
pub(crate) mod said;

pub(crate) use help::chinese;
pub(crate) use refused::refused;

/// The help of one command.
struct Page {
    /// The words that call it, without the program's name.
    path: &'static str,
    /// What it does, in a line.
    about: &'static str,
    /// What `--help` adds to that.
    more: &'static str,
    /// What stands below the options: examples and exit codes.
    after: &'static str,
    /// What its arguments mean, by their ids. A second paragraph is for `--help` only.
    arguments: &'static [(&'static str, &'static str)],
}
