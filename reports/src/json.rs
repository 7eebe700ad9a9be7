//! The report as JSON: pretty, with keys in the order of the model, the same bytes for the same report.

use crate::model::Report;
use crate::visible::is_hidden;
use std::fmt::Write;

/// The report as `report.json` holds it, with a line feed at its end.
///
/// Characters that control a terminal or the order of reading are written as `\u` escapes: the same JSON, safe to print.
///
/// # Errors
/// A text that no JSON can hold; none is known.
#[tracing::instrument(name = "json", skip_all)]
pub fn render(report: &Report) -> Result<String, serde_json::Error> {
    pretty(report)
}

/// Anything as pretty JSON that is safe to print.
///
/// # Errors
/// A text that no JSON can hold; none is known.
pub fn pretty<T: serde::Serialize + ?Sized>(value: &T) -> Result<String, serde_json::Error> {
    let mut json = escape(&serde_json::to_string_pretty(value)?, |c| c != '\n' && is_hidden(c));
    json.push('\n');
    Ok(json)
}

/// The report as JSON that may be put into a `<script type="application/json">`: it holds no `<`, `>` or `&`.
pub(crate) fn render_island(report: &Report) -> Result<String, serde_json::Error> {
    Ok(escape(&serde_json::to_string(report)?, |c| matches!(c, '<' | '>' | '&') || is_hidden(c)))
}

/// Escapes characters of JSON text. The requested ones occur only inside strings, where an escape means the same.
fn escape(json: &str, must_escape: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if must_escape(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}
