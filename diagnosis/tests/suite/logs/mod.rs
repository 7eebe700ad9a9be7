//! Diagnosis from logs alone: what failed, and what to do.
mod cases;
mod common;
mod kinds;
mod near_misses;
mod real;
mod tools;
