//! Turns the tables under `data/` into sorted static arrays.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=build.rs");
    let text = fs::read_to_string("data/procmon.tsv").expect("data/procmon.tsv");
    let mut rows: Vec<(u32, &str)> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let mut cells = line.split('\t');
            let code = cells.next().and_then(|cell| cell.strip_prefix("0x")).expect("a code");
            (u32::from_str_radix(code, 16).expect("a hex code"), cells.next().expect("a text"))
        })
        .collect();
    rows.sort_unstable();
    let mut out = String::new();
    writeln!(out, "pub(crate) static PROCMON: [(u32, &str); {}] = {rows:?};", rows.len()).unwrap();
    let dir = env::var_os("OUT_DIR").expect("OUT_DIR");
    fs::write(Path::new(&dir).join("tables.rs"), out).expect("tables.rs");
}
