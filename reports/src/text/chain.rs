//! The chain: from the rollback back to the first cause.

use super::{
    GAP, MARGIN, MOST, Page,
    line::{Line, Style},
    wrap::wrap,
};
use crate::messages as m;
use crate::model::ChainLink;
use crate::view;
use crate::visible::{columns, shorten_middle, visible};

/// The most columns that the text of what happened takes beside the other columns, if the rest is narrow.
const LEAST: usize = 24;

impl Page<'_> {
    /// The chain with at most so many links of at most so many lines: the last is the first cause.
    pub(super) fn chain(&self, most: usize, max_lines: usize) -> Vec<Line> {
        let links = &self.report.chain;
        let left_out = links.len().saturating_sub(most);
        let head = links.len().min(most).saturating_sub(1);
        let links: Vec<&ChainLink> = links.iter().take(head).chain(links.last()).collect();
        let cells: Vec<_> = links.iter().map(|link| self.cells(link)).collect();
        let widest =
            |pick: fn(&[String; 3]) -> &String| cells.iter().map(|c| columns(pick(c))).max().unwrap_or(0);
        let (time, trust) = (widest(|c| &c[0]), widest(|c| &c[1]));
        let place = widest(|c| &c[2]).min(24);
        let spare = self.room().saturating_sub(time + trust + place + 3 * GAP);
        let mut lines: Vec<Line> = Vec::new();
        for (depth, (link, [when, how, where_])) in links.iter().zip(&cells).enumerate() {
            let indent = if depth == 0 { String::new() } else { format!("{}└ ", "  ".repeat(depth - 1)) };
            let label = if depth == 0 { m::LABEL_CHAIN.get(self.lang) } else { "" };
            let mut line = Self::label(Style::Label, label);
            let what = visible(link.what.get(self.lang)).into_owned();
            if spare < LEAST {
                // Too narrow for columns: what happened, and below it the rest.
                let pad = columns(&indent);
                let parts = wrap(&what, self.room() - pad, self.room() - pad);
                line.push(Style::Plain, &indent);
                for part in parts.take(MOST) {
                    line.pad_to(MARGIN + pad).push(Style::Plain, part);
                    lines.push(std::mem::replace(&mut line, Self::label(Style::Plain, "")));
                }
                line.pad_to(MARGIN + pad).push(Style::Faint, &format!("{when} {how} {where_}"));
                line.end_within(self.width);
                lines.push(line);
                continue;
            }
            let width = spare - columns(&indent).min(spare);
            let mut parts = wrap(&what, width, width);
            line.push(Style::Plain, &indent);
            for number in 0..max_lines {
                let Some(part) = parts.next() else { break };
                line.pad_to(MARGIN + columns(&indent)).push(Style::Plain, part);
                if number + 1 == max_lines && parts.next().is_some() {
                    line.end_with_ellipsis(MARGIN + spare);
                }
                if number == 0 {
                    let mut column = MARGIN + spare + GAP;
                    line.pad_to(column).push(Style::Plain, when);
                    column += time + GAP;
                    line.pad_to(column).push(Style::Faint, how);
                    column += trust + GAP;
                    // The record's or line's number stands at the end.
                    line.pad_to(column)
                        .push(Style::Faint, &shorten_middle(where_, self.width - column.min(self.width)));
                }
                lines.push(std::mem::replace(&mut line, Self::label(Style::Plain, "")));
            }
        }
        if left_out > 0 && max_lines > 1 {
            lines.extend(self.note(&m::MORE_LINKS.fill(self.lang, &[&left_out.to_string()]), 1));
        }
        lines
    }

    /// When, how known, and where recorded.
    fn cells(&self, link: &ChainLink) -> [String; 3] {
        let time = link.time.map(|time| view::at(time, self.origin)).unwrap_or_default();
        let trust =
            link.trust.iter().map(|trust| visible(view::trust_name(trust).get(self.lang)).into_owned());
        let place = link.evidence.iter().map(|evidence| {
            let place = view::place(evidence);
            visible(if place.is_empty() { evidence.text.get(self.lang) } else { &place }).into_owned()
        });
        [time, trust.collect(), place.collect()]
    }
}
