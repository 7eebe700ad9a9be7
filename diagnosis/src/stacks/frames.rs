//! A stack by what its modules are.

use std::sync::Arc;

use timeline::{Module, Stack};

use super::modules::Kind;

/// Frames that follow each other in one module, those nearest to the operation first.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) module: Arc<Module>,
    pub(super) kind: Kind,
    /// How many frames.
    pub(super) frames: usize,
}

/// The kernel's part of a stack down to the system call, and the process's part after it.
#[derive(Debug, Default)]
pub(super) struct Runs {
    pub(super) kernel: Vec<Run>,
    pub(super) user: Vec<Run>,
}

impl Runs {
    /// Frames in no known module are left out.
    pub(super) fn of(stack: &Stack) -> Self {
        let mut runs = Self::default();
        let mut in_kernel = true;
        for frame in &stack.frames {
            in_kernel &= frame.is_kernel;
            let Some((module, _)) = frame.module.as_ref().filter(|_| frame.is_kernel == in_kernel) else {
                continue;
            };
            let list = if in_kernel { &mut runs.kernel } else { &mut runs.user };
            match list.last_mut().filter(|last| Arc::ptr_eq(&last.module, module)) {
                Some(last) => last.frames += 1,
                None => {
                    list.push(Run { module: Arc::clone(module), kind: Kind::of(module), frames: 1 });
                }
            }
        }
        runs
    }
}
