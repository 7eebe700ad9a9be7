//! Rules: what a known failure looks like, what causes it and what to do, as data in TOML.
//!
//! bootrace's own rules are in `rules/` at the top of the project and are built in. A user adds a folder of more.
//! `docs/RULES.md` describes the format.

mod example;
mod matching;
mod rule;
mod trial;

use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
};

use serde::Deserialize;

pub use example::Example;
pub(crate) use matching::{Facts, hits};
use rule::check;
pub use rule::{Match, Rule, RuleText, RuleTrust};
pub use trial::RuleProblem;

/// Why a rule file was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// The folder or file cannot be read.
    #[error("{} cannot be read", path.display())]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// The operating system's word.
        source: std::io::Error,
    },
    /// The file is no rule file.
    #[error("{}:{line}: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A rule says nothing that could be matched, or its id is taken.
    #[error("{}: rule {id}: {message}", path.display())]
    Rule {
        /// The file.
        path: PathBuf,
        /// The rule's id.
        id: String,
        /// What is wrong.
        message: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    #[serde(default)]
    rule: Vec<Rule>,
}

/// A set of rules.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    rules: Vec<Rule>,
}

/// The rules that are built in, by file.
const BUILT_IN: &[(&str, &str)] = &[
    ("rules/client.toml", include_str!("../../../rules/client.toml")),
    ("rules/drivers.toml", include_str!("../../../rules/drivers.toml")),
    ("rules/installation.toml", include_str!("../../../rules/installation.toml")),
    ("rules/installers.toml", include_str!("../../../rules/installers.toml")),
    ("rules/operations.toml", include_str!("../../../rules/operations.toml")),
    ("rules/store.toml", include_str!("../../../rules/store.toml")),
];

impl Rules {
    /// The rules that ask for one of these numbers, as the code of the failure or as the status of its operation. The rules
    /// that ask for the fewest codes come first: they say most about this one. Last resorts come last.
    #[must_use]
    pub fn about(&self, codes: &[u32]) -> Vec<&Rule> {
        let is_one = |text: &String| rule::number(text).is_some_and(|code| codes.contains(&code));
        let asked = |rule: &Rule| rule.matches.code.len() + rule.matches.status.len();
        let about = |rule: &&Rule| rule.matches.code.iter().chain(&rule.matches.status).any(is_one);
        let mut rules: Vec<&Rule> = self.rules.iter().filter(about).collect();
        rules.sort_by_key(|rule| (rule.last_resort, asked(rule)));
        rules
    }

    /// The rules that are built in. They are read once.
    #[must_use]
    pub fn built_in() -> Self {
        static RULES: LazyLock<Rules> = LazyLock::new(|| {
            let mut rules = Rules::default();
            for (name, text) in BUILT_IN {
                // A test reads them all; a broken one cannot be built in.
                if let Err(error) = rules.add(Path::new(name), text) {
                    unreachable!("built-in rules: {error}");
                }
            }
            rules
        });
        RULES.clone()
    }

    /// The rules.
    #[must_use]
    pub fn all(&self) -> &[Rule] {
        &self.rules
    }

    /// Holds each rule from the one at position `from` on against its examples and near misses.
    pub fn check(&self, from: usize) -> Vec<RuleProblem> {
        self.rules.iter().skip(from).flat_map(trial::problems).collect()
    }

    /// Adds the rules of every `.toml` file in `folder`, in the order of their names.
    ///
    /// # Errors
    /// [`RuleError`], for the first file that is wrong.
    pub fn add_folder(&mut self, folder: &Path) -> Result<(), RuleError> {
        let io = |source| RuleError::Io { path: folder.to_owned(), source };
        let entries = std::fs::read_dir(folder).map_err(io)?;
        let mut files: Vec<PathBuf> = entries.filter_map(Result::ok).map(|e| e.path()).collect();
        files.retain(|p| p.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml")));
        files.sort();
        for path in files {
            let text = std::fs::read_to_string(&path)
                .map_err(|source| RuleError::Io { path: path.clone(), source })?;
            self.add(&path, &text)?;
        }
        Ok(())
    }

    /// Adds the rules of one file.
    ///
    /// # Errors
    /// [`RuleError`], if the text is no rule file.
    pub fn add(&mut self, path: &Path, text: &str) -> Result<(), RuleError> {
        let file: RuleFile = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = text.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() + 1;
            RuleError::Syntax { path: path.to_owned(), line, message: error.message().to_owned() }
        })?;
        for rule in file.rule {
            let wrong = |message| RuleError::Rule { path: path.to_owned(), id: rule.id.clone(), message };
            if rule.matches.conditions() == 0 {
                return Err(wrong("its match is empty: it would hit every case"));
            }
            if self.rules.iter().any(|r| r.id == rule.id) {
                return Err(wrong("another rule has this id"));
            }
            check(&rule).map_err(wrong)?;
            self.rules.push(rule);
        }
        Ok(())
    }
}

