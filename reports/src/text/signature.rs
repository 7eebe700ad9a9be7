//! The signature of a case with its parts: which the id is made of, which not, and why.

use super::{Line, TextOptions, line::Style};
use crate::lang::Lang;
use crate::messages as m;
use crate::model::{Signature, SignaturePart};
use diagnosis::PartName;

/// Where the values and the reasons begin.
const VALUES: usize = 28;
const REASONS: usize = 64;

/// The signature of a case, each line ended by a line feed.
#[must_use]
pub fn render(name: &str, signature: Option<&Signature>, options: &TextOptions) -> String {
    let mut lines = vec![line(Style::Label, name)];
    match signature {
        None => lines.push(line(Style::Unsure, &format!("  {}", m::SIGNATURE_NONE.get(options.lang)))),
        Some(signature) => {
            let mut id = line(Style::Strong, &format!("  {}", signature.id));
            id.push(Style::Plain, &format!("  {}", signature.text));
            lines.push(id);
            for (title, contributes) in [(m::SIGNATURE_OF, true), (m::SIGNATURE_BESIDE, false)] {
                lines.push(line(Style::Label, &format!("  {}", title.get(options.lang))));
                let parts = signature.parts.iter().filter(|part| part.contributes == contributes);
                lines.extend(parts.map(|part| row(part, options.lang)));
            }
        }
    }
    let mut text = String::new();
    lines.iter().for_each(|line| line.write(options.colour, &mut text));
    text
}

fn line(style: Style, text: &str) -> Line {
    let mut line = Line::default();
    line.push(style, text);
    line
}

fn row(part: &SignaturePart, lang: Lang) -> Line {
    let known = PartName::named(&part.name).map(PartName::words);
    let name =
        known.map_or_else(|| part.name.clone(), |words| if lang == Lang::Zh { words.zh } else { words.en });
    let mut row = line(Style::Plain, &format!("    {name}"));
    row.pad_to(VALUES).push(Style::Strong, &part.value);
    row.push(Style::Plain, "  ").pad_to(REASONS).push(Style::Faint, part.why.get(lang));
    row
}
