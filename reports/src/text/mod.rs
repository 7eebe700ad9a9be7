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
use crate::visible::visible;
pub(crate) use line::{Line, Style};

/// Lines of the verdict at most, in [`DEFAULT_WIDTH`] columns or more.
pub const MAX_LINES: usize = 15;

const MARGIN: usize = 9;
/// Spaces between columns.
const GAP: usize = 2;
/// Columns of a ticket or a file.
pub const DEFAULT_WIDTH: usize = 100;
const MIN_WIDTH: usize = 40;
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
pub fn render(report: &Report, options: &TextOptions) -> String {
    let page = Page::new(report, options);
    let wide = Page { width: page.width.max(DEFAULT_WIDTH), ..page };
    let fits = |shown: &&Shown| wide.verdict(shown).len() <= MAX_LINES;
    let shown = Shown::ALL.iter().find(fits).or(Shown::ALL.last());
    let mut lines = shown.map_or_else(Vec::new, |shown| page.verdict(shown));
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

/// How much of the report the verdict shows. What a person needs least goes first.
#[derive(Debug, Clone, Copy)]
struct Shown {
    links: usize,
    steps: usize,
    reasons: usize,
    leads: usize,
    /// Lines that one item of any list may take.
    lines: usize,
    compared: bool,
}

impl Shown {
    const ALL: [Self; 7] = [
        Self { links: 6, steps: 3, reasons: 2, leads: 3, lines: 3, compared: true },
        Self { links: 4, steps: 3, reasons: 1, leads: 3, lines: 1, compared: true },
        Self { links: 3, steps: 3, reasons: 1, leads: 2, lines: 1, compared: true },
        Self { links: 3, steps: 2, reasons: 1, leads: 2, lines: 1, compared: true },
        Self { links: 3, steps: 1, reasons: 1, leads: 1, lines: 1, compared: true },
        Self { links: 2, steps: 1, reasons: 1, leads: 1, lines: 1, compared: true },
        Self { links: 2, steps: 1, reasons: 0, leads: 1, lines: 1, compared: false },
    ];
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
            if lines.len() + 1 == max_lines && parts.next().is_some() {
                line.end_with_ellipsis(self.width);
            }
            lines.push(std::mem::replace(&mut line, Self::label(Style::Plain, "")));
        }
        lines
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
