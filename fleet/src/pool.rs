//! Workers as child processes: one that dies or takes too long is replaced, and its case has an error.

use std::{
    collections::VecDeque,
    io::{self, BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::{
    FleetError,
    protocol::{Answer, Request},
};

/// How a worker is started, and what it may take.
#[derive(Debug, Clone)]
pub(crate) struct Workers {
    /// The program that is to run.
    pub(crate) program: PathBuf,
    /// The arguments that make it a worker.
    pub(crate) arguments: Vec<String>,
    /// For one case.
    pub(crate) timeout: Duration,
    /// For one case, in bytes.
    pub(crate) memory: u64,
}

/// A place for a worker: it is started when there is a case for it.
pub(crate) struct Place<'w> {
    workers: &'w Workers,
    worker: Option<Worker>,
}

struct Worker {
    child: Child,
    stdin: ChildStdin,
    answers: Receiver<String>,
    said: Arc<Mutex<VecDeque<String>>>,
    listener: JoinHandle<()>,
}

/// Lines of a worker's standard error that are kept.
const KEPT: usize = 20;

impl<'w> Place<'w> {
    pub(crate) fn new(workers: &'w Workers) -> Self {
        Self { workers, worker: None }
    }

    /// The answer to a case, whatever the worker does.
    ///
    /// # Errors
    /// No worker can be started.
    pub(crate) fn ask(&mut self, request: &Request) -> Result<Answer, FleetError> {
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        let worker = match self.worker.take().map(|worker| worker.told(&line)) {
            Some(Ok(worker)) => worker,
            // None is there, or it ended after its last case: this one is not to blame.
            _ => {
                let fresh = Worker::start(self.workers).map_err(FleetError::io(&self.workers.program))?;
                match fresh.told(&line) {
                    Ok(worker) => worker,
                    Err(dead) => return Ok(self.last_words(*dead)),
                }
            }
        };
        Ok(match worker.answers.recv_timeout(self.workers.timeout) {
            Ok(line) => {
                self.worker = Some(worker);
                serde_json::from_str(&line)?
            }
            Err(RecvTimeoutError::Timeout) => {
                worker.end();
                let seconds = self.workers.timeout.as_secs_f64();
                Answer::Failed { kind: "timeout".into(), reason: format!("no answer within {seconds} s") }
            }
            Err(RecvTimeoutError::Disconnected) => self.last_words(worker),
        })
    }

    /// Why a worker died.
    fn last_words(&self, mut worker: Worker) -> Answer {
        let status = worker.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
        // All that it said has been read when its end is.
        let _ = worker.listener.join();
        let said =
            worker.said.lock().map(|said| said.iter().cloned().collect::<Vec<_>>()).unwrap_or_default();
        let about_memory = said.iter().find(|line| line.starts_with("memory allocation of"));
        match about_memory {
            Some(line) => {
                let bound = self.workers.memory >> 20;
                Answer::Failed { kind: "memory".into(), reason: format!("{line}; the bound is {bound} MiB") }
            }
            None => {
                let last = said.last().map(|line| format!(": {line}")).unwrap_or_default();
                Answer::Failed { kind: "died".into(), reason: format!("{status}{last}") }
            }
        }
    }
}

impl Worker {
    fn start(workers: &Workers) -> io::Result<Self> {
        let mut child = Command::new(&workers.program)
            .args(&workers.arguments)
            // There is a worker for each core: one thread each.
            .env("RAYON_NUM_THREADS", "1")
            // Its last words are told, not where in the program it was.
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let taken = || io::Error::other("a pipe to the worker is missing");
        let stdin = child.stdin.take().ok_or_else(taken)?;
        let stdout = child.stdout.take().ok_or_else(taken)?;
        let stderr = child.stderr.take().ok_or_else(taken)?;
        let (send, answers) = channel();
        thread::spawn(move || {
            let lines = BufReader::new(stdout).lines().map_while(Result::ok);
            lines.map(|line| send.send(line)).take_while(Result::is_ok).for_each(drop);
        });
        let said = Arc::new(Mutex::new(VecDeque::new()));
        let kept = Arc::clone(&said);
        let listener = thread::spawn(move || {
            for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
                let Ok(mut kept) = kept.lock() else { return };
                kept.push_back(String::from_utf8_lossy(&line).trim_end().to_owned());
                if kept.len() > KEPT {
                    kept.pop_front();
                }
            }
        });
        Ok(Self { child, stdin, answers, said, listener })
    }

    /// The worker that was told a line; as an error the worker that is dead.
    fn told(mut self, line: &[u8]) -> Result<Self, Box<Self>> {
        match self.stdin.write_all(line).and_then(|()| self.stdin.flush()) {
            Ok(()) => Ok(self),
            Err(_) => Err(Box::new(self)),
        }
    }

    fn end(mut self) {
        // It may have ended by itself meanwhile.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(worker) = self.worker.take() {
            worker.end();
        }
    }
}
