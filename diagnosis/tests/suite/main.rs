//! The diagnosis, on made sources and real logs.

mod logs;
mod providers;
mod stacks;
