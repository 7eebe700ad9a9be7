//! How a fact in the tables is known.

/// Whether a fact was compared with Windows or Process Monitor itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verified {
    /// Taken from Microsoft's own data, or compared with what Windows or Process Monitor does.
    Yes,
    /// From one source, or by a rule that was not seen at work for this code.
    Partial,
    /// Not in any table: the number alone is known.
    No,
}

impl Verified {
    /// `yes`, `partial` or `no`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Partial => "partial",
            Self::No => "no",
        }
    }
}

/// How a name, a conversion or a text is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Evidence {
    /// Whether it was verified.
    pub verified: Verified,
    /// By what, or why not.
    pub source: &'static str,
}

const fn yes(source: &'static str) -> Evidence {
    Evidence { verified: Verified::Yes, source }
}

const fn partial(source: &'static str) -> Evidence {
    Evidence { verified: Verified::Partial, source }
}

pub(crate) static WINDOWS_METADATA: Evidence = yes("constant in Microsoft's Windows metadata");
pub(crate) static SERVICING_STACK_BOTH: Evidence = yes("printed by both servicing stack versions compared");
pub(crate) static SERVICING_STACK_NEWER: Evidence =
    partial("printed by the newer of two servicing stack versions compared");
pub(crate) static SERVICING_STACK_OLDER: Evidence =
    partial("printed by the older of two servicing stack versions compared");
pub(crate) static MAPPED_ON_WINDOWS: Evidence =
    yes("RtlNtStatusToDosError on Windows, by Wine's conformance test");
pub(crate) static MAPPED_BY_NAME: Evidence = partial("matched by name only; no table of Windows seen");
pub(crate) static MAPPED_BY_RULE: Evidence = yes("one code is made of the other by definition");
pub(crate) static RPC_LOW_WORD: Evidence = partial("low word of an HRESULT of facility RPC");
pub(crate) static PROCMON_EXPORT: Evidence = yes("Process Monitor's own export of a log");
pub(crate) static PROCMON_READERS: Evidence =
    partial("table of a reader of its format; not seen in an export");
pub(crate) static PROCMON_UNLISTED: Evidence = partial("no text in any table, so printed as a number");
pub(crate) static NOT_IN_TABLES: Evidence =
    Evidence { verified: Verified::No, source: "not in the tables; only the number is known" };
