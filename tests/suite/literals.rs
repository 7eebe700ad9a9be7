//! Status codes have names. A bare number in the code is refused.

use std::path::{Path, PathBuf};

/// Files that may hold bare codes: the names' own crate, a table of data, help texts over several lines.
const TABLES: &[&str] =
    &["status-codes/", "sample-traces/src/scenarios.rs", "src/commands/explain.rs", "src/words/"];

#[test]
fn no_code_is_a_bare_number() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    rust_files(root, root, &mut files);
    assert!(files.len() > 300, "{} files were found", files.len());
    let mut bare = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(root.join(&file)).unwrap_or_default();
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in (1..).zip(text.lines()) {
            bare.extend(codes(line).map(|code| format!("{}:{number}: {code}", file.display())));
        }
    }
    assert!(bare.is_empty(), "name these in status-codes (status or results):\n{}", bare.join("\n"));
}

#[test]
fn a_bare_number_is_found() {
    let found = |line| codes(line).collect::<Vec<_>>();
    assert_eq!(found("let denied = 0xC000_0022;"), ["0xC000_0022"]);
    assert_eq!(found("if code == 0x80070002 {"), ["0x80070002"]);
    assert_eq!(found("text(\"0x80070002\"); // 0xC0000022"), [""; 0]);
    assert_eq!(found("mask & 0x8000_0000 | 0xC019_0000"), [""; 0]);
}

/// The files of the crates' sources, without their tests, examples and benches.
fn rust_files(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let relative = path.strip_prefix(root).unwrap_or(&path);
        let inside = relative.to_string_lossy().replace('\\', "/");
        if TABLES.iter().any(|table| format!("{inside}/").starts_with(table)) {
            continue;
        }
        if path.is_dir() {
            let is_source =
                ["target", "tests", "examples", "benches", "fuzz"].iter().all(|other| name != *other);
            if is_source && !name.to_string_lossy().starts_with('.') {
                rust_files(root, &path, files);
            }
        } else if path.extension().is_some_and(|end| end == "rs") && name != "tests.rs" && name != "build.rs"
        {
            files.push(relative.to_owned());
        }
    }
}

/// The numbers of a line that are status codes: of eight digits, with the upper half of a failure, and a lower half.
fn codes(line: &str) -> impl Iterator<Item = &str> {
    let code = line.split("//").next().unwrap_or_default();
    let outside = code.split('"').step_by(2);
    outside.flat_map(|part| part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')).filter(|word| {
        let digits = word.strip_prefix("0x").unwrap_or_default().replace('_', "");
        let number = u32::from_str_radix(&digits, 16).unwrap_or(0);
        let upper = number >> 16;
        let is_upper = matches!(upper, 0x8000 | 0x4001 | 0xC000..=0xC0FF) || matches!(upper, 0x8003..=0x80FF);
        digits.len() == 8 && is_upper && number & 0xFFFF != 0
    })
}
