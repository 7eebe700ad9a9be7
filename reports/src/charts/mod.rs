//! Drawings. Everything with a meaning is drawn once, as SVG, for the page and for the picture.

pub(crate) mod canvas;
pub(crate) mod graph;
mod lane;
pub(crate) mod lanes;
mod layers;
pub(crate) mod measure;
pub(crate) mod results;
mod scale;
pub(crate) mod timeline;

use canvas::escape;
use std::fmt::Write;

/// A point in pixels.
pub(crate) type Place = (i32, i32);

/// A finished drawing.
#[derive(Debug)]
pub(crate) struct Chart {
    pub(crate) width: i32,
    pub(crate) height: i32,
    /// What it is.
    pub(crate) title: String,
    /// What it shows, in a sentence.
    pub(crate) description: String,
    /// Attributes for the page's script.
    pub(crate) attributes: String,
    /// The drawing without its outer element.
    pub(crate) svg: String,
}

impl Chart {
    /// The drawing as an element of a page, in a part of its full size; `id` must be the page's only one of its name.
    pub(crate) fn element(&self, id: &str, percent: i32) -> String {
        let (width, height) = (self.width, self.height);
        let mut svg = format!(
            "<svg id=\"{id}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" viewBox=\"0 0 {width} {height}\" "
        );
        let (width, height) = (width * percent / 100, height * percent / 100);
        let _ = write!(svg, "width=\"{width}\" height=\"{height}\" {}>", self.attributes);
        let _ = write!(svg, "<title id=\"{id}-title\">{}</title>", escape(&self.title));
        let _ = write!(
            svg,
            "<desc id=\"{id}-desc\">{}</desc>",
            escape(&crate::visible::visible(&self.description))
        );
        svg.push_str(&self.svg);
        svg.push_str("</svg>");
        svg
    }
}
