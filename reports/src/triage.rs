//! The triage record: what an inventory system keeps of a report, in one small JSON object of texts.

use serde_json::Value;

use crate::lang::Lang;
use crate::model::Report;
use crate::quoted::within;
use crate::view;
use crate::visible::is_hidden;

/// Bytes of the JSON at most, the line feed at its end included.
pub const MAX_BYTES: usize = 2_048;

/// Version of the record's names. It changes when a name changes its meaning or goes away.
pub const SCHEMA_VERSION: &str = "1";

/// Bytes of one value before the whole is measured.
const VALUE: usize = 320;
/// A value is not cut further than this.
const LEAST: usize = 24;

/// The record: names and values. A value that is not known is empty. All are texts, so that they can be registry values
/// too. Sentences are English, so that records of many machines can be grouped.
#[must_use]
pub fn values(report: &Report) -> Vec<(&'static str, String)> {
    let mut values = fields(report);
    values.iter_mut().for_each(|(_, value)| *value = within(value, VALUE, is_hidden));
    // JSON doubles the separators of a path, so the whole is measured as it is written.
    while json(&values).len() > MAX_BYTES {
        let longest = values.iter_mut().map(|(_, value)| value).max_by_key(|value| value.len());
        let Some(longest) = longest.filter(|longest| longest.len() > LEAST) else { break };
        *longest = within(longest, (longest.len() * 3 / 4).max(LEAST), is_hidden);
    }
    values
}

/// The record as one line of JSON, without the values that are not known.
#[must_use]
#[tracing::instrument(name = "triage", skip_all)]
pub fn render(report: &Report) -> String {
    json(&values(report))
}

fn json(values: &[(&'static str, String)]) -> String {
    let known = values.iter().filter(|(_, value)| !value.is_empty());
    let fields: Vec<String> =
        known.map(|(name, value)| format!("\"{name}\": {}", Value::from(value.as_str()))).collect();
    format!("{{{}}}\n", fields.join(", "))
}

fn fields(report: &Report) -> Vec<(&'static str, String)> {
    let verdict = &report.verdict;
    let machine = report.machine.clone().unwrap_or_default();
    let incident = report.incident.clone().unwrap_or_default();
    let update = incident.update.clone().unwrap_or_default();
    let operation = verdict.failing_operation.clone().unwrap_or_default();
    let signature = report.signature.clone().unwrap_or_default();
    let remedy = verdict.remedies.first().cloned().unwrap_or_default();
    let word = |word: Option<&str>| word.unwrap_or_default().to_owned();
    let confidence = verdict.confidence.as_ref().and_then(|confidence| confidence.level.as_ref());
    // Servicing's own code; where no log has one, what servicing makes of the operation's status.
    let code = if verdict.hresult.is_empty() { &operation.hresult } else { &verdict.hresult };
    vec![
        ("schema_version", SCHEMA_VERSION.to_owned()),
        ("tool", format!("{} {}", report.tool.name, report.tool.version)),
        ("outcome", report.outcome().as_str().to_owned()),
        ("signature", signature.id),
        ("code", code.clone()),
        ("code_name", verdict.hresult_name.clone()),
        ("phase", word(verdict.phase.as_ref().map(|phase| phase.as_str()))),
        ("confidence", word(confidence.map(|level| level.as_str()))),
        ("kb", update.kb),
        ("update", update.identity),
        ("ending", word(incident.ending.as_ref().map(|ending| ending.as_str()))),
        ("boot", incident.boot_start.map(|time| time.to_string()).unwrap_or_default()),
        ("machine", machine.name),
        ("os", machine.os),
        ("build", machine.build),
        ("architecture", machine.architecture),
        ("process", operation.process),
        ("operation", operation.operation),
        ("path", operation.path),
        ("result", operation.result),
        ("status", operation.status),
        ("headline", view::headline(report).get(Lang::En).to_owned()),
        ("rule", remedy.rule),
        ("next", remedy.title.get(Lang::En).to_owned()),
    ]
}
