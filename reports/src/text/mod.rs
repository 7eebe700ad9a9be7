//! The verdict in at most 15 lines, for a terminal, a ticket or a mail.

mod compare;
mod line;

pub use compare::render as compare;

use crate::lang::Lang;
use crate::messages::{self as m, Message};
use crate::model::{ChainLink, Operation, Outcome, Phase, Remedy, Report, Time};
use crate::view;
use crate::visible::{columns, shorten_end, shorten_path, visible};
use line::{Line, Style};
use timeline::thousands;

/// Lines of the verdict at most.
pub const MAX_LINES: usize = 15;

const MARGIN: usize = 9;
/// Spaces between columns.
const GAP: usize = 2;
const DEFAULT_WIDTH: usize = 116;
const MIN_WIDTH: usize = 60;
/// Columns of a line where no terminal limits it: a trace's paths may have 32,767 characters.
const MAX_WIDTH: usize = 600;
/// The longest names in the component store's own processes have some 30 characters.
const MAX_PROCESS_NAME: usize = 36;

/// How the verdict is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct TextOptions {
    /// Language of labels and prose.
    pub lang: Lang,
    /// Colours by ANSI escapes.
    pub colour: bool,
    /// Columns of the terminal; less than 60 count as 60. None for a file or a ticket: nothing is cut there for want of
    /// room, and the columns stand as in 116.
    pub width: Option<usize>,
}

/// The verdict as text: at most [`MAX_LINES`] lines, each ended by a line feed.
pub fn render(report: &Report, options: &TextOptions) -> String {
    let page = Page::new(report, options);
    let head = page.head();
    let tail = page.tail(0);
    let chain = page.chain(MAX_LINES.saturating_sub(head.len() + tail.len()));
    let tail = page.tail(MAX_LINES.saturating_sub(head.len() + chain.len() + tail.len()));
    let mut text = String::new();
    for line in head.iter().chain(&chain).chain(&tail).take(MAX_LINES) {
        line.write(options.colour, &mut text);
    }
    text
}

struct Page<'a> {
    report: &'a Report,
    lang: Lang,
    /// Columns that lines are laid out in.
    width: usize,
    /// Columns that a text right of the margin may take.
    room: usize,
    origin: Option<Time>,
}

impl<'a> Page<'a> {
    fn new(report: &'a Report, options: &TextOptions) -> Self {
        let width = options.width.unwrap_or(DEFAULT_WIDTH).max(MIN_WIDTH);
        let room = options.width.map_or(MAX_WIDTH, |_| width) - MARGIN;
        Self { report, lang: options.lang, width, room, origin: view::origin(report) }
    }

    fn label(style: Style, label: &str) -> Line {
        let mut line = Line::default();
        line.push(style, label).pad_to(MARGIN);
        line
    }

    /// The outcome: what failed, where, and how that is known.
    fn head(&self) -> Vec<Line> {
        let verdict = &self.report.verdict;
        let (label, style) = match self.report.outcome() {
            Outcome::FailingOperation | Outcome::FailureWithoutOperation => (m::LABEL_FAILED, Style::Bad),
            Outcome::NoFailure if verdict.caution.is_some() => (m::LABEL_NOTE, Style::Unsure),
            Outcome::NoFailure => (m::LABEL_OK, Style::Good),
            Outcome::NotEnoughEvidence | Outcome::Other(_) => (m::LABEL_UNKNOWN, Style::Unsure),
        };
        let label = Self::label(style, label.get(self.lang));
        let mut lines = match (&verdict.failing_operation, self.report.outcome()) {
            (Some(operation), Outcome::FailingOperation) => self.operation(label, operation),
            _ => self.sentence(label),
        };
        if let Some(missing) = &verdict.missing {
            let mut line = Self::label(Style::Label, m::LABEL_MISSING.get(self.lang));
            line.push(Style::Plain, &shorten_end(&visible(missing.what.get(self.lang)), self.room));
            lines.push(line);
            lines.extend(
                missing.evidence.iter().take(1).map(|fact| self.note(&view::known_sentence(fact, self.lang))),
            );
        }
        let reasons = verdict.confidence.iter().flat_map(|confidence| &confidence.reasons);
        lines.extend(reasons.take(1).map(|fact| self.note(&view::known_sentence(fact, self.lang))));
        let codes = view::codes(self.report, self.lang);
        if verdict.failing_operation.is_some() && !codes.is_empty() {
            let mut line = Self::label(Style::Label, m::LABEL_CODE.get(self.lang));
            line.push(Style::Plain, &shorten_end(&visible(&codes.join(" · ")), self.room));
            lines.push(line);
        }
        lines
    }

