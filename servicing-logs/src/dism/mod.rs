//! What DISM leaves: dism.log, and the package lists that `dism /online /get-packages` prints.

mod log;
mod packages;

pub use log::{DismCounts, DismMessage, read_log};
pub use packages::{
    ListedPackage, PackageIdentity, PackageListSummary, PackageState, STATE_WORDS, read_packages,
};
