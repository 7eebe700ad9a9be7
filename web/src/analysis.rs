//! From files to the report, and to each file that can be saved of it.

use diagnosis::{Baseline, Rules};
use reports::{Lang, html, json, model::Report, procmon_filter, text};
use serde::Serialize;
use timeline::{Case, Progress, Timeline};

use crate::{
    hashes::Hashes,
    intake::Intake,
    search::{self, Choice, Search, Wanted},
    words::Words,
};

/// A case that was analysed. It stays until its worker ends, so that its events can be looked at.
#[derive(Debug)]
pub struct Analysis {
    /// Its inputs have no hashes until all are known.
    report: Report,
    hashes: Hashes,
    case: &'static Case,
    timeline: &'static Timeline<'static>,
}

/// Whom the analysis tells how far it is: of the inputs before it reads them, and of the bytes of each that are read.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    /// The inputs, as JSON: a list of their names and sizes.
    pub inputs: fn(&str),
    /// The number of an input, and how many of its bytes are read.
    pub read: fn(usize, u64),
}

/// A file that can be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// `report.html`
    Html,
    /// `report.json`
    Json,
    /// `report.txt`
    Text,
    /// `report.pmc`
    Pmc,
}

impl Saved {
    /// The file with this ending.
    #[must_use]
    pub fn named(ending: &str) -> Option<Self> {
        Some(match ending {
            "html" => Self::Html,
            "json" => Self::Json,
            "txt" => Self::Text,
            "pmc" => Self::Pmc,
            _ => return None,
        })
    }
}

/// What the page says beside the report.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// What could not be read, or only in part.
    pub unreadable: Vec<Words>,
    /// Inputs that record events, by number and name.
    pub traces: Vec<Trace>,
    /// The columns that events can be shown with.
    pub columns: Vec<Choice>,
}

/// An input that records events.
#[derive(Debug, Serialize)]
pub struct Trace {
    /// Its number among the inputs.
    pub input: usize,
    /// Its name.
    pub path: String,
}

/// An input as it is announced.
#[derive(Serialize)]
struct Announced<'c> {
    path: &'c str,
    bytes: u64,
}

impl Analysis {
    /// Analyses files, against those of a good boot where there are any.
    ///
    /// # Errors
    /// Nothing could be read; with what is wrong with each file.
    pub fn new(intake: &mut Intake, told: Told) -> Result<Self, Failure> {
        let case: &Case = Box::leak(Box::new(Case::from_bytes(intake.take(false))));
        if case.inputs.is_empty() {
            return Err(Failure::new(Words::nothing_read(), case));
        }
        let good = intake.take(true);
        let good = (!good.is_empty()).then(|| Case::from_bytes(good));
        if let Some(good) = good.as_ref().filter(|good| good.inputs.is_empty()) {
            return Err(Failure::new(Words::nothing_read_of_good(), good));
        }
        let announced = case.inputs.iter();
        let announced = announced.map(|i| Announced { path: &i.path, bytes: i.source.bytes().len() as u64 });
        let announced: Vec<_> = announced.collect();
        // Strings and numbers always make JSON.
        (told.inputs)(&serde_json::to_string(&announced).unwrap_or_default());
        let progress = Progress::told(case.inputs.len(), told.read);
        let timeline: &Timeline<'_> = Box::leak(Box::new(Timeline::watched(case, &progress)));
        let baseline = good.as_ref().map(|good| {
            let timeline = Timeline::new(good);
            let diagnosis = diagnosis::diagnose(&timeline, &Rules::default());
            Baseline::new(timeline, diagnosis)
        });
        let diagnosis = diagnosis::diagnose_beside(timeline, &Rules::built_in(), baseline.as_ref());
        let report = reports::report(timeline, &diagnosis);
        Ok(Self { report, hashes: Hashes::default(), case, timeline })
    }

    /// Hashes so many more bytes of the inputs at most; SHA-256 of each input in hex, once all are known. They are then in
    /// the report.
    pub fn hash(&mut self, bytes: usize) -> Option<&[String]> {
        let hashes = self.hashes.advance(&self.case.inputs, bytes)?;
        for (row, hash) in self.report.inputs.iter_mut().zip(hashes) {
            row.sha256.clone_from(hash);
        }
        Some(hashes)
    }

    /// What the page says beside the report.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let inputs = self.case.inputs.iter().enumerate();
        let traces = inputs.filter(|(_, input)| input.source.is_trace());
        Summary {
            unreadable: unreadable(self.case).collect(),
            traces: traces.map(|(input, trace)| Trace { input, path: trace.path.clone() }).collect(),
            columns: search::choices(),
        }
    }

    /// Searches the events.
    ///
    /// # Errors
    /// What is wrong with what is wanted.
    pub fn search(&self, wanted: &Wanted) -> Result<Search, String> {
        Search::new(self.timeline, wanted)
    }

    /// The page of the report as it is now: with the hashes of the inputs if they are known.
    ///
    /// # Errors
    /// It cannot be rendered.
    pub fn page(&self, lang: Lang) -> Result<Vec<u8>, Words> {
        html::render(&self.report, lang).map_err(|e| Words::not_rendered(&e)).map(String::into_bytes)
    }

    /// The bytes of a file of the report. Where the hashes of the inputs are not known yet, they are computed.
    ///
    /// # Errors
    /// It cannot be rendered.
    pub fn save(&mut self, saved: Saved, lang: Lang) -> Result<Vec<u8>, Words> {
        if matches!(saved, Saved::Html | Saved::Json) {
            self.hash(usize::MAX);
        }
        let report = &self.report;
        match saved {
            Saved::Html => self.page(lang),
            Saved::Json => json::render(report).map_err(|e| Words::not_rendered(&e)).map(String::into_bytes),
            Saved::Text => {
                let options = text::TextOptions { lang, ..text::TextOptions::default() };
                Ok(text::render(report, &options).into_bytes())
            }
            Saved::Pmc => Ok(procmon_filter::pmc(report)),
        }
    }
}

/// What is wrong with each file that could not be read, or only in part.
fn unreadable(case: &Case) -> impl Iterator<Item = Words> {
    case.unreadable.iter().map(|error| error.words().into())
}

/// Why there is no report.
#[derive(Debug, Serialize)]
pub struct Failure {
    /// In a sentence.
    pub words: Words,
    /// What is wrong with each file.
    pub files: Vec<Words>,
}

impl Failure {
    fn new(words: Words, case: &Case) -> Self {
        let others = case.not_understood.iter().map(|(path, what)| Words {
            en: format!("{path}: {}", what.en),
            zh: format!("{path}：{}", what.zh),
        });
        Self { words, files: unreadable(case).chain(others).collect() }
    }
}

impl From<Words> for Failure {
    fn from(words: Words) -> Self {
        Self { words, files: Vec::new() }
    }
}