    fn note(&self, text: &str) -> Line {
        let mut line = Self::label(Style::Plain, "");
        line.push(Style::Faint, &shorten_end(&visible(text), self.room));
        line
    }

    fn operation(&self, mut line: Line, operation: &Operation) -> Vec<Line> {
        let name = visible(&operation.process);
        let process = view::process_and_pid(&shorten_end(&name, MAX_PROCESS_NAME), operation.pid);
        let result = view::result_and_status(&operation.result, &operation.status, self.lang);
        let phase = self.report.verdict.phase.iter().map(ToString::to_string);
        let when: Vec<_> = phase.chain(operation.time.map(|time| view::at(time, self.origin))).collect();
        let when = visible(&when.join(" ")).into_owned();

        line.push(Style::Strong, &process);
        let mut lines = Vec::new();
        for (style, part) in [(Style::Plain, &operation.operation), (Style::Bad, &result)] {
            let part = visible(part);
            if line.width() + 2 + columns(&part) > self.width && line.width() > MARGIN {
                lines.push(std::mem::replace(&mut line, Self::label(Style::Plain, "")));
            } else {
                line.push(Style::Plain, "  ");
            }
            line.push(style, &shorten_end(&part, self.room));
        }
        if line.width() + 2 + columns(&when) > self.width {
            lines.push(std::mem::replace(&mut line, Self::label(Style::Plain, "")));
            line.push(Style::Plain, &when);
        } else {
            line.pad_to(self.width - columns(&when)).push(Style::Plain, &when);
        }
        lines.push(line);
        lines.extend(self.paths(operation));
        lines
    }

    fn paths(&self, operation: &Operation) -> Vec<Line> {
        const ARROW: &str = " -> ";
        let (path, target) = view::paths(operation);
        let path = visible(path);
        let Some(target) = target.map(visible) else {
            let mut line = Self::label(Style::Plain, "");
            line.push(Style::Plain, &shorten_path(&path, self.room));
            return if path.is_empty() { Vec::new() } else { vec![line] };
        };
        let room = self.room - ARROW.len();
        let (path_width, target_width) = (columns(&path), columns(&target));
        let path_room = if target_width <= room / 2 {
            room - target_width
        } else {
            (room / 2).max(room - target_width.min(room))
        };
        let path = shorten_path(&path, path_room.min(path_width.max(1)));
        let target = shorten_path(&target, room - columns(&path));
        let mut line = Self::label(Style::Plain, "");
        line.push(Style::Plain, &path).push(Style::Faint, ARROW).push(Style::Plain, &target);
        vec![line]
    }

    fn sentence(&self, first: Line) -> Vec<Line> {
        let summary = view::summary(self.report);
        let verdict = &self.report.verdict;
        let code = [verdict.hresult.as_str(), verdict.hresult_name.as_str()];
        let tail: Vec<_> = verdict
            .phase
            .iter()
            .filter(|phase| **phase != Phase::Unknown)
            .map(|phase| phase.as_str())
            .chain(code.into_iter().filter(|code| !code.is_empty()))
            .collect();
        let mut lines = self.wrap(first, &visible(summary.get(self.lang)), Style::Strong, 3);
        if !tail.is_empty() {
            lines.push(self.note(&tail.join(" ")));
        }
        lines
    }

