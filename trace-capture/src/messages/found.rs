//! What preflight finds, what status and the manifest warn of, what disarm and collect say.

use super::Text;

texts! {
    // What preflight finds.
    NO_RIGHTS:
        "no administrator rights: start cmd with 'Run as administrator' and run the command there",
        "没有管理员权限：请以“以管理员身份运行”启动 cmd，再运行该命令";
    OLD_WINDOWS:
        "Windows build {0} is older than {1} (Windows 10 1607, Server 2016): use Process Monitor by hand",
        "Windows 内部版本 {0} 早于 {1}（Windows 10 1607、Server 2016）：请手动使用 Process Monitor";
    DISK_FULL:
        "the Windows volume has {0} free; the traces may take {1}, and {2} must stay free: free some space, or use fewer --boots, or leave out Process Monitor or --kernel",
        "Windows 所在卷只剩 {0}；跟踪文件最多占 {1}，且须留出 {2}：请释放空间，或减小 --boots，或不使用 Process Monitor、--kernel";
    LIMITS_SCALED:
        "the volume has {0} free: each trace file may grow to {1} % of its full limit, so that {2} stay free",
        "卷上只剩 {0}：每个跟踪文件的上限降为 {1} %，以留出 {2}";
    FREE_SPACE_UNKNOWN:
        "the free space of the Windows volume is not known: check by hand that {0} and {1} more are free",
        "无法得知 Windows 所在卷的可用空间：请自行确认除 {1} 外还有 {0} 可用";
    FACT_UNKNOWN:
        "not known: {0}",
        "未知：{0}";
    KEYS_LEFT:
        "AutoLogger keys of an earlier capture are there ({0}): run `bootrace capture disarm`, then arm again",
        "存在以前采集留下的 AutoLogger 注册表项（{0}）：请运行 `bootrace capture disarm`，再重新 arm";
    TRACES_LEFT:
        "{0} traces of an earlier capture are in {1}, and arming would overwrite them: run `bootrace capture collect --unarmed`, then `bootrace capture disarm`",
        "{1} 中有以前采集的 {0} 个跟踪文件，arm 会覆盖它们：请先运行 `bootrace capture collect --unarmed`，再运行 `bootrace capture disarm`";
    LICENCE_NOT_ACCEPTED:
        "Process Monitor's licence is not accepted: read it at https://learn.microsoft.com/sysinternals/license-terms and add --accept-eula, or leave out --procmon",
        "尚未接受 Process Monitor 的许可条款：请阅读 https://learn.microsoft.com/sysinternals/license-terms 后加上 --accept-eula，或不使用 --procmon";
    WRONG_PROCMON:
        "{0} does not run its driver on ARM64: give Procmon64a.exe from the same download",
        "{0} 的驱动程序不能在 ARM64 上运行：请使用同一下载包中的 Procmon64a.exe";
    FOLDER_IS_OPEN:
        "users can write to {0}, where bootrace.exe is: a planted file there would run as administrator; copy bootrace.exe to a folder below Program Files and run it there",
        "普通用户可写入 bootrace.exe 所在的 {0}：其中被放入的文件会以管理员身份运行；请把 bootrace.exe 复制到 Program Files 下的文件夹再运行";
    DRIVER_ARMED:
        "{0} is already set to log the next boot, armed by somebody else: disarm puts it back to that",
        "{0} 已被他人设为记录下次启动：disarm 会恢复为该状态";
    BOOT_LOG_LEFT:
        "a boot log of an earlier capture is there, and Process Monitor would ask about it in a window that nobody sees: it is set aside, and disarm puts it back",
        "存在以前的启动日志，Process Monitor 会在无人看到的窗口中询问：现将其移开，disarm 时放回";
    NO_PROCMON:
        "no Process Monitor: it is the recommended source (give --procmon PATH --accept-eula); ETW alone does not show what an antivirus or EDR driver denies",
        "未使用 Process Monitor：它是推荐的数据来源（--procmon 路径 --accept-eula）；仅靠 ETW 看不到防病毒或 EDR 驱动程序拒绝的操作";
    FILEINFO_DISABLED:
        "the FileInfo driver is disabled (Services\\FileInfo, Start = 4): ETW records no file operation at all; use Process Monitor",
        "FileInfo 驱动程序已禁用（Services\\FileInfo，Start = 4）：ETW 不会记录任何文件操作；请使用 Process Monitor";
    NOTHING_PENDING:
        "no update is pending a reboot yet: arm, then install the update, then restart",
        "目前没有等待重启的更新：先 arm，再安装更新，然后重启";
    PENDING_LINE:
        "pending at the next boot: {0}",
        "下次启动时将执行：{0}";
    PENDING_BROKEN:
        "SetupExecute asks for poqexec and WinSxS\\pending.xml is not there: the pending state is broken, and the next boot may fail early",
        "SetupExecute 要求运行 poqexec，但没有 WinSxS\\pending.xml：挂起状态已损坏，下次启动可能很早就失败";
    FAST_STARTUP:
        "Fast Startup is on: choose Restart, not Shut down, or the boot is a resume from hibernation and logs nothing",
        "快速启动已开启：请选择“重启”，不要选“关机”，否则会从休眠恢复，什么也不记录";
    BITLOCKER:
        "BitLocker protects the Windows volume: have the recovery key at hand before restarting a machine whose updates fail",
        "Windows 所在卷受 BitLocker 保护：重启前请准备好恢复密钥";
    SERVICE_DISABLED:
        "the service {0} is disabled, which alone makes updates roll back: capture this boot, then set it to Manual and try the update again",
        "服务 {0} 已禁用，仅此一项就会使更新回滚：先采集这次启动，再将其设为“手动”并重试更新";
    // What status and the manifest warn of.
    FILE_FULL:
        "{0} reached its limit of {1}: what came after {2} is not in it",
        "{0} 已达到上限 {1}：{2} 之后的内容不在其中";
    FILES_WRAPPED:
        "{0}: the file counter wrapped; {1} is newer than {2}, and the first boots are overwritten",
        "{0}：文件计数已回绕；{1} 比 {2} 新，最早几次启动的文件已被覆盖";
    NEXT_BOOT_OVERWRITES:
        "{0}: the next boot overwrites {1}; run `bootrace capture collect` now",
        "{0}：下次启动会覆盖 {1}；请立即运行 `bootrace capture collect`";
    PROVIDER_FAILED:
        "{0}: {1} could not be enabled: error {2}",
        "{0}：无法启用 {1}：错误 {2}";
    EVENTS_LOST:
        "{0}: {1} events and {2} buffers were lost",
        "{0}：丢失了 {1} 个事件和 {2} 个缓冲区";
    // What disarm says.
    TRACES_NOT_BUNDLED:
        "{0} is in no finished bundle and is kept: `bootrace capture collect --unarmed` packs it, `bootrace capture disarm --discard` deletes it",
        "{0} 不在任何已完成的包中，予以保留：`bootrace capture collect --unarmed` 可打包，`bootrace capture disarm --discard` 可删除";
    FOUND_WITHOUT_JOURNAL:
        "{0} was there although the journal does not name it, and was removed",
        "{0} 存在但日志中没有记载，已移除";
    DRIVER_STILL_ARMED:
        "{0} is set to log the next boot, and the journal does not say who armed it: start Process Monitor once and close it, or set Start of {0} to 3",
        "{0} 已设为记录下次启动，日志未说明由谁设置：请启动并关闭一次 Process Monitor，或把 {0} 的 Start 改为 3";
    JOURNAL_DAMAGED:
        "line {0} of the journal is not followed: {1}; the journal is kept as {2}, so undo by hand what that line lists under \"action\"",
        "日志第 {0} 行未执行：{1}；日志保留为 {2}，请手动还原该行 \"action\" 所列内容";
    JOURNAL_CUT:
        "the journal's end is missing: what its last step changed may be left; compare with `bootrace capture plan`",
        "日志末尾缺失：最后一步的更改可能仍在；请与 `bootrace capture plan` 的输出对照";
    // What collect says.
    AUTO_WAITS:
        "no boot since arming: nothing was collected, and the machine stays armed",
        "arm 之后尚未重启：未打包任何内容，保持就绪状态";
}
