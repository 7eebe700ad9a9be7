//! The drivers of other companies that were loaded, and the file system filters that hives and fltmc list.

use std::collections::{BTreeMap, HashMap, HashSet};

use timeline::{Filter, Module, SourceId, StartType, Timeline};

use super::{
    call::Call,
    modules::{is_dump_copy, is_third_party},
};

/// A driver that Microsoft did not make, or a file system filter of any maker. That it was loaded says nothing against it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Driver {
    /// Path of the image.
    pub path: String,
    /// Company in its version resource; empty if it names none.
    pub company: String,
    /// File version.
    pub version: String,
    /// Candidates with the driver in their stack.
    pub candidates: u64,
    /// Where a file system filter sits in the stack of filters, a decimal number as text.
    pub altitude: Option<String>,
    /// How a hive sets it to start.
    pub start: Option<StartType>,
    /// Whether a trace lists it as loaded. Otherwise only a hive or a list of filters does, and its maker is not known.
    pub loaded: bool,
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
            loaded: true,
            ..Driver::default()
        }));
    }
    found.sort();
    found.dedup_by(|a, b| a.path == b.path && a.company == b.company && a.version == b.version);
    for filter in filters(timeline) {
        add_filter(&mut found, &filter);
    }
    found.sort();
    found
}

/// The filters that hives and lists name, each once, with all that they say of it.
fn filters(timeline: &Timeline<'_>) -> Vec<Filter> {
    let mut known: BTreeMap<String, Filter> = BTreeMap::new();
    let own = (0u16..).zip(&timeline.scans).filter(|(id, _)| !timeline.is_stranger(SourceId(*id)));
    for filter in own.flat_map(|(_, scan)| &scan.known.filters) {
        let known = known.entry(filter.name.to_lowercase()).or_insert_with(|| filter.clone());
        known.altitude = known.altitude.take().or_else(|| filter.altitude.clone());
        known.path = known.path.take().or_else(|| filter.path.clone());
        known.start = known.start.or(filter.start);
    }
    known.into_values().collect()
}

/// Adds what is said of a filter to the driver that it is.
fn add_filter(found: &mut Vec<Driver>, filter: &Filter) {
    // A list of fltmc tells the name of the service only. Its file is called so in all filters that were seen.
    let path = filter.path.clone().unwrap_or_else(|| format!("{}.sys", filter.name));
    let listed = Driver { path, altitude: filter.altitude.clone(), start: filter.start, ..Driver::default() };
    match found.iter_mut().find(|driver| driver.name().eq_ignore_ascii_case(listed.name())) {
        Some(known) => (known.altitude, known.start) = (listed.altitude, listed.start),
        None => found.push(listed),
    }
}
