//! What a source lacks to resolve the stacks of the examined events.

use timeline::{EventId, SourceId, Timeline};

use super::call::Call;

/// How many of the examined stacks a source can resolve.
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
    /// The log lists modules of the kernel.
    pub has_kernel_modules: bool,
    /// The list of the kernel's modules names companies, so that third parties can be recognised.
    pub names_companies: bool,
}

impl StackLists {
    fn new(timeline: &Timeline<'_>, source: SourceId) -> Option<Self> {
        let modules = timeline.kernel_modules(source)?;
        Some(Self {
            source,
            stacks: 0,
            without_stack: 0,
            without_user_modules: 0,
            has_kernel_modules: !modules.is_empty(),
            names_companies: modules.iter().any(|module| !module.company.is_empty()),
        })
    }

    /// Of the sources that can have stacks, those that `looked_at` has events of.
    pub(crate) fn of<'c>(
        timeline: &Timeline<'_>,
        looked_at: impl Iterator<Item = (EventId, Option<&'c Call>)>,
    ) -> Vec<Self> {
        let sources = (0..timeline.case.inputs.len()).filter_map(|number| u16::try_from(number).ok());
        let mut all: Vec<Self> = sources.filter_map(|number| Self::new(timeline, SourceId(number))).collect();
        for (id, call) in looked_at {
            let Some(lists) = all.iter_mut().find(|lists| lists.source == id.source) else { continue };
            match call {
                None => lists.without_stack += 1,
                Some(call) => {
                    lists.stacks += 1;
                    lists.without_user_modules += u64::from(!call.stack.has_user_modules);
                }
            }
        }
        all.retain(|lists| lists.stacks + lists.without_stack > 0);
        all
    }
}
