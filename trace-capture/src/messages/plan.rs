//! The plan: what each step does, why, and how it is undone.

use super::Text;

texts! {
    // What a step does.
    DO_MAKE_FOLDER: "create the folder {0}", "创建文件夹 {0}";
    DO_COPY: "copy {0} to {1}", "将 {0} 复制为 {1}";
    DO_SET_ASIDE: "move {0}, if there, to {1}", "若存在 {0}，将其移到 {1}";
    DO_RECORD_SERVICES: "write the services' states to {0}", "将各服务的状态写入 {0}";
    DO_WRITE_KEY: "write the registry key {0}", "写入注册表项 {0}";
    DO_START_SESSION:
        "start the trace session {0} into {1}, circular, at most {2} MB",
        "启动跟踪会话 {0}，写入 {1}，循环覆盖，最多 {2} MB";
    DO_RUN: "run {0}", "运行 {0}";
    DO_CREATE_TASK:
        "register the task \"{0}\" to run {1}, {2} minutes after each start",
        "注册计划任务“{0}”，每次启动 {2} 分钟后运行 {1}";
    // How it is undone.
    UNDO_TRACES:
        "the folder is removed; traces that are in no bundle are kept and named",
        "删除该文件夹；未打包的跟踪文件会保留并列出";
    UNDO_FOLDER: "the folder is removed", "删除该文件夹";
    UNDO_FILE: "the file is deleted", "删除该文件";
    UNDO_SET_ASIDE: "the file is moved back", "将该文件移回原处";
    UNDO_KEY:
        "the key gets back exactly what it held, or is deleted if it was not there",
        "该注册表项恢复原有内容；原先没有的则删除";
    UNDO_SESSION: "the session is stopped", "停止该会话";
    UNDO_BOOT_LOG:
        "the PROCMON driver's key, its file and Process Monitor's settings become what they were",
        "PROCMON 驱动程序的注册表项、文件以及 Process Monitor 的设置恢复原状";
    UNDO_TASK: "the task is deleted", "删除该计划任务";
    // Why it is taken.
    WHY_SHUTDOWN:
        "runs until the restart: updates also fail while Windows shuts down",
        "运行到重启为止：更新也会在关机时失败";
    WHY_TRACES:
        "for the trace files; only administrators can open it",
        "存放跟踪文件；只有管理员能打开";
    WHY_WORK:
        "for temporary files, so that nothing runs or reads from a folder of users",
        "存放临时文件，从而不使用普通用户可写的文件夹";
    WHY_SERVICES:
        "start types and states before the restart, to compare with those after it",
        "记录重启前的启动类型和状态，以便与重启后比较";
    WHY_SELF:
        "the tasks run this copy, which users cannot replace",
        "计划任务运行此副本，普通用户无法替换";
    WHY_COLLECT_TASK:
        "collects by itself after the next boot, once",
        "下次启动后自动打包一次";
    WHY_WATCH_TASK:
        "ends the recording when the update has finished: Process Monitor's boot log has no limit of its own",
        "更新结束后停止记录：Process Monitor 的启动日志没有大小上限";
    WHY_PROCMON_COPY:
        "what is checked now is what runs after the restart",
        "现在检查的文件就是重启后运行的文件";
    WHY_SET_ASIDE:
        "an unconverted boot log makes Process Monitor ask a question that nobody sees",
        "未转换的启动日志会使 Process Monitor 弹出无人看到的询问";
    WHY_BOOT_LOG:
        "every file and registry operation of the next boot, once; ETW covers the boots after it",
        "记录下次启动的全部文件和注册表操作，仅一次；之后的启动由 ETW 记录";
    // The plan as a whole.
    THIS_WINDOWS: "this Windows", "此 Windows";
    OTHER_WINDOWS: "the Windows in {0}, which is not running", "{0} 中未运行的 Windows";
    PLAN_ONE_BOOT: "Arming {0} for the next boot: {1} steps.", "启用采集：{0}，记录下一次启动，共 {1} 步。";
    PLAN_BOOTS: "Arming {0} for the next {1} boots: {2} steps.", "启用采集：{0}，记录接下来的 {1} 次启动，共 {2} 步。";
    PLAN_UNDO:
        "  undo    each step is in {0}\\journal.jsonl before it is taken; disarm goes backwards",
        "  还原    每一步执行之前都写入 {0}\\journal.jsonl；disarm 按相反顺序还原";
    PLAN_RESTART: "  restart never by itself", "  重启    从不自动重启";
    PLAN_KEYS:
        "%SystemRoot% is its Windows folder. Each provider is a subkey of its session with REG_DWORD Enabled = 1,\nREG_DWORD EnableLevel and REG_QWORD MatchAnyKeyword (0 for all keywords).",
        "%SystemRoot% 是其 Windows 文件夹。每个提供程序是其会话的一个子项，含 REG_DWORD Enabled = 1、\nREG_DWORD EnableLevel 和 REG_QWORD MatchAnyKeyword（0 表示全部关键字）。";
    PLAN_CONTROL_SET:
        "HKLM\\SYSTEM\\CurrentControlSet is the default control set of {0}\\System32\\config\\SYSTEM.",
        "HKLM\\SYSTEM\\CurrentControlSet 是 {0}\\System32\\config\\SYSTEM 的默认控制集。";
    PLAN_WHY: "    why   {0}", "    原因  {0}";
    PLAN_UNDOES: "    undo  {0}", "    还原  {0}";
    PLAN_UNDOES_OPTIONAL:
        "    undo  {0} (if the step fails, the others go on without it)",
        "    还原  {0}（此步失败时其余步骤照常进行）";
    PLAN_VALUE: "    value {0}: {1}", "    值    {0}：{1}";
    ALL_KEYWORDS: "all keywords", "全部关键字";
    KEYWORDS: "keywords {0}", "关键字 {0}";
    PLAN_PROVIDER: "      {0}  {1}, level {2}, {3}", "      {0}  {1}，级别 {2}，{3}";
    PLAN_DISK:
        "  disk    about {0}, at most {1} (estimates); {2} stay free",
        "  磁盘    约 {0}，最多 {1}（估计值）；留出 {2}";
    PLAN_SCALED:
        "          each file may grow to {0} % of its full limit, for want of room",
        "          空间不足，每个文件的上限降为 {0}%";
    PLAN_IDLE:
        "          {0} in an hour in which nothing happens, on this machine's CPUs",
        "          按此计算机的 CPU 数，空闲一小时写入 {0}";
    PLAN_MEMORY:
        "  memory  {0} to {1} for buffers while the sessions run",
        "  内存    会话运行期间缓冲区占用 {0} 到 {1}";
    // Said wherever a user chooses between Process Monitor and ETW.
    WHAT_ETW_CANNOT_SHOW:
        "Process Monitor is the recommended source; ETW is what runs without it. ETW's file events come from the FileInfo\nminifilter (altitude 40500): what an antivirus or EDR driver above it denies is absent from them, or looks like a success.",
        "推荐使用 Process Monitor；没有它时由 ETW 记录。ETW 的文件事件来自 FileInfo 微筛选器，高度 (altitude) 40500：\n防病毒或 EDR 驱动程序在其上方拒绝的操作不会出现，或看似成功。";
    PLAN_PMB:
        "Process Monitor's boot log ({0}) has no limit of its own: {1} are counted, and the task \"{2}\" watches it.",
        "Process Monitor 的启动日志 ({0}) 没有大小上限：按 {1} 计算，并由计划任务“{2}”监视。";
    PLAN_THEN:
        "Then: install the update, restart, `bootrace capture collect`, `bootrace capture disarm`.",
        "然后：安装更新，重启，运行 `bootrace capture collect`，再运行 `bootrace capture disarm`。";
}
