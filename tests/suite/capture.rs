//! `bootrace capture` from the outside: the plan on any system, clear refusals, help that teaches.

use std::process::Command;

fn bootrace(args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bootrace")).arg("capture").args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_plan_prints_everywhere_and_names_every_change() {
    let (code, out, err) = bootrace(&[
        "plan",
        "--procmon",
        r"D:\Procmon64.exe",
        "--accept-eula",
        "--boots",
        "3",
        "--auto-collect",
    ]);
    assert_eq!((code, err.as_str()), (0, ""));
    for part in [
        "next 3 boots",
        r"HKLM\SYSTEM\CurrentControlSet\Control\WMI\Autologger\bootrace-file",
        "keywords 0x1CF0",
        "EventIds [15, 16]",
        "keywords 0x7744",
        "/EnableBootLogging",
        "FileMax 5",
        "FlushTimer 30",
        "altitude 40500",
        "20 minutes after each start",
        "undo",
        "journal.jsonl",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    let steps =
        out.lines().filter(|l| l.trim_start().split('.').next().is_some_and(|n| n.parse::<u32>().is_ok()));
    let undone = out.lines().filter(|l| l.starts_with("    undo"));
    assert_eq!(steps.count(), undone.count(), "each step says how it is undone");
}

#[test]
fn the_plan_speaks_chinese() {
    let (code, out, err) = bootrace(&[
        "plan",
        "--procmon",
        r"D:\Procmon64.exe",
        "--accept-eula",
        "--auto-collect",
        "--lang",
        "zh-CN",
    ]);
    assert_eq!((code, err.as_str()), (0, ""));
    let is_chinese = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c);
    // The values of a key are the registry's words.
    let is_key = |line: &&str| {
        ["REG_DWORD", "FlushTimer", "Filters:"].iter().any(|word| line.trim_start().starts_with(word))
    };
    for line in out.lines().filter(|line| !line.trim().is_empty() && !is_key(line)) {
        assert!(line.chars().any(is_chinese), "{line}");
    }
    let (code, _, err) = bootrace(&["plan", "--boots", "16", "--lang", "zh-CN"]);
    assert_eq!((code, err.trim_end()), (2, "bootrace: --boots 16：请给出 1 到 15 之间的数字"));
}

#[test]
fn the_plan_as_json_holds_the_same_steps() {
    let (code, out, _) = bootrace(&["plan", "--json", "--kernel"]);
    assert_eq!(code, 0);
    assert_eq!(out.matches("\"do\": \"write-key\"").count(), 4);
    assert!(out.contains("\"do\": \"start-session\""));
}

#[test]
fn the_plan_as_scripts_names_the_same_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("scripts");
    let (code, out, err) = bootrace(&["plan", "--format", "cmd", "-o", to.to_str().unwrap()]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(out.lines().count(), 4);
    for name in ["arm.cmd", "status.cmd", "collect.cmd", "disarm.cmd"] {
        let text = std::fs::read_to_string(to.join(name)).unwrap();
        assert!(text.starts_with("@echo off\r\n") && text.contains("bootrace-registry"), "{name}");
    }
    let (code, out, _) = bootrace(&["plan", "--format", "cmd", "-o", to.to_str().unwrap(), "--lang", "zh"]);
    assert_eq!((code, out.lines().count()), (0, 4));
    for (name, said) in
        [("arm.cmd", "采集已启用"), ("collect.cmd", "已收集到 %OUT%"), ("disarm.cmd", "已还原。")]
    {
        let text = std::fs::read_to_string(to.join(name)).unwrap();
        assert!(text.starts_with("@echo off\r\n") && text.contains(said), "{name}: {text}");
    }
    let (code, _, err) = bootrace(&["plan", "--format", "cmd"]);
    assert_eq!(code, 2);
    assert!(err.contains("--output"), "{err}");
}

#[test]
fn bad_options_say_what_is_wrong() {
    let (code, _, err) = bootrace(&["plan", "--boots", "16"]);
    assert_eq!(code, 2);
    assert!(err.contains("1 to 15"), "{err}");
    let (code, _, err) = bootrace(&["plan", "--procmon", "x", "--offline", r"D:\Windows"]);
    assert_eq!(code, 2);
    assert!(err.contains("--offline"), "{err}");
}

#[cfg(not(windows))]
#[test]
fn only_windows_can_be_armed() {
    for args in [&["arm"][..], &["status"], &["collect"], &["disarm"], &["live", "--", "whoami"]] {
        let (code, out, err) = bootrace(args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}");
        assert_eq!(err.lines().count(), 1, "{err}");
        assert!(err.contains("Windows only") && err.contains("capture plan"), "{err}");
    }
}

#[test]
fn the_help_shows_the_way_through() {
    let (code, out, _) = bootrace(&["--help"]);
    assert_eq!(code, 0);
    let places: Vec<_> = ["capture arm ", "capture status", "capture collect", "capture disarm"]
        .iter()
        .map(|part| out.rfind(part).unwrap_or_else(|| panic!("{part}: {out}")))
        .collect();
    assert!(places.is_sorted(), "in the order in which they are run: {out}");
}
