//! What the verdict says: its labels in the terminal, its facts, and what a reader must know before it.

use super::{Message, messages};

messages! {
    // Labels of at most eight columns.
    LABEL_FAILED = "FAILED", "失败";
    LABEL_OK = "OK", "正常";
    LABEL_UNKNOWN = "UNKNOWN", "无法判断";
    LABEL_NOTE = "NOTE", "注意";
    LABEL_WHAT = "what", "详情";
    LABEL_WHY = "why", "原因";
    LABEL_SURE = "sure", "置信度";
    LABEL_PHASES = "phases", "阶段";
    SURE = "{} confidence: {}", "{}：{}";
    SURE_MEASURED = "{0} confidence, {2} of {1} wrong: {3}", "{0}，{1} 个同类结论中 {2} 个误判：{3}";
    MEASURED = "{1} of {0} such names were wrong in calibration cases ({2})", "在校准案例（{2}）中，{0} 个同类结论有 {1} 个误判";
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
    RECORD_READ = "1 record read", "已读取 1 条记录";
    RECORDS_READ = "{} records read", "已读取 {} 条记录";
    RECORDS_LOST = "{} lost", "丢失 {} 条";
    RECORDS_BAD = "{} unreadable", "{} 条无法读取";
    NOTHING_READ = "no records were read", "没有读取到任何记录";

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
    FACT_SIGNATURE = "Signature", "特征";
    FACT_CONFIDENCE = "Confidence", "置信度";
    FACT_MISSING = "Missing", "缺失";
    NEXT_ACTIONS = "Next", "下一步";
    NO_CHINESE_FONT = "No font with Chinese glyphs was found on this machine: the picture is in English.", "此计算机上没有中文字体：图片使用英文。";

    // What a reader must know of the inputs.
    BANNER_APART = "{} has nothing of the time of the trace: it is of another boot.", "{} 不包含跟踪期间的内容，属于另一次启动。";
    BANNER_UNDATED = "{} has times of day and no date: nothing tells which boot it is of, and its rows cannot be put on one clock with the rest. Show the column Date & Time in Process Monitor and save it again.", "{} 只有时刻没有日期：无法得知属于哪次启动，也无法与其他输入对齐时间。请在 Process Monitor 中显示 Date & Time 列后重新保存。";
    BANNER_DOUBLED = "{} and {} are the same file.", "{} 与 {} 是同一个文件。";
    BANNER_UNREAD = "{} could not be read: {}", "{} 个输入无法读取：{}";
}
