//! Drawing with plotters' SVG backend, in groups that a page can style and move.

use crate::visible::visible;
use plotters::prelude::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontFamily, FontStyle, IntoFont, RGBColor, ShapeStyle, TextStyle};
use std::fmt::Write;

/// Width of a drawing in pixels.
pub(crate) const WIDTH: i32 = 1480;

/// Colours by meaning. The page's style sheet maps each to another one in dark mode, by its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    /// The background.
    Paper,
    /// Text and outlines.
    Text,
    /// Less important text.
    Muted,
    /// Lines that guide the eye.
    Grid,
    /// Every second lane.
    Stripe,
    /// A failure.
    Bad,
    /// The ground of a failure.
    BadSoft,
    /// A servicing process.
    Servicing,
    /// Some other process.
    Other,
    /// A process or service that stands in the way.
    Interferer,
    /// A service that runs, an outcome that is good.
    Good,
    /// A service that is about to run or stop, an outcome that is not sure.
    Pending,
    /// A service that does not run.
    Idle,
    /// A phase.
    Phase,
    /// The next phase.
    PhaseNext,
}

impl Ink {
    /// Every colour.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 15] = [
        Self::Paper,
        Self::Text,
        Self::Muted,
        Self::Grid,
        Self::Stripe,
        Self::Bad,
        Self::BadSoft,
        Self::Servicing,
        Self::Other,
        Self::Interferer,
        Self::Good,
        Self::Pending,
        Self::Idle,
        Self::Phase,
        Self::PhaseNext,
    ];

    /// Its value in light mode and in the picture.
    pub(crate) const fn rgb(self) -> (u8, u8, u8) {
        match self {
            Self::Paper => (0xFF, 0xFF, 0xFF),
            Self::Text => (0x1B, 0x1F, 0x24),
            Self::Muted => (0x59, 0x63, 0x6E),
            Self::Grid => (0xE1, 0xE5, 0xEA),
            Self::Stripe => (0xF6, 0xF8, 0xFA),
            Self::Bad => (0xB4, 0x23, 0x18),
            Self::BadSoft => (0xFB, 0xE0, 0xDD),
            Self::Servicing => (0x2F, 0x6D, 0xB5),
            Self::Other => (0x9A, 0xA7, 0xB4),
            Self::Interferer => (0xB2, 0x5E, 0x09),
            Self::Good => (0x2E, 0x7D, 0x4F),
            Self::Pending => (0x8A, 0x68, 0x00),
            Self::Idle => (0xCF, 0xD6, 0xDD),
            Self::Phase => (0xD3, 0xE2, 0xF4),
            Self::PhaseNext => (0xE6, 0xEE, 0xF7),
        }
    }

    const fn plotters(self) -> RGBColor {
        let (red, green, blue) = self.rgb();
        RGBColor(red, green, blue)
    }
}

/// Where a text is relative to its point. It is centred on it vertically.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Font {
    pub(crate) size: u32,
    pub(crate) bold: bool,
    pub(crate) mono: bool,
    pub(crate) ink: Ink,
}

impl Font {
    /// Plain text of a size in pixels.
    pub(crate) const fn new(size: u32, ink: Ink) -> Self {
        Self { size, bold: false, mono: false, ink }
    }

    pub(crate) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(crate) const fn mono(self) -> Self {
        Self { mono: true, ..self }
    }
}

/// Families in SVG: the embedded font first, for the picture. Then the fonts that systems have, for the page.
const SANS: &str = "Inter, 'Segoe UI', system-ui, sans-serif";
const MONO: &str = "'JetBrains Mono', Consolas, ui-monospace, monospace";

fn stroke(ink: Ink, width: u32) -> ShapeStyle {
    ShapeStyle { color: ink.plotters().to_rgba(), filled: true, stroke_width: width }
}

/// A growing piece of SVG.
#[derive(Debug, Default)]
pub(crate) struct Canvas {
    svg: String,
}

