//! report.html: one file that answers in the first screen. It works offline and without script.

mod limits;
pub(crate) mod markup;
mod page;
mod tree;

use crate::lang::Lang;
use crate::model::Report;
use askama::Template;
use page::Page;

pub use markup::{Html, data, each, escape, text};
pub use page::content_hash;

/// The style of the page.
pub const CSS: &str = include_str!("../../assets/page.css");
/// The script of the page. A page that shows this one must allow it.
pub const SCRIPT: &str = include_str!("../../assets/page.js");

/// Why a page could not be made.
#[derive(Debug, thiserror::Error)]
pub enum HtmlError {
    /// The template failed.
    #[error("the page cannot be rendered: {0}")]
    Template(#[from] askama::Error),
    /// The report could not be written as JSON.
    #[error("the report cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// The report as a page of at most 5 MiB. Both languages are in it; `lang` is the one shown first.
///
/// # Errors
/// A template that cannot be filled.
#[tracing::instrument(name = "html", skip_all)]
pub fn render(report: &Report, lang: Lang) -> Result<String, HtmlError> {
    let mut html = String::new();
    for (level, limits) in (1..).zip(limits::LEVELS) {
        let report = limits::cut(report, limits);
        let island = crate::json::render_island(&report)?;
        // Every row stands in the page once more as HTML: there is no use in drawing a page that will not do.
        if island.len() > limits::MAX_BYTES / 2 && level < limits::LEVELS.len() {
            continue;
        }
        html = Page::new(&report, lang, island).render()?;
        if html.len() <= limits::MAX_BYTES {
            break;
        }
    }
    Ok(html)
}
