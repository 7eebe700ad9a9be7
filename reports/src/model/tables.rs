//! What was seen: phases, services, processes, packages, findings, failures, evidence, graph, comparison.

use super::parts::{Span, Text, Time, open_enum, open_struct};
use super::verdict::{Evidence, Phase, Trust};

open_enum! {
    /// How a process is related to the update.
    pub enum ProcessRole {
        /// It services Windows: poqexec.exe, TiWorker.exe, TrustedInstaller.exe and the like.
        Servicing = "servicing",
        /// It touched an object that servicing needed.
        Interferer = "interferer",
        /// It hosts a service that the update needs.
        ServiceHost = "service-host",
    }

    /// How severe a finding is.
    pub enum Severity {
        /// It explains the failure.
        Cause = "cause",
        /// It is wrong, and may be related to the failure.
        Warning = "warning",
        /// Worth knowing.
        Note = "note",
        /// As it should be.
        Ok = "ok",
    }

    /// Why a row stands in the evidence table.
    pub enum Relation {
        /// It is the failing operation.
        Failing = "failing",
        /// It touches the same path.
        SamePath = "same-path",
        /// It uses the same handle.
        SameHandle = "same-handle",
        /// The same thread did it.
        SameThread = "same-thread",
        /// A log line about the failure.
        Log = "log",
        /// It happened at about the same time.
        Nearby = "nearby",
    }

    /// What a node of the graph stands for.
    pub enum NodeKind {
        /// An operation.
        Operation = "operation",
        /// A file, a registry key, a package.
        Object = "object",
        /// A process.
        Process = "process",
        /// A service.
        Service = "service",
        /// A line of a log.
        LogLine = "log-line",
        /// A phase or an outcome, such as the rollback.
        Phase = "phase",
    }

    /// How a row of the comparison differs.
    pub enum Difference {
        /// Only the failing boot has it.
        OnlyInBad = "only-in-bad",
        /// Only the good boot has it.
        OnlyInGood = "only-in-good",
        /// Both have it, with different results.
        DifferentResult = "different-result",
        /// The failing boot took longer.
        Slower = "slower",
        /// Both read it, with different data.
        DifferentData = "different-data",
    }

    /// What a difference is worth.
    pub enum DifferenceWeight {
        /// It may be related to the failure.
        Telling = "telling",
        /// Healthy boots differ in such things as well.
        Minor = "minor",
        /// It follows from the failure: it lies in the rollback, or was never reached.
        Consequence = "consequence",
    }
}