impl Canvas {
    /// Draws into a `<g>` with the given attributes.
    pub(crate) fn group(&mut self, attributes: &[(&str, &str)], draw: impl FnOnce(&mut Pen<'_>)) {
        self.nested(attributes, |canvas| canvas.plain(draw));
    }

    /// Draws groups into a `<g>` with the given attributes.
    pub(crate) fn nested(&mut self, attributes: &[(&str, &str)], draw: impl FnOnce(&mut Self)) {
        self.svg.push_str("<g");
        for (name, value) in attributes {
            let _ = write!(self.svg, " {name}=\"{}\"", escape(value));
        }
        self.svg.push_str(">\n");
        draw(self);
        self.svg.push_str("</g>\n");
    }

    fn plain(&mut self, draw: impl FnOnce(&mut Pen<'_>)) {
        let mut drawn = String::new();
        draw(&mut Pen { backend: SVGBackend::with_string(&mut drawn, (1, 1)) });
        // The backend wraps what it draws in an element of its own, which only the whole picture shall have.
        let inner = drawn.split_once('\n').map_or("", |(_, inner)| inner);
        self.svg.push_str(inner.trim_end().strip_suffix("</svg>").unwrap_or(inner));
    }

    /// Adds a `<title>`: what the pointer shows, and what assistive software reads.
    pub(crate) fn title(&mut self, text: &str) {
        let _ = writeln!(self.svg, "<title>{}</title>", escape(&visible(text)));
    }

    /// Adds a clip path of a rectangle.
    pub(crate) fn clip(&mut self, id: &str, (x, y): (i32, i32), (width, height): (i32, i32)) {
        let _ = writeln!(
            self.svg,
            "<clipPath id=\"{id}\"><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/></clipPath>"
        );
    }

    /// Adds another canvas, moved.
    pub(crate) fn place(&mut self, (x, y): (i32, i32), other: &str) {
        let _ = write!(self.svg, "<g transform=\"translate({x} {y})\">\n{other}</g>\n");
    }

    pub(crate) fn into_svg(self) -> String {
        self.svg
    }
}

/// Escapes text for SVG.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Draws shapes. The backend writes to a string, which cannot fail, so its results hold nothing.
pub(crate) struct Pen<'a> {
    backend: SVGBackend<'a>,
}

impl Pen<'_> {
    pub(crate) fn rect(&mut self, (x, y): (i32, i32), (width, height): (i32, i32), ink: Ink) {
        let _ = self.backend.draw_rect((x, y), (x + width.max(1), y + height.max(1)), &stroke(ink, 1), true);
    }

    pub(crate) fn frame(&mut self, (x, y): (i32, i32), (width, height): (i32, i32), ink: Ink) {
        let corners =
            [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y), (x + width, y)];
        let _ = self.backend.draw_path(corners, &stroke(ink, 1));
    }

    pub(crate) fn line(&mut self, from: (i32, i32), to: (i32, i32), width: u32, ink: Ink) {
        let _ = self.backend.draw_line(from, to, &stroke(ink, width));
    }

    pub(crate) fn path(&mut self, points: &[(i32, i32)], width: u32, ink: Ink) {
        let _ = self.backend.draw_path(points.iter().copied(), &stroke(ink, width));
    }

    pub(crate) fn polygon(&mut self, points: &[(i32, i32)], ink: Ink) {
        let _ = self.backend.fill_polygon(points.iter().copied(), &stroke(ink, 1));
    }

    pub(crate) fn dot(&mut self, center: (i32, i32), radius: u32, ink: Ink) {
        let _ = self.backend.draw_circle(center, radius, &stroke(ink, 1), true);
    }

    /// A failure: a cross, drawn as lines because fonts may lack the sign.
    pub(crate) fn cross(&mut self, (x, y): (i32, i32), arm: i32, ink: Ink) {
        self.line((x - arm, y - arm), (x + arm, y + arm), 2, ink);
        self.line((x - arm, y + arm), (x + arm, y - arm), 2, ink);
    }

    /// A text, centred on its point vertically. What it holds must have been made visible before.
    pub(crate) fn text(&mut self, point: (i32, i32), text: &str, font: Font, anchor: Anchor) {
        // The backend divides sizes by 1.24.
        let size = f64::from(font.size) * 1.24;
        let family = FontFamily::Name(if font.mono { MONO } else { SANS });
        let weight = if font.bold { FontStyle::Bold } else { FontStyle::Normal };
        let h_pos = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let style = TextStyle::from((family, size, weight).into_font());
        let color = font.ink.plotters();
        let style = style.color(&color).pos(Pos::new(h_pos, VPos::Center));
        // `Center` centres on the x-height; half the rest of a capital letter is about one pixel.
        let _ = self.backend.draw_text(text, &style, (point.0, point.1 + 1));
    }
}
