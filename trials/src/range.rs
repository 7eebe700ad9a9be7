//! A range of seeds on the command line.

use std::ops::Range;

/// Parses `100..104`.
pub(crate) fn parse(text: &str) -> Result<Range<u64>, String> {
    let wrong = || format!("invalid range {text:?}: expected FROM..TO, such as 100..104");
    let (from, to) = text.split_once("..").ok_or_else(wrong)?;
    Ok(from.parse().map_err(|_| wrong())?..to.parse().map_err(|_| wrong())?)
}
