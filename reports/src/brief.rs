//! The brief: verdict, why, evidence with its places, what is not covered, and the next step, for a language model.

use crate::lang::Lang;
use crate::messages::{self as m, Message};
use crate::model::{Confidence, Evidence, EvidenceRow, Operation, Outcome, Relation, Report, Time, Trust};
use crate::quoted::quoted;
use crate::view;

/// Bytes of a brief at most. Three bytes are counted as one token: no text of a trace is denser in the usual
/// vocabularies, and most are half as dense.
pub const MAX_BYTES: usize = 6_000;
/// What that is in tokens.
pub const MAX_TOKENS: usize = MAX_BYTES / 3;

/// Bytes of one quoted sentence.
const SENTENCE: usize = 300;
/// Bytes of one quoted path, and of the names beside it.
const NAME: usize = 200;
/// Bytes of a command. It is useless where it is cut, so that a long path still fits.
const COMMAND: usize = 400;
/// Rows of evidence at most.
const ROWS: usize = 14;
/// Items of every other list at most.
const ITEMS: usize = 6;

/// How soon a line goes where the brief is too long: the last line of the highest rank goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// Stays.
    Answer,
    Reason,
    Step,
    Chain,
    Row,
}

/// The report as a brief of at most [`MAX_BYTES`].
#[must_use]
#[tracing::instrument(name = "brief", skip_all)]
pub fn render(report: &Report, lang: Lang) -> String {
    let mut brief = Brief { report, lang, lines: Vec::new() };
    brief.answer();
    brief.reasons();
    brief.rows();
    brief.uncovered();
    brief.steps();
    brief.finish()
}

struct Brief<'r> {
    report: &'r Report,
    lang: Lang,
    lines: Vec<(Rank, String)>,
}