    /// From the rollback back to the first cause, in so many lines.
    fn chain(&self, room: usize) -> Vec<Line> {
        let links = &self.report.chain;
        if links.is_empty() || room == 0 {
            return Vec::new();
        }
        let shown = if links.len() > room { room - 1 } else { links.len() };
        let indent =
            |depth: usize| if depth == 0 { String::new() } else { format!("{}└ ", "  ".repeat(depth - 1)) };
        let whats: Vec<_> = (0..)
            .zip(links.iter().take(shown))
            .map(|(depth, link)| format!("{}{}", indent(depth), visible(link.what.get(self.lang))))
            .collect();
        let cells: Vec<_> = links.iter().take(shown).map(|link| self.link_cells(link)).collect();
        let widest =
            |texts: &mut dyn Iterator<Item = &String>| texts.map(|text| columns(text)).max().unwrap_or(0);
        let time_width = widest(&mut cells.iter().map(|(time, _, _)| time));
        let trust_width = widest(&mut cells.iter().map(|(_, trust, _)| trust));
        let place_width = widest(&mut cells.iter().map(|(_, _, place)| place)).min(18);
        let spare = self.room.saturating_sub(time_width + trust_width + place_width + 3 * GAP);
        let what_width = widest(&mut whats.iter()).min(spare.max(20));
        let mut lines: Vec<Line> = Vec::new();
        for (what, (time, trust, place)) in whats.iter().zip(&cells) {
            let label = if lines.is_empty() { m::LABEL_CHAIN.get(self.lang) } else { "" };
            let mut line = Self::label(Style::Label, label);
            let mut column = MARGIN + what_width + GAP;
            line.push(Style::Plain, &shorten_end(what, what_width)).pad_to(column);
            column += time_width + GAP;
            line.push(Style::Plain, time).pad_to(column);
            column += trust_width + GAP;
            line.push(Style::Faint, trust).pad_to(column);
            line.push(Style::Faint, &shorten_end(place, (MARGIN + self.room).saturating_sub(column)));
            lines.push(line);
        }
        if shown < links.len() {
            let more = m::MORE_LINKS.fill(self.lang, &[&(links.len() - shown).to_string()]);
            lines.push(self.note(&more));
        }
        lines
    }

    /// When, how known, and where recorded.
    fn link_cells(&self, link: &ChainLink) -> (String, String, String) {
        let mut time = link.time.map(|time| view::at(time, self.origin)).unwrap_or_default();
        if let Some(duration) = link.duration {
            let ticks = i64::try_from(duration.ticks()).unwrap_or(i64::MAX);
            time.push_str(&format!(" +{}s", view::seconds(ticks, 3)));
        }
        let trust = link
            .trust
            .iter()
            .map(|trust| visible(view::trust_name(trust).get(self.lang)).into_owned())
            .collect();
        let place = link.evidence.iter().map(|evidence| {
            let place = view::place(evidence);
            let text = if place.is_empty() { evidence.text.get(self.lang) } else { &place };
            visible(text).into_owned()
        });
        (time, trust, place.collect())
    }

    /// What a good boot says, where one was given.
    fn compared(&self) -> Vec<Line> {
        let Some(compare) = &self.report.compare else { return Vec::new() };
        let mut items = vec![visible(compare.says.get(self.lang)).into_owned()];
        if compare.baseline_failed {
            items.push(format!("{}: {}", compare.baseline, m::BASELINE_FAILED.get(self.lang)));
        }
        if let (Some(telling), Some(total)) = (compare.telling, compare.total) {
            let counts = [&thousands(telling), &thousands(total), &compare.baseline];
            items.push(m::COMPARED.fill(self.lang, &counts.map(String::as_str)));
        }
        self.items(m::LABEL_COMPARE, &items, 2)
    }

    /// What to do, and what was read. So many lines more than needed may be taken by what does not fit in one.
    fn tail(&self, spare: usize) -> Vec<Line> {
        let verdict = &self.report.verdict;
        let failed =
            matches!(self.report.outcome(), Outcome::FailingOperation | Outcome::FailureWithoutOperation);
        let mut lines = self.compared();
        lines.extend(self.remedies(&verdict.remedies, spare));
        let not_covered = || verdict.not_covered.iter().map(|text| visible(text.get(self.lang)).into_owned());
        if failed {
            let items: Vec<_> =
                view::read_items(self.report, self.lang).into_iter().chain(not_covered()).collect();
            lines.extend(self.items(m::LABEL_COVER, &items, 2));
        } else {
            let covered = verdict.covered.iter().map(|text| visible(text.get(self.lang)).into_owned());
            let seen: Vec<_> = view::read_items(self.report, self.lang).into_iter().chain(covered).collect();
            lines.extend(self.items(m::LABEL_SEEN, &seen, 2));
            lines.extend(self.items(m::LABEL_UNSEEN, &not_covered().collect::<Vec<_>>(), 2));
        }
        if let Some(capture) = &verdict.next_capture {
            let first = Self::label(Style::Label, m::LABEL_CAPTURE.get(self.lang));
            lines.extend(self.wrap(first, &visible(capture.title.get(self.lang)), Style::Plain, 2));
            if !capture.command.is_empty() {
                let mut line = Self::label(Style::Plain, "");
                line.push(Style::Strong, &shorten_end(&visible(&capture.command), self.room));
                lines.push(line);
            }
        }
        lines
    }

