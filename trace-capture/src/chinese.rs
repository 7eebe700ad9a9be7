//! Errors in Chinese.

use std::io::ErrorKind;

use crate::error::CaptureError;

/// What errors say could not be done, and what to do about it.
const WORDS: &[(&str, &str)] = &[
    ("copy", "复制"),
    ("create", "创建"),
    ("create the folder", "创建文件夹"),
    ("delete", "删除"),
    ("enable any provider", "启用任何提供程序"),
    ("find the Windows folder", "找到 Windows 文件夹"),
    ("find the boot log", "找到启动日志"),
    ("find the current user", "确定当前用户"),
    ("list", "列出"),
    ("load the SYSTEM hive of the offline Windows", "加载脱机 Windows 的 SYSTEM 配置单元"),
    ("look at", "查看"),
    ("open", "打开"),
    ("protect", "保护"),
    ("read", "读取"),
    ("rename", "重命名"),
    ("rename to", "重命名为"),
    ("restrict the search for DLLs", "限制 DLL 的搜索范围"),
    ("the boot log", "启动日志"),
    ("write", "写入"),
    (
        "a policy may forbid tasks; after the restart run `bootrace capture collect` by hand",
        "策略可能禁止计划任务；请在重启后手动运行 `bootrace capture collect`",
    ),
    ("delete the task by hand in the Task Scheduler", "请在任务计划程序中手动删除该任务"),
    (
        "bootrace needs Windows 10 or Server 2016 and later",
        "bootrace 需要 Windows 10 或 Server 2016 及更高版本",
    ),
    (
        "its log may not be whole; the raw Procmon.pmb is collected too",
        "其日志可能不完整；原始的 Procmon.pmb 也会打包",
    ),
    ("restart and try again", "请重启后重试"),
    (
        "run as administrator; check that no other program has it loaded and that the volume is writable",
        "请以管理员身份运行，并确认没有其他程序加载它，且该卷可写",
    ),
    ("sign out and in again", "请注销后重新登录"),
    (
        "the driver did not run in this boot, or another Process Monitor took the log; the ETW traces are collected",
        "此次启动中驱动程序没有运行，或日志已被另一个 Process Monitor 取走；ETW 跟踪会照常打包",
    ),
    (
        "the raw Procmon.pmb is collected; convert it with Process Monitor on another machine",
        "原始的 Procmon.pmb 会打包；请在另一台计算机上用 Process Monitor 转换",
    ),
    ("armed", "已启用采集"),
    ("half armed", "采集只启用了一部分"),
];

fn word(english: &str) -> &str {
    WORDS.iter().find(|(en, _)| *en == english).map_or(english, |(_, zh)| zh)
}

impl CaptureError {
    /// The error in Chinese: what, which object, why, and what to do next.
    #[must_use]
    pub fn chinese(&self) -> String {
        match self {
            Self::NotWindows => "采集只能在 Windows 上进行；在此可用 `bootrace capture plan` 查看它会做什么：请在出错的计算机上运行 bootrace.exe".to_owned(),
            Self::NotAdministrator => "没有以管理员身份运行：打开“开始”菜单，输入 cmd，选择“以管理员身份运行”，再运行同一命令".to_owned(),
            Self::Blocked(why) => format!("未启用，没有做任何更改：{}", why.join("；")),
            Self::AlreadyArmed { state } => format!("此计算机{}：`bootrace capture status` 可查看情况，`bootrace capture disarm` 可还原全部更改", word(state)),
            Self::NotArmed => "此计算机未启用采集：请先运行 `bootrace capture arm`，或加 `--unarmed` 打包".to_owned(),
            Self::Io { what, path, source } => format!("无法{} {path}：{source}：{}", word(what), advice_io(source)),
            Self::Planted { path } => format!("{path} 是链接或目录联接，bootrace 以管理员身份运行时不跟随：请查看它指向何处，删除后重试"),
            Self::ForeignFolder { path } => format!("{path} 已存在，其所有者既不是 Administrators 也不是 SYSTEM：请删除后重试"),
            Self::Registry { what, key, why } => format!("无法{} {key}：{why}：请以管理员身份运行；若仍然失败，则该注册表项受策略或安全产品保护", word(what)),
            Self::Etw { session, what, code } => format!("ETW 会话 {session}：无法{}：错误 {code}：{}", word(what), advice_etw(*code)),
            Self::Start { program, source } => format!("无法启动 {program}：{source}：请确认文件存在，且没有被策略阻止"),
            Self::Exit { program, code, advice } => format!("{program} 结束，退出代码 {code}：{}", word(advice)),
            Self::TimedOut { program, seconds, advice } => format!("{program} 在 {seconds} 秒内没有结束，已被终止：{}", word(advice)),
            Self::BootLogNotArmed { outcome, why } => format!("Process Monitor 未能启用启动日志（{outcome}；{why}）：可能有看不到的窗口在等待回答，或策略、安全产品禁止其驱动程序：请手动启动并关闭一次 Process Monitor，再运行 disarm 和 arm；仅用 ETW 也能采集该次启动"),
            Self::NotTrusted { program, why } => format!("没有运行 {program}：{why}：请从其厂商重新获取，再次 arm"),
            Self::OfflineWindows { what } => format!("脱机 Windows 中的 {} 予以保留：不会运行该磁盘上的任何程序；请启动该 Windows，在其中运行 `bootrace capture disarm`", word(what)),
            Self::ForeignPlace { name } => format!("{name} 不是 bootrace 使用的位置：写有它的日志或采集包不是由 bootrace 写入的"),
            Self::Services(why) => format!("无法读取服务：{why}：请以管理员身份运行，并确认 RPC 服务正在运行"),
            Self::NotRestored(what) => format!("未能全部还原：{}：已保留日志，解决后请再次运行 `bootrace capture disarm`", what.join("；")),
            Self::Bundle { path, why } => format!("无法写入采集包 {path}：{why}：请释放空间或用 -o 指定其他位置，然后再次运行同一命令：会从中断处继续"),
            Self::Usage(why) => format!("参数有误：{why}"),
            Self::System { what, why, advice } => format!("无法{}：{why}：{}", word(what), word(advice)),
        }
    }
}

