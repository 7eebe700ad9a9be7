//! What status and live say.

use super::Text;

texts! {
    // How far a capture is.
    STATUS_NOT_ARMED: "This machine is not armed.", "此计算机未启用采集。";
    STATUS_HALF_ARMED: "This machine is half armed.", "此计算机的采集只启用了一部分。";
    STATUS_ARMED: "This machine is armed.", "此计算机已启用采集。";
    STATUS_COLLECTED: "This machine is armed, and the traces are collected.", "此计算机已启用采集，跟踪文件已打包。";
    STATUS_SINCE: "  since {0}", "  启用时间 {0}";
    // A session.
    BOOTS_ONE: "started in 1 boot", "已在 1 次启动中记录";
    BOOTS: "started in {0} boots", "已在 {0} 次启动中记录";
    BOOT_STARTED: "started at boot", "启动时已开始";
    BOOT_FAILED: "could not start at boot: error {0} (`net helpmsg {0}`)", "启动时未能开始：错误 {0} (`net helpmsg {0}`)";
    BOOT_NONE: "no boot yet", "尚未重启";
    RUNS_LOST: "running, {0} events and {1} buffers LOST", "正在运行，已丢失 {0} 个事件和 {1} 个缓冲区";
    RUNS_ELSEWHERE: "a session of that name runs, but into \"{0}\"", "有同名会话在运行，但写入“{0}”";
    RUNS: "running, nothing lost", "正在运行，没有丢失";
    RUNS_NOT: "not running", "未运行";
    SESSION_LINE: "  {0} {1}; {2}", "  {0} {1}；{2}";
    // The rest of status.
    TRACE_LINE: "  {0}  {1}  {2} to {3}", "  {0}  {1}  {2} 至 {3}";
    WARNING_LINE: "  warning: {0}", "  警告：{0}";
    LEFT_OUT_LINE: "  left out: {0}: {1}", "  未做：{0}：{1}";
    BUNDLE_LINE: "  bundle: {0}", "  采集包：{0}";
    NEXT_LINE: "Next: {0}.", "下一步：{0}。";
    NEXT_ARM: "arm it with `bootrace capture arm`", "运行 `bootrace capture arm` 启用采集";
    NEXT_DISARM:
        "arming or disarming was interrupted: run `bootrace capture disarm`",
        "启用或还原被中断：运行 `bootrace capture disarm`";
    NEXT_RESTART:
        "install the update and restart (Restart, not Shut down)",
        "安装更新并重启（选择“重启”，不要选择“关机”）";
    NEXT_COLLECT:
        "when the update has failed, run `bootrace capture collect`",
        "更新失败后运行 `bootrace capture collect`";
    NEXT_TAKE:
        "take the bundle away, then run `bootrace capture disarm`",
        "取走采集包，再运行 `bootrace capture disarm`";
    // Notes of a step.
    SIGNED: "{0}: signed by {1}, SHA-256 {2}", "{0}：签名者 {1}，SHA-256 {2}";
    NO_PROCESS_NAMES:
        "{0}: processes that ran before have no names: {1}",
        "{0}：此前已运行的进程没有名称：{1}";
    NOT_TAKEN: "{0}: {1}", "{0}：{1}";
    // A live trace.
    LIVE_WHY: "a command while it runs", "记录一条命令的运行过程";
    LIVE_NOT_ENABLED: "{0} could not be enabled: error {1}", "无法启用 {0}：错误 {1}";
    LIVE_UNREADABLE: "the trace does not read: {0}", "跟踪文件无法读取：{0}";
    LIVE_ENDED: "The command ended with exit code {0}.", "命令已结束，退出代码 {0}。";
    LIVE_FILE: "{0} ({1}): {2} events, {3} lost", "{0} ({1})：{2} 个事件，丢失 {3} 个";
    LIVE_NONE:
        "No event came: a security product may block ETW; look at `logman query providers`.",
        "没有收到事件：安全产品可能阻止了 ETW；请查看 `logman query providers`。";
    LIVE_NEXT: "Next: bootrace report \"{0}\"", "下一步：bootrace report \"{0}\"";
}