impl Brief<'_> {
    /// What failed, how sure that is, and on which machine.
    fn answer(&mut self) {
        let verdict = &self.report.verdict;
        let line = |text: &str| quoted(text, SENTENCE);
        let head = m::BRIEF_HEAD.fill(self.lang, &[env!("CARGO_PKG_VERSION"), "« »"]);
        self.lines.push((Rank::Answer, head));
        let outcome = self.report.outcome();
        // A word that this version does not know is not its own.
        let word = match &outcome {
            Outcome::Other(other) => line(other),
            known => known.as_str().to_owned(),
        };
        self.say(m::BRIEF_VERDICT, &word);
        if let Some(confidence) = &verdict.confidence {
            self.say(m::BRIEF_CONFIDENCE, &self.confidence(confidence));
        }
        self.say(m::BRIEF_MACHINE, &line(&view::first_line(self.report, self.lang).join(" · ")));
        self.say(m::BRIEF_HEADLINE, &line(view::headline(self.report).get(self.lang)));
        let banners = self.report.banners.iter().chain(&verdict.caution).take(2);
        banners.for_each(|banner| self.say(m::BRIEF_CAUTION, &line(banner.get(self.lang))));
        if let Some(operation) = &verdict.failing_operation {
            self.say(m::BRIEF_OPERATION, &self.operation(operation));
        }
        if let Some(phase) = &verdict.phase {
            self.say(m::BRIEF_PHASE, &line(view::phase_name(phase).get(self.lang)));
        }
        let codes = view::codes(self.report, self.lang).join(" · ");
        if !codes.is_empty() {
            self.say(m::BRIEF_CODE, &line(&codes));
        }
        if let Some(signature) = &self.report.signature {
            self.say(m::BRIEF_SIGNATURE, &line(&format!("{} · {}", signature.id, signature.text)));
        }
    }

    /// Why it failed and why the answer is believed; what is missing, and the leads where nothing is named.
    fn reasons(&mut self) {
        let verdict = &self.report.verdict;
        let why = self.report.incident.iter().flat_map(|incident| &incident.why);
        let reasons = verdict.confidence.iter().flat_map(|confidence| &confidence.reasons);
        let facts: Vec<String> = why.chain(reasons).take(ITEMS).map(|fact| self.fact(fact)).collect();
        self.list(Rank::Reason, m::BRIEF_WHY, facts);
        if let Some(missing) = &verdict.missing {
            let what = quoted(missing.what.get(self.lang), SENTENCE);
            let facts = missing.evidence.iter().take(2).map(|fact| self.fact(fact));
            self.list(Rank::Reason, m::BRIEF_MISSING, std::iter::once(what).chain(facts).collect());
        }
        let leads = verdict.leads.iter().map(|lead| self.operation(lead)).collect();
        self.list(Rank::Reason, m::BRIEF_LEADS, leads);
        let links = self.report.chain.iter().take(ITEMS).map(|link| {
            let what = quoted(link.what.get(self.lang), SENTENCE);
            let place = link.evidence.as_ref().map(|evidence| self.place(evidence)).unwrap_or_default();
            words([what, self.time(link.time), place, self.trust(link.trust.as_ref())])
        });
        self.list(Rank::Chain, m::BRIEF_CHAIN, links.collect());
    }

    /// The rows of evidence nearest to the failure.
    fn rows(&mut self) {
        let failing = self.report.evidence.iter().find(|row| row.relation == Some(Relation::Failing));
        let near = failing.and_then(|row| row.time).or_else(|| self.report.chain.last()?.time);
        let mut rows: Vec<(usize, &EvidenceRow)> = self.report.evidence.iter().enumerate().collect();
        rows.sort_by_key(|(position, row)| {
            let away = row.time.zip(near).map(|(time, near)| time.since(near).unsigned_abs());
            (relevance(row), away.unwrap_or(u64::MAX), *position)
        });
        rows.truncate(ROWS);
        rows.sort_by_key(|(position, _)| *position);
        let rows = rows.into_iter().map(|(_, row)| self.row(row)).collect();
        self.list(Rank::Row, m::BRIEF_EVIDENCE, rows);
    }

    fn uncovered(&mut self) {
        let said = self.report.verdict.not_covered.iter().map(|text| quoted(text.get(self.lang), SENTENCE));
        let lost = self.report.coverage.iter().filter(|row| !row.consequence.is_empty()).map(|row| {
            let input = quoted(view::file_name(&row.input), NAME);
            let [what, follows] =
                [&row.what, &row.consequence].map(|text| quoted(text.get(self.lang), SENTENCE));
            words([input, what, follows])
        });
        self.list(Rank::Reason, m::BRIEF_UNCOVERED, said.chain(lost).take(ITEMS).collect());
    }

    fn steps(&mut self) {
        let verdict = &self.report.verdict;
        let lang = self.lang;
        let step = |title: &str, command: &str| {
            let command = Some(command).filter(|command| !command.is_empty());
            let label = m::BRIEF_COMMAND.get(lang);
            let command = command.map(|command| format!("{label} {}", quoted(command, COMMAND)));
            words([quoted(title, SENTENCE), command.unwrap_or_default()])
        };
        let remedies = verdict.remedies.iter().take(3);
        let steps = remedies.map(|remedy| step(remedy.title.get(lang), &remedy.command)).collect();
        self.list(Rank::Step, m::BRIEF_NEXT, steps);
        if let Some(capture) = &verdict.next_capture {
            self.list(Rank::Step, m::BRIEF_CAPTURE, vec![step(capture.title.get(lang), &capture.command)]);
        }
        let notes = self.report.notes.iter().take(2).map(|note| quoted(&note.text, SENTENCE)).collect();
        self.list(Rank::Row, m::BRIEF_NOTES, notes);
    }

    /// The lines that have room.
    fn finish(mut self) -> String {
        let more = m::BRIEF_MORE.get(self.lang);
        let size = |lines: &[(Rank, String)]| lines.iter().map(|(_, line)| line.len() + 1).sum::<usize>();
        let mut cut = false;
        while size(&self.lines) + more.len() + 1 > MAX_BYTES {
            let last = self.lines.iter().map(|(rank, _)| *rank).max().unwrap_or(Rank::Answer);
            let Some(at) = self.lines.iter().rposition(|(rank, _)| *rank == last) else { break };
            self.lines.remove(at);
            cut = true;
        }
        let mut text = String::new();
        for (_, line) in &self.lines {
            text.push_str(line);
            text.push('\n');
        }
        if cut {
            text.push_str(more);
            text.push('\n');
        }
        text
    }

    /// A label and its value.
    fn say(&mut self, label: Message, value: &str) {
        let line = format!("{}{}{value}", label.get(self.lang), m::COLON.get(self.lang));
        self.lines.push((Rank::Answer, line));
    }

    /// A label and a line for each item; nothing where there is none.
    fn list(&mut self, rank: Rank, label: Message, items: Vec<String>) {
        for (number, item) in items.into_iter().enumerate() {
            let label = if number == 0 {
                format!("{}{}\n", label.get(self.lang), m::COLON.get(self.lang).trim_end())
            } else {
                String::new()
            };
            self.lines.push((rank, format!("{label}- {item}")));
        }
    }

    fn confidence(&self, confidence: &Confidence) -> String {
        let level =
            confidence.level.iter().map(|level| view::confidence_name(level).get(self.lang).to_owned());
        let level: String = level.collect();
        quoted(
            &[Some(level), view::measured(confidence, self.lang)]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" · "),
            SENTENCE,
        )
    }

    /// A fact: what, how it is known, where.
    fn fact(&self, fact: &Evidence) -> String {
        let text = quoted(fact.text.get(self.lang), SENTENCE);
        words([text, self.place(fact), self.trust(fact.trust.as_ref())])
    }

    fn operation(&self, operation: &Operation) -> String {
        let process = quoted(&view::process_and_pid(&operation.process, operation.pid), NAME);
        let result = view::result_and_status(&operation.result, &operation.status, self.lang);
        let what = [operation.operation.as_str(), &result].join(" → ");
        let (path, target) = view::paths(operation);
        let paths = path.to_owned() + &target.map(|target| format!(" → {target}")).unwrap_or_default();
        let command = match operation.command_line.as_str() {
            "" => String::new(),
            line => quoted(line, NAME),
        };
        let place = cite(&operation.source, operation.index, None);
        let first = words([process, quoted(&what, NAME), quoted(&paths, SENTENCE), command]);
        words([first, self.time(operation.time), place])
    }

    fn row(&self, row: &EvidenceRow) -> String {
        let place = cite(&row.source, row.index, row.line);
        if row.line.is_some() {
            let note = quoted(row.note.get(self.lang), SENTENCE);
            return words([place, self.time(row.time), quoted(&row.detail, NAME), note]);
        }
        let result = view::result_and_status(&row.result, "", self.lang);
        let what = [row.process.as_str(), &row.operation, &result].map(|part| part.to_owned());
        let what = what.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        words([place, self.time(row.time), quoted(&what, NAME), quoted(&row.path, NAME)])
    }

    /// How it is known; a word that this version does not know is not its own.
    fn trust(&self, trust: Option<&Trust>) -> String {
        match trust {
            None => String::new(),
            Some(Trust::Other(other)) => quoted(other, NAME),
            Some(known) => format!("({})", view::trust_name(known).get(self.lang)),
        }
    }

    fn place(&self, evidence: &Evidence) -> String {
        cite(&evidence.source, evidence.index, evidence.line)
    }

    fn time(&self, time: Option<Time>) -> String {
        time.map(|time| view::at(time, view::origin(self.report))).unwrap_or_default()
    }
}

