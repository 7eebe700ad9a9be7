//! The swim-lane timeline: boots and phases, processes, services, the events over time, and the failure across them.

use super::canvas::{Anchor, Canvas, Font, Ink, Pen};
use super::lane::{Bar, Lane, LaneKind, ROW};
use super::lanes::lanes;
use super::measure;
use super::scale::Scale;
use super::{Chart, Place};
use crate::lang::Lang;
use crate::messages as m;
use crate::model::{Report, Time};
use crate::view;
use crate::visible::visible;

const LABEL: u32 = 13;
const SMALL: u32 = 12;
const PADDING: i32 = 12;
const AXIS: i32 = 26;
/// Width of the lanes' labels at most.
pub(super) const LABELS: i32 = 260;
/// Pixels of the drawing for each tick of the axis.
const TICK: i32 = 120;
/// Room above the axis for the flag of the failing operation.
const FLAG: i32 = 26;

/// The room for a drawing, in pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    pub(crate) width: i32,
    /// Lanes that do not fit into it are left out.
    pub(crate) height: i32,
}

/// True if the report holds a stretch of time to draw.
pub(crate) fn can_draw(report: &Report) -> bool {
    Scale::of(report, 0, 1).is_some()
}

/// Draws the timeline into so much room.
pub(crate) fn draw(report: &Report, lang: Lang, room: Room) -> Option<Chart> {
    let probe = Scale::of(report, 0, 1)?;
    let mut lanes = lanes(report, lang, &probe, room.width);
    let frame = FLAG + AXIS + LEGEND + 8;
    keep_what_fits(&mut lanes, room.height - frame);
    let legend = Legend::of(report, &lanes, lang);
    let widest = lanes.iter().map(|lane| measure::width(&lane.label, LABEL, false)).max().unwrap_or(0);
    let left = (widest + 2 * PADDING).clamp(120, LABELS.min(room.width / 3));
    let scale = Scale { left, right: room.width - PADDING, ..probe };

    let top = FLAG + AXIS;
    let bottom = top + lanes.iter().map(|lane| lane.height).sum::<i32>();
    let height = bottom + LEGEND + 8;
    let mut canvas = Canvas::default();
    let clip = format!("plot-{}-{}", room.width, lang.tag());
    canvas.clip(&clip, (scale.left, 0), (scale.right - scale.left, height));
    let failing = report.verdict.failing_operation.as_ref().and_then(|operation| operation.time);
    draw_ground(&mut canvas, &lanes, &scale, failing, (top, bottom));
    let clip = format!("url(#{clip})");
    canvas.nested(&[("clip-path", &clip)], |canvas| {
        canvas
            .nested(&[("class", "scaled")], |canvas| draw_spans(canvas, report, &lanes, &scale, top, bottom));
        canvas.nested(&[("class", "marks")], |canvas| {
            draw_marks(canvas, report, lang, &lanes, &scale, top, bottom)
        });
    });
    canvas.group(&[("class", "legend")], |pen| legend.draw(pen, (left, bottom + 8 + LEGEND / 2), room.width));
    let attributes = format!(
        "data-start=\"{}\" data-end=\"{}\" data-first=\"{}\" data-last=\"{}\" data-left=\"{}\" data-right=\"{}\" data-top=\"{top}\" data-bottom=\"{bottom}\"",
        view::seconds(scale.start.since(scale.origin), 7).replace(',', ""),
        view::seconds(scale.end.since(scale.origin), 7).replace(',', ""),
        view::seconds(scale.first.since(scale.origin), 7).replace(',', ""),
        view::seconds(scale.last.since(scale.origin), 7).replace(',', ""),
        scale.left,
        scale.right,
    );
    let description = description(report, lang, &scale);
    Some(Chart {
        width: room.width,
        height,
        title: m::TIMELINE_TITLE.get(lang).to_owned(),
        description,
        attributes,
        svg: canvas.into_svg(),
    })
}

/// Drops the lanes that matter least until the others fit.
fn keep_what_fits(lanes: &mut Vec<Lane<'_>>, room: i32) {
    let mut order: Vec<usize> = (0..lanes.len()).collect();
    order.sort_by_key(|number| lanes.get(*number).map(|lane| lane.rank));
    let mut left = room;
    let mut kept = vec![false; lanes.len()];
    for number in order {
        let Some(height) = lanes.get(number).map(|lane| lane.height).filter(|height| *height <= left) else {
            continue;
        };
        left -= height;
        if let Some(kept) = kept.get_mut(number) {
            *kept = true;
        }
    }
    let mut kept = kept.into_iter();
    lanes.retain(|_| kept.next() == Some(true));
}

