//! The words by which lines of the update client are known: tables.

use crate::update_client::{DOWNLOAD_FAILED, FAILED, INSTALLED, SEARCH_FAILED};

/// Events of ReportingEvents.log, by the name in brackets, and the client's number.
pub(super) const REPORTED: &[(&str, u32)] = &[
    ("AGENT_INSTALLING_SUCCEEDED", INSTALLED),
    ("AGENT_INSTALLING_FAILED", FAILED),
    ("AGENT_DOWNLOAD_FAILED", DOWNLOAD_FAILED),
    ("AGENT_DETECTION_FAILED", SEARCH_FAILED),
];

/// The same events by their numbers, as the older client copies its report into WindowsUpdate.log.
pub(super) const NUMBERED: &[(&str, u32)] =
    &[("183", INSTALLED), ("182", FAILED), ("161", DOWNLOAD_FAILED), ("148", SEARCH_FAILED)];

/// Parts of messages of WindowsUpdate.log that state a failing result, what follows them being the code.
pub(super) const STATED: &[(&str, u32)] = &[
    ("CBS called Error with ", FAILED),
    ("installerError=1, hr=", FAILED),
    ("resultMapped=", FAILED),
    ("Installer completed. Process return code = ", FAILED),
    ("Exit code = ", FAILED),
    ("to local path = ", DOWNLOAD_FAILED),
    ("Error: 0x", DOWNLOAD_FAILED),
    ("WARNING: Failed to synchronize, error = ", SEARCH_FAILED),
    ("Exit code from search = ", SEARCH_FAILED),
    ("self-update check returned ", SEARCH_FAILED),
    ("SyncUpdates_WithRecovery failed.: ", SEARCH_FAILED),
    ("failed Searching for update with error ", SEARCH_FAILED),
    ("Send request failed, hr:", SEARCH_FAILED),
    ("SendRequestToServerForFileInformation failed with ", SEARCH_FAILED),
    (" hit a transient error, updateId = ", DOWNLOAD_FAILED),
    (" occurred while downloading update", DOWNLOAD_FAILED),
];

/// Results whose code stands before the words: `*FAILED* [80244019] Error occurred while downloading update …`.
pub(super) const FAILED_WITH: &[(&str, u32)] = &[
    ("Error occurred while downloading update ", DOWNLOAD_FAILED),
    // The handler that installs packages through servicing.
    ("Method failed [Cbs", FAILED),
    ("Method failed [CUHCbs", FAILED),
    ("Method failed [UHCbs", FAILED),
    ("SyncUpdates_WithRecovery failed", SEARCH_FAILED),
    ("Send request", SEARCH_FAILED),
    ("Web service call", SEARCH_FAILED),
    ("SyncUpdates failed", SEARCH_FAILED),
    ("WinHttp: SendRequestToServerForFileInformation", SEARCH_FAILED),
    ("Initialization failed for Protocol Talker Context", SEARCH_FAILED),
];

/// The number of the report that an installation begins.
pub(super) const BEGUN: &str = "181";
/// What says that a search could not find out whether an update applies.
pub(super) const EVALUATES: [&str; 2] =
    ["Failed to evaluate Installed rule, ", "Failed to evaluate Installable rule, "];
/// Steps that the client tries again by itself.
pub(super) const TRIED_AGAIN: [&str; 3] =
    ["transient error", "Send request", "SendRequestToServerForFileInformation"];
/// Lines that tell that a search or a download went well.
pub(super) const GOES_WELL: [&str; 4] = [
    "categories in search",
    "Exit code = 0x00000000",
    "completed successfully, updateId",
    "Download Call Complete",
];

/// What begins and ends a search, within which an exit code is that of the search.
pub(super) const SEARCH: [&str; 2] = ["* START * Finding updates", "* END * Finding updates"];
/// What names the update that is being installed.
pub(super) const UPDATE_IDS: [&str; 3] = ["updateId = {", "/ReportId {", "idUpdate={"];

/// Components of the client, by which a line is known whose time was left out.
pub(super) const COMPONENTS: &[&str] = &[
    "Agent",
    "AU",
    "ComApi",
    "COMAPI",
    "DownloadManager",
    "DnldMgr",
    "Handler",
    "Misc",
    "ProtocolTalker",
    "PT",
    "Service",
    "Setup",
    "SLS",
    "Shared",
    "IdleTimer",
    "Report",
    "WuTask",
    "EP",
    "DtaStor",
    "DataStore",
];
/// Words of a line within which its component stands.
pub(super) const MAX_HEAD_WORDS: usize = 7;

/// How lines begin that were quoted without their time.
pub(super) const UNTIMED: &[&str] = &[
    "*FAILED* [8",
    "Windows failed to download from http",
    "*Download finished* -> [Results]",
    "*Install finished* -> [Results]",
    "Agent ",
    "COMAPI ",
    "DownloadManager ",
    "Handler ",
    "ProtocolTalker ",
    "PT ",
];
