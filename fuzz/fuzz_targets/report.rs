//! Any bytes as a case: read, put on one clock, diagnosed, and printed as JSON, text and HTML in both languages.
#![no_main]

use std::{hint::black_box, sync::LazyLock};

use libfuzzer_sys::{Corpus, fuzz_target};
use reports::{Lang, text::TextOptions};
use diagnosis::Rules;
use timeline::{Case, Timeline};

static RULES: LazyLock<Rules> = LazyLock::new(Rules::built_in);

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let folder = tempfile::tempdir().expect("a folder for the input");
    let input = folder.path().join("input");
    std::fs::write(&input, bytes).expect("the input is written");
    let case = Case::open(&[input]);
    if case.inputs.is_empty() {
        return Corpus::Reject;
    }
    let timeline = Timeline::new(&case);
    let report = reports::report(&timeline, &diagnosis::diagnose(&timeline, &RULES));
    reports::json::render(&report).expect("every report is JSON");
    for lang in [Lang::En, Lang::Zh] {
        black_box(reports::text::render(&report, &TextOptions { lang, ..TextOptions::default() }));
        reports::html::render(&report, lang).expect("every report is a page");
    }
    Corpus::Keep
});
