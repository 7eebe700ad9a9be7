//! Analyses cases and adds them: many workers, one writer.

use std::{
    collections::HashSet,
    path::PathBuf,
    sync::{
        Mutex,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::{
    CaseFiles, FleetError, Store, digest,
    pool::{Place, Workers},
    protocol::{About, Answer, CaseRows, Request},
    schema,
    worker::stand_in_of_case,
};

/// How cases are added.
#[derive(Debug, Clone)]
pub struct Options {
    /// Cases at a time.
    pub jobs: usize,
    /// For one case.
    pub timeout: Duration,
    /// For one case, in bytes.
    pub memory: u64,
    /// Whether the cases are boots that went well.
    pub healthy: bool,
    /// Whether names of machines and users are replaced.
    pub redact: bool,
    /// The program that is a worker with these arguments.
    pub worker: (PathBuf, Vec<String>),
}

/// What became of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It is stored.
    Added,
    /// A case with this content was there before.
    Known,
    /// It is stored with its error.
    Failed {
        /// The case.
        name: String,
        /// Why it could not be analysed.
        reason: String,
    },
}

/// What became of all cases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Added {
    /// Stored with a report.
    pub added: u64,
    /// There before.
    pub known: u64,
    /// Stored with an error.
    pub failed: u64,
}

/// Cases that are stored in one transaction at most.
const BATCH: usize = 32;

type Done = Result<(Step, Option<CaseRows>), FleetError>;

/// Adds cases, and tells of each when it is stored.
///
/// # Errors
/// A worker cannot be started, or the database cannot be written. What was stored before stays.
pub fn add(
    store: &mut Store,
    cases: Vec<CaseFiles>,
    options: &Options,
    mut tell: impl FnMut(&Step),
) -> Result<Added, FleetError> {
    let known = Mutex::new(store.known_cases()?);
    let salt = options.redact.then(|| store.salt()).transpose()?;
    let waiting = Mutex::new(cases.into_iter());
    let (program, arguments) = options.worker.clone();
    let workers = Workers { program, arguments, timeout: options.timeout, memory: options.memory };
    let (send, done) = sync_channel(BATCH);
    thread::scope(|scope| {
        for _ in 0..options.jobs.max(1) {
            let send = send.clone();
            let shop = Shop { workers: &workers, waiting: &waiting, known: &known, salt: salt.as_deref() };
            scope.spawn(move || shop.work(options, &send));
        }
        drop(send);
        let result = write(store, &done, &mut tell);
        // Where nothing can be stored, nothing more is analysed: the sends fail.
        drop(done);
        result
    })
}

/// Stores what is done, whatever has come together, until nothing more comes.
fn write(
    store: &mut Store,
    done: &Receiver<Done>,
    tell: &mut impl FnMut(&Step),
) -> Result<Added, FleetError> {
    let mut sum = Added::default();
    while let Ok(first) = done.recv() {
        let mut steps = Vec::new();
        let mut rows = Vec::new();
        let mut error = None;
        for next in std::iter::once(first).chain(done.try_iter()).take(BATCH) {
            match next {
                Ok((step, of_case)) => {
                    steps.push(step);
                    rows.extend(of_case);
                }
                Err(found) => error = Some(found),
            }
        }
        store.insert(&rows)?;
        for step in &steps {
            match step {
                Step::Added => sum.added += 1,
                Step::Known => sum.known += 1,
                Step::Failed { .. } => sum.failed += 1,
            }
            tell(step);
        }
        if let Some(error) = error {
            return Err(error);
        }
    }
    Ok(sum)
}

/// What all workers share.
struct Shop<'a> {
    workers: &'a Workers,
    waiting: &'a Mutex<std::vec::IntoIter<CaseFiles>>,
    known: &'a Mutex<HashSet<String>>,
    salt: Option<&'a str>,
}

impl Shop<'_> {
    /// Takes one case after another.
    fn work(&self, options: &Options, send: &SyncSender<Done>) {
        let mut place = Place::new(self.workers);
        while let Some(case) = self.waiting.lock().ok().and_then(|mut waiting| waiting.next()) {
            if send.send(self.done(&case, options, &mut place)).is_err() {
                return;
            }
        }
    }

    fn done(&self, case: &CaseFiles, options: &Options, place: &mut Place<'_>) -> Done {
        let mut about = About {
            name: case.name(),
            healthy: options.healthy.into(),
            redacted: self.salt.is_some().into(),
            state: "ok".into(),
            ..About::default()
        };
        let identity = digest::identify(&case.path).map_err(FleetError::io(&case.path))?;
        about.case_id = identity.case_id;
        about.bytes = identity.bytes;
        let is_new = self.known.lock().is_ok_and(|mut known| known.insert(about.case_id.clone()));
        if !is_new {
            return Ok((Step::Known, None));
        }
        let request =
            Request { path: case.path.clone(), about: about.clone(), salt: self.salt.map(ToOwned::to_owned) };
        let (kind, reason) = match place.ask(&request)? {
            Answer::Rows(rows) => return Ok((Step::Added, Some(rows))),
            Answer::Failed { kind, reason } => (kind, reason),
        };
        about.state = "error".into();
        about.error_kind = Some(kind);
        let mut stored = reason.clone();
        if let Some(salt) = self.salt {
            let stand_in = stand_in_of_case(salt, &about.name);
            let file = case.path.file_name().unwrap_or_default().to_string_lossy();
            stored = stored.replace(&*case.path.to_string_lossy(), &stand_in).replace(&*file, &stand_in);
            about.name = stand_in;
        }
        about.error = Some(stored);
        let rows = schema::rows(&serde_json::to_value(&about)?, &Value::Null);
        Ok((Step::Failed { name: case.name(), reason }, Some(rows)))
    }
}