open_struct! {
    /// A phase of one boot.
    pub struct PhaseSpan {
        /// Which phase.
        pub name: Option<Phase>,
        /// Number of the boot in the capture, from 1.
        pub boot: Option<u32>,
        /// Begin.
        pub start: Option<Time>,
        /// End; absent if the phase did not end within the capture.
        pub end: Option<Time>,
        /// How begin and end are known.
        pub trust: Option<Trust>,
        /// What marks them.
        pub evidence: Option<Evidence>,
    }

    /// A stretch without events, or with lost events.
    pub struct Gap {
        /// Begin.
        pub start: Option<Time>,
        /// End.
        pub end: Option<Time>,
        /// The input that has the gap.
        pub source: String,
        /// Events lost, if the source counts them.
        pub lost: Option<u64>,
        /// What it is: a wait, a reboot, lost events, an end of capture.
        pub what: Text,
        /// The process that waits; empty if the whole input has the gap.
        pub process: String,
        /// Its id.
        pub pid: Option<u32>,
    }

    /// A service that the update needs, or that was examined.
    pub struct Service {
        /// Short name, such as `AppXSvc`.
        pub name: String,
        /// Display name.
        pub display_name: String,
        /// Start type: `boot`, `system`, `automatic`, `manual`, `disabled`.
        pub start_type: String,
        /// Its states in order of time.
        pub states: Vec<ServiceState>,
        /// What that means for the update, and why.
        pub assessment: Text,
        /// How severe the assessment is.
        pub severity: Option<Severity>,
    }

    /// A state of a service from a point in time on.
    pub struct ServiceState {
        /// Since when.
        pub time: Option<Time>,
        /// `stopped`, `start-pending`, `running`, `stop-pending`, or another word.
        pub state: String,
        /// How it is known.
        pub trust: Option<Trust>,
        /// Where it is recorded, or why it is inferred.
        pub evidence: Option<Evidence>,
    }

    /// A process that matters here.
    pub struct Process {
        /// Process id.
        pub pid: Option<u32>,
        /// Process id of the parent. Windows reuses ids: the parent is the last process with that id that began before.
        pub parent: Option<u32>,
        /// Name, such as `TiWorker.exe`.
        pub name: String,
        /// Command line.
        pub command_line: String,
        /// Image file.
        pub image_path: String,
        /// How it is related to the update.
        pub role: Option<ProcessRole>,
        /// Begin; absent if it ran before the capture.
        pub start: Option<Time>,
        /// End; absent if it kept running.
        pub end: Option<Time>,
        /// Exit status in hex.
        pub exit_status: String,
        /// Events of this process in the traces.
        pub events: Option<u64>,
        /// Events whose status is a failure.
        pub failures: Option<u64>,
    }

    /// A driver of a company other than Microsoft, or a file system filter that a hive or `fltmc` lists. Its being loaded says nothing against it.
    pub struct Driver {
        /// File name.
        pub name: String,
        /// Path of the image.
        pub path: String,
        /// Company in its version resource; absent if it names none.
        pub company: String,
        /// File version.
        pub version: String,
        /// How many candidates have it in their call stack.
        pub candidates: Option<u64>,
        /// Altitude of a file system filter, as a hive or `fltmc` lists it.
        pub altitude: String,
        /// How a hive sets it to start: `boot`, `system`, `automatic`, `manual`, `disabled`.
        pub start_type: String,
        /// True if a trace lists it as loaded.
        pub loaded: bool,
    }

    /// A package of the update.
    pub struct Package {
        /// Full identity.
        pub identity: String,
        /// Knowledge base number, such as `KB5041578`.
        pub kb: String,
        /// Version.
        pub version: String,
        /// State: `installed`, `superseded`, `absent`, `install-pending`, `staged`, or another word.
        pub state: String,
        /// When it was installed.
        pub install_time: Option<Time>,
    }

    /// A rule that holds.
    pub struct Finding {
        /// The rule, such as `BR-0007`.
        pub rule: String,
        /// How severe it is.
        pub severity: Option<Severity>,
        /// In one sentence.
        pub title: Text,
        /// What to do.
        pub action: Text,
        /// Where it is documented.
        pub reference: String,
        /// What it rests on.
        pub evidence: Vec<Evidence>,
    }

    /// What could not be read, and what follows from it.
    pub struct Coverage {
        /// The input.
        pub input: String,
        /// What was read, or could not be.
        pub what: Text,
        /// How many.
        pub count: Option<u64>,
        /// Offset in the input, in bytes.
        pub offset: Option<u64>,
        /// What follows for the answer; absent if nothing does.
        pub consequence: Text,
    }

    /// A row of the evidence table: an event or a log line around the failure, in order of time.
    pub struct EvidenceRow {
        /// Why it stands here.
        pub relation: Option<Relation>,
        /// When.
        pub time: Option<Time>,
        /// How long it took.
        pub duration: Option<Span>,
        /// The input that recorded it.
        pub source: String,
        /// Index of the event in that input, from 0.
        pub index: Option<u64>,
        /// Number of the log line in that input, from 1.
        pub line: Option<u64>,
        /// Process name.
        pub process: String,
        /// Process id.
        pub pid: Option<u32>,
        /// Thread id.
        pub tid: Option<u32>,
        /// Operation.
        pub operation: String,
        /// Path.
        pub path: String,
        /// Second path of a rename or a hard link.
        pub target_path: String,
        /// Process Monitor's text of the status.
        pub result: String,
        /// NTSTATUS in hex.
        pub status: String,
        /// Detail; for a log line its text.
        pub detail: String,
        /// Why it matters; of a line, why what failed there is settled.
        pub note: Text,
        /// Why such a failure is ordinary; absent if it is not.
        pub benign: Text,
        /// Its call stack, as in a candidate.
        pub stack: Vec<String>,
    }

    /// Equal failures, counted.
    pub struct FailureGroup {
        /// Process name.
        pub process: String,
        /// Operation.
        pub operation: String,
        /// Process Monitor's text of the status.
        pub result: String,
        /// NTSTATUS in hex.
        pub status: String,
        /// How many.
        pub count: Option<u64>,
        /// Path of the first of them.
        pub example_path: String,
        /// When the first happened.
        pub first: Option<Time>,
        /// When the last happened.
        pub last: Option<Time>,
        /// Why they are ordinary; absent if they are not.
        pub benign: Text,
    }

    /// Events and failures over time.
    pub struct Histogram {
        /// Begin of the first bin.
        pub start: Option<Time>,
        /// Width of a bin.
        pub bin: Option<Span>,
        /// Events in each bin.
        pub events: Vec<u64>,
        /// Failures in each bin.
        pub failures: Vec<u64>,
    }

    /// The operations, objects, processes, services and log lines around the failure.
    pub struct Graph {
        /// How many of the nodes, from the first on, lie around the failure. These are drawn, at most 40.
        pub near: Option<u64>,
        /// The nodes, those nearest to the failure first.
        pub nodes: Vec<GraphNode>,
        /// The edges.
        pub edges: Vec<GraphEdge>,
    }

    /// A node of the graph.
    pub struct GraphNode {
        /// Name that the edges use.
        pub id: String,
        /// What it stands for.
        pub kind: Option<NodeKind>,
        /// Text in the box.
        pub label: Text,
        /// A second line: a path, a result.
        pub detail: String,
        /// When, if it has a time.
        pub time: Option<Time>,
        /// How it is known.
        pub trust: Option<Trust>,
        /// Where it is recorded.
        pub evidence: Option<Evidence>,
        /// True for the failing operation.
        pub failing: bool,
    }

    /// An edge of the graph.
    pub struct GraphEdge {
        /// Id of the node that it leaves.
        pub from: String,
        /// Id of the node that it enters.
        pub to: String,
        /// What the first is to the second: `performed-by`, `on`, `to`, `during`, `spawned`, `hosts`, `names`, `precedes`, `retries`, `resolves`, `conflicts-with`, `waits-for`, `reported-by`, `caused`.
        pub kind: String,
        /// How it is known.
        pub trust: Option<Trust>,
        /// Where it is recorded, or why it is inferred.
        pub evidence: Option<Evidence>,
    }

    /// The failing boot compared with a good one.
    pub struct Compare {
        /// The good boot's inputs.
        pub baseline: String,
        /// True if an update failed in the good boot too. Then it does not show what is harmless.
        pub baseline_failed: bool,
        /// What the two were aligned on.
        pub aligned_on: Text,
        /// What the good boot says about the failing operation.
        pub says: Text,
        /// Differences that may be related to the failure. They come first among the rows.
        pub telling: Option<u64>,
        /// All differences that were found.
        pub total: Option<u64>,
        /// Operations that the comparison had no room for.
        pub left_out: u64,
        /// Registry values and properties of files that both boots read.
        pub data_compared: Option<u64>,
        /// Of them, those that differ and say nothing: they vary within one boot, or are times, ids or counters, or belong to another version.
        pub data_noise: Option<u64>,
        /// Data that the comparison had no room for.
        pub data_left_out: u64,
        /// The differences: the telling ones first, then those of data, then by phase and time.
        pub rows: Vec<CompareRow>,
    }

    /// One difference.
    pub struct CompareRow {
        /// How it differs.
        pub difference: Option<Difference>,
        /// What that is worth.
        pub weight: Option<DifferenceWeight>,
        /// In which phase.
        pub phase: Option<Phase>,
        /// Process name; absent for phases and services.
        pub process: String,
        /// Operation, or `phase`, `service`, `pause`.
        pub operation: String,
        /// The file or key, the service, the command line, or the event before a pause.
        pub path: String,
        /// Result, data or duration in the good boot; absent if it has none.
        pub good: String,
        /// The same in the failing boot.
        pub bad: String,
        /// When the failing boot did it.
        pub time: Option<Time>,
        /// The input that recorded it.
        pub source: String,
        /// Index of the event in that input, from 0.
        pub index: Option<u64>,
    }

    /// Rows that exist but are not in this report.
    pub struct Omission {
        /// The list that was cut, by its key in this report.
        pub section: String,
        /// Rows in this report.
        pub shown: Option<u64>,
        /// Rows that exist.
        pub total: Option<u64>,
        /// The command that shows the rest.
        pub command: String,
    }
}

impl Graph {
    /// The nodes around the failure; all, where the report does not tell which.
    pub(crate) fn near(&self) -> &[GraphNode] {
        let near = self.near.and_then(|near| usize::try_from(near).ok()).unwrap_or(self.nodes.len());
        self.nodes.get(..near.min(self.nodes.len())).unwrap_or(&self.nodes)
    }
}
