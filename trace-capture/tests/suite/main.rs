//! Arming, disarming and collecting on a machine in memory; the real one's tests are in `tests/windows.rs`.

mod arm;
mod fake;
mod power;
