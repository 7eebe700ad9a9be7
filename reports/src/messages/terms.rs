//! Names of the values that a report holds, such as phases, states and trust.

use super::{Message, messages};

messages! {
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
    ORDINARY = "ordinary", "常规";

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

    // Edges of the graph.
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

    // What a comparison compares beside operations.
    COMPARED_PHASE = "phase", "阶段";
    COMPARED_SERVICE = "service", "服务";
    COMPARED_PAUSE = "pause", "停顿";
}
