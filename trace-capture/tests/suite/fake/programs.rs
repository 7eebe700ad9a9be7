//! Programs: Process Monitor and its ways of going wrong, schtasks.exe, and whatever writes an output.

use trace_capture::error::Result;
use trace_capture::machine::{Call, Disk, Outcome, Programs, Registry, Signer};
use trace_capture::plan::{TASKS, WORK};
use trace_capture::tree::{Data, Tree};

use super::{Fake, SERVICES, USER};

/// What Process Monitor does when told to arm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Procmon {
    Works,
    /// As Works, with exit code 1.
    WorksSayingOne,
    /// As Works, and stays open until it is ended.
    WorksAndStaysOpen,
    /// Writes the driver's key and not its file.
    WithoutDriverFile,
    /// Nothing, exit code 0: a security product took the driver away.
    SaysZero,
    /// Nothing, exit code 1.
    SaysOne,
    /// A window waits for an answer.
    Hangs,
}

impl Procmon {
    fn writes_key(self) -> bool {
        matches!(self, Self::Works | Self::WorksSayingOne | Self::WorksAndStaysOpen | Self::WithoutDriverFile)
    }

    fn outcome(self) -> Outcome {
        match self {
            Self::Works | Self::SaysZero | Self::WithoutDriverFile => Outcome::Exit(0),
            Self::WorksSayingOne | Self::SaysOne => Outcome::Exit(1),
            Self::Hangs | Self::WorksAndStaysOpen => Outcome::TimedOut,
        }
    }
}

impl Fake {
    fn run_procmon(&self, call: &Call) -> Result<Outcome> {
        if call.args.iter().any(|a| a == "/EnableBootLogging") {
            return self.enable_boot_logging();
        }
        let at = call.args.iter().position(|a| a == "/ConvertBootLog").expect("a documented switch");
        let does = self.procmon.get();
        if matches!(does, Procmon::Works | Procmon::WorksSayingOne | Procmon::WorksAndStaysOpen) {
            self.put(&call.args[at + 1], b"PML_");
        }
        Ok(if does == Procmon::SaysZero { Outcome::Exit(1) } else { does.outcome() })
    }

    fn enable_boot_logging(&self) -> Result<Outcome> {
        let settings = Tree { values: vec![("EulaAccepted".into(), Data::dword(1))], keys: vec![] };
        let leftover = self.file(r"C:\Windows\Procmon.pmb").is_some();
        let does = if leftover { Procmon::Hangs } else { self.procmon.get() };
        self.write(&format!(r"{USER}\Software\Sysinternals\Process Monitor"), &settings)?;
        if does.writes_key() {
            let values = vec![
                ("SupportedFeatures".into(), Data::dword(3)),
                ("Start".into(), Data::dword(0)),
                ("Type".into(), Data::dword(1)),
            ];
            self.write(&format!(r"{SERVICES}\PROCMON24"), &Tree { values, keys: vec![] })?;
            if does != Procmon::WithoutDriverFile {
                self.change()?;
                self.put(r"C:\Windows\System32\drivers\PROCMON24.SYS", b"driver");
            }
        }
        Ok(does.outcome())
    }

    fn run_schtasks(&self, call: &Call) -> Result<Outcome> {
        let task = format!(r"{TASKS}\{}", call.args[2]);
        match call.args[0].as_str() {
            "/Create" => {
                let at = call.args.iter().position(|a| a == "/XML").expect("tasks are made from XML");
                let xml = self.file(&call.args[at + 1]).expect("the XML file");
                self.put(&task, &xml);
            }
            "/Delete" if self.file(&task).is_some() => self.remove(&task)?,
            _ => return Ok(Outcome::Exit(1)),
        }
        Ok(Outcome::Exit(0))
    }
}

impl Programs for Fake {
    fn run(&self, call: &Call) -> Result<Outcome> {
        assert!(!self.offline.get(), "a program was run for an offline Windows: {call:?}");
        self.change()?;
        self.calls.borrow_mut().push(call.clone());
        let name = call.program.rsplit('\\').next().unwrap().to_ascii_lowercase();
        match name.as_str() {
            "procmon64.exe" | "procmon64a.exe" => self.run_procmon(call),
            "schtasks.exe" => self.run_schtasks(call),
            _ => {
                let Some(bytes) = self.outputs.borrow().get(&name).cloned() else {
                    return Ok(Outcome::Exit(2));
                };
                // As reg.exe, wevtutil.exe and the programs that print: a file named among the arguments, or stdout.
                let is_file = |a: &&String| a.starts_with(WORK);
                let to = call.output.clone().or_else(|| call.args.iter().find(is_file).cloned());
                self.put(&to.expect("somewhere to write to"), &bytes);
                Ok(Outcome::Exit(0))
            }
        }
    }

    fn signer(&self, program: &str) -> Result<Signer> {
        assert!(!self.offline.get(), "{program} of an offline Windows was looked at");
        Ok(self.signer.borrow().clone())
    }
}
