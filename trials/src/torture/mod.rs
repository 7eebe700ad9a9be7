//! Damages files of every kind that bootrace reads, and runs the whole way from a file to a printed report.
//!
//! The cases run in processes of their own, which write a line for each. So a case that hangs, dies or takes memory
//! is noticed from outside. A case is identified by its number and the seed.

mod damage;
mod inputs;
mod table;
mod worker;

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

/// Damages files of every kind, and counts panics, hangs, memory and what is recovered
#[derive(Debug, Clone, clap::Args)]
pub struct Torture {
    /// How many damaged files
    #[arg(long, default_value_t = 30_000)]
    cases: u64,
    /// The same seed makes the same files
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A folder of real traces and logs. Their beginnings are damaged too
    #[arg(long)]
    data: Option<PathBuf>,
    /// The first case
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Seconds that a case may take
    #[arg(long, default_value_t = 20)]
    deadline: u64,
    /// MiB that a process may take
    #[arg(long, default_value_t = 256)]
    memory: u64,
    /// A folder for the files that went wrong
    #[arg(long)]
    keep: Option<PathBuf>,
    /// A folder for all files, with manifest.jsonl, for other readers. Nothing is read
    #[arg(long)]
    write: Option<PathBuf>,
    /// Runs every so many cases from the first on, in this process
    #[arg(long, hide = true)]
    worker: Option<u64>,
}

/// What became of a case.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Outcome {
    case: u64,
    kind: String,
    damage: String,
    /// Bytes of the damaged file.
    size: u64,
    /// Records that lie unbroken in it, and those of them that were given. `None` if none are counted.
    records: Option<(u64, u64)>,
    /// Whether something of it could be read.
    opened: bool,
    panic: Option<String>,
    milliseconds: u64,
    /// The most that the process has taken, in KiB. `None` if the system does not report it.
    peak: Option<u64>,
}

/// What a process of cases says.
enum Heard {
    Outcome(Box<Outcome>),
    Hang,
    Died,
}

/// Cases run abreast: the machine's processors.
fn abreast() -> u64 {
    std::thread::available_parallelism().map_or(1, |n| n.get() as u64)
}

impl Torture {
    /// Runs the cases and prints the table.
    ///
    /// # Errors
    /// Where files cannot be made, or processes not started. That something went wrong with a case is one too.
    pub fn run(&self) -> Result<()> {
        if let Some(step) = self.worker {
            return worker::run(self, step);
        }
        if let Some(folder) = &self.write {
            return worker::write(self, folder);
        }
        let step = abreast();
        let (send, heard) = mpsc::channel();
        for part in 0..step {
            let (cases, send) = (self.clone(), send.clone());
            std::thread::spawn(move || {
                let done = cases.watch(cases.from + part, step, &send);
                if let Err(error) = done {
                    eprintln!("torture: {error:#}");
                }
            });
        }
        drop(send);
        let mut table = table::Table::new(self.memory);
        for (case, what) in heard {
            table.add(case, &what);
            if let Some(words) = table.last_failure() {
                eprintln!(
                    "torture: {words}; --from {case} --cases {} --seed {} runs it again",
                    case + 1,
                    self.seed
                );
                if let Some(folder) = &self.keep {
                    worker::keep(self, case, folder)?;
                }
            }
        }
        print!("{table}");
        if table.cases() != self.cases.saturating_sub(self.from) {
            bail!("{} of {} cases were run", table.cases(), self.cases.saturating_sub(self.from));
        }
        if table.failures() > 0 {
            bail!("{} cases went wrong", table.failures());
        }
        Ok(())
    }

    /// Runs every `step`-th case from `next` on in a process. Begins another process after a case that ended it.
    fn watch(&self, mut next: u64, step: u64, send: &mpsc::Sender<(u64, Heard)>) -> Result<()> {
        while next < self.cases {
            let mut child = self.child(next, step)?;
            let out = child.stdout.take().context("the output of a process")?;
            let (line, lines) = mpsc::channel();
            std::thread::spawn(move || {
                for text in BufReader::new(out).lines().map_while(Result::ok) {
                    if line.send(text).is_err() {
                        break;
                    }
                }
            });
            // Until it is ready it makes its files.
            lines.recv_timeout(Duration::from_secs(300)).context("a process of cases did not begin")?;
            while next < self.cases {
                let what = match lines.recv_timeout(Duration::from_secs(self.deadline)) {
                    Ok(text) => Heard::Outcome(serde_json::from_str(&text).context(text)?),
                    Err(mpsc::RecvTimeoutError::Timeout) => Heard::Hang,
                    Err(mpsc::RecvTimeoutError::Disconnected) => Heard::Died,
                };
                let ended = !matches!(what, Heard::Outcome(_));
                send.send((next, what))?;
                next += step;
                if ended {
                    break;
                }
            }
            // It may have ended by itself.
            let _ = child.kill();
            child.wait()?;
        }
        Ok(())
    }

    fn child(&self, from: u64, step: u64) -> Result<Child> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("torture").args(["--cases", &self.cases.to_string(), "--seed", &self.seed.to_string()]);
        command.args(["--from", &from.to_string(), "--worker", &step.to_string()]);
        if let Some(folder) = &self.data {
            command.arg("--data").arg(folder);
        }
        command.stdout(Stdio::piped()).spawn().context("a process of cases does not start")
    }
}
