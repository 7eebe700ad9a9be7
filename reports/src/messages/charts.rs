//! What the drawings say.

use super::{Message, messages};

messages! {
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
    WAIT = "{} does nothing for {} s", "{} 有 {} 秒没有活动";
    LANE_UNUSUAL = "Unusual failures", "异常失败";
    WAITED = "{} s", "{} 秒";

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
}
