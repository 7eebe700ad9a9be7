//! The parts of the verdict, from the first line to what to capture next.

use super::{
    GAP, MARGIN, MAX_PROCESS_NAME, MOST, Page, Shown,
    line::{Line, Style},
};
use crate::messages as m;
use crate::model::{Confidence, Operation, Outcome, PhaseSpan, Span, Text};
use crate::view;
use crate::visible::{columns, shorten_end, shorten_path, visible};
use timeline::thousands;

/// Columns of a path beside its operation. If there are fewer, the path goes to the next line.
const MIN_PATH: usize = 24;
const BETWEEN: &str = " · ";
/// Lines of what was read, also where room is short.
const COVER: usize = 3;

impl Page<'_> {
    pub(super) fn verdict(&self, shown: &Shown) -> Vec<Line> {
        let mut lines = self.first_line();
        lines.extend(self.headline());
        lines.extend(self.banners());
        lines.extend(self.failure(shown));
        lines.extend(self.chain(shown.links, shown.lines));
        if shown.compared {
            lines.extend(self.compared());
        }
        lines.extend(self.steps(shown));
        lines.extend(self.covered(shown));
        lines.extend(self.capture(shown));
        lines
    }

    /// Machine, build, update, failing boot, ending, and the id under which the same cause is found on other machines.
    fn first_line(&self) -> Vec<Line> {
        let parts = view::first_line(self.report, self.lang);
        let signature = self.report.signature.iter().map(|signature| (Style::Faint, signature.id.clone()));
        let parts: Vec<_> = parts.into_iter().map(|part| (Style::Plain, part)).chain(signature).collect();
        self.items(Line::default(), &parts, BETWEEN, MOST)
    }

    fn headline(&self) -> Vec<Line> {
        let (label, style) = match self.report.outcome() {
            Outcome::FailingOperation | Outcome::FailureWithoutOperation => (m::LABEL_FAILED, Style::Bad),
            Outcome::NoFailure if self.report.verdict.caution.is_some() => (m::LABEL_NOTE, Style::Unsure),
            Outcome::NoFailure => (m::LABEL_OK, Style::Good),
            Outcome::NotEnoughEvidence | Outcome::Other(_) => (m::LABEL_UNKNOWN, Style::Unsure),
        };
        let label = Self::label(style, label.get(self.lang));
        self.wrapped(label, Style::Strong, view::headline(self.report).get(self.lang), MOST)
    }

    /// What a reader must know about the inputs before the answer.
    fn banners(&self) -> Vec<Line> {
        let note = |banner: &Text| {
            let label = Self::label(Style::Unsure, m::LABEL_NOTE.get(self.lang));
            self.wrapped(label, Style::Plain, banner.get(self.lang), MOST)
        };
        self.report.banners.iter().flat_map(note).collect()
    }

    /// The operation or what is missing, how that is known, and the codes.
    fn failure(&self, shown: &Shown) -> Vec<Line> {
        let verdict = &self.report.verdict;
        let mut lines = Vec::new();
        match (&verdict.failing_operation, self.report.outcome()) {
            (Some(operation), Outcome::FailingOperation) => lines.extend(self.operation(operation)),
            (_, Outcome::FailureWithoutOperation) => lines.extend(self.no_operation()),
            _ => {}
        }
        lines.extend(self.causes(shown));
        let known = self.report.incident.as_ref().is_some_and(|incident| !incident.culprits.is_empty());
        if let Some(missing) = verdict.missing.as_ref().filter(|_| !known) {
            lines.extend(self.block(m::LABEL_MISSING, Style::Plain, missing.what.get(self.lang), 2));
            let said = |fact: &&crate::model::Evidence| self.headline_says(fact.text.get(self.lang));
            let evidence = missing.evidence.iter().take(1).filter(|fact| !said(fact));
            lines.extend(
                evidence.flat_map(|fact| self.note(&view::known_sentence(fact, self.lang), shown.lines)),
            );
        }
        lines.extend(self.leads(shown));
        if let Some(confidence) = &verdict.confidence {
            let level =
                confidence.level.as_ref().map(|level| view::confidence_name(level).get(self.lang).to_owned());
            for (number, evidence) in confidence.reasons.iter().take(shown.reasons).enumerate() {
                let reason = view::known_sentence(evidence, self.lang);
                let level = level.as_ref().filter(|_| number == 0);
                let text =
                    level.map_or_else(|| reason.clone(), |level| self.sure(level, confidence, &reason));
                let text = self.before_place(&text, &visible(&view::place(evidence)), shown.lines);
                let label = if number == 0 { m::LABEL_SURE.get(self.lang) } else { "" };
                lines.extend(self.wrapped(
                    Self::label(Style::Label, label),
                    Style::Faint,
                    &text,
                    shown.lines,
                ));
            }
        }
        let codes: Vec<_> = view::codes(self.report, self.lang).into_iter().chain([self.phase()]).collect();
        let codes: Vec<_> = codes.into_iter().map(|code| (Style::Plain, code)).collect();
        lines.extend(self.items(Self::label(Style::Label, m::LABEL_CODE.get(self.lang)), &codes, BETWEEN, 2));
        lines
    }

    /// Why it failed, beyond the headline.
    fn causes(&self, shown: &Shown) -> Vec<Line> {
        let causes = view::causes(self.report, self.lang).into_iter().take(shown.causes).enumerate();
        let lines = causes.flat_map(|(number, (text, cause))| {
            let label = if number == 0 { m::LABEL_WHY.get(self.lang) } else { "" };
            let text = self.before_place(&text, &visible(&view::place(cause)), shown.cause_lines);
            self.wrapped(Self::label(Style::Label, label), Style::Plain, &text, shown.cause_lines)
        });
        lines.collect()
    }

    /// How sure the answer is, and the first reason.
    fn sure(&self, level: &str, confidence: &Confidence, reason: &str) -> String {
        let Some((named, wrong)) = view::measured_share(confidence) else {
            return m::SURE.fill(self.lang, &[level, reason]);
        };
        m::SURE_MEASURED.fill(self.lang, &[level, &named, &wrong, reason])
    }

    /// The errors worth a look. In a wide terminal each takes a line, with the end of its path.
    fn leads(&self, shown: &Shown) -> Vec<Line> {
        let leads = self.report.verdict.leads.iter().take(shown.leads).enumerate();
        let lines = leads.flat_map(|(number, lead)| {
            let label = if number == 0 { m::LABEL_LEADS.get(self.lang) } else { "" };
            let process = shorten_end(&visible(&lead.process), MAX_PROCESS_NAME).into_owned();
            let what = format!(
                "{process} {} {}",
                lead.operation,
                view::result_and_status(&lead.result, "", self.lang)
            );
            let left = self.room().saturating_sub(columns(&what) + GAP);
            let room = if left < MIN_PATH { self.room() } else { left };
            let path = shorten_path(&visible(&lead.path), room).into_owned();
            let parts = [(Style::Plain, what), (Style::Plain, path)];
            self.items(Self::label(Style::Label, label), &parts, "  ", MOST)
        });
        lines.collect()
    }

    fn operation(&self, operation: &Operation) -> Vec<Line> {
        let name = visible(&operation.process);
        let process = view::process_and_pid(&shorten_end(&name, MAX_PROCESS_NAME), operation.pid);
        let result = view::result_and_status(&operation.result, &operation.status, self.lang);
        let parts = [
            (Style::Strong, process),
            (Style::Plain, operation.operation.clone()),
            (Style::Bad, result),
            (
                Style::Plain,
                operation.time.map(|time| view::at_and_local(self.report, time)).unwrap_or_default(),
            ),
        ];
        let label = Self::label(Style::Label, m::LABEL_WHAT.get(self.lang));
        let mut lines = self.items(label, &parts, "  ", MOST);
        let (path, target) = view::paths(operation);
        if !path.is_empty() {
            lines.extend(self.wrapped(Self::label(Style::Plain, ""), Style::Plain, path, 4));
        }
        if let Some(target) = target {
            let mut arrow = Self::label(Style::Plain, "");
            arrow.push(Style::Faint, "-> ");
            lines.extend(self.wrapped(arrow, Style::Plain, target, 4));
        }
        lines
    }
    /// The phase by its name in the language of the text.
    fn phase(&self) -> String {
        let known = self.report.verdict.phase.iter().filter(|phase| **phase != crate::model::Phase::Unknown);
        known.map(|phase| view::phase_name(phase).get(self.lang).to_owned()).collect()
    }

    /// What the summary says beyond the headline.
    fn no_operation(&self) -> Vec<Line> {
        let beyond = view::beyond_headline(self.report, self.lang);
        if beyond.is_empty() {
            return Vec::new();
        }
        self.block(m::LABEL_WHAT, Style::Plain, &beyond, 2)
    }

    fn headline_says(&self, text: &str) -> bool {
        let text = text.trim_end_matches(['.', '。']);
        view::headline(self.report).get(self.lang).contains(text)
    }

    /// What a good boot says, if one was given.
    fn compared(&self) -> Vec<Line> {
        let Some(compare) = &self.report.compare else { return Vec::new() };
        let mut items = vec![(Style::Plain, compare.says.get(self.lang).to_owned())];
        if compare.baseline_failed {
            let failed = format!("{}: {}", compare.baseline, m::BASELINE_FAILED.get(self.lang));
            items.push((Style::Plain, failed));
        }
        if let (Some(telling), Some(total)) = (compare.telling, compare.total) {
            let counts = [&thousands(telling), &thousands(total), &compare.baseline];
            items.push((Style::Plain, m::COMPARED.fill(self.lang, &counts.map(String::as_str))));
        }
        self.items(Self::label(Style::Label, m::LABEL_COMPARE.get(self.lang)), &items, BETWEEN, 2)
    }

    /// The first steps; where room is short, only the first with its command.
    fn steps(&self, shown: &Shown) -> Vec<Line> {
        let mut lines = Vec::new();
        for (number, remedy) in (1..).zip(self.report.verdict.remedies.iter().take(shown.steps)) {
            let label = if number == 1 { m::LABEL_NEXT.get(self.lang) } else { "" };
            let text = format!("{number} {}", remedy.title.get(self.lang));
            lines.extend(self.wrapped(
                Self::label(Style::Label, label),
                Style::Plain,
                &text,
                shown.step_lines,
            ));
            if !remedy.command.is_empty() && (number == 1 || shown.commands) {
                lines.push(Self::command(&remedy.command));
            }
        }
        lines
    }

    /// A command. It is never broken, so it can be pasted.
    fn command(command: &str) -> Line {
        let mut line = Self::label(Style::Plain, "");
        line.push(Style::Plain, "  ").push(Style::Strong, command);
        line
    }

    /// What was read, and what was not.
    fn covered(&self, shown: &Shown) -> Vec<Line> {
        let verdict = &self.report.verdict;
        let plain =
            |items: Vec<String>| items.into_iter().map(|item| (Style::Plain, item)).collect::<Vec<_>>();
        let not_covered = || verdict.not_covered.iter().map(|text| text.get(self.lang).to_owned());
        let list = |label: m::Message, items: Vec<String>| {
            let label = Self::label(Style::Label, label.get(self.lang));
            // What was not read bears on the answer.
            self.items(label, &plain(items), BETWEEN, shown.lines.max(COVER))
        };
        match self.report.outcome() {
            Outcome::FailingOperation | Outcome::FailureWithoutOperation => {
                let read = view::read_items(self.report, self.lang).into_iter();
                list(m::LABEL_COVER, read.chain(not_covered()).collect())
            }
            _ => {
                let mut lines = list(m::LABEL_SEEN, view::seen_items(self.report, self.lang));
                lines.extend(list(m::LABEL_UNSEEN, not_covered().collect()));
                lines
            }
        }
    }

    fn capture(&self, shown: &Shown) -> Vec<Line> {
        let Some(capture) = &self.report.verdict.next_capture else { return Vec::new() };
        let mut lines =
            self.block(m::LABEL_CAPTURE, Style::Plain, capture.title.get(self.lang), shown.capture_lines);
        if !capture.command.is_empty() {
            lines.push(Self::command(&capture.command));
        }
        lines
    }

    /// How long each phase took, the longest bar for the longest phase.
    pub(super) fn phases(&self) -> Vec<Line> {
        let ended = |phase: &PhaseSpan| Some((phase.start?, phase.end?));
        let took = |phase: &PhaseSpan| {
            ended(phase).map(|(start, end)| Span::from_ticks(u64::try_from(end.since(start)).unwrap_or(0)))
        };
        let mut lines = Vec::new();
        for phase in &self.report.phases {
            let (Some(name), Some(start)) = (&phase.name, phase.start) else { continue };
            let label = if lines.is_empty() { m::LABEL_PHASES.get(self.lang) } else { "" };
            let mut line = Self::label(Style::Label, label);
            let took = took(phase).map_or_else(String::new, view::duration);
            line.push(Style::Plain, view::phase_name(name).get(self.lang)).pad_to(MARGIN + 34);
            line.push(Style::Strong, &took).pad_to(MARGIN + 48);
            line.push(Style::Faint, &view::at_and_local(self.report, start));
            lines.push(line);
        }
        lines
    }
}
