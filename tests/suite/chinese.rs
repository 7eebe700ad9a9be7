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
