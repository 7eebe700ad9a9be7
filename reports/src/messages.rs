//! Every sentence and label that the renderers themselves write, in both languages. `{}` is filled in order, `{0}` by
//! number where the order differs.

use crate::lang::Lang;
use crate::model::Text;

/// A sentence or label in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) en: &'static str,
    pub(crate) zh: &'static str,
}

impl Message {
    /// The message in a language.
    pub(crate) const fn get(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Zh => self.zh,
        }
    }

    /// The message in a language with its places filled.
    pub(crate) fn fill(self, lang: Lang, values: &[&str]) -> String {
        let mut filled = String::new();
        let mut next = values.iter();
        let mut rest = self.get(lang);
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let (place, after) = after.split_once('}').unwrap_or(("", after));
            let value = match place.parse::<usize>() {
                Ok(number) => values.get(number),
                Err(_) => next.next(),
            };
            filled.push_str(value.copied().unwrap_or_default());
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    /// The message with its places filled, in both languages.
    pub(crate) fn text(self, values: &[&str]) -> Text {
        Text::new(self.fill(Lang::En, values), self.fill(Lang::Zh, values))
    }
}

macro_rules! messages {
    ($( $key:ident = $en:literal, $zh:literal; )+) => {
        $( pub(crate) const $key: Message = Message { en: $en, zh: $zh }; )+

        #[cfg(test)]
        const ALL: &[(&str, Message)] = &[$( (stringify!($key), $key), )+];
    };
}

messages! {
    // Text verdict: labels of at most eight columns.
    LABEL_FAILED = "FAILED", "失败";
    LABEL_OK = "OK", "正常";
    LABEL_UNKNOWN = "UNKNOWN", "不明";
    LABEL_CHAIN = "chain", "链条";
    LABEL_MISSING = "missing", "缺失";
    LABEL_NEXT = "next", "下一步";
    LABEL_COVER = "cover", "范围";
    LABEL_SEEN = "seen", "已查";
    LABEL_UNSEEN = "not seen", "未查";
    LABEL_CAPTURE = "capture", "采集";
    RULE = "rule {}", "规则 {}";
    MORE_LINKS = "{} more in the report", "报告中还有 {} 项";

    // Punctuation.
    COLON = ": ", "：";
    COMMA = ", ", "，";

    // What the outcome means.
    NO_SINGLE_OPERATION = "the update failed; no single operation explains it", "更新失败，但没有任何单一操作能解释";
    NO_FAILURE = "no failed update in what was read", "所读内容中没有失败的更新";
    NOT_ENOUGH = "what was read cannot say whether or why the update failed", "所读内容不足以判断更新是否失败或为何失败";
    OPERATION_FAILED = "{0} failed: {1} in {2}", "{2} 中的 {0} 失败：{1}";
    RECORDS_READ = "{} records read", "已读取 {} 条记录";
    RECORDS_LOST = "{} lost", "丢失 {} 条";
    RECORDS_BAD = "{} unreadable", "{} 条无法读取";
    NOTHING_READ = "no records were read", "没有读取到任何记录";

    // Trust, confidence, severity.
    RECORDED = "recorded", "有记录";
    CORRELATED = "correlated", "相互印证";
    INFERRED = "inferred", "推断";
    HIGH = "high", "高";
    MEDIUM = "medium", "中";
    LOW = "low", "低";
    CAUSE = "cause", "原因";
    WARNING = "warning", "警告";
    NOTE = "note", "提示";
    OK = "ok", "正常";

    // Facts of the verdict.
    FACT_PROCESS = "Process", "进程";
    FACT_OPERATION = "Operation", "操作";
    FACT_PATH = "Path", "路径";
    FACT_TARGET = "Target", "目标";
    FACT_RESULT = "Result", "结果";
    FACT_WHEN = "When", "时间";
    FACT_PHASE = "Phase", "阶段";
    FACT_CODE = "Code", "代码";
    FACT_CONFIDENCE = "Confidence", "置信度";
    FACT_MISSING = "Missing", "缺失";
    NEXT_ACTIONS = "Next", "下一步";
    NO_CHINESE_FONT = "No font with Chinese glyphs was found on this machine: the picture is in English.", "此计算机上没有中文字体：图片使用英文。";

    // Timeline.
    TIMELINE_TITLE = "Timeline", "时间线";
    TIMELINE_DESCRIPTION = "Timeline of {} seconds with {} phases, and the processes, services and events in them. The tables of this page hold the same.", "时长 {} 秒的时间线，包含 {} 个阶段以及其中的进程、服务和事件。本页的表格包含相同内容。";
    TIMELINE_FAILURE = "{0} of {1} failed at {2}.", "{1} 的 {0} 在 {2} 失败。";
    FAILING_OPERATION = "the failing operation", "失败的操作";
    LANE_BOOTS = "Boots", "启动次数";
    LANE_PHASES = "Phases", "阶段";
    LANE_CHAIN = "Chain", "链条";
    LANE_EVENTS = "Events", "事件";
    LANE_FAILURES = "Failures", "失败";
    BOOT = "boot {}", "第 {} 次启动";
    AT_MOST = "at most {0} in {1} s", "每 {1} 秒最多 {0} 个";
    LEGEND_SERVICING = "servicing process", "服务堆栈进程";
    LEGEND_INTERFERER = "touches what servicing needs", "触及服务堆栈所需的对象";
    LEGEND_OTHER = "other process", "其他进程";
    LEGEND_RUNNING = "service runs", "服务运行中";
    LEGEND_PENDING = "service starts or stops", "服务正在启动或停止";
    LEGEND_IDLE = "service does not run", "服务未运行";
    LEGEND_FAILURE = "failed operation", "失败的操作";
    LEGEND_GAP = "no events", "没有事件";

    // Graph.
    GRAPH_TITLE = "Graph around the failure", "失败周围的关系图";
    GRAPH_DESCRIPTION = "Graph of {} nodes and {} edges from causes on the left to consequences on the right. The table below it holds the same.", "包含 {} 个节点和 {} 条边的图，左侧为原因，右侧为结果。下方表格包含相同内容。";
    NODE_OPERATION = "operation", "操作";
    NODE_OBJECT = "object", "对象";
    NODE_PROCESS = "process", "进程";
    NODE_SERVICE = "service", "服务";
    NODE_LOG_LINE = "log line", "日志行";
    NODE_PHASE = "phase", "阶段";

    // Phases.
    PHASE_STAGING = "Staging", "暂存";
    PHASE_SHUTDOWN = "Shutdown", "关机处理";
    PHASE_BOOT_RENAMES = "Boot: renames", "启动：重命名";
    PHASE_BOOT_POQ = "Boot: poqexec", "启动：poqexec";
    PHASE_STARTUP_DRIVERS = "Startup: drivers", "启动处理：驱动程序";
    PHASE_STARTUP_INSTALLERS = "Startup: installers", "启动处理：安装程序";
    PHASE_ROLLBACK = "Rollback", "回滚";
    PHASE_UNKNOWN = "Unknown phase", "未知阶段";
}