    /// The first steps. What does not fit in a line takes more, as long as there are spare ones.
    fn remedies(&self, remedies: &[Remedy], spare: usize) -> Vec<Line> {
        const STEPS: usize = 3;
        let titles: Vec<_> = (1..)
            .zip(remedies)
            .map(|(number, remedy)| format!("{number} {}", visible(remedy.title.get(self.lang))))
            .collect();
        let mut rules: Vec<_> =
            remedies.iter().map(|remedy| remedy.rule.as_str()).filter(|rule| !rule.is_empty()).collect();
        rules.dedup();
        let mut lines = self.items(m::LABEL_NEXT, &titles, STEPS);
        let steps = titles.iter().take(STEPS);
        let over = (lines.len() + spare).checked_sub(steps.len());
        if let (Some(mut over), true) = (over, steps.clone().any(|title| columns(title) > self.room)) {
            lines.clear();
            for title in steps {
                let label = if lines.is_empty() { m::LABEL_NEXT.get(self.lang) } else { "" };
                let step = self.wrap(Self::label(Style::Label, label), title, Style::Plain, 1 + over);
                over -= step.len() - 1;
                lines.extend(step);
            }
        }
        if let (Some(line), false) = (lines.last_mut(), rules.is_empty()) {
            let rule = visible(&m::RULE.fill(self.lang, &[&rules.join(", ")])).into_owned();
            if line.width() + 2 + columns(&rule) <= self.room + MARGIN {
                let start = self.width.saturating_sub(columns(&rule)).max(line.width() + 2);
                line.pad_to(start).push(Style::Faint, &rule);
            }
        }
        lines
    }

    /// Items with ` · ` between them, in so many lines; an item that does not fit begins a new line.
    fn items(&self, label: Message, items: &[String], max_lines: usize) -> Vec<Line> {
        const BETWEEN: &str = " · ";
        let mut lines = Vec::new();
        let mut line = Self::label(Style::Label, label.get(self.lang));
        for (position, item) in items.iter().filter(|item| !item.is_empty()).enumerate() {
            let item = shorten_end(item, self.room);
            if position > 0 && line.width() + columns(BETWEEN) + columns(&item) > self.width {
                if lines.len() + 1 == max_lines {
                    line.push(Style::Faint, " …");
                    break;
                }
                lines.push(std::mem::replace(&mut line, Self::label(Style::Plain, "")));
            } else if position > 0 {
                line.push(Style::Faint, BETWEEN);
            }
            line.push(Style::Plain, &item);
        }
        if line.width() > MARGIN {
            lines.push(line);
        }
        lines
    }

    /// A sentence over so many lines, broken between words, or between Chinese characters.
    fn wrap(&self, first: Line, text: &str, style: Style, max_lines: usize) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut line = first;
        let mut rest = text.trim();
        loop {
            let fits = lines.len() + 1 >= max_lines || columns(rest) <= self.width - MARGIN;
            let end = if fits { rest.len() } else { break_at(rest, self.width - MARGIN) };
            let (now, later) = rest.split_at(end);
            line.push(style, &shorten_end(now.trim_end(), self.room));
            lines.push(line);
            rest = later.trim_start();
            if rest.is_empty() {
                return lines;
            }
            line = Self::label(Style::Plain, "");
        }
    }
}

/// The byte offset at which a text that is wider than `width` is broken: after a space or beside a wide character,
/// else where the width ends.
fn break_at(text: &str, width: usize) -> usize {
    let mut used = 0;
    let mut best = None;
    for (offset, c) in text.char_indices() {
        let wide = columns(c.encode_utf8(&mut [0; 4]));
        let closes = matches!(c, '，' | '。' | '；' | '：' | '、' | '）' | '”');
        if offset > 0 && (c == ' ' || (wide == 2 && !closes)) {
            best = Some(offset);
        }
        used += wide;
        if used > width {
            return best.unwrap_or(offset).max(c.len_utf8().min(text.len()));
        }
    }
    text.len()
}
