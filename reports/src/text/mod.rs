//! The verdict in at most 15 lines, for a terminal, a ticket or a mail.

mod chain;
mod compare;
mod line;
mod signature;
mod verdict;
mod wrap;

pub use compare::render as compare;
pub use signature::render as signature;

use crate::lang::Lang;
use crate::messages::Message;
use crate::model::{Report, Time};
use crate::view;
use crate::visible::{shorten_middle, visible};
pub(crate) use line::{Line, Style};

/// Lines of the verdict at most, in [`DEFAULT_WIDTH`] columns or more.
pub const MAX_LINES: usize = 15;

const MARGIN: usize = 9;
/// Spaces between columns.
const GAP: usize = 2;
/// Columns of a ticket or a file.
pub const DEFAULT_WIDTH: usize = 100;
const MIN_WIDTH: usize = 40;
/// Columns of a place after a sentence that is cut.
const PLACE: usize = 24;
/// Lines of the longest text that a person needs.
const MOST: usize = 8;
/// The longest names in the component store's own processes have some 30 characters.
const MAX_PROCESS_NAME: usize = 36;

/// How the verdict is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct TextOptions {
    /// Language of labels and prose.
    pub lang: Lang,
    /// Colours by ANSI escapes.
    pub colour: bool,
    /// Columns of the terminal; less than 40 count as 40. None for a file or a ticket. Text is wrapped, not cut.
    pub width: Option<usize>,
    /// Adds how long each phase took.
    pub phases: bool,
}

/// The verdict as text, each line ended by a line feed: at most [`MAX_LINES`] lines in [`DEFAULT_WIDTH`] columns. In fewer
/// columns the same text takes more lines.
#[must_use]
pub fn render(report: &Report, options: &TextOptions) -> String {
    let page = Page::new(report, options);
    let wide = Page { width: page.width.max(DEFAULT_WIDTH), ..page };
    let shown = Shown::most(|shown| wide.verdict(shown).len() <= MAX_LINES);
    let mut lines = page.verdict(&shown);
    if page.width >= DEFAULT_WIDTH {
        lines.truncate(MAX_LINES);
    }
    if options.phases {
        lines.extend(page.phases());
    }
    let mut text = String::new();
    for line in lines {
        line.write(options.colour, &mut text);
    }
    text
}

/// How much of the report the verdict shows.
#[derive(Debug, Clone, Copy)]
struct Shown {
    links: usize,
    steps: usize,
    reasons: usize,
    leads: usize,
    causes: usize,
    /// Lines that one cause may take.
    cause_lines: usize,
    /// Lines that one step may take.
    step_lines: usize,
    /// Lines that one item of any other list may take.
    lines: usize,
    /// Lines of what to capture next.
    capture_lines: usize,
    /// The command of every step, not only of the first.
    commands: bool,
    compared: bool,
}

impl Shown {
    /// What is always there.
    const LEAST: Self = Self {
        links: 2,
        steps: 1,
        reasons: 0,
        leads: 1,
        causes: 0,
        cause_lines: 1,
        step_lines: 1,
        lines: 1,
        capture_lines: 1,
        commands: false,
        compared: false,
    };

    /// What is added while there is room, what a person needs most first. What does not fit is left out.
    const MORE: [fn(&mut Self); 18] = [
        |shown| shown.step_lines = 2,
        |shown| shown.capture_lines = 2,
        |shown| shown.reasons = 1,
        |shown| shown.causes = 1,
        |shown| shown.cause_lines = 2,
        |shown| shown.links = 3,
        |shown| shown.compared = true,
        |shown| shown.step_lines = 3,
        |shown| shown.steps = 2,
        |shown| shown.leads = 2,
        |shown| shown.lines = 2,
        |shown| shown.steps = 3,
        |shown| shown.leads = 3,
        |shown| shown.links = 4,
        |shown| shown.commands = true,
        |shown| shown.causes = 2,
        |shown| shown.reasons = 2,
        |shown| (shown.links, shown.lines) = (6, 3),
    ];

    /// As much as fits.
    fn most(fits: impl Fn(&Self) -> bool) -> Self {
        Self::MORE.iter().fold(Self::LEAST, |shown, add| {
            let mut more = shown;
            add(&mut more);
            if fits(&more) { more } else { shown }
        })
    }
}

