//! What DISM leaves: dism.log, and the output of its commands, such as lists of packages. sfc's output is read here too.

mod health;
mod log;
mod packages;
mod states;

pub use health::{Checked, Health, StatedHealth, last_health};
pub use log::{DismMessage, DismStep, read_log};
pub(crate) use packages::is_dism_output;
pub use packages::{ListedError, ListedPackage, PackageIdentity, PackageListSummary, read_packages};
pub use states::PackageState;
