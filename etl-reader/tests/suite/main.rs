//! The reader and the writer of ETW traces, from outside.

mod damage;
mod describe;
mod dissect;
mod expected;
mod names;
mod payloads;
mod support;
mod writer;
