//! What the worker's script calls, and what it is told.

use js_sys::Uint8Array;
use reports::Lang;
use serde::Serialize;
use timeline::Need;
use wasm_bindgen::prelude::*;

use crate::{Analysis, Failure, Intake, Saved, Search, Told, Wanted, named};

#[wasm_bindgen]
extern "C" {
    /// The worker hears the names and sizes of the inputs.
    fn tell_inputs(json: &str);
    /// The worker hears how many bytes of an input are read.
    fn tell_read(input: usize, bytes: f64);
    /// The worker takes the next bytes of a file that is written; they are gone when it returns.
    fn take_piece(bytes: &[u8]);
    /// The worker hears what ended the program.
    fn tell_panic(message: &str);
}

/// Lets the worker hear of a mistake of this program, which ends it.
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|panic| tell_panic(&panic.to_string())));
}

/// A script's number as a count: what is below zero or no number is 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, which is what is wanted"
)]
fn whole(number: f64) -> u64 {
    number as u64
}

/// A case on its way from files to events.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Work {
    intake: Intake,
    analysis: Option<Analysis>,
    search: Option<Search>,
}

#[wasm_bindgen]
impl Work {
    /// Nothing was handed over yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// See [`Intake::add`]: what must be read of the file, as `head`, `whole` or `archive`.
    pub fn add(&mut self, path: &str, good: bool, size: f64, head: &[u8]) -> String {
        let need = match self.intake.add(path, good, whole(size), head) {
            Need::Head => "head",
            Need::Whole => "whole",
            Need::Archive => "archive",
        };
        need.to_owned()
    }

    /// See [`Intake::add_unreadable`].
    pub fn add_unreadable(&mut self, path: &str, good: bool, why: &str) {
        self.intake.add_unreadable(path, good, why);
    }

    /// See [`Intake::check`].
    ///
    /// # Errors
    /// A [`Failure`], as JSON.
    pub fn check(&self) -> Result<(), String> {
        self.intake.check().map_err(failure)
    }

    /// See [`Intake::begin`].
    ///
    /// # Errors
    /// A [`Failure`], as JSON.
    pub fn begin(&mut self, number: usize) -> Result<(), String> {
        self.intake.begin(number).map_err(failure)
    }

    /// Copies the next bytes of a file.
    pub fn push(&mut self, number: usize, offset: usize, bytes: &Uint8Array) {
        let room = self.intake.room(number, offset, bytes.length() as usize);
        if room.len() == bytes.length() as usize {
            bytes.copy_to(room);
        }
    }

    /// See [`Intake::fail`].
    pub fn fail(&mut self, number: usize, why: &str) {
        self.intake.fail(number, why);
    }

    /// See [`Analysis::new`]; gives a [`crate::Summary`], as JSON.
    ///
    /// # Errors
    /// A [`Failure`], as JSON.
    pub fn analyse(&mut self) -> Result<String, String> {
        let told = Told { inputs: tell_inputs, read: |input, bytes| tell_read(input, bytes as f64) };
        let analysis = Analysis::new(&mut self.intake, told).map_err(failure)?;
        Ok(to_json(&self.analysis.insert(analysis).summary()))
    }

    /// See [`Analysis::hash`].
    pub fn hash(&mut self, bytes: usize) -> Option<Vec<String>> {
        self.analysis.as_mut()?.hash(bytes).map(<[String]>::to_vec)
    }

    /// See [`Analysis::page`].
    ///
    /// # Errors
    /// A [`Failure`], as JSON.
    pub fn page(&self, lang: &str) -> Result<Vec<u8>, String> {
        let Some(analysis) = &self.analysis else { return Ok(Vec::new()) };
        analysis.page(Lang::from_tag(lang).unwrap_or_default()).map_err(failure)
    }

    /// The bytes of `report.` with this ending, in a language.
    ///
    /// # Errors
    /// A [`Failure`], as JSON.
    pub fn save(&mut self, ending: &str, lang: &str) -> Result<Vec<u8>, String> {
        let (Some(analysis), Some(saved)) = (&mut self.analysis, Saved::named(ending)) else {
            return Ok(Vec::new());
        };
        analysis.save(saved, Lang::from_tag(lang).unwrap_or_default()).map_err(failure)
    }
}

#[wasm_bindgen]
impl Work {
    /// Finds what is wanted, a [`Wanted`] as JSON; how many events that are.
    ///
    /// # Errors
    /// What is wrong with what is wanted.
    pub fn search(&mut self, wanted: &str) -> Result<usize, String> {
        let wanted: Wanted = serde_json::from_str(wanted).map_err(|error| error.to_string())?;
        let Some(analysis) = &self.analysis else { return Ok(0) };
        let search = analysis.search(&wanted)?;
        let count = search.count();
        self.search = Some(search);
        Ok(count)
    }

    /// See [`Search::place`].
    pub fn place(&self, input: usize, number: f64) -> Option<usize> {
        self.search.as_ref()?.place(input, whole(number))
    }

    /// See [`Search::rows`].
    pub fn rows(&self, from: usize, count: usize, columns: Vec<String>) -> String {
        self.search.as_ref().map_or_else(|| "[]".to_owned(), |s| s.rows(from, count, &named(&columns)))
    }

    /// See [`Search::event`].
    pub fn event(&self, input: usize, number: f64) -> String {
        self.search.as_ref().map_or_else(|| "null".to_owned(), |s| s.event(input, whole(number)))
    }

    /// See [`Search::csv`].
    pub fn csv(&self, columns: Vec<String>) {
        if let Some(search) = &self.search {
            search.csv(named(&columns), take_piece);
        }
    }
}

fn failure(why: impl Into<Failure>) -> String {
    to_json(&why.into())
}

/// Texts, numbers and lists of them always make JSON.
fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