/// The lower, the sooner a row is worth its room.
fn relevance(row: &EvidenceRow) -> u8 {
    match row.relation {
        Some(Relation::Failing) => 0,
        // What is noted on a line says that it does not matter.
        Some(Relation::Log) => 2,
        _ if !row.note.is_empty() => 1,
        Some(Relation::SamePath | Relation::SameHandle) => 3,
        Some(Relation::SameThread) => 4,
        Some(Relation::Nearby | Relation::Other(_)) | None => 5,
    }
}

/// A citation, such as `«boot.pml#1588»` or `«CBS.log:18»`.
fn cite(source: &str, index: Option<u64>, line: Option<u64>) -> String {
    let file = view::file_name(source);
    let place = match (line, index) {
        (Some(line), _) => format!(":{line}"),
        (None, Some(index)) => format!("#{index}"),
        (None, None) if file.is_empty() => return String::new(),
        (None, None) => String::new(),
    };
    let mut cited = quoted(file, NAME);
    cited.insert_str(cited.len() - '»'.len_utf8(), &place);
    cited
}

/// The parts that say something, with a space between them.
fn words<const N: usize>(parts: [String; N]) -> String {
    let said = parts.into_iter().filter(|part| !matches!(part.as_str(), "" | "«»"));
    said.collect::<Vec<_>>().join(" ")
}
