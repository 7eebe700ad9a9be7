//! Writes Process Monitor configurations (PMC): the filter and the highlighting that an engineer loads beside a log.
//!
//! A configuration is a sequence of records, one for each setting. A record has the size of the record, size of its
//! head (16), size of head and name, size of the data, all in 32 bits. Then come the name in UTF-16 with its zero,
//! and the data. The layout is that of the Python package procmon-parser. Its reader accepts the files. Process
//! Monitor was not at hand. A setting that the file lacks is left as it is. So a filter changes no columns and no
//! fonts.

use crate::{Column, Relation};

/// A line of Process Monitor's filter dialog.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PmcRule {
    /// The column.
    pub column: Column,
    /// How it is compared with the value.
    pub relation: Relation,
    /// The value, of at most [`PmcRule::MAX_VALUE`] UTF-16 units; what is beyond is cut.
    pub value: String,
    /// Whether such events are shown, or hidden.
    pub include: bool,
}

impl PmcRule {
    /// The longest value in UTF-16 units: no path of Windows is longer.
    pub const MAX_VALUE: usize = 32_767;

    /// Shows events whose column has exactly this value.
    pub fn include(column: Column, value: impl Into<String>) -> Self {
        Self { column, relation: Relation::Is, value: value.into(), include: true }
    }

    fn push(&self, out: &mut Vec<u8>) {
        push_u32(out, column_id(self.column));
        push_u32(out, self.relation as u32);
        out.push(u8::from(self.include));
        let value = utf16z(&self.value);
        push_u32(out, length(&value));
        out.extend_from_slice(&value);
        push_u32(out, self.value.parse().unwrap_or(0));
        push_u32(out, 0);
    }
}

/// The bytes of a configuration that sets the filter and the highlighting, and nothing else.
#[must_use]
pub fn write_pmc(filter: &[PmcRule], highlight: &[PmcRule]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, rules) in [("FilterRules", filter), ("HighlightRules", highlight)] {
        let mut data = vec![1];
        push_u32(&mut data, u32::try_from(rules.len()).unwrap_or(u32::MAX));
        rules.iter().for_each(|rule| rule.push(&mut data));
        push_record(&mut out, name, &data);
    }
    out
}

fn push_record(out: &mut Vec<u8>, name: &str, data: &[u8]) {
    const HEAD: u32 = 16;
    let name = utf16z(name);
    let before_data = HEAD + length(&name);
    for size in [before_data + length(data), HEAD, before_data, length(data)] {
        push_u32(out, size);
    }
    out.extend_from_slice(&name);
    out.extend_from_slice(data);
}

fn push_u32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

/// A length in 32 bits. Values are bounded, and their count is the caller's: no file of rules comes near.
fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

/// UTF-16 with its zero; a zero inside would end the value early, and ends it here.
fn utf16z(text: &str) -> Vec<u8> {
    let units = text.encode_utf16().take_while(|unit| *unit != 0).take(PmcRule::MAX_VALUE);
    units.chain([0]).flat_map(u16::to_le_bytes).collect()
}

/// Process Monitor's number of a column.
fn column_id(column: Column) -> u32 {
    match column {
        Column::DateAndTime => 40052,
        Column::ProcessName => 40053,
        Column::Pid => 40054,
        Column::Operation => 40055,
        Column::Result => 40056,
        Column::Detail => 40057,
        Column::Sequence => 40058,
        Column::Company => 40064,
        Column::Description => 40065,
        Column::CommandLine => 40066,
        Column::User => 40067,
        Column::ImagePath => 40068,
        Column::Session => 40069,
        Column::Path => 40071,
        Column::Tid => 40072,
        Column::RelativeTime => 40076,
        Column::Duration => 40077,
        Column::TimeOfDay => 40078,
        Column::Version => 40081,
        Column::EventClass => 40082,
        Column::AuthenticationId => 40083,
        Column::Virtualized => 40084,
        Column::Integrity => 40085,
        Column::Category => 40086,
        Column::ParentPid => 40087,
        Column::Architecture => 40088,
        Column::CompletionTime => 40164,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_hold_their_sizes() {
        let bytes = write_pmc(&[PmcRule::include(Column::Pid, "708")], &[]);
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        // FilterRules: 16 bytes of head, 24 of name, 5 before the rule, 29 of rule.
        assert_eq!([word(0), word(4), word(8), word(12)], [16 + 24 + 34, 16, 16 + 24, 34]);
        assert_eq!(bytes[40..45], [1, 1, 0, 0, 0]);
        assert_eq!((word(45), word(49), bytes[53], word(54)), (40054, 0, 1, 8));
        assert_eq!(bytes[58..66], [b'7', 0, b'0', 0, b'8', 0, 0, 0]);
        assert_eq!((word(66), word(70)), (708, 0));
        // HighlightRules: no rule.
        assert_eq!([word(74), word(78), word(82), word(86)], [16 + 30 + 5, 16, 16 + 30, 5]);
        assert_eq!(bytes.len(), 74 + 51);
    }

    #[test]
    fn a_value_ends_at_its_zero_and_at_its_bound() {
        assert_eq!(utf16z("a\0b"), [b'a', 0, 0, 0]);
        assert_eq!(utf16z(&"x".repeat(40_000)).len(), 2 * 32_768);
    }
}
