//! The cases that are open. Each has a thread that holds what was read, so that the next question finds it.

use std::{
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use anyhow::{anyhow, bail};
use diagnosis::{Baseline, Diagnosis, Rules};
use reports::model::Report;
use timeline::{Case, Timeline};

use super::allowed::{Allowed, Seen};

/// Cases that are kept. The one that was asked about longest ago is closed first.
const KEPT: usize = 4;

/// A case that was read and diagnosed.
pub(super) struct Analysed<'c> {
    pub(super) case: &'c Case,
    pub(super) timeline: &'c Timeline<'c>,
    pub(super) diagnosis: Diagnosis,
    pub(super) report: Report,
}

/// What is done with a case, or with the reason why there is none.
type Question = Box<dyn FnOnce(Result<&Analysed<'_>, &str>) + Send>;

/// What a case is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Made {
    inputs: Vec<Seen>,
    good: Vec<Seen>,
    /// The paths that were named: a folder's files go by other names than single files.
    named: (Vec<PathBuf>, Vec<PathBuf>),
}

/// The open cases, the one that was asked about last at the end.
#[derive(Default)]
pub(super) struct Cases {
    open: Mutex<Vec<(Made, Sender<Question>)>>,
}

impl Cases {
    /// Asks a case of these inputs, opened now or before.
    ///
    /// # Errors
    /// What the question says, or why the case cannot be opened.
    pub(super) fn ask<T: Send + 'static>(
        &self,
        inputs: Vec<PathBuf>,
        good: Vec<PathBuf>,
        question: impl FnOnce(&Analysed<'_>) -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let files = |paths: &[PathBuf]| -> anyhow::Result<Vec<Seen>> {
            let mut all = Vec::new();
            for path in paths {
                all.extend(Allowed::files(path)?);
            }
            Ok(all)
        };
        let made = Made { inputs: files(&inputs)?, good: files(&good)?, named: (inputs, good) };
        let (say, hear) = channel();
        let question: Question = Box::new(move |case| {
            let answer = case.map_err(|why| anyhow!("{why}")).and_then(question);
            // Nobody hears it where the client has gone.
            let _ = say.send(answer);
        });
        if self.case(&made)?.send(question).is_ok()
            && let Ok(answer) = hear.recv()
        {
            return answer;
        }
        // Its thread is gone; the next question opens the case anew.
        self.lock().retain(|(known, _)| *known != made);
        bail!("the analysis of this case ended without an answer")
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Made, Sender<Question>)>> {
        // A thread that panicked left the list as it was.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn case(&self, made: &Made) -> anyhow::Result<Sender<Question>> {
        let mut open = self.lock();
        let known = open.iter().position(|(known, _)| known == made);
        let (made, ask) = match known.map(|at| open.remove(at)) {
            Some(known) => known,
            None => {
                let (ask, questions) = channel();
                let (inputs, good) = made.named.clone();
                thread::Builder::new()
                    .name("case".to_owned())
                    .spawn(move || hold(&inputs, &good, &questions))?;
                (made.clone(), ask)
            }
        };
        open.push((made, ask.clone()));
        if open.len() > KEPT {
            open.remove(0);
        }
        Ok(ask)
    }
}

/// Opens a case and answers questions about it until nobody can ask any more.
fn hold(inputs: &[PathBuf], good: &[PathBuf], questions: &Receiver<Question>) {
    let case = Case::open(inputs);
    let good = (!good.is_empty()).then(|| Case::open(good));
    let nothing = |case: &Case| {
        let why = case.unreadable.first().map(ToString::to_string);
        let why = why.unwrap_or_else(|| "no file there is of a kind that bootrace reads".to_owned());
        reports::quoted(&why, 400)
    };
    let unread = [Some(&case), good.as_ref()].into_iter().flatten().find(|case| case.inputs.is_empty());
    if let Some(case) = unread {
        let why = format!("nothing could be read: {}", nothing(case));
        questions.iter().for_each(|question| question(Err(&why)));
        return;
    }
    let timeline = Timeline::new(&case);
    let baseline = good.as_ref().map(|good| {
        let timeline = Timeline::new(good);
        let diagnosis = diagnosis::diagnose(&timeline, &Rules::default());
        Baseline::new(timeline, diagnosis)
    });
    let diagnosis = diagnosis::diagnose_beside(&timeline, &Rules::built_in(), baseline.as_ref());
    let report = reports::report(&timeline, &diagnosis);
    let analysed = Analysed { case: &case, timeline: &timeline, diagnosis, report };
    questions.iter().for_each(|question| question(Ok(&analysed)));
}
