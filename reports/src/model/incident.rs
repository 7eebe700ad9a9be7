//! The incident: which update failed in which boot, how it ended, and what stood in its way.

use super::parts::{Text, Time, open_enum, open_struct};
use super::{Evidence, Trust};

open_enum! {
    /// Kinds of updates.
    pub enum UpdateKind {
        /// A cumulative update.
        Cumulative = "cumulative",
        /// A servicing stack update.
        ServicingStack = "servicing-stack",
        /// An update of .NET.
        DotNet = "dot-net",
        /// Any other update.
        Update = "update",
    }

    /// How a failed update ended.
    pub enum Ending {
        /// It was rolled back.
        RolledBack = "rolled-back",
        /// It failed before the restart: nothing had to be rolled back.
        NotInstalled = "not-installed",
        /// What was to be removed is still there: that failed before the restart.
        NotRemoved = "not-removed",
        /// Its operations are still pending.
        Pending = "pending",
    }

    /// What stood in the update's way.
    pub enum CulpritKind {
        /// A service that servicing needs is disabled.
        ServiceDisabled = "service-disabled",
        /// A library that is not Windows' own is loaded into a servicing process.
        LibraryInside = "library-inside",
        /// Another process holds the file open.
        FileHolder = "file-holder",
        /// A service did not answer.
        ServiceNoAnswer = "service-no-answer",
    }
}

open_struct! {
    /// The incident in facts, and its headline.
    pub struct Incident {
        /// Consequence and cause in one sentence.
        pub headline: Text,
        /// Whether the headline says what the first sentence of the summary says. It is for the renderers: the JSON has
        /// both texts whole.
        #[serde(skip)]
        pub headline_says_summary: bool,
        /// The update that failed.
        pub update: Option<Update>,
        /// When the failing boot began. If no restart was needed: when the session that failed began.
        pub boot_start: Option<Time>,
        /// The last known time of that boot or session.
        pub boot_end: Option<Time>,
        /// How the update ended.
        pub ending: Option<Ending>,
        /// When that was.
        pub ending_time: Option<Time>,
        /// Where the ending is recorded.
        pub ending_evidence: Option<Evidence>,
        /// What stood in the update's way, the surest first.
        pub culprits: Vec<Culprit>,
        /// Why it failed: the cause that the best rule names, and what else points to it.
        pub why: Vec<Evidence>,
    }

    /// An update, as servicing names its package.
    pub struct Update {
        /// Full identity of its package.
        pub identity: String,
        /// `KB` number.
        pub kb: String,
        /// Version of the package.
        pub version: String,
        /// What kind of update it is.
        pub kind: Option<UpdateKind>,
        /// Where it is named.
        pub evidence: Option<Evidence>,
    }

    /// Something that stood in the update's way.
    pub struct Culprit {
        /// What kind of thing it is.
        pub kind: Option<CulpritKind>,
        /// The service, the library or the process.
        pub name: String,
        /// The process that a library is loaded into.
        pub process: String,
        /// How it is known.
        pub trust: Option<Trust>,
        /// What shows it.
        pub evidence: Option<Evidence>,
    }
}
