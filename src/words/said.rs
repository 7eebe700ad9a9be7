//! What the commands say themselves: errors, notes, progress.

use std::fmt::Display;

use reports::{Lang, write::WriteError};
use trace_capture::messages::{Message, Text};

use crate::lang;

/// A sentence in both languages. `{0}`, `{1}` … are places for names and numbers.
pub(crate) struct Said(Text);

impl Said {
    /// The sentence in the chosen language, with its places filled.
    pub(crate) fn with(&self, values: &[&dyn Display]) -> String {
        of_capture(&self.0.with(values)).to_owned()
    }

    /// The sentence without places.
    pub(crate) fn plain(&self) -> String {
        self.with(&[])
    }
}

macro_rules! sentences {
    ($( $(#[$built:meta])* $key:ident: $en:literal, $zh:literal; )+) => {
        $( $(#[$built])* pub(crate) const $key: Said = Said(Text { en: $en, zh: $zh }); )+

        #[cfg(test)]
        const ALL: &[(&str, Said)] = &[$( $(#[$built])* (stringify!($key), $key), )+];
    };
}

sentences! {
    // Progress.
    READING: "reading", "正在读取";
    READING_GOOD: "reading the good boot", "正在读取基准启动";
    DIAGNOSING: "diagnosing", "正在诊断";
    DRAWING: "drawing", "正在绘图";
    HASHING: "hashing", "正在计算哈希值";
    WROTE: "wrote {0}", "已写入 {0}";
    WROTE_MANUAL: "wrote the manual pages to {0}", "手册页已写入 {0}";
    UNPACKING:
        "{0}: unpacking it to {1}, which takes {2} of free space there",
        "{0}：正在解压到 {1}，将占用该处 {2} 的可用空间";
    PRESS_ENTER: "Press Enter to close this window.", "按 Enter 键关闭此窗口。";

    // What could not be read.
    CANNOT_READ: "{0} cannot be read", "{0} 无法读取";
    NOTHING_READ:
        "nothing could be read of what was given; bootrace reads Process Monitor's logs (.pml, .pmb) and exports (.csv, .xml), ETW traces (.etl), servicing logs, event logs, registry hives, and folders and .zip files of them",
        "提供的内容都无法读取；bootrace 读取 Process Monitor 日志 (.pml、.pmb) 和导出文件 (.csv、.xml)、ETW 跟踪 (.etl)、服务堆栈日志、事件日志、注册表配置单元，以及包含它们的文件夹和 .zip 文件";
    NOTHING_READ_BAD:
        "nothing could be read of the failing boot; give its Process Monitor log (.pml), or a folder with it",
        "故障启动的内容都无法读取；请提供其 Process Monitor 日志 (.pml)，或包含它的文件夹";
    NOTHING_READ_GOOD:
        "nothing could be read of the good boot; give its Process Monitor log (.pml), or a folder with it",
        "基准启动的内容都无法读取；请提供其 Process Monitor 日志 (.pml)，或包含它的文件夹";
    NOT_UNDERSTOOD:
        "files not understood: {0} ({1}); the report's coverage lists them",
        "有 {0} 个文件无法识别（{1}）；报告的“覆盖范围”列出了它们";
    SEVERAL_TRACES: "{0}: {1} traces, one after the other: {2}", "{0}：{1} 份跟踪，依次读取：{2}";
    NO_TRACE: "{0} holds no trace of events (.pml, .etl)", "{0} 不含事件的跟踪 (.pml、.etl)";
    OTHER_KIND:
        "{0} holds no trace of events but {1}; `bootrace report` reads it",
        "{0} 不含事件的跟踪，而是 {1}；可用 `bootrace report` 读取";
    NO_COLUMN:
        "{0} has no column {1}, so no filter can look at it; export it again with that column shown, or filter by another",
        "{0} 没有 {1} 列，无法据此筛选；请显示该列后重新导出，或按其他列筛选";
    DAMAGED_RECORDS:
        "{0}: {1} record(s) are damaged, and left out or printed as far as they go; the first: {2}",
        "{0}：{1} 条记录已损坏，已省略或仅显示可读部分；第一条：{2}";
    DAMAGED_EVENTS: "{0}: {1} events are damaged and were left out", "{0}：{1} 个事件已损坏，未写出";
    CUT_COMPLETIONS:
        "{0}: what the completion added to {1} events is cut off and was left out",
        "{0}：{1} 个事件完成时的附加内容被截断，未写出";
    NO_MATCH: "no event matches", "没有匹配的事件";
    NO_SUCH_VALUE:
        "no event matches: no event has the {0} {1}",
        "没有匹配的事件：没有事件的 {0} 为 {1}";
    NEAR_VALUE:
        "no event matches: no event has the {0} {1}; did you mean {2}?",
        "没有匹配的事件：没有事件的 {0} 为 {1}；是否为 {2}？";
    OTHER_TIME:
        "no event matches: the log goes from {0} to {1}, in UTC; name the offset of another clock, as 00:58:04+09:00",
        "没有匹配的事件：日志的时间范围为 {0} 到 {1} (UTC)；若是其他时区的时间，请注明偏移，例如 00:58:04+09:00";
    NO_EVENT: "{0}: no event can be read", "{0}：没有可读取的事件";
    NOT_DIAGNOSED: "{0} cannot be diagnosed", "{0} 无法诊断";
    NO_FAILURE:
        "{0} has no event of a failure; choose with --where, or give its logs to --with",
        "{0} 中没有失败的事件；请用 --where 选择，或用 --with 提供其日志";

    // What could not be written.
    CANNOT_WRITE: "{0} cannot be written", "{0} 无法写入";
    #[cfg(not(feature = "mcp"))]
    NO_MCP:
        "this bootrace cannot answer questions about {0}; build one that does: cargo build --release --features mcp",
        "此 bootrace 不能回答有关 {0} 的问题；请重新构建：cargo build --release --features mcp";
    #[cfg(feature = "mcp")]
    NO_FOLDER: "{0} is no folder", "{0} 不是文件夹";
    #[cfg(not(windows))]
    NO_REGISTRY: "--registry needs Windows", "--registry 需要 Windows";
    #[cfg(windows)]
    NEEDS_ADMINISTRATOR:
        "{0} cannot be written; run as administrator",
        "{0} 无法写入；请以管理员身份运行";
    ONE_FORMAT:
        "standard output takes one format: give one with --format",
        "标准输出只能写一种格式：请用 --format 指定一种";
    CANNOT_MAKE: "{0} cannot be made", "{0} 无法创建";
    CANNOT_REPLACE: "{0} cannot be replaced", "{0} 无法替换";
    CANNOT_REDACT: "the report cannot be redacted", "报告无法脱敏";
    IS_INPUT:
        "{0} is the log that is read; give another file to -o",
        "{0} 是正在读取的日志；请为 -o 指定其他文件";
    IS_FOLDER: "{0} is a folder; give a file to -o", "{0} 是文件夹；请为 -o 指定文件";
    NO_STDOUT:
        "a log cannot be written to standard output, its header is written last; give a file to -o",
        "日志的文件头最后写入，不能写到标准输出；请为 -o 指定文件";
    #[cfg(feature = "parquet")]
    PARQUET_TERMINAL:
        "Parquet is not for a terminal; give a file to -o",
        "Parquet 不能显示在终端上；请为 -o 指定文件";
    #[cfg(not(feature = "parquet"))]
    NO_PARQUET:
        "this bootrace writes no Parquet; build one that does: cargo build --release --features parquet",
        "此 bootrace 不能写出 Parquet；请重新构建：cargo build --release --features parquet";
    NO_LANGUAGE: "{0} is not a language of bootrace; give en or zh-CN", "{0} 不是 bootrace 支持的语言；请用 en 或 zh-CN";
    NO_OFFSET: "{0} is no offset; give it as +02:00", "{0} 不是时区偏移；请写成 +02:00 的形式";
    NO_SECONDS: "{0} is no number of seconds from 0 to 86400", "{0} 不是 0 到 86400 之间的秒数";
    PROFILE_FORMAT: "--profile goes with --format jsonl", "--profile 只能与 --format jsonl 一起使用";
    TIMESKETCH_NAME:
        "Timesketch takes the file only if its name ends in .jsonl",
        "Timesketch 只接受名称以 .jsonl 结尾的文件";
    COPIED: "{0}: {1} events, {2} processes", "{0}：{1} 个事件，{2} 个进程";
    SLICED: "{0}: {1} of {2} events, {3} of {4} processes", "{0}：{2} 个事件中的 {1} 个，{4} 个进程中的 {3} 个";

    // Cases side by side.
    TOO_FEW: "give two attempts or more, each as one file, folder or .zip file", "请提供两次或更多次尝试，每次为一个文件、文件夹或 .zip 文件";
    NOTHING_READ_CASE:
        "nothing could be read of {0}; give its Process Monitor log (.pml), its logs, or a folder or .zip file with them",
        "{0} 的内容都无法读取；请提供其 Process Monitor 日志 (.pml)、其他日志，或包含它们的文件夹或 .zip 文件";

    // Rules.
    BAD_RULES: "the rules cannot be used", "规则无法使用";
    NO_RULES: "{0} holds no rules; give a folder with .toml files", "{0} 中没有规则；请提供包含 .toml 文件的文件夹";
    RULES_HOLD:
        "rules that hold for their examples and for none of their near misses: {0}",
        "符合示例且不符合反例的规则：{0} 条";
    KNOWN_FAILURES: "Known failures with it, and what to do:", "含有此代码的已知故障及处理方法：";
    MORE_RULES: "{0} more: docs/RULES.md", "另有 {0} 条：docs/RULES.md";

    // Fleet.
    NO_CASES: "no case was found in what was given", "提供的内容中没有工单";
    CASES_ADDED:
        "{0} cases added, {1} known before, {2} with an error",
        "已添加 {0} 个工单，{1} 个此前已有，{2} 个出错";
    NO_EVENTS_OF:
        "{0} cases have no event: the class needs an update, a build and a time",
        "{0} 个工单没有事件：该类需要更新、内部版本和时间";

    // Capture.
    LEFT_OUT: "left out: {0}: {1}", "未做：{0}：{1}";
    ARMED:
        "Armed. Install the update if it is not pending yet, then restart (Restart, not Shut down).",
        "已启用。若更新尚未等待重启，请先安装更新，然后重启（选择“重启”，不要选择“关机”）。";
    ARMED_NEXT:
        "After that: bootrace capture collect, then bootrace capture disarm.",
        "之后：运行 bootrace capture collect，再运行 bootrace capture disarm。";
    RESTARTING: "Restarting in 15 seconds; `shutdown /a` stops it.", "15 秒后重启；`shutdown /a` 可取消。";
    NOT_RESTARTED:
        "shutdown.exe did not restart the machine ({0}): it is armed, restart it by hand",
        "shutdown.exe 未能重启计算机 ({0})：采集已启用，请手动重启";
    BUNDLED:
        "{0}: {1} files; {2} could not be had (manifest.json says why); {3} left out by --redact",
        "{0}：{1} 个文件；{2} 个未能取得（manifest.json 说明原因）；--redact 略去 {3} 个";
    CAUTION: "warning: {0}", "警告：{0}";
    NOTE: "note: {0}", "提示：{0}";
    STOPS_ARMING: "stops arming: {0}", "无法启用：{0}";
    COLLECTED_NEXT:
        "Next: take it away, run `bootrace report` on it, and `bootrace capture disarm` here.",
        "下一步：取走该文件，用 `bootrace report` 分析，并在此运行 `bootrace capture disarm`。";
    NOTHING_ARMED: "Nothing was armed.", "采集未启用，无需还原。";
    DISARMED: "Disarmed: {0} steps undone, everything is as it was.", "已还原：撤回 {0} 个步骤，一切恢复原状。";
    DISARMED_PARTLY:
        "Disarmed: {0} steps undone; not everything can be said to be as it was:",
        "已还原：撤回 {0} 个步骤；以下内容无法确认已恢复原状：";
    KEPT: "Kept: {0}", "已保留：{0}";
    SESSIONS_STOPPED: "{0} sessions stopped", "已停止 {0} 个会话";
    OWN_PATH: "find the own program", "找不到程序自身的路径";
    NOT_LOOKED_AT:
        "The failing machine was not looked at (that needs Windows and administrator rights): there, arming checks it first.",
        "未检查出错的计算机（需要 Windows 和管理员权限）：在那里启用时会先检查。";
}

/// What `capture` says, in the chosen language.
pub(crate) fn shown(said: &dyn Display) -> String {
    of_capture(&Message::of(said)).to_owned()
}

/// A message in the chosen language.
pub(crate) fn of_capture(message: &Message) -> &str {
    match lang::chosen() {
        Lang::En => &message.en,
        Lang::Zh => &message.zh,
    }
}

/// A report that could not be written, in the chosen language.
pub(crate) fn not_written(error: WriteError) -> anyhow::Error {
    match error {
        WriteError::Io { path, source } => {
            anyhow::Error::from(source).context(CANNOT_WRITE.with(&[&path.display()]))
        }
        WriteError::ManyToStdout => anyhow::anyhow!(ONE_FORMAT.plain()),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn places(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|part| part.split('}').next()).collect()
    }

    #[test]
    fn every_sentence_is_in_both_languages() {
        for (key, Said(said)) in ALL {
            let is_chinese = |c| ('\u{4E00}'..='\u{9FFF}').contains(&c);
            assert!(said.zh.contains(is_chinese), "{key}: {}", said.zh);
            assert!(!said.en.is_empty() && said.en.is_ascii(), "{key}: {}", said.en);
            assert_eq!(places(said.en), places(said.zh), "{key}: other places");
        }
    }
}
