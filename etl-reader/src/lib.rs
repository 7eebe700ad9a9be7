//! etl-reader
