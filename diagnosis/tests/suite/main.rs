//! The diagnosis, on synthetic sources and real logs.

mod logs;
mod providers;
mod stacks;
