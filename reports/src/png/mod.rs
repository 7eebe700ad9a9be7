//! report.png: verdict and timeline in one picture, 1600 × 900 at twice that size.

mod fonts;

use crate::charts::canvas::{Anchor, Canvas, Font, Ink};
use crate::charts::measure::{self, Cut};
use crate::charts::timeline;
use crate::lang::Lang;
use crate::messages as m;
use crate::model::{Outcome, Report, Text};
use crate::view;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::Tree;

const WIDTH: i32 = 1600;
const HEIGHT: i32 = 900;
/// Pixels of the picture for one of the layout.
const SCALE: u32 = 2;
const MARGIN: i32 = 60;
const LABEL: u32 = 15;

/// A finished picture.
#[derive(Debug, Clone)]
pub struct Png {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// The language that it is in.
    pub lang: Lang,
    /// What the reader must know: that there was no font for the language asked for.
    pub note: Option<Text>,
}

/// Why a picture could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PngError {
    /// The drawing is not what the renderer takes.
    #[error("the drawing of the report cannot be rendered: {0}")]
    Drawing(#[from] resvg::usvg::Error),
    /// There is no memory for the picture.
    #[error("no memory for a picture of {width} x {height} pixels")]
    Memory {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The picture could not be encoded.
    #[error("the picture cannot be encoded as PNG: {0}")]
    Encoding(String),
}

/// The report's verdict and timeline as a picture. If no font has Chinese glyphs, the picture is in English, and its
/// note says so.
#[tracing::instrument(name = "png", skip_all)]
pub fn render(report: &Report, lang: Lang) -> Result<Png, PngError> {
    let mut svg = layout(report, lang, None);
    let mut database = fonts::load(&svg);
    let no_font = lang == Lang::Zh && !fonts::has_chinese(&database);
    let note = no_font.then(|| m::NO_CHINESE_FONT.text(&[]));
    let lang = if no_font { Lang::En } else { lang };
    if let Some(note) = &note {
        svg = layout(report, lang, Some(note.get(lang)));
        database = fonts::load(&svg);
    }
    let tree = Tree::from_str(&svg, &fonts::options(database))?;
    let (width, height) = (WIDTH.unsigned_abs() * SCALE, HEIGHT.unsigned_abs() * SCALE);
    let mut pixels = Pixmap::new(width, height).ok_or(PngError::Memory { width, height })?;
    resvg::render(&tree, Transform::from_scale(SCALE as f32, SCALE as f32), &mut pixels.as_mut());
    let bytes = pixels.encode_png().map_err(|error| PngError::Encoding(error.to_string()))?;
    Ok(Png { bytes, lang, note })
}

/// The whole picture as SVG.
fn layout(report: &Report, lang: Lang, note: Option<&str>) -> String {
    let mut canvas = Canvas::default();
    canvas.group(&[], |pen| pen.rect((0, 0), (WIDTH, HEIGHT), Ink::Paper));
    head(&mut canvas, report);
    let below = verdict(&mut canvas, report, lang);
    let below = facts(&mut canvas, report, lang, below);
    if let Some(chart) = timeline::draw(report, lang, Some(HEIGHT - below - 46)) {
        canvas.place((MARGIN, below), &chart.svg);
    }
    foot(&mut canvas, report, lang, note);
    let svg = canvas.into_svg();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\">{svg}</svg>"
    )
}

/// The machine and its packages, in one line.
fn head(canvas: &mut Canvas, report: &Report) {
    let machine = report.machine.iter().flat_map(|machine| [&machine.name, &machine.os, &machine.build]);
    let kbs = report.packages.iter().take(1).map(|package| &package.kb);
    let words: Vec<_> = machine.chain(kbs).filter(|word| !word.is_empty()).map(String::as_str).collect();
    let span = report.clock.as_ref().and_then(|clock| clock.origin).map(|origin| origin.to_string());
    canvas.group(&[], |pen| {
        pen.text((MARGIN, 34), "bootrace", Font::new(LABEL, Ink::Muted).bold(), Anchor::Start);
        let title = measure::fit(&words.join("  ·  "), LABEL, false, 1000);
        pen.text((MARGIN + 100, 34), &title, Font::new(LABEL, Ink::Muted), Anchor::Start);
        if let Some(span) = span {
            let text = format!("@0 = {}", span.split('.').next().unwrap_or(&span).replace('T', " ") + " UTC");
            pen.text((WIDTH - MARGIN, 34), &text, Font::new(LABEL, Ink::Muted), Anchor::End);
        }
        pen.line((MARGIN, 56), (WIDTH - MARGIN, 56), 1, Ink::Grid);
    });
}