/// What the drawing says, in a sentence.
fn description(report: &Report, lang: Lang, scale: &Scale) -> String {
    let span = view::seconds(scale.end.since(scale.start), 3);
    let mut text = m::TIMELINE_DESCRIPTION.fill(lang, &[&span, &report.phases.len().to_string()]);
    if let Some(operation) = &report.verdict.failing_operation
        && let Some(time) = operation.time
    {
        let when = view::at(time, Some(scale.origin));
        text.push(' ');
        text.push_str(&m::TIMELINE_FAILURE.fill(lang, &[&operation.operation, &operation.process, &when]));
    }
    text
}

/// Stripes, labels, the axis.
fn draw_ground(
    canvas: &mut Canvas,
    lanes: &[Lane<'_>],
    scale: &Scale,
    failing: Option<Time>,
    (top, bottom): (i32, i32),
) {
    let (left, width) = (scale.left, scale.right + PADDING);
    canvas.group(&[], |pen| {
        let mut y = top;
        for (number, lane) in lanes.iter().enumerate() {
            if number % 2 == 1 {
                pen.rect((0, y), (width, lane.height), Ink::Stripe);
            }
            y += lane.height;
        }
    });
    canvas.group(&[("class", "axis")], |pen| {
        let mut free = 0;
        let failing = failing.map(|time| scale.x(time));
        for (time, label) in scale.ticks(i64::from(width / TICK)) {
            let x = scale.x(time);
            let half = measure::width(&label, SMALL, false) / 2;
            pen.line((x, top - 4), (x, bottom), 1, Ink::Grid);
            let crossed = failing.is_some_and(|failing| (x - failing).abs() <= half + 2);
            if x - half >= free && x + half <= width && !crossed {
                pen.text((x, top - 14), &label, Font::new(SMALL, Ink::Muted), Anchor::Middle);
                free = x + half + 8;
            }
        }
    });
    canvas.group(&[("class", "labels")], |pen| {
        let mut y = top;
        for lane in lanes {
            let room = left - 2 * PADDING;
            let font = Font::new(LABEL, if lane.strong { Ink::Bad } else { Ink::Text });
            let font = if lane.strong { font.bold() } else { font };
            let middle = y + if lane.note.is_empty() { lane.height.min(30) / 2 } else { lane.height / 2 - 8 };
            let end = left - PADDING;
            pen.text((end, middle), &measure::fit(&lane.label, LABEL, lane.strong, room), font, Anchor::End);
            if !lane.note.is_empty() {
                let note = measure::fit(&lane.note, 11, false, room);
                pen.text((end, middle + 16), &note, Font::new(11, Ink::Muted), Anchor::End);
            }
            y += lane.height;
        }
        pen.line((left, top), (left, bottom), 1, Ink::Muted);
    });
}

/// What has a length: gaps, phases, lives, states, bars.
fn draw_spans(
    canvas: &mut Canvas,
    report: &Report,
    lanes: &[Lane<'_>],
    scale: &Scale,
    top: i32,
    bottom: i32,
) {
    for gap in report.gaps.iter().filter(|gap| gap.process.is_empty()) {
        let (Some(start), Some(end)) = (gap.start, gap.end) else { continue };
        canvas.group(&[("class", "gap")], |pen| hatch(pen, (scale.x(start), top), (scale.x(end), bottom)));
    }
    let mut y = top;
    for lane in lanes {
        let draw = |pen: &mut Pen<'_>, bar: &Bar| {
            let (from, to) = (scale.x(bar.start), scale.x(bar.end));
            pen.rect((from, y + bar.top), (to - from, bar.height), bar.ink);
        };
        for bar in lane.bars.iter().filter(|bar| !bar.title.is_empty()) {
            canvas.nested(&[], |canvas| {
                canvas.title(&bar.title);
                canvas.group(&[], |pen| draw(pen, bar));
            });
        }
        canvas.group(&[], |pen| {
            lane.bars.iter().filter(|bar| bar.title.is_empty()).for_each(|bar| draw(pen, bar));
        });
        y += lane.height;
    }
}

/// What has a place and does not stretch: texts, crosses, the line of the failing operation.
fn draw_marks(
    canvas: &mut Canvas,
    report: &Report,
    lang: Lang,
    lanes: &[Lane<'_>],
    scale: &Scale,
    top: i32,
    bottom: i32,
) {
    let mut y = top;
    for lane in lanes {
        for note in &lane.texts {
            let at = scale.seconds(note.time);
            let x = scale.x(note.time) + note.shift;
            canvas.group(&[("data-t", &at)], |pen| {
                pen.text((x, y + note.y), &note.text, Font::new(SMALL, note.ink), Anchor::Start);
            });
        }
        for mark in &lane.marks {
            let at = scale.seconds(mark.time);
            let mut attributes = vec![("data-t", at.as_str())];
            attributes.extend(mark.chain.as_deref().map(|chain| ("data-chain", chain)));
            let middle = if lane.kind == LaneKind::Chain { ROW / 2 } else { lane.height / 2 };
            let point = (scale.x(mark.time), y + middle);
            canvas.nested(&attributes, |canvas| {
                canvas.title(&mark.title);
                canvas.group(&[], |pen| match lane.kind {
                    LaneKind::Chain => pen.dot(point, 4, mark.ink),
                    _ => pen.line((point.0, point.1 - 6), (point.0, point.1 + 6), 2, mark.ink),
                });
            });
        }
        y += lane.height;
    }
    let failing = report.verdict.failing_operation.as_ref();
    if let Some((operation, time)) = failing.and_then(|operation| Some((operation, operation.time?))) {
        let text = format!("{}  {}", visible(&operation.operation), view::at(time, Some(scale.origin)));
        draw_flag(canvas, scale, lang, &text, time, bottom);
    }
}

/// The failing operation: a line across all lanes, and a flag on the side that has room.
fn draw_flag(canvas: &mut Canvas, scale: &Scale, lang: Lang, text: &str, time: Time, bottom: i32) {
    let at = scale.seconds(time);
    let x = scale.x(time);
    let text = measure::fit(text, LABEL, true, (scale.right - scale.left) / 2 - 40);
    let width = measure::width(&text, LABEL, true) + 34;
    let left = if x + width <= scale.right { x } else { x - width };
    canvas.nested(&[("class", "failure"), ("data-t", &at)], |canvas| {
        canvas.title(m::FAILING_OPERATION.get(lang));
        canvas.group(&[], |pen| {
            pen.line((x, 2), (x, bottom), 2, Ink::Bad);
            pen.rect((left, 2), (width, FLAG - 4), Ink::Bad);
            pen.cross((left + 13, FLAG / 2), 4, Ink::Paper);
            let middle = left + 22 + (width - 28) / 2;
            pen.text((middle, FLAG / 2), &text, Font::new(LABEL, Ink::Paper).bold(), Anchor::Middle);
        });
    });
}

/// Slanted lines within a rectangle.
fn hatch(pen: &mut Pen<'_>, (left, top): (i32, i32), (right, bottom): (i32, i32)) {
    let height = bottom - top;
    let mut start = left - height;
    while start < right {
        // The line goes from (start, bottom) up to (start + height, top); both ends are moved into the rectangle.
        let from = start.max(left);
        let to = (start + height).min(right);
        if from < to {
            pen.line((from, bottom - (from - start)), (to, bottom - (to - start)), 1, Ink::Idle);
        }
        start += 9;
    }
    pen.line((left, top), (left, bottom), 1, Ink::Idle);
    pen.line((right, top), (right, bottom), 1, Ink::Idle);
}

const LEGEND: i32 = 24;

/// What the colours mean: the ones that are used.
struct Legend(Vec<(Ink, String)>);

impl Legend {
    fn of(report: &Report, lanes: &[Lane<'_>], lang: Lang) -> Self {
        let used = |kind: LaneKind, ink: Ink| {
            lanes.iter().any(|lane| lane.kind == kind && lane.bars.iter().any(|bar| bar.ink == ink))
        };
        let mut entries = Vec::new();
        for (kind, ink, message) in [
            (LaneKind::Process, Ink::Servicing, m::LEGEND_SERVICING),
            (LaneKind::Process, Ink::Interferer, m::LEGEND_INTERFERER),
            (LaneKind::Process, Ink::Other, m::LEGEND_OTHER),
            (LaneKind::Service, Ink::Good, m::LEGEND_RUNNING),
            (LaneKind::Service, Ink::Pending, m::LEGEND_PENDING),
            (LaneKind::Service, Ink::Idle, m::LEGEND_IDLE),
            (LaneKind::Process, Ink::PhaseNext, m::LEGEND_WAIT),
        ] {
            if used(kind, ink) {
                entries.push((ink, message.get(lang).to_owned()));
            }
        }
        if lanes.iter().any(|lane| lane.kind == LaneKind::Process && !lane.marks.is_empty()) {
            entries.push((Ink::Bad, m::LEGEND_FAILURE.get(lang).to_owned()));
        }
        if report.gaps.iter().any(|gap| gap.process.is_empty()) {
            entries.push((Ink::Grid, m::LEGEND_GAP.get(lang).to_owned()));
        }
        Self(entries)
    }

    fn draw(&self, pen: &mut Pen<'_>, (left, y): Place, right: i32) {
        let mut x = left;
        for (ink, text) in &self.0 {
            let width = measure::width(text, SMALL, false) + 34;
            if x + width > right {
                return;
            }
            match ink {
                Ink::Bad => pen.line((x + 6, y - 6), (x + 6, y + 6), 2, *ink),
                Ink::Grid => hatch(pen, (x, y - 5), (x + 12, y + 6)),
                _ => pen.rect((x, y - 5), (12, 11), *ink),
            }
            pen.text((x + 18, y), text, Font::new(SMALL, Ink::Muted), Anchor::Start);
            x += width;
        }
    }
}
