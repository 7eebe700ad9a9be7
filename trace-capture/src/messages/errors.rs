//! Errors: what could not be done with which object, why, and what to do next.

use super::Text;

texts! {
    // What could not be done.
    COPY: "copy", "复制";
    CREATE: "create", "创建";
    CREATE_FOLDER: "create the folder", "创建文件夹";
    DELETE: "delete", "删除";
    ENABLE_PROVIDERS: "enable any provider", "启用任何提供程序";
    FIND_WINDOWS: "find the Windows folder", "找到 Windows 文件夹";
    FIND_BOOT_LOG: "find the boot log", "找到启动日志";
    FIND_USER: "find the current user", "确定当前用户";
    LIST: "list", "列出";
    LOAD_HIVE: "load the SYSTEM hive of the offline Windows", "加载脱机 Windows 的 SYSTEM 配置单元";
    LOOK_AT: "look at", "查看";
    OPEN: "open", "打开";
    PROTECT: "protect", "保护";
    READ: "read", "读取";
    RENAME: "rename", "重命名";
    RENAME_TO: "rename to", "重命名为";
    RESTRICT_DLLS: "restrict the search for DLLs", "限制 DLL 的搜索范围";
    WRITE: "write", "写入";
    START_SESSION: "start", "启动";
    STOP_SESSION: "stop", "停止";
    QUERY_SESSION: "query", "查询";
    CAPTURE_STATE: "capture the state of a provider of", "采集提供程序的状态：";
    DELETE_VALUE: "delete a value of", "删除以下项的值：";
    // What to do.
    POLICY_FORBIDS_TASKS:
        "a policy may forbid tasks; after the restart run `bootrace capture collect` by hand",
        "策略可能禁止计划任务；请在重启后手动运行 `bootrace capture collect`";
    DELETE_TASK: "delete the task by hand in the Task Scheduler", "请在任务计划程序中手动删除该任务";
    NEEDS_WINDOWS_10:
        "bootrace needs Windows 10 or Server 2016 and later",
        "bootrace 需要 Windows 10 或 Server 2016 及更高版本";
    LOG_MAY_LACK:
        "its log may not be whole; the raw Procmon.pmb is collected too",
        "其日志可能不完整；原始的 Procmon.pmb 也会打包";
    RESTART_AND_TRY: "restart and try again", "请重启后重试";
    LOAD_HIVE_ADVICE:
        "run as administrator; check that no other program has it loaded and that the volume is writable",
        "请以管理员身份运行，并确认没有其他程序加载它，且该卷可写";
    SIGN_OUT: "sign out and in again", "请注销后重新登录";
    NO_BOOT_LOG:
        "the driver did not run in this boot, or another Process Monitor took the log; the ETW traces are collected",
        "此次启动中驱动程序没有运行，或日志已被另一个 Process Monitor 取走；ETW 跟踪会照常打包";
    CONVERT_ELSEWHERE:
        "the raw Procmon.pmb is collected; convert it with Process Monitor on another machine",
        "原始的 Procmon.pmb 会打包；请在另一台计算机上用 Process Monitor 转换";
    STATE_ARMED: "armed", "已启用采集";
    STATE_HALF_ARMED: "half armed", "采集只启用了一部分";
    IO_DENIED:
        "run as administrator, and close the program that holds it open",
        "请以管理员身份运行，并关闭占用它的程序";
    IO_FULL: "free some space on that volume and try again", "请释放该卷的空间后重试";
    IO_NOT_FOUND: "check the path", "请检查路径";
    IO_OTHER:
        "try again, and check the volume with chkdsk /scan if it stays",
        "请重试；若仍然失败，请用 chkdsk /scan 检查该卷";
    ETW_DENIED: "run as administrator", "请以管理员身份运行";
    ETW_NO_FOLDER:
        "the folder of the trace file is missing: disarm, then arm again",
        "跟踪文件的文件夹不存在：请先 disarm，再 arm";
    ETW_FULL: "the volume is full: free some space and arm again", "卷已满：请释放空间后重新 arm";
    ETW_EXISTS:
        "a session of that name runs already: stop it with `logman stop NAME -ets` if it is no longer needed",
        "已有同名会话在运行：若不再需要，请用 `logman stop NAME -ets` 停止";
    ETW_TOO_MANY:
        "too many trace sessions run already: `logman query -ets` lists them; stop one that is not needed",
        "正在运行的跟踪会话过多：用 `logman query -ets` 列出，并停止不需要的会话";
    ETW_OTHER:
        "`net helpmsg CODE` explains the code; the other sessions go on without this one",
        "`net helpmsg CODE` 可查看代码的含义；其他会话不受影响";
    // The errors.
    NOT_WINDOWS:
        "capture works on Windows only; here `bootrace capture plan` shows what it would do: run bootrace.exe on the failing machine",
        "采集只能在 Windows 上进行；在此可用 `bootrace capture plan` 查看它会做什么：请在出错的计算机上运行 bootrace.exe";
    NOT_ADMINISTRATOR:
        "not running as administrator: open the Start menu, type cmd, choose 'Run as administrator', and run the same command there",
        "没有以管理员身份运行：打开“开始”菜单，输入 cmd，选择“以管理员身份运行”，再运行同一命令";
    BLOCKED:
        "not armed, nothing was changed: {0}",
        "未启用，没有做任何更改：{0}";
    ALREADY_ARMED:
        "this machine is already {0}: `bootrace capture status` shows how, `bootrace capture disarm` puts everything back",
        "此计算机{0}：`bootrace capture status` 可查看情况，`bootrace capture disarm` 可还原全部更改";
    NOT_ARMED:
        "this machine is not armed: run `bootrace capture arm` first, or collect with `--unarmed`",
        "此计算机未启用采集：请先运行 `bootrace capture arm`，或加 `--unarmed` 打包";
    IO:
        "cannot {0} {1}: {2}: {3}",
        "无法{0} {1}：{2}：{3}";
    PLANTED:
        "{0} is a link or junction, which bootrace does not follow as administrator: look at where it leads, remove it, and try again",
        "{0} 是链接或目录联接，bootrace 以管理员身份运行时不跟随：请查看它指向何处，删除后重试";
    FOREIGN_FOLDER:
        "{0} exists and its owner is neither Administrators nor SYSTEM: remove it and try again",
        "{0} 已存在，其所有者既不是 Administrators 也不是 SYSTEM：请删除后重试";
    REGISTRY:
        "cannot {0} {1}: {2}: run as administrator; if it stays, a policy or security product protects the key",
        "无法{0} {1}：{2}：请以管理员身份运行；若仍然失败，则该注册表项受策略或安全产品保护";
    ETW:
        "ETW session {0}: cannot {1}: error {2}: {3}",
        "ETW 会话 {0}：无法{1}：错误 {2}：{3}";
    START:
        "cannot start {0}: {1}: check that the file is there and that no policy blocks it",
        "无法启动 {0}：{1}：请确认文件存在，且没有被策略阻止";
    EXIT:
        "{0} ended with exit code {1}: {2}",
        "{0} 结束，退出代码 {1}：{2}";
    TIMED_OUT:
        "{0} did not end within {1} s and was stopped: {2}",
        "{0} 在 {1} 秒内没有结束，已被终止：{2}";
    BOOT_LOG_NOT_ARMED:
        "Process Monitor did not arm boot logging ({0}; {1}): a window nobody sees may wait for an answer, or a policy or security product forbids its driver: start it once by hand, close it, disarm and arm again; ETW alone still captures the boot",
        "Process Monitor 未能启用启动日志（{0}；{1}）：可能有看不到的窗口在等待回答，或策略、安全产品禁止其驱动程序：请手动启动并关闭一次 Process Monitor，再运行 disarm 和 arm；仅用 ETW 也能采集该次启动";
    NOT_TRUSTED:
        "{0} is not run: {1}: get it anew from its maker, and arm again",
        "没有运行 {0}：{1}：请从其厂商重新获取，再次 arm";
    OFFLINE_WINDOWS:
        "{0} of the offline Windows stays: no program of that disk is run; start that Windows and run `bootrace capture disarm` there",
        "脱机 Windows 中的 {0} 予以保留：不会运行该磁盘上的任何程序；请启动该 Windows，在其中运行 `bootrace capture disarm`";
    FOREIGN_PLACE:
        "{0} is not a place of bootrace's: a journal or a bundle that names it was not written by bootrace",
        "{0} 不是 bootrace 使用的位置：写有它的日志或采集包不是由 bootrace 写入的";
    SERVICES:
        "cannot read the services: {0}: run as administrator, and check that the RPC service runs",
        "无法读取服务：{0}：请以管理员身份运行，并确认 RPC 服务正在运行";
    NOT_RESTORED:
        "not everything could be put back: {0}: the journal is kept, so run `bootrace capture disarm` again after solving this",
        "未能全部还原：{0}：已保留日志，解决后请再次运行 `bootrace capture disarm`";
    BUNDLE:
        "cannot write the bundle {0}: {1}: free some space or name another place with -o, then run the same command again: it goes on where it stopped",
        "无法写入采集包 {0}：{1}：请释放空间或用 -o 指定其他位置，然后再次运行同一命令：会从中断处继续";
    SYSTEM:
        "cannot {0}: {1}: {2}",
        "无法{0}：{1}：{2}";
    // Reasons, and what they are about.
    SIGNED_BY_OTHER:
        "signed by {0}, not by {1}; SHA-256 {2}",
        "签名者是 {0}，不是 {1}；SHA-256 {2}";
    SIGNATURE_BAD:
        "{0}; SHA-256 {1}",
        "{0}；SHA-256 为 {1}";
    COPY_FAILED: "it could not be copied there", "无法复制到该处";
    COPY_GONE: "the copy that was made while arming is gone", "arm 时复制的副本已不存在";
    NO_DRIVER_KEY:
        "no PROCMON driver with Start = 0 in the registry",
        "注册表中没有 Start = 0 的 PROCMON 驱动程序";
    NO_DRIVER_FILE: "the driver's .sys file is not there", "驱动程序的 .sys 文件不存在";
    ENDED_WITH:
        "exit code {0}",
        "退出代码 {0}";
    NOT_ENDED:
        "it did not end within {0} s and was stopped",
        "在 {0} 秒内没有结束，已被终止";
    NOT_THERE:
        "{0} is not there",
        "{0} 不存在";
    NOT_HELD: "it does not hold afterwards what was written", "写入后读回的内容不一致";
    THE_TASK:
        "the task \"{0}\"",
        "计划任务“{0}”";
    THE_SESSION:
        "the session {0}",
        "会话 {0}";
    PROCMON_KEY:
        "Process Monitor's key {0}",
        "Process Monitor 的注册表项 {0}";
    THE_BOOT_LOG: "the boot log", "启动日志";
    NO_TOKEN_USER: "the process token does not tell", "进程令牌中没有该信息";
    // Arguments.
    NO_SESSION:
        "no trace session is called {0}",
        "没有名为 {0} 的跟踪会话";
    TASK_IS_THERE:
        "a task \"{0}\" is there already and is not touched: look at it in the Task Scheduler",
        "已有名为“{0}”的计划任务，未做更改：请在任务计划程序中查看";
    NO_JSON:
        "{0} does not go into JSON: {1}",
        "{0} 无法写成 JSON：{1}";
    THE_PLAN: "the plan", "计划";
    THE_MANIFEST: "the manifest", "清单";
    BOOTS_RANGE:
        "--boots {0}: give a number from 1 to {1}",
        "--boots {0}：请给出 1 到 {1} 之间的数字";
    PROCMON_OFFLINE:
        "--procmon does not go with --offline: Process Monitor can arm only the Windows it runs on; leave it out, ETW works offline",
        "--procmon 不能与 --offline 同时使用：Process Monitor 只能为其所在的 Windows 启用记录；请去掉它，ETW 可脱机使用";
    COLLECT_OFFLINE:
        "--auto-collect does not go with --offline: a task cannot be registered in a Windows that does not run; collect by hand",
        "--auto-collect 不能与 --offline 同时使用：无法在未运行的 Windows 中注册计划任务；请手动打包";
    NO_COMMAND:
        "live: name the command after --, such as: live -- wusa D:\\x.msu /quiet /norestart",
        "live：请在 -- 之后给出命令，例如：live -- wusa D:\\x.msu /quiet /norestart";
    NOT_WHOLE:
        "live: {0}: give the program's whole path; nothing is run from the current folder",
        "live：{0}：请给出程序的完整路径；不会运行当前文件夹中的程序";
    NOT_ABSOLUTE:
        "{0} is not an absolute path: give the whole path of the program",
        "{0} 不是绝对路径：请给出程序的完整路径";
    PATH_TOO_LONG:
        "{0}: the path is too long for a trace file",
        "{0}：路径过长，不能用作跟踪文件";
    NO_KEY:
        "{0} is not a registry key",
        "{0} 不是注册表项";
    OTHER_HIVE:
        "{0}: only HKLM and HKU are known",
        "{0}：只支持 HKLM 和 HKU";
    NO_OFFLINE_WINDOWS:
        "--offline {0}: no System32\\config\\SYSTEM in it: give the whole path of the Windows folder, such as D:\\Windows; a BitLocker volume must be unlocked first (manage-bde -unlock D: -recoverypassword KEY)",
        "--offline {0}：其中没有 System32\\config\\SYSTEM：请给出 Windows 文件夹的完整路径，例如 D:\\Windows；受 BitLocker 保护的卷须先解锁 (manage-bde -unlock D: -recoverypassword KEY)";
}