#[derive(Clone, Copy)]
struct Page<'a> {
    report: &'a Report,
    lang: Lang,
    /// Columns that lines are laid out in.
    width: usize,
    origin: Option<Time>,
}

impl<'a> Page<'a> {
    fn new(report: &'a Report, options: &TextOptions) -> Self {
        let width = options.width.unwrap_or(DEFAULT_WIDTH).max(MIN_WIDTH);
        Self { report, lang: options.lang, width, origin: view::origin(report) }
    }

    /// Columns right of the margin.
    const fn room(&self) -> usize {
        self.width - MARGIN
    }

    fn label(style: Style, label: &str) -> Line {
        let mut line = Line::default();
        line.push(style, label).pad_to(MARGIN);
        line
    }

    /// A label and a text, over at most so many lines.
    fn block(&self, label: Message, style: Style, text: &str, max_lines: usize) -> Vec<Line> {
        self.wrapped(Self::label(Style::Label, label.get(self.lang)), style, text, max_lines)
    }

    fn note(&self, text: &str, max_lines: usize) -> Vec<Line> {
        self.wrapped(Self::label(Style::Plain, ""), Style::Faint, text, max_lines)
    }

    /// A text after what a line holds already. A text that no one needs for acting gets few lines, and ends with `…`.
    fn wrapped(&self, first: Line, style: Style, text: &str, max_lines: usize) -> Vec<Line> {
        let text = visible(text);
        let mut parts = wrap::wrap(&text, self.width.saturating_sub(first.width()), self.room());
        let mut line = first;
        let mut lines = Vec::new();
        while lines.len() < max_lines {
            let Some(part) = parts.next() else { break };
            line.push(style, part);
            if lines.len() + 1 == max_lines
                && let Some(rest) = parts.next()
            {
                // A long name does not leave half a line empty.
                if line.width() < self.width / 2 {
                    line.push(style, " ").push(style, rest);
                }
                line.end_with_ellipsis(self.width);
            }
            lines.push(std::mem::replace(&mut line, Self::label(Style::Plain, "")));
        }
        lines
    }

    /// A sentence that ends with its place in parentheses, in so many lines. One that is too long is cut before its place.
    fn before_place(&self, text: &str, place: &str, max_lines: usize) -> String {
        let fits = |text: &str| wrap::wrap(text, self.room(), self.room()).nth(max_lines).is_none();
        let end = format!(" ({place})");
        let text = visible(text);
        let Some(said) = text.strip_suffix(&end).filter(|_| !place.is_empty() && !fits(&text)) else {
            return text.into_owned();
        };
        let end = format!(" ({})", shorten_middle(place, PLACE));
        let mut said: String = said.chars().take(self.room() * max_lines).collect();
        while !said.is_empty() && !fits(&format!("{said}…{end}")) {
            said.pop();
        }
        let word = said.trim_end_matches(|c: char| c.is_ascii() && !c.is_ascii_whitespace()).trim_end();
        let said = if word.is_empty() { &said } else { word };
        format!("{said}…{end}")
    }

    /// Items with a separator between them. An item that does not fit begins a new line. It is wrapped if it is
    /// longer than a line.
    fn items(&self, first: Line, items: &[(Style, String)], between: &str, max_lines: usize) -> Vec<Line> {
        let mut lines = vec![first];
        let mut empty = true;
        for (style, item) in items.iter().filter(|(_, item)| !item.is_empty()) {
            let item = visible(item);
            let Some(line) = lines.last_mut() else { break };
            if !empty && line.width() + between.len() + crate::visible::columns(&item) <= self.width {
                line.push(Style::Faint, between).push(*style, &item);
                continue;
            }
            let first = if empty { lines.pop() } else { None };
            let first = first.unwrap_or_else(|| Self::label(Style::Plain, ""));
            lines.extend(self.wrapped(first, *style, &item, MOST));
            empty = false;
        }
        if lines.len() > max_lines {
            lines.truncate(max_lines);
            lines.last_mut().into_iter().for_each(|line| line.end_with_ellipsis(self.width));
        }
        if empty { Vec::new() } else { lines }
    }
}
