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
    LABEL_UNKNOWN = "UNKNOWN", "无法判断";
    LABEL_NOTE = "NOTE", "注意";
    LABEL_WHAT = "what", "详情";
    LABEL_SURE = "sure", "置信度";
    LABEL_PHASES = "phases", "阶段";
    SURE = "{} confidence: {}", "{}：{}";
    LABEL_CODE = "code", "代码";
    LABEL_CHAIN = "chain", "因果链";
    LABEL_MISSING = "missing", "缺失";
    LABEL_LEADS = "leads", "线索";
    LABEL_COMPARE = "compare", "对比";
    LABEL_GOOD = "GOOD", "基准";
    LABEL_BAD = "BAD", "故障";
    LABEL_ALIGNED = "aligned", "对齐";
    LABEL_NEXT = "next", "下一步";
    LABEL_COVER = "cover", "覆盖范围";
    LABEL_SEEN = "seen", "已读到";
    LABEL_UNSEEN = "not seen", "未读到";
    LABEL_CAPTURE = "capture", "采集";
    MORE_LINKS = "{} more in the report", "报告中还有 {} 项";

    // Punctuation.
    COLON = ": ", "：";
    COMMA = ", ", "，";

    // What the outcome means.
    NO_SINGLE_OPERATION = "The update failed; no single operation explains it", "更新失败，但没有哪个操作能单独解释原因";
    NO_FAILURE = "No failed update in what was read", "所读内容中没有失败的更新";
    NOT_ENOUGH = "What was read cannot say whether or why the update failed", "所读内容不足以判断更新是否失败或为何失败";
    OPERATION_FAILED = "{0} failed: {1} in {2}", "{2} 执行 {0} 失败：{1}";
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

    // The first line and the headline.
    HEAD_UNKNOWN = "machine and update unknown", "计算机和更新未知";
    HEAD_BOOT = "boot of {} {} ({})", "{} {} ({}) 的启动";
    ENDED_ROLLED_BACK_AT = "rolled back at {}", "{} 已回滚";
    ENDED_ROLLED_BACK = "rolled back", "已回滚";
    ENDED_NOT_INSTALLED = "not installed", "未安装";
    ENDED_PENDING = "still pending", "仍处于挂起状态";
    UPDATE_UNNAMED = "The update", "更新";
    UPDATE_CUMULATIVE = "Cumulative update {}", "累积更新 {}";
    UPDATE_SERVICING_STACK = "Servicing stack update {}", "服务堆栈更新 {}";
    UPDATE_DOT_NET = ".NET update {}", ".NET 更新 {}";
    UPDATE_OTHER = "Update {}", "更新 {}";
    HEAD_ROLLED_BACK = "{} was rolled back: {}", "{} 已回滚：{}";
    HEAD_SEEMS_ROLLED_BACK = "{} was probably rolled back: {}", "{} 可能已回滚：{}";
    HEAD_NOT_INSTALLED = "{} was not installed: {}", "{} 未能安装：{}";
    HEAD_PENDING = "{} is still pending: {}", "{} 仍处于挂起状态：{}";
    HEAD_FAILED = "{} failed: {}", "{} 失败：{}";
    HEAD_UNEXPLAINED = "no single operation explains it", "没有哪个操作能单独解释原因";
    HEAD_CODE = "servicing reports {}", "服务堆栈报告 {}";
    HEAD_PHASE = "the phase \"{}\" failed", "“{}”阶段失败";
    HEAD_PHASE_CODE = "the phase \"{}\" failed with {}", "“{}”阶段失败，代码 {}";
    HEAD_BECAUSE = "{}, because {}", "{}，原因：{}";
    HEAD_MAY_NOT = "{0} may not {1} {2} ({3})", "{0} 无法{1} {2}，{3}";
    HEAD_COULD_NOT = "{0} could not {1} {2} ({3})", "{0} 无法{1} {2}，{3}";
    HEAD_ENDED = "{} ended with {}", "{} 结束，退出代码 {}";
    CULPRIT_DISABLED = "the service {} is disabled (Start = 4)", "服务 {} 已禁用 (Start = 4)";
    CULPRIT_INSIDE = "{0} is loaded inside {1}", "{1} 中加载了 {0}";
    CULPRIT_HOLDER = "{} holds it open", "{} 占用了它";
    CULPRIT_NO_ANSWER = "the service {} did not answer", "服务 {} 没有响应";
    SUSPECT_HOLDER = "{} had the file open when it failed", "失败时 {} 打开着该文件";
    WAIT = "{} does nothing for {} s", "{} 有 {} 秒没有活动";
    BANNER_MACHINES = "The inputs are of several computers: {}. Give those of one.", "输入来自多台计算机：{}。请只提供其中一台的文件。";
    BANNER_APART = "{} has nothing of the time of the trace: it is of another boot.", "{} 不包含跟踪期间的内容，属于另一次启动。";
    BANNER_DOUBLED = "{} and {} are the same file.", "{} 与 {} 是同一个文件。";
    BANNER_UNREAD = "{} could not be read: {}", "{} 个输入无法读取：{}";
    CONFIDENT = "Confidence: {}", "置信度：{}";
    WHY = "Why", "原因";
    COPY = "Copy", "复制";
    MORE_DETAIL = "How, risk, and reference", "步骤、风险与参考";
    SHOW_ALL = "Show all {} rows", "显示全部 {} 行";
    CALL_STACK = "Call stack", "调用堆栈";
    NO_MATCH = "Nothing here matches the filter.", "没有与筛选条件匹配的内容。";
    CASE_NOTES = "Notes of the case", "工单备注";
    ZOOM_BOOT = "Failing boot", "故障启动";
    LANE_UNUSUAL = "Unusual failures", "异常失败";
    ORDINARY = "ordinary", "常规";
    MORE_REASONS = "More reasons", "更多依据";
    WAITED = "{} s", "{} 秒";
    OBJECT_KEY = "the key {}", "注册表项 {}";
    OBJECT_VALUE = "the value {}", "注册表值 {}";
    VERB_OPEN = "open", "打开";
    VERB_READ = "read", "读取";
    VERB_WRITE = "write", "写入";
    VERB_RENAME = "rename", "重命名";
    VERB_LINK = "link", "链接";
    VERB_DELETE = "delete", "删除";
    VERB_CHANGE = "change", "更改";
    VERB_SET_SECURITY = "set the permissions of", "设置权限：";
    VERB_QUERY = "query", "查询";
    VERB_CLOSE = "close", "关闭";
    VERB_CREATE = "create", "创建";
    VERB_LOAD = "load", "加载";
    VERB_SET = "set", "设置";
    VERB_START = "start", "启动";
    VERB_USE = "use", "使用";

    // Facts of the verdict.
    FACT_PROCESS = "Process", "进程";
    FACT_OPERATION = "Operation", "操作";
    FACT_PATH = "Path", "路径";
    FACT_TARGET = "Target", "目标";
    FACT_RESULT = "Result", "结果";
    FACT_WHEN = "When", "时间";
    FACT_CODE = "Code", "代码";
    CODE_REPORTED = "{} reported by servicing", "服务堆栈报告 {}";
    CODE_OF_RESULT = "{} is what servicing makes of this result (inferred)", "此结果在服务堆栈中对应 {}（推断）";
    FACT_CONFIDENCE = "Confidence", "置信度";
    FACT_MISSING = "Missing", "缺失";
    NEXT_ACTIONS = "Next", "下一步";
    NO_CHINESE_FONT = "No font with Chinese glyphs was found on this machine: the picture is in English.", "此计算机上没有中文字体：图片使用英文。";

    // Timeline.
    TIMELINE_TITLE = "Timeline", "时间线";
    TIMELINE_DESCRIPTION = "Timeline of {} seconds with {} phases, and the processes, services and events in them. The tables of this page hold the same.", "时长 {} 秒的时间线，包含 {} 个阶段以及其中的进程、服务和事件。本页的表格包含相同内容。";
    TIMELINE_FAILURE = "{0} of {1} failed at {2}.", "{1} 的 {0} 在 {2} 失败。";
    FAILING_OPERATION = "the failing operation", "失败的操作";
    LANE_BOOTS = "Boots", "各次启动";
    LANE_PHASES = "Phases", "阶段";
    LANE_CHAIN = "Chain", "因果链";
    LANE_EVENTS = "Events", "事件";
    LANE_FAILURES = "Failures", "失败";
    LANE_LIFE = "Process", "进程";
    LANE_THREAD = "thread {}", "线程 {}";
    LANE_CAUSES = "Causes", "原因";
    BOOT = "boot {}", "第 {} 次启动";
    AT_MOST = "at most {0} in {1} s", "每 {1} 秒最多 {0} 个";
    LEGEND_SERVICING = "servicing process", "服务堆栈进程";
    LEGEND_INTERFERER = "touches what servicing needs", "访问了服务堆栈所需的对象";
    LEGEND_OTHER = "other process", "其他进程";
    LEGEND_RUNNING = "service runs", "服务正在运行";
    LEGEND_PENDING = "service starts or stops", "服务正在启动或停止";
    LEGEND_IDLE = "service does not run", "服务未运行";
    LEGEND_FAILURE = "failed operation", "失败的操作";
    LEGEND_WAIT = "waits", "等待";
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

    // Failures by process.
    RESULTS_TITLE = "Failures by process", "按进程统计的失败";
    RESULTS_DESCRIPTION = "The failures of each process: those that are ordinary, and the others. The table below holds the same by result.", "每个进程的失败：常规失败与其他失败。下方表格按结果列出相同内容。";
    RESULTS_COUNT = "{} unusual, {} ordinary", "{} 次异常，{} 次常规";

    // The page: its head and its sections.
    SKIP = "Skip to the verdict", "跳到结论";
    SECTIONS = "Sections", "章节";
    SECTION_VERDICT = "Verdict", "结论";
    SECTION_CHAIN = "Chain", "因果链";
    SECTION_TIMELINE = "Timeline", "时间线";
    SECTION_EVIDENCE = "Evidence", "证据";
    SECTION_FAILURES = "Failures", "失败";
    SECTION_GRAPH = "Graph", "关系图";
    SECTION_SERVICES = "Services", "服务";
    SECTION_PACKAGES = "Packages", "程序包";
    SECTION_COMPARE = "Compare", "对比";
    SECTION_FINDINGS = "Findings", "发现项";
    SECTION_COVERAGE = "Coverage", "覆盖范围";
    SECTION_DATA = "Data", "数据";
    REDACTED = "redacted", "已脱敏";
    COPY_SUMMARY = "Copy summary", "复制摘要";
    COPIED = "Copied", "已复制";
    NOT_COPIED = "The browser did not allow copying", "浏览器不允许复制";
    THEME = "Light or dark", "浅色或深色";
    READ = "Read", "已读取";
    NOT_SEEN = "Not seen", "未读到";
    NEXT_CAPTURE = "What to capture next", "接下来要采集的内容";
    TICKET = "Summary for a ticket", "工单摘要";
    OMITTED = "{0}: {1} of {2} rows are shown. The rest:", "{0}：显示 {1} 行，共 {2} 行。其余内容：";
    OMITTED_SOME = "{}: not all rows are shown. The rest:", "{}：未显示全部行。其余内容：";
    CHARACTERS = "{} characters", "{} 个字符";
    CHAIN_INTRO = "From the rollback back to the first cause; each line follows from the one below it.", "从回滚追溯到最初的原因；每一行都由其下一行引起。";
    GRAPH_INTRO = "Causes on the left, consequences on the right. Dashed: not recorded as such, but correlated (long) or inferred (short).", "左侧为原因，右侧为结果。虚线表示并非直接记录：长虚线为相互印证，短虚线为推断。";
    GRAPH_TABLE = "The graph as a table", "以表格显示关系图";
    COMPARED = "differences from {2}: {0} telling of {1}", "与 {2} 的差异：{1} 处中有 {0} 处值得注意";
    COMPARED_ROWS = "differences: {} telling, {} other, {} that follow from the failure", "差异：{} 处值得注意，{} 处其他，{} 处由失败引起";
    NOT_COMPARED = "no good boot was given: --baseline GOOD", "未提供基准启动，请用 --baseline GOOD 指定";
    NO_DIFFERENCE = "no difference", "没有差异";
    BASELINE_FAILED = "its update failed too: what both have in common says nothing", "其更新也失败了：两者的共同点不能说明问题";
    LEFT_OUT = "{} operations found no room in the comparison", "因数量限制，有 {} 个操作未列入对比";
    MORE_ROWS = "{} more: bootrace diff GOOD BAD --format json", "另有 {} 行：bootrace diff GOOD BAD --format json";
    FOLLOWS_FROM_FAILURE = "follows from the failure", "由失败引起";
    COMPARE_WITH = "Compared with", "对比对象";
    ALIGNED_ON = "aligned on", "对齐依据";
    INPUTS = "What was read", "已读取的内容";
    NOT_READ = "What it holds, what could not be read, and what follows", "文件内容、无法读取的部分及影响";
    CLOCK_ORIGIN = "@0 is", "@0 对应";
    CLOCK_OFFSET = "Log lines are in local time, {}.", "日志行使用本地时间，{}。";
    TIME_ZONE = "Time zone:", "时区：";
    DATA_INTRO = "The whole report as JSON stands in this page. Made by", "完整的 JSON 报告已包含在本页中。生成工具：";
    SAVE_JSON = "Save JSON", "保存 JSON";

    // The page: tools.
    ZOOM_ALL = "All", "全部";
    ZOOM_FAILURE = "Failure", "失败点";
    TIMELINE_HINT = "Drag over the drawing to pick a stretch of time: the evidence follows.", "在图上拖动以选择一段时间：证据表会随之筛选。";
    PHASES_TABLE = "Phases and gaps as a table", "以表格显示阶段与空白";
    PROCESS_TREE = "Processes", "进程";
    FILTER = "Filter", "筛选";
    AROUND = "Around the failure", "失败前后";
    ONLY_FAILURES = "Failures only", "仅失败";
    EDGE_PERFORMED_BY = "performed-by", "执行者";
    EDGE_ON = "on", "对象";
    EDGE_TO = "to", "目标";
    EDGE_DURING = "during", "发生于";
    EDGE_SPAWNED = "spawned", "启动";
    EDGE_HOSTS = "hosts", "承载";
    EDGE_NAMES = "names", "提及";
    EDGE_PRECEDES = "precedes", "先于";
    EDGE_RETRIES = "retries", "重试";
    EDGE_RESOLVES = "resolves", "后来成功";
    EDGE_CONFLICTS_WITH = "conflicts-with", "冲突";
    EDGE_WAITS_FOR = "waits-for", "等待";
    EDGE_REPORTED_BY = "reported-by", "记录于";
    EDGE_CAUSED = "caused", "导致";
    COMPARED_PHASE = "phase", "阶段";
    COMPARED_SERVICE = "service", "服务";
    COMPARED_PAUSE = "pause", "停顿";
    IN_PROCMON = "The same in Process Monitor:", "在 Process Monitor 中查看：";
    PROCMON_FILTER = "filter (.pmc)", "筛选器 (.pmc)";
    COLUMN_PROCESS_THREAD = "Process (pid) thread", "进程 (pid) 线程";
    COPY_ROWS = "Copy rows", "复制这些行";
    CLEAR = "Clear", "清除";
    SHOW = "Show", "显示";
    LEADS = "Leads: errors worth a look, not the verdict", "线索：值得查看的错误，并非结论";
    CANDIDATES = "Candidates for the failing operation", "失败操作的候选项";
    CLOSE = "Close", "关闭";

    // The page: columns.
    COLUMN_PHASE = "Phase", "阶段";
    COLUMN_BOOT = "Boot", "启动";
    COLUMN_START = "Start", "开始";
    COLUMN_END = "End", "结束";
    COLUMN_KNOWN = "How it is known", "依据";
    COLUMN_EXIT = "Exit status", "退出代码";
    COLUMN_COMMAND_LINE = "Command line", "命令行";
    COLUMN_PLACE = "Record", "记录";
    COLUMN_RELATION = "Why here", "关联";
    COLUMN_RANK = "Rank", "排名";
    COLUMN_FEATURES = "For and against", "支持与反对";
    COLUMN_COUNT = "Count", "数量";
    COLUMN_EXAMPLE = "First path", "首个路径";
    COLUMN_FIRST = "First", "最早";
    COLUMN_LAST = "Last", "最晚";
    COLUMN_BENIGN = "Ordinary because", "为何属常规";
    COLUMN_FROM = "From", "起点";
    COLUMN_DOES = "Does", "动作";
    COLUMN_TO = "To", "终点";
    COLUMN_START_TYPE = "Start type", "启动类型";
    COLUMN_STATES = "States", "状态";
    COLUMN_ASSESSMENT = "Assessment", "评估";
    COLUMN_STATE = "State", "状态";
    COLUMN_VERSION = "Version", "版本";
    COLUMN_INSTALLED = "Installed", "安装时间";
    COLUMN_IDENTITY = "Identity", "标识";
    COLUMN_DIFFERENCE = "Difference", "差异";
    COLUMN_GOOD = "Good boot", "基准启动";
    COLUMN_BAD = "Failing boot", "故障启动";
    COLUMN_RULE = "Rule", "规则";
    COLUMN_FINDING = "Finding", "发现项";
    COLUMN_EVIDENCE = "Evidence", "证据";
    COLUMN_FILE = "File", "文件";
    COLUMN_KIND = "Kind", "类型";
    COLUMN_BYTES = "Bytes", "字节";
    COLUMN_RECORDS = "Records", "记录数";
    COLUMN_UNREADABLE = "Unreadable", "无法读取";
    COLUMN_LOST = "Lost", "丢失";
    COLUMN_WHAT = "What", "内容";
    COLUMN_OFFSET = "Offset", "偏移";
    COLUMN_CONSEQUENCE = "Consequence", "影响";

    // The page: why a row stands in a table.
    RELATION_FAILING = "failing", "失败的操作";
    RELATION_SAME_PATH = "same path", "同一路径";
    RELATION_SAME_HANDLE = "same handle", "同一句柄";
    RELATION_SAME_THREAD = "same thread", "同一线程";
    RELATION_LOG = "log", "日志";
    RELATION_NEARBY = "nearby", "时间相近";
    DIFFERENCE_ONLY_BAD = "only in the failing boot", "仅在故障启动中";
    DIFFERENCE_ONLY_GOOD = "only in the good boot", "仅在基准启动中";
    DIFFERENCE_RESULT = "different result", "结果不同";
    DIFFERENCE_SLOWER = "slower", "更慢";

    // The page: keys.
    KEYS = "Keys", "快捷键";
    KEY_FINDINGS = "next and previous finding", "下一个和上一个发现项";
    KEY_EVIDENCE = "the finding's evidence", "该发现项的证据";
    KEY_FAILURE = "the failure", "失败点";
    KEY_ZOOM = "zoom in, out, all", "放大、缩小、全部";
    KEY_PAN = "earlier, later", "更早、更晚";
    KEY_SEARCH = "filter the evidence", "筛选证据";
    KEY_HELP = "these keys", "显示快捷键";

    // Services and packages.
    STATE_RUNNING = "running", "正在运行";
    STATE_STOPPED = "stopped", "已停止";
    STATE_START_PENDING = "start-pending", "正在启动";
    STATE_STOP_PENDING = "stop-pending", "正在停止";
    START_BOOT = "boot", "引导";
    START_SYSTEM = "system", "系统";
    START_AUTOMATIC = "automatic", "自动";
    START_MANUAL = "manual", "手动";
    START_DISABLED = "disabled", "禁用";
    PACKAGE_INSTALLED = "installed", "已安装";
    PACKAGE_INSTALL_PENDING = "install-pending", "安装挂起";
    PACKAGE_UNINSTALL_PENDING = "uninstall-pending", "卸载挂起";
    PACKAGE_STAGED = "staged", "已暂存";
    PACKAGE_SUPERSEDED = "superseded", "已取代";
    PACKAGE_REMOVED = "removed", "已删除";
    PACKAGE_PARTIALLY_INSTALLED = "partially-installed", "部分安装";
    PACKAGE_ABSENT = "absent", "不存在";
    PACKAGE_UNKNOWN = "unknown", "未知";

    // Phases.
    PHASE_STAGING = "Staging", "暂存";
    PHASE_SHUTDOWN = "Shutdown", "关机处理";
    PHASE_BOOT_RENAMES = "Boot: renames", "启动：重命名";
    PHASE_BOOT_POQ = "Boot: poqexec", "启动：poqexec";
    PHASE_STARTUP_DRIVERS = "Startup: drivers", "启动处理：驱动程序";
    PHASE_STARTUP_INSTALLERS = "Startup: installers", "启动处理：高级安装程序";
    PHASE_ROLLBACK = "Rollback", "回滚";
    PHASE_UNKNOWN = "Unknown phase", "未知阶段";
}

/// Process Monitor's result texts in Chinese, as Windows words them; the text itself always stands beside.
const RESULT_GLOSSES: &[(&str, &str)] = &[
    ("ACCESS DENIED", "拒绝访问"),
    ("CANNOT DELETE", "无法删除"),
    ("CRC ERROR", "数据错误(循环冗余检查)"),
    ("DELETE PENDING", "正在等待删除"),
    ("DIRECTORY NOT EMPTY", "目录不是空的"),
    ("DISK FULL", "磁盘空间不足"),
    ("FILE CORRUPT", "文件或目录损坏且无法读取"),
    ("FILE LOCK CONFLICT", "文件锁定冲突"),
    ("INSUFFICIENT RESOURCES", "系统资源不足"),
    ("IO DEVICE ERROR", "I/O 设备错误"),
    ("KEY DELETED", "注册表项已标记为删除"),
    ("MEDIA WRITE PROTECTED", "介质受写入保护"),
    ("NAME COLLISION", "名称已存在"),
    ("NAME INVALID", "名称无效"),
    ("NAME NOT FOUND", "找不到名称"),
    ("NO SUCH FILE", "文件不存在"),
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
