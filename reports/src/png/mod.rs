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
const HEAD: u32 = 17;
/// Banners about the inputs that have room.
const BANNERS: usize = 2;

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
///
/// # Errors
/// A picture that cannot be drawn or packed.
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
    head(&mut canvas, report, lang);
    let below = verdict(&mut canvas, report, lang);
    let below = facts(&mut canvas, report, lang, below);
    let room = timeline::Room { width: WIDTH - 2 * MARGIN, height: HEIGHT - below - 46 };
    if let Some(chart) = timeline::draw(report, lang, room) {
        canvas.place((MARGIN, below), &chart.svg);
    }
    foot(&mut canvas, report, lang, note);
    let svg = canvas.into_svg();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\">{svg}</svg>"
    )
}

/// Who, what, when and how it ended, in one line.
fn head(canvas: &mut Canvas, report: &Report, lang: Lang) {
    let left = MARGIN + 100;
    let line = view::first_line(report, lang).join("  ·  ");
    canvas.group(&[], |pen| {
        pen.text((MARGIN, 34), "bootrace", Font::new(LABEL, Ink::Muted).bold(), Anchor::Start);
        let line = measure::fit(&line, HEAD, false, WIDTH - MARGIN - left);
        pen.text((left, 34), &line, Font::new(HEAD, Ink::Text), Anchor::Start);
        pen.line((MARGIN, 56), (WIDTH - MARGIN, 56), 1, Ink::Grid);
    });
}

/// The outcome and the headline. Below it is what neither the headline nor the operation says of the summary. Returns where
/// it ends.
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
    let wrap = |text: &str, size| measure::wrap(text, size, false, WIDTH - MARGIN - left, 2, Cut::Middle);
    let lines = wrap(view::headline(report).get(lang), 25);
    let beyond = view::beyond_headline(report, lang);
    let said = report.verdict.failing_operation.is_some() || beyond.is_empty();
    let more = if said { Vec::new() } else { wrap(&beyond, HEAD) };
    let banners: Vec<String> =
        report.banners.iter().take(BANNERS).flat_map(|banner| wrap(banner.get(lang), HEAD)).collect();
    let mut below = 96;
    canvas.group(&[], |pen| {
        pen.rect((MARGIN, 78), (badge, 36), ink);
        pen.text((MARGIN + badge / 2, 96), word, Font::new(18, Ink::Paper).bold(), Anchor::Middle);
        for line in &lines {
            pen.text((left, below), line, Font::new(25, Ink::Text).bold(), Anchor::Start);
            below += 34;
        }
        for line in &banners {
            pen.text((left, below), line, Font::new(HEAD, Ink::Pending), Anchor::Start);
            below += 25;
        }
        for line in &more {
            pen.text((left, below), line, Font::new(HEAD, Ink::Text), Anchor::Start);
            below += 25;
        }
    });
    below.max(96 + 34) + 10
}

/// What failed, where and when, and what to do, in two columns. Returns where it ends.
fn facts(canvas: &mut Canvas, report: &Report, lang: Lang, top: i32) -> i32 {
    const ROW: i32 = 25;
    const GUTTER: i32 = 120;
    let cause = view::causes(report, lang).into_iter().next();
    let cause = cause.map(|(cause, _)| (m::WHY, cause, false));
    let mut facts: Vec<_> = cause.into_iter().chain(view::facts(report, lang)).collect();
    if report.verdict.failing_operation.is_none() {
        // Where no operation is named, what was looked at is part of the answer.
        let listed = |items: &[Text]| items.iter().map(|item| item.get(lang).to_owned()).collect::<Vec<_>>();
        facts.push((m::READ, view::seen_items(report, lang).join(" · "), false));
        facts.push((m::NOT_SEEN, listed(&report.verdict.not_covered).join(" · "), false));
        facts.retain(|(_, value, _)| !value.is_empty());
    }
    let actions = view::actions(report, lang);
    let middle = if actions.is_empty() { WIDTH - MARGIN } else { 1040 };
    let mut y = top;
    let mut left = top;
    canvas.group(&[], |pen| {
        for (label, value, code) in facts.iter().take(9) {
            pen.text((MARGIN, left), label.get(lang), Font::new(LABEL, Ink::Muted), Anchor::Start);
            let room = middle - MARGIN - GUTTER - 40;
            let font = Font::new(LABEL, Ink::Text);
            if *code {
                let text = measure::fit_by(value, LABEL, false, room, Cut::Middle);
                pen.text((MARGIN + GUTTER, left), &text, font.mono(), Anchor::Start);
                left += ROW;
                continue;
            }
            for line in measure::wrap(value, LABEL, false, room, 2, Cut::End) {
                pen.text((MARGIN + GUTTER, left), &line, font, Anchor::Start);
                left += ROW;
            }
        }
        if !actions.is_empty() {
            pen.text((middle, y), m::NEXT_ACTIONS.get(lang), Font::new(LABEL, Ink::Muted), Anchor::Start);
            y += ROW;
        }
        for (number, action) in (1..).zip(&actions).take(3) {
            for (line, text) in measure::wrap(
                &action.replace('`', "\""),
                LABEL,
                false,
                WIDTH - MARGIN - middle - 24,
                3,
                Cut::End,
            )
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
    y.max(left).max(top + 4 * ROW) + 8
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
