//! README's commands, run as they stand there, on the samples.

use std::{
    io::{Cursor, Write as _},
    path::Path,
    process::Command,
};

/// Commands that change a machine or need one.
const ELSEWHERE: &[&str] = &["capture", "completions", "man"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder in which the files lie that README names.
fn case() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let samples = root().join("sample-traces/samples");
    let files = [
        ("driver-queue-access-denied.pml", "boot.pml"),
        ("driver-queue-access-denied.CBS.log", "CBS.log"),
        ("same-case/good.pml", "good.pml"),
        ("same-case/boot.etl", "boot.etl"),
        ("same-case/Procmon.pmb", "Procmon.pmb"),
    ];
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (from, to) in files {
        let bytes = std::fs::read(samples.join(from)).unwrap();
        if matches!(to, "boot.pml" | "CBS.log") {
            zip.start_file(to, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&bytes).unwrap();
        }
        std::fs::write(folder.path().join(to), bytes).unwrap();
    }
    let bundle = zip.finish().unwrap().into_inner();
    std::fs::create_dir(folder.path().join("bundles")).unwrap();
    for name in ["case-4711.zip", "PC-4711.zip", "0904.zip", "1102.zip", "bundles/PC-4711.zip"] {
        std::fs::write(folder.path().join(name), &bundle).unwrap();
    }
    if let Some(log) = test_data::bytes("logs/System.evtx") {
        std::fs::write(folder.path().join("System.evtx"), log).unwrap();
    }
    folder
}

/// The commands in the blocks of a page, each with what the page says it prints: the lines below one that begins with `$`.
fn commands(page: &str) -> Vec<(String, Option<String>)> {
    let mut commands: Vec<(String, Option<String>)> = Vec::new();
    let blocks = page.split("\n```").skip(1).step_by(2);
    for block in blocks {
        for line in block.lines().skip(1) {
            let (shown, line) = match line.strip_prefix("$ ") {
                Some(line) => (true, line),
                None => (false, line),
            };
            match (line.strip_prefix("bootrace "), commands.last_mut()) {
                (Some(command), _) => commands.push((command.to_owned(), shown.then(String::new))),
                (None, Some((_, Some(output)))) => output.push_str(&format!("{line}\n")),
                _ => {}
            }
        }
        // What follows the block is no output of its last command.
        commands.push((String::new(), None));
    }
    commands.retain(|(command, _)| !command.is_empty());
    commands
}

/// The words of a command, as a shell takes them; what follows a pipe is another program's.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in command.split(" | ").next().unwrap().chars() {
        match (c, words.last_mut()) {
            ('"', _) => quoted = !quoted,
            (' ', _) if !quoted => words.push(String::new()),
            (c, Some(word)) => word.push(c),
            (_, None) => {}
        }
    }
    words
}

/// The words of each line: columns stand under one another in a terminal, and behind commas in a pipe.
fn cells(text: &str) -> Vec<Vec<&str>> {
    text.lines().map(|line| line.split([' ', ',']).filter(|cell| !cell.is_empty()).collect()).collect()
}

fn run(page: &str, lang: &str, least: usize) {
    let folder = case();
    let commands = commands(&std::fs::read_to_string(root().join(page)).unwrap());
    let here = |words: &[String]| {
        !ELSEWHERE.contains(&words[0].as_str()) && !words.iter().any(|w| w.contains(":\\"))
    };
    let mut ran = 0;
    for (command, shown) in commands {
        let words = words(&command);
        if !here(&words) {
            continue;
        }
        let out = Command::new(env!("CARGO_BIN_EXE_bootrace"))
            .args(&words)
            .current_dir(folder.path())
            .env("NO_COLOR", "1")
            .env("LC_ALL", lang)
            .output()
            .unwrap();
        let (stdout, stderr) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        let lacks_log =
            words.iter().any(|word| word == "System.evtx") && !folder.path().join("System.evtx").exists();
        let expected = match () {
            () if lacks_log => 2,
            () if words.iter().any(|word| word == "--exit-code") => 1,
            () => 0,
        };
        assert_eq!(out.status.code(), Some(expected), "{page}: bootrace {command}\n{stderr}");
        if let Some(shown) = shown {
            let printed = if stdout.is_empty() { stderr } else { stdout };
            let (printed, mut shown) = (cells(&printed), cells(&shown));
            // A page may show the beginning only, and then ends in "…".
            let part = shown.pop_if(|line| line == &["…"]).is_some();
            let compared = if part { printed.len().min(shown.len()) } else { printed.len() };
            assert_eq!(printed[..compared], shown, "{page}: bootrace {command}");
        }
        ran += 1;
    }
    assert!(ran >= least, "{page}: {ran} commands ran");
}

#[test]
fn the_commands_of_readme_run_as_they_stand() {
    run("README.md", "en_US.UTF-8", 18);
}

#[test]
fn the_commands_of_the_chinese_readme_run_as_they_stand() {
    run("README.zh-CN.md", "zh_CN.UTF-8", 18);
}

/// The verdict that a page shows first is what its first command prints.
#[test]
fn both_pages_show_the_verdict_that_their_first_command_prints() {
    for (page, lang) in [("README.md", "en"), ("README.zh-CN.md", "zh-CN")] {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        let command = text.lines().find_map(|line| line.strip_prefix("cargo run --release -- ")).unwrap();
        let shown = text.split("\n```").find(|block| block.trim_start().starts_with("SRV-970DE")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let out = Command::new(env!("CARGO_BIN_EXE_bootrace"))
            .args(words(command))
            .args(["-o", folder.path().to_str().unwrap()])
            .current_dir(root())
            .env("NO_COLOR", "1")
            .env("LC_ALL", lang)
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(out.stdout).unwrap().trim(), shown.trim(), "{page}");
    }
}

/// Both pages tell the same: section by section, command by command.
#[test]
fn both_pages_have_the_same_commands_and_as_many_sections() {
    let [english, chinese] =
        ["README.md", "README.zh-CN.md"].map(|page| std::fs::read_to_string(root().join(page)).unwrap());
    let sections = |page: &str| page.lines().filter(|line| line.starts_with("## ")).count();
    assert_eq!(sections(&english), sections(&chinese));
    // A note is in the page's language.
    let plain = |page: &str| -> Vec<String> {
        let commands = commands(page).into_iter().map(|(command, _)| command);
        commands.map(|command| command.split(" --note ").next().unwrap().to_owned()).collect()
    };
    assert_eq!(plain(&english), plain(&chinese));
    assert!(plain(&english).len() >= 20);
}
