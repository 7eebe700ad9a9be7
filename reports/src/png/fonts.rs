//! Fonts for the picture: small embedded ones, and the system's for what they lack.

use resvg::usvg::fontdb::{Database, Family, ID, Query, Style, Weight};
use resvg::usvg::{FontResolver, Options};
use std::sync::Arc;

/// Subsets for Latin text. A machine without fonts, such as a container, draws a readable picture, and every machine
/// draws the same one. Their licence is beside them.
const EMBEDDED: [&[u8]; 3] = [
    include_bytes!("../../assets/fonts/Inter-Regular.otf"),
    include_bytes!("../../assets/fonts/Inter-SemiBold.otf"),
    include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf"),
];

/// Fonts for simplified Chinese as systems name them, the best first. Without this order a Japanese or a very heavy
/// face may be chosen.
const CHINESE: [&str; 12] = [
    "Microsoft YaHei UI",
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "DengXian",
    "SimHei",
    "SimSun",
];

/// A character that every font for simplified Chinese has, and hardly any other.
const PROBE: char = '访';

/// True if the embedded fonts have the character.
fn is_embedded(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{A0}'..='\u{FF}' | '‐'..='—' | '‘' | '’' | '“' | '”' | '•' | '…')
        || matches!(c, '←'..='↓' | '−' | '≤' | '≥' | '└' | '●' | '\u{FFFD}' | '\n')
}

/// The fonts that are needed for a text.
pub(super) fn load(text: &str) -> Arc<Database> {
    let mut fonts = Database::new();
    EMBEDDED.iter().for_each(|font| fonts.load_font_data(font.to_vec()));
    if !text.chars().all(is_embedded) {
        fonts.load_system_fonts();
    }
    Arc::new(fonts)
}

/// True if some font has Chinese glyphs.
pub(super) fn has_chinese(fonts: &Arc<Database>) -> bool {
    let base = fonts.query(&Query { families: &[Family::Name("Inter")], ..Query::default() });
    base.is_some_and(|base| fallback(PROBE, &[base], &mut fonts.clone()).is_some())
}

/// Options that draw with these fonts.
pub(super) fn options(fonts: Arc<Database>) -> Options<'static> {
    Options {
        fontdb: fonts,
        font_family: "Inter".to_owned(),
        font_resolver: FontResolver {
            select_fallback: Box::new(fallback),
            select_font: FontResolver::default_font_selector(),
        },
        ..Options::default()
    }
}

/// The font for a character that the fonts used so far lack: one for Chinese of a fitting weight, otherwise any.
fn fallback(c: char, used: &[ID], fonts: &mut Arc<Database>) -> Option<ID> {
    let any = FontResolver::default_fallback_selector();
    let bold =
        used.first().and_then(|id| fonts.face(*id)).is_some_and(|face| face.weight >= Weight::SEMIBOLD);
    let weight = if bold { Weight::BOLD } else { Weight::NORMAL };
    for family in CHINESE {
        let query =
            Query { families: &[Family::Name(family)], weight, style: Style::Normal, ..Query::default() };
        let Some(wanted) = fonts.query(&query).filter(|wanted| !used.contains(wanted)) else { continue };
        // The selector takes the first face that it may use and that has the character: it may use this one only.
        let others = fonts.faces().map(|face| face.id).filter(|id| *id != wanted);
        let excluded: Vec<ID> = used.iter().copied().chain(others).collect();
        if let Some(found) = any(c, &excluded, fonts) {
            return Some(found);
        }
    }
    any(c, used, fonts)
}
