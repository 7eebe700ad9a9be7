//! What only the page says: its sections, tools, columns and keys.

use super::{Message, messages};

messages! {
    // Its head and its sections.
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
    CHAIN_INTRO = "From the end of the update back to the first cause: the line below each line is its cause.", "从更新的结局追溯到最初的原因：每一行的原因是其下一行。";
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

    // Tools.
    CONFIDENT = "Confidence: {}", "置信度：{}";
    WHY = "Why", "原因";
    COPY = "Copy", "复制";
    MORE_DETAIL = "How, risk, and reference", "步骤、风险与参考";
    SHOW_ALL = "Show all {} rows", "显示全部 {} 行";
    CALL_STACK = "Call stack", "调用堆栈";
    NO_MATCH = "Nothing here matches the filter.", "没有与筛选条件匹配的内容。";
    CASE_NOTES = "Notes of the case", "工单备注";
    ZOOM_BOOT = "Failing boot", "故障启动";
    MORE_REASONS = "More reasons", "更多依据";
    ZOOM_ALL = "All", "全部";
    ZOOM_FAILURE = "Failure", "失败点";
    TIMELINE_HINT = "Drag over the drawing to pick a stretch of time: the evidence follows.", "在图上拖动以选择一段时间：证据表会随之筛选。";
    PHASES_TABLE = "Phases and gaps as a table", "以表格显示阶段与空白";
    PROCESS_TREE = "Processes", "进程";
    FILTER = "Filter", "筛选";
    AROUND = "Around the failure", "失败前后";
    ONLY_FAILURES = "Failures only", "仅失败";
    IN_PROCMON = "The same in Process Monitor:", "在 Process Monitor 中查看：";
    PROCMON_FILTER = "filter (.pmc)", "筛选器 (.pmc)";
    COLUMN_PROCESS_THREAD = "Process (pid) thread", "进程 (pid) 线程";
    COPY_ROWS = "Copy rows", "复制这些行";
    CLEAR = "Clear", "清除";
    SHOW = "Show", "显示";
    LEADS = "Leads: errors worth a look, not the verdict", "线索：值得查看的错误，并非结论";
    CANDIDATES = "Candidates for the failing operation", "失败操作的候选项";
    CLOSE = "Close", "关闭";

    // Columns.
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

    // Why a row stands in a table.
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

    // Keys.
    KEYS = "Keys", "快捷键";
    KEY_FINDINGS = "next and previous finding", "下一个和上一个发现项";
    KEY_EVIDENCE = "the finding's evidence", "该发现项的证据";
    KEY_FAILURE = "the failure", "失败点";
    KEY_ZOOM = "zoom in, out, all", "放大、缩小、全部";
    KEY_PAN = "earlier, later", "更早、更晚";
    KEY_SEARCH = "filter the evidence", "筛选证据";
    KEY_HELP = "these keys", "显示快捷键";
}
