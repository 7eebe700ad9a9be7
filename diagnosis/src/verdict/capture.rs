//! The capture that would answer the open question.

use timeline::Words;

use super::answer::NextCapture;

/// Records the next reboot.
const RECORD: &str = "bootrace capture arm --procmon Procmon64.exe --accept-eula";

/// Records the shutdown and several boots: ETW each of them, Process Monitor the first.
pub(super) const RECORD_SEVERAL: &str =
    "bootrace capture arm --procmon Procmon64.exe --accept-eula --boots 3";

/// The capture that would show what so many traces of the reboot, and logs, do not.
pub(super) fn next_capture(traces: usize, logs: usize) -> NextCapture {
    let (title, command) = match (traces, logs) {
        (0, _) => (
            Words::new(
                "record the reboot itself on the failing machine, as administrator, then restart and let the update fail \
                 (without bootrace: Process Monitor, Options, Enable Boot Logging)",
                "在出错的计算机上以管理员身份启用采集，再重启并等待更新失败 (没有 bootrace 时：Process Monitor → Options → \
                 Enable Boot Logging)",
            ),
            RECORD,
        ),
        (_, 0) => (
            Words::new(
                "give CBS.log and the System event log of the same boot beside the trace",
                "请在跟踪之外提供同一次启动的 CBS.log 与“系统”日志",
            ),
            "",
        ),
        _ => (
            Words::new(
                "record the boot in which the failure happens; a failure at shutdown is only in the log of the boot before it",
                "请记录发生失败的那次启动；关机时的失败只在前一次启动的日志中",
            ),
            RECORD_SEVERAL,
        ),
    };
    NextCapture { title, command }
}
