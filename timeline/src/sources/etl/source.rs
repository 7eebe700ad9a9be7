//! An ETW trace that is open.

use std::sync::OnceLock;

use etl_reader::{EtlError, EtlFile};
use servicing_logs::bundle::Content;

use super::learnt::Learnt;

/// An ETW trace, in memory or mapped.
#[derive(Debug)]
pub struct EtlSource {
    pub(super) file: EtlFile<'static>,
    learnt: OnceLock<Learnt>,
}

impl EtlSource {
    /// Takes a trace whose log-file header can be read.
    ///
    /// # Errors
    /// [`EtlError`], where it cannot.
    pub(crate) fn new(content: Content) -> Result<Self, EtlError> {
        let file = EtlFile::from_held(content)?;
        Ok(Self { file, learnt: OnceLock::new() })
    }

    /// What one pass over the trace told; it is read when it is first asked for.
    pub(super) fn learnt(&self) -> &Learnt {
        self.learnt.get_or_init(|| Learnt::read(&self.file))
    }
}
