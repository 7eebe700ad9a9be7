//! What a source lacks to resolve the stacks that were looked at.

use timeline::{SourceId, Stack};

/// Of the events whose stacks were looked at, how many a source can resolve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StackLists {
    /// The source.
    pub source: SourceId,
    /// Events with a stack.
    pub stacks: u64,
    /// Events without one.
    pub without_stack: u64,
    /// Events with a stack whose process has no list of modules.
    pub without_user_modules: u64,
    /// Events with a stack in a log that lists no modules of the kernel.
    pub without_kernel_modules: u64,
    /// The lists name companies, so that third parties can be told.
    pub names_companies: bool,
}

impl StackLists {
    /// Counts a stack that was looked at.
    pub(crate) fn count(all: &mut Vec<Self>, source: SourceId, stack: Option<&Stack>) {
        let at = all.iter().position(|lists| lists.source == source).unwrap_or_else(|| {
            all.push(Self {
                source,
                stacks: 0,
                without_stack: 0,
                without_user_modules: 0,
                without_kernel_modules: 0,
                names_companies: false,
            });
            all.len() - 1
        });
        let Some(lists) = all.get_mut(at) else { return };
        let Some(stack) = stack else {
            lists.without_stack += 1;
            return;
        };
        lists.stacks += 1;
        lists.without_user_modules += u64::from(!stack.has_user_modules);
        lists.without_kernel_modules += u64::from(!stack.has_kernel_modules);
        lists.names_companies |=
            stack.frames.iter().any(|frame| frame.module.as_ref().is_some_and(|(m, _)| !m.company.is_empty()));
    }
}
