//! What shells and `man` get: every command, option and value, as the shells themselves take it.

use std::{
    collections::BTreeSet,
    path::Path,
    process::{Command, Output},
};

fn bootrace(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bootrace")).args(args).output().unwrap()
}

fn script(shell: &str) -> String {
    let out = bootrace(&["completions", shell]);
    assert!(out.status.success() && out.stderr.is_empty());
    String::from_utf8(out.stdout).unwrap()
}

/// The commands as `--help` lists them.
fn commands() -> BTreeSet<String> {
    let help = String::from_utf8(bootrace(&["--help"]).stdout).unwrap();
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let lines = list.lines().take_while(|line| !line.is_empty());
    let names =
        lines.filter_map(|line| line.strip_prefix("  ")?.split_once("  ").map(|(name, _)| name.trim()));
    names.filter(|name| !name.is_empty() && *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_shell_knows_every_command() {
    assert!(commands().contains("report") && commands().contains("capture"));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = script(shell);
        for word in commands().iter().map(String::as_str).chain(["baseline", "profile"]) {
            assert!(script.contains(word), "{shell}: {word}");
        }
        assert_eq!(script, self::script(shell), "{shell}: the same again");
    }
    assert_eq!(bootrace(&["completions", "csh"]).status.code(), Some(2));
}

/// What bash offers after these words.
fn bash_offers(script: &Path, words: &[&str]) -> BTreeSet<String> {
    let ask = r#"
        . "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
        _bootrace bootrace "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let out =
        Command::new("bash").args(["--norc", "-c", ask, "bash"]).arg(script).args(words).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().split_whitespace().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_options_and_values() {
    if cfg!(windows) {
        test_data::record("bash", false, || "bash is asked on other systems".to_owned());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bootrace.bash");
    std::fs::write(&path, script("bash")).unwrap();
    if !test_data::program("bash", &["--version"]) {
        return;
    }
    let offered = bash_offers(&path, &["bootrace", ""]);
    assert!(commands().is_subset(&offered), "{offered:?}");
    let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(bash_offers(&path, &["bootrace", "ex"]), set(&["explain"]));
    assert_eq!(bash_offers(&path, &["bootrace", "report", "--base"]), set(&["--baseline"]));
    assert_eq!(bash_offers(&path, &["bootrace", "report", "--lang", ""]), set(&["en", "zh-CN"]));
    assert_eq!(bash_offers(&path, &["bootrace", "report", "--format", "per"]), set(&["perfetto"]));
}

#[test]
fn there_is_a_manual_page_for_each_command() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    let write = || {
        assert!(bootrace(&["man", pages.to_str().unwrap()]).status.success());
        let names = std::fs::read_dir(&pages).unwrap().map(|entry| entry.unwrap().path());
        names.map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect::<Vec<_>>()
    };
    let mut first = write();
    first.sort();
    let names: BTreeSet<String> =
        first.iter().map(|(path, _)| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    for command in commands() {
        assert!(names.contains(&format!("bootrace-{command}.1")), "{command}: {names:?}");
    }
    let report = &first.iter().find(|(path, _)| path.ends_with("bootrace-report.1")).unwrap().1;
    for word in [
        "\\-\\-baseline",
        "Possible values",
        ".SH EXAMPLES\n.nf\n  bootrace report boot.pml",
        "Exit codes",
        ".fi",
    ] {
        assert!(report.contains(word), "{word}");
    }
    if test_data::program("groff", &["--version"]) {
        let out = Command::new("groff")
            .args(["-man", "-Tutf8", "-ww", "-rLL=130n"])
            .arg(pages.join("bootrace-report.1"))
            .output()
            .unwrap();
        let problems = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(out.status.success() && problems.is_empty(), "{problems}");
        let example =
            "bootrace report boot.pml                      verdict, and boot.pml-report/ beside the log";
        assert!(String::from_utf8_lossy(&out.stdout).contains(example));
    }
    let mut again = write();
    again.sort();
    assert!(first == again, "the same again");
    // Where it could not be written, the folder is named.
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let out = bootrace(&["man", file.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8(out.stderr).unwrap().contains("file cannot be written"));
}

/// Whoever reads `--help` sees how the command is used.
#[test]
fn every_help_has_examples() {
    let of = |args: &[&str]| String::from_utf8(bootrace(&[args, &["--help"]].concat()).stdout).unwrap();
    for command in commands() {
        assert!(of(&[&command]).contains("Examples"), "{command}");
    }
    for part in ["plan", "arm", "status", "collect", "disarm", "live"] {
        let help = of(&["capture", part]);
        assert!(help.contains(&format!("Examples:\n  bootrace capture {part}")), "{help}");
    }
}
