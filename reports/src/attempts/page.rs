//! Attempts side by side as a page in the style of the report: one file, offline, without script.

use askama::Template;

use super::AttemptsReport;
use crate::html::{CSS, HtmlError, content_hash, markup, markup::Html};
use crate::lang::Lang;
use crate::messages as m;

#[derive(Template)]
#[template(path = "attempts.html")]
struct Page<'a> {
    attempts: &'a AttemptsReport,
    lang: Lang,
    css: Html,
    css_hash: String,
}

impl Page<'_> {
    /// The page's title in its first language.
    fn title(&self) -> &'static str {
        m::ATTEMPTS.get(self.lang)
    }
}

impl AttemptsReport {
    /// As a page. Both languages are in it; `lang` is the one shown first.
    ///
    /// # Errors
    /// A template that cannot be filled.
    pub fn page(&self, lang: Lang) -> Result<String, HtmlError> {
        let page = Page { attempts: self, lang, css: Html(CSS.to_owned()), css_hash: content_hash(CSS) };
        Ok(page.render()?)
    }
}
