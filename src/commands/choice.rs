//! The options that choose events, the same for every command that has them.

use timeline::{
    FileTime,
    query::{Filter, FilterError},
};

use crate::lang;

/// Which events are meant.
#[derive(Debug, clap::Args)]
pub(crate) struct Choice {
    /// Only events that match, for example 'result is "ACCESS DENIED"'; give it several times
    ///
    /// COLUMN is one of Process Monitor's, as its heading or in lower case with hyphens: "Process Name" or
    /// process-name, pid, operation, path, result, detail, event-class, duration, command-line, user, tid, category …
    /// RELATION is is, is not, less than, more than, begins with, ends with, contains or excludes, with spaces or
    /// hyphens; or a sign: =, != and the two angle brackets. Several conditions on one column are alternatives.
    /// Conditions on different columns must all hold. Upper and lower case are the same. A result is a text, a status
    /// (0xC0000022) or its name; a duration has a unit (5ms).
    #[arg(long = "where", value_name = "COLUMN RELATION VALUE")]
    filters: Vec<String>,

    /// Only events from this moment on: @14.8s as the report prints it, +14.8s after the first event, a time of day
    /// (00:58:01+09:00), #1588 for the time of that event, or 2024-10-02T15:58:05.5Z
    #[arg(long, value_name = "TIME")]
    from: Option<String>,

    /// Only events up to this moment
    #[arg(long, value_name = "TIME")]
    to: Option<String>,

    /// Only events within a second of this moment, or within the span behind it: @14.8s, '#1588±500ms'
    #[arg(long, value_name = "TIME[±SPAN]", conflicts_with_all = ["from", "to"])]
    around: Option<String>,
}

impl Choice {
    /// The filter that the options make; `time` tells when an event was.
    pub(crate) fn filter(&self, time: impl Fn(u64) -> Option<FileTime>) -> anyhow::Result<Filter> {
        self.read(time).map_err(|error| in_words(&error))
    }

    fn read(&self, time: impl Fn(u64) -> Option<FileTime>) -> Result<Filter, FilterError> {
        let filter = Filter::parse(&self.filters)?;
        let mut filter = match &self.around {
            Some(moment) => filter.around(moment)?,
            None => filter.between(self.from.as_deref(), self.to.as_deref())?,
        };
        filter.set_event_times(time)?;
        Ok(filter)
    }
}

/// What is wrong with a filter, in the chosen language.
pub(super) fn in_words(error: &FilterError) -> anyhow::Error {
    anyhow::anyhow!(lang::of(&error.words()))
}
