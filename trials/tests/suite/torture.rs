//! A short campaign of damage. Nothing panics, hangs or takes memory, and the records of a damaged log are found.

use std::process::Command;

fn torture(more: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_trials")).arg("torture").args(more).output().unwrap()
}

#[test]
fn damaged_files_of_every_kind_end_in_a_report() {
    let out = torture(&["--cases", "120", "--seed", "77", "--deadline", "120"]);
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(out.status.success(), "{text}{}", String::from_utf8_lossy(&out.stderr));
    assert!(text.contains("120 files: 0 hangs, 0 processes that died, 0 beyond"), "{text}");
    let shares = |kind: &str| -> f64 {
        let row = text.lines().find(|line| line.starts_with(&format!("| {kind} |"))).unwrap();
        row.split('|').nth(6).unwrap().trim().trim_end_matches('%').trim().parse().unwrap()
    };
    for (kind, least) in [("PML", 95.0), ("PML, not closed", 95.0), ("PMB", 80.0), ("XML", 95.0)] {
        assert!(shares(kind) > least, "{kind}: {text}");
    }
}

#[test]
fn the_same_seed_makes_the_same_files() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str| {
        let to = folder.path().join(name);
        let out = torture(&["--cases", "40", "--seed", "5", "--write", to.to_str().unwrap()]);
        assert!(out.status.success());
        let mut files: Vec<_> = std::fs::read_dir(&to).unwrap().map(|e| e.unwrap().path()).collect();
        files.sort();
        files.iter().map(|f| std::fs::read(f).unwrap()).collect::<Vec<_>>()
    };
    let (one, two) = (read("one"), read("two"));
    assert!(one.len() > 20 && one == two);
}
