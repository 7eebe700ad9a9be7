//! One rule, and what it matches.

use serde::Deserialize;
use timeline::PhaseName;

use super::example::Example;
use crate::{faults::FaultKind, missing::Lack};

/// Prose in the two languages of the report.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleText {
    /// English.
    pub en: String,
    /// 简体中文.
    pub zh: String,
}

/// How well the sources of a rule support it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleTrust {
    /// A public account of a solved case, or the vendor's documentation, says so.
    Documented,
    /// It follows from how servicing works.
    Inferred,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable name, `BR-0101`.
    pub id: String,
    /// The failure in a few words.
    pub title: RuleText,
    /// What causes it.
    pub cause: RuleText,
    /// What to do: safe steps.
    pub remedy: RuleText,
    /// The command that begins the remedy. `{path}`, `{folder}`, `{permissions}`, `{item}`, `{service}` and
    /// `{library}` are replaced by names of the case.
    #[serde(default)]
    pub command: String,
    /// The service that the failing installer waits for.
    #[serde(default)]
    pub awaited: String,
    /// True for what is left when nothing else helps: it stands behind all other remedies.
    #[serde(default)]
    pub last_resort: bool,
    /// True if the remedy begins with dism's repair of the component store, or its check.
    #[serde(default)]
    pub repairs_store: bool,
    /// Where that is documented.
    #[serde(default)]
    pub reference: String,
    /// How well it is supported.
    pub trust: RuleTrust,
    /// Failures for which it holds.
    #[serde(default)]
    pub example: Vec<Example>,
    /// Failures that look like one of the examples, and for which it does not hold.
    #[serde(default)]
    pub near_miss: Vec<Example>,
    /// What it matches.
    #[serde(rename = "match")]
    pub matches: Match,
}

/// What a rule matches. All parts that are given must hold; of a list one is enough. Texts compare without case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Match {
    /// Kinds of fault that the logs name: `installer`, `driver`, …
    pub fault: Vec<String>,
    /// The fault's item contains one of these.
    pub item: Vec<String>,
    /// The fault's phase.
    pub phase: Vec<String>,
    /// The fault's code, or the code that servicing reported: HRESULT as `0x…`, Win32 in decimal.
    pub code: Vec<String>,
    /// A line that says something failed contains one of these.
    pub text: Vec<String>,
    /// The failing operation's process name.
    pub process: Vec<String>,
    /// The failing operation's path contains one of these.
    pub path: Vec<String>,
    /// The failing operation's status, NTSTATUS as `0x…`.
    pub status: Vec<String>,
    /// A service with this name is disabled.
    pub disabled: Vec<String>,
    /// A library that is not Windows' own is loaded into the process with this name; poqexec.exe is looked at.
    pub inside: Vec<String>,
    /// The trace has an operation on a watched name that contains one of these.
    pub seen: Vec<String>,
    /// No operation is named, and something of this kind is missing: `answer`, `service`, `program`.
    pub missing: Vec<String>,
    /// What is missing has this name.
    pub service: Vec<String>,
    /// The failing operation is of a program that servicing started.
    pub started: bool,
}

impl Match {
    /// Whether it looks at the failing operation.
    pub(crate) fn is_about_operation(&self) -> bool {
        self.started || !(self.process.is_empty() && self.path.is_empty() && self.status.is_empty())
    }

    /// How much it asks: 0 if it is empty. The kind of a fault says half as much as another part, a path twice as much.
    pub(super) fn conditions(&self) -> usize {
        let parts = [
            (&self.fault, 1),
            (&self.item, 2),
            (&self.phase, 2),
            (&self.code, 2),
            (&self.text, 2),
            (&self.process, 2),
            (&self.path, 4),
            (&self.status, 2),
            (&self.disabled, 2),
            (&self.inside, 2),
            (&self.seen, 2),
            (&self.missing, 2),
            (&self.service, 2),
        ];
        let given = parts.iter().filter(|(part, _)| !part.is_empty()).map(|(_, weight)| weight);
        given.sum::<usize>() + 2 * usize::from(self.started)
    }
}

/// The upper half of the codes that `0x8024xxxx` covers.
pub(super) fn family(text: &str) -> Option<u32> {
    u32::from_str_radix(text.strip_prefix("0x")?.strip_suffix("xxxx")?, 16).ok()
}

/// `0x…` in hex, otherwise decimal.
pub(super) fn number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

/// Whether a rule's numbers and words are such that it could ever hold.
pub(super) fn check(rule: &Rule) -> Result<(), &'static str> {
    let m = &rule.matches;
    let is_code = |text: &String| number(text).is_some() || family(text).is_some();
    if !m.code.iter().all(is_code) || m.status.iter().any(|text| number(text).is_none()) {
        return Err("a code is a number: 0x… in hex, 0x8024xxxx for a family, or a decimal Win32 error");
    }
    if m.fault.iter().any(|name| FaultKind::named(name).is_none()) {
        return Err("an unknown kind of fault");
    }
    if m.missing.iter().any(|name| Lack::named(name).is_none()) {
        return Err("what is missing is an `answer`, a `service` or a `program`");
    }
    if m.phase.iter().any(|name| PhaseName::named(name).is_none()) {
        return Err("an unknown phase");
    }
    Ok(())
}
