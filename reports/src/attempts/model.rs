//! Attempts side by side as data: what `bootrace compare --format json` prints. It follows the rules of the report.

use crate::model::parts::{Text, Time, open_struct};
use crate::model::{Outcome, Signature, Tool};

open_struct! {
    /// Attempts side by side.
    pub struct AttemptsReport {
        /// What made the comparison.
        pub tool: Tool,
        /// What the attempts have in common, in one sentence.
        pub says: Text,
        /// The attempts, in the order in which they were given.
        pub cases: Vec<AttemptCase>,
        /// What failed in all of them.
        pub shared: Vec<AttemptThing>,
        /// What failed in some of them, in most attempts first.
        pub some: Vec<AttemptThing>,
        /// What changed between them.
        pub changed: Vec<AttemptChange>,
    }

    /// An attempt.
    pub struct AttemptCase {
        /// Its name: the input as it was given.
        pub name: String,
        /// Computer name.
        pub machine: String,
        /// Build and revision.
        pub build: String,
        /// The result of its diagnosis.
        pub outcome: Option<Outcome>,
        /// What happened.
        pub headline: Text,
        /// When its failing boot began.
        pub began: Option<Time>,
        /// What identifies its cause.
        pub signature: Option<Signature>,
    }

    /// Something that failed.
    pub struct AttemptThing {
        /// What it is: `object`, `lead`, `operation`, `code`, `component`, `installer`, `driver`, `service`, `module`, or another word.
        pub kind: String,
        /// The same for people.
        pub title: Text,
        /// The thing, as the first attempt has it.
        pub value: String,
        /// The record or line that says so in the first attempt.
        pub evidence: Text,
        /// The attempts in which it failed.
        pub cases: Vec<String>,
    }

    /// A state that differs.
    pub struct AttemptChange {
        /// What it is: `windows`, `package`, `service`, `driver`, or another word.
        pub kind: String,
        /// The same for people.
        pub title: Text,
        /// Its name.
        pub name: String,
        /// Its value in each attempt.
        pub values: Vec<AttemptValue>,
    }

    /// A value in an attempt.
    pub struct AttemptValue {
        /// The attempt.
        pub case: String,
        /// The value; absent where the attempt's inputs do not have it.
        pub value: String,
    }
}
