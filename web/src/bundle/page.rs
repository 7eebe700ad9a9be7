//! The page: the template with its styles, its scripts, and the policy that allows them and nothing else.

use anyhow::{bail, ensure};
use reports::html::{CSS as REPORT_CSS, SCRIPT as REPORT_SCRIPT, content_hash};

const TEMPLATE: &str = include_str!("../../page/index.html");
const CSS: &str = include_str!("../../page/page.css");
const WORKER: &str = include_str!("../../page/worker.js");
/// The parts of the page's script, each after those that it uses.
const SCRIPTS: &[&str] = &[
    include_str!("../../page/words.js"),
    include_str!("../../page/files.js"),
    include_str!("../../page/program.js"),
    include_str!("../../page/events.js"),
    include_str!("../../page/page.js"),
];

/// Bits that two letters hold.
const PAIR: u32 = 13;

/// The page of the packed program and the script that calls it.
pub(crate) fn page(glue: &str, packed: &[u8]) -> anyhow::Result<String> {
    let script = format!("(() => {{\n'use strict';\n{}}})();\n", SCRIPTS.join("\n"));
    let worker = format!("{glue}\n{WORKER}");
    for text in [&script, &worker] {
        ensure!(!text.to_lowercase().contains("</script"), "a script ends itself");
    }
    // What the report in its frame may do, this page must be allowed: the report's style and script too.
    let [script_hash, report_script, css_hash, report_css] =
        [&script, REPORT_SCRIPT, CSS, REPORT_CSS].map(content_hash);
    let policy = format!(
        "default-src 'none'; script-src 'wasm-unsafe-eval' '{script_hash}' '{report_script}'; style-src '{css_hash}' '{report_css}'; \
         worker-src blob:; img-src data:; base-uri 'none'; form-action 'none'"
    );
    fill(
        TEMPLATE,
        &[
            ("policy", &policy),
            ("version", env!("CARGO_PKG_VERSION")),
            ("report_css", REPORT_CSS),
            ("css", CSS),
            ("worker", &worker),
            ("bytes", &packed.len().to_string()),
            ("program", &letters(packed)),
            ("script", &script),
        ],
    )
}

/// Bytes as text that a page holds as it is, the lowest bits first: two letters are 13 bits. There are 91 letters: what
/// ASCII prints, but for the space and for `&`, `<` and `>`.
fn letters(bytes: &[u8]) -> String {
    let letters: Vec<char> = ('!'..='~').filter(|letter| !"&<>".contains(*letter)).collect();
    let mut text = String::with_capacity(bytes.len() / 13 * 16 + 16);
    let (mut bits, mut held) = (0, 0);
    let mut push =
        |pair: usize| text.extend([pair % letters.len(), pair / letters.len()].map(|at| letters[at]));
    for byte in bytes {
        bits |= usize::from(*byte) << held;
        held += 8;
        if held >= PAIR {
            push(bits & ((1 << PAIR) - 1));
            bits >>= PAIR;
            held -= PAIR;
        }
    }
    if held > 0 {
        push(bits);
    }
    text
}

/// The template with `{{name}}` replaced; what is put in is not looked at again.
fn fill(template: &str, values: &[(&str, &str)]) -> anyhow::Result<String> {
    let mut page = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else { bail!("a place of the template has no end") };
        let Some((_, value)) = values.iter().find(|(known, _)| *known == name) else {
            bail!("no value for {name}")
        };
        page += before;
        page += value;
        rest = after;
    }
    Ok(page + rest)
}
