//! Registry hives and exports: services, filter drivers, packages, what the component store notes.

use servicing_logs::{
    hive::Hive,
    registry::{self, RegExport, Registry},
};

use super::known::{Filter, Known, Package, ServiceFact};
use crate::{
    model::{Evidence, FileTime, Machine, Problem, StartType, Words},
    scan::Scan,
};

/// Reads a hive.
pub(crate) fn read_hive(bytes: &[u8]) -> Scan {
    let mut scan = Scan::default();
    match Hive::open(bytes) {
        Ok(hive) => {
            let census = hive.census();
            scan.events = census.reachable_keys;
            scan.bad = census.losses;
            scan.first_bad = census.lost.first().map(|(path, what)| format!("{path}: {what}"));
            if census.unreachable_keys > 0 {
                scan.known.problems.push(Problem {
                    what: format!("{} keys that no other key leads to", census.unreachable_keys),
                    offset: None,
                });
            }
            take(&hive, &mut scan.known);
        }
        Err(error) => {
            scan.bad = 1;
            scan.first_bad = Some(error.to_string());
        }
    }
    scan
}

/// Reads an export of regedit.
pub(crate) fn read_export(bytes: &[u8]) -> Scan {
    let mut scan = Scan::default();
    match RegExport::read(bytes) {
        Ok(export) => {
            scan.events = export.counts().keys;
            scan.bad = export.counts().malformed;
            take(&export, &mut scan.known);
        }
        Err(error) => {
            scan.bad = 1;
            scan.first_bad = Some(error.to_string());
        }
    }
    scan
}

fn take(registry: &impl Registry, known: &mut Known) {
    if let Some(system) = registry::system_state(registry) {
        let (name, zone) = (system.computer_name, system.time_zone.key_name);
        if name.is_some() || zone.is_some() {
            let machine = known.machine.get_or_insert_with(Machine::default);
            machine.name = name.unwrap_or_default();
            machine.time_zone = zone.unwrap_or_default();
        }
        for service in system.services {
            let start = service.start.and_then(|s| StartType::new(s.into()));
            if is_filter(&service) {
                known.filters.push(Filter {
                    name: service.name.clone(),
                    altitude: service.instances.first().and_then(|instance| instance.altitude.clone()),
                    path: service.image_path.clone(),
                    start,
                });
            }
            let Some(start) = start else { continue };
            let words = format!(r"{}\Services\{}: Start = {}", system.control_set, service.name, start as u8);
            known.services.push(ServiceFact {
                name: service.name,
                start: Some(start),
                state: None,
                failed: false,
                evidence: Evidence::said(Words::new(words.clone(), words)),
            });
        }
        known.problems.extend(system.damage.into_iter().map(|(path, what)| problem(&path, &what)));
    }
    if let Some(software) = registry::software_state(registry)
        && let Some(build) = software.build
    {
        let machine = known.machine.get_or_insert_default();
        machine.os = software.product_name.unwrap_or_default();
        machine.build = software.ubr.map_or(build.clone(), |ubr| format!("{build}.{ubr}"));
    }
    if let Some(cbs) = registry::cbs_state(registry) {
        for package in cbs.packages {
            let state = package.current_state.and_then(registry::package_state).unwrap_or("unknown");
            let mut row = Package::of(&package.identity, state.to_lowercase().replace(' ', "-"));
            row.install_time = package.install_time.map(|t| FileTime(t.0));
            known.packages.push(row);
        }
        known.problems.extend(cbs.damage.into_iter().map(|(path, what)| problem(&path, &what)));
    }
}

/// `Type` of a file system driver.
const FILE_SYSTEM_DRIVER: u32 = 2;
/// How the load order groups of filters begin, such as `FSFilter Anti-Virus`.
const FILTER_GROUPS: &str = "fsfilter";

/// Whether a service is a file system filter: it has instances, or its group says so.
fn is_filter(service: &registry::Service) -> bool {
    let in_group = || {
        let group = service.group.as_deref().unwrap_or_default().to_ascii_lowercase();
        service.kind == Some(FILE_SYSTEM_DRIVER) && group.starts_with(FILTER_GROUPS)
    };
    !service.instances.is_empty() || in_group()
}

fn problem(path: &str, what: &str) -> Problem {
    Problem { what: format!("{path}: {what}"), offset: None }
}
