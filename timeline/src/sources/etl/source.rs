//! An open ETW trace.

use std::sync::OnceLock;

use etl_reader::{EtlError, EtlFile};
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
        self.learnt.get_or_init(|| {
            Learnt::read(&self.file, self.volumes.get().map(Vec::as_slice).unwrap_or_default())
        })
    }
}
