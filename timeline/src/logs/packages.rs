//! Lists of packages, as DISM prints them.

use servicing_logs::{
    LogText,
    dism::{self, PackageState},
};

use super::known::Package;
use crate::scan::Scan;

pub(crate) fn read(bytes: &[u8]) -> Scan {
    let text = LogText::new(bytes);
    let mut scan = Scan::default();
    let summary = dism::read_packages(&text, |package| {
        let state = match package.state {
            PackageState::Unknown => package.state_text.to_string(),
            state => state_word(state).to_owned(),
        };
        scan.known.packages.push(Package::of(&package.identity, state));
    });
    scan.events = summary.packages;
    scan
}

fn state_word(state: PackageState) -> &'static str {
    match state {
        PackageState::NotPresent => "absent",
        PackageState::UninstallPending => "uninstall-pending",
        PackageState::Staged => "staged",
        PackageState::Removed => "removed",
        PackageState::Installed => "installed",
        PackageState::InstallPending => "install-pending",
        PackageState::Superseded => "superseded",
        PackageState::PartiallyInstalled => "partially-installed",
        PackageState::Unknown => "unknown",
    }
}
