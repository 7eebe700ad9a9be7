//! What several tests make or need.

pub(crate) mod made;

pub(crate) use test_data::bytes as data;
