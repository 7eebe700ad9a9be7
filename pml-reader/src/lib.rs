//! pml-reader
