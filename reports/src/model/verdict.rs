//! What failed: the verdict, its candidates and the chain back to the first cause.

use super::parts::{Span, Text, Time, open_enum, open_struct};

open_enum! {
    /// The result of the diagnosis.
    pub enum Outcome {
        /// One operation is named as the one that failed.
        FailingOperation = "failing_operation",
        /// The update failed, but no single operation explains it: see `verdict.missing`.
        FailureWithoutOperation = "failure_without_operation",
        /// The inputs show no failed update.
        NoFailure = "no_failure",
        /// The inputs do not show whether, or why, the update failed.
        NotEnoughEvidence = "not_enough_evidence",
    }

    /// How a fact is known.
    pub enum Trust {
        /// A record or a log line says so.
        Recorded = "recorded",
        /// Two sources agree, for instance in code, path and time.
        Correlated = "correlated",
        /// A rule or an order of events says so.
        Inferred = "inferred",
    }

    /// A phase of an update's reboot.
    pub enum Phase {
        /// Before the reboot: the component store is prepared.
        Staging = "staging",
        /// Shutdown processing by TrustedInstaller.
        Shutdown = "shutdown",
        /// The session manager's pending file renames.
        BootRenames = "boot-renames",
        /// poqexec.exe executes the primitive operations of pending.xml.
        BootPoq = "boot-poq",
        /// Startup processing: the driver operations queue.
        StartupDrivers = "startup-drivers",
        /// Startup processing: advanced installers.
        StartupInstallers = "startup-installers",
        /// The changes are undone.
        Rollback = "rollback",
        /// The sources do not say which phase it was.
        Unknown = "unknown",
    }

    /// How sure the diagnosis is.
    pub enum ConfidenceLevel {
        /// Several independent sources agree.
        High = "high",
        /// One source, or agreement that could be chance.
        Medium = "medium",
        /// The best of several possible readings.
        Low = "low",
    }
}