/// Commands. A step that begins with one has at least one of the words beside it.
#[cfg(test)]
const BEGINS: &[(&str, &[&str])] = &[
    ("DISM /Online /Cleanup-Image /RestoreHealth", &["restore", "repair"]),
    ("DISM /Online /Cleanup-Image /ScanHealth", &["scanhealth"]),
    ("DISM /Online /Get-", &["list", "see ", "language pack"]),
    ("chkdsk", &["chkdsk"]),
    ("dir ", &["folder", "exist", "junction", "files", "hive"]),
    ("findstr", &[".log", ".xml", " line"]),
    ("fltmc", &["filter"]),
    ("fsutil", &["fsutil", "limit", "link", "space"]),
    ("gpedit", &["policy"]),
    ("icacls", &["permissions"]),
    ("mountvol", &["mountvol"]),
    ("netsh", &["proxy", "reach"]),
    ("reg ", &["hk", "key", "registry", "profile", "temp"]),
    ("robocopy", &["copy"]),
    ("sc.exe", &["service", "disabled", "qc"]),
    ("sfc", &["sfc"]),
    ("shutdown", &["restart"]),
    ("start https://www.catalog", &["update catalog", "servicing stack update"]),
    ("wevtutil", &["event", "codeintegrity"]),
];

/// The command, if a step with these words does not begin with it. Commands without a row are taken as they are.
#[cfg(test)]
pub(crate) fn strays<'c>(step: &str, command: &'c str) -> Option<&'c str> {
    let step = step.to_ascii_lowercase();
    let (_, words) = BEGINS.iter().find(|(begin, _)| command.starts_with(begin))?;
    (!words.iter().any(|word| step.contains(word))).then_some(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = r#"
[[rule]]
id = "X-1"
title = { en = "a", zh = "b" }
cause = { en = "a", zh = "b" }
remedy = { en = "a", zh = "b" }
trust = "inferred"
match = { fault = ["driver"], code = ["0x80070003", "2"] }
"#;

    #[test]
    fn built_in_rules_are_sound() {
        let rules = Rules::built_in();
        assert!(rules.all().len() >= 20);
        for rule in rules.all() {
            for text in [&rule.title, &rule.cause, &rule.remedy] {
                assert!(
                    !text.en.trim().is_empty() && !text.zh.trim().is_empty(),
                    "{}: both languages",
                    rule.id
                );
            }
            assert!(rule.id.len() == 7 && rule.id.starts_with("BR-0"), "{}: its name", rule.id);
            let documented = rule.trust == RuleTrust::Documented;
            assert!(!documented || rule.reference.starts_with("https://"), "{}: by what", rule.id);
            let remedy = rule.remedy.en.to_ascii_lowercase();
            assert!(remedy.matches(". ").count() < 3, "{}: three sentences", rule.id);
            let takes_away = |what: &str| {
                ["remove", "delete"].iter().find_map(|verb| remedy.find(&format!("{verb} {what} ")))
            };
            assert!(!remedy.contains("delete pending.xml"), "{}: remedies are safe", rule.id);
            // It may be the only step that a reader sees.
            let first = remedy.split(". ").next().unwrap_or_default();
            assert!(first.contains(' '), "{}: the first sentence says what to do", rule.id);
            let strays = super::strays(first, &rule.command);
            assert_eq!(strays, None, "{}: the command begins the first sentence: {first}", rule.id);
            for elsewhere in ["other step", "steps above", "see above", "try the"] {
                assert!(
                    !first.contains(elsewhere),
                    "{}: the first sentence is a thing to do: {first}",
                    rule.id
                );
            }
            // What is taken away for good is saved before.
            if let Some(at) = ["the", "that", "those", "a", "only"].into_iter().find_map(takes_away) {
                let saved =
                    ["back up", "export", "keep", "note"].iter().filter_map(|word| remedy.find(word)).min();
                let safe = saved.is_some_and(|saved| saved < at);
                assert!(safe, "{}: what is taken away is saved before", rule.id);
            }
        }
    }

    #[test]
    fn every_built_in_rule_holds_for_its_examples_and_not_for_its_near_misses() {
        let rules = Rules::built_in();
        let problems: Vec<String> = rules.check(0).iter().map(ToString::to_string).collect();
        assert_eq!(problems, Vec::<String>::new());
        for rule in rules.all() {
            assert!(!rule.example.is_empty() && !rule.near_miss.is_empty(), "{}", rule.id);
        }
    }

    #[test]
    fn a_wrong_example_is_found() {
        let mut rules = Rules::default();
        let with = |example: &str| format!("{RULE}{example}\n");
        let near = r#"near_miss = [{ fault = "driver", code = "0x80070003" }]"#;
        rules.add(Path::new("my.toml"), &with(near)).unwrap();
        let told: Vec<String> = rules.check(0).iter().map(ToString::to_string).collect();
        assert_eq!(told, ["rule X-1: it holds for its near miss 1", "rule X-1: it has no example"]);
        assert_eq!(rules.check(1), []);
    }

    #[test]
    fn a_bad_rule_names_file_and_line() {
        let refused = |text: &str| Rules::default().add(Path::new("my.toml"), text).unwrap_err().to_string();
        assert!(Rules::default().add(Path::new("my.toml"), RULE).is_ok());
        assert!(refused("[[rule]]\nid = 5\n").starts_with("my.toml:2: "));
        assert!(refused(&RULE.replace("trust", "trsut")).contains("trsut"));
        assert!(
            refused(&RULE.replace(r#"fault = ["driver"], code = ["0x80070003", "2"]"#, "")).contains("empty")
        );
        assert!(refused(&RULE.replace("0x80070003", "banana")).contains("X-1"));
        assert!(refused(&RULE.replace("driver", "drivel")).contains("X-1"));
        assert!(refused(&format!("{RULE}{RULE}")).contains("another rule"));
    }
}