/// Process Monitor's result texts in Chinese, as Windows words them; the text itself always stands beside.
const RESULT_GLOSSES: &[(&str, &str)] = &[
    ("ACCESS DENIED", "拒绝访问"),
    ("CANNOT DELETE", "无法删除"),
    ("DELETE PENDING", "正等待删除"),
    ("DIRECTORY NOT EMPTY", "目录不是空的"),
    ("DISK FULL", "磁盘空间不足"),
    ("FILE LOCK CONFLICT", "文件锁定冲突"),
    ("NAME COLLISION", "名称已存在"),
    ("NAME INVALID", "名称无效"),
    ("NAME NOT FOUND", "找不到名称"),
    ("NO SUCH FILE", "没有此文件"),
    ("NOT SAME DEVICE", "不在同一设备上"),
    ("PATH NOT FOUND", "找不到路径"),
    ("PRIVILEGE NOT HELD", "缺少所需的特权"),
    ("SHARING VIOLATION", "共享冲突"),
];

/// A result text's Chinese, where it has one.
pub(crate) fn result_gloss(result: &str) -> Option<&'static str> {
    RESULT_GLOSSES.iter().find(|(text, _)| *text == result).map(|(_, gloss)| *gloss)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<&str> {
        let mut places: Vec<_> = text.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
        places.sort_unstable();
        places
    }

    #[test]
    fn every_message_is_in_both_languages() {
        for (key, message) in ALL {
            assert!(!message.en.is_empty() && !message.zh.is_empty(), "{key} is empty");
            assert!(message.en.is_ascii(), "{key}: the English has other than ASCII: {}", message.en);
            let is_han = |c| ('\u{4E00}'..='\u{9FFF}').contains(&c) || ('\u{FF00}'..='\u{FFEF}').contains(&c);
            assert!(message.zh.contains(is_han), "{key}: the Chinese has no Chinese: {}", message.zh);
            assert_eq!(places(message.en), places(message.zh), "{key}: other places");
        }
    }

    #[test]
    fn places_are_filled_in_order_or_by_number() {
        let message = Message { en: "{} of {}", zh: "{1}/{0}{2}" };
        assert_eq!(message.fill(Lang::En, &["1", "2"]), "1 of 2");
        assert_eq!(message.fill(Lang::Zh, &["1", "2"]), "2/1");
    }
}
