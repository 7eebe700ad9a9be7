//! The command line in Chinese: the system's language chooses, `--lang` overrides.

use std::process::Command;

/// Standard output and standard error together, and the exit code.
fn run(locale: &str, arguments: &[&str]) -> (String, Option<i32>) {
    let folder = tempfile::tempdir().unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_bootrace"))
        .args(arguments)
        .current_dir(folder.path())
        .env("LC_ALL", locale)
        .output()
        .unwrap();
    let text = [out.stdout, out.stderr].concat();
    (String::from_utf8(text).unwrap(), out.status.code())
}

const CHINESE: &str = "zh_CN.UTF-8";

#[test]
fn help_speaks_the_language_of_the_system_or_of_the_option() {
    for arguments in [&["--help"][..], &["report", "--help"], &["capture", "arm", "-h"], &["help", "events"]]
    {
        let (chinese, code) = run(CHINESE, arguments);
        assert!(chinese.contains("用法：bootrace") && !chinese.contains("Usage:"), "{chinese}");
        assert_eq!(code, Some(0));
        assert!(run("C", arguments).0.contains("Usage: bootrace"), "{arguments:?}");
    }
    assert!(run("C", &["report", "--help", "--lang", "zh"]).0.contains("用法："));
    assert!(run(CHINESE, &["--lang", "en", "report", "--help"]).0.contains("Usage:"));
}

#[test]
fn mistakes_are_told_in_the_language_of_the_system() {
    let (unknown, code) = run(CHINESE, &["report", "a.pml", "--formt", "png"]);
    assert!(unknown.starts_with("错误：没有参数 --formt") && unknown.contains("--format"), "{unknown}");
    assert_eq!(code, Some(2));
    let (absent, code) = run(CHINESE, &["convert", "no.pml", "-o", "new.pml"]);
    assert!(absent.starts_with("bootrace: no.pml 无法读取"), "{absent}");
    assert_eq!(code, Some(2));
    let (nothing, _) = run(CHINESE, &["report", "no.pml"]);
    assert!(nothing.contains("提供的内容都无法读取"), "{nothing}");
    let cargo = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let (other, _) = run(CHINESE, &["report", cargo]);
    assert!(other.contains("Cargo.toml：bootrace 无法将此文本识别为服务堆栈日志"), "{other}");
    let (plan, code) = run(CHINESE, &["capture", "plan"]);
    assert!(plan.contains("提示：") || plan.contains("未检查出错的计算机"), "{plan}");
    assert_eq!(code, Some(0));
}

#[test]
fn headings_of_help_end_with_the_colon_of_chinese() {
    for arguments in [&["--help"][..], &["report", "--help"], &["events", "--help"], &["fleet", "--help"]] {
        let (help, _) = run(CHINESE, arguments);
        for heading in ["选项：", "用法："] {
            assert!(help.contains(heading), "{arguments:?} lacks {heading}: {help}");
        }
        let half = help.lines().find(|line| ["选项:", "参数:", "命令:"].contains(line));
        assert_eq!(half, None, "{arguments:?}");
        assert!(!help.contains("Print this message"), "{help}");
    }
    assert!(run(CHINESE, &["report", "--help"]).0.contains("参数：\n  <INPUT>..."));
}

const SAMPLE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/sample-traces/samples/driver-queue-access-denied.pml");

#[test]
fn wrong_filters_are_told_in_the_language_of_the_option() {
    for (arguments, said, expected) in [
        (&["--where", "reslt is x"][..], "没有名为 \"reslt\" 的列；是否为 result？", 2),
        (&["--where", "result is NOPE"], "没有操作会返回结果 \"NOPE\"", 2),
        (&["--from", "@2s", "--to", "@1s"], "--from @2s 晚于 --to @1s；请对调", 2),
        (&["--columns", "nosuch"], "没有名为 \"nosuch\" 的列", 2),
        (&["--utc-offset", "99"], "99 不是时区偏移", 2),
        (&["--around", "#999999"], "不是此日志中的时间", 2),
        (&["--where", "operation is RegSetValu"], "没有名为 \"RegSetValu\" 的操作；是否为 RegSetValue？", 2),
        (&["--where", "event class is Registri"], "没有事件类 \"Registri\"", 2),
        (
            &["--where", "process name is TiWorkr.exe"],
            "没有事件的 process-name 为 tiworkr.exe；是否为 TiWorker.exe？",
            0,
        ),
        (&["--from", "@9999s"], "没有匹配的事件：日志的时间范围为 2024-10-02T15:57:49", 0),
    ] {
        let arguments = [&["events", SAMPLE, "--lang", "zh_CN"], arguments].concat();
        let (text, code) = run("C", &arguments);
        assert!(text.contains(said), "{arguments:?}: {text}");
        assert_eq!(code, Some(expected), "{arguments:?}");
    }
}

#[test]
fn a_report_that_cannot_be_written_is_told_once_after_the_verdict() {
    let (text, code) =
        run("C", &["report", SAMPLE, "-o", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml/x")]);
    let (verdict, error) = text.split_once("\nbootrace: ").unwrap();
    assert!(verdict.contains("FAILED") && error.contains("Cargo.toml/x cannot be written: "), "{text}");
    assert_eq!(error.matches("os error").count(), 1, "{error}");
    assert_eq!(code, Some(2));
    let (text, _) =
        run(CHINESE, &["report", SAMPLE, "-o", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml/x")]);
    assert!(text.contains("Cargo.toml/x 无法写入: "), "{text}");
}

#[test]
fn codes_are_explained_in_chinese() {
    for (code, said) in [
        ("拒绝访问", "中文消息      拒绝访问。"),
        ("0xC1900101-0x30018", "(Windows 安装程序：阶段 FIRST_BOOT，操作 SYSPREP)"),
        ("-2147024891", "HRESULT 0x80070005  E_ACCESSDENIED"),
        ("0x80d02002", "传递优化"),
        ("0xc000021a", "winlogon.exe、csrss.exe 或 smss.exe"),
        ("nosuchthing", "nosuchthing：不是数字"),
    ] {
        let (text, _) = run(CHINESE, &["explain", "--", code]);
        assert!(text.contains(said), "{code}: {text}");
        assert!(!text.contains("Meaning") && !text.contains("Verified"), "{text}");
    }
}

/// `2>&1 | head` closes standard error before the program ends.
#[cfg(unix)]
#[test]
fn a_closed_standard_error_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_bootrace"))
        .args(["report", SAMPLE, "-o", "x"])
        .current_dir(folder.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
