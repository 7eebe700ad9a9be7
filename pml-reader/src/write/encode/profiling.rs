//! Profiling events.

use crate::{
    EventClass, PmlError,
    write::encode::{Bytes, Layout, Payload, fit},
};

/// A profiling event. Times in ticks of 100 ns, sizes in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ProfilingEvent<'a> {
    Thread { user: u32, kernel: u32, context_switches: u32 },
    Process { user: u64, kernel: u64, working_set: u64, private: u64 },
    DebugOutput(&'a str),
}

impl ProfilingEvent<'_> {
    /// # Errors
    /// [`PmlError::TooLarge`] if the text does not fit its field.
    pub fn encode(&self, _layout: Layout) -> Result<Payload, PmlError> {
        let mut detail = Bytes::default();
        let operation = match *self {
            Self::Thread { user, kernel, context_switches } => {
                detail.u32(user).u32(kernel).u32(context_switches);
                0
            }
            Self::Process { user, kernel, working_set, private } => {
                detail.u64(user).u64(kernel).u64(working_set).u64(private);
                1
            }
            Self::DebugOutput(text) => {
                let units = text.encode_utf16().count() as u64;
                detail.u16(fit("a debug output (UTF-16 units)", units, u16::MAX)?).utf16(text);
                2
            }
        };
        Ok(Payload::new(EventClass::Profiling, operation, detail))
    }
}