open_struct! {
    /// Where a fact comes from: an event, a log line, or a sentence that says why.
    pub struct Evidence {
        /// How this is known; absent if the owner's trust applies.
        pub trust: Option<Trust>,
        /// The input that holds it, as named in `inputs[].path`.
        pub source: String,
        /// Index of the event in that input, from 0.
        pub index: Option<u64>,
        /// Number of the log line in that input, from 1.
        pub line: Option<u64>,
        /// When it was recorded.
        pub time: Option<Time>,
        /// The sentence.
        pub text: Text,
    }

    /// One operation of one thread, as a trace recorded it.
    pub struct Operation {
        /// The input that recorded it, as named in `inputs[].path`.
        pub source: String,
        /// Index of the event in that input, from 0.
        pub index: Option<u64>,
        /// When it began.
        pub time: Option<Time>,
        /// How long it took.
        pub duration: Option<Span>,
        /// Name of the process, such as `poqexec.exe`.
        pub process: String,
        /// Process id.
        pub pid: Option<u32>,
        /// Thread id.
        pub tid: Option<u32>,
        /// Command line of the process.
        pub command_line: String,
        /// Image file of the process.
        pub image_path: String,
        /// Process Monitor's name of the operation, such as `SetRenameInformationFile`.
        pub operation: String,
        /// The file or the registry key.
        pub path: String,
        /// The second path of a rename or a hard link.
        pub target_path: String,
        /// Process Monitor's text of the status, such as `ACCESS DENIED`.
        pub result: String,
        /// NTSTATUS in hex, such as `0xC0000022`.
        pub status: String,
        /// The HRESULT that servicing makes of that status, such as `0x80070005`. Windows' table gives it, no record.
        pub hresult: String,
        /// Process Monitor's Detail column.
        pub detail: String,
    }

    /// The answer.
    pub struct Verdict {
        /// The result of the diagnosis.
        pub outcome: Option<Outcome>,
        /// The answer in one sentence.
        pub summary: Text,
        /// The phase in which it failed.
        pub phase: Option<Phase>,
        /// The code that servicing reported, in hex.
        pub hresult: String,
        /// Name of that code, such as `E_ACCESSDENIED`.
        pub hresult_name: String,
        /// How sure the diagnosis is, and why.
        pub confidence: Option<Confidence>,
        /// The operation that failed.
        pub failing_operation: Option<Operation>,
        /// If no operation is named: errors worth a look, the likeliest first, three at most. None of them is the answer.
        pub leads: Vec<Operation>,
        /// The thing whose absence is the cause, or what kept the diagnosis from an answer.
        pub missing: Option<Missing>,
        /// What to do, the best first.
        pub remedies: Vec<Remedy>,
        /// What was examined, one line each.
        pub covered: Vec<Text>,
        /// What was not or could not be examined, one line each.
        pub not_covered: Vec<Text>,
        /// The capture that would answer the open question.
        pub next_capture: Option<NextCapture>,
        /// Why an answer without a failure is not a plain OK: a damaged store, a pending restart.
        pub caution: Option<Text>,
    }

    /// How sure the diagnosis is.
    pub struct Confidence {
        /// As a word.
        pub level: Option<ConfidenceLevel>,
        /// How often names like the one that is given were wrong in calibration cases.
        pub measured: Option<Measured>,
        /// Why, the strongest first.
        pub reasons: Vec<Evidence>,
    }

    /// Calibration cases like this one. Their failing boots are synthetic.
    pub struct Measured {
        /// What they have in common with this one: what there was to judge by.
        pub situation: Text,
        /// Cases in which an operation was named, with at least the score of this one.
        pub named: u32,
        /// Those in which it was the wrong one.
        pub wrong: u32,
    }

    /// A cause that is an absence: a service that never answered, an event that never came.
    pub struct Missing {
        /// What is missing.
        pub what: Text,
        /// How that is known.
        pub evidence: Vec<Evidence>,
    }

    /// One thing to do.
    pub struct Remedy {
        /// The rule that says so, such as `BR-0007`.
        pub rule: String,
        /// In a few words.
        pub title: Text,
        /// In full.
        pub text: Text,
        /// The command that begins it, with the path or service of this case.
        pub command: String,
        /// Where it is documented.
        pub reference: String,
    }

    /// A capture that would record what is missing.
    pub struct NextCapture {
        /// What to capture and why.
        pub title: Text,
        /// The command that does it.
        pub command: String,
    }

    /// An operation that could be the failing one.
    pub struct Candidate {
        /// The operation: its fields stand beside the rank.
        #[serde(flatten)]
        pub operation: Operation,
        /// From 1, the best first.
        pub rank: Option<u32>,
        /// The sum of the features' scores.
        pub score: Option<f64>,
        /// What speaks for and against it.
        pub features: Vec<Feature>,
        /// Its call stack, if the trace has one: `module+0xoffset`, or the address if no module is listed there; the frames nearest to the operation come first.
        pub stack: Vec<String>,
        /// The driver or library of another product that started it, if its stack shows one: name, company, version.
        pub issuer: String,
        /// The part of servicing that asked for it, by its stack: `cbs`, `primitives`, `smi`, `driver-queue`, `installer`, `reporting`, or another word.
        pub servicing_part: String,
        /// The library of the installer that asked for it, by its stack.
        pub installer: String,
        /// Other products that the operation went through, by its stack: name, company, version.
        pub interferers: Vec<String>,
    }

    /// One reason for or against a candidate.
    pub struct Feature {
        /// Short stable name, such as `code-match`.
        pub name: String,
        /// What it adds to the candidate's score; negative if it speaks against it.
        pub score: Option<f64>,
        /// Why it applies here.
        pub text: Text,
    }

    /// One step from the rollback back to the first cause; the latest event comes first.
    pub struct ChainLink {
        /// Id of its node in `graph`; a causal edge (`caused`, `conflicts-with`) leads to it from the next link's.
        pub node: String,
        /// What happened.
        pub what: Text,
        /// When.
        pub time: Option<Time>,
        /// The time from this link to its consequence, which is the link before it in the list.
        pub duration: Option<Span>,
        /// How it is known.
        pub trust: Option<Trust>,
        /// Where it is recorded, or why it is inferred.
        pub evidence: Option<Evidence>,
    }
}
