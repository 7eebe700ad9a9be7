//! The options that choose events, the same for every command that has them.

use timeline::query::{Filter, FilterError};

/// Which events are meant.
#[derive(Debug, clap::Args)]
pub(crate) struct Choice {
    /// Only events for which this holds, for example 'result is "ACCESS DENIED"'; give it several times
    ///
    /// COLUMN is one of Process Monitor's, in lower case with hyphens: process-name, pid, operation, path, result, detail,
    /// event-class, duration, command-line, user, tid, category … RELATION is is, is-not, less-than, more-than,
    /// begins-with, ends-with, contains or excludes. Several on one column are alternatives, different columns must all
    /// hold, is-not and excludes exclude. Upper and lower case are the same.
    #[arg(long = "where", value_name = "COLUMN RELATION VALUE")]
    filters: Vec<String>,

    /// Only events from this moment on: 2024-10-02T15:58:05.5Z, a time of day, or +12.5s after the first event
    #[arg(long, value_name = "TIME")]
    from: Option<String>,

    /// Only events up to this moment
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
}

impl Choice {
    /// The filter that the options make.
    pub(crate) fn filter(&self) -> Result<Filter, FilterError> {
        Filter::parse(&self.filters)?.between(self.from.as_deref(), self.to.as_deref())
    }
}
