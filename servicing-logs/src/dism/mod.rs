//! What DISM leaves: dism.log, and the output of its commands, such as lists of packages.

mod log;
mod packages;
mod states;

pub use log::{DismMessage, DismStep, read_log};
pub(crate) use packages::is_dism_output;
pub use packages::{ListedPackage, PackageIdentity, PackageListSummary, read_packages};
pub use states::PackageState;
