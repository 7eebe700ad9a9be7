//! Arming, disarming and collecting on a machine in memory; the real one's tests are in `tests/windows.rs`.

mod arm;
mod collect;
mod fake;
mod power;
mod stand_in;
mod status;
