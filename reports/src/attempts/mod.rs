//! A few attempts at an update side by side, as text, JSON and a page.

mod model;
mod page;
mod text;

use diagnosis::{Attempt, Attempts, Failing};

pub use model::{AttemptCase, AttemptChange, AttemptThing, AttemptValue, AttemptsReport};

use crate::{
    lang::Lang,
    messages as m,
    model::{Report, Text, Time},
    view,
};

impl AttemptsReport {
    /// Attempts with the name and the report of each, in the order in which they are given.
    #[must_use]
    pub fn new(given: &[(String, Report, Attempt)]) -> Self {
        let attempts: Vec<Attempt> = given.iter().map(|(.., attempt)| attempt.clone()).collect();
        let Attempts { all, some, changed } = Attempts::new(&attempts);
        let name = |at: usize| given.get(at).map(|(name, ..)| name.clone());
        let thing = |failing: &Failing| AttemptThing {
            kind: failing.thing.kind.name().to_owned(),
            title: prose(failing.thing.kind.words()),
            value: failing.thing.value.clone(),
            evidence: prose(failing.thing.evidence.words.clone()),
            cases: failing.attempts.iter().filter_map(|at| name(*at)).collect(),
        };
        let shared: Vec<AttemptThing> = all.iter().map(thing).collect();
        Self {
            tool: Report::new().tool,
            says: says(&shared, given.len()),
            cases: given.iter().map(|(name, report, attempt)| case(name, report, attempt)).collect(),
            shared,
            some: some.iter().map(thing).collect(),
            changed: changed
                .into_iter()
                .map(|change| AttemptChange {
                    kind: change.kind.name().to_owned(),
                    title: prose(change.kind.words()),
                    name: change.name,
                    values: change
                        .values
                        .into_iter()
                        .zip(given)
                        .map(|(value, (name, ..))| AttemptValue {
                            case: name.clone(),
                            value: value.unwrap_or_default(),
                        })
                        .collect(),
                })
                .collect(),
        }
    }

    /// As JSON, with a line feed at its end.
    ///
    /// # Errors
    /// A text that no JSON can hold; none is known.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        crate::json::pretty(self)
    }
}

impl AttemptCase {
    /// When its failing boot began, to the second.
    fn began_text(&self) -> String {
        let Some(time) = self.began.map(|time| time.to_string()) else { return String::new() };
        time.get(..SECONDS).map_or_else(|| time.clone(), |seconds| seconds.replace('T', " ") + " UTC")
    }
}

/// Length of a time to its seconds: `2024-10-02T15:58:05`.
const SECONDS: usize = 19;

fn prose(words: timeline::Words) -> Text {
    Text::new(words.en, words.zh)
}

fn case(name: &str, report: &Report, attempt: &Attempt) -> AttemptCase {
    let machine = report.machine.clone().unwrap_or_default();
    AttemptCase {
        name: name.to_owned(),
        machine: machine.name,
        build: machine.build,
        outcome: report.verdict.outcome.clone(),
        headline: view::headline(report),
        began: attempt.began.map(|time| Time::from_filetime(time.0)),
        signature: report.signature.clone(),
    }
}

/// Things that the sentence names.
const NAMED: usize = 4;
/// The kinds that the sentence names, those that say most first. An object has a long path.
const NAMING: &[&str] = &["driver", "installer", "service", "component", "code", "object"];

/// What the attempts have in common, in one sentence.
fn says(shared: &[AttemptThing], attempts: usize) -> Text {
    let count = attempts.to_string();
    let mut named: Vec<&AttemptThing> = shared.iter().collect();
    named.sort_by_key(|thing| NAMING.iter().position(|kind| *kind == thing.kind).unwrap_or(NAMING.len()));
    named.truncate(NAMED);
    if named.is_empty() {
        return m::ATTEMPTS_SHARE_NOTHING.text(&[&count]);
    }
    let list = |lang: Lang| {
        let items = named.iter().map(|thing| format!("{} {}", thing.title.get(lang), thing.value));
        let list = items.collect::<Vec<_>>().join(m::COMMA.get(lang));
        m::ATTEMPTS_SHARE.fill(lang, &[&count, &list])
    };
    Text::new(list(Lang::En), list(Lang::Zh))
}
