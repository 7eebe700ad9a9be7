//! An open ETW trace.

use std::sync::OnceLock;

use etl_reader::{
    EtlError, EtlFile,
    names::{Glimpse, Trace},
};
use servicing_logs::bundle::Content;

use super::learnt::Learnt;
use crate::model::FileTime;

/// An ETW trace, in memory or mapped.
#[derive(Debug)]
pub struct EtlSource {
    pub(super) file: EtlFile<'static>,
    learnt: OnceLock<Learnt>,
    /// NT devices and drive letters, by whoever knows the machine.
    volumes: OnceLock<Vec<(String, String)>>,
    pub(super) span: OnceLock<(FileTime, FileTime)>,
}

impl EtlSource {
    /// Takes a trace whose log-file header can be read.
    ///
    /// # Errors
    /// [`EtlError`], where it cannot.
    pub(crate) fn new(content: Content) -> Result<Self, EtlError> {
        let file = EtlFile::from_held(content)?;
        Ok(Self { file, learnt: OnceLock::new(), volumes: OnceLock::new(), span: OnceLock::new() })
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
    pub(super) fn learn_wanted(&self, may_want: &(dyn Fn(Glimpse) -> bool + Sync)) -> Option<(Learnt, u64)> {
        if self.is_learnt() {
            return None;
        }
        let (trace, others) = Trace::read_wanted(&[&self.file], may_want)?;
        Some((self.named(trace), others))
    }

    fn named(&self, trace: Trace) -> Learnt {
        Learnt::new(trace, self.volumes.get().map(Vec::as_slice).unwrap_or_default())
    }
}
