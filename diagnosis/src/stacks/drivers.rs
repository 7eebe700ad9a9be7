//! The drivers of other companies that were loaded.

use std::collections::{HashMap, HashSet};

use timeline::{Module, SourceId, Timeline};

use super::{
    call::Call,
    modules::{is_dump_copy, is_third_party},
};

/// A driver that Microsoft did not make. That it was loaded says nothing against it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Driver {
    /// Path of the image.
    pub path: String,
    /// Company in its version resource; empty if it names none.
    pub company: String,
    /// File version.
    pub version: String,
    /// Candidates with the driver in their stack.
    pub candidates: u64,
}

impl Driver {
    /// The file name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('\\').next().unwrap_or_default()
    }
}

/// The drivers of other companies that the sources list, in order of their paths.
pub(crate) fn drivers<'c>(timeline: &Timeline<'_>, calls: impl Iterator<Item = &'c Call>) -> Vec<Driver> {
    let mut on_stacks: HashMap<&Module, u64> = HashMap::new();
    for call in calls {
        let modules = call.stack.frames.iter().filter_map(|frame| frame.module.as_ref());
        let modules: HashSet<&Module> = modules.map(|(module, _)| module.as_ref()).collect();
        modules.into_iter().for_each(|module| *on_stacks.entry(module).or_default() += 1);
    }
    let mut found: Vec<Driver> = Vec::new();
    for number in 0..timeline.case.inputs.len() {
        let Ok(number) = u16::try_from(number) else { break };
        let Some(modules) = timeline.kernel_modules(SourceId(number)) else { continue };
        // A list that names no company says nothing of who made what.
        let names_companies = modules.iter().any(|module| !module.company.is_empty());
        let foreign = modules.into_iter().filter(|module| {
            is_third_party(module)
                || names_companies
                    && module.company.is_empty()
                    && !module.name().is_empty()
                    && !is_dump_copy(module)
        });
        found.extend(foreign.map(|module| Driver {
            path: module.path.clone(),
            company: module.company.clone(),
            version: module.version.clone(),
            candidates: on_stacks.get(module.as_ref()).copied().unwrap_or_default(),
        }));
    }
    found.sort();
    found.dedup_by(|a, b| a.path == b.path && a.company == b.company && a.version == b.version);
    found
}
