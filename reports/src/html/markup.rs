//! Pieces of the page: texts in both languages, and text of a trace, made harmless.

use crate::lang::Lang;
use crate::messages::{self as m, Message};
use crate::model::{Text, Time, Trust};
use crate::view;
use crate::visible::visible;
use askama::filters::HtmlSafe;
use std::borrow::Borrow;
use std::fmt;
use timeline::thousands;

/// Finished HTML: a template does not escape it again.
#[derive(Debug, Clone, Default)]
pub struct Html(
    /// Its source.
    pub String,
);

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}

/// Characters of a text of a trace that are shown at once; what is longer can be opened.
const LONG: usize = 600;

/// Escapes text for HTML, in content and in attributes.
#[must_use]
pub fn escape(text: &str) -> String {
    crate::charts::canvas::escape(text)
}

/// The same HTML for each language. The page shows one.
pub fn each(html: impl Fn(Lang) -> String) -> Html {
    let [english, chinese] = Lang::ALL.map(&html);
    if english == chinese {
        return Html(english);
    }
    Html(format!(
        "<span class=\"en\" lang=\"en\">{english}</span><span class=\"zh\" lang=\"zh-CN\">{chinese}</span>"
    ))
}

/// A message.
pub(crate) fn t(message: impl Borrow<Message>) -> Html {
    each(|lang| escape(message.borrow().get(lang)))
}

/// A message with one place filled.
pub(crate) fn t1(message: Message, value: impl AsRef<str>) -> Html {
    each(|lang| escape(&message.fill(lang, &[&visible(value.as_ref())])))
}

/// Prose.
#[must_use]
pub fn text(text: &Text) -> Html {
    each(|lang| isolated(text.get(lang)))
}

/// Prose with names of commands and lines between backticks.
pub(crate) fn prose(text: &Text) -> Html {
    each(|lang| {
        let html = isolated(text.get(lang));
        // A long text is there twice, and cut once.
        if html.starts_with("<bdi>") { coded(&html) } else { html }
    })
}

/// What stands between two backticks as code. A backtick without its other stays.
fn coded(html: &str) -> String {
    let mut parts = html.split('`');
    let mut coded = parts.next().unwrap_or_default().to_owned();
    while let Some(inner) = parts.next() {
        match parts.next() {
            Some(after) => coded.extend(["<code>", inner, "</code>", after]),
            None => coded.extend(["`", inner]),
        }
    }
    coded
}

/// Text of a trace: isolated from the page's direction of writing, hidden characters shown, long ones folded.
pub fn data(text: impl AsRef<str>) -> Html {
    Html(isolated(text.as_ref()))
}

/// A process and its id.
pub(crate) fn process(name: &str, pid: &Option<u32>) -> Html {
    data(view::process_and_pid(name, *pid))
}

fn isolated(text: &str) -> String {
    let shown = visible(text);
    if shown.is_empty() {
        return String::new();
    }
    let length = shown.chars().count();
    if length <= LONG {
        return format!("<bdi>{}</bdi>", breakable(&shown));
    }
    let head: String = shown.chars().take(120).collect();
    let tail: Vec<char> = shown.chars().rev().take(60).collect();
    let tail: String = tail.into_iter().rev().collect();
    let count = each(|lang| m::CHARACTERS.fill(lang, &[&thousands(length as u64)]));
    format!(
        "<details class=\"long\"><summary><bdi>{}…{}</bdi> <small>{count}</small></summary><bdi>{}</bdi></details>",
        escape(&head),
        escape(&tail),
        escape(&shown)
    )
}

/// Columns of a path that are shown at once.
const PATH: usize = 64;

/// A path that is shortened between its components; whole when it is opened.
pub(crate) fn path(path: &str) -> Html {
    let shown = visible(path);
    let short = crate::visible::shorten_path(&shown, PATH);
    if short == shown {
        return data(path);
    }
    Html(format!(
        "<details class=\"path\"><summary><bdi>{}</bdi></summary><bdi>{}</bdi></details>",
        escape(&short),
        breakable(&shown)
    ))
}

/// Lets long paths break after their separators. The longest break anywhere: an element for each separator of them makes
/// the page slow.
fn breakable(text: &str) -> String {
    let escaped = escape(text);
    if text.len() < 40 || text.chars().count() > LONG {
        escaped
    } else {
        escaped.replace('\\', "\\<wbr>").replace('/', "/<wbr>").replace("&lt;/<wbr>", "&lt;/")
    }
}

/// A time: seconds since the origin, with the full time for the pointer and for machines.
pub(crate) fn time(time: Time, origin: Option<Time>) -> Html {
    let shown = view::at(time, origin);
    if !time.is_dated() {
        return Html(format!("<time>{shown}</time>"));
    }
    Html(format!("<time datetime=\"{time}\" title=\"{time}\">{shown}</time>"))
}

/// How something is known.
pub(crate) fn trust(trust: &Trust) -> Html {
    let name = text(&view::trust_name(trust));
    Html(format!("<span class=\"tag trust-{}\">{name}</span>", class(trust.as_str())))
}

/// A word that may be used in a class name.
pub(crate) fn class(word: &str) -> String {
    word.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(40).collect()
}

/// A result and its status, in Chinese with its meaning.
pub(crate) fn result(result: &str, status: &str) -> Html {
    each(|lang| isolated(&view::result_and_status(result, status, lang)))
}

/// A reference: a link if a browser should follow it.
pub(crate) fn reference(reference: &str) -> Html {
    let is_link = reference.starts_with("https://") || reference.starts_with("http://");
    let shown = isolated(reference);
    if is_link && !reference.contains(|c: char| c.is_whitespace() || crate::visible::is_hidden(c)) {
        return Html(format!("<a href=\"{}\" rel=\"noreferrer noopener\">{shown}</a>", escape(reference)));
    }
    Html(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trace_text_is_inert() {
        let html = data("</script><b>\u{202e}\0\"'").0;
        assert_eq!(html, "<bdi>&lt;/script&gt;&lt;b&gt;\\u{202E}\\u{0000}&quot;&#39;</bdi>");
        assert_eq!(reference("javascript:alert(1)").0, "<bdi>javascript:alert(1)</bdi>");
        assert!(
            reference("https://a.example/?q=\"").0.starts_with("<a href=\"https://a.example/?q=&quot;\"")
        );
        assert_eq!(class("boot-<b>\u{202e}\" onx="), "boot-bonx");
    }

    #[test]
    fn names_between_backticks_are_code() {
        assert_eq!(coded("read `a` and `b` first"), "read <code>a</code> and <code>b</code> first");
        assert_eq!(coded("one ` alone"), "one ` alone");
        let html = prose(&Text::new("`</bdi>", "`<b>`")).0;
        assert!(html.contains("<bdi>`&lt;/bdi&gt;</bdi>") && html.contains("<code>&lt;b&gt;</code>"));
    }

    #[test]
    fn long_text_is_folded_whole() {
        let long = "长".repeat(32_767);
        let html = data(&long).0;
        assert!(html.contains("32,767") && html.contains(&long));
    }
}
