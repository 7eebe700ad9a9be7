//! Diagnosis from logs alone: what failed, and what to do.
mod before_restart;
mod cases;
mod clients;
mod common;
mod excerpts;
mod kinds;
mod mixed;
mod near_misses;
mod posts;
mod real;
mod services;
mod settled;
mod tools;
