//! The verdict on the page: outcome, headline, facts, what to do.

use super::Page;
use crate::html::markup::{self, Html, each, prose, t, text};
use crate::lang::Lang;
use crate::messages as m;
use crate::model::{Confidence, ConfidenceLevel, Outcome, Remedy, Text};
use crate::text::{TextOptions, render as render_text};
use crate::view;

impl Page<'_> {
    pub(super) fn outcome_class(&self) -> &'static str {
        match self.report.outcome() {
            Outcome::FailingOperation | Outcome::FailureWithoutOperation => "bad",
            Outcome::NoFailure if self.report.verdict.caution.is_some() => "unsure",
            Outcome::NoFailure => "good",
            Outcome::NotEnoughEvidence | Outcome::Other(_) => "unsure",
        }
    }

    pub(super) fn outcome_label(&self) -> Html {
        t(match self.report.outcome() {
            Outcome::FailingOperation | Outcome::FailureWithoutOperation => m::LABEL_FAILED,
            Outcome::NoFailure if self.report.verdict.caution.is_some() => m::LABEL_NOTE,
            Outcome::NoFailure => m::LABEL_OK,
            Outcome::NotEnoughEvidence | Outcome::Other(_) => m::LABEL_UNKNOWN,
        })
    }

    pub(super) fn headline(&self) -> Html {
        text(&view::headline(self.report))
    }

    /// Who, what, when and how it ended.
    pub(super) fn first_line(&self) -> Vec<Html> {
        let [english, chinese] = Lang::ALL.map(|lang| view::first_line(self.report, lang));
        english.into_iter().zip(chinese).map(|(en, zh)| text(&Text::new(en, zh))).collect()
    }

    /// The level of confidence in words.
    pub(super) fn sure(&self, level: &ConfidenceLevel) -> Html {
        let level = view::confidence_name(level);
        each(|lang| markup::escape(&m::CONFIDENT.fill(lang, &[level.get(lang)])))
    }

    /// How often names like this one were wrong.
    pub(super) fn measured(&self, confidence: &Confidence) -> Option<Html> {
        view::measured(confidence, Lang::En)?;
        Some(each(|lang| markup::escape(&view::measured(confidence, lang).unwrap_or_default())))
    }

    /// What neither the headline nor the operation says of the summary.
    pub(super) fn summary(&self) -> Option<Html> {
        let [en, zh] = Lang::ALL.map(|lang| view::beyond_headline(self.report, lang));
        let said = self.verdict.failing_operation.is_some() || en.is_empty();
        (!said).then(|| text(&Text::new(en, zh)))
    }

    /// What a remedy says beyond its title, with which its text often begins.
    pub(super) fn more(&self, remedy: &Remedy) -> Option<Html> {
        let beyond = |lang| {
            let (title, text) = (remedy.title.get(lang), remedy.text.get(lang));
            let rest = text.strip_prefix(title).unwrap_or(text);
            rest.trim_start_matches(['.', '。', ';', '；', ',', '，', ' ']).to_owned()
        };
        let more = Text::new(beyond(Lang::En), beyond(Lang::Zh));
        (!more.is_empty()).then(|| prose(&more))
    }

    /// The verdict's facts: label, value, and whether it is code.
    pub(super) fn facts(&self) -> Vec<(Html, Html, bool)> {
        let [english, chinese] = Lang::ALL.map(|lang| view::facts(self.report, lang));
        let both = english.into_iter().zip(chinese);
        both.filter(|((label, ..), _)| *label != m::FACT_CONFIDENCE)
            .map(|((label, en, code), (_, zh, _))| (t(label), text(&Text::new(en, zh)), code))
            .collect()
    }

    pub(super) fn ticket(&self) -> Html {
        let options = |lang| TextOptions { lang, ..TextOptions::default() };
        let pre = |lang: Lang, class: &str| {
            let text = markup::escape(&render_text(self.report, &options(lang)));
            format!("<pre class=\"{class} ticket\" lang=\"{}\" tabindex=\"0\">{text}</pre>", lang.tag())
        };
        Html(pre(Lang::En, "en") + &pre(Lang::Zh, "zh"))
    }

    pub(super) fn read_items(&self) -> Html {
        each(|lang| markup::escape(&view::read_items(self.report, lang).join(" · ")))
    }
}
