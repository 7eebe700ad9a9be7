//! The tables of codes, from outside.

mod collected_codes;
mod conversions;
mod explaining;
mod procmon_exports;
mod support;
