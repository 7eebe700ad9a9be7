//! Relations between a column and a value.

/// How a column is held against a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Relation {
    Is,
    IsNot,
    LessThan,
    MoreThan,
    BeginsWith,
    EndsWith,
    Contains,
    Excludes,
}

/// The relations by name, Process Monitor's with hyphens.
pub(super) const RELATIONS: &[(&str, Relation)] = &[
    ("is", Relation::Is),
    ("is-not", Relation::IsNot),
    ("less-than", Relation::LessThan),
    ("more-than", Relation::MoreThan),
    ("begins-with", Relation::BeginsWith),
    ("ends-with", Relation::EndsWith),
    ("contains", Relation::Contains),
    ("excludes", Relation::Excludes),
];
