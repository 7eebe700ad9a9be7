//! An open ETW trace.

use std::sync::OnceLock;

use etl_reader::{
    EtlError, EtlFile,
    names::{self, Names, Trace},
};
use pml_reader::{Column, push_result};
use servicing_logs::bundle::Content;

use super::{
    learnt::{Learnt, processes_of},
    process::OfProcess,
};
use crate::{model::FileTime, sources::trace::Wants};

/// An ETW trace, in memory or mapped.
#[derive(Debug)]
pub struct EtlSource {
    pub(super) file: EtlFile<'static>,
    learnt: OnceLock<Learnt>,
    /// NT devices and drive letters, by whoever knows the machine.
    volumes: OnceLock<Vec<(String, String)>>,
    pub(super) span: OnceLock<(FileTime, FileTime)>,
    /// The statuses of all operations, where a filter looked at them.
    statuses: OnceLock<Vec<u32>>,
}

impl EtlSource {
    /// Takes a trace whose log-file header can be read.
    ///
    /// # Errors
    /// [`EtlError`], where it cannot.
    pub(crate) fn new(content: Content) -> Result<Self, EtlError> {
        let file = EtlFile::from_held(content)?;
        Ok(Self {
            file,
            learnt: OnceLock::new(),
            volumes: OnceLock::new(),
            span: OnceLock::new(),
            statuses: OnceLock::new(),
        })
    }

    /// Tells the drive letters of the machine, before anything is read.
    pub(crate) fn set_volumes<'v>(&self, volumes: impl Iterator<Item = &'v (String, String)>) {
        let _ = self.volumes.set(volumes.cloned().collect());
    }

    /// What one pass over the trace told; it is read when it is first asked for.
    pub(super) fn learnt(&self) -> &Learnt {
        self.learnt.get_or_init(|| self.named(Trace::read(&[&self.file])))
    }

    /// Whether all is read.
    pub(super) fn is_learnt(&self) -> bool {
        self.learnt.get().is_some()
    }

    /// Reads so many rows.
    pub(super) fn learn_first(&self, rows: usize) -> Learnt {
        self.named(Trace::read_first(&[&self.file], rows))
    }

    /// Reads what the rows need that may be wanted, and how many others there are. Nothing where all is read, or needed.
    pub(super) fn learn_wanted(&self, wants: &Wants<'_>) -> Option<(Learnt, u64)> {
        if self.is_learnt() {
            return None;
        }
        // Drives that the trace does not tell stand in paths too.
        let is_drive = |text: &String| {
            let known = self.volumes.get().into_iter().flatten();
            known.into_iter().any(|(_, drive)| drive.to_lowercase().contains(text))
        };
        let path_has = if wants.path_has.iter().any(is_drive) { &[] } else { wants.path_has.as_slice() };
        let processes = OnceLock::new();
        let of_process = |names: &Names, pid: Option<u32>| {
            let known = processes.get_or_init(|| processes_of(names));
            OfProcess::all(names, known, pid).any(|glimpse| (wants.may)(&glimpse))
        };
        let wants = names::Wants {
            glimpse: &|glimpse| (wants.may)(&glimpse),
            process: wants.of_processes.then_some(&of_process),
            path_has,
        };
        let (trace, others) = Trace::read_wanted(&[&self.file], &wants)?;
        if let Some(statuses) = trace.statuses() {
            let _ = self.statuses.set(statuses.to_vec());
        }
        Some((self.named(trace), others))
    }

    /// The texts of a column, where they are known without rows. What is no operation has no result.
    pub(crate) fn texts(&self, column: Column) -> Option<Vec<String>> {
        let statuses = self.statuses.get().filter(|_| column == Column::Result)?;
        let texts = statuses.iter().map(|status| {
            let mut text = String::new();
            push_result(*status, &mut text);
            text
        });
        Some(texts.chain([String::new()]).collect())
    }

    fn named(&self, trace: Trace) -> Learnt {
        Learnt::new(trace, self.volumes.get().map(Vec::as_slice).unwrap_or_default())
    }
}