/// The outcome and its sentence. Returns where it ends.
fn verdict(canvas: &mut Canvas, report: &Report, lang: Lang) -> i32 {
    let (ink, word) = match report.outcome() {
        Outcome::FailingOperation | Outcome::FailureWithoutOperation => (Ink::Bad, m::LABEL_FAILED),
        Outcome::NoFailure if report.verdict.caution.is_some() => (Ink::Pending, m::LABEL_NOTE),
        Outcome::NoFailure => (Ink::Good, m::LABEL_OK),
        Outcome::NotEnoughEvidence | Outcome::Other(_) => (Ink::Pending, m::LABEL_UNKNOWN),
    };
    let word = word.get(lang);
    let badge = measure::width(word, 18, true) + 32;
    let left = MARGIN + badge + 22;
    // The table's plain widths are an upper bound for our own semi-bold font.
    let lines =
        measure::wrap(view::summary(report).get(lang), 25, false, WIDTH - MARGIN - left, 2, Cut::Middle);
    canvas.group(&[], |pen| {
        pen.rect((MARGIN, 78), (badge, 36), ink);
        pen.text((MARGIN + badge / 2, 96), word, Font::new(18, Ink::Paper).bold(), Anchor::Middle);
        for (line, y) in lines.iter().zip((96..).step_by(34)) {
            pen.text((left, y), line, Font::new(25, Ink::Text).bold(), Anchor::Start);
        }
    });
    106 + 34 * i32::try_from(lines.len().max(1)).unwrap_or(1)
}

/// What failed, where and when, and what to do, in two columns. Returns where it ends.
fn facts(canvas: &mut Canvas, report: &Report, lang: Lang, top: i32) -> i32 {
    const ROW: i32 = 25;
    const GUTTER: i32 = 120;
    let mut facts = view::facts(report, lang);
    if report.verdict.failing_operation.is_none() {
        // Where no operation is named, what was looked at is part of the answer.
        let listed = |items: &[Text]| items.iter().map(|item| item.get(lang).to_owned()).collect::<Vec<_>>();
        let read = [view::read_items(report, lang), listed(&report.verdict.covered)].concat();
        facts.push((m::READ, read.join(" · "), false));
        facts.push((m::NOT_SEEN, listed(&report.verdict.not_covered).join(" · "), false));
        facts.retain(|(_, value, _)| !value.is_empty());
    }
    let actions = view::actions(report, lang);
    let middle = if actions.is_empty() { WIDTH - MARGIN } else { 1040 };
    let rows = facts.len().min(8);
    canvas.group(&[], |pen| {
        for ((label, value, code), y) in facts.iter().zip((top..).step_by(ROW as usize)).take(rows) {
            pen.text((MARGIN, y), label.get(lang), Font::new(LABEL, Ink::Muted), Anchor::Start);
            let room = middle - MARGIN - GUTTER - 40;
            let font = Font::new(LABEL, Ink::Text);
            let cut = if *code { Cut::Middle } else { Cut::End };
            let text = measure::fit_by(value, LABEL, false, room, cut);
            let font = if *code { font.mono() } else { font };
            pen.text((MARGIN + GUTTER, y), &text, font, Anchor::Start);
        }
        let mut y = top;
        if !actions.is_empty() {
            pen.text((middle, y), m::NEXT_ACTIONS.get(lang), Font::new(LABEL, Ink::Muted), Anchor::Start);
            y += ROW;
        }
        for (number, action) in (1..).zip(&actions).take(3) {
            for (line, text) in measure::wrap(action, LABEL, false, WIDTH - MARGIN - middle - 24, 2, Cut::End)
                .iter()
                .enumerate()
            {
                if line == 0 {
                    pen.text((middle, y), &format!("{number}"), Font::new(LABEL, Ink::Muted), Anchor::Start);
                }
                pen.text((middle + 24, y), text, Font::new(LABEL, Ink::Text), Anchor::Start);
                y += ROW;
            }
        }
    });
    top + ROW * i32::try_from(rows.max(4)).unwrap_or(4) + 8
}

/// What was read, and by what.
fn foot(canvas: &mut Canvas, report: &Report, lang: Lang, note: Option<&str>) {
    let not_covered = report.verdict.not_covered.iter().map(|text| text.get(lang).to_owned());
    let items: Vec<_> = view::read_items(report, lang).into_iter().chain(not_covered).collect();
    let items: Vec<_> = note.map(str::to_owned).into_iter().chain(items).collect();
    canvas.group(&[], |pen| {
        let text = measure::fit(&items.join("  ·  "), 13, false, 1240);
        pen.text((MARGIN, HEIGHT - 22), &text, Font::new(13, Ink::Muted), Anchor::Start);
        let tool = format!("{} {}", report.tool.name, report.tool.version);
        let tool = measure::fit(&tool, 13, false, 200);
        pen.text((WIDTH - MARGIN, HEIGHT - 22), &tool, Font::new(13, Ink::Muted), Anchor::End);
    });
}
