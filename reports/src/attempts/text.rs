//! Attempts side by side, for a terminal or a ticket.

use super::{AttemptThing, AttemptsReport};
use crate::messages as m;
use crate::text::{Line, Style, TextOptions};

/// Where values begin.
const VALUES: usize = 30;
/// Changes at most; JSON has all.
const MOST_CHANGES: usize = 60;

impl AttemptsReport {
    /// As text, each line ended by a line feed.
    #[must_use]
    pub fn text(&self, options: &TextOptions) -> String {
        let lang = options.lang;
        let mut lines = vec![styled(Style::Strong, self.says.get(lang))];
        for (number, case) in (1..).zip(&self.cases) {
            let began = case.began_text();
            let mut line = styled(Style::Label, &format!("[{number}]"));
            line.push(Style::Plain, &joined(&[&case.name, &case.machine, &case.build, &began]));
            lines.push(line);
            lines.push(indented(case.headline.get(lang)));
            if let Some(signature) = &case.signature {
                lines.push(indented(&joined(&[&signature.id, &signature.text])));
            }
        }
        self.things(m::ATTEMPTS_ALL.get(lang), &self.shared, options, &mut lines);
        self.things(m::ATTEMPTS_SOME.get(lang), &self.some, options, &mut lines);
        lines.push(styled(Style::Label, m::ATTEMPTS_CHANGED.get(lang)));
        for change in self.changed.iter().take(MOST_CHANGES) {
            let mut line = indented(change.title.get(lang));
            line.pad_to(VALUES).push(Style::Plain, &change.name).push(Style::Plain, "  ");
            let none = m::ATTEMPTS_ABSENT.get(lang);
            let values = change.values.iter().map(|v| if v.value.is_empty() { none } else { &v.value });
            line.push(Style::Strong, &values.collect::<Vec<_>>().join(" -> "));
            lines.push(line);
        }
        let more = self.changed.len().saturating_sub(MOST_CHANGES);
        if more > 0 {
            lines.push(indented(&m::ATTEMPTS_MORE.fill(lang, &[&more.to_string()])));
        }
        if self.changed.is_empty() {
            lines.push(indented(m::ATTEMPTS_NOTHING.get(lang)));
        }
        let mut text = String::new();
        lines.iter().for_each(|line| line.write(options.colour, &mut text));
        text
    }

    fn things(&self, title: &str, things: &[AttemptThing], options: &TextOptions, lines: &mut Vec<Line>) {
        lines.push(styled(Style::Label, title));
        for thing in things {
            let mut line = indented(thing.title.get(options.lang));
            line.pad_to(VALUES).push(Style::Strong, &thing.value);
            if thing.cases.len() < self.cases.len() {
                line.push(Style::Faint, &format!("  {}", self.numbers(thing)));
            }
            lines.push(line);
        }
        if things.is_empty() {
            lines.push(indented(m::ATTEMPTS_NOTHING.get(options.lang)));
        }
    }

    /// The numbers of the attempts in which something failed: `[1] [2]`.
    pub(super) fn numbers(&self, thing: &AttemptThing) -> String {
        let numbered = (1..).zip(&self.cases).filter(|(_, case)| thing.cases.contains(&case.name));
        numbered.map(|(number, _)| format!("[{number}]")).collect::<Vec<_>>().join(" ")
    }
}

fn styled(style: Style, text: &str) -> Line {
    let mut line = Line::default();
    line.push(style, text);
    line
}

fn indented(text: &str) -> Line {
    styled(Style::Plain, &format!("    {text}"))
}

fn joined(parts: &[&str]) -> String {
    let known = parts.iter().copied().filter(|part| !part.is_empty());
    known.map(|part| format!(" {part}")).collect::<Vec<_>>().join(" ").trim_start().to_owned()
}
