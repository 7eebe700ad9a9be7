#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod capture;
mod case;
mod gather;
pub mod graph;
mod logs;
mod model;
mod notes;
mod object_name;
mod parts;
mod paths;
mod progress;
pub mod query;
mod scan;
mod sources;
mod strangers;
mod timeline;
mod twice;
mod watch;

pub use case::{Case, CaseError, Input, NOTES, Need, Unpacking};
pub use gather::{Done, Gather};
pub use logs::{
    CommandFact, Damage, DamageKind, Fact, Filter, InstallerRun, Known, LocalClock, LocalTicks, LogLine,
    Offset, Package, PackageFact, Plan, Primitive, ServiceFact, SessionFact, Stage, Step, Tool, ToolFact,
    UNNAMED_INSTALLER, UpdateStep,
};
pub use model::*;
pub use notes::{Notes, Servicing};
pub use object_name::{bare_path, fold, is_short_path_of, object_name};
pub use parts::Parts;
pub use paths::{Paths, above};
pub use progress::Progress;
pub use scan::{Caveat, FailureGroup, Kept, PhaseSpan, Scan, Silence};
pub use servicing_logs::bundle::SNIFF_BYTES;
pub use servicing_logs::cbs::{Object, PackageChangeKind, Part, Repair, Restart, ServiceEnd, SessionStep};
pub use servicing_logs::dism::{Checked, Health};
pub use servicing_logs::event_log::SECURE_BOOT_UPDATE;
pub use sources::{
    Source,
    import::ImportSource,
    log::LogKind,
    pml::{PmlSource, open_log},
};
pub use timeline::Timeline;
pub use watch::{Mark, TOLD_SERVICES};
