//! The last test of `cargo test --workspace`. It says which tests did not run, for lack of real traces or other
//! programs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

fn main() {
    let lines = test_data::not_run();
    for line in &lines {
        println!("not run: {line}");
    }
    println!("{} tests did not run for lack of real traces or other programs", lines.len());
}
