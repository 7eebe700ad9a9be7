//! The events of the Windows Update client, which every log of an update client is turned into.

/// The provider of the events.
pub(crate) const PROVIDER: &str = "Microsoft-Windows-WindowsUpdateClient";

/// An update was installed.
pub(crate) const INSTALLED: u32 = 19;
/// An update could not be installed.
pub(crate) const FAILED: u32 = 20;
/// An update waits for a restart.
pub(crate) const RESTART_REQUIRED: u32 = 21;
/// An update could not be removed.
pub(crate) const REMOVAL_FAILED: u32 = 24;
/// The search for updates failed.
pub(crate) const SEARCH_FAILED: u32 = 25;
/// Whether an update applies could not be found out. The client writes no event of it, so it has a number that none has.
pub(crate) const EVALUATION_FAILED: u32 = 0;
/// A download failed.
pub(crate) const DOWNLOAD_FAILED: u32 = 31;