fn advice_io(source: &std::io::Error) -> &'static str {
    match source.kind() {
        ErrorKind::PermissionDenied => "请以管理员身份运行，并关闭占用它的程序",
        ErrorKind::StorageFull => "请释放该卷的空间后重试",
        ErrorKind::NotFound => "请检查路径",
        _ => "请重试；若仍然失败，请用 chkdsk /scan 检查该卷",
    }
}

fn advice_etw(code: u32) -> &'static str {
    match code {
        5 | 1314 => "请以管理员身份运行",
        3 | 161 => "跟踪文件的文件夹不存在：请先 disarm，再 arm",
        39 | 112 => "卷已满：请释放空间后重新 arm",
        183 => "已有同名会话在运行：若不再需要，请用 `logman stop NAME -ets` 停止",
        1450 => "正在运行的跟踪会话过多：用 `logman query -ets` 列出，并停止不需要的会话",
        _ => "`net helpmsg CODE` 可查看代码的含义；其他会话不受影响",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// The texts behind `before` in all sources of this crate.
    fn texts(folder: &Path, before: &[&str], found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                texts(&path, before, found);
            } else if !path.ends_with("chinese.rs") {
                let source = std::fs::read_to_string(&path).unwrap();
                for mark in before {
                    let rest = source.split(mark).skip(1).map(|rest| rest.trim_start());
                    let literal = rest.filter_map(|rest| rest.strip_prefix('"')?.split('"').next());
                    found.extend(literal.map(str::to_owned));
                }
            }
        }
    }

    #[test]
    fn every_verb_and_advice_has_its_chinese() {
        let mut found = Vec::new();
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        texts(&sources, &["CaptureError::io(", "what:", "advice:", "\"/F\"],"], &mut found);
        assert!(found.len() >= 20, "{found:?}");
        for text in found.iter().filter(|text| !text.contains('{')) {
            assert!(WORDS.iter().any(|(en, _)| en == text), "{text:?} has no Chinese");
        }
        for (en, zh) in WORDS {
            assert!(zh.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c)), "{en}: {zh}");
        }
    }

    #[test]
    fn an_error_names_the_same_in_both_languages() {
        let denied = || std::io::Error::from(ErrorKind::PermissionDenied);
        let errors = [
            CaptureError::Io { what: "write", path: r"C:\a.txt".to_owned(), source: denied() },
            CaptureError::Etw { session: "bootrace-kernel".to_owned(), what: "create", code: 183 },
            CaptureError::Blocked(vec!["first".to_owned(), "second".to_owned()]),
            CaptureError::Bundle { path: r"D:\b.zip".to_owned(), why: "full".to_owned() },
        ];
        let named = [r"C:\a.txt", "bootrace-kernel", "second", r"D:\b.zip"];
        for (error, name) in errors.iter().zip(named) {
            assert!(error.to_string().contains(name) && error.chinese().contains(name), "{error}");
            assert!(error.chinese().contains('：'), "{}", error.chinese());
        }
    }
}
