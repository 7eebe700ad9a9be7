//! Call stacks: which loaded images an operation came through.

use std::{fmt, sync::Arc};

/// A loaded image, as the trace lists it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Module {
    /// Path of the image.
    pub path: String,
    /// Company in the image's version resource; empty where the trace has none.
    pub company: String,
    /// File version; empty where the trace has none.
    pub version: String,
}

impl Module {
    /// The file name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('\\').next().unwrap_or_default()
    }

    /// The file name, and the company and version where the trace has them.
    #[must_use]
    pub fn described(&self) -> String {
        let known =
            [self.company.as_str(), self.version.as_str()].into_iter().filter(|text| !text.is_empty());
        match known.collect::<Vec<_>>().join(", ") {
            text if text.is_empty() => self.name().to_owned(),
            text => format!("{} ({text})", self.name()),
        }
    }
}

/// A return address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The address.
    pub address: u64,
    /// Whether it lies above the addresses of processes.
    pub is_kernel: bool,
    /// The module that it lies in, and its place there in bytes; `None` where it lies in no module that is listed.
    pub module: Option<(Arc<Module>, u64)>,
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.module {
            Some((module, offset)) => write!(f, "{}+0x{offset:x}", module.name()),
            None => write!(f, "0x{:x}", self.address),
        }
    }
}

/// The call stack of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// Its frames: the kernel's, which are nearest to the operation, come first.
    pub frames: Vec<Frame>,
    /// The trace lists modules of the event's process.
    pub has_user_modules: bool,
    /// The trace lists modules of the kernel.
    pub has_kernel_modules: bool,
}
