//! The last test of `cargo test --workspace`. It says which tests did not run, for lack of real traces or other
//! programs.

fn main() {
    let lines = test_data::not_run();
    for line in &lines {
        println!("not run: {line}");
    }
    println!("{} tests did not run for lack of real traces or other programs", lines.len());
}
